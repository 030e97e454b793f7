"""The description of a bulletin from which page, PDF and table file are drawn: parts, sentences, tables, cells."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from pydantic import TypeAdapter

from hub.errors import Said
from supervision.figures import Value

How = Literal["count", "share", "average", "median", "score"]
SILENT = Said("", "")
_PLACES: dict[How, int] = {"average": 2, "score": 1}


@dataclass(frozen=True, slots=True)
class Cell:
    """One number: `n` counted out of `of`; `value` is what is shown, None where nothing was measured.

    `figure` is the code of its definition, or the measure it counts (hub/measures.py); empty where there is neither.
    `enough` says whether `of` reaches its least sample.
    """

    how: How
    n: int
    of: int
    value: float | None
    figure: str = ""
    enough: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table; `unit` and `kind` say whose cases its numbers count. A cell may be a word, or nothing."""

    name: Said
    cells: tuple[Cell | Said | None, ...]
    unit: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with the heading of each column, the first of them that of the names; `note` stands under it.

    `spans` are the first and last day that each column of numbers counts, where they differ from the bulletin's.
    """

    code: str
    title: Said
    columns: tuple[Said, ...]
    rows: tuple[Row, ...]
    note: Said = SILENT
    spans: tuple[tuple[date, date], ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A section: its sentences, its tables, and, where `written`, the words that supervision writes under it."""

    code: str
    title: Said
    sentences: tuple[Said, ...] = ()
    tables: tuple[Table, ...] = ()
    written: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A bulletin as it was drawn up: what it counts, as of when, up to which line of the journal, and all it says."""

    kind: str
    period: str
    since: date
    until: date
    title: Said
    office: Said
    as_of: datetime
    head: int
    head_hash: str
    parts: tuple[Part, ...]

    def tables(self) -> Iterator[Table]:
        """Every table, in the order of the parts."""
        for part in self.parts:
            yield from part.tables


_DOCUMENT = TypeAdapter(Document)


def to_text(document: Document) -> str:
    """The one text form of a document, which is what is kept."""
    return _DOCUMENT.dump_json(document).decode()


def from_text(text: str) -> Document:
    """A document from its text form."""
    return _DOCUMENT.validate_json(text)


def cell(value: Value) -> Cell:
    """A figure of the board as a cell."""
    return Cell(value.figure.how, value.n, value.of, value.value, value.figure.code, value.enough)


def count(n: int, figure: str = "") -> Cell:
    """A plain count as a cell."""
    return Cell("count", n, n, float(n), figure)


def shown(it: Cell | Said | None, lang: str) -> str:
    """A cell as it is read, the same on page, paper and in the table file's words."""
    if it is None:
        return ""
    if isinstance(it, Said):
        return it.zh if lang == "zh" else it.en
    if it.value is None:
        return "—"
    if it.how == "count":
        return str(it.n)
    if it.how == "share":
        return f"{it.value * 100:.1f}%"
    return f"{it.value:.{_PLACES[it.how]}f}" if it.how in _PLACES else f"{it.value:g}"
