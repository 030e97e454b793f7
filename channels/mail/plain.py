"""Plain words of an HTML mail: tags fall away, nothing is rendered or fetched, quoted parts get their > signs."""

import re
from html.parser import HTMLParser

_BREAKS = frozenset(
    ("p", "div", "br", "tr", "li", "ul", "ol", "table", "hr", "section", "article", "header", "footer", "pre")
)
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_SILENT = frozenset(
    ("script", "style", "head", "title", "template", "noscript", "object", "svg", "math", "iframe", "select")
)
_MANY_BLANKS = re.compile(r"[ \t\r\f\v\u00a0]+")
_MANY_LINES = re.compile(r"\n{3,}")


class _Reader(HTMLParser):
    """Collects words; `quoted` is how deep in blockquotes they stand."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[tuple[int, str]] = [(0, "")]
        self.quoted = 0
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent.append(tag)
        elif tag == "blockquote":
            self.quoted += 1
            self._break()
        elif tag in _BREAKS | _HEADINGS:
            self._break()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BREAKS:
            self._break()

    def handle_endtag(self, tag: str) -> None:
        if tag in self._silent:
            del self._silent[self._silent.index(tag) :]
        elif tag == "blockquote":
            self.quoted = max(0, self.quoted - 1)
            self._break()
        elif tag in _BREAKS | _HEADINGS:
            self._break()

    def handle_data(self, data: str) -> None:
        if not self._silent:
            depth, line = self.lines[-1]
            self.lines[-1] = (depth, line + data.replace("\n", " "))

    def _break(self) -> None:
        self.lines.append((self.quoted, ""))


def plain_words(html: str) -> str:
    """The words a person would read in the HTML, line by line; text of links stays, their addresses go."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = (("> " if depth else "") + _MANY_BLANKS.sub(" ", line).strip() for depth, line in reader.lines)
    return _MANY_LINES.sub("\n\n", "\n".join(lines)).strip()
