"""A bulletin as a table file: one sheet a table, numbers as numbers, words never read as formulas."""

import io
import re
from collections.abc import Mapping
from datetime import datetime

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from channels.bulletins.page import PageShown, pick, shown_in, table_in
from channels.texts.catalog import N_, Lang
from channels.texts.catalog import said as say
from supervision.bulletins.document import Cell, Document, How, Table, shown

FORMATS: Mapping[How, str] = {"count": "0", "share": "0.0%", "average": "0.00", "median": "0.0", "score": "0.0"}
MADE = datetime(2026, 1, 1)  # noqa: DTZ001 - what the format keeps as its birthday, so that equal files have equal bytes
NAME_MOST = 31
"""The longest name of a sheet (ECMA-376)."""
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")


def xlsx(document: Document, words: Mapping[str, str], lang: Lang, version: str) -> bytes:
    """The bulletin as XLSX. Every word is written as a text cell, so that one beginning with = is no formula."""
    out = io.BytesIO()
    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    it = shown_in(document, words, lang)
    with Workbook(out, safe) as book:
        book.set_properties({"title": it.title, "author": it.office, "created": MADE})
        formats = {how: book.add_format({"num_format": form}) for how, form in FORMATS.items()}
        few = {
            how: book.add_format({"num_format": form, "italic": True, "font_color": "#707070"})
            for how, form in FORMATS.items()
        }
        bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        _words(book.add_worksheet(say(lang, N_("说明"))), it, document, version, lang, bold, wrap)
        taken = {say(lang, N_("说明")).lower()}
        for table in document.tables():
            sheet = book.add_worksheet(_name(pick(table.title, lang), taken))
            _table(sheet, table, lang, bold, formats, few)
    return out.getvalue()


def _words(
    sheet: Worksheet, it: PageShown, document: Document, version: str, lang: Lang, bold: Format, wrap: Format
) -> None:
    """The first sheet: title, office, as of when, and every sentence under its heading."""
    seal = f"{document.head}:{document.head_hash}"
    lines: list[tuple[str, Format | None]] = [(it.title, bold), (f"{it.office} · {version}", None)]
    lines += [(say(lang, N_("数字截至%(moment)s（UTC）"), moment=f"{document.as_of:%Y-%m-%d %H:%M}"), None)]
    lines += [
        (say(lang, N_("办理记录到第%(seq)s条，指纹%(hash)s"), seq=seal.split(":")[0], hash=seal.split(":")[1]), None)
    ]
    for part in it.parts:
        said = (*part.sentences, *part.written)
        if said:
            lines += [("", None), (part.title, bold), *((line, wrap) for line in said)]
    sheet.set_column(0, 0, 100)
    for n, (line, form) in enumerate(lines):
        sheet.write_string(n, 0, line, form)


def _table(
    sheet: Worksheet, table: Table, lang: Lang, bold: Format, formats: Mapping[How, Format], few: Mapping[How, Format]
) -> None:
    """A table with two columns more for each share: what was counted, and out of how many."""
    columns = [pick(head, lang) for head in table.columns]
    shares = [n for n in range(len(columns) - 1) if any(_is_share(row.cells[n]) for row in table.rows)]
    heads = columns + [
        f"{columns[n + 1]}：{word}" for n in shares for word in (say(lang, N_("分子")), say(lang, N_("分母")))
    ]
    for n, head in enumerate(heads):
        sheet.write_string(0, n, head, bold)
    for line, row in enumerate(table.rows, 1):
        sheet.write_string(line, 0, pick(row.name, lang))
        for n, it in enumerate(row.cells, 1):
            if isinstance(it, Cell) and it.value is not None:
                sheet.write_number(line, n, it.value, (formats if it.enough else few)[it.how])
            else:
                sheet.write_string(line, n, shown(it, lang))
        for place, n in enumerate(shares):
            it = row.cells[n]
            if isinstance(it, Cell) and it.how == "share":
                sheet.write_number(line, len(columns) + 2 * place, it.n, formats["count"])
                sheet.write_number(line, len(columns) + 2 * place + 1, it.of, formats["count"])
    note = table_in(table, lang).note
    if note:
        sheet.write_string(len(table.rows) + 2, 0, note)
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, max(len(heads) - 1, 1), 14)


def _is_share(it: object) -> bool:
    return isinstance(it, Cell) and it.how == "share"


def _name(title: str, taken: set[str]) -> str:
    """A name that the format allows and no other sheet has."""
    plain = _NOT_IN_NAMES.sub(" ", title).strip()[: NAME_MOST - 3] or "-"
    name = plain
    for n in range(2, 100):
        if name.lower() not in taken:
            break
        name = f"{plain} {n}"
    taken.add(name.lower())
    return name
