"""Incoming words made fit to be stored: one form of each letter, nothing that lies unseen, nothing that is no text."""

from __future__ import annotations

import re
import unicodedata

from hub.errors import Refusal

MOST_ACCENTS = 8  # no writing system piles up more on one letter; floods of them make normalising quadratic


class NotText(Refusal, ValueError):
    """What came in is not text, or too much of it; the sentence says so to the one who sent it."""

    code = "not_text"


_BROKEN = re.compile("[\x00\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Controls, bidirectional overrides, embeddings and isolates, byte order marks, characters that are none (Unicode 23.7).
_INVISIBLE = re.compile(
    "[\x01-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u206f\ufeff\ufdd0-\ufdef\ufff9-\ufffb\ufffe\uffff"
    + "".join(chr(plane << 16 | last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF))
    + "]"
)
_TRAILING = re.compile(r"(?<![^\S\n])[^\S\n]++(?=\n|\Z)")


def _accents() -> str:
    marks = [code for code in range(0x300, 0x1E94B) if unicodedata.combining(chr(code))]
    return "".join(map(chr, marks))


# Where accents can stand at all; Chinese text lies outside, and a class of few ranges is quick to pass over.
_ACCENT = re.compile(
    "[\u0300-\u1fff\u20d0-\u2dff\u302a-\u302f\u3099\u309a\ua66f-\uabed\ufb1e\ufe20-\ufe2f\U00010000-\U0001e94a]"
)
_FLOOD = re.compile(f"([{_accents()}]{{{MOST_ACCENTS}}})[{_accents()}]+")


def _composed(text: str) -> str:
    """The text in NFC, no letter with more than eight accents."""
    if _ACCENT.search(text):
        text = _FLOOD.sub(r"\1", text)
    return unicodedata.normalize("NFC", text)


def _is_composed(text: str) -> bool:
    """Whether the text is in NFC and has no accents of its own to look after."""
    return text.isascii() or (unicodedata.is_normalized("NFC", text) and not _ACCENT.search(text))


def clean(text: str) -> str:
    """The text as it is kept: NFC, line ends \\n, no blanks at line ends nor blank lines at the end.

    Refused (NotText): lone surrogates and NUL, which no keyboard makes and which the two databases treat differently
    (RELIABILITY F22). Dropped without a word: other controls and bidirectional overrides, which a person pastes unseen
    and cannot find again. Kept: emoji with their joiners, left-to-right marks, tabs, every script. More than eight
    accents on one letter are cut to eight. `clean(clean(x)) == clean(x)`.
    """
    if text.isprintable() and _is_composed(text):  # most of what people type
        return text.rstrip(" ")
    lines = text.split("\n")
    if all(map(str.isprintable, lines)) and _is_composed(text):
        return "\n".join([line.rstrip(" ") for line in lines]).rstrip()
    return clean_anything(text)


def clean_anything(text: str) -> str:
    """What `clean` does, the long way: for text that holds more than printable characters and line ends."""
    if _BROKEN.search(text):
        raise NotText(
            "文字中有无法识别的字符，未能收下。请删去后重新输入，或换一台设备再试。",
            "The text contains characters that are not valid text. Please type it again or try another device.",
        )
    text = _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text))
    if not text.isascii():
        text = _composed(_composed(text))  # twice: NFC takes a few letters apart, and their marks count too
    return _TRAILING.sub("", text).rstrip()


def limit_problem(text: str, most: int) -> NotText | None:
    """What to tell the writer where a text has more than `most` characters (code points), else None."""
    if len(text) <= most:
        return None
    return NotText(
        f"最多可写{most}个字，现在有{len(text)}个字，请删减{len(text) - most}个字。",
        f"At most {most} characters; there are {len(text)} now, please cut {len(text) - most}.",
    )
