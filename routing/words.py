"""Finding a fixed list of words in a text in one pass, however the text was typed."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from functools import cached_property
from operator import add

MOST_READ = 20_000
"""Characters of a text that are read for words; the longest form field is shorter."""

_BETWEEN_CHINESE = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")
_INVISIBLE = re.compile(r"[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def plain(text: str) -> str:
    """A text as the rules read it: full width folded, lower case, no invisible signs, no gaps inside Chinese."""
    folded = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text[:MOST_READ])).casefold()
    return _BETWEEN_CHINESE.sub("", folded[:MOST_READ])


def pairs_of(text: str) -> frozenset[str]:
    """Every two characters that stand side by side in a text."""
    return frozenset(map(add, text, text[1:]))


@dataclass(frozen=True, slots=True)
class Found:
    """Words of a list in a text: `every` one, and those that stand `alone` at least once.

    A word that only occurs inside a longer word of the list (“商品” in “商品房”) is there, but says nothing of its own.
    """

    every: frozenset[str]
    alone: frozenset[str]

    def __or__(self, other: "Found") -> "Found":
        return Found(self.every | other.every, self.alone | other.alone)


@dataclass(frozen=True)
class WordIndex:
    """A list of words by their first two characters, the longest first."""

    heads: Mapping[str, tuple[str, ...]]

    @cached_property
    def beginnings(self) -> frozenset[str]:
        """The first two characters of every word."""
        return frozenset(self.heads)

    def find(self, text: str, pairs: Set[str] | None = None) -> "Found":
        """The words of the list that stand in a `plain` text, and those of them that stand there on their own."""
        every: set[str] = set()
        alone: set[str] = set()
        reach = 0
        for at, word in self.places(text, pairs):
            every.add(word)
            if at + len(word) > reach:
                reach = at + len(word)
                alone.add(word)
        return Found(frozenset(every), frozenset(alone))

    def places(self, text: str, pairs: Set[str] | None = None) -> tuple[tuple[int, str], ...]:
        """Where each word stands in a `plain` text, from left to right, the longest first where several begin.

        Most pairs of characters begin no word, so only those that do are looked for. `pairs` may be those of a longer
        text that holds this one, where the caller has them already.
        """
        found: list[tuple[int, int, str]] = []
        for head in self.beginnings & (pairs_of(text) if pairs is None else pairs):
            at = text.find(head)
            while at >= 0:
                found += [(at, -len(word), word) for word in self.heads[head] if text.startswith(word, at)]
                at = text.find(head, at + 1)
        return tuple((at, word) for at, _, word in sorted(found))


def index(words: Iterable[str]) -> WordIndex:
    """Build the index; raises ValueError for a word of one character, which would fire everywhere."""
    heads: defaultdict[str, list[str]] = defaultdict(list)
    for word in sorted(set(words), key=lambda word: (-len(word), word)):
        if len(word) < 2:
            raise ValueError(f"the word “{word}” is too short: a word of the rules has two characters or more")
        heads[word[:2]].append(word)
    return WordIndex({head: tuple(group) for head, group in heads.items()})
