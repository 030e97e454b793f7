"""Bulletins: drawn up once on their day, frozen, checked by one and released by another; a correction names itself."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub import workbench
from hub.errors import Forbidden, Invalid, NotNow, Overtaken
from hub.followers import run_followers
from hub.office import Office
from hub.people import Actor
from hub.storage import bulletins as rows
from hub.storage import journal
from hub.storage.bulletins import Bulletin, Key
from hub.storage.contract import Store
from hub.storage.errors import StoreError
from hub.storage.store import open_store
from hub.storage.tx import Tx
from hub.verify import verify
from supervision.board import board
from supervision.bulletins import releasing
from supervision.bulletins.counting import WATCHER
from supervision.bulletins.document import Cell, Document, from_text, shown
from supervision.bulletins.drawing import correct, draw_due
from tests.builders import SIGNER, SUPERVISOR, an_office, an_officer, office_on
from tests.conftest import FixedClock
from tests.supervision.test_board import answered, sealed

LEADER = an_officer("白区长", "leader", home="intake")
FEBRUARY = Key("month", "2026-02", 1)
MONDAY = datetime(2026, 3, 2, 1, tzinfo=UTC)
"""The office opens on the first working day of March: half past eight is past."""


async def a_month(store: Store, clock: FixedClock, folder: Path, letters: int = 1) -> Office:
    """An office with letters of February, counted, on the Monday after it."""
    office = await an_office(store, clock, folder)
    for n in range(letters):
        await answered(office, f"key-{n}", score=5)
    await run_followers(office)
    clock.now = MONDAY
    return office


async def february(store: Store, version: int = 1) -> Bulletin:
    found = await store.read(rows.one, FEBRUARY._replace(version=version))
    assert found is not None
    return found


def cells(document: Document, table: str) -> dict[str, tuple[Cell, ...]]:
    """Line → numbers of one table, by the line's Chinese name."""
    found = next(t for t in document.tables() if t.code == table)
    return {r.name.zh: tuple(c for c in r.cells if isinstance(c, Cell)) for r in found.rows}


async def released(office: Office, by: Actor = LEADER, version: int = 1) -> Bulletin:
    """Supervision checks the month, a leader releases it."""
    key, now = FEBRUARY._replace(version=version), office.clock()
    seen = (await february(office.store, version)).revision
    await office.store.write(releasing.check, key, seen, SUPERVISOR, now)
    return await office.store.write(releasing.release, key, seen + 1, by, now)


async def told(office: Office, actor: Actor, text: str) -> int:
    on_desk = await office.store.read(workbench.on_desk, actor, await office.book())
    return sum(row["text"] == text for row in on_desk)


async def test_a_month_is_drawn_up_once_on_its_day_however_many_sweeps_there_are(
    store: Store, clock: FixedClock, store_url: str, tmp_path: Path
) -> None:
    office = await a_month(store, clock, tmp_path)
    assert await draw_due(office, MONDAY - timedelta(hours=2)) == 0, "the office is still closed"
    other = await open_store(store_url, clock=clock)
    drawn = await asyncio.gather(*(draw_due(one, MONDAY) for one in (office, office_on(other, clock, tmp_path)) * 2))
    await other.close()
    assert sum(drawn) == 2, "a week and a month; no quarter or year is over since the hub began"
    assert await draw_due(office, MONDAY) == 0
    assert await told(office, SUPERVISOR, "bulletin_drawn") == 2
    assert await told(office, SIGNER, "bulletin_drawn") == 0


