"""Faults that other helpdesks are known for, each as a story that must not happen here; and a clock that jumps."""

from datetime import timedelta
from pathlib import Path

import pytest

from hub import sweeping
from hub.errors import Forbidden, NotNow
from hub.moments import from_text
from hub.people import citizen
from hub.storage import clocks, journal, outbox, sweeps
from hub.storage.contract import Store
from hub.storage.tx import Tx
from supervision.patrol import sweep
from tests.builders import HANDLER, SIGNER, SUPERVISOR, a_letter, an_office, an_officer
from tests.conftest import FixedClock
from tests.supervision.letters import answered, at_unit, climbed, due_at, in_work, told, whole

ADMIN = an_officer("管理员", "admin", home="intake")


async def test_one_clock_of_a_case_never_overrides_another(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await in_work(office)
    dossier = await whole(store, receipt)
    main, unit = dossier.clock("main"), dossier.clock("unit")
    assert main is not None
    assert unit is not None
    assert main.due_at is not None
    assert unit.due_at is not None
    assert unit.due_at < main.due_at
    await sweep(office, unit.due_at + timedelta(minutes=1))
    after = await whole(store, receipt)
    assert [(c.name, c.breached_at) for c in after.clocks if c.breached_at] == [("unit", unit.due_at)]
    kept = after.clock("main")
    assert kept is not None
    assert kept.due_at == main.due_at


async def test_whoever_spoke_last_is_not_warned_for_silence(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    spoken, silent = await in_work(office, "key-1"), await at_unit(office, "key-2")
    await office.act(silent.number, "sign", {}, HANDLER)
    await sweep(office, clock.advance(days=2))
    assert await climbed(store, spoken, "first_contact") == []
    assert "late" in await climbed(store, silent, "first_contact")


async def test_a_case_that_is_reopened_has_a_clock_again(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await answered(office)
    clock.advance(days=3)
    await office.act(receipt.number, "reopen", {"reason": "晚上又不亮了。"}, citizen(receipt.case_id, 1))
    await office.act(receipt.number, "grant_reopen", {"reason": "来信人所说属实。"}, SUPERVISOR)
    main = (await whole(store, receipt)).clock("main")
    assert main is not None
    assert main.due_at is not None
    assert (main.round, main.phase) == (2, "running")
    await sweep(office, main.due_at)
    late = (await whole(store, receipt)).clock("main")
    assert late is not None
    assert late.breached_at == main.due_at


async def test_a_case_that_is_over_alarms_nobody(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await in_work(office)
    await office.act(receipt.number, "withdraw", {"reason": "已经修好了。"}, citizen(receipt.case_id, 1))
    await sweep(office, clock.advance(days=90))
    assert await store.read(clocks.fired, receipt.case_id) == []


async def test_a_clock_that_rested_past_its_old_limit_does_not_alarm_when_it_goes_on(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await in_work(office)
    before_due = await due_at(store, receipt, "main")
    await office.act(receipt.number, "ask_citizen", {"question": "请问是哪一栋？"}, HANDLER)
    await office.act(receipt.number, "request_pause", {"reason": "等来信人说明"}, HANDLER)
    await office.act(receipt.number, "approve_pause", {}, SIGNER)
    pause = (await whole(store, receipt)).open("pause")
    assert pause is not None
    assert pause.due_at is not None
    resting = (await whole(store, receipt)).clock("main")
    assert resting is not None
    assert (resting.phase, resting.due_at) == ("paused", None), "a resting clock shows no limit that runs"
    clock.now = pause.due_at
    await sweep(office, clock.now)
    after_due = await due_at(store, receipt, "main")
    assert after_due > before_due
    assert "late" not in await climbed(store, receipt, "main")


async def test_many_late_cases_starve_nobody_however_small_the_batch(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipts = [await at_unit(office, f"key-{n}") for n in range(4)]
    await sweep(office, clock.advance(days=60), 1)
    ladder = (await office.book()).ladders["main"]
    for receipt in receipts:
        assert len(await climbed(store, receipt, "main")) == len(ladder.rungs)


async def test_what_the_sweep_once_said_late_is_said_to_the_citizen_once(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await in_work(office)
    main_due = await due_at(store, receipt, "main")
    for minutes in range(0, 50, 10):
        await sweep(office, main_due + timedelta(minutes=minutes))
    assert [n for n in await told(store, receipt, "main") if n[0] == "party:1"] == [("party:1", "overdue")]


# A row that raises, and a clock that jumps ----------------------------------------------------------------------------


def break_overlay(tx: Tx, case_id: str, data: str) -> None:
    tx.execute(
        "UPDATE overlays SET data = :data WHERE case_id = :id AND kind = 'extension'", {"id": case_id, "data": data}
    )


async def test_an_overlay_that_cannot_be_ended_is_put_off_and_ends_once_it_is_mended(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await in_work(office)
    await office.act(receipt.number, "request_extension", {"days": 5, "reason": "等配件"}, HANDLER)
    extension = (await whole(store, receipt)).open("extension")
    assert extension is not None
    assert extension.due_at is not None
    await store.write(break_overlay, receipt.case_id, "{")
    clock.now = extension.due_at
    assert (await sweep(office, clock.now)).put_off >= 1
    (row,) = [r for r in await store.read(sweeps.listed) if r["what"] == "overlay"]
    assert (row["name"], row["number"], row["tries"]) == ("extension", receipt.number, 1)
    assert from_text(row["until"]) == clock.now + timedelta(minutes=1)
    assert (await sweep(office, clock.advance(seconds=30))).put_off == 0, "not in every sweep"

    await store.write(break_overlay, receipt.case_id, "{}")
    for listed in await store.read(sweeps.listed):
        key = (listed["what"], listed["case_id"], listed["name"], listed["n"])
        await store.write(sweeping.again, *key, ADMIN, clock.now)
    assert (await sweep(office, clock.now)).ended == 1
    await sweep(office, clock.now)
    assert await store.read(sweeps.listed) == []
    assert "sweep.again" in {line.action for line in await store.read(journal.of_case, receipt.case_id)}


async def test_a_clock_ahead_and_back_fires_nothing_twice_and_loses_nothing(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    early, right = await in_work(office, "key-1"), clock.now
    await sweep(office, right)
    ahead = right + timedelta(days=40)
    await sweep(office, ahead)
    fired = await store.read(clocks.fired, early.case_id)
    assert fired

    clock.now = right + timedelta(minutes=5)
    with pytest.raises(Forbidden):
        await store.write(sweeping.set_right, SUPERVISOR, clock.now)
    later = await in_work(office, "key-2")
    assert (await sweep(office, clock.now)).refused
    marked = await store.write(sweeping.set_right, ADMIN, clock.now)
    assert marked == len([f for f in fired if from_text(f["at"]) > clock.now])
    assert {row["number"] for row in await store.read(sweeps.fired_ahead)} == {early.number}
    with pytest.raises(NotNow):
        await store.write(sweeping.set_right, ADMIN, clock.now)

    for days in (1, 10, 30, 60):
        assert not (await sweep(office, right + timedelta(days=days))).refused
    ladder = (await office.book()).ladders["main"]
    whole = len(ladder.rungs)
    assert len(await climbed(store, later, "main")) == whole, "what came after the clock was right has its whole ladder"
    again = await store.read(clocks.fired, early.case_id)
    assert len({(r["name"], r["round"], r["rung"]) for r in again}) == len(again)
    keys = [row["key"] for row in await store.read(outbox.of_case, early.case_id)]
    assert len(keys) == len(set(keys))


async def test_a_wrong_clock_says_who_set_it_right_in_the_journal(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    await office.receive(a_letter())
    await sweep(office, clock.now + timedelta(days=3))
    await store.write(sweeping.set_right, ADMIN, clock.now)
    lines = await store.read(journal.read_after, 0, 100)
    told_ = [(line.action, line.actor, line.case_id) for line in lines if line.action.startswith("sweep.")]
    assert told_ == [("sweep.clock_right", ADMIN.id, None)]
