"""The recount: a newer calendar moves the dates that rest on it, once, forward, with an entry and a notice each."""

import asyncio
import copy
import json
import signal
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config import starter
from hub.case import Clock
from hub.clocks import due_day
from hub.followers import run_followers, verify_totals
from hub.holiday_notice import read_notice
from hub.intake import Received
from hub.office import Office
from hub.people import citizen
from hub.reckoning import clock_view
from hub.rulebook import Rulebook
from hub.storage import cases, clocks, editions, journal, outbox
from hub.storage.contract import Store
from hub.storage.tx import Tx
from hub.verify import verify
from supervision.patrol import sweep
from supervision.recount import Recounted, foresee, recount
from tests.builders import GOOD_REPLY, HANDLER, REVIEWER, SIGNER, a_letter, an_office, office_on
from tests.conftest import FixedClock
from tests.hub.notices import COMING
from tests.hub.notices import whole as notice
from tests.supervision.test_patrol import answered, in_work, whole

MONDAY = datetime(2026, 12, 14, 2, tzinfo=UTC)  # 10:00 in Beijing
QUESTION = {"kind": "consult", "title": "医保怎么转", "body": "我从外地搬来，医保关系怎么转过来？", "place": ""}


def with_2027() -> dict[str, Any]:
    """The starter calendar once the notice of the coming year is in it: 4 January rests, the 9th is worked for it."""
    content = copy.deepcopy(starter.read()["calendar"])
    found = read_notice(notice(COMING, 2027))
    content["years"][str(found.year)] = found.table
    return content


def with_days(*days: tuple[str, bool]) -> dict[str, Any]:
    """The starter calendar with days of the district's own."""
    rows = [{"day": day, "workday": worked, "name": "区里的安排", "source": "区政府通知"} for day, worked in days]
    return {**starter.read()["calendar"], "overrides": rows}


async def publish(store: Store, content: dict[str, Any], now: datetime) -> None:
    await store.write(editions.add, "calendar", content, "tests", now)


async def clock_of(store: Store, receipt: Received, name: str) -> Clock:
    found = (await whole(store, receipt)).clock(name)
    assert found is not None
    return found


async def last_day(store: Store, office: Office, receipt: Received, name: str = "main") -> date:
    due = (await clock_of(store, receipt, name)).due_at
    assert due is not None
    return due_day(due, (await office.book()).calendar)


async def lines(store: Store, receipt: Received) -> list[dict[str, Any]]:
    found = await store.read(journal.of_case, receipt.case_id)
    return [json.loads(line.data) for line in found if line.action == "clock.recounted"]


async def told(store: Store, receipt: Received) -> list[tuple[str, str, str, str]]:
    rows = await store.read(outbox.of_case, receipt.case_id)
    refs = [(row, json.loads(row["refs"])) for row in rows if row["text"].startswith("due_moved")]
    return sorted((row["recipient"], row["text"], of["was"], of["due"]) for row, of in refs)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(MONDAY)


