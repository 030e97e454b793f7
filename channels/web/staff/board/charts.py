"""Charts of the board: what the page draws beside its tables, from the same figures."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from channels.texts.catalog import N_
from channels.web.staff.board.asked import Asked
from channels.web.staff.board.sheets import WEEKDAYS, between, shown
from channels.web.staff.frame import Desk
from hub.measures import MOST_ROUNDS
from supervision.board import Board, Line
from supervision.figures import Value
from supervision.series import Stretch

TILES = ("on_time", "first_pass", "rounds", "solved", "satisfied")
LATE_FROM = 15
"""The longest ordinary limit of the district's kinds in working days; longer handling is drawn red."""
GOOD, FAIR = 0.95, 0.85
MOST_BARS = 20
"""Bars of a chart; the table below has all lines."""


def tiles(desk: Desk, asked: Asked, figures: Board) -> list[dict[str, Any]]:
    """The six numbers; a figure under its minimum sample says so."""
    late = figures.overdue_open
    return [
        *(_tile(desk, asked, figures.figures[code]) for code in TILES),
        {
            "label": desk.say(N_("在办超期")),
            "value": late,
            "unit": desk.say(N_("件")),
            "note": desk.say(N_("此刻没有答复且已过时限的")),
            "href": f"/staff/inbox?view=late{f'&unit={asked.unit}' if asked.unit else ''}",
            "tone": "late" if late else "good",
        },
    ]


def _tile(desk: Desk, asked: Asked, value: Value) -> dict[str, Any]:
    few = "" if value.enough else desk.say(N_("（件数太少，仅供参考）"))
    return {
        "label": desk.word(value.figure.name),
        "value": shown(value),
        "n": value.of,
        "between": between(value),
        "note": desk.word(value.figure.formula) + few,
        "href": asked.behind(f"{value.figure.code}.of"),
    }


def bars(lines: Iterable[Line], code: str, name: Callable[[Line], str]) -> list[dict[str, Any]]:
    """A share by line, in the order of the lower ends of the intervals; those under the minimum come last, in grey."""
    rows: list[dict[str, Any]] = []
    for line in lines:
        value = line.figures[code]
        if value.value is None:
            continue
        low = value.between[0] if value.between else 0.0
        tone = "jade" if value.value >= GOOD else "amber" if value.value >= FAIR else "red"
        rows.append(
            {
                "label": name(line),
                "share": value.value,
                "low": low,
                "value": shown(value),
                "n": value.of,
                "few": not value.enough,
                "tone": tone,
            }
        )
    return sorted(rows, key=lambda r: (r["few"], -r["low"]))[:MOST_BARS]


def received(lines: Iterable[Line], name: Callable[[Line], str]) -> list[dict[str, Any]]:
    """How many letters each line received, beside each other."""
    counts = [(name(line), line.figures["received"].n) for line in lines]
    most = max((n for _, n in counts), default=0) or 1
    return [{"label": label, "share": n / most, "value": n, "n": n} for label, n in counts if n][:MOST_BARS]


def waits(figures: Board) -> list[dict[str, Any]]:
    """How many answers took how many working days, without gaps between."""
    longest = max(figures.workdays, default=-1)
    last = min(longest, 2 * LATE_FROM)
    columns = [{"label": str(n), "n": figures.workdays.get(n, 0)} for n in range(last + 1)]
    if longest > last:
        columns[-1] = {"label": f"{last}+", "n": sum(n for d, n in figures.workdays.items() if d >= last)}
    return columns


def funnel(desk: Desk, figures: Board) -> list[dict[str, Any]]:
    """How many were handled at least so many times."""
    rounds = figures.rounds
    left = {n: sum(count for m, count in rounds.items() if m >= n) for n in range(1, MOST_ROUNDS + 1)}
    return [{"label": desk.say(N_("第%(n)s轮"), n=n), "n": many} for n, many in left.items() if n == 1 or many]


def points(found: Iterable[Stretch]) -> list[dict[str, Any]]:
    """Letters received over time."""
    return [{"label": f"{s.since.month}-{s.since.day:02d}", "value": s.received} for s in found]


def shares(found: Iterable[Stretch]) -> list[dict[str, Any]]:
    """The share on time over time, in per cent, where any limit ended."""
    known = ((s, s.on_time) for s in found)
    return [
        {"label": f"{s.since.month}-{s.since.day:02d}", "value": round(share * 100, 1)}
        for s, share in known
        if share is not None
    ]


def heat(desk: Desk, asked: Asked, counts: Mapping[str, int]) -> dict[str, Any]:
    """Weekday by hour of receipt: the hours between the first and the last that brought anything."""
    there = sorted({int(value[2:]) for value in counts})
    span = range(there[0], there[-1] + 1) if there else range(0)
    rows = []
    for weekday in range(1, 8):
        values = [f"{weekday}-{hour:02d}" for hour in span]
        cells = [(counts.get(v, 0), asked.behind("received.n", cut="hour", value=v)) for v in values]
        rows.append((desk.say(WEEKDAYS[weekday - 1]), cells))
    return {"columns": [str(hour) for hour in span], "rows": rows, "top": max(counts.values(), default=0)}
