"""The patrol over the clocks: everything late is recorded with its true time, nothing twice, nothing in silence."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from hub.moments import from_text, to_text
from hub.people import citizen
from hub.storage import clocks, journal, outbox, sweeps
from hub.storage.contract import Store
from hub.storage.store import open_store
from hub.storage.tx import Tx
from hub.sweeping import QUARANTINE_AFTER
from supervision.patrol import Swept, climb_clock, sweep
from tests.builders import HANDLER, RECEPTION, SIGNER, SUPERVISOR, a_letter, an_office, office_on
from tests.conftest import FixedClock
from tests.supervision.letters import answered, at_unit, climbed, due_at, in_work, told, whole


async def test_three_days_down_over_several_rungs_records_each_and_sends_the_highest(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await in_work(office)
    main_due = await due_at(store, receipt, "main")
    await sweep(office, main_due - timedelta(days=2))
    before = await climbed(store, receipt, "main")
    notices = await told(store, receipt, "main")

    clock.now = main_due + timedelta(days=3)
    await sweep(office, clock.now)

    since = [r for r in await climbed(store, receipt, "main") if r not in before]
    assert since == ["day_before", "call", "late", "late_1"]
    new = [n for n in await told(store, receipt, "main") if n not in notices]
    assert new == [("signer@urban", "urge"), ("supervisor@", "urge")]
    rows = await store.read(clocks.fired, receipt.case_id)
    late = next(r for r in rows if (r["name"], r["rung"]) == ("main", "late"))
    assert from_text(late["at"]) == main_due
    assert from_text(late["recorded_at"]) == clock.now


async def test_a_breach_is_written_at_its_true_moment_and_names_its_holder(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await in_work(office)
    before_due = await due_at(store, receipt, "main")
    clock.now = before_due + timedelta(hours=5)
    await sweep(office, clock.now)

    main = (await whole(store, receipt)).clock("main")
    assert main is not None
    assert main.breached_at == before_due == main.due_at
    assert [e.at for e in main.ledger if e.what == "breached"] == [before_due]
    lines = await store.read(journal.of_case, receipt.case_id)
    booked = [json.loads(line.data) for line in lines if line.action == "clock.climbed"]
    assert [(b["holder"], b["unit"]) for b in booked if b.get("breach") and b["clock"] == "main"] == [("unit", "urban")]
    assert ("party:1", "overdue") in await told(store, receipt, "main")


async def test_a_message_in_the_quiet_hours_waits_for_the_next_staffed_moment(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await in_work(office)
    main_due = await due_at(store, receipt, "main")
    clock.now = main_due
    await sweep(office, clock.now)
    rows = await store.read(outbox.of_case, receipt.case_id)
    overdue = next(r for r in rows if r["text"] == "overdue")
    calendar = (await office.book()).calendar
    assert overdue["created_at"] == to_text(main_due)
    assert from_text(overdue["next_at"]) == calendar.next_staffed_moment(main_due) > main_due


async def test_a_case_nobody_signs_for_counts_as_signed_a_day_after_the_limit(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await at_unit(office)
    sign_due = await due_at(store, receipt, "sign")
    await sweep(office, sign_due)
    assert (await whole(store, receipt)).case.state == "dispatched"

    clock.advance(days=14)
    await sweep(office, clock.now)
    dossier = await whole(store, receipt)
    assert dossier.case.state == "working"
    signed = dossier.clock("sign")
    assert signed is not None
    assert (signed.phase, signed.rung_at) == ("stopped", None)


async def test_a_letter_that_is_not_supplied_lapses(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await office.receive(a_letter(kind="suggest", title="建议", body="希望多一些。"))
    assert receipt.state == "submitted"
    await office.act(receipt.number, "ask_fix", {"question": "请问在哪条路上？"}, RECEPTION)
    clock.advance(days=40)
    await sweep(office, clock.now)
    dossier = await whole(store, receipt)
    assert dossier.case.state == "lapsed"
    rows = await store.read(outbox.of_case, receipt.case_id)
    texts = [r["text"] for r in rows if r["recipient"] == "party:1"]
    assert texts.count("lapsed") == 1
    assert texts.count("need_fix") == 1, "a reminder that the lapse has overtaken is not sent"
    assert await climbed(store, receipt, "main") == [], "the citizen's clock rested"


async def test_an_answered_case_closes_after_the_rating_window(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await answered(office)
    await sweep(office, clock.advance(days=4))
    assert ("party:1", "rate_invite") in await told(store, receipt, "rating")
    await sweep(office, clock.advance(days=14))
    case = (await whole(store, receipt)).case
    assert (case.state, case.closed_at) == ("closed", clock.now)


async def test_whoever_has_rated_is_not_invited(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await answered(office)
    await office.act(receipt.number, "rate", {"score": 4, "solved": "yes"}, citizen(receipt.case_id, 1))
    await sweep(office, clock.advance(days=4))
    assert await climbed(store, receipt, "rating") == ["invite"]
    assert await told(store, receipt, "rating") == []


async def test_a_close_that_must_wait_is_tried_again_the_next_working_day(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await answered(office)
    clock.advance(days=14)
    me = citizen(receipt.case_id, 1)
    await office.act(receipt.number, "reopen", {"reason": "晚上又不亮了。"}, me)
    await sweep(office, clock.advance(days=3))
    dossier = await whole(store, receipt)
    rating = dossier.clock("rating")
    assert dossier.case.state == "answered"
    assert rating is not None
    assert rating.rung_at is not None
    assert rating.rung_at > clock.now

    await office.act(receipt.number, "refuse_reopen", {"reason": "已到现场看过。"}, SUPERVISOR)
    clock.now = rating.rung_at
    await sweep(office, clock.now)
    assert (await whole(store, receipt)).case.state == "closed"


async def test_a_paused_clock_climbs_nothing(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await in_work(office)
    await office.act(receipt.number, "ask_citizen", {"question": "请问是哪一栋？"}, HANDLER)
    await office.act(receipt.number, "request_pause", {"reason": "等来信人说明"}, HANDLER)
    await office.act(receipt.number, "approve_pause", {}, SIGNER)
    pause = (await whole(store, receipt)).open("pause")
    assert pause is not None
    assert pause.due_at is not None
    await sweep(office, pause.due_at - timedelta(seconds=1))
    assert await climbed(store, receipt, "main") == []

    clock.now = pause.due_at
    await sweep(office, clock.now)
    dossier = await whole(store, receipt)
    main = dossier.clock("main")
    assert dossier.open("pause") is None
    assert main is not None
    assert main.phase == "running"


async def test_an_extension_nobody_decides_by_the_limit_is_not_granted(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await in_work(office)
    await office.act(receipt.number, "request_extension", {"days": 5, "reason": "等配件"}, HANDLER)
    before = await whole(store, receipt)
    main = before.clock("main")
    assert main is not None
    assert main.due_at is not None
    await asyncio.gather(sweep(office, main.due_at), sweep(office, main.due_at))
    after = await whole(store, receipt)
    assert after.open("extension") is None
    assert [o.state for o in after.overlays if o.kind == "extension"] == ["refused"]
    lines = await store.read(journal.of_case, receipt.case_id)
    assert [line.action for line in lines].count("move.lapse_extension") == 1
    moved = after.clock("main")
    assert moved is not None
    assert moved.due_at == main.due_at
    texts = [r["text"] for r in await store.read(outbox.of_case, receipt.case_id)]
    assert texts.count("extension_decided") == 1


async def test_two_sweeps_at_once_fire_each_effect_once(
    store: Store, clock: FixedClock, store_url: str, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipts = [await in_work(office, f"key-{n}") for n in range(6)]
    clock.advance(days=60)
    another = await open_store(store_url, clock=clock)  # as another process would
    other = office_on(another, clock, tmp_path)
    done = await asyncio.gather(sweep(office, clock.now, 4), sweep(other, clock.now, 4), sweep(office, clock.now))
    await another.close()
    assert sum(d.put_off for d in done) == 0
    for receipt in receipts:
        rungs = await climbed(store, receipt, "main")
        assert sorted(rungs) == sorted(set(rungs))
        lines = await store.read(journal.of_case, receipt.case_id)
        assert len([x for x in lines if x.action == "clock.climbed" and '"main"' in x.data]) == len(rungs) == 9
        assert await told(store, receipt, "main") == [("leader@", "overdue_staff"), ("supervisor@", "overdue_staff")]
    assert await sweep(office, clock.now) == Swept()


async def test_a_sweep_that_is_cut_off_is_finished_by_the_next(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    receipts = [await in_work(office, f"key-{n}") for n in range(5)]
    clock.advance(days=60)
    rows = await store.read(clocks.due, clock.now, 100)
    book = await office.book()
    for row in rows[: len(rows) // 2]:  # what had been committed before the crash
        await store.write(climb_clock, row, book, clock.now)
    cut = asyncio.create_task(sweep(office, clock.now))
    await asyncio.sleep(0.01)
    cut.cancel()
    await asyncio.gather(cut, return_exceptions=True)
    await sweep(office, clock.now)
    for row in rows:
        assert await store.write(climb_clock, row, book, clock.now) == Swept(), "a late deed finds nothing to do"
    for receipt in receipts:
        rungs = await climbed(store, receipt, "main")
        assert (len(rungs), len(set(rungs))) == (9, 9)
        assert len(await told(store, receipt, "main")) == 2


async def test_a_clock_set_back_fires_nothing(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    await sweep(office, clock.now)
    receipt = await in_work(office)
    later = clock.advance(days=30)
    await sweep(office, later)
    rungs = await climbed(store, receipt, "main")
    assert (await sweep(office, later - timedelta(days=20))).refused
    assert not (await sweep(office, later - timedelta(seconds=30))).refused
    assert await climbed(store, receipt, "main") == rungs
    assert await store.read(sweeps.moment, sweeps.LAST) == later
    assert await store.read(sweeps.moment, sweeps.HEARTBEAT) == later - timedelta(seconds=30)


def spoil(tx: Tx, case_id: str) -> None:
    tx.execute("UPDATE clock_ledger SET allowed = 'soon' WHERE case_id = :id AND name = 'main'", {"id": case_id})


def mend(tx: Tx, case_id: str, allowed: str) -> None:
    params: dict[str, Any] = {"id": case_id, "allowed": allowed}
    tx.execute("UPDATE clock_ledger SET allowed = :allowed WHERE case_id = :id AND name = 'main'", params)


async def test_a_row_that_raises_is_put_off_and_does_not_block_the_rest(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    poison, good = await in_work(office, "key-1"), await in_work(office, "key-2")
    main = (await whole(store, poison)).clock("main")
    assert main is not None
    assert main.ledger[0].limit is not None
    await store.write(spoil, poison.case_id)
    clock.advance(days=60)
    swept = await sweep(office, clock.now, 2)
    assert swept.put_off >= 1
    assert await climbed(store, good, "main")

    waits: list[timedelta] = []
    for _ in range(QUARANTINE_AFTER - 1):
        until = from_text((await store.read(sweeps.listed))[0]["until"])
        waits.append(until - clock.now)
        assert (await sweep(office, until - timedelta(seconds=1))).put_off == 0
        clock.now = until
        assert (await sweep(office, clock.now)).put_off >= 1
    waits.append(from_text((await store.read(sweeps.listed))[0]["until"]) - clock.now)
    assert waits == [timedelta(minutes=1), timedelta(minutes=4), timedelta(minutes=16), timedelta(minutes=64),
                     timedelta(days=1)]  # fmt: skip

    await store.write(mend, poison.case_id, str(main.ledger[0].limit))
    await sweep(office, clock.advance(days=1, minutes=1))
    assert await climbed(store, poison, "main") == await climbed(store, good, "main"), "no rung was lost by the wait"
    await sweep(office, clock.now)
    assert await store.read(sweeps.listed) == [], "what went through is forgotten"


async def test_imported_cases_climb_nothing(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await office.receive(a_letter(channel="import", at=clock.now - timedelta(days=90)))
    await sweep(office, clock.advance(days=90))
    assert await store.read(clocks.fired, receipt.case_id) == []
