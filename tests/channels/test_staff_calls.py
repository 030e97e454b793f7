"""The caller's desk as it is used: the list, the script, the number behind "show", one call after the other."""

from datetime import timedelta

from hub.storage import cases, journal
from supervision.patrol import sweep
from tests.channels.staff_desk import see, sit_down
from tests.channels.test_staff_flows import a_case
from tests.channels.web_site import RunningSite


async def owed(site: RunningSite, key: str, **changes: object) -> tuple[str, str]:
    """A letter in work whose limit has ended."""
    number, case_id = await a_case(site, "sign", key, **changes)
    case = await site.office.store.read(cases.get, case_id)
    assert case is not None
    assert case.main_due is not None
    site.clock.now = case.main_due + timedelta(hours=10)
    return number, case_id


async def test_calls_are_worked_off_one_by_one_and_each_number_shown_is_on_record(site: RunningSite) -> None:
    first, first_id = await owed(site, "key-1")
    site.clock.now -= timedelta(days=20)
    second, _ = await owed(site, "key-2", lang="en")
    await sweep(site.office, site.clock())
    site.everybody_signs_in_again()
    desk = await sit_down(site, "supervisor")
    page = await see(desk, "/staff/calls")
    assert first in page.html
    assert second in page.html
    page = await see(desk, f"/staff/calls/{first}")
    assert "您反映的问题" in page.html or "问题现在解决了吗" in page.html
    assert "13900001234" not in page.html
    shown = await page.press(f"/staff/calls/{first}/contact")
    assert "13900001234" in shown.html
    read = [line for line in await site.office.store.read(journal.of_case, first_id) if line.action == "contact.shown"]
    assert ["call_back" in line.data for line in read] == [True], "why it was opened stands there too"

    refused = await shown.press(f"/staff/calls/{first}", **{"call_back-result": "reached"})
    assert refused.status == 422
    assert "问题解决了吗" in refused.html
    words = {
        "call_back-result": "reached",
        "call_back-solved": "partly",
        "call_back-score": "3",
        "call_back-text": "还差一盏。",
    }
    after = await refused.press(f"/staff/calls/{first}", **words)
    assert f"{first} 已登记" in after.html
    assert f"/staff/calls/{second}" in after.html, "the next call stands there"
    assert "Is the matter solved by now?" in after.html, "the script speaks the citizen's language"

    later = await after.press(f"/staff/calls/{second}", **{"call_back-result": "no_answer"})
    assert "现在没有要打的回访" in later.html
    assert "再打" in later.html


async def test_the_desk_of_calls_is_shut_for_the_answering_unit(site: RunningSite) -> None:
    desk = await sit_down(site, "handler")
    assert (await see(desk, "/staff/calls")).status == 403
