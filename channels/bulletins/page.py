"""A bulletin in one reader's language: headings, sentences and cells as they stand on page and paper."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from channels.texts.catalog import N_, Lang
from channels.texts.catalog import said as say
from hub.errors import Said
from supervision.bulletins.document import Cell, Document, Part, Row, Table, shown
from supervision.bulletins.sentences import told

FEW = "*"
"""Stands behind a number under its least sample."""
ROOMY = 5
"""Tables of so many columns or fewer show what each share counts."""
Link = Callable[[Table, Row, int, Cell], str]
"""Where a number leads: table, row, its column and itself → an address, empty where nowhere."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One cell: its words, whether it is a number, and where it leads."""

    text: str
    number: bool = False
    href: str = ""


@dataclass(frozen=True, slots=True)
class TableShown:
    """A table; a column is numeric where its cells are."""

    code: str
    title: str
    columns: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[Shown, ...], ...]
    note: str


@dataclass(frozen=True, slots=True)
class PartShown:
    """A section; `written` are the paragraphs that supervision wrote."""

    code: str
    title: str
    sentences: tuple[str, ...]
    tables: tuple[TableShown, ...]
    written: tuple[str, ...]
    untranslated: bool = False


@dataclass(frozen=True, slots=True)
class PageShown:
    """A whole bulletin in words."""

    title: str
    office: str
    parts: tuple[PartShown, ...]


def nowhere(_table: Table, _row: Row, _column: int, _cell: Cell) -> str:
    """For readers who see no cases."""
    return ""


def shown_in(document: Document, words: Mapping[str, str], lang: Lang, link: Link = nowhere) -> PageShown:
    """The document in a language. What supervision wrote in Chinese alone is shown in Chinese."""
    parts = tuple(_part(part, words, lang, link) for part in document.parts)
    kept = tuple(part for part in parts if part.sentences or part.tables or part.written)
    return PageShown(pick(document.title, lang), pick(document.office, lang), kept)


def pick(said: Said, lang: Lang) -> str:
    """One sentence in a language."""
    return said.zh if lang == "zh" else said.en


def _part(part: Part, words: Mapping[str, str], lang: Lang, link: Link) -> PartShown:
    own, other = words.get(f"{part.code}_{lang}", ""), words.get(f"{part.code}_zh", "")
    text = own or other
    return PartShown(
        code=part.code,
        title=pick(part.title, lang),
        sentences=tuple(pick(sentence, lang) for sentence in part.sentences),
        tables=tuple(table_in(table, lang, link) for table in part.tables),
        written=tuple(line.strip() for line in text.splitlines() if line.strip()),
        untranslated=bool(text and not own),
    )


def table_in(table: Table, lang: Lang, link: Link = nowhere) -> TableShown:
    """A table in a language."""
    roomy = len(table.columns) <= ROOMY
    rows = tuple(
        (Shown(pick(row.name, lang)), *(_cell(table, row, n, lang, roomy, link) for n in range(len(row.cells))))
        for row in table.rows
    )
    numeric = [any(row[n].number for row in rows) for n in range(len(table.columns))]
    columns = tuple((pick(head, lang), number) for head, number in zip(table.columns, numeric, strict=True))
    note = pick(table.note, lang)
    if any(cell.text.endswith(FEW) for row in rows for cell in row):
        few = say(lang, N_("带*的件数太少，仅供参考，不比较。"))
        note = f"{few} {note}".rstrip() if lang == "en" else few + note
    return TableShown(table.code, pick(table.title, lang), columns, rows, note)


def _cell(table: Table, row: Row, column: int, lang: Lang, roomy: bool, link: Link) -> Shown:
    it = row.cells[column]
    if not isinstance(it, Cell):
        return Shown(shown(it, lang))
    words = told(it, lang) if roomy else shown(it, lang)
    few = FEW if it.how == "share" and it.value is not None and not it.enough else ""
    return Shown(words + few, True, link(table, row, column, it))
