"""Calls when the limit ends: who may make them, how often they are tried, and what is said apart from what is rated."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from hub import contact, reading
from hub.case import Overlay
from hub.errors import Forbidden, Invalid, NotFound, NotNow
from hub.followers import run_followers, verify_totals
from hub.intake import Received
from hub.office import Office
from hub.people import Actor, citizen
from hub.rulebook import Rulebook
from hub.storage import outbox, totals
from hub.storage.contract import Store
from hub.verify import verify
from supervision.patrol import sweep
from tests.builders import HANDLER, RECEPTION, SIGNER, SUPERVISOR, a_letter, an_office, an_officer
from tests.conftest import FixedClock
from tests.supervision.letters import answered, due_at, in_work, is_answered, whole

CALLER = an_officer("谈回访", "caller", home="intake")


async def record(store: Store, receipt: Received, kind: str) -> Overlay:
    """The newest record of a kind."""
    return next(o for o in reversed((await whole(store, receipt)).overlays) if o.kind == kind)


async def limit_ends(office: Office, store: Store, receipt: Received, clock: FixedClock) -> None:
    """The sweep at the very instant at which the citizen's limit is over."""
    main_due = await due_at(store, receipt, "main")
    clock.now = main_due
    await sweep(office, clock.now)


async def counted(office: Office, store: Store) -> dict[str, int]:
    """The unit's figures, and proof that they are what a recount finds."""
    await run_followers(office)
    assert await verify_totals(office) == ()
    rows = await store.read(totals.summed, ["urban"], "2026-01-01", "2026-12-31", room="heavy")
    return {r["measure"]: r["n"] for r in rows}


