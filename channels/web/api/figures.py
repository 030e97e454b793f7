"""Figures over the API: the board of a period for those who have one, and the public statistics."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta

from pydantic import Field

from channels.web.api.op import Call, Given, Told, op
from channels.web.api.shapes import Name, name
from channels.web.keys import ACTOR, office_of
from hub.errors import Invalid, Said
from hub.rulebook import Rulebook
from hub.spans import EARLIEST, LATEST
from supervision import board as boards
from supervision import ranks
from supervision.figures import Value

LONGEST = timedelta(days=3 * 366)


class Period(Given):
    """Both days included; this month where none is named."""

    since: date | None = Field(None, alias="from")
    until: date | None = Field(None, alias="to")


class BoardWanted(Period):
    """A period, and a unit with those below it."""

    unit: str = ""


class FigureTold(Told):
    """A figure with its formula: `n` of `of`, and for a share its 95 % Wilson interval from `low` to `high`.

    `enough` says whether `of` reaches `minimum`, the least sample for ranking; `clock` is the limit it goes by.
    """

    code: str
    name: Name
    formula: Name
    n: int
    of: int
    value: float | None
    low: float | None
    high: float | None
    enough: bool
    minimum: int
    clock: str


class LineTold(Told):
    """A unit or kind with its figures."""

    code: str
    figures: list[FigureTold]
    late_open: int


class DayTold(Told):
    """One day; days on which nothing happened are left out."""

    day: date
    received: int
    answered: int
    in_time: int
    late: int


class RankTold(Told):
    """A unit's place among units of its type in a month, by the lower end of the interval of its share on time."""

    type: str
    place: int
    unit: str
    n: int
    of: int
    share: float
    low: float


class RanksTold(Told):
    """The ranks of a month, as they stood when a leader released them; `few` are units with too few cases for one."""

    month: str
    at: str
    few: list[str]
    lines: list[RankTold]


class TotalsTold(Told):
    """Totals of a period."""

    since: date
    until: date
    figures: list[FigureTold]
    by_kind: list[LineTold]
    by_day: list[DayTold]
    workdays: dict[str, int]
    without_excluded: list[FigureTold]
    """Rates once more, without the letters that two persons took out of them."""


class StatisticsTold(TotalsTold):
    """Totals for everybody, and the ranks of units that are released."""

    ranks: list[RanksTold]


class BoardTold(TotalsTold):
    """All figures of a period as of a moment."""

    unit: str
    as_of: datetime
    overdue_open: int
    by_unit: list[LineTold]
    by_channel: dict[str, int]
    rounds: dict[str, int]


@op(
    "GET",
    "/board",
    "The figures of a period",
    who=boards.BOARD_ROLES,
    auth="bearer",
    query=BoardWanted,
    out=BoardTold,
    faults=(404,),
)
async def board(call: Call[None, BoardWanted]) -> BoardTold:
    """For the whole hub, or a unit that the caller sees."""
    office, now, actor = office_of(call.request), office_of(call.request).clock(), call.request[ACTOR]
    book = await office.book()
    since, until = period(call.query, book, now)
    unit = call.query.unit or None
    b = await office.store.read(boards.board, actor, since, until, unit, book, now, room="heavy")
    return BoardTold(
        **_common(b),
        unit=b.unit,
        as_of=b.as_of,
        overdue_open=b.overdue_open,
        by_unit=[_line(line) for line in b.by_unit],
        by_channel=dict(b.by_channel),
        rounds={str(k): v for k, v in b.rounds.items()},
    )


@op("GET", "/statistics", "Public statistics", query=Period, out=StatisticsTold)
async def statistics(call: Call[None, Period]) -> StatisticsTold:
    """Totals, kinds and days, and released ranks; else no unit."""
    office = office_of(call.request)
    book = await office.book()
    since, until = period(call.query, book, office.clock())
    found = await office.store.read(boards.statistics, since, until, book, room="public")
    released = await office.store.read(ranks.released, room="public")
    told = [
        RanksTold(month=r.month, at=r.at, few=list(r.few), lines=[RankTold(**asdict(x)) for x in r.lines])
        for r in released
    ]
    return StatisticsTold(**_common(found), ranks=told)


def period(asked: Period, book: Rulebook, now: datetime) -> tuple[date, date]:
    """The days that were asked for, both included; raises Invalid."""
    until = asked.until or max(book.calendar.day_of(now), asked.since or date.min)
    since = asked.since or until.replace(day=1)
    if until > LATEST or since < EARLIEST:
        raise Invalid({"from": Said("请写1900年到2999年之间的日期。", "Please name days from 1900 to 2999.")})
    if since > until or until - since > LONGEST:
        raise Invalid(
            {"from": Said("起止日期不对，最长三年。", "The period must not be reversed, nor longer than 3 years.")}
        )
    return since, until


def _common(b: boards.Board | boards.Statistics) -> dict[str, object]:
    return {
        "since": b.since,
        "until": b.until,
        "figures": _figures(b.figures),
        "by_kind": [_line(line) for line in b.by_kind],
        "by_day": [
            DayTold(day=d.day, received=d.received, answered=d.answered, in_time=d.in_time, late=d.late)
            for d in b.by_day
        ],
        "workdays": {str(k): v for k, v in b.workdays.items()},
        "without_excluded": _figures(b.without_excluded),
    }


def _line(line: boards.Line) -> LineTold:
    return LineTold(code=line.code, figures=_figures(line.figures), late_open=line.late_open)


def _figures(values: Mapping[str, Value]) -> list[FigureTold]:
    return [_figure(code, v) for code, v in values.items()]


def _figure(code: str, v: Value) -> FigureTold:
    low, high = v.between or (None, None)
    return FigureTold(
        code=code,
        name=name(v.figure.name),
        formula=name(v.figure.formula),
        n=v.n,
        of=v.of,
        value=v.value,
        low=low,
        high=high,
        enough=v.enough,
        minimum=v.figure.minimum,
        clock=v.figure.clock,
    )


OPS = (board, statistics)
