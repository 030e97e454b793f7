"""The read log of contact data, and that whoever supervises reads everything and changes nothing."""

import pytest

from hub.storage import contact_log, journal
from hub.storage.contact_log import Opened
from hub.storage.errors import RuleBroken, StoreError
from hub.storage.tx import Row, Tx
from tests.builders import HANDLER, RECEPTION, SUPERVISOR
from tests.channels.staff_desk import see, sit_down
from tests.channels.test_staff_flows import a_case, page_of
from tests.channels.web_site import RunningSite


async def test_the_supervision_office_reads_who_opened_whose_contact_when_and_why(site: RunningSite) -> None:
    first, _ = await a_case(site, "sign")
    second, _ = await a_case(site, "sign", key="key-2")
    handler = await sit_down(site, "handler")
    await (await page_of(handler, first)).press(f"{first}/contact", why="visit")
    await (await page_of(handler, second)).press(f"{second}/contact")
    status, _ = await site.call("POST", f"/inbox/{second}/contact?why=deliver", by="reception")
    assert status == 200
    desk = await sit_down(site, "supervisor")
    page = await see(desk, "/staff/contact-log")
    told = page.html.split("<tbody>")[1]
    assert told.index(RECEPTION.name) < told.index(HANDLER.name), "newest first"
    assert [word in told for word in ("约时间上门或看现场", "联系来信人了解情况", "送达答复或告知")] == [True] * 3
    assert "13900001234" not in page.html
    of_officer = (await see(desk, f"/staff/contact-log?officer={RECEPTION.id}")).html.split("<tbody>")[1]
    assert (second in of_officer, first in of_officer) == (True, False)
    of_case = (await see(desk, f"/staff/contact-log?number={first}")).html.split("<tbody>")[1]
    assert (first in of_case, second in of_case) == (True, False)
    assert "没有查看记录" in (await see(desk, "/staff/contact-log?number=2026-999999")).html
    assert (await see(desk, "/staff/contact-log?before=abc&officer=%27")).status == 200
    for account in ("handler", "reviewer", "leader", "reception", "admin"):
        assert (await see(await sit_down(site, account), "/staff/contact-log")).status == 403, account


async def test_an_opening_with_an_unknown_reason_shows_nothing_and_is_no_opening(site: RunningSite) -> None:
    number, case_id = await a_case(site, "sign")
    status, problem = await site.call("POST", f"/inbox/{number}/contact?why=curious", by="handler")
    assert status == 422, problem
    page = await (await page_of(await sit_down(site, "handler"), number)).press(f"{number}/contact", why="curious")
    assert page.status == 422
    assert "13900001234" not in page.html
    assert await site.office.store.read(contact_log.opened, "", case_id, 1 << 60, 10) == []


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE entries SET actor = 'somebody' WHERE action = 'contact.shown'",
        "DELETE FROM entries WHERE action = 'contact.shown'",
    ],
)
async def test_what_was_opened_can_be_neither_changed_nor_deleted(site: RunningSite, sql: str) -> None:
    number, case_id = await a_case(site, "sign")
    status, _ = await site.call("POST", f"/inbox/{number}/contact?why=visit", by="handler")
    assert status == 200

    def change(tx: Tx) -> None:
        tx.execute(sql)

    with pytest.raises((RuleBroken, StoreError)):
        await site.office.store.write(change)
    (found,) = await site.office.store.read(contact_log.opened, "", "", 1 << 60, 10)
    assert (found.case_id, found.officer, found.why) == (case_id, HANDLER.id, "visit")


async def test_reading_everything_leaves_nothing_but_what_is_read(site: RunningSite) -> None:
    """The supervision office opens every page that is open to it; no line is written and no row of a case changes."""
    number, case_id = await a_case(site, "sign_off")
    desk = await sit_down(site, "supervisor")
    before = await site.office.store.read(journal.head)
    rows = await site.office.store.read(_rows, case_id)
    for path in (
        "/staff/inbox?view=all", f"/staff/cases/{number}", f"/staff/reviews/{number}", "/staff/reviews",
        "/staff/readings", "/staff/contact-log", "/staff/board", "/staff/dispatch", "/staff/publication",
        "/staff/topics",
    ):  # fmt: skip
        assert (await see(desk, path)).status == 200, path
    assert await site.office.store.read(journal.head) == before
    assert await site.office.store.read(_rows, case_id) == rows
    assert not SUPERVISOR.has("handler")
    seen = (await site.office.store.read(_rows, case_id))[0][0]["version"]
    for move in ("draft", "sign_off", "qualified", "unqualified", "touch_up", "read_again"):
        status, _ = await site.call("POST", f"/inbox/{number}/moves/{move}", by="supervisor", json={"version": seen})
        assert status == 403, move


def _rows(tx: Tx, case_id: str) -> list[list[Row]]:
    of = {"id": case_id}
    tables = ("replies", "overlays", "messages", "assignments", "clocks")
    found = [tx.execute("SELECT * FROM cases WHERE id = :id", of)]
    found += [tx.execute(f"SELECT * FROM {table} WHERE case_id = :id", of) for table in tables]
    return found


def test_an_opening_is_told_by_codes_alone() -> None:
    assert Opened._fields == ("seq", "case_id", "officer", "at", "why")
