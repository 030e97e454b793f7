"""The page of assignments: what lies with nobody or with somebody away is given on with one press."""

from hub.storage import cases
from tests.channels.staff_desk import see, sit_down
from tests.channels.test_staff_flows import a_case
from tests.channels.web_site import RunningSite


async def test_what_lies_with_nobody_is_given_to_the_one_who_is_proposed(site: RunningSite) -> None:
    number, case_id = await a_case(site, "sign")
    page = await see(await sit_down(site, "signer"), "/staff/assign")
    assert number in page.html
    assert "0件在办 · 建议" in page.html
    after = await page.press(f"/staff/cases/{number}/moves/assign")
    assert f"{number} 已分派" in after.html
    assert "都有在岗的承办人" in after.html
    case = await site.office.store.read(cases.get, case_id)
    assert case is not None
    assert case.officer


async def test_the_form_of_a_case_lists_officers_with_what_lies_with_them(site: RunningSite) -> None:
    number, _ = await a_case(site, "sign")
    page = await see(await sit_down(site, "signer"), f"/staff/cases/{number}")
    assert "件在办" in page.html
