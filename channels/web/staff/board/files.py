"""Files of the board: its tables and the cases behind a number, as CSV or XLSX, sent as they are made."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from typing import IO
from urllib.parse import quote

from aiohttp import web

from channels.tables import BOM, Cell, Workbook, csv_text
from channels.texts.catalog import N_
from channels.web.staff.board.asked import asked_of, cell_of
from channels.web.staff.board.behind import HEADS, every_row, title
from channels.web.staff.board.pages import view_of
from channels.web.staff.frame import sit

Rows = AsyncIterator[Sequence[Sequence[Cell]]]
TYPES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
CHUNK = 1 << 16
IN_MEMORY = 1 << 20
"""A file of XLSX up to this size is held in memory, a larger one on the disk."""


async def send_view(request: web.Request) -> web.StreamResponse:
    """`/staff/board.csv` and `.xlsx`: every sheet of the view with all of its figures."""
    desk, kind = await sit(request), request.match_info["kind"]
    asked = asked_of(desk)
    _, found = await view_of(desk, asked, whole=True)
    parts = (desk.say(N_("分子")), desk.say(N_("分母")))
    tables = [(sheet.title, *sheet.plain(parts)) for sheet in found]

    async def each(rows: Sequence[Sequence[Cell]]) -> Rows:
        yield rows

    named = f"board-{asked.view}-{asked.since}-{asked.until}.{kind}"
    return await _send(request, kind, named, [(name, heads, each(rows)) for name, heads, rows in tables])


async def send_cases(request: web.Request) -> web.StreamResponse:
    """`/staff/board/cases.csv` and `.xlsx`: every case behind a number that exists for the officer."""
    desk, kind = await sit(request), request.match_info["kind"]
    cell = cell_of(desk)
    name = title(desk, cell)
    heads = [desk.say(head) for head in HEADS]
    return await _send(request, kind, f"cases-{cell.since}-{cell.until}.{kind}", [(name, heads, every_row(desk, cell))])


async def _send(
    request: web.Request, kind: str, name: str, tables: Sequence[tuple[str, Sequence[str], Rows]]
) -> web.StreamResponse:
    """Answer with a file; whatever is refused is refused before its first byte."""
    answer = web.StreamResponse(
        headers={
            "Content-Type": TYPES[kind],
            "Content-Disposition": f"attachment; filename=\"{name}\"; filename*=UTF-8''{quote(name)}",
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        }
    )
    if kind == "csv":
        await _csv(request, answer, tables)
    else:
        await _xlsx(request, answer, tables)
    await answer.write_eof()
    return answer


async def _csv(
    request: web.Request, answer: web.StreamResponse, tables: Sequence[tuple[str, Sequence[str], Rows]]
) -> None:
    """Tables one after another, each under its title where there is more than one."""
    lines: list[Sequence[Cell]] = []
    begun = False
    for title_, heads, rows in tables:
        lines += [[title_]] if len(tables) > 1 else []
        lines.append(heads)
        async for some in rows:
            if not begun:
                await answer.prepare(request)
                await answer.write(BOM.encode())
                begun = True
            await answer.write(csv_text([*lines, *some]).encode())
            lines = []
    if not begun:
        await answer.prepare(request)
    await answer.write(csv_text(lines).encode())


async def _xlsx(
    request: web.Request, answer: web.StreamResponse, tables: Sequence[tuple[str, Sequence[str], Rows]]
) -> None:
    """Rows go to the disk as they come, and the file goes out in pieces once it is whole."""
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as file:
        book = Workbook(file)
        for title_, heads, rows in tables:
            book.sheet(title_, heads)
            async for some in rows:
                await asyncio.to_thread(book.add, some)
        await asyncio.to_thread(book.close)
        await asyncio.to_thread(file.seek, 0)
        await answer.prepare(request)
        while piece := await asyncio.to_thread(_read, file):
            await answer.write(piece)


def _read(file: IO[bytes]) -> bytes:
    return file.read(CHUNK)
