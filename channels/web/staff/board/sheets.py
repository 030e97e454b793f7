"""Sheets: tables of figures as values, once for the page and for every file that is taken away from it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from markupsafe import Markup

from channels.texts.catalog import N_
from channels.web.staff.board.asked import Asked
from channels.web.staff.frame import Desk
from channels.web.staff.parts import CHANNELS
from hub.measures import LONGEST, MOST_ROUNDS
from hub.words import clock_word
from supervision.board import Board, Line
from supervision.figures import BY_CODE, Value
from supervision.series import Stretch

NOTHING = "—"
"""What has no value reads as a dash, and is an empty cell in a file."""
WEEKDAYS = (N_("周一"), N_("周二"), N_("周三"), N_("周四"), N_("周五"), N_("周六"), N_("周日"))


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a sheet: how it reads, the number itself where it is one, what stands behind it, and for a share its
    numerator and denominator."""

    text: str
    number: float | None = None
    href: str = ""
    parts: tuple["Entry", ...] = ()

    def cell(self) -> Markup | str:
        """The entry on a page."""
        if self.parts:
            beside = Markup("/").join(part.cell() for part in self.parts)
            return Markup('{} <span class="soft small">{}</span>').format(self.text, beside)
        return Markup('<a href="{}">{}</a>').format(self.href, self.text) if self.href else self.text


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: the first column names its rows, all others hold numbers."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Entry, ...], ...]

    def table(self) -> dict[str, Any]:
        """As the page's table takes it."""
        return {
            "title": self.title,
            "columns": [(head, "num" if n else "") for n, head in enumerate(self.heads)],
            "rows": [[entry.cell() for entry in row] for row in self.rows],
        }

    def plain(self, parts: tuple[str, str]) -> tuple[list[str], list[list[str | float | None]]]:
        """Heads and rows as a file takes them: numbers as numbers, both parts of every share in columns of theirs."""
        wide = [any(row[n].parts for row in self.rows) for n in range(len(self.heads))]
        heads = [h for n, head in enumerate(self.heads) for h in ((head, *parts) if wide[n] else (head,))]
        rows = []
        for row in self.rows:
            flat: list[str | float | None] = []
            for n, entry in enumerate(row):
                told = None if entry.text == NOTHING else entry.text
                flat.append(told if not n or entry.number is None else entry.number)
                if wide[n]:
                    flat += [part.number for part in entry.parts] or [None, None]
            rows.append(flat)
        return heads, rows


def shown(value: Value) -> str:
    """A figure as it is read: a share in per cent, an average with two places, a count as it is. Pure."""
    if value.value is None:
        return NOTHING
    if value.figure.how == "share":
        return f"{value.value * 100:.1f}%"
    return f"{value.value:.2f}" if value.figure.how == "average" else f"{value.value:g}"


def between(value: Value) -> str:
    """The 95 % interval of a share, empty where there is none. Pure."""
    return " – ".join(f"{end * 100:.1f}%" for end in value.between) if value.between else ""


def count(n: int, href: str) -> Entry:
    """A number of cases that leads to them; none leads nowhere."""
    return Entry(str(n), n, href if n else "")


def part(value: Value, behind: Callable[[str], str]) -> Entry:
    """One figure that leads to its cases: a share by numerator and denominator, all others as they are."""
    code = value.figure.code
    if value.figure.how == "share" and value.of:
        parts = (count(value.n, behind(f"{code}.n")), count(value.of, behind(f"{code}.of")))
        return Entry(shown(value), value.value, parts=parts)
    number = value.n if value.figure.how == "count" else value.value
    return Entry(shown(value), number, behind(f"{code}.n") if value.n else "")  # a share of nothing leads nowhere


def of_figures(desk: Desk, asked: Asked, now: Iterable[Value], before: Mapping[str, Value]) -> Sheet:
    """Every figure with numerator and denominator, its interval, and its value in the period before."""
    rows = []
    for v in now:
        was = before[v.figure.code]
        last = Entry(shown(was), was.value)
        name = Entry(desk.word(v.figure.name))
        rows.append((name, part(v, asked.behind), Entry(between(v)), last, change(v, was)))
    heads = (N_("指标"), N_("数值"), N_("95%区间"), N_("上一期"), N_("变化"))
    return Sheet(desk.say(N_("全部指标")), tuple(map(desk.say, heads)), tuple(rows))


def change(now: Value, before: Value) -> Entry:
    """How a figure moved: a share in points, a count in per cent; nothing where too few were counted. Pure."""
    if now.value is None or before.value is None or not (now.enough and before.enough):
        return Entry("")
    difference = now.value - before.value
    if now.figure.how == "share":
        return Entry(f"{difference * 100:+.1f}", difference)
    if now.figure.how == "count":
        return (
            Entry(f"{difference / before.value * 100:+.0f}%", difference / before.value) if before.value else Entry("")
        )
    return Entry(f"{difference:+.2f}", difference)


