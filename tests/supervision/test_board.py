"""The board: honest shares with open overdue cases in them, nothing sealed given away, and only what one may see."""

import asyncio
from datetime import date, timedelta
from pathlib import Path

import pytest

from hub.errors import Forbidden, NotFound
from hub.followers import run_followers
from hub.office import Office
from hub.people import Actor, citizen
from hub.storage.contract import Store
from supervision.board import Board, board, month, statistics
from supervision.figures import BY_CODE, FIGURES, MINIMUM, median, value
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

SINCE, UNTIL = date(2026, 1, 1), date(2026, 12, 31)


async def answered(office: Office, key: str, score: int = 0) -> str:
    receipt = await office.receive(a_letter(key))
    if receipt.state == "submitted":
        await office.act(receipt.number, "accept", {}, RECEPTION)
        await office.act(receipt.number, "dispatch", {"unit": "urban"}, RECEPTION)
    await office.act(receipt.number, "sign", {}, HANDLER)
    await office.act(receipt.number, "draft", {"body": GOOD_REPLY, "result": "upheld"}, HANDLER)
    await office.act(receipt.number, "sign_off", {}, SIGNER)
    await office.act(receipt.number, "qualified", {}, REVIEWER)
    if score:
        await office.act(receipt.number, "rate", {"score": score, "solved": "yes"}, citizen(receipt.case_id, 1))
    return receipt.number


async def sealed(office: Office, key: str) -> None:
    words = {"who": "窗口的一位工作人员", "which_unit": "区城管局"}
    await office.receive(
        a_letter(key, kind="report_staff", title="收费", body="窗口人员违规收费，不给收据。", aim="misconduct",
                 target="urban", fields=words)
    )  # fmt: skip


async def seen_by(office: Office, clock: FixedClock, actor: Actor, unit: str | None = None) -> Board:
    await run_followers(office)
    book = await office.book()
    return await office.store.read(board, actor, SINCE, UNTIL, unit, book, clock.now, room="heavy")


async def test_an_open_overdue_case_lowers_the_share_on_time(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    await answered(office, "key-1", score=5)
    await office.receive(a_letter("key-2"))
    await sweep(office, clock.advance(days=60))
    seen = await seen_by(office, clock, SUPERVISOR)
    on_time = seen.figures["on_time"]
    assert (on_time.n, on_time.of, on_time.value) == (1, 2, 0.5)
    assert not on_time.enough, f"a share of fewer than {MINIMUM} is not ranked"
    assert seen.overdue_open == 1
    assert (seen.figures["received"].n, seen.figures["answered"].n) == (2, 1)
    assert (seen.figures["satisfied"].value, seen.figures["rated_share"].value) == (1.0, 1.0)
    assert seen.rounds[1] == 1
    assert seen.workdays == {0: 1}
    assert seen.by_channel == {"web": 2}
    assert [(line.code, line.figures["received"].n) for line in seen.by_kind] == [("complaint", 2)]
    assert sum(day.late for day in seen.by_day) == 1


async def test_a_unit_sees_its_own_board_only(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    await answered(office, "key-1")
    seen = await seen_by(office, clock, HANDLER)
    assert seen.figures["answered"].n == 1
    assert [line.code for line in seen.by_unit] == ["urban"]
    housing = an_officer("房小姐", "handler@housing")
    assert (await seen_by(office, clock, housing)).figures["answered"].n == 0
    with pytest.raises(NotFound):
        await seen_by(office, clock, housing, "urban")
    with pytest.raises(Forbidden):
        await seen_by(office, clock, PUBLISHER)
    with pytest.raises(NotFound):
        await seen_by(office, clock, SUPERVISOR, "no-such-unit")


async def test_a_whole_hub_board_breaks_down_by_unit(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    await answered(office, "key-1")
    seen = await seen_by(office, clock, SUPERVISOR)
    assert [(line.code, line.figures["unit_on_time"].n) for line in seen.by_unit] == [("urban", 1)]
    of_unit = await seen_by(office, clock, SUPERVISOR, "urban")
    assert of_unit.figures["on_time"].n == 1


async def test_sealed_cases_appear_only_in_totals_of_five_or_more(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    await answered(office, "key-0")
    for n in range(4):
        await sealed(office, f"sealed-{n}")
    assert (await seen_by(office, clock, SUPERVISOR)).figures["received"].n == 1
    await sealed(office, "sealed-4")
    seen = await seen_by(office, clock, SUPERVISOR)
    assert seen.figures["received"].n == 6
    assert [line.code for line in seen.by_kind] == ["complaint"]
    assert sum(day.received for day in seen.by_day) == 1
    public = await store.read(statistics, SINCE, UNTIL, await office.book())
    assert public.figures["received"].n == 6
    assert [line.code for line in public.by_kind] == ["complaint"]


async def test_imported_cases_enter_only_where_asked(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    await office.receive(a_letter("key-1", channel="import", at=clock.now - timedelta(days=3)))
    assert (await seen_by(office, clock, SUPERVISOR)).figures["received"].n == 0
    book = await office.book()
    seen = await store.read(board, SUPERVISOR, SINCE, UNTIL, None, book, clock.now, imported=True, room="heavy")
    assert seen.figures["received"].n == 1


async def test_the_portal_tells_this_month(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    await answered(office, "key-1")
    await asyncio.gather(run_followers(office), run_followers(office))
    line = await store.read(month, clock.now, await office.book(), room="public")
    assert (line.since, line.received, line.due, line.in_time, line.median_days) == (date(2026, 2, 1), 1, 1, 1, 0.0)


def test_the_median_of_an_even_number_lies_between_the_two_middles() -> None:
    assert median({}) is None
    assert median({3: 1}) == 3
    assert median({1: 1, 4: 1}) == 2.5
    assert median({0: 2, 5: 1, 60: 2}) == 5


def test_a_share_of_nothing_has_no_value() -> None:
    assert value(BY_CODE["on_time"], {}).value is None
    assert value(BY_CODE["received"], {}).value == 0


def test_every_figure_says_its_formula_in_both_languages() -> None:
    assert all(f.formula.zh and f.formula.en and f.name.zh and f.name.en for f in FIGURES)
    assert all(f.denominator for f in FIGURES if f.how != "count")
    assert len({f.code for f in FIGURES}) == len(FIGURES)