async def test_what_is_not_counted_yet_waits_and_missed_periods_are_caught_up(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await a_month(store, clock, tmp_path)
    clock.now = MONDAY - timedelta(hours=1)
    await answered(office, "key-late")
    assert await draw_due(office, MONDAY) == 0, "a letter of this morning is not counted"
    await run_followers(office)
    clock.now = MONDAY
    assert await draw_due(office, MONDAY) == 2
    await run_followers(office)
    clock.now = MONDAY + timedelta(days=65)
    assert await draw_due(office, clock.now) == 9 + 2 + 1, "nine weeks, March and April, the first quarter"
    kept = await store.read(rows.everything)
    assert len({one.key for one in kept}) == len(kept)


async def test_the_numbers_are_those_of_the_board_and_later_letters_change_nothing(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await a_month(store, clock, tmp_path, letters=3)
    await draw_due(office, MONDAY)
    first = await february(store)
    document = from_text(first.content)
    book = await office.book()
    seen = await store.read(board, WATCHER, date(2026, 2, 1), date(2026, 2, 28), None, book, MONDAY, room="heavy")
    shown = cells(document, "figures")
    measured = [value for value in seen.figures.values() if value.value is not None]
    assert len(measured) > 8
    for value in measured:
        now = shown[value.figure.name.zh][0]
        assert (now.n, now.of, now.value, now.enough) == (value.n, value.of, value.value, value.enough)
    urban = cells(document, "units")["区城管局"]
    line = next(line for line in seen.by_unit if line.code == "urban")
    assert [c.n for c in urban if c.figure in line.figures] == [
        line.figures[c.figure].n for c in urban if c.figure in line.figures
    ]
    assert (document.head, document.head_hash) == (await store.read(journal.cursor, "totals"), document.head_hash)
    assert "本月收到来信3件，没有可比的数" in document.parts[0].sentences[0].zh

    clock.now = MONDAY - timedelta(days=3)
    await answered(office, "key-later")
    await run_followers(office)
    clock.now = MONDAY
    assert await february(store) == first


async def test_sealed_letters_stand_in_no_line_of_a_bulletin(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    for n in range(4):
        await sealed(office, f"sealed-{n}")
    await run_followers(office)
    clock.now = MONDAY
    await draw_due(office, MONDAY)
    document = from_text((await february(store)).content)
    assert cells(document, "figures")["收到"][0].n == 0
    assert cells(document, "figures")["此刻超期未答"][0].n == 0
    assert cells(document, "kinds") == {}


async def test_supervision_checks_a_leader_of_another_name_releases_and_the_units_hear_of_it(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await a_month(store, clock, tmp_path)
    await draw_due(office, MONDAY)
    both = replace(LEADER, person=SUPERVISOR.person)
    with pytest.raises(Forbidden):
        await store.write(releasing.check, FEBRUARY, 1, LEADER, MONDAY)
    with pytest.raises(NotNow):
        await store.write(releasing.release, FEBRUARY, 1, LEADER, MONDAY)
    with pytest.raises(Overtaken):
        await store.write(releasing.check, FEBRUARY, 7, SUPERVISOR, MONDAY)
    with pytest.raises(Forbidden):
        await released(office, both)
    assert await told(office, LEADER, "bulletin_checked") == 1
    back = await store.write(releasing.send_back, FEBRUARY, "总体情况没有写清楚。", 2, LEADER, MONDAY)
    assert (back.state, back.note) == ("drawn", "总体情况没有写清楚。")
    assert await told(office, SUPERVISOR, "bulletin_back") == 1
    assert (await released(office)).state == "released"
    assert await told(office, SIGNER, "bulletin_released") == 1
    assert await told(office, an_officer("外单位", "signer@housing"), "bulletin_released") == 0


async def test_words_are_written_beside_the_numbers_and_show_no_person(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await a_month(store, clock, tmp_path)
    await draw_due(office, MONDAY)
    book = await office.book()
    words = {"problems_zh": "路灯报修回复偏慢。", "figures": "99%", "summary_zh": "比实际好看的话"}
    kept = await store.write(releasing.write, FEBRUARY, words, 1, SUPERVISOR, book, MONDAY)
    assert kept.words == {"problems_zh": "路灯报修回复偏慢。"}, "numbers have no field"
    for text in ("请找13900001234", "长" * (releasing.MOST + 1)):
        with pytest.raises(Invalid) as wrong:
            await store.write(releasing.write, FEBRUARY, {"next_zh": text}, 2, SUPERVISOR, book, MONDAY)
        assert set(wrong.value.fields) == {"next_zh"}
    await released(office)
    with pytest.raises(NotNow):
        await store.write(releasing.write, FEBRUARY, words, 4, SUPERVISOR, book, MONDAY)


async def test_a_correction_is_a_new_version_that_names_each_number_that_changed(
    store: Store, clock: FixedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = await a_month(store, clock, tmp_path)
    await draw_due(office, MONDAY)
    await released(office)
    clock.now = MONDAY - timedelta(days=3)
    await answered(office, "key-later")
    await run_followers(office)
    clock.now = MONDAY + timedelta(days=1)
    with pytest.raises(Forbidden):
        await correct(office, "month", "2026-02", "漏了一件。", LEADER)
    both_have_read, write = asyncio.Barrier(2), store.write

    async def together(*deed: Any) -> Any:
        await both_have_read.wait()
        return await write(*deed)

    with monkeypatch.context() as patch:
        patch.setattr(store, "write", together)
        both = await asyncio.gather(
            *(correct(office, "month", "2026-02", "漏了一件。", SUPERVISOR) for _ in range(2)), return_exceptions=True
        )
    assert sorted(type(one).__name__ for one in both) == ["Bulletin", "Overtaken"]
    second = from_text((await february(store, 2)).content)
    assert second.parts[0].title.zh == "更正说明"
    (named,) = second.parts[0].tables
    changed = {tuple(shown(c, "zh") for c in row.cells) for row in named.rows if row.name.zh == "主要指标"}
    assert ("收到", "本期", "1", "2") in changed
    assert (await february(store)).state == "released", "the first one stands until the second is released"
    await released(office, version=2)
    assert [(await february(store, n)).state for n in (1, 2)] == ["replaced", "released"]


async def test_a_recalled_bulletin_keeps_its_reason_and_can_be_drawn_up_again(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await a_month(store, clock, tmp_path)
    await draw_due(office, MONDAY)
    seen = (await released(office)).revision
    with pytest.raises(Invalid):
        await store.write(releasing.recall, FEBRUARY, " ", seen, LEADER, MONDAY)
    gone = await store.write(releasing.recall, FEBRUARY, "单位名称有误。", seen, LEADER, MONDAY)
    assert (gone.state, gone.note) == ("recalled", "单位名称有误。")
    assert await store.read(rows.public) == []
    assert (await correct(office, "month", "2026-02", "改正名称。", SUPERVISOR)).version == 2


async def test_the_database_refuses_to_change_what_was_released(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await a_month(store, clock, tmp_path)
    await draw_due(office, MONDAY)
    await released(office)
    before = await february(store)
    kept = (
        "content = '{}'",
        "digest = 'x'",
        "until = '2026-02-20'",
        "released_at = 'x'",
        "words = '{}x'",
        "state = 'drawn'",
    )
    for what in kept:
        with pytest.raises(StoreError):
            await store.write(_tamper, f"UPDATE bulletins SET {what} WHERE kind = 'month'")
    with pytest.raises(StoreError):
        await store.write(_tamper, "DELETE FROM bulletins")
    assert await february(store) == before


async def test_the_database_refuses_one_person_in_both_parts(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await a_month(store, clock, tmp_path)
    await draw_due(office, MONDAY)
    with pytest.raises(StoreError):
        await store.write(
            _tamper, "UPDATE bulletins SET state = 'released', checked_person = 'p-1', released_person = 'p-1'"
        )


def _tamper(tx: Tx, sql: str) -> None:
    tx.execute(sql)


async def test_who_must_act_hears_once_that_a_bulletin_is_late(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await a_month(store, clock, tmp_path)
    await draw_due(office, MONDAY)
    assert (await february(store)).due == "2026-03-09", "five working days"
    for days in (7, 8, 9):
        clock.now = MONDAY + timedelta(days=days)
        await asyncio.gather(draw_due(office, clock.now), draw_due(office, clock.now))
    assert await told(office, SUPERVISOR, "bulletin_late") == 2, "the month and the week"
    assert await told(office, LEADER, "bulletin_late") == 0, "nobody has checked it"


async def test_verify_finds_a_bulletin_that_the_journal_does_not_bear_out(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await a_month(store, clock, tmp_path)
    await draw_due(office, MONDAY)
    await released(office)
    assert [f for f in (await verify(office)).findings if f.check.startswith("bulletin")] == []
    forged = replace(await february(store), period="2026-01", content='{"kind":"month"}')
    await store.write(rows.put, forged)
    assert [f.at for f in (await verify(office)).findings if f.check == "bulletin.journal"] == ["month/2026-01/1"]