def of_lines(
    desk: Desk,
    titles: tuple[str, str],
    lines: Iterable[Line],
    codes: Iterable[str],
    name: Callable[[Line], str],
    behind: Callable[[str, Line], str],
) -> Sheet:
    """One row a unit, kind or value of a cut with these figures; `titles` are the sheet's own and that of its rows."""
    rows, codes = [], tuple(codes)
    for line in lines:
        figures = (part(line.figures[code], partial(_behind, behind, line)) for code in codes)
        rows.append((Entry(name(line)), *figures, count(line.late_open, behind("late_open", line))))
    heads = (titles[1], *(desk.word(BY_CODE[code].name) for code in codes), desk.say(N_("在办超期")))
    return Sheet(titles[0], heads, tuple(rows))


def _behind(behind: Callable[[str, Line], str], line: Line, what: str) -> str:
    return behind(what, line)


def of_stretches(desk: Desk, asked: Asked, found: Iterable[Stretch]) -> Sheet:
    """Received, answered, in time and late over time, newest first."""
    rows = []
    for s in reversed(tuple(found)):
        ends = {"from": s.since.isoformat(), "to": s.until.isoformat()}
        share = Entry(NOTHING if s.on_time is None else f"{s.on_time * 100:.1f}%", s.on_time)
        numbers = (("received.n", s.received), ("answered.n", s.answered), ("in_time", s.in_time), ("late", s.late))
        rows.append((Entry(stretch(s)), *(count(n, asked.behind(what, **ends)) for what, n in numbers), share))
    heads = (N_("时间"), N_("收到"), N_("已答复"), N_("按时"), N_("超期"), N_("按期答复"))
    return Sheet(desk.say(N_("走势")), tuple(map(desk.say, heads)), tuple(rows))


def of_waits(desk: Desk, asked: Asked, figures: Board) -> Sheet:
    """How many answers took how many working days."""
    rows = [
        (Entry(f"{days}+" if days == LONGEST else str(days)), count(n, asked.behind(f"took:{days:02d}")))
        for days, n in sorted(figures.workdays.items())
    ]
    return Sheet(desk.say(N_("用了几个工作日答复")), (desk.say(N_("工作日")), desk.say(N_("件数"))), tuple(rows))


def of_rounds(desk: Desk, asked: Asked, figures: Board) -> Sheet:
    """How many letters were answered in which round; the last row holds all later ones."""
    rows = [
        (Entry(f"{n}+" if n == MOST_ROUNDS else str(n)), count(many, asked.behind(f"round:{n}")))
        for n, many in sorted(figures.rounds.items())
        if many
    ]
    return Sheet(desk.say(N_("在第几轮答复")), (desk.say(N_("轮次")), desk.say(N_("件数"))), tuple(rows))


def of_hours(desk: Desk, asked: Asked, counts: Mapping[str, int]) -> Sheet:
    """Letters received by weekday and hour, one row each."""
    rows = [
        (Entry(named(desk, "hour", value)), count(n, asked.behind("received.n", cut="hour", value=value)))
        for value, n in sorted(counts.items())
    ]
    return Sheet(desk.say(N_("来信时段")), (desk.say(N_("时段")), desk.say(N_("收到"))), tuple(rows))


def stretch(found: Stretch) -> str:
    """The days of a stretch: one of them alone, or from the first to the last."""
    ends = (found.since.isoformat(), found.until.isoformat())
    return ends[0] if ends[0] == ends[1] else " – ".join(ends)


def definition(desk: Desk, value: Value) -> dict[str, Any]:
    """One figure with all that says how it is made: formula, numerator, denominator, least sample, clock."""
    figure = value.figure
    return {
        "name": desk.word(figure.name),
        "formula": desk.word(figure.formula),
        "minimum": figure.minimum if figure.denominator else 0,
        "clock": desk.word(clock_word(figure.clock)) if figure.clock else "",
    }


def named(desk: Desk, cut: str, value: str, names: Mapping[str, str] | None = None) -> str:
    """What a value of a cut is called; an empty one has not been stated."""
    if cut == "hour":
        weekday, _, hour = value.partition("-")
        return f"{desk.say(WEEKDAYS[int(weekday) - 1])} {hour}:00–{hour}:59"
    if cut == "channel":
        return desk.say(CHANNELS.get(value, value))
    return (names or {}).get(value, value) or desk.say(N_("未注明"))


def month_range(since: date, until: date) -> str:
    """Whole months as they are read: 2026-03, or 2026-01 – 2026-03."""
    first, last = since.isoformat()[:7], until.isoformat()[:7]
    return first if first == last else f"{first} – {last}"
