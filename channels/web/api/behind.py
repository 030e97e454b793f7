"""Behind a number of the board over the API: how much it is, and page by page the very cases it was counted from."""

from datetime import date
from typing import Literal

from pydantic import Field

from channels.web.api.cursors import read_cursor, write_cursor
from channels.web.api.figures import BoardWanted, period
from channels.web.api.op import Call, Told, op
from channels.web.api.shapes import RowTold, row
from channels.web.keys import ACTOR, office_of
from hub import workbench
from hub.errors import Invalid, NotFound, Said
from hub.rulebook import Rulebook
from hub.storage.behind import Mark
from supervision.behind import Cell, cases_behind, exact, measures_of, number
from supervision.board import BOARD_ROLES

LIST = "board cases"


class CellWanted(BoardWanted):
    """Which number of the board."""

    what: str = Field(
        min_length=1,
        max_length=80,
        description="A figure's code with .n (counted) or .of (out of), as on_time.n; or a count: late_open, in_time, "
        "late, took:03 (working days), round:2, round:2+ (and later), received:web.",
    )
    kind: str = Field("", max_length=40)
    cut: Literal["", "area", "officer", "topic", "channel", "hour"] = Field(
        "",
        description="With its value; by whole months. Hours are those of the whole hub: 3-14 is Wednesday, 14:00.",
    )
    value: str = Field("", max_length=80)
    alone: bool = Field(False, description="Without the units below the unit.")
    cursor: str = Field("", max_length=400)
    limit: int = Field(50, ge=1, le=100)


class CountedTold(Told):
    """A case behind a number: it counted `times` on that day, as `measure`."""

    day: date
    measure: str
    times: int
    case: RowTold


class CellTold(Told):
    """How much the number is over which days, and one page of its cases that exist for the caller, newest day first."""

    what: str
    since: date
    until: date
    number: int
    items: list[CountedTold]
    next: str


@op(
    "GET",
    "/board/cases",
    "The cases behind a number of the board",
    who=BOARD_ROLES,
    auth="bearer",
    query=CellWanted,
    out=CellTold,
    faults=(404,),
)
async def cases(call: Call[None, CellWanted]) -> CellTold:
    """Behind an average or a median stand the letters answered. Sealed letters stand behind no number."""
    app, office, actor, asked = call.request.app, office_of(call.request), call.request[ACTOR], call.query
    book, now, read = await office.book(), office.clock(), office.store.read
    cell = exact(_cell(asked, *period(asked, book, now), book))
    after = Mark(*read_cursor(app, LIST, asked.cursor, len(Mark._fields))) if asked.cursor else None
    much = await read(number, actor, cell, book, room="heavy")
    lines, following = await read(cases_behind, actor, cell, book, now, asked.limit, after, room="heavy")
    names = await read(workbench.names_of, [line.row for line in lines])
    return CellTold(
        what=cell.what,
        since=cell.since,
        until=cell.until,
        number=much,
        items=[CountedTold(day=x.day, measure=x.measure, times=x.times, case=row(x.row, names)) for x in lines],
        next=write_cursor(app, LIST, *following) if following else "",
    )


def _cell(asked: CellWanted, since: date, until: date, book: Rulebook) -> Cell:
    """The number that is asked for; raises Invalid for what is none."""
    try:
        measures_of(asked.what)
    except NotFound:
        said = Said("没有这个数。请写指标代码加 .n 或 .of，如 on_time.n。", "No such number; write as on_time.n.")
        raise Invalid({"what": said}) from None
    if asked.kind and all(asked.kind not in kinds for kinds in book.kinds_by_edition.values()):
        raise Invalid({"kind": Said("没有这个类别。", "There is no such kind.")})
    if asked.value and not asked.cut:
        raise Invalid({"cut": Said("请写明 value 是哪一种的值。", "Please say which cut the value is of.")})
    alone = asked.alone and bool(asked.unit)
    return Cell(asked.what, since, until, asked.unit, asked.kind, asked.cut, asked.value, alone)


OPS = (cases,)
