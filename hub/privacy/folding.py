"""The shadow of a text: the same words in plain digits and letters, each still knowing where it stood."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_HIDDEN = [
    0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x3164, 0xFEFF, 0xFFA0,
    *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), *range(0xFE00, 0xFE10),
    *range(0xE0000, 0xE0080), *range(0xE0100, 0xE01F0),
]  # fmt: skip
_HIDDEN_CLASS = re.compile("[" + "".join(map(chr, _HIDDEN)) + "]")
_BLANK_LIKE = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t"
_DASH_LIKE = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2500\u30fc\ufe58\ufe63\uff0d"


def _plain_table() -> dict[int, str]:
    """Every decimal digit of Unicode, the full-width letters, the blanks and dashes, each to its ASCII twin."""
    table = {code: str(unicodedata.decimal(chr(code))) for code in range(0x80, 0x1FBFA) if chr(code).isdecimal()}
    table |= {code: chr(code - 0xFEE0).lower() for code in range(0xFF01, 0xFF5F)}
    table |= {ord(letter): letter.lower() for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
    table |= {ord(blank): " " for blank in _BLANK_LIKE}
    table |= {ord(dash): "-" for dash in _DASH_LIKE}
    return table


_PLAIN = _plain_table()
_RING_DIGITS = re.compile("[⓪①②③④⑤⑥⑦⑧⑨⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉❶❷❸❹❺❻❼❽❾]{7,}")

# Digits as people say or disguise them; read only as part of a long number (一三八…, l38oo…).
_SPOKEN_GROUPS = ("零〇○洞oоο", "一幺壹lіι|", "二两贰", "三叁", "四肆", "五伍", "六陆", "七柒拐", "八捌", "九玖勾")
_SPOKEN = {ord(word): str(digit) for digit, words in enumerate(_SPOKEN_GROUPS) for word in words}


@dataclass(frozen=True, slots=True)
class Shadow:
    """`plain` is the text in ASCII digits and lower case without hidden characters; `at` maps its places back."""

    plain: str
    at: tuple[int, ...] | None
    length: int

    def place(self, start: int, end: int) -> tuple[int, int]:
        """The same stretch in the original text."""
        if self.at is None:
            return start, end
        return self.at[start], self.at[end - 1] + 1

    def spoken(self) -> str:
        """The plain text with said and look-alike digits turned into digits, place for place."""
        return self.plain.translate(_SPOKEN)


def _digits_of_rings(match: re.Match[str]) -> str:
    return "".join(str(unicodedata.digit(ring)) for ring in match[0])


def fold(text: str) -> Shadow:
    """The shadow of a text; one pass, and no copy of the places where nothing was hidden."""
    at: tuple[int, ...] | None = None
    plain = text
    if not text.isascii() and _HIDDEN_CLASS.search(text):
        hidden = frozenset(map(chr, _HIDDEN))
        at = tuple(place for place, letter in enumerate(text) if letter not in hidden)
        plain = _HIDDEN_CLASS.sub("", text)
    plain = _RING_DIGITS.sub(_digits_of_rings, plain.translate(_PLAIN))
    return Shadow(plain, at, len(text))


def squeeze(plain: str) -> tuple[str, tuple[int, ...]]:
    """A plain text without its blanks, and where each of its letters stood."""
    places = tuple(place for place, letter in enumerate(plain) if not letter.isspace())
    return "".join(plain[place] for place in places), places
