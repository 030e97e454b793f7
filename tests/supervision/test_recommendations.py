"""Recommendations: a unit owes an answer with a day, is reminded, and supervision settles it or sends it back."""

import asyncio
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from hub import workbench
from hub.errors import Forbidden, Invalid, NotFound, NotNow, Overtaken
from hub.office import Office
from hub.people import Actor
from hub.storage import recommendations as rows
from hub.storage.contract import Store
from hub.storage.errors import StoreError
from hub.storage.recommendations import Recommendation
from hub.storage.tx import Tx
from supervision import recommendations as advice
from supervision.patrol import sweep
from supervision.recommendations import Given
from tests.builders import HANDLER, SIGNER, SUPERVISOR, an_office, an_officer
from tests.conftest import FixedClock

LEADER = an_officer("白区长", "leader", home="intake")
ELSEWHERE = an_officer("外单位", "signer@housing")
TEXT = Given("路灯报修的首次联系普遍偏晚，建议当天联系来信人。")
DONE_BY = date(2026, 4, 30)


async def issued(office: Office, given: Given = TEXT) -> Recommendation:
    book = await office.book()
    return await office.store.write(
        advice.issue, "urban", "improve", "month/2026-02/1", given, SUPERVISOR, book, office.clock()
    )


async def act(office: Office, of: Recommendation, move: str, actor: Actor, given: Given = TEXT) -> Recommendation:
    book = await office.book()
    return await office.store.write(advice.act, of.n, move, given, of.revision, actor, book, office.clock())


async def told(office: Office, actor: Actor, text: str) -> int:
    on_desk = await office.store.read(workbench.on_desk, actor, await office.book())
    return sum(row["text"] == text for row in on_desk)


async def every_shelf_holds_what_it_says(office: Office, actor: Actor, unit: str, **wanted: int) -> None:
    book, read, now = await office.book(), office.store.read, office.clock()
    counts = await read(advice.standing, actor, book, unit, now)
    assert {code: counts[code] for code in wanted} == wanted
    for code, n in counts.items():
        assert len(await read(advice.visible, actor, book, code, unit, now)) == n, code


async def test_a_unit_answers_promises_reports_and_supervision_settles(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    of = await issued(office)
    assert await told(office, SIGNER, "advice_given") == 1
    assert (await office.book()).calendar.day_of(of.due_at) == date(2026, 3, 13), (
        "fifteen working days, the holiday out"
    )
    with pytest.raises(Invalid) as wrong:
        await act(office, of, "answer", SIGNER, Given("马上改。", "yes"))
    assert set(wrong.value.fields) == {"day"}, "what is adopted has a day"
    with pytest.raises(Forbidden):
        await act(office, of, "answer", HANDLER, Given("马上改。", "yes", DONE_BY))
    with pytest.raises(NotFound):
        await act(office, of, "answer", ELSEWHERE, Given("马上改。", "yes", DONE_BY))
    of = await act(office, of, "answer", SIGNER, Given("当天电话联系，班长每天核对。", "yes", DONE_BY))
    assert await told(office, SUPERVISOR, "advice_answered") == 1
    of = await act(office, of, "agree", SUPERVISOR, Given())
    assert of.due_at == (await office.book()).calendar.midnight_after(DONE_BY)
    with pytest.raises(NotNow):
        await act(office, of, "settle", SUPERVISOR)
    of = await act(office, of, "report", SIGNER, Given("四月起当天联系率百分之九十六。"))
    of = await act(office, of, "settle", SUPERVISOR, Given())
    assert (of.state, of.ended_at) == ("settled", clock.now)
    assert [s.what for s in await store.read(rows.steps, of.n)] == ["issue", "answer", "agree", "report", "settle"]
    assert advice.open_moves(of, SUPERVISOR, await office.book()) == ()


async def test_an_answer_is_sent_back_and_owed_again_and_a_refusal_needs_no_day(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    of = await act(office, await issued(office), "answer", SIGNER, Given("正在研究。", "partly", DONE_BY))
    with pytest.raises(Invalid):
        await act(office, of, "send_back", SUPERVISOR, Given())
    both = await asyncio.gather(
        act(office, of, "send_back", SUPERVISOR, Given("没有写做什么。")),
        act(office, of, "agree", SUPERVISOR, Given()),
        return_exceptions=True,
    )
    assert sum(isinstance(one, Overtaken | NotNow) for one in both) == 1
    of = next(one for one in both if isinstance(one, Recommendation))
    if of.state == "agreed":
        of = await act(office, of, "report", SIGNER)
        of = await act(office, of, "send_back", SUPERVISOR, Given("没有写做什么。"))
    assert (of.state, of.round, of.promised) == ("owed", 2, "")
    for actor, unit, n in ((SUPERVISOR, "", 1), (SIGNER, "urban", 1), (SUPERVISOR, "housing", 0), (ELSEWHERE, "", 0)):
        await every_shelf_holds_what_it_says(office, actor, unit, open=n, again=n, late=0)
    of = await act(office, of, "answer", SIGNER, Given("路灯由电力公司养护，不归我局。", "no"))
    of = await act(office, of, "agree", SUPERVISOR, Given())
    assert of.state == "settled"
    assert await told(office, SIGNER, "advice_ended") == 1


async def test_the_clock_reminds_and_warns_each_once_and_rests_while_supervision_reads(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    of = await issued(office, Given("请改。", day=date(2026, 3, 6)))
    for day in (5, 6, 7, 9, 11, 12):
        clock.now = datetime(2026, 3, day, 2, tzinfo=UTC)
        await asyncio.gather(sweep(office, clock.now), sweep(office, clock.now))
    assert await told(office, SIGNER, "advice_due") == 1, "of two rungs that were missed the highest is told"
    assert await told(office, SIGNER, "advice_late") == 2
    assert await told(office, LEADER, "advice_late") == 1, "three working days late"
    book = await office.book()
    counts = await store.read(advice.standing, SUPERVISOR, book, "", clock.now)
    assert (counts["open"], counts["owed"], counts["late"], counts["answered"]) == (1, 1, 1, 0)
    stored = await store.read(rows.one, of.n)
    assert stored is not None
    await act(office, stored, "answer", SIGNER, Given("已改。", "yes", DONE_BY))
    clock.now = datetime(2026, 4, 20, 2, tzinfo=UTC)
    await sweep(office, clock.now)
    assert await told(office, SIGNER, "advice_late") == 2


async def test_a_unit_sees_its_own_and_what_was_written_stands(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    made = await asyncio.gather(*(issued(office) for _ in range(3)), return_exceptions=True)
    numbers = [one.n for one in made if isinstance(one, Recommendation)]
    assert len(set(numbers)) == len(numbers) >= 1
    book = await office.book()
    for actor, seen in ((SIGNER, len(numbers)), (HANDLER, len(numbers)), (LEADER, len(numbers)), (ELSEWHERE, 0)):
        assert len(await store.read(advice.visible, actor, book)) == seen
    for sql in ("UPDATE recommendation_steps SET text = ''", "DELETE FROM recommendation_steps"):
        with pytest.raises(StoreError):
            await store.write(_tamper, sql)
    with pytest.raises(Forbidden):
        await store.write(advice.issue, "urban", "improve", "", TEXT, LEADER, book, clock.now)
    with pytest.raises(Invalid) as wrong:
        await store.write(advice.issue, "nowhere", "x", "", Given(day=date(2026, 1, 1)), SUPERVISOR, book, clock.now)
    assert set(wrong.value.fields) == {"unit", "kind", "text", "day"}


def _tamper(tx: Tx, sql: str) -> None:
    tx.execute(sql)
