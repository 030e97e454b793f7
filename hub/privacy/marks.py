"""A mark: the place in a text where a person shows, and what is known beforehand about who may show."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal[
    "id_number", "bank_card", "phone", "landline", "email", "plate", "qq_wechat", "address", "name"
]  # the order is the precedence where two marks of one length cover the same place

_RANK: dict[str, int] = {
    kind: rank
    for rank, kind in enumerate(
        ("id_number", "bank_card", "phone", "landline", "email", "plate", "qq_wechat", "address", "name")
    )
}
_BLANKS = re.compile(r"\s+")
_NO_DIGIT = re.compile(r"\D+")


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """Characters `start` to `end` (code points, end excluded) show a person; `sure` False asks a person to look."""

    start: int
    end: int
    kind: Kind
    sure: bool = True


def digits_of(number: str) -> str:
    """The bare digits of a telephone number, without the country code of China (+86, 0086)."""
    digits = _NO_DIGIT.sub("", number)
    for code in ("0086", "86"):
        if digits.startswith(code) and len(digits) - len(code) >= 10:
            return digits.removeprefix(code)
    return digits


@dataclass(frozen=True, slots=True)
class Directory:
    """What the district itself has made public and is therefore never marked; built once an edition by `of`."""

    numbers: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    longest: int = 0

    @staticmethod
    def of(numbers: Iterable[str] = (), words: Iterable[str] = ()) -> Directory:
        """`numbers`: official telephones (and official mail addresses go into `words`); `words`: unit names, named
        officials, street names, house addresses of offices."""
        kept = frozenset(word.strip().lower() for word in words if len(word.strip()) > 1)
        bare = frozenset(digits_of(number) for number in numbers) - {""}
        return Directory(bare, kept, max((len(word) for word in kept), default=0))

    def has_number(self, digits: str) -> bool:
        """Whether this is an official telephone, written with or without its area code."""
        if digits in self.numbers:
            return True
        return len(digits) in (7, 8) and any(
            number.endswith(digits) and number.startswith("0") for number in self.numbers
        )

    def covers(self, folded: str, start: int, end: int) -> bool:
        """Whether the words at this place lie wholly inside a public name."""
        if not self.words:
            return False
        for first in range(max(0, end - self.longest), start + 1):
            for last in range(end, min(len(folded), first + self.longest) + 1):
                if folded[first:last] in self.words:
                    return True
        return False


@dataclass(frozen=True, slots=True)
class Known:
    """What is known before a text is read: the directory (never marked) and the writer (always marked).

    `names`, `phones` and `places` are the writer's own; a place is any part of the address worth hiding (the
    estate, the house number). The writer wins over the directory: a letter from an official is still a person's letter.
    """

    directory: Directory = field(default_factory=Directory)
    names: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    places: tuple[str, ...] = ()

    def own_words(self) -> list[tuple[str, Kind]]:
        """The writer's names and places as they are looked for: folded to lower case, without blanks."""
        words: list[tuple[str, Kind]] = [(_BLANKS.sub("", name).lower(), "name") for name in self.names]
        words += [(_BLANKS.sub("", place).lower(), "address") for place in self.places]
        return [(word, kind) for word, kind in words if len(word) > 1]


NOBODY_KNOWN = Known()


def _joined(one: Mark, two: Mark) -> Mark:
    """One mark over both places: nothing either of them hid comes to light."""
    start, end = min(one.start, two.start), max(one.end, two.end)
    best = min((one, two), key=lambda mark: (mark.start - mark.end, _RANK[mark.kind], not mark.sure))
    whole = any(mark.sure and (mark.start, mark.end) == (start, end) for mark in (one, two))
    return Mark(start, end, best.kind, whole or (one.sure and two.sure))


def without_overlaps(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """The marks in the order of the text; where two share a character they become one over both."""
    kept: list[Mark] = []
    for mark in sorted(marks, key=lambda mark: (mark.start, -mark.end)):
        if mark.end <= mark.start:
            continue
        if kept and mark.start < kept[-1].end:
            kept[-1] = _joined(kept[-1], mark)
        else:
            kept.append(mark)
    return tuple(kept)


def merge(auto: Iterable[Mark], added: Iterable[Mark] = (), lifted: Iterable[Mark] = ()) -> tuple[Mark, ...]:
    """The marks that stand after a person has looked: the machine's without those lifted, and those added.

    A lifted mark takes away the machine's mark at exactly its place and never a person's. What a person added is sure.
    That lifting needs a reason and a second person (DESIGN §10) is the desk's guard, not decided here.
    """
    gone = {(mark.start, mark.end) for mark in lifted}
    left = [mark for mark in auto if (mark.start, mark.end) not in gone]
    return without_overlaps([*left, *(Mark(mark.start, mark.end, mark.kind, True) for mark in added)])
