"""Records with a day on them: the reason a late unit owes, proposed and given orders, joint work, calls, requests."""

import asyncio
import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from hub import reading
from hub.case import Overlay
from hub.errors import Invalid, NotNow
from hub.followers import run_followers, verify_totals
from hub.intake import Received
from hub.office import Office
from hub.people import Actor, citizen
from hub.storage import cases, clocks, journal, listed, outbox, totals
from hub.storage.contract import Store
from hub.storage.store import open_store
from hub.verify import verify
from supervision.patrol import Swept, climb_clock, sweep
from tests.builders import (
    GOOD_REPLY,
    HANDLER,
    RECEPTION,
    REVIEWER,
    SIGNER,
    SUPERVISOR,
    an_office,
    an_officer,
    office_on,
)
from tests.conftest import FixedClock
from tests.supervision.letters import answered, climbed, due_at, in_work, told, whole

LEADER = an_officer("白区长", "leader", home="intake")
ASSISTANT = an_officer("韩住建", "handler@housing")


async def workdays_late(office: Office, store: Store, receipt: Received, days: int) -> datetime:
    """Noon of the working day so many working days after the last day in time."""
    main_due = await due_at(store, receipt, "main")
    calendar = (await office.book()).calendar
    last = calendar.day_of(main_due - timedelta(seconds=1))
    return calendar.opening(calendar.add_workdays(last, days)) + timedelta(hours=3)


async def record(store: Store, receipt: Received, kind: str) -> Overlay:
    """The newest record of a kind."""
    return next(o for o in reversed((await whole(store, receipt)).overlays) if o.kind == kind)


async def listed_in(office: Office, store: Store, actor: Actor, view: str, now: datetime) -> list[str]:
    rows, _ = await store.read(reading.inbox, actor, view, {}, await office.book(), now)
    return [row.number for row in rows]


