"""Lengths as messengers count them, tidy text, and cutting at ends of paragraphs and sentences."""

import re

from hub.privacy.words import clean

SAY_UNITS = 4096
"""The longest text of one message, in UTF-16 code units (Telegram Bot API, sendMessage)."""

_BROKEN = re.compile("[\x00\ud800-\udfff]")
_ENDS = ("\n\n", "\n", "。", "！", "？", "；", ". ", "! ", "? ", "; ", "，", ", ", " ")


def units(text: str) -> int:
    """UTF-16 code units: two for a character outside the basic plane."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def tidy(text: str) -> str:
    """Text that every engine stores alike; what no keyboard makes (lone surrogates, NUL) is dropped, not refused."""
    return clean(_BROKEN.sub("", text)).strip()


def shorten(text: str, most: int) -> str:
    """The text in at most `most` UTF-16 units, with … where something was left out."""
    if units(text) <= most:
        return text
    return text[: _fits(text, most - 1)].rstrip() + "…"


def split_text(text: str, most: int = SAY_UNITS) -> tuple[str, ...]:
    """Parts of at most `most` units, cut after a paragraph, line, sentence or clause, in this order of liking.

    No character of the text is lost except blanks where it was cut. An empty text has no parts.
    """
    parts: list[str] = []
    rest = text.strip()
    while rest:
        if units(rest) <= most:
            parts.append(rest)
            break
        cut = _cut(rest, _fits(rest, most))
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return tuple(part for part in parts if part)


def _fits(text: str, most: int) -> int:
    """How many leading characters have at most `most` units; at least one, so that cutting always moves on."""
    used = 0
    for at, char in enumerate(text):
        used += 2 if char > "\uffff" else 1
        if used > most:
            return max(1, at)
    return len(text)


def _cut(text: str, most: int) -> int:
    """The last good end in the second half of the first `most` characters, or `most` itself."""
    for end in _ENDS:
        at = text.rfind(end, most // 2, most)
        if at >= 0:
            return at + len(end)
    return most
