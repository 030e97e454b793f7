"""Followers: merged answers, search and totals follow the journal, each effect once, and totals are what they count."""

import asyncio
import random
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.case import Dossier
from hub.errors import Refusal
from hub.followers import PUBLIC, STAFF, Release, answer_with_lead, run_followers, verify_totals
from hub.intake import Received
from hub.machines.machine import Move
from hub.measures import Place, counted
from hub.move import choices, kind_of, open_moves
from hub.office import Office
from hub.people import Actor, citizen
from hub.rulebook import Rulebook
from hub.storage import cases, journal, outbox, publications, search, totals, wording
from hub.storage.contract import Store
from hub.storage.tx import Tx
from hub.submission import Submission
from hub.wording import marks
from supervision.patrol import sweep
from tests.builders import (
    GOOD_REPLY,
    HANDLER,
    PUBLISHER,
    RECEPTION,
    REVIEWER,
    SIGNER,
    SUPERVISOR,
    a_letter,
    an_office,
    an_officer,
)
from tests.conftest import FixedClock

STAFF_OF_ALL = (RECEPTION, HANDLER, SIGNER, REVIEWER, PUBLISHER, SUPERVISOR, an_officer("邹复核", "reviewer"))


async def dispatched(office: Office, key: str, **changes: Any) -> Received:
    receipt = await office.receive(a_letter(key, **changes))
    if receipt.state == "submitted":
        await office.act(receipt.number, "accept", {}, RECEPTION)
        await office.act(receipt.number, "dispatch", {"unit": "urban"}, RECEPTION)
    return receipt


async def answer(office: Office, number: str) -> None:
    await office.act(number, "sign", {}, HANDLER)
    await office.act(number, "draft", {"body": GOOD_REPLY, "result": "upheld"}, HANDLER)
    await office.act(number, "sign_off", {}, SIGNER)
    await office.act(number, "qualified", {}, REVIEWER)


def a_sealed_letter(key: str) -> Submission:
    return a_letter(
        key,
        kind="report_staff",
        title="窗口收费问题",
        body="窗口人员违规收费，不给收据。",
        aim="misconduct",
        target="urban",
        fields={"who": "窗口的一位工作人员", "which_unit": "区城管局"},
    )


def engine_of(store: Store) -> str:
    return "postgres" if store.health().engine.startswith("postgres") else "sqlite"


async def found(store: Store, room: str, query: str) -> list[str]:
    return [h.case_id for h in await store.read(search.find, engine_of(store), room, query, 10)]


# Merged cases ------------------------------------------------------------------------------------------------------


