"""The pages of the board: each view asks for what it shows, draws it, and lays the numbers beside."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from aiohttp import web

from channels.texts.catalog import N_
from channels.web.forms import query
from channels.web.staff import cards
from channels.web.staff.board import advice, charts, ranking, sheets
from channels.web.staff.board.asked import VIEWS, Asked, asked_of, is_cut, views
from channels.web.staff.board.sheets import Sheet
from channels.web.staff.frame import Desk, show, sit
from hub.spans import whole_months
from hub.words import SITE_WATCHES
from supervision.board import Board, Line, board
from supervision.cuts import CUT_FIGURES, cut, hours
from supervision.figures import MINIMUM, UNIT_FIGURES
from supervision.series import By, by_for, series
from supervision.watches import stand

SHORT = ("received", "answered", "on_time", "unit_on_time", "first_pass", "solved", "satisfied")
"""Columns of a table on a page; the file has all."""
DRAWN = (
    *("months", "tiles", "by", "watches", "groups", "counts", "shares", "received", "on_time", "waits", "late_from"),
    *("rounds", "heat", "before", "definitions", "both", "excluded", "cards", "adding_up", "advice", "ranks"),
)
"""What a view may draw; the page leaves out what this one has not."""
TYPES = {
    "bureau": N_("区直部门"),
    "street": N_("街道"),
    "utility": N_("公共服务单位"),
    "": N_("其他单位"),
}
STRETCHES: tuple[tuple[By, str], ...] = (("day", N_("按日")), ("week", N_("按周")), ("month", N_("按月")))


async def show_board(request: web.Request) -> web.StreamResponse:
    """One view of the figures of a period, for the hub or a unit."""
    desk = await sit(request)
    asked = asked_of(desk)
    values, tables = await view_of(desk, asked)
    return await show(
        desk,
        "board.html",
        asked=asked,
        pages=[
            (asked.to(view=code), desk.say(word), code == asked.view) for code, word in VIEWS if code in views(desk)
        ],
        units=_units(desk),
        minimum=MINIMUM,
        tables=[sheet.table() for sheet in tables],
        files=[(kind, asked.to(f".{kind}")) for kind in ("csv", "xlsx")],
        **{"as_of": desk.now, **dict.fromkeys(DRAWN), **values},
    )


async def view_of(desk: Desk, asked: Asked, *, whole: bool = False) -> tuple[dict[str, Any], list[Sheet]]:
    """What a view draws, and its sheets; `whole` has every figure in them, as files want it."""
    if asked.view == "hour":
        return await _hours(desk, asked)
    if is_cut(asked.view):
        return await _cut(desk, asked, CUT_FIGURES if whole else SHORT)
    seen = await _board(desk, asked)
    drawn: dict[str, Callable[[], Awaitable[tuple[dict[str, Any], list[Sheet]]]]] = {
        "unit": lambda: _by_unit(desk, asked, seen, UNIT_FIGURES if whole else SHORT),
        "kind": lambda: _by_kind(desk, asked, seen, UNIT_FIGURES if whole else SHORT),
        "time": lambda: _time(desk, asked, seen),
        "work": lambda: _work(desk, asked, seen),
    }
    values, tables = await drawn.get(asked.view, lambda: _all(desk, asked, seen))()
    return {"as_of": seen.as_of, **values}, tables


async def _board(desk: Desk, asked: Asked) -> Board:
    told = (desk.actor, asked.since, asked.until, asked.unit or None, desk.book, desk.now)
    return await desk.office.store.read(board, *told, room="heavy")


async def _all(desk: Desk, asked: Asked, seen: Board) -> tuple[dict[str, Any], list[Sheet]]:
    """Six numbers, what inspection counts in days, how receipts went, and every figure beside the period before."""
    since, until = asked.before
    before = await _board(desk, replace(asked, since=since, until=until))
    found = series(seen.by_day, asked.since, asked.until, by_for(asked.since, asked.until))
    return {
        "tiles": charts.tiles(desk, asked, seen),
        "watches": await _watches(desk) if desk.actor.hub_roles else [],
        "received": charts.points(found) if any(s.received for s in found) else [],
        "before": (since, until),
        "definitions": [sheets.definition(desk, value) for value in seen.figures.values()],
        "advice": await advice.on_page(desk, asked.unit),
        **await cards.on_page(desk, seen, (asked.since, asked.until), asked.unit),
    }, [sheets.of_figures(desk, asked, seen.figures.values(), before.figures)]


async def _by_unit(desk: Desk, asked: Asked, seen: Board, codes: tuple[str, ...]) -> tuple[dict[str, Any], list[Sheet]]:
    """Units in their classes, as only like is compared with like (NORMS §4)."""

    def name(line: Line) -> str:
        return desk.unit(line.code) or line.code

    def behind(what: str, line: Line) -> str:
        return asked.behind(what, unit=line.code, alone="1")

    classes: dict[str, list[Line]] = {}
    for line in seen.by_unit:
        unit = desk.book.directory.get(line.code)
        classes.setdefault(unit.type if unit and unit.type in TYPES else "", []).append(line)
    ordered = [(desk.say(word), classes[code]) for code, word in TYPES.items() if code in classes]
    ranks = asked.to("/ranks", view="unit") if any(desk.actor.has(role) for role in ranking.MAY) else ""
    return {
        "ranks": ranks,
        "groups": [(title, charts.bars(lines, "unit_on_time", name)) for title, lines in ordered],
    }, [sheets.of_lines(desk, (title, desk.say(N_("单位"))), lines, codes, name, behind) for title, lines in ordered]


async def _by_kind(desk: Desk, asked: Asked, seen: Board, codes: tuple[str, ...]) -> tuple[dict[str, Any], list[Sheet]]:
    def name(line: Line) -> str:
        kind = desk.book.kinds.get(line.code)
        return line.code if kind is None else kind.zh if desk.lang == "zh" else kind.en

    title = desk.say(N_("各类别"))
    sheet = sheets.of_lines(
        desk,
        (title, desk.say(N_("类别"))),
        seen.by_kind,
        codes,
        name,
        lambda what, line: asked.behind(what, kind=line.code),
    )
    return {"counts": charts.received(seen.by_kind, name), "shares": charts.bars(seen.by_kind, "on_time", name)}, [
        sheet
    ]


async def _cut(desk: Desk, asked: Asked, codes: tuple[str, ...]) -> tuple[dict[str, Any], list[Sheet]]:
    """Whole months by street, topic, channel or officer."""
    told = (desk.actor, asked.view, asked.since, asked.until, asked.unit, desk.book)
    found = await desk.office.store.read(cut, *told, room="heavy")
    ends = {"from": found.since.isoformat(), "to": found.until.isoformat()}
    word = desk.say(dict(VIEWS)[asked.view])

    def name(line: Line) -> str:
        return sheets.named(desk, asked.view, line.code, found.names)

    def behind(what: str, line: Line) -> str:
        return asked.behind(what, cut=asked.view, value=line.code, **ends)

    sheet = sheets.of_lines(desk, (word, word), found.lines, codes, name, behind)
    return {
        "months": sheets.month_range(found.since, found.until),
        "counts": charts.received(found.lines, name),
        "shares": charts.bars(found.lines, "on_time", name),
    }, [sheet]


async def _time(desk: Desk, asked: Asked, seen: Board) -> tuple[dict[str, Any], list[Sheet]]:
    """Day by day, by week or by month."""
    given = query(desk.request).get("by", "")
    by = next((code for code, _ in STRETCHES if code == given), by_for(asked.since, asked.until))
    found = series(seen.by_day, asked.since, asked.until, by)
    return {
        "by": [(asked.to(by=code), desk.say(word), code == by) for code, word in STRETCHES],
        "received": charts.points(found) if any(s.received for s in found) else [],
        "on_time": charts.shares(found),
    }, [sheets.of_stretches(desk, asked, found)]


async def _work(desk: Desk, asked: Asked, seen: Board) -> tuple[dict[str, Any], list[Sheet]]:
    waits = charts.waits(seen)
    late = charts.LATE_FROM + 1
    return {
        "waits": waits,
        "late_from": late if len(waits) > late else None,
        "rounds": charts.funnel(desk, seen) if any(seen.rounds.values()) else [],
    }, [sheets.of_waits(desk, asked, seen), sheets.of_rounds(desk, asked, seen)]


async def _hours(desk: Desk, asked: Asked) -> tuple[dict[str, Any], list[Sheet]]:
    """When letters come: weekday by hour, over whole months."""
    counts = await desk.office.store.read(hours, desk.actor, asked.since, asked.until, desk.book, room="heavy")
    since, until = whole_months(asked.since, asked.until)
    monthly = replace(asked, since=since, until=until, unit="")
    heat = charts.heat(desk, monthly, counts) if counts else None
    return {"months": sheets.month_range(since, until), "heat": heat}, [sheets.of_hours(desk, monthly, counts)]


async def _watches(desk: Desk) -> list[dict[str, Any]]:
    """What inspection counts in days, with the colour of the rung that was reached."""
    return [
        {"name": desk.word(SITE_WATCHES[watch.name]), "days": watch.days, "last": watch.last, "lamp": watch.colour}
        for watch in await desk.office.store.read(stand, desk.book, desk.now)
    ]


def _units(desk: Desk) -> list[tuple[str, str]]:
    directory = desk.book.directory
    held = {u for unit in desk.actor.units() for u in directory.below(unit)}
    rows = directory.units.values() if desk.actor.hub_roles else [directory.units[u] for u in sorted(held)]
    return [("", desk.say(N_("全部单位"))), *((u.code, u.zh if desk.lang == "zh" else u.en) for u in rows)]
