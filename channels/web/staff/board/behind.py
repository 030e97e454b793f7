"""The cases behind a number of the board, newest day first, page by page or whole as a file."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from channels.texts.catalog import N_
from channels.web.forms import query
from channels.web.staff import parts
from channels.web.staff.board.asked import asked_of, cell_of
from channels.web.staff.board.sheets import named, stretch
from channels.web.staff.frame import Desk, show, sit
from hub import workbench
from hub.errors import NotFound
from hub.storage import people
from hub.storage.behind import Mark
from hub.views import Row
from supervision.behind import Cell, Line, cases_behind, number
from supervision.figures import BY_CODE
from supervision.series import Stretch

ROWS, BATCH = 50, 500
PARTS = {"n": N_("分子"), "of": N_("分母")}
KINDS_OF_NUMBERS = {
    "took": N_("用了%(value)s个工作日答复的"),
    "round": N_("第%(value)s轮答复的"),
    "received": N_("从%(value)s收到的"),
    "late_open": N_("超过时限还没有答复的"),
    "in_time": N_("在时限内答复的"),
    "late": N_("超过时限的"),
}
HEADS = (N_("日期"), N_("次数"), N_("编号"), N_("标题"), N_("类别"), N_("街道"), N_("单位"), N_("状态"), N_("收到"))


async def show_cases(request: web.Request) -> web.StreamResponse:
    """`/staff/board/cases`: one page of what was counted."""
    desk = await sit(request)
    cell, read = cell_of(desk), desk.office.store.read
    much = await read(number, desk.actor, cell, desk.book, room="heavy")
    given = query(request).get("after", "")
    lines, following = await read(cases_behind, *_asked(desk, cell, ROWS, read_mark(given)), room="heavy")
    names = await read(workbench.names_of, [line.row for line in lines])
    known = {name: value for name, value in query(request).items() if name != "after"}
    return await show(
        desk,
        "board_cases.html",
        title=title(desk, cell),
        under=await under(desk, cell),
        much=much,
        rows=[_row(desk, line, names) for line in lines],
        back=asked_of(desk).to(),
        first=address(known),
        after=given,
        older=address(known, following) if following else "",
        files=[(kind, address(known, kind=kind)) for kind in ("csv", "xlsx")],
    )


async def every_row(desk: Desk, cell: Cell) -> AsyncIterator[list[list[str | int]]]:
    """All cases behind a number in batches, as a file has them; each batch is a question of its own."""
    after: Mark | None = None
    while True:
        lines, after = await desk.office.store.read(cases_behind, *_asked(desk, cell, BATCH, after), room="heavy")
        yield [_plain(desk, line) for line in lines]
        if after is None:
            return


def _asked(desk: Desk, cell: Cell, limit: int, after: Mark | None) -> tuple[Any, ...]:
    return desk.actor, cell, desk.book, desk.now, limit, after


def title(desk: Desk, cell: Cell) -> str:
    """What a number is called: a figure with its part, or what its measure counts."""
    code, _, part = cell.what.partition(".")
    if figure := BY_CODE.get(code):
        name = desk.word(figure.name)
        return name if figure.how == "count" else f"{name} · {desk.say(PARTS[part])}"
    kind, _, value = cell.what.partition(":")
    if kind not in KINDS_OF_NUMBERS:
        raise NotFound
    return (
        desk.say(KINDS_OF_NUMBERS[kind], value=_value(desk, kind, value)) if value else desk.say(KINDS_OF_NUMBERS[kind])
    )


def _value(desk: Desk, kind: str, value: str) -> str:
    return named(desk, "channel", value) if kind == "received" else value.lstrip("0") or "0"


async def under(desk: Desk, cell: Cell) -> list[str]:
    """Where and when a number was counted: period, unit, kind, value of the cut."""
    said = [stretch(Stretch(cell.since, cell.until))]
    if cell.unit:
        said.append(desk.unit(cell.unit))
    if kind := desk.book.kinds.get(cell.kind):
        said.append(kind.zh if desk.lang == "zh" else kind.en)
    if cell.cut:
        ids = [cell.value] if cell.cut == "officer" else []
        said.append(named(desk, cell.cut, cell.value, await desk.office.store.read(people.names, ids)))
    return said


def read_mark(text: str) -> Mark | None:
    """Where the page before ended; None for the first page or an address that names no place."""
    parts_ = text.split("~")
    return Mark(*parts_) if len(parts_) == len(Mark._fields) else None


def address(known: dict[str, str], after: Mark | None = None, kind: str = "") -> str:
    """This list further on, or as a file."""
    more = {"after": "~".join(after)} if after else {}
    return f"/staff/board/cases{f'.{kind}' if kind else ''}?{urlencode({**known, **more})}"


def _row(desk: Desk, line: Line, names: dict[str, str]) -> dict[str, Any]:
    row = parts.inbox_row(desk, line.row, "", names.get(line.row.officer, ""))
    return {**row, "counted": line.day, "times": line.times}


def _plain(desk: Desk, line: Line) -> list[str | int]:
    row: Row = line.row
    told = (row.number, row.title, desk.word(row.kind), row.area, desk.word(row.unit), desk.word(row.state_word))
    return [line.day.isoformat(), line.times, *told, row.received_day.isoformat()]