async def test_a_merged_case_is_answered_with_its_lead_once(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    lead, follower = await dispatched(office, "key-1"), await dispatched(office, "key-2", title="路灯又不亮")
    await office.act(follower.number, "merge", {"into": lead.number}, RECEPTION)
    clock.advance(hours=3)
    await answer(office, lead.number)
    await asyncio.gather(run_followers(office), run_followers(office))
    await run_followers(office)

    dossier = await store.read(cases.dossier, follower.case_id)
    assert dossier is not None
    assert dossier.case.answered_at == clock.now
    main = dossier.clock("main")
    assert main is not None
    assert main.phase == "met"
    said = await store.read(cases.messages, follower.case_id)
    assert [m.body for m in said if m.kind == "reply"] == [GOOD_REPLY]
    notices = [r for r in await store.read(outbox.of_case, follower.case_id) if r["text"] == "answered"]
    assert len(notices) == 1
    rated = await office.act(follower.number, "rate", {"score": 2, "solved": "no"}, citizen(follower.case_id, 1))
    assert rated.score == 2


async def test_a_follower_that_was_answered_and_opened_again_is_not_answered_by_the_same_release(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    lead, follower = await dispatched(office, "key-1"), await dispatched(office, "key-2")
    await office.act(follower.number, "merge", {"into": lead.number}, RECEPTION)
    await answer(office, lead.number)
    await run_followers(office)
    await office.act(follower.number, "order_reopen", {"reason": "回访说没有修好"}, SUPERVISOR)

    lines = await store.read(journal.of_case, lead.case_id)
    released = next(line for line in lines if line.action == "reply.released")
    release = Release(released.seq, lead.case_id, 1)
    book = await office.book()
    assert not await store.write(answer_with_lead, release, follower.case_id, book, clock.now)


# Search ------------------------------------------------------------------------------------------------------------


async def test_staff_find_a_case_by_what_was_said_and_answered(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await dispatched(office, "key-1")
    await run_followers(office)
    assert await found(store, STAFF, "路灯坏了") == [receipt.case_id]
    assert await found(store, STAFF, "控制箱进水") == []
    await answer(office, receipt.number)
    await run_followers(office)
    assert await found(store, STAFF, "控制箱进水") == [receipt.case_id]
    assert await found(store, STAFF, receipt.number) == [receipt.case_id]
    assert await found(store, PUBLIC, "路灯") == []


async def test_a_sealed_case_is_in_no_index(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    await office.receive(a_sealed_letter("key-1"))
    await run_followers(office)
    assert await found(store, STAFF, "窗口收费") == []


def a_page(receipt: Received, number: str) -> publications.Page:
    return publications.Page(
        case_id=receipt.case_id,
        record="",
        number=number,
        title="路灯坏了",
        body="小区门口的路灯不亮。",
        reply="控制箱进水，已更换。",
        surname="",
        masks="",
        kind="complaint",
        unit="urban",
        area="",
        result="upheld",
        received_day="2026-02-13",
        answered_day="2026-02-13",
        workdays=0,
        allowed=15,
        rounds=1,
        score=0,
        solved="",
    )


async def test_the_public_finds_a_page_while_it_is_shown_and_not_after(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await dispatched(office, "key-1")
    await answer(office, receipt.number)
    record_id = await store.read(cases.about, receipt.case_id, "publication")
    assert record_id is not None
    record = await store.read(cases.get, record_id)
    assert record is not None
    await office.publish(record.number, {}, a_page(receipt, receipt.number), PUBLISHER, None)
    await run_followers(office)
    assert await found(store, PUBLIC, "控制箱") == [receipt.case_id]

    await office.act(receipt.number, "order_reopen", {"reason": "又坏了"}, SUPERVISOR)
    await run_followers(office)
    assert await found(store, PUBLIC, "控制箱") == []


# Totals ------------------------------------------------------------------------------------------------------------


async def sums(store: Store, unit: str = "") -> Mapping[str, int]:
    rows = await store.read(totals.summed, [unit], "2026-01-01", "2027-12-31")
    counts: dict[str, int] = {}
    for r in rows:
        counts[r["measure"]] = counts.get(r["measure"], 0) + int(r["n"])
    return {m: n for m, n in counts.items() if n}


async def test_a_life_in_time_counts_once_in_each_of_its_measures(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await dispatched(office, "key-1")
    clock.advance(days=1)
    await answer(office, receipt.number)
    await office.act(receipt.number, "rate", {"score": 5, "solved": "yes"}, citizen(receipt.case_id, 1))
    await run_followers(office)
    whole, unit = await sums(store), await sums(store, "urban")
    for measure in ("received", "answered", "in_time", "unit_in_time", "first_pass", "rated", "satisfied", "took:01"):
        assert (measure, whole.get(measure), unit.get(measure)) == (measure, 1, 1)
    assert (whole["score"], whole["workdays"], whole["rounds"], whole["solved:yes"]) == (5, 1, 1, 1)
    assert "late" not in whole
    assert await verify_totals(office) == ()


async def test_an_open_overdue_case_counts_as_late_before_it_is_answered(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await dispatched(office, "key-1")
    await sweep(office, clock.advance(days=60))
    await run_followers(office)
    counts = await sums(store)
    assert (counts["late"], counts["late_open"], counts["unit_late"]) == (1, 1, 1)
    assert "in_time" not in counts
    await office.act(receipt.number, "draft", {"body": GOOD_REPLY, "result": "upheld"}, HANDLER)
    await office.act(receipt.number, "sign_off", {}, SIGNER)
    await office.act(receipt.number, "qualified", {}, REVIEWER)
    await run_followers(office)
    counts = await sums(store)
    assert counts["late"] == 1
    assert "late_open" not in counts
    assert "in_time" not in counts


async def test_imported_cases_count_apart_and_sealed_ones_at_no_unit(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    await office.receive(a_letter("key-1", channel="import", at=clock.now - timedelta(days=9)))
    sealed = await office.receive(a_sealed_letter("key-2"))
    await run_followers(office)
    whole = await sums(store)
    assert (whole["received"], whole["imported.received"]) == (1, 1)
    dossier = await store.read(cases.dossier, sealed.case_id)
    assert dossier is not None
    assert dossier.case.sealed
    assert dossier.case.unit
    calendar = (await office.book()).calendar
    assert {p.unit for p in counted(dossier, calendar)} == {""}


async def test_totals_that_were_touched_are_found(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await dispatched(office, "key-1")
    await run_followers(office)
    assert await verify_totals(office) == ()

    def touch(tx: Any) -> None:
        tx.execute("UPDATE totals SET n = n + 1 WHERE measure = 'received' AND unit = '' AND cut IN ('day', 'month')")
        tx.execute("DELETE FROM facts")

    await store.write(touch)
    touched = [
        Place("", cut, span, "", "complaint", "received") for cut, span in (("day", "2026-02-13"), ("month", "2026-02"))
    ]
    assert await verify_totals(office) == (receipt.case_id, *(f"total {'/'.join(place)}" for place in touched))


async def test_a_case_that_cannot_be_read_does_not_hold_up_the_others(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    bad, good = await dispatched(office, "key-1"), await dispatched(office, "key-2", title="井盖破损有危险")

    def spoil(tx: Any) -> None:
        tx.execute("UPDATE clock_ledger SET allowed = 'soon' WHERE case_id = :id", {"id": bad.case_id})

    await store.write(spoil)
    await run_followers(office)
    assert (await sums(store))["received"] == 1
    assert await found(store, STAFF, "井盖破损") == [good.case_id]
    assert await store.read(journal.cursor, "totals") == (await store.read(journal.head)).seq


def random_values(draw: random.Random, move: Move, dossier: Dossier, book: Rulebook, other: str) -> dict[str, Any]:
    """Values that the move may take; most of them legal, as people's are."""
    values: dict[str, Any] = {}
    for field in move.fields:
        if not field.required and draw.random() < 0.5 and field.name not in ("result", "reason"):
            continue
        match field.type:
            case "text" | "longtext":
                values[field.name] = "换了控制器，明天再看。"
            case "choice":
                known = [code for code, _, _ in choices(field, book, kind_of(dossier, book))]
                if known:
                    values[field.name] = draw.choice(known)
            case "reasons":
                values[field.name] = ["Q1"]
            case "unit":
                values[field.name] = draw.choice(["urban", "housing", "water"])
            case "int":
                values[field.name] = draw.randint(1, 5)
            case "bool":
                values[field.name] = draw.choice(["true", "false"])
            case "date":
                values[field.name] = "2026-12-01"
            case "case":
                values[field.name] = other
            case "officer":
                values[field.name] = HANDLER.id
    return {name: value for name, value in values.items() if name not in ("files", "seen")}


async def a_random_step(
    draw: random.Random, office: Office, receipts: list[Received], actors: tuple[Actor, ...]
) -> bool:
    """One legal move by somebody on one case; False where a rule said no."""
    receipt, other = draw.choice(receipts), draw.choice(receipts)
    actor = draw.choice((*actors, citizen(receipt.case_id, 1)))
    book = await office.book()
    dossier = await office.store.read(cases.dossier, receipt.case_id)
    assert dossier is not None
    moves = [m for m in open_moves(dossier, actor, office.clock(), book) if m.code not in ("withdraw", "stop")]
    if not moves:
        return False
    move = draw.choice(moves)
    try:
        await office.act(receipt.number, move.code, random_values(draw, move, dossier, book, other.number), actor)
    except Refusal:
        return False
    return True


@pytest.mark.parametrize("seed", range(3))
async def test_totals_equal_a_recomputation_after_any_history(
    store: Store, clock: FixedClock, tmp_path: Path, seed: int
) -> None:
    draw = random.Random(seed)
    office = await an_office(store, clock, tmp_path)
    receipts = [
        await dispatched(office, f"key-{n}", kind=draw.choice(("complaint", "consult", "suggest"))) for n in range(4)
    ]
    units = ("urban", "housing", "water")
    actors = (*STAFF_OF_ALL, *(an_officer(f"h-{u}", f"handler@{u}") for u in units),
              *(an_officer(f"s-{u}", f"signer@{u}") for u in units))  # fmt: skip
    made = 0
    for _ in range(120):
        made += await a_random_step(draw, office, receipts, actors)
        if draw.random() < 0.15:
            await sweep(office, clock.advance(hours=draw.choice((3, 30, 200))))
        if draw.random() < 0.2:
            await run_followers(office)
    await run_followers(office)
    assert made > 15
    assert await verify_totals(office) == ()
    counts = await sums(store)
    assert counts["received"] >= len(receipts)
    assert sum(n for m, n in counts.items() if m.startswith("took:")) == counts.get("answered", 0)


async def test_replies_from_before_marks_existed_are_marked_by_the_same_follower(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    old, new = await dispatched(office, "key-1"), await dispatched(office, "key-2")
    await answer(office, old.number)
    await run_followers(office)
    await store.write(_without_marks)
    assert await store.read(wording.elsewhere, new.case_id, marks(GOOD_REPLY)) == ()
    await asyncio.gather(run_followers(office), run_followers(office))
    assert set(await store.read(wording.elsewhere, new.case_id, marks(GOOD_REPLY))) == set(marks(GOOD_REPLY))
    assert await store.read(wording.elsewhere, old.case_id, marks(GOOD_REPLY)) == ()


def _without_marks(tx: Tx) -> None:
    """The store as an earlier program left it."""
    tx.execute("DELETE FROM reply_marks")
    tx.execute("DELETE FROM followers WHERE name = 'wording'")
