"""Promises at the desk: the editor and the reviewer are shown the days of a reply, and a person enters one."""

from hub.storage import cases
from tests.builders import GOOD_REPLY, HANDLER, SIGNER
from tests.channels.staff_desk import see, sit_down
from tests.channels.test_staff_flows import a_case
from tests.channels.web_site import RunningSite

PROMISING = f"{GOOD_REPLY}其余两盏预计3月底前完成更换。"


async def test_a_day_in_the_reply_is_proposed_and_only_a_persons_press_enters_it(site: RunningSite) -> None:
    number, case_id = await a_case(site, "sign")
    page = await see(await sit_down(site, "handler"), f"/staff/cases/{number}")
    draft = f"/staff/cases/{number}/moves/draft"
    shown = await page.press(draft, **{"draft-body": PROMISING, "do": "check"})
    assert "登记这一天" in shown.html
    assert 'value="promise-2026-03-31"' in shown.html
    assert 'value="2026-03-31"' not in shown.html, "nothing is entered by itself"
    entered = await shown.press(draft, do="promise-2026-03-31")
    assert 'value="2026-03-31"' in entered.html
    assert "其余两盏预计3月底前" in entered.html, "the words stay"
    await entered.press(draft, **{"draft-result": "upheld", "do": ""})
    dossier = await site.office.store.read(cases.dossier, case_id)
    assert dossier is not None
    assert dossier.reply is not None
    assert dossier.reply.promised == "2026-03-31"


async def test_the_reviewer_sees_the_day_that_was_left_out_and_may_enter_it(site: RunningSite) -> None:
    number, case_id = await a_case(site, "sign")
    await _signed(site, number)
    page = await see(await sit_down(site, "reviewer"), f"/staff/reviews/{number}")
    assert "3月31日" in page.html
    await page.press(f"/staff/reviews/{number}/qualified", **{"qualified-promised": "2026-03-31"})
    dossier = await site.office.store.read(cases.dossier, case_id)
    assert dossier is not None
    promise = dossier.open("commitment")
    assert promise is not None
    assert promise.data["of"] == "deed"


async def _signed(site: RunningSite, number: str) -> None:
    await site.office.act(number, "draft", {"body": PROMISING, "result": "upheld"}, HANDLER)
    await site.office.act(number, "sign_off", {}, SIGNER)
