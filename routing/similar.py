"""How alike two letters are: does each speak of what the other's title names, and do they share their rare terms."""

import math
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hub.terms import terms

RARITY = Path(__file__).with_name("rarity.txt")
RAREST = 7.0
"""What a term weighs that hardly any letter holds: the name of an estate, a firm, a road."""
KNOWN = 1.0
"""What the district's own name weighs: everybody writes it, and it tells no two matters apart."""
MOST_TERMS = 1500
"""Terms of a letter that are looked at; a longer one has said what it is about by then."""
BIAS, EITHER_TITLE, BOTH_TITLES, WHOLE, ELSEWHERE = -6.4, 5.2, 4.2, 8.0, -3.0
"""A logistic over three likenesses between 0 and 1, fitted with a strong prior to pairs that a reader judged, then
rounded; ELSEWHERE where the titles name places of which the other letter speaks of none. `evaluate duplicates`
measures it on others."""

_PLACES = re.compile(
    "([\u4e00-\u9fff]{2})(?:路|街|巷|村|苑|园|城|镇|桥|站|湾|府|庭|家园|小区|花园|大道|社区|公园|广场"
    "|学校|小学|中学|幼儿园|学院|医院|公司|国际|新城)"
)
"""A place by what it ends with; the two characters before that are its name, and a term."""

BANDS, ROWS, HEAVIEST = 6, 4, 10
"""Six bands of four minima find a pair that shares 80 % of its terms 19 times in 20; the ten heaviest terms find those
that tell the same matter in other words."""


@dataclass(frozen=True, slots=True)
class Rarity:
    """What each term weighs: ln(letters / letters that hold it)."""

    weights: Mapping[str, float]
    known: frozenset[str] = frozenset()

    def of(self, term: str) -> float:
        """The weight of one term; what the table does not know is rare."""
        return KNOWN if term in self.known else self.weights.get(term, RAREST)

    def knowing(self, names: Iterable[str]) -> "Rarity":
        """The same table where these names are no news."""
        return Rarity(self.weights, frozenset(term for name in names for term in terms(name)))


@dataclass(frozen=True, slots=True)
class Sketch:
    """A letter as it is compared: weights of its title's terms and of all its terms, the length of the latter, and the
    places that its title names."""

    title: Mapping[str, float]
    whole: Mapping[str, float]
    length: float
    places: frozenset[str]


@cache
def rarity() -> Rarity:
    """The table that comes with the program; it holds pairs of characters and their weights, no sentence."""
    weights: dict[str, float] = {}
    for line in RARITY.read_text("utf-8").splitlines():
        weight, *listed = line.split()
        if weight != "#":
            weights.update(dict.fromkeys(listed, float(weight)))
    return Rarity(weights)


def sketch(title: str, body: str, table: Rarity) -> Sketch:
    """What is compared of a letter; made once, compared with many."""
    whole = _weighed(terms(f"{title}\n{body}")[:MOST_TERMS], table)
    length = math.sqrt(sum(w * w for w in whole.values()))
    return Sketch(_weighed(terms(title), table), whole, length, frozenset(_PLACES.findall(title)))


def _weighed(found: Iterable[str], table: Rarity) -> dict[str, float]:
    """A term counts with 1 + ln(times): one repeated ten times must not drown the others (Manning, Raghavan, Schütze,
    Introduction to Information Retrieval, §6.4.1)."""
    return {term: (1.0 + math.log(times)) * table.of(term) for term, times in Counter(found).items()}


def score(a: Sketch, b: Sketch) -> float:
    """How likely two letters are about the same matter, 0 to 1; the same whichever comes first."""
    there, back = _held(a.title, b.whole), _held(b.title, a.whole)
    leaning = BIAS + EITHER_TITLE * max(there, back) + BOTH_TITLES * min(there, back) + WHOLE * _cosine(a, b)
    if a.places and b.places and a.places.isdisjoint(b.whole) and b.places.isdisjoint(a.whole):
        leaning += ELSEWHERE
    return 1.0 / (1.0 + math.exp(-leaning))


def _held(title: Mapping[str, float], whole: Mapping[str, float]) -> float:
    """Which part of a title's weight the other letter holds."""
    total = sum(title.values())
    return sum(weight for term, weight in title.items() if term in whole) / total if total else 0.0


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
    ranked = sorted(letter.whole, key=lambda term: (term not in letter.title, -letter.whole[term], term))
    return tuple(dict.fromkeys((*bands, *(_key(term) for term in ranked[:HEAVIEST]))))


def _key(*parts: object) -> int:
    text = "/".join(str(part) for part in parts).encode()
    return zlib.crc32(text) << 31 | zlib.adler32(text) >> 1