async def test_an_answered_letter_is_called_about_too_when_its_limit_ends_unless_its_citizen_rated(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    silent, rated = await answered(office, "a"), await answered(office, "b")
    await office.act(rated.number, "rate", {"score": 4, "solved": "yes"}, citizen(rated.case_id, 1))
    assert (await whole(store, silent)).open("call_back") is None, "the limit has not ended"
    await limit_ends(office, store, silent, clock)
    assert (await record(store, silent, "call_back")).state == "open"
    assert (await whole(store, rated)).open("call_back") is None
    assert (await record(store, rated, "call_later")).state == "ended"
    await sweep(office, clock.now)
    assert [o.kind for o in (await whole(store, silent)).overlays].count("call_back") == 1


async def test_the_answering_unit_never_notes_a_call_whatever_role_its_people_hold(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await answered(office)
    await limit_ends(office, store, receipt, clock)
    said = {"result": "reached", "solved": "yes", "score": 5}
    same_person = an_officer("周亦安", "caller", home="supervision")
    for name in (HANDLER, SIGNER):
        with pytest.raises(Forbidden):
            await office.act(receipt.number, "call_back", said, name)
    for refused in (
        an_officer("城管", "caller", home="urban"),
        an_officer("兼职", "supervisor", "handler@urban", home="supervision"),
        same_person,
    ):
        with pytest.raises(NotNow, match="answering unit"):
            await office.act(receipt.number, "call_back", said, refused)
    await office.act(receipt.number, "call_back", said, CALLER)
    assert (await record(store, receipt, "call_back")).state == "done"


async def test_a_phone_rating_stands_apart_and_never_touches_what_the_citizen_rated(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await in_work(office)
    await limit_ends(office, store, receipt, clock)
    await is_answered(office, receipt)
    await office.act(receipt.number, "rate", {"score": 2, "solved": "no"}, citizen(receipt.case_id, 1))
    await office.act(receipt.number, "call_back", {"result": "reached", "solved": "yes", "score": 5}, SUPERVISOR)
    case = (await whole(store, receipt)).case
    assert (case.score, case.solved) == (2, "no")
    figures = await counted(office, store)
    assert (figures["rated"], figures["score"], figures["solved:no"]) == (1, 2, 1)
    assert (figures["phone_rated"], figures["phone_score"], figures["phone:yes"]) == (1, 5, 1)
    assert figures["phone_satisfied"] == 1
    assert "satisfied" not in figures


async def test_who_was_not_reached_is_tried_again_spread_over_days_and_stays_unrated(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await answered(office)
    await limit_ends(office, store, receipt, clock)
    calendar = (await office.book()).calendar
    clock.now = calendar.next_staffed_moment(clock.now)
    with pytest.raises(Invalid):
        await office.act(receipt.number, "call_back", {"result": "no_answer", "score": 5}, CALLER)
    with pytest.raises(Invalid):
        await office.act(receipt.number, "call_back", {"result": "reached"}, CALLER)
    for left in (2, 1):
        await office.act(receipt.number, "call_back", {"result": "no_answer"}, CALLER)
        call = await record(store, receipt, "call_back")
        assert (call.state, len(call.data["tries"])) == ("open", 3 - left)
        clock.now = datetime.fromisoformat(call.data["next"])
    assert (
        len(
            {calendar.day_of(datetime.fromisoformat(t["at"])) for t in call.data["tries"]}
            | {calendar.day_of(clock.now)}
        )
        > 1
    )
    await office.act(receipt.number, "call_back", {"result": "no_answer"}, CALLER)
    assert (await record(store, receipt, "call_back")).state == "unreached"
    figures = await counted(office, store)
    assert figures["called_back"] == 1
    assert "reached" not in figures
    assert not [name for name in figures if name.startswith(("phone_", "rated", "satisfied"))]
    assert (await verify(office)).findings == ()


async def test_a_call_that_nobody_makes_is_given_up_and_no_longer_keeps_the_case_open(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await answered(office)
    await limit_ends(office, store, receipt, clock)
    clock.advance(days=20)
    for _ in range(3):  # the call ends, then closing is tried again the next working day
        await sweep(office, clock.now)
        clock.advance(days=2)
    dossier = await whole(store, receipt)
    assert (await record(store, receipt, "call_back")).state == "missed"
    assert dossier.case.closed_at is not None


async def test_not_solved_waits_for_a_supervisor_who_must_explain_whichever_way(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    stands, again = await answered(office, "a"), await answered(office, "b")
    for receipt in (stands, again):
        await limit_ends(office, store, receipt, clock)
        await office.act(receipt.number, "call_back", {"result": "reached", "solved": "no"}, CALLER)
        assert (await record(store, receipt, "unsolved")).state == "open"
        assert (await whole(store, receipt)).case.answered_at is not None, "nothing is reopened by itself"
        for move in ("keep_reply", "order_reopen"):
            with pytest.raises(Invalid):
                await office.act(receipt.number, move, {}, SUPERVISOR)
    with pytest.raises(Forbidden):
        await office.act(stands.number, "keep_reply", {"reason": "看过了。"}, CALLER)
    await office.act(stands.number, "keep_reply", {"reason": "当天夜里去看，三盏灯都亮。"}, SUPERVISOR)
    await office.act(again.number, "order_reopen", {"reason": "灯确实不亮，请重办。"}, SUPERVISOR)
    assert (await record(store, stands, "unsolved")).state == "refused"
    assert (await record(store, again, "unsolved")).state == "granted"
    assert (await whole(store, again)).case.round == 2
    told = [r["text"] for r in await store.read(outbox.of_case, stands.case_id) if r["recipient"] == "party:1"]
    assert told[-1] == "stands"
    figures = await counted(office, store)
    assert (figures["unsolved"], figures["unsolved_stands"], figures["unsolved_reopened"]) == (2, 1, 1)


async def test_a_decision_that_nobody_makes_is_told_to_the_leader(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await answered(office)
    await limit_ends(office, store, receipt, clock)
    await office.act(receipt.number, "call_back", {"result": "reached", "solved": "no"}, CALLER)
    await sweep(office, clock.advance(days=6))
    told = {(r["recipient"], r["text"]) for r in await store.read(outbox.of_case, receipt.case_id)}
    assert ("leader@", "record_late") in told


async def test_a_hidden_letter_is_asked_by_its_channel_and_never_put_down_for_a_call(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await in_work(office)
    await office.act(receipt.number, "set_level", {"level": "confidential"}, HANDLER)
    await limit_ends(office, store, receipt, clock)
    dossier = await whole(store, receipt)
    assert dossier.open("call_back") is None
    assert dossier.open("outcome") is not None
    asked = [r for r in await store.read(outbox.of_case, receipt.case_id) if r["text"] == "call_question"]
    assert [r["recipient"] for r in asked] == ["party:1"]
    assert datetime.fromisoformat(asked[0]["next_at"]) > clock.now, "nobody is asked at midnight"


async def test_a_letter_exists_for_a_caller_from_its_call_on_and_its_number_only_while_that_is_owed(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt, colleague = await answered(office), replace(CALLER, id="o-2", person="p-2")
    book = await office.book()
    with pytest.raises(NotFound):
        await contact.show(office, receipt.number, CALLER)
    with pytest.raises(NotFound):
        await office.act(receipt.number, "remark", {"text": "先看一眼。"}, CALLER)
    await limit_ends(office, store, receipt, clock)
    assert (await contact.show(office, receipt.number, CALLER)).phone == "13900001234"
    assert await listed(store, colleague, book, clock) == [receipt.number]
    await office.act(receipt.number, "call_back", {"result": "reached", "solved": "yes", "text": "办好了。"}, CALLER)
    with pytest.raises(Forbidden):
        await contact.show(office, receipt.number, CALLER)
    assert await listed(store, CALLER, book, clock) == [receipt.number], "whoever called sees what became of it"
    assert await listed(store, colleague, book, clock) == []
    with pytest.raises(NotFound):
        await store.read(reading.staff_case, receipt.number, colleague, book, clock())


async def listed(store: Store, officer: Actor, book: Rulebook, clock: FixedClock) -> list[str]:
    """What the inbox shows an officer, whatever its state."""
    rows, _ = await store.read(reading.inbox, officer, "all", {}, book, clock())
    return [row.number for row in rows]


async def test_a_citizen_of_a_chat_is_asked_there_first_and_called_only_after_silence(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await office.receive(a_letter("chat-1", channel="telegram", chat="1001"))
    if receipt.state == "submitted":
        await office.act(receipt.number, "accept", {}, RECEPTION)
        await office.act(receipt.number, "dispatch", {"unit": "urban"}, RECEPTION)
    await limit_ends(office, store, receipt, clock)
    question = (await whole(store, receipt)).open("outcome")
    assert question is not None
    assert question.due_at is not None
    assert (await whole(store, receipt)).open("call_back") is None
    await sweep(office, question.due_at + timedelta(minutes=1))
    assert (await record(store, receipt, "outcome")).state == "silent"
    assert (await record(store, receipt, "call_back")).state == "open"
