"""The board: six numbers with their definition and n, units, days, rounds and kinds; each number leads to its cases."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from channels.texts.catalog import N_
from channels.web.forms import query
from channels.web.staff.frame import Desk, show, sit
from channels.web.staff.parts import CHANNELS
from hub.measures import LONGEST as LONGEST_TOOK
from hub.words import SITE_WATCHES, clock_word
from supervision.board import Board, Line, board
from supervision.figures import MINIMUM, Value
from supervision.watches import stand

TILES = ("on_time", "first_pass", "rounds", "solved", "satisfied")
LONGEST = timedelta(days=366)
LATE_FROM = 15
"""The longest ordinary limit of the district's kinds in working days; longer handling is drawn red."""


async def show_board(request: web.Request) -> web.StreamResponse:
    """The figures of a period, for the hub or a unit."""
    desk, asked = await sit(request), query(request)
    today = desk.book.calendar.day_of(desk.now)
    since, until = period(asked.get("from", ""), asked.get("to", ""), today)
    unit = asked.get("unit", "")
    figures = await desk.office.store.read(
        board, desk.actor, since, until, unit or None, desk.book, desk.now, room="heavy"
    )
    return await show(
        desk,
        "board.html",
        since=since,
        until=until,
        unit=unit,
        units=_units(desk),
        as_of=figures.as_of,
        tiles=tiles(desk, figures, unit),
        definitions=[definition(desk, v) for v in figures.figures.values()],
        by_unit=unit_bars(desk, figures.by_unit),
        unit_rows=[_table_row(desk, line, desk.unit(line.code)) for line in figures.by_unit],
        by_kind=[_table_row(desk, line, _kind(desk, line.code)) for line in figures.by_kind],
        days=[{"label": f"{n}" if n < LONGEST_TOOK else f"{n}+", "n": c} for n, c in sorted(figures.workdays.items())],
        late_from=next((i for i, n in enumerate(sorted(figures.workdays)) if n > LATE_FROM), None),
        rounds=_funnel(desk, figures),
        series=[{"label": f"{d.day.month}-{d.day.day:02d}", "value": d.received} for d in figures.by_day],
        series_top=max([d.received for d in figures.by_day], default=0),
        by_day=[(d.day.isoformat(), d.received, d.answered, d.in_time, d.late) for d in reversed(figures.by_day)],
        by_channel=[
            (desk.say(CHANNELS.get(code, code)), n)
            for code, n in sorted(figures.by_channel.items(), key=lambda r: -r[1])
        ],
        minimum=MINIMUM,
        watches=await _watches(desk) if desk.actor.hub_roles else [],
    )


async def _watches(desk: Desk) -> list[dict[str, Any]]:
    """What inspection counts in days, with the colour of the rung that was reached."""
    return [
        {
            "name": desk.word(SITE_WATCHES[watch.name]),
            "days": watch.days,
            "last": watch.last,
            "lamp": watch.colour,
        }
        for watch in await desk.office.store.read(stand, desk.book, desk.now)
    ]


def period(since: str, until: str, today: date) -> tuple[date, date]:
    """The days that were asked for, this month where nothing sensible was. Pure."""
    try:
        first = date.fromisoformat(since) if since else today.replace(day=1)
        last = date.fromisoformat(until) if until else today
    except ValueError:
        return today.replace(day=1), today
    if first > last:
        first, last = last, first
    return max(first, last - LONGEST), last


def tiles(desk: Desk, figures: Board, unit: str) -> list[dict[str, Any]]:
    """The six numbers; a figure under its minimum sample says so."""
    rows = [_tile(desk, figures.figures[code], unit) for code in TILES]
    late = figures.overdue_open
    return [
        *rows,
        {
            "label": desk.say(N_("在办超期")),
            "value": late,
            "unit": desk.say(N_("件")),
            "note": desk.say(N_("此刻没有答复且已过时限的")),
            "href": _link("late", unit),
            "tone": "late" if late else "good",
        },
    ]


def _tile(desk: Desk, value: Value, unit: str) -> dict[str, Any]:
    few = "" if value.enough else desk.say(N_("（件数太少，仅供参考）"))
    return {
        "label": desk.word(value.figure.name),
        "value": shown(value),
        "n": value.of,
        "between": between(value),
        "note": desk.word(value.figure.formula) + few,
        "href": _link("answered", unit),
    }


def definition(desk: Desk, value: Value) -> dict[str, Any]:
    """One figure with all that says how it is made: formula, numerator, denominator, least sample, clock, interval."""
    figure = value.figure
    return {
        "name": desk.word(figure.name),
        "formula": desk.word(figure.formula),
        "n": value.n,
        "of": value.of,
        "between": between(value),
        "minimum": figure.minimum if figure.denominator else 0,
        "clock": desk.word(clock_word(figure.clock)) if figure.clock else "",
    }


def shown(value: Value) -> str:
    """A figure as it is read: a share in per cent, an average with two places, a count as it is. Pure."""
    if value.value is None:
        return "—"
    if value.figure.how == "share":
        return f"{value.value * 100:.1f}%"
    return f"{value.value:.2f}" if value.figure.how == "average" else f"{value.value:g}"


def between(value: Value) -> str:
    """The 95 % interval of a share, empty where there is none. Pure."""
    return " – ".join(f"{end * 100:.1f}%" for end in value.between) if value.between else ""


def unit_bars(desk: Desk, lines: tuple[Line, ...]) -> list[dict[str, Any]]:
    """On time by unit, the best first; units under the minimum sample come last, in grey."""
    rows = []
    for line in lines:
        value = line.figures["unit_on_time"]
        if value.value is None:
            continue
        tone = "jade" if value.value >= 0.95 else "amber" if value.value >= 0.85 else "red"
        rows.append(
            {
                "label": desk.unit(line.code) or line.code,
                "share": value.value,
                "value": shown(value),
                "n": value.of,
                "few": not value.enough,
                "tone": tone,
            }
        )
    return sorted(rows, key=lambda r: (r["few"], -float(r["share"])))


def _table_row(desk: Desk, line: Line, name: str) -> tuple[str, ...]:
    f = line.figures
    return (
        name or line.code,
        str(f["received"].n),
        str(f["answered"].n),
        shown(f["on_time"]),
        shown(f["first_pass"]),
        shown(f["satisfied"]),
        str(line.late_open),
    )


def _funnel(desk: Desk, figures: Board) -> list[dict[str, Any]]:
    """How many were handled at least so many times."""
    rounds = sorted(figures.rounds.items())
    return [
        {"label": desk.say(N_("第%(n)s轮"), n=n), "n": sum(count for m, count in rounds if m >= n)}
        for n, _ in rounds
        if n == 1 or any(count for m, count in rounds if m >= n)
    ]


def _kind(desk: Desk, code: str) -> str:
    kind = desk.book.kinds.get(code)
    return code if kind is None else kind.zh if desk.lang == "zh" else kind.en


def _units(desk: Desk) -> list[tuple[str, str]]:
    directory = desk.book.directory
    held = {u for unit in desk.actor.units() for u in directory.below(unit)}
    rows = directory.units.values() if desk.actor.hub_roles else [directory.units[u] for u in sorted(held)]
    return [("", desk.say(N_("全部单位"))), *((u.code, u.zh if desk.lang == "zh" else u.en) for u in rows)]


def _link(view: str, unit: str) -> str:
    return f"/staff/inbox?{urlencode({'view': view, **({'unit': unit} if unit else {})})}"
