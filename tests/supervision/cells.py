"""Every cell of the figures of a store beside the cases behind it: what a page shows must equal what it leads to."""

from collections.abc import Iterator
from datetime import date

from hub.office import Office
from hub.people import Actor
from hub.storage.behind import Mark
from hub.storage.tx import Tx
from supervision.behind import Cell, Line, cases_behind, number
from supervision.board import board
from supervision.figures import FIGURES

SINCE, UNTIL = date(2026, 1, 1), date(2027, 12, 31)
UNDER = {"channel": ("web", "nowhere"), "hour": ("5-10",), "area": ("",), "topic": ("",), "officer": ("o-周亦安",)}
WHAT = ("received.n", "answered.n", "on_time.of", "first_pass.n", "late_open")


def cells(units: tuple[str, ...], kinds: tuple[str, ...]) -> Iterator[Cell]:
    """Numerator and denominator of every figure for the hub, each unit and each kind, and some cells of every cut."""
    parts = [f"{f.code}.{part}" for f in FIGURES for part in ("n", "of") if part == "n" or f.denominator]
    for what in (*parts, "took:00", "round:1", "round:2+", "received:web", "late_open", "in_time"):
        yield Cell(what, SINCE, UNTIL)
        yield from (Cell(what, SINCE, UNTIL, unit=unit, alone=alone) for unit in units for alone in (True, False))
        yield from (Cell(what, SINCE, UNTIL, kind=kind) for kind in kinds)
        yield Cell(what, date(2026, 2, 20), date(2026, 3, 9), unit=units[0])
    for cut, values in UNDER.items():
        for value in values:
            for what in ("received.n",) if cut == "hour" else WHAT:
                yield Cell(what, SINCE, UNTIL, cut=cut, value=value)


async def untrue(office: Office, actor: Actor, units: tuple[str, ...], kinds: tuple[str, ...]) -> list[str]:
    """The cells whose cases are not as many as they say; pages of seven, so that going on is looked at too."""
    book, found = await office.book(), []
    for cell in cells(units, kinds):
        said = await office.store.read(number, actor, cell, book, room="heavy")
        lines = await office.store.read(every_page, actor, cell, book, office.clock(), room="heavy")
        if sum(line.times for line in lines) != said:
            found.append(f"{cell}: {said} said, {sum(line.times for line in lines)} behind")
    return found


async def unlike_the_board(office: Office, actor: Actor, unit: str = "") -> list[str]:
    """The figures of the board that are not what their cells say; behind an average stand the letters answered."""
    book, found = await office.book(), []
    seen = await office.store.read(board, actor, SINCE, UNTIL, unit or None, book, office.clock(), room="heavy")
    for code, value in seen.figures.items():
        for part, said in (("n", value.n), ("of", value.of)):
            if code == "rounds" or (part == "of" and not value.figure.denominator):
                continue
            cell = Cell(f"{code}.{part}", SINCE, UNTIL, unit=unit)
            if (n := await office.store.read(number, actor, cell, book, room="heavy")) != said:
                found.append(f"{cell}: {n}, but the board says {said}")
    return found


def every_page(tx: Tx, actor: Actor, cell: Cell, book: object, now: object, size: int = 7) -> list[Line]:
    """All cases behind a cell, page by page."""
    lines: list[Line] = []
    after: Mark | None = None
    while True:
        page, after = cases_behind(tx, actor, cell, book, now, size, after)  # type: ignore[arg-type]
        lines += page
        if after is None:
            return lines
