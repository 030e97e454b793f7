"""How alike two letters are: does each hold the characters of the other's title, and do they share their rare terms."""

import math
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from heapq import nsmallest
from pathlib import Path

from hub.terms import terms

TERMS, CHARACTERS = (Path(__file__).with_name(name) for name in ("rarity.txt", "characters.txt"))
RAREST = 7.0
"""What a term or a character weighs that hardly any letter holds: the name of an estate, a firm, a road."""
MOST_TERMS = 1500
"""Terms of a letter that are looked at; a longer one has said what it is about by then."""
BIAS, EITHER_TITLE, BOTH_TITLES, WHOLE, ELSEWHERE = -8.0, 5.6, 4.2, 6.0, -2.0
"""A logistic over three likenesses between 0 and 1, fitted with a strong prior to pairs that a reader judged, whole and
cut short, then rounded; ELSEWHERE where the titles name places of which the other letter speaks of none. `evaluate
duplicates` measures it on others."""

_PLACES = re.compile(
    "([\u4e00-\u9fff]{2})(?:路|街|巷|村|苑|园|城|镇|桥|站|湾|府|庭|家园|小区|花园|大道|社区|公园|广场"
    "|学校|小学|中学|幼儿园|学院|医院|公司|国际|新城)"
)
"""A place by what it ends with; the two characters before that are its name, and a term."""
_FIRST_CHINESE = "\u3007"
"""Terms that begin before it are words in letters or digits (hub/terms.py); all others are made of characters."""

BANDS, ROWS, HEAVIEST = 6, 4, 10
"""Six bands of four minima find a pair that shares 80 % of its terms 19 times in 20; the ten heaviest terms find those
that tell the same matter in other words."""


@dataclass(frozen=True, slots=True)
class Rarity:
    """What each term and each character weighs: ln(letters / letters that hold it).

    `known` are names that everybody writes, like the district's own: they tell no two matters apart and are not read.
    """

    weights: Mapping[str, float]
    characters: Mapping[str, float]
    known: tuple[str, ...] = ()

    def of(self, term: str) -> float:
        """The weight of one term; what the table does not know is rare."""
        return self.weights.get(term, RAREST)

    def of_sign(self, sign: str) -> float:
        """The weight of a sign: of a Chinese character, or of a whole word in letters or digits."""
        return self.of(sign) if sign < _FIRST_CHINESE else self.characters.get(sign, RAREST)

    def knowing(self, names: Iterable[str]) -> "Rarity":
        """The same table where these names are no news."""
        return replace(self, known=tuple(names))

    def read(self, text: str) -> tuple[str, ...]:
        """The terms of a text, without the names that are no news."""
        for name in self.known:
            text = text.replace(name, " ")
        return terms(text)


@dataclass(frozen=True, slots=True)
class Sketch:
    """A letter as it is compared: its title's terms, what the title's signs weigh, the places that it names; all signs
    of the letter, what its terms weigh, and the length of these weights."""

    heading: frozenset[str]
    title: Mapping[str, float]
    places: frozenset[str]
    signs: frozenset[str]
    whole: Mapping[str, float]
    length: float


@cache
def rarity() -> Rarity:
    """The tables that come with the program: words, characters, pairs of them, and their weights; no sentence."""
    return Rarity(
        {term: weight for weight, listed in _lines(TERMS) for term in listed.split()},
        {sign: weight for weight, listed in _lines(CHARACTERS) for sign in listed},
    )


def _lines(table: Path) -> list[tuple[float, str]]:
    lines = (line.partition(" ") for line in table.read_text("utf-8").splitlines())
    return [(float(weight), listed) for weight, _, listed in lines if weight != "#"]


def sketch(title: str, body: str, table: Rarity) -> Sketch:
    """What is compared of a letter; made once, compared with many."""
    heading = frozenset(table.read(title))
    every = table.read(f"{title}\n{body}")[:MOST_TERMS]
    # A term counts with 1 + ln(times): one repeated ten times must not drown the others (Manning, Raghavan, Schütze,
    # Introduction to Information Retrieval, §6.4.1).
    whole = {term: (1.0 + math.log(times)) * table.of(term) for term, times in Counter(every).items()}
    return Sketch(
        heading,
        {sign: table.of_sign(sign) for sign in _signs(heading)},
        frozenset(_PLACES.findall(title)),
        _signs(whole),
        whole,
        math.sqrt(sum(weight * weight for weight in whole.values())),
    )


def _signs(found: Iterable[str]) -> frozenset[str]:
    """What terms are made of. Who tells a matter in other words keeps its characters: 路灯, 桥上那盏灯, 灯不亮."""
    words = {term for term in found if term < _FIRST_CHINESE}
    return frozenset("".join(term for term in found if term >= _FIRST_CHINESE)) | words


def score(a: Sketch, b: Sketch) -> float:
    """How likely two letters are about the same matter, 0 to 1; the same whichever comes first."""
    there, back = _held(a, b), _held(b, a)
    leaning = BIAS + EITHER_TITLE * max(there, back) + BOTH_TITLES * min(there, back) + WHOLE * _cosine(a, b)
    if a.places and b.places and a.places.isdisjoint(b.whole) and b.places.isdisjoint(a.whole):
        leaning += ELSEWHERE
    return 1.0 / (1.0 + math.exp(-leaning))


def _held(a: Sketch, b: Sketch) -> float:
    """Which part of a title's weight the other letter holds."""
    total = sum(a.title.values())
    return sum(weight for sign, weight in a.title.items() if sign in b.signs) / total if total else 0.0


def _cosine(a: Sketch, b: Sketch) -> float:
    small, large = (a, b) if len(a.whole) <= len(b.whole) else (b, a)
    shared = sum(weight * large.whole[term] for term, weight in small.whole.items() if term in large.whole)
    return shared / (a.length * b.length) if a.length and b.length else 0.0


def keys(letter: Sketch) -> tuple[int, ...]:
    """Under what a letter is filed so that its like is found: its heaviest terms, and bands of its MinHash.

    One hash a term, dealt into BANDS × ROWS heaps of which each keeps its least (one-permutation MinHash: Li, Owen,
    Zhang, One Permutation Hashing, NIPS 2012). Two letters with the same terms have the same keys.
    """
    least = [1 << 32] * (BANDS * ROWS)
    for term in letter.whole:
        drawn = zlib.crc32(term.encode())
        place = drawn % len(least)
        least[place] = min(least[place], drawn)
    bands = [_key("band", n, *least[n * ROWS : (n + 1) * ROWS]) for n in range(BANDS)]
    ranked = nsmallest(HEAVIEST, ((term not in letter.heading, -weight, term) for term, weight in letter.whole.items()))
    return tuple(dict.fromkeys((*bands, *(_key(term) for *_, term in ranked))))


def _key(*parts: object) -> int:
    text = "/".join(str(part) for part in parts).encode()
    return zlib.crc32(text) << 31 | zlib.adler32(text) >> 1
