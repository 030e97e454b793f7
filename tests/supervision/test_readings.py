"""Readings after the answer: blind, by somebody else, changing nothing by themselves; samples drawn by a kept seed."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from hub.case import Dossier
from hub.errors import Forbidden, Invalid, NotFound, NotNow
from hub.followers import run_followers, verify_totals
from hub.intake import Received
from hub.machines.decisions import draw
from hub.office import Office
from hub.people import citizen
from hub.storage import journal, people, totals
from hub.storage.contract import Store
from hub.storage.readings import Unread
from hub.storage.tx import Tx
from hub.verify import verify
from supervision import readings
from supervision.patrol import sweep
from supervision.sampling import chosen, draw_sample
from tests.builders import (
    GOOD_REPLY,
    HANDLER,
    REVIEWER,
    SECOND_REVIEWER,
    SIGNER,
    SUPERVISOR,
    an_office,
    an_officer,
    starter_set,
)
from tests.conftest import FixedClock
from tests.supervision.letters import due_at, in_work, whole

YEAR = (date(2026, 1, 1), date(2026, 12, 31))
FIT, UNFIT = {"verdict": "qualified"}, {"verdict": "unqualified", "reasons": ["Q9"], "comment": "没有写去看过。"}


def reviewed(mode: str, **policy: Any) -> dict[str, Any]:
    """The starter kinds under another review policy."""
    kinds = starter_set()["kinds"]
    rows = [
        {**row, "review": {"mode": mode, **policy}} if row["code"] == "complaint" else row for row in kinds["kinds"]
    ]
    return {**kinds, "kinds": rows}


async def out(office: Office, key: str = "key-1") -> Received:
    """A letter whose reply went out: reviewed where the policy draws it."""
    receipt = await in_work(office, key)
    await office.act(receipt.number, "draft", {"body": GOOD_REPLY, "result": "upheld"}, HANDLER)
    case = await office.act(receipt.number, "sign_off", {}, SIGNER)
    if case.answered_at is None:
        await office.act(receipt.number, "qualified", {}, REVIEWER)
    return receipt


async def twice_read(store: Store, clock: FixedClock, folder: Path) -> tuple[Office, Received]:
    """A letter found fit whose reply was drawn for a second reading."""
    office = await an_office(store, clock, folder, kinds=reviewed("all", second=1.0))
    return office, await out(office)


async def counted(office: Office, store: Store) -> dict[str, int]:
    await run_followers(office)
    assert await verify_totals(office) == ()
    rows = await store.read(totals.summed, ["urban"], "2026-01-01", "2026-12-31", room="heavy")
    return {r["measure"]: int(r["n"]) for r in rows}


def seen(dossier: Dossier) -> tuple[Any, ...]:
    """All of a case that a second reading must leave alone."""
    case = dossier.case
    return (case.state, case.round, case.answered_at, case.unreviewed, dossier.replies, case.messages)


async def test_the_second_reader_is_somebody_else_and_sees_no_name(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office, receipt = await twice_read(store, clock, tmp_path)
    book = await office.book()
    for actor in (REVIEWER, HANDLER, SIGNER, SUPERVISOR, an_officer("同局", "reviewer", home="urban")):
        assert await store.read(readings.queue, actor, book, clock()) == ()
        with pytest.raises(NotFound):
            await store.read(readings.blind, receipt.case_id, actor, book, clock())
    (waits,) = await store.read(readings.queue, SECOND_REVIEWER, book, clock())
    shown = await store.read(readings.blind, waits.id, SECOND_REVIEWER, book, clock())
    assert shown.body == GOOD_REPLY
    assert [m.who for m in shown.letter] == ["citizen"]
    clock.advance(minutes=5)
    await office.act(receipt.number, "add", {"text": "当晚就亮了，谢谢。"}, citizen(receipt.case_id, 1))
    again = await store.read(readings.blind, waits.id, SECOND_REVIEWER, book, clock())
    assert again.letter == shown.letter, "what the citizen said of the answer is no part of the question"
    assert not any(name in str(shown.letter) for name in (HANDLER.name, SIGNER.name, REVIEWER.name, receipt.number))


async def test_a_second_reading_changes_nothing_of_the_case_and_is_counted_as_agreement(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office, receipt = await twice_read(store, clock, tmp_path)
    before = seen(await whole(store, receipt))
    await office.act(receipt.number, "read_again", FIT, SECOND_REVIEWER)
    assert seen(await whole(store, receipt)) == before
    sums = await counted(office, store)
    assert (sums["second_read"], sums["second_read_agreed"]) == (1, 1)
    assert (await store.read(readings.agreement, *YEAR)).value == 1.0
    with pytest.raises(NotNow):
        await office.act(receipt.number, "read_again", FIT, SECOND_REVIEWER)


async def test_a_reading_that_differs_waits_for_the_supervision_office_which_lets_it_stand(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office, receipt = await twice_read(store, clock, tmp_path)
    before = seen(await whole(store, receipt))
    with pytest.raises(Invalid):
        await office.act(receipt.number, "read_again", {"verdict": "unqualified"}, SECOND_REVIEWER)
    await office.act(receipt.number, "read_again", UNFIT, SECOND_REVIEWER)
    both = an_officer("盛明朗", "supervisor", "reviewer", home="supervision")
    with pytest.raises(NotNow):
        await office.act(receipt.number, "let_stand", {"reason": "我看就行。"}, both)
    await office.act(receipt.number, "let_stand", {"reason": "来信人已确认修好。"}, SUPERVISOR)
    assert seen(await whole(store, receipt))[:5] == before[:5]
    sums = await counted(office, store)
    assert (sums["second_read"], sums.get("second_read_agreed", 0), sums["first_pass"]) == (1, 0, 1)
    lines = [line.data for line in await store.read(journal.of_case, receipt.case_id)]
    assert "没有写去看过" not in "".join(lines), "the journal holds no words"


async def test_a_reply_drawn_back_is_no_first_pass_and_its_clock_no_longer_counts_as_met(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office, receipt = await twice_read(store, clock, tmp_path)
    assert (await counted(office, store))["in_time"] == 1
    await office.act(receipt.number, "read_again", UNFIT, SECOND_REVIEWER)
    await office.act(receipt.number, "order_reopen", {"reason": "请去现场看。", "reasons": ["Q9"]}, SUPERVISOR)
    dossier = await whole(store, receipt)
    assert (dossier.case.state, dossier.case.round) == ("reopened", 2)
    assert dossier.replies[0].verdict == "qualified", "the first verdict stands in the record"
    sums = await counted(office, store)
    assert (sums.get("first_pass", 0), sums["first_reviewed"]) == (0, 1)
    assert (sums.get("in_time", 0), sums["taken_back"]) == (0, 1)
    main = dossier.clock("main")
    assert main is not None
    assert (main.round, main.phase) == (2, "running")


async def test_what_nobody_read_is_drawn_later_by_a_seed_that_chooses_the_same_again(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path, kinds=reviewed("sample", share=0.0))
    receipts = [await out(office, f"key-{n}") for n in range(4)]
    pool = [Unread(r.case_id, r.number, 1) for r in receipts]
    sample = await draw_sample(office, YEAR, 2, "种子一", SUPERVISOR)
    assert sample.pool == 4
    assert sample.numbers == tuple(u.number for u in chosen(pool, "种子一", 2))
    assert sorted(sample.numbers) == sorted(
        r.number for r in sorted(receipts, key=lambda r: draw(r.case_id, 1, "种子一"))[:2]
    )
    log = [line for line in await store.read(journal.read_after, 0, 1000) if line.action == "sample.drawn"]
    assert [json.loads(line.data) for line in log] == [{"n": 2, "pool": 4, "seed": "种子一"}]
    again = await draw_sample(office, YEAR, 2, "种子一", SUPERVISOR)
    assert again.numbers == (), "they are being read already"
    for n, actor in ((0, SUPERVISOR), (51, SUPERVISOR)):
        with pytest.raises(Invalid):
            await draw_sample(office, YEAR, n, "种子", actor)
    with pytest.raises(Forbidden):
        await draw_sample(office, YEAR, 1, "种子", REVIEWER)


async def test_a_later_reading_is_the_review_that_the_reply_never_had(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path, kinds=reviewed("sample", share=0.0))
    fit, poor = await out(office, "key-1"), await out(office, "key-2")
    assert (await whole(store, fit)).case.unreviewed
    await draw_sample(office, YEAR, 2, "s", SUPERVISOR)
    await office.act(fit.number, "read_again", FIT, REVIEWER)
    await office.act(poor.number, "read_again", UNFIT, REVIEWER)
    dossier = await whole(store, fit)
    assert (dossier.case.unreviewed, dossier.replies[0].verdict) == (False, "qualified")
    assert (await whole(store, poor)).replies[0].verdict == ""

    await office.act(poor.number, "order_reopen", {"reason": "请去现场看。", "reasons": ["Q9"]}, SUPERVISOR)
    reply = (await whole(store, poor)).replies[0]
    assert (reply.verdict, reply.reasons, reply.reviewer_person) == ("unqualified", ("Q9",), REVIEWER.person)
    sums = await counted(office, store)
    assert (sums["first_reviewed"], sums["first_pass"], sums["later_read"]) == (2, 1, 2)
    assert (await verify(office)).findings == ()


async def test_closing_waits_for_a_reading_and_goes_on_after_it(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office, receipt = await twice_read(store, clock, tmp_path)
    rating_due = await due_at(store, receipt, "rating")
    clock.now = rating_due
    await sweep(office, clock.now)
    assert (await whole(store, receipt)).case.state == "answered"
    await office.act(receipt.number, "read_again", FIT, SECOND_REVIEWER)
    await sweep(office, clock.advance(days=4))
    assert (await whole(store, receipt)).case.state == "closed"


async def test_first_pass_is_told_by_unit_and_by_officer(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    await out(office, "key-1")
    receipt = await in_work(office, "key-2")
    await office.act(receipt.number, "draft", {"body": GOOD_REPLY, "result": "upheld"}, HANDLER)
    await office.act(receipt.number, "sign_off", {}, SIGNER)
    await office.act(receipt.number, "unqualified", {"reasons": ["Q1"], "comment": "请写清楚。"}, REVIEWER)
    await run_followers(office)
    book = await office.book()
    await store.write(_hire_handler, clock())
    lines = await store.read(readings.first_pass, SUPERVISOR, *YEAR, book, room="heavy")
    assert [(x.unit, x.officer, x.value.n, x.value.of) for x in lines] == [
        ("urban", "", 1, 2),
        ("urban", HANDLER.id, 1, 2),
    ]
    assert await store.read(readings.first_pass, an_officer("住建", "handler@housing"), *YEAR, book, room="heavy") == ()


def _hire_handler(tx: Tx, now: datetime) -> None:
    people.add(tx, people.Officer(HANDLER.id, "zhou", HANDLER.person, HANDLER.name, "urban", "", "", True, now))
    for given in HANDLER.grants:
        people.grant(tx, HANDLER.id, given, "tests", now)
