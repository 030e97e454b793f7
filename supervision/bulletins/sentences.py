"""Sentences about a difference: to the period before, and between two versions of a bulletin. Pure."""

from collections.abc import Iterator

from hub.calendar import WorkCalendar
from hub.errors import Said
from supervision.board import Board
from supervision.bulletins.document import Cell, Document, Part, Row, Table, shown
from supervision.figures import Value

NOTHING = Said("没有可比的数", "nothing to compare with")
CORRECTION = "correction"
"""The part of a correction that names what changed."""
_CHANGED = (
    *(Said("表", "Table"), Said("行", "Line"), Said("列", "Column")),
    *(Said("原来", "Was"), Said("更正为", "Is now")),
)


def changed(now: Value, earlier: Board, before: Said) -> Said:
    """比上月多3件, 比上月高1.2个百分点, 与上月持平; nothing to compare with where nothing was counted before."""
    was = earlier.figures[now.figure.code]
    if now.value is None or was.value is None or earlier.figures["received"].n + earlier.figures["answered"].n == 0:
        return NOTHING
    how = now.figure.how
    difference = round((now.value - was.value) * 100, 1) if how == "share" else round(now.value - was.value, 2)
    if difference == 0:
        return Said(f"与{before.zh}持平", f"as in {before.en}")
    amount = str(abs(now.n - was.n)) if how == "count" else f"{abs(difference):g}"
    more = difference > 0
    if how == "share":
        zh, en = ("高", "up") if more else ("低", "down")
        return Said(f"比{before.zh}{zh}{amount}个百分点", f"{amount} points {en} on {before.en}")
    zh, en = ("多", "more") if more else ("少", "fewer" if how == "count" else "less")
    unit = {"count": "件", "median": "个工作日"}.get(how, "")
    return Said(f"比{before.zh}{zh}{amount}{unit}", f"{amount} {en} than {before.en}")


def correction(was: Document, now: Document, reason: str, calendar: WorkCalendar) -> Part:
    """更正说明: why it was corrected, and each number that is another one now."""
    title, then, today = Said("更正说明", "Correction"), calendar.day_of(was.as_of), calendar.day_of(now.as_of)
    said = Said(
        f"原通报的数字截至{then}，本次更正截至{today}。{reason}",
        f"The figures of the bulletin stood as of {then}, those of this correction as of {today}. {reason}",
    )
    rows = tuple(_differences(was, now))
    if not rows:
        return Part(CORRECTION, title, (said, Said("没有一个数字改变。", "No number has changed.")))
    table = Table(CORRECTION, Said("改变了的数字", "Numbers that changed"), _CHANGED, rows)
    return Part(CORRECTION, title, (said,), (table,))


def _differences(was: Document, now: Document) -> Iterator[Row]:
    before, after = {_place(*at): at for at in _cells(was)}, {_place(*at): at for at in _cells(now)}
    for place, (table, row, column, cell) in after.items():
        old = before[place][3] if place in before else None
        if old is None or (old.n, old.of, old.value) != (cell.n, cell.of, cell.value):
            yield _difference(table, row, column, old, cell)
    for place, (table, row, column, cell) in before.items():
        if place not in after:
            yield _difference(table, row, column, cell, None)


def _place(table: Table, row: Row, column: int, cell: Cell) -> tuple[str, str, int, str]:
    """What makes a number the same number in another version."""
    return table.code, row.unit or row.kind or row.name.zh, column, cell.figure


def _difference(table: Table, row: Row, column: int, was: Cell | None, now: Cell | None) -> Row:
    return Row(table.title, (row.name, table.columns[column + 1], was, now), row.unit, row.kind)


def _cells(document: Document) -> Iterator[tuple[Table, Row, int, Cell]]:
    """Every number of a document but those of an earlier correction."""
    for table in document.tables():
        for row in table.rows if table.code != CORRECTION else ():
            yield from ((table, row, n, cell) for n, cell in enumerate(row.cells) if isinstance(cell, Cell))


def told(cell: Cell, lang: str) -> str:
    """A number with what it counts: 97.3% (73/75)."""
    words = shown(cell, lang)
    if cell.how != "share" or cell.value is None or not cell.of:
        return words
    return f"{words} ({cell.n}/{cell.of})"
