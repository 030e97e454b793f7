"""Behind a number: every cell of the figures as an address, how much it is, and the very cases it was counted from."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from hub import reading
from hub.errors import Forbidden, NotFound
from hub.measures import CUTS, HOUR, MOST_ROUNDS, of_officer
from hub.people import Actor
from hub.rulebook import Rulebook
from hub.sight import Sight, sight
from hub.spans import whole_months
from hub.storage import behind, totals
from hub.storage.behind import Mark
from hub.storage.tx import Tx
from hub.views import Row
from supervision.board import sealed_kinds, units_for
from supervision.figures import BY_CODE
from supervision.readings import closed_to

OFFICERS = ("supervisor", "leader", "signer")
"""Who sees figures by officer: those who answer for the work of others."""
FIRST_VERDICT = ("first_reviewed", "first_pass", "checked")
"""Measures that tell how a reply was first judged."""
_COUNT = re.compile(r"in_time|late|late_open|took:[0-9]{2}|round:[1-9]|received:[\w-]+")
"""Measures that stand on the board by themselves, beside the figures."""
_ROUNDS = re.compile(r"round:([1-9])\+")


@dataclass(frozen=True, slots=True)
class Cell:
    """One number: what (`on_time.n`, `on_time.of`, or a count like `took:03`; `round:2+` is the second and later),
    on which days, both included, at which unit and those below (`alone`: at it only), of which kind, under which value
    of a cut."""

    what: str
    since: date
    until: date
    unit: str = ""
    kind: str = ""
    cut: str = ""
    value: str = ""
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One case behind a number: it counted `times` on that day, as `measure`."""

    row: Row
    day: date
    measure: str
    times: int


def measures_of(what: str) -> tuple[str, ...]:
    """The measures whose facts stand behind a cell; behind a sum of rounds or days stand the letters answered.

    Raises NotFound for what is no cell.
    """
    code, _, part = what.partition(".")
    if figure := BY_CODE.get(code):
        if part not in ("n", "of") or (part == "of" and not figure.denominator):
            raise NotFound
        apart = figure.how in ("average", "median")
        return figure.denominator if part == "of" or apart else figure.numerator
    if found := _ROUNDS.fullmatch(what):
        return tuple(f"round:{n}" for n in range(int(found[1]), MOST_ROUNDS + 1))
    if not _COUNT.fullmatch(what):
        raise NotFound
    return (what,)


def exact(cell: Cell) -> Cell:
    """The cell as sums can tell it: a cut goes by whole months, and hours are those of the whole hub."""
    if not cell.cut:
        return cell
    since, until = whole_months(cell.since, cell.until)
    whole = replace(cell, since=since, until=until)
    return replace(whole, unit="", alone=False) if cell.cut == HOUR else whole


def number(tx: Tx, actor: Actor, cell: Cell, book: Rulebook) -> int:
    """How much the cell is, from the sums. Raises NotFound, Forbidden."""
    cell = exact(cell)
    _, units = _allowed(actor, cell, book)
    kinds = {k for kinds in book.kinds_by_edition.values() for k in kinds if cell.kind in ("", k)}
    asked = (units, kinds - sealed_kinds(book), measures_of(cell.what))
    if cell.cut:
        rows = totals.by_cut(tx, cell.cut, *asked, cell.since, cell.until)
        return sum(int(r["n"]) for r in rows if r["value"] == cell.value)
    return sum(int(r["n"]) for r in totals.by_unit(tx, *asked, cell.since.isoformat(), cell.until.isoformat()))


def cases_behind(
    tx: Tx, actor: Actor, cell: Cell, book: Rulebook, now: datetime, limit: int = 50, after: Mark | None = None
) -> tuple[tuple[Line, ...], Mark | None]:
    """One page of the cases behind a cell that exist for the actor, newest day first, and where the next page begins.

    Raises NotFound for what is no cell or not in sight, Forbidden for who has no such figures. Sealed kinds stand
    behind no number (DESIGN §5). A case whose reply the actor is to read again is left out where the number tells of
    its first verdict, so that a page may hold fewer.
    """
    cell = exact(cell)
    eye, units = _allowed(actor, cell, book)
    wanted: dict[str, Any] = {"since": cell.since.isoformat(), "until": cell.until.isoformat(), "units": units}
    wanted["sealed_kinds"] = sealed_kinds(book)
    wanted |= _narrowed(cell)
    measures = measures_of(cell.what)
    if cell.cut == "officer":
        measures = tuple(of_officer(m, cell.value) for m in measures)
    found = behind.page(tx, replace(eye, sealed=frozenset()), measures, wanted, limit + 1, after)
    blind = closed_to(tx, actor, book, now) if any(m in FIRST_VERDICT for m in measures_of(cell.what)) else ()
    lines = tuple(
        Line(reading.row(f.case, book, now, actor), date.fromisoformat(f.mark.day), f.mark.measure, f.times)
        for f in found[:limit]
        if f.mark.case_id not in blind
    )
    return lines, found[limit - 1].mark if len(found) > limit else None


def _narrowed(cell: Cell) -> Mapping[str, str]:
    return {**({"kind": cell.kind} if cell.kind else {}), **({cell.cut: cell.value} if cell.cut else {})}


def _allowed(actor: Actor, cell: Cell, book: Rulebook) -> tuple[Sight, frozenset[str]]:
    eye = sight(actor, book.directory)
    may_cut(actor, eye, cell.cut)
    units = units_for(actor, eye, cell.unit or None, book)
    return eye, units & {cell.unit} if cell.alone else units


def may_cut(actor: Actor, eye: Sight, cut: str) -> None:
    """Figures by officer are for those who answer for others, by hour for the whole hub's sight alone.

    Raises Forbidden, and NotFound for what is no cut.
    """
    if cut not in ("", *CUTS, HOUR):
        raise NotFound
    if cut == "officer" and not any(actor.has(role) for role in OFFICERS):
        raise Forbidden
    if cut == HOUR and not eye.everywhere:
        raise Forbidden