async def test_a_new_year_moves_exactly_the_dates_that_reach_it_and_only_once(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    across, before = await in_work(office, "across"), await office.receive(a_letter("before", **QUESTION))
    clock.now = MONDAY + timedelta(days=2)
    version = (await whole(store, across)).case.version
    await publish(store, with_2027(), clock.now)
    office = office_on(store, clock, tmp_path)  # any process notices the new edition
    assert (await verify(office)).findings == ()

    done = await recount(office, clock.now, limit=3)

    assert done.moved == 2
    assert done.put_off == 0
    assert await last_day(store, office, across) == date(2027, 1, 6)
    assert await last_day(store, office, across, "unit") == date(2027, 1, 5)
    assert await last_day(store, office, before) == date(2026, 12, 21)
    assert await told(store, across) == [
        ("handler@urban", "due_moved_staff", "2027-01-04", "2027-01-05"),
        ("party:1", "due_moved", "2027-01-05", "2027-01-06"),
    ]
    moved = {line["clock"]: (line["was"], line["due"], line["calendar"]) for line in await lines(store, across)}
    assert moved == {"main": ("2027-01-05", "2027-01-06", 2), "unit": ("2027-01-04", "2027-01-05", 2)}
    case = (await whole(store, across)).case
    main = await clock_of(store, across, "main")
    assert (case.main_due, case.version) == (main.due_at, version)
    assert main.ledger[-1].what == "recalc"
    assert await told(store, before) == await lines(store, before) == []
    assert (await clock_of(store, before, "main")).calendar == 2
    assert (await verify(office)).findings == ()

    assert await recount(office, clock.now) == Recounted()
    assert len(await told(store, across)) == 2
    assert not (await store.read(clocks.behind, 2, clock.now, 10))


async def test_what_is_foreseen_is_what_happens(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    for n in range(3):
        await in_work(office, f"letter-{n}")
    await office.receive(a_letter("question", **QUESTION))
    ahead = await foresee(office, with_2027(), clock.now)
    assert (date(2027, 1, 4) in ahead.rest, date(2027, 1, 9) in ahead.work) == (True, True)
    assert (ahead.moved, ahead.cases) == (6, 3)
    assert ahead.dates == (
        (date(2027, 1, 4), date(2027, 1, 5), 3),
        (date(2027, 1, 5), date(2027, 1, 6), 3),
    )
    assert len(ahead.sample) == 6
    assert await recount(office, clock.now) == Recounted()  # looking wrote nothing

    await publish(store, with_2027(), clock.now)
    done = await recount(office_on(store, clock, tmp_path), clock.now)
    assert (done.moved, done.brought) == (ahead.moved, ahead.looked)


@pytest.mark.parametrize("swept", [True, False])
async def test_a_clock_that_is_late_stays_late_though_the_new_calendar_would_excuse_it(
    store: Store, clock: FixedClock, tmp_path: Path, *, swept: bool
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await office.receive(a_letter("late", **QUESTION))
    before = await clock_of(store, receipt, "main")
    clock.now = datetime(2026, 12, 22, 2, tzinfo=UTC)
    if swept:
        await sweep(office, clock.now)
    await publish(store, with_days(("2026-12-21", False), ("2026-12-22", False)), clock.now)
    office = office_on(store, clock, tmp_path)
    await recount(office, clock.now)
    await sweep(office, clock.now)
    after = await clock_of(store, receipt, "main")
    assert after.due_at == after.breached_at == before.due_at
    assert after.calendar == 1
    assert await told(store, receipt) == []
    assert (await verify(office)).findings == ()


async def test_a_clock_that_was_met_keeps_its_date(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await answered(office, "met")
    before = await clock_of(store, receipt, "main")
    await publish(store, with_2027(), clock.now)
    office = office_on(store, clock, tmp_path)
    await recount(office, clock.now)
    assert await clock_of(store, receipt, "main") == before
    assert (await verify(office)).findings == ()


async def test_a_date_is_never_moved_into_the_past(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    """Saturday and Sunday are declared worked on that Sunday: five working days would have been over on Saturday."""
    office = await an_office(store, clock, tmp_path)
    receipt = await office.receive(a_letter("shorter", **QUESTION))
    assert await last_day(store, office, receipt) == date(2026, 12, 21)
    clock.now = datetime(2026, 12, 20, 2, tzinfo=UTC)
    await publish(store, with_days(("2026-12-19", True), ("2026-12-20", True)), clock.now)
    office = office_on(store, clock, tmp_path)
    await recount(office, clock.now)
    assert await last_day(store, office, receipt) == date(2026, 12, 20)
    assert (await verify(office)).findings == ()
    page = await store.read(_explained, receipt, await office.book(), clock.now)
    assert page[-1] == (date(2026, 12, 20), False, "原算日期已过，按新日历延至最近的工作日（区里的安排）")


def _explained(tx: Tx, receipt: Received, book: Rulebook, now: datetime) -> list[tuple[date, bool, str]]:
    """How the date of the answer is reckoned, as every page shows it."""
    dossier = cases.dossier(tx, receipt.case_id)
    main = dossier.clock("main") if dossier else None
    assert main is not None
    view = clock_view(main, book.kinds["complaint"], book, now)
    return [(line.day, line.counted, line.why) for line in view.lines]


async def test_a_move_made_before_the_recount_counts_as_it_was_told(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    """Between the new edition and the recount a question to the citizen rests the clock; both then add up."""
    office = await an_office(store, clock, tmp_path)
    receipt = await in_work(office, "asked")
    await publish(store, with_2027(), clock.now)
    office = office_on(store, clock, tmp_path)
    await office.act(receipt.number, "ask_citizen", {"question": "请问是几号楼前面的？"}, HANDLER)
    await office.act(receipt.number, "request_pause", {"reason": "等来信人说明"}, HANDLER)
    await office.act(receipt.number, "approve_pause", {}, SIGNER)
    resting = await clock_of(store, receipt, "main")
    assert (resting.phase, resting.calendar) == ("paused", 1)
    await recount(office, clock.now)
    resting = await clock_of(store, receipt, "main")
    assert (resting.phase, resting.calendar, resting.due_at) == ("paused", 2, None)
    assert await told(store, receipt) == []
    clock.now += timedelta(days=2)
    await office.act(receipt.number, "add", {"text": "3栋前面。"}, citizen(receipt.case_id, 1))
    assert await last_day(store, office, receipt) == date(2027, 1, 7)
    assert (await verify(office)).findings == ()


async def test_an_extension_that_waits_for_its_decision_waits_until_the_moved_limit(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await in_work(office, "asked")
    await office.act(receipt.number, "request_extension", {"days": 5, "reason": "等配件"}, HANDLER)
    await publish(store, with_2027(), clock.now)
    office = office_on(store, clock, tmp_path)
    await recount(office, clock.now)
    asked = (await whole(store, receipt)).open("extension")
    assert asked is not None
    assert asked.due_at == (await clock_of(store, receipt, "main")).due_at


async def test_a_day_declared_afterwards_changes_no_figure_of_an_answered_case(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await in_work(office, "before")
    clock.now += timedelta(days=2)
    await office.act(receipt.number, "draft", {"body": GOOD_REPLY, "result": "upheld"}, HANDLER)
    await office.act(receipt.number, "sign_off", {}, SIGNER)
    await office.act(receipt.number, "qualified", {}, REVIEWER)
    await run_followers(office)
    await publish(store, with_days(("2026-12-15", False)), clock.now)
    office = office_on(store, clock, tmp_path)
    await recount(office, clock.now)
    await run_followers(office)
    assert await verify_totals(office) == ()
    assert (await verify(office)).findings == ()
    page = await store.read(_explained, receipt, await office.book(), clock.now)
    assert (date(2026, 12, 15), True, "工作日") in page


async def test_an_imported_case_moves_without_a_word(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await in_work(office, "old")
    await store.write(lambda tx: tx.execute("UPDATE cases SET origin = 'import'"))
    await publish(store, with_2027(), clock.now)
    done = await recount(office_on(store, clock, tmp_path), clock.now)
    assert done.moved == 2
    assert await told(store, receipt) == []
    assert len(await lines(store, receipt)) == 2
    assert (await clock_of(store, receipt, "main")).rung_at is None


async def test_rounds_and_sweeps_at_once_move_each_date_once(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    receipts = [await in_work(office, f"letter-{n}") for n in range(6)]
    clock.now += timedelta(days=14)
    await publish(store, with_2027(), clock.now)
    offices = [office_on(store, clock, tmp_path) for _ in range(2)]
    await asyncio.gather(*(recount(o, clock.now) for o in offices), *(sweep(o, clock.now) for o in offices))
    for receipt in receipts:
        assert len(await lines(store, receipt)) == len(await told(store, receipt)) == 2
        assert await last_day(store, office, receipt) == date(2027, 1, 6)
    assert (await verify(offices[0])).findings == ()


async def test_a_case_that_cannot_be_counted_does_not_hold_up_the_others(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    broken, well = await in_work(office, "broken"), await in_work(office, "well")
    sql = "UPDATE clock_ledger SET allowed = 'soon' WHERE case_id = :case_id AND name = 'main'"
    await store.write(lambda tx: tx.execute(sql, {"case_id": broken.case_id}))
    await publish(store, with_2027(), clock.now)
    office = office_on(store, clock, tmp_path)
    done = await recount(office, clock.now)
    assert (done.put_off, done.moved) == (1, 2)
    assert await last_day(store, office, well) == date(2027, 1, 6)


async def test_a_round_killed_in_the_middle_goes_on_where_it_was(
    store: Store, store_url: str, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipts = [await in_work(office, f"letter-{n}") for n in range(8)]
    await publish(store, with_2027(), clock.now)
    words = [sys.executable, "-m", "tests.supervision.slow_recount", store_url, str(tmp_path), clock.now.isoformat()]
    with subprocess.Popen(words, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as process:
        assert process.stdout is not None
        for _ in range(3):
            assert await asyncio.to_thread(process.stdout.readline)
        process.send_signal(signal.SIGKILL)
    begun = [len(await lines(store, receipt)) for receipt in receipts]
    assert 0 < sum(n > 0 for n in begun) < len(receipts)
    office = office_on(store, clock, tmp_path)
    assert (await verify(office)).findings == ()

    await recount(office, clock.now)
    assert [len(await lines(store, receipt)) for receipt in receipts] == [2] * 8
    assert [len(await told(store, receipt)) for receipt in receipts] == [2] * 8
    assert (await verify(office)).findings == ()
