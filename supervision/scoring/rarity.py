"""Rarity: how seldom a piece of wording stands in letters and in replies, from two small hashed tables."""

import math
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

BUCKETS = 1 << 18
"""Pieces are hashed into so many places of one byte each: two tables are half a megabyte and hold no words."""

MOST_REMEMBERED = 200_000

_RUNS = re.compile(r"[\u4e00-\u9fff]+|[a-z0-9]+")


@lru_cache(maxsize=64)
def counted(text: str) -> Counter[str]:
    """Every two and three neighbouring Chinese characters, and every run of letters and digits, with how often."""
    found: Counter[str] = Counter()
    for run in _RUNS.findall(text.lower()):
        if run[0] < "\u4e00":
            found[run] += 1
            continue
        found.update([run[at : at + 2] for at in range(len(run) - 1)])
        found.update([run[at : at + 3] for at in range(len(run) - 2)])
    return found


def pieces(text: str) -> frozenset[str]:
    """The pieces of a text, each once."""
    return frozenset(counted(text))


def _place(piece: str) -> int:
    return zlib.crc32(piece.encode()) % BUCKETS


@dataclass(frozen=True)
class Rarity:
    """Two tables of inverse document frequency, 0 (everywhere) to 255 (never seen), by the place of a piece."""

    letters: bytes
    replies: bytes

    @cached_property
    def in_replies(self) -> Mapping[str, float]:
        """How rare a piece is among replies, 0 to 1."""
        return _Remembered(lambda piece: self.replies[_place(piece)] / 255)

    @cached_property
    def telling(self) -> Mapping[str, float]:
        """How much a shared piece says, 0 to 1: rare among letters and among replies alike."""
        return _Remembered(lambda piece: self.letters[at := _place(piece)] * self.replies[at] / 65025)


class _Remembered(dict[str, float]):
    """Values that are worked out when first asked for; it forgets all before it grows large."""

    def __init__(self, work_out: Callable[[str], float]) -> None:
        super().__init__()
        self._work_out = work_out

    def __missing__(self, piece: str) -> float:
        if len(self) > MOST_REMEMBERED:
            self.clear()
        value = self[piece] = self._work_out(piece)
        return value


def learn(letters: Iterable[str], replies: Iterable[str]) -> Rarity:
    """Count in how many texts each piece stands; a text counts once."""
    return Rarity(_table(letters), _table(replies))


def _table(texts: Iterable[str]) -> bytes:
    counted: Counter[int] = Counter()
    many = 0
    for text in texts:
        many += 1
        counted.update({_place(piece) for piece in pieces(text)})
    most = math.log(many + 1) or 1.0
    table = bytearray([255]) * BUCKETS
    for at, times in counted.items():
        table[at] = round(255 * max(0.0, math.log((many + 1) / (times + 1)) / most))
    return bytes(table)
