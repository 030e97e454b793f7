"""A bulletin on paper: A4 as PDF, Chinese in a font that every reader brings along, with bookmarks and page numbers."""

import io
import re
from collections.abc import Mapping
from functools import cache
from threading import Lock
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph, Spacer
from reportlab.platypus import Table as Grid

from channels.bulletins.page import PartShown, TableShown, shown_in
from channels.texts.catalog import N_, Lang
from channels.texts.catalog import said as say
from supervision.bulletins.document import Document

SONG, LATIN = "STSong-Light", "Helvetica"
"""A CID font by its name (ISO 32000-1, 9.7.5.2): no font file travels along, the reader shows its own Song type."""
MARGIN, WIDTH = 18 * mm, A4[0] - 36 * mm
NARROW = 7
"""Tables with more columns are set in smaller type."""
INK, LINE, SHADE = colors.HexColor("#1b2733"), colors.HexColor("#b9b4aa"), colors.HexColor("#f0ede6")
STYLES: Mapping[str, Mapping[str, Any]] = {
    "title": {"fontSize": 17, "leading": 25, "spaceAfter": 4},
    "heading": {"fontSize": 13, "leading": 20, "spaceBefore": 12, "spaceAfter": 3, "keepWithNext": 1},
    "caption": {"fontSize": 10, "leading": 15, "spaceBefore": 6, "spaceAfter": 2, "keepWithNext": 1},
    "body": {"fontSize": 10.5, "leading": 17, "spaceAfter": 4},
    "small": {"fontSize": 8.5, "leading": 13, "spaceAfter": 4},
    "cell": {"fontSize": 9, "leading": 12},
    "cell_narrow": {"fontSize": 7.5, "leading": 10},
}
_LATIN_RUN = re.compile(r"[\x20-\x7e\u2013\u2014\u201c\u201d]+")
_ONE_AT_A_TIME = Lock()
"""The library keeps fonts and counters in one place for the whole process."""


def pdf(document: Document, words: Mapping[str, str], lang: Lang, version: str) -> bytes:
    """The bulletin as PDF; the same bulletin gives the same bytes."""
    it = shown_in(document, words, lang)
    place = say(lang, N_("办理记录第%(seq)s条"), seq=document.head)
    foot = f"{version} · {place} {document.head_hash[:16]}"
    story: list[Flowable] = [_paragraph(it.title, "title"), _paragraph(f"{it.office}　{version}", "small")]
    for part in it.parts:
        story += _part(part)
    out = io.BytesIO()
    with _ONE_AT_A_TIME:
        _Paper(out, it.title, it.office, foot, lang).build(story)
    return out.getvalue()


class _Paper(BaseDocTemplate):  # type: ignore[misc]
    """A4 with a foot on each page; every heading becomes a bookmark."""

    def __init__(self, out: io.BytesIO, title: str, author: str, foot: str, lang: Lang) -> None:
        spoken = "zh-CN" if lang == "zh" else "en"
        made = {"author": author, "creator": "Minxin 民信", "subject": foot}
        super().__init__(out, pagesize=A4, title=title, lang=spoken, invariant=1, displayDocTitle=1, **made)
        self._foot, self._reader = foot, lang
        frame = Frame(MARGIN, MARGIN + 6 * mm, WIDTH, A4[1] - 2 * MARGIN - 6 * mm, 0, 0, 0, 0)
        self.addPageTemplates(PageTemplate("page", [frame], onPage=self._draw_foot))

    def afterFlowable(self, flowable: Flowable) -> None:
        """A bookmark for title and headings."""
        level = {"title": 0, "heading": 1}.get(getattr(getattr(flowable, "style", None), "name", ""))
        if level is not None:
            place = f"heading-{self.seq.nextf('heading')}"
            self.canv.bookmarkPage(place)
            self.canv.addOutlineEntry(flowable.getPlainText(), place, level)

    def _draw_foot(self, canvas: Any, _: Any) -> None:
        words = say(self._reader, N_("第%(n)s页"), n=canvas.getPageNumber())
        for text, style in ((self._foot, _style("small")), (words, _style("small", right=True))):
            line = Paragraph(_mixed(text), style)
            _, height = line.wrap(WIDTH, 10 * mm)
            line.drawOn(canvas, MARGIN, MARGIN - height + 3 * mm)


def _part(part: PartShown) -> list[Flowable]:
    found: list[Flowable] = [_paragraph(part.title, "heading")]
    found += [_paragraph(line, "body") for line in (*part.sentences, *part.written)]
    for table in part.tables:
        if table.rows:
            found += [_paragraph(table.title, "caption"), _grid(table)]
        if table.note:
            found += [Spacer(1, 2), _paragraph(table.note, "small")]
    return found


def _grid(table: TableShown) -> Grid:
    """A table whose cells wrap, whose head comes again on every page, and whose first column is the widest."""
    kind = "cell_narrow" if len(table.columns) > NARROW else "cell"
    left, right = _style(kind), _style(kind, right=True)
    head = [Paragraph(_mixed(word), right if number else left) for word, number in table.columns]
    body = [
        [
            Paragraph(_mixed(cell.text), right if number else left)
            for cell, (_, number) in zip(row, table.columns, strict=True)
        ]
        for row in table.rows
    ]
    first = WIDTH * (0.34 if len(table.columns) <= NARROW else 0.19)
    others = (WIDTH - first) / max(len(table.columns) - 1, 1)
    grid = Grid([head, *body], colWidths=[first, *[others] * (len(table.columns) - 1)], repeatRows=1)
    grid.setStyle(
        [
            ("GRID", (0, 0), (-1, -1), 0.4, LINE),
            ("BACKGROUND", (0, 0), (-1, 0), SHADE),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("LEFTPADDING", (0, 0), (-1, -1), 3),
            ("RIGHTPADDING", (0, 0), (-1, -1), 3),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ]
    )
    return grid


def _paragraph(text: str, style: str) -> Paragraph:
    return Paragraph(_mixed(text), _style(style))


@cache
def _style(name: str, *, right: bool = False) -> ParagraphStyle:
    if SONG not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(SONG))
    aligned = {"alignment": TA_RIGHT} if right else {}
    return ParagraphStyle(name, fontName=SONG, wordWrap="CJK", textColor=INK, **STYLES[name], **aligned)


def _mixed(text: str) -> str:
    """Latin letters and figures in a Latin type: those of a Song type stand too wide."""
    runs = _LATIN_RUN.sub(lambda run: f"\0{run[0]}\1", text)
    return escape(runs).replace("\0", f'<font name="{LATIN}">').replace("\1", "</font>")