async def test_a_late_unit_owes_a_reason_within_a_working_day(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await in_work(office)
    clock.now = await workdays_late(office, store, receipt, 1)
    await asyncio.gather(sweep(office, clock.now), sweep(office, clock.now))

    urging = [o for o in (await whole(store, receipt)).overlays if o.kind == "urging"]
    assert [(o.state, o.unit) for o in urging] == [("open", "urban")], "main and unit are late, the reason is owed once"
    calendar = (await office.book()).calendar
    assert urging[0].due_at == calendar.midnight_after(calendar.add_workdays(calendar.day_of(clock.now), 1))
    assert await listed_in(office, store, HANDLER, "urging", clock.now) == [receipt.number]
    assert await listed_in(office, store, SUPERVISOR, "urging", clock.now) == [receipt.number]

    await office.act(receipt.number, "give_reason", {"text": "控制器缺货，后天到。"}, SIGNER)
    dossier = await whole(store, receipt)
    assert [o.state for o in dossier.overlays if o.kind == "urging"] == ["answered"]
    assert dossier.clock(f"urging#{urging[0].n}").phase == "met"  # type: ignore[union-attr]
    assert await listed_in(office, store, SUPERVISOR, "urging", clock.now) == []
    said = [m.body for m in await store.read(cases.messages, receipt.case_id) if m.kind == "note"]
    assert "控制器缺货，后天到。" in said
    lines = await store.read(journal.of_case, receipt.case_id)
    assert "控制器" not in "".join(line.data for line in lines), "the journal holds no words"


async def test_a_reason_that_does_not_come_is_told_to_the_supervision_office_once_and_counted(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await in_work(office)
    clock.now = await workdays_late(office, store, receipt, 1)
    await sweep(office, clock.now)
    urging = await record(store, receipt, "urging")
    assert urging.due_at is not None
    clock.now = urging.due_at
    await asyncio.gather(sweep(office, clock.now), sweep(office, clock.now))

    name = f"urging#{urging.n}"
    assert await climbed(store, receipt, name) == ["late"]
    assert await told(store, receipt, name) == [
        ("handler@urban", "record_late"),
        ("signer@urban", "record_late"),
        ("supervisor@", "record_late"),
    ]
    assert (await record(store, receipt, "urging")).state == "open", "it is owed still"
    await run_followers(office)
    assert await verify_totals(office) == ()
    rows = await store.read(totals.summed, ["urban"], "2026-01-01", "2026-12-31", room="heavy")
    counted = {r["measure"]: r["n"] for r in rows}
    assert (counted["urged"], counted["reason_late"], counted.get("reason_given", 0)) == (1, 1, 0)
    assert (await verify(office)).findings == ()


async def test_a_crash_between_the_rung_and_the_next_sweep_asks_for_the_reason_once(
    store: Store, clock: FixedClock, store_url: str, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await in_work(office)
    clock.now = await workdays_late(office, store, receipt, 4)
    book = await office.book()
    rows = await store.read(clocks.due, clock.now, 100)
    for row in rows:
        await store.write(climb_clock, row, book, clock.now)
    another = await open_store(store_url, clock=clock)
    await asyncio.gather(sweep(office_on(another, clock, tmp_path), clock.now), sweep(office, clock.now))
    await another.close()
    for row in rows:
        assert await store.write(climb_clock, row, book, clock.now) == Swept()
    kinds = [o.kind for o in (await whole(store, receipt)).overlays]
    assert (kinds.count("urging"), kinds.count("proposal"), kinds.count("call_back")) == (1, 1, 1)


async def test_what_is_given_to_another_unit_owes_no_reason_for_the_first(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await in_work(office)
    clock.now = await workdays_late(office, store, receipt, 1)
    await sweep(office, clock.now)
    await office.act(receipt.number, "redispatch", {"unit": "housing", "reason": "小区里的路灯。"}, RECEPTION)
    urging = await record(store, receipt, "urging")
    clock_ = (await whole(store, receipt)).clock(f"urging#{urging.n}")
    assert clock_ is not None
    assert (urging.state, clock_.phase, clock_.rung_at) == ("ended", "stopped", None)


async def test_proposals_rise_and_a_supervisor_makes_an_order_of_one(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await in_work(office)
    levels = []
    for days in (2, 3, 4, 5):  # the unit's clock is a day ahead of the citizen's: what it proposed is not repeated
        clock.now = await workdays_late(office, store, receipt, days)
        await sweep(office, clock.now)
        levels.append(
            [(o.data["level"], o.state) for o in (await whole(store, receipt)).overlays if o.kind == "proposal"]
        )
    assert levels[0] == levels[1] == [("supervise", "open")]
    assert levels[2] == levels[3] == [("supervise", "superseded"), ("bulletin", "open")]
    assert await listed_in(office, store, SUPERVISOR, "proposals", clock.now) == [receipt.number]

    day = (await office.book()).calendar.day_of(clock.now)
    with pytest.raises(Invalid) as wrong:
        await office.act(
            receipt.number, "take_up", {"due": str(day - timedelta(days=1)), "text": "请答复。"}, SUPERVISOR
        )
    assert "不能早于今天" in wrong.value.fields["due"].zh
    due = day + timedelta(days=2)
    await office.act(receipt.number, "take_up", {"due": str(due), "text": "请在两天内答复来信人。"}, SUPERVISOR)
    order = await record(store, receipt, "order")
    assert (order.state, order.data["level"]) == ("open", "bulletin")
    assert order.due_at == (await office.book()).calendar.midnight_after(due)
    assert (await record(store, receipt, "proposal")).state == "taken_up"


async def test_a_proposal_can_be_dropped_with_a_reason_and_does_not_come_again(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await in_work(office)
    clock.now = await workdays_late(office, store, receipt, 2)
    await sweep(office, clock.now)  # the unit's clock is a day ahead of the citizen's: its proposal comes first
    assert (await record(store, receipt, "proposal")).data["level"] == "supervise"
    with pytest.raises(Invalid):
        await office.act(receipt.number, "drop_proposal", {}, SUPERVISOR)
    await office.act(receipt.number, "drop_proposal", {"reason": "停电检修，已公告。"}, SUPERVISOR)
    clock.now = await workdays_late(office, store, receipt, 3)
    await sweep(office, clock.now)
    assert (await record(store, receipt, "proposal")).state == "refused"


async def test_an_order_reminds_turns_red_and_is_still_answered_after_the_letter(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await in_work(office)
    calendar = (await office.book()).calendar
    due = calendar.add_workdays(calendar.day_of(clock.now), 4)
    values = {"level": "supervise", "text": "请说明进度。", "due": due.isoformat()}
    await office.act(receipt.number, "order", values, SUPERVISOR)
    order = await record(store, receipt, "order")
    name = f"order#{order.n}"
    for moment in (calendar.opening(calendar.add_workdays(due, -1)), calendar.midnight_after(due)):
        clock.now = moment
        await asyncio.gather(sweep(office, moment), sweep(office, moment))
    assert await climbed(store, receipt, name) == ["day_before", "late"]
    assert ("supervisor@", "record_late") in await told(store, receipt, name)

    await office.act(receipt.number, "draft", {"body": GOOD_REPLY, "result": "upheld"}, HANDLER)
    await office.act(receipt.number, "sign_off", {}, SIGNER)
    await office.act(receipt.number, "qualified", {}, REVIEWER)
    assert (await record(store, receipt, "order")).state == "open"
    await office.act(receipt.number, "answer_order", {"text": "已答复来信人。"}, HANDLER)
    dossier = await whole(store, receipt)
    assert dossier.clock(name).phase == "met"  # type: ignore[union-attr]
    assert dossier.clock(name).breached_at == order.due_at  # type: ignore[union-attr]
    await run_followers(office)
    assert await verify_totals(office) == ()


async def test_the_public_list_shows_an_order_only_after_a_leader_let_it_and_until_it_is_answered(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await in_work(office)
    clock.now = await workdays_late(office, store, receipt, 11)
    await sweep(office, clock.now)
    day = (await office.book()).calendar.day_of(clock.now) + timedelta(days=3)
    await office.act(receipt.number, "take_up", {"due": day.isoformat(), "text": "挂牌。"}, SUPERVISOR)
    assert (await record(store, receipt, "order")).data["level"] == "listed"
    assert await store.read(listed.orders) == []
    with pytest.raises(Exception, match=r"."):
        await office.act(receipt.number, "list_publicly", {}, SUPERVISOR)

    await office.act(receipt.number, "list_publicly", {}, LEADER)
    (shown,) = await store.read(listed.orders)
    assert (shown.number, shown.unit) == (receipt.number, "urban")
    with pytest.raises(NotNow):
        await office.act(receipt.number, "list_publicly", {}, LEADER)
    await office.act(receipt.number, "answer_order", {"text": "明天答复。"}, HANDLER)
    assert await store.read(listed.orders) == []


async def test_a_letter_that_hides_its_writer_is_never_listed(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await in_work(office)
    await office.act(receipt.number, "set_level", {"level": "confidential"}, HANDLER)
    values = {"level": "listed", "text": "请答复。", "due": "2026-03-02"}
    await office.act(receipt.number, "order", values, SUPERVISOR)
    with pytest.raises(NotNow):
        await office.act(receipt.number, "list_publicly", {}, LEADER)


async def test_joint_work_without_a_day_gets_one_and_its_unit_hears_when_it_is_late(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await in_work(office)
    await office.act(receipt.number, "joint_open", {"unit": "housing", "task": "请看物业的合同。"}, HANDLER)
    joint = await record(store, receipt, "joint")
    assert joint.due_at is not None
    clock.now = joint.due_at
    await sweep(office, clock.now)
    name = f"joint#{joint.n}"
    assert {to for to, _ in await told(store, receipt, name)} == {"handler@housing", "handler@urban", "supervisor@"}
    await office.act(receipt.number, "joint_report", {"text": "合同写明由物业维护。"}, ASSISTANT)
    assert (await whole(store, receipt)).clock(name).phase == "met"  # type: ignore[union-attr]


async def test_an_instruction_is_reported_back_to_its_leader(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await in_work(office)
    await office.act(receipt.number, "instruct", {"text": "请区城管局本周解决。"}, LEADER)
    note = await record(store, receipt, "instruction")
    assert note.due_at is not None
    clock.now = note.due_at
    await sweep(office, clock.now)
    assert ("leader@", "record_late") in await told(store, receipt, f"instruction#{note.n}")
    await office.act(receipt.number, "answer_instruction", {"text": "已更换。"}, HANDLER)
    assert (await record(store, receipt, "instruction")).state == "answered"


async def test_when_the_limit_ends_unanswered_somebody_calls_and_closing_waits_for_it(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await in_work(office)
    main_due = await due_at(store, receipt, "main")
    clock.now = main_due
    await sweep(office, clock.now)
    assert await listed_in(office, store, SUPERVISOR, "calls", clock.now) == [receipt.number]
    dossier = await whole(store, receipt)
    assert dossier.clock("call_back").phase == "running"  # type: ignore[union-attr]
    await office.act(receipt.number, "call_back", {"result": "reached", "solved": "no", "text": "还没修。"}, SUPERVISOR)
    dossier = await whole(store, receipt)
    assert dossier.clock("call_back").phase == "met"  # type: ignore[union-attr]
    assert dossier.open("call_back") is None


async def test_requests_that_wait_for_the_supervision_office_have_clocks_and_a_shelf(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    asked, done, refused = await in_work(office, "a"), await answered(office, "b"), await in_work(office, "c")
    await office.act(asked.number, "request_extension", {"days": 3, "reason": "等配件"}, HANDLER)
    await office.act(done.number, "reopen", {"reason": "又不亮了。"}, citizen(done.case_id, 1))
    await office.act(refused.number, "transfer_out", {"reason": "跨区。", "where": "河西区"}, RECEPTION)
    await office.act(refused.number, "appeal", {"reason": "灯在本区。"}, citizen(refused.case_id, 1))
    clocked = {"extension": asked, "reopen_request": done, "appeal": refused}
    for name, receipt in clocked.items():
        assert (await whole(store, receipt)).clock(name).phase == "running", name  # type: ignore[union-attr]
    shelf = await listed_in(office, store, SUPERVISOR, "to_decide", clock.now)
    assert sorted(shelf) == sorted(r.number for r in clocked.values())

    await office.act(asked.number, "approve_extension", {}, SIGNER)
    await office.act(done.number, "refuse_reopen", {"reason": "看过了。"}, SUPERVISOR)
    clock.advance(days=30)
    await sweep(office, clock.now)
    assert ("supervisor@", "record_late") in [
        (r["recipient"], r["text"]) for r in await store.read(outbox.of_case, refused.case_id)
    ]
    await office.act(refused.number, "refuse_appeal", {"reason": "不在本区。"}, SUPERVISOR)
    for name, receipt in clocked.items():
        assert (await whole(store, receipt)).clock(name).phase == "met", name  # type: ignore[union-attr]
    assert await listed_in(office, store, SUPERVISOR, "to_decide", clock.now) == []
    assert (await verify(office)).findings == ()


async def test_a_question_left_for_sixty_eighty_and_ninety_days_is_told_once_each(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await in_work(office, "q")
    letter = await whole(store, receipt)
    assert letter.clock("veto") is None, "a complaint is no question"
    await office.act(receipt.number, "change_kind", {"kind": "consult", "reason": "问的是办法。"}, RECEPTION)
    seen = []
    for day in (59, 60, 79, 80, 89, 91):
        clock.now = letter.case.received_at + timedelta(days=day)
        await asyncio.gather(sweep(office, clock.now), sweep(office, clock.now))
        rows = await store.read(outbox.of_case, receipt.case_id)
        seen.append([(r["recipient"], json.loads(r["refs"])["days"]) for r in rows if r["text"] == "veto"])
    assert [len(rows) for rows in seen] == [0, 2, 2, 4, 4, 6]
    assert sorted(seen[-1]) == [
        ("leader@", 60), ("leader@", 80), ("leader@", 91), ("supervisor@", 60), ("supervisor@", 80), ("supervisor@", 91)
    ]  # fmt: skip
    assert await climbed(store, receipt, "veto") == ["day_60", "day_80", "day_90"]
    await office.act(receipt.number, "draft", {"body": GOOD_REPLY, "result": "answered"}, HANDLER)
    await office.act(receipt.number, "sign_off", {}, SIGNER)
    await office.act(receipt.number, "qualified", {}, REVIEWER)
    assert (await whole(store, receipt)).clock("veto").phase == "met"  # type: ignore[union-attr]
