"""Figures by street, officer, topic and channel, and receipts by weekday and hour; all of them over whole months."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from hub.measures import HOUR
from hub.people import Actor
from hub.rulebook import Rulebook
from hub.sight import sight
from hub.spans import whole_months
from hub.storage import people, totals
from hub.storage.tx import Tx
from supervision.behind import may_cut
from supervision.board import Line, sealed_kinds, units_for
from supervision.figures import BY_CODE, plain, values

CUT_FIGURES = (
    *("received", "answered", "on_time", "unit_on_time", "first_pass", "rounds", "solved", "satisfied"),
    *("rated_share", "objected", "repeated"),
)


@dataclass(frozen=True, slots=True)
class Cut:
    """The lines of a cut, most received first; `since` and `until` are the whole months that were summed up."""

    since: date
    until: date
    lines: tuple[Line, ...]
    names: Mapping[str, str]


def cut(tx: Tx, actor: Actor, by: str, since: date, until: date, unit: str, book: Rulebook) -> Cut:
    """The figures of a period by one cut, for the hub or a unit in sight. Raises NotFound, Forbidden."""
    eye = sight(actor, book.directory)
    may_cut(actor, eye, by)
    units = units_for(actor, eye, unit or None, book)
    measures = {m for code in CUT_FIGURES for m in (*BY_CODE[code].numerator, *BY_CODE[code].denominator)}
    first, last = whole_months(since, until)
    found: dict[str, dict[str, int]] = {}
    for r in totals.by_cut(tx, by, units, open_kinds(book), {*measures, "late_open"}, first, last):
        sums = found.setdefault(str(r["value"]), {})
        sums[str(r["measure"])] = int(r["n"])
    lines = [Line(v, values(CUT_FIGURES, plain(sums)), sums.get("late_open", 0)) for v, sums in found.items()]
    lines = [line for line in lines if line.late_open or any(value.n or value.of for value in line.figures.values())]
    lines.sort(key=lambda line: (-line.figures["received"].n, line.code))
    names = people.names(tx, [line.code for line in lines]) if by == "officer" else {}
    return Cut(first, last, tuple(lines), names)


def hours(tx: Tx, actor: Actor, since: date, until: date, book: Rulebook) -> Mapping[str, int]:
    """Letters received by weekday (1 Monday … 7) and hour, as 3-14, in the whole hub. Raises Forbidden."""
    eye = sight(actor, book.directory)
    may_cut(actor, eye, HOUR)
    units = units_for(actor, eye, None, book)
    rows = totals.by_cut(tx, HOUR, units, open_kinds(book), {"received"}, *whole_months(since, until))
    return {str(r["value"]): int(r["n"]) for r in rows if r["n"]}


def open_kinds(book: Rulebook) -> frozenset[str]:
    """Every kind of every edition that is not sealed."""
    return frozenset(k for kinds in book.kinds_by_edition.values() for k in kinds) - sealed_kinds(book)
