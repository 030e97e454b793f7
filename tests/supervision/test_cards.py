"""Cards, talks and exclusions: proposed by one, decided by another, told, seen when taken back, counted both ways."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from hub.errors import Forbidden, Invalid, NotNow
from hub.followers import run_followers, verify_totals
from hub.office import Office
from hub.storage import cases, journal, outbox
from hub.storage.cards import Card
from hub.storage.contract import Store
from hub.verify import verify
from supervision.board import Board, board, statistics
from supervision.cards import add_up, on_board, public
from supervision.patrol import sweep
from tests.builders import HANDLER, SIGNER, SUPERVISOR, an_office, an_officer
from tests.conftest import FixedClock
from tests.supervision.letters import answered, in_work, whole
from tests.supervision.test_records import LEADER, listed_in, record, workdays_late

SECOND_SUPERVISOR = an_officer("贺督查", "supervisor", home="supervision")
YEAR = (date(2026, 1, 1), date(2026, 12, 31))


async def seen_by(office: Office, store: Store) -> Board:
    await run_followers(office)
    assert await verify_totals(office) == ()
    book = await office.book()
    return await store.read(board, SUPERVISOR, *YEAR, None, book, office.clock(), room="heavy")


async def test_a_late_unit_gets_a_yellow_card_that_is_revoked_on_appeal_and_stays_to_be_seen(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await in_work(office)
    clock.now = await workdays_late(office, store, receipt, 1)
    await sweep(office, clock.now)
    proposal = await record(store, receipt, "card_proposal")
    assert (proposal.data["colour"], proposal.data["why"], proposal.unit) == ("yellow", "late", "urban")
    assert await listed_in(office, store, SUPERVISOR, "proposals", clock.now) == [receipt.number]

    await office.act(receipt.number, "issue_card", {"text": "超期一个工作日，没有说明。"}, SUPERVISOR)
    book = await office.book()
    ((shown,), _) = await store.read(on_board, SUPERVISOR, YEAR, "", book)
    assert (shown.unit, shown.colour, shown.revoked, shown.number) == ("urban", "yellow", False, receipt.number)
    assert (await seen_by(office, store)).figures["yellow_cards"].n == 1

    await office.act(receipt.number, "appeal_card", {"reason": "缺货已在办件里说明。"}, SIGNER)
    with pytest.raises(NotNow, match="gave the card"):
        await office.act(receipt.number, "revoke_card", {"reason": "属实。"}, SUPERVISOR)
    await office.act(receipt.number, "revoke_card", {"reason": "说明在先，属实。"}, SECOND_SUPERVISOR)
    ((shown,), _) = await store.read(on_board, SUPERVISOR, YEAR, "urban", book)
    assert shown.revoked, "it is not taken away, it is shown as revoked"
    assert (await seen_by(office, store)).figures["yellow_cards"].n == 0
    lines = await store.read(journal.of_case, receipt.case_id)
    assert [x.action for x in lines if "card" in x.action] == [
        "move.propose_card", "move.issue_card", "move.appeal_card", "move.revoke_card"
    ]  # fmt: skip
    assert (await verify(office)).findings == ()


async def test_a_card_is_proposed_once_a_round_and_given_by_whom_the_data_name(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await in_work(office)
    asked = {"colour": "red", "why": "retaliation"}
    with pytest.raises(Forbidden):
        await office.act(receipt.number, "propose_card", asked, HANDLER)
    with pytest.raises(Invalid):
        await office.act(receipt.number, "propose_card", {"colour": "blue", "why": "late"}, SUPERVISOR)
    await office.act(receipt.number, "propose_card", asked, SUPERVISOR)
    for actor, word in ((SUPERVISOR, "decide"), (SECOND_SUPERVISOR, "another role")):
        with pytest.raises(NotNow, match=word):
            await office.act(receipt.number, "issue_card", {"text": "查实。"}, actor)
    await office.act(receipt.number, "issue_card", {"text": "查实。"}, LEADER)
    with pytest.raises(Invalid):
        await office.act(receipt.number, "propose_card", asked, SUPERVISOR)


async def test_an_appeal_against_a_card_is_open_for_three_working_days_and_once(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await in_work(office)
    await office.act(receipt.number, "propose_card", {"colour": "yellow", "why": "shirking"}, SUPERVISOR)
    await office.act(receipt.number, "issue_card", {"text": "推给物业。"}, SECOND_SUPERVISOR)
    calendar = (await office.book()).calendar
    last = calendar.add_workdays(calendar.day_of(clock.now), 3)
    clock.now = calendar.midnight_after(last)
    with pytest.raises(NotNow, match=last.isoformat()):
        await office.act(receipt.number, "appeal_card", {"reason": "晚了一天。"}, SIGNER)
    clock.now -= timedelta(seconds=1)
    await office.act(receipt.number, "appeal_card", {"reason": "当天。"}, SIGNER)
    await office.act(receipt.number, "keep_card", {"reason": "推诿属实。"}, SUPERVISOR)
    assert (await record(store, receipt, "card")).state == "issued"
    with pytest.raises(NotNow):
        await office.act(receipt.number, "appeal_card", {"reason": "再申诉。"}, SIGNER)


async def test_the_public_reads_of_a_card_only_after_a_leader_let_it(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await in_work(office)
    await office.act(receipt.number, "propose_card", {"colour": "yellow", "why": "late"}, SUPERVISOR)
    await office.act(receipt.number, "issue_card", {"text": "超期。"}, SECOND_SUPERVISOR)
    book = await office.book()
    assert await store.read(public, clock(), book) == ()
    with pytest.raises(Forbidden):
        await office.act(receipt.number, "release_card", {}, SUPERVISOR)
    await office.act(receipt.number, "release_card", {}, LEADER)
    (shown,) = await store.read(public, clock(), book)
    assert (shown.unit, shown.colour, shown.number) == ("urban", "yellow", ""), "the public reads no case"
    hidden = await in_work(office, "key-2")
    await office.act(hidden.number, "propose_card", {"colour": "yellow", "why": "late"}, SUPERVISOR)
    await office.act(hidden.number, "issue_card", {"text": "超期。"}, SECOND_SUPERVISOR)
    await office.act(hidden.number, "set_level", {"level": "confidential"}, HANDLER)
    with pytest.raises(NotNow):
        await office.act(hidden.number, "release_card", {}, LEADER)


async def test_three_yellow_cards_in_ninety_days_add_up_to_a_red_one(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    book, today = await office.book(), book_day(clock)
    given = [
        Card(f"c{n}", "urban", state, clock.now - timedelta(days=age), {"colour": "yellow", "why": "late"})
        for n, (age, state) in enumerate(
            [(0, "issued"), (40, "issued"), (89, "issued"), (5, "revoked"), (91, "issued")]
        )
    ]
    (found,) = add_up(given, today, book)
    assert (found.unit, found.number, found.days, found.to) == ("urban", 3, 90, "red")
    assert list(add_up(given[1:], today, book)) == [], "two that stand, one revoked, one too old"


def book_day(clock: FixedClock) -> date:
    """The local day of the clock, ten in the morning in Beijing."""
    return clock.now.date()


async def test_a_talk_has_its_day_and_ends_with_an_order_that_must_be_answered(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await in_work(office)
    await office.act(receipt.number, "summon", {"text": "三次退回，请说明。", "day": "2026-02-25"}, LEADER)
    talk = await record(store, receipt, "talk")
    clock.now = talk.due_at  # type: ignore[assignment]
    await sweep(office, clock.now)
    told = [(r["recipient"], r["text"]) for r in await store.read(outbox.of_case, receipt.case_id)]
    assert ("signer@urban", "talk_called") in told
    assert ("supervisor@", "record_late") in told, "the office's own delay is told too"
    values = {"text": "局长参加，谈定月底前换完。", "held": "2026-02-26", "due": "2026-03-10"}
    with pytest.raises(Invalid):
        await office.act(receipt.number, "record_talk", {**values, "held": "2026-03-09"}, SUPERVISOR)
    await office.act(receipt.number, "record_talk", values, SUPERVISOR)
    order = await record(store, receipt, "order")
    assert (order.state, order.data["level"], (await record(store, receipt, "talk")).state) == ("open", "talk", "held")
    assert (await whole(store, receipt)).clock(f"order#{order.n}") is not None
    await office.act(receipt.number, "answer_order", {"text": "已全部换完。"}, HANDLER)
    assert "局长" not in "".join(x.data for x in await store.read(journal.of_case, receipt.case_id))


async def test_a_case_is_shelved_only_with_a_day_to_come(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await in_work(office)
    for values in ({}, {"review_day": ""}, {"review_day": "2026-02-12"}, {"review_day": "以后"}):
        with pytest.raises(Invalid):
            await office.act(receipt.number, "shelve", {"reason": "等修路。", **values}, SUPERVISOR)
    await office.act(receipt.number, "shelve", {"reason": "等修路。", "review_day": "2026-03-02"}, SUPERVISOR)
    shelved = await record(store, receipt, "shelved")
    assert shelved.due_at is not None
    clock.now = shelved.due_at
    await sweep(office, clock.now)
    told = [(r["recipient"], r["text"]) for r in await store.read(outbox.of_case, receipt.case_id)]
    assert ("supervisor@", "record_late") in told


async def test_an_exclusion_takes_two_persons_tells_the_citizen_and_shows_both_rates(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    await answered(office, "key-1")
    receipt = await in_work(office, "key-2")
    clock.now = await workdays_late(office, store, receipt, 1)
    await sweep(office, clock.now)
    words = {"words": "您要求的补偿超出政策标准，不计入考核；有异议请写在进度页上。"}
    await office.act(receipt.number, "ask_exclusion", {"why": "private_gain", "text": "标准见文件。"}, SUPERVISOR)
    with pytest.raises(NotNow):
        await office.act(receipt.number, "exclude", words, SUPERVISOR)
    with pytest.raises(Forbidden):
        await office.act(receipt.number, "exclude", words, SIGNER)
    with pytest.raises(Invalid):
        await office.act(receipt.number, "exclude", {}, SECOND_SUPERVISOR)
    before = {r["key"] for r in await store.read(outbox.of_case, receipt.case_id)}
    await office.act(receipt.number, "exclude", words, SECOND_SUPERVISOR)
    rows = [r for r in await store.read(outbox.of_case, receipt.case_id) if r["key"] not in before]
    assert [(r["recipient"], r["text"]) for r in rows] == [("party:1", "excluded")], "told in the same deed"
    said = [m for m in await store.read(cases.messages, receipt.case_id) if m.kind == "excluded"]
    assert [(m.audience, m.body) for m in said] == [("parties", words["words"])]
    assert (await whole(store, receipt)).case.state == "working", "it is handled as any other"

    seen = await seen_by(office, store)
    assert (seen.figures["on_time"].n, seen.figures["on_time"].of) == (1, 2)
    assert (seen.without_excluded["on_time"].n, seen.without_excluded["on_time"].of) == (1, 1)
    shown = await store.read(statistics, *YEAR, await office.book())
    assert (shown.excluded, shown.figures["on_time"].of, shown.without_excluded["on_time"].of) == (1, 2, 1)

    await office.act(receipt.number, "count_again", {"reason": "来信人的异议成立。"}, SUPERVISOR)
    seen = await seen_by(office, store)
    assert seen.without_excluded["on_time"].of == seen.figures["on_time"].of == 2
    record_of = json.dumps([dict(o.data) for o in (await whole(store, receipt)).overlays if o.kind == "exclusion"])
    assert "granted" in record_of, "what was decided stays on the case"
