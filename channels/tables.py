"""Tables as files: CSV that spreadsheets open as it is, and XLSX written row by row; no cell of them is ever run."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import IO

import xlsxwriter

Cell = str | int | float | None
BOM = "\ufeff"
"""A spreadsheet takes a CSV for UTF-8 only where it begins with this."""
RUN = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What makes a spreadsheet run a text of a CSV as a formula (OWASP, CSV Injection)."""
MOST_ROWS = 1_048_576
"""Rows that a sheet of XLSX can hold (ECMA-376)."""
LONGEST_TITLE = 31
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
AS_TEXT = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def csv_text(rows: Iterable[Sequence[Cell]]) -> str:
    """Rows as CSV; a text that a spreadsheet would run gets an apostrophe before it, numbers stay numbers."""
    out = io.StringIO()
    csv.writer(out).writerows([_safe(cell) for cell in row] for row in rows)
    return out.getvalue()


def _safe(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(RUN) else cell


class Workbook:
    """An XLSX file in the making: every row goes to the disk as it comes, so that a million need no memory.

    Texts are written as texts, whatever they begin with. `close` finishes the file.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._book = xlsxwriter.Workbook(file, AS_TEXT)
        self._bold = self._book.add_format({"bold": True})
        self._titles: set[str] = set()

    def sheet(self, title: str, heads: Sequence[str]) -> None:
        """Begin a sheet; rows go to it from now on."""
        self._sheet = self._book.add_worksheet(self._fresh(title))
        self._sheet.freeze_panes(1, 1)
        self._sheet.write_row(0, 0, heads, self._bold)
        self._row = 0

    def add(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Add rows to the sheet; raises ValueError where it holds no more."""
        for row in rows:
            self._row += 1
            if self._row >= MOST_ROWS:
                raise ValueError("an XLSX sheet holds no more rows")
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    self._sheet.write_string(self._row, column, cell)
                elif cell is not None:
                    self._sheet.write_number(self._row, column, cell)

    def close(self) -> None:
        """Write the file whole."""
        self._book.close()

    def _fresh(self, title: str) -> str:
        """A title that a workbook takes: short, without the signs of a reference, and each once."""
        plain = title.translate(_FORBIDDEN).strip()[:LONGEST_TITLE] or "1"
        n = 1
        while plain.casefold() in self._titles:
            n += 1
            plain = f"{title.translate(_FORBIDDEN).strip()[: LONGEST_TITLE - 4]} {n}"
        self._titles.add(plain.casefold())
        return plain
