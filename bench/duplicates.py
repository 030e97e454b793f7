"""Similar letters at growing sizes: `python -m bench.duplicates` fills a store, files some letters, looks some up."""

import argparse
import asyncio
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import accumulate
from math import exp
from pathlib import Path
from time import perf_counter, process_time, thread_time
from typing import NamedTuple

from bench.figures import percentile, table
from hub.privacy.codes import new_id
from hub.storage import alike
from hub.storage.contract import Store
from hub.storage.migrate import migrate
from hub.storage.rows import to_json
from hub.storage.sqlite_driver import sqlite
from hub.storage.store import open_store
from hub.storage.tx import Tx
from hub.terms import terms
from routing.duplicates import COMPARED, NEWEST
from routing.similar import Sketch, keys, rarity, score, sketch

BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
ISSUES = (
    "路灯坏了没人修",
    "电梯停运",
    "夜间施工扰民",
    "下水道堵塞",
    "占道停车",
    "自来水浑浊",
    "暖气不热",
    "垃圾没人清",
)
WORDS = 60
"""Words of a letter beside its place and matter."""
FILED, LOOKED_UP, SPENT = 500, 500, 2_000
"""Letters filed one by one at each size, looked up, and sketched."""

_PLACES = ["".join(random.Random(n).choices([chr(c) for c in range(0x4E00, 0x57C4)], k=3)) for n in range(40_000)]
_TERMS = [term for term in rarity().weights if not term.isascii()]
_SHARES = list(accumulate(exp(-rarity().of(term)) for term in _TERMS))


class Cost(NamedTuple):
    """Milliseconds of one deed or question: as a caller waits for it, and what its own thread works."""

    waited: float
    worked: float


def letter(draw: random.Random) -> tuple[str, str]:
    """Title and words of an invented letter about one of a few matters at one of many places, some of them written
    about often; its words are drawn as often as letters hold them."""
    place = _PLACES[int(len(_PLACES) * draw.random() ** 2)]
    title = f"{place}小区{draw.choice(ISSUES)}"
    return title, "，".join((title, *draw.choices(_TERMS, cum_weights=_SHARES, k=WORDS)))


def filed_under(draw: random.Random) -> tuple[int, ...]:
    """The keys of such a letter, of which only the terms are read."""
    title, body = letter(draw)
    heading = terms(title)
    whole = {term: rarity().of(term) for term in (*heading, *body.split("，")[1:])}
    return keys(Sketch(frozenset(heading), {}, frozenset(), frozenset(), whole, 0.0))


def made(draw: random.Random, first: int, many: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Ids that rise as those of cases do, with the keys of their letters."""
    for n in range(first, first + many):
        yield new_id(n, draw.randbytes(10)), filed_under(draw)


def fill(file: Path, letters: Iterator[tuple[str, tuple[int, ...]]]) -> None:
    """Write many at once, past the store and in the order of the keys: a minute's work instead of an hour's."""
    raw = sqlite.connect(file)
    raw.execute("CREATE TEMP TABLE loose (key INTEGER, case_id TEXT)")
    for case_id, found in letters:
        raw.execute(alike.KEEP, {"case_id": case_id, "words": 0, "keys": to_json(found)})
        raw.executemany("INSERT INTO loose VALUES (?, ?)", [(key, case_id) for key in found])
    raw.execute("INSERT INTO alike_keys (key, case_id) SELECT key, case_id FROM loose ORDER BY key, case_id")
    raw.commit()
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()


def timed(tx: Tx, what: Callable[..., object], *args: object) -> float:
    """The deed or question itself, run on the thread that would run it; answers how long that thread worked for it."""
    begun = thread_time()
    what(tx, *args)
    return (thread_time() - begun) * 1000


async def filing(store: Store, letters: Iterator[tuple[str, tuple[int, ...]]]) -> list[Cost]:
    """What filing each of them costs, each by a deed of its own."""
    costs = []
    for case_id, found in letters:
        begun = perf_counter()
        worked = await store.write(timed, alike.put, case_id, alike.Filed(0, found))
        costs.append(Cost((perf_counter() - begun) * 1000, worked))
    return costs


async def looking(store: Store, draw: random.Random) -> list[Cost]:
    """What finding the candidates of each of some new letters costs; the room is one that waits for a busy machine."""
    costs = []
    for _ in range(LOOKED_UP):
        asked = filed_under(draw)
        begun = perf_counter()
        worked = await store.read(timed, alike.sharing, asked, NEWEST, COMPARED + 1, room="heavy")
        costs.append(Cost((perf_counter() - begun) * 1000, worked))
    return costs


async def measure(sizes: Sequence[int]) -> list[tuple[object, ...]]:
    """A row for each size, all of one store that grows."""
    draw, rows, n = random.Random(7), list[tuple[object, ...]](), 0
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "minxin.db"
        await migrate(f"sqlite://{file}", clock=lambda: BEGUN)
        empty = file.stat().st_size
        for size in sizes:
            fill(file, made(draw, n, size - FILED - n))
            store = await open_store(f"sqlite://{file}", clock=lambda: BEGUN)
            try:
                filed = await filing(store, made(draw, size - FILED, FILED))
                found = await looking(store, draw)
            finally:
                await store.close()
            n = size
            rows.append((f"{n:,}", *_told(filed), *_told(found), f"{(file.stat().st_size - empty) / n:,.0f}"))
    return rows


def _told(costs: Sequence[Cost]) -> Iterator[str]:
    waited, worked = ([getattr(cost, name) for cost in costs] for name in Cost._fields)
    yield f"{percentile(waited, 0.5):.2f} / {percentile(waited, 0.99):.2f}"
    yield f"{percentile(worked, 0.5):.2f} / {percentile(worked, 0.99):.2f}"


def spent() -> tuple[float, float, float]:
    """Microseconds of CPU to sketch a letter, to find its keys, and to compare two that are sketched."""
    draw = random.Random(3)
    letters = [letter(draw) for _ in range(SPENT)]
    drawn = process_time()
    sketches = [sketch(*one, rarity()) for one in letters]
    sketched = process_time()
    for one in sketches:
        keys(one)
    keyed = process_time()
    for one in sketches:
        score(one, sketches[0])
    compared = process_time()
    return (sketched - drawn) / SPENT * 1e6, (keyed - sketched) / SPENT * 1e6, (compared - keyed) / SPENT * 1e6


def main() -> None:
    """Print how filing and looking up grow with the number of letters."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--letters", type=int, nargs="*", default=[10_000, 50_000])
    rows = asyncio.run(measure(sorted(asked.parse_args().letters)))
    print("p50 / p99 in ms, as a caller waits and as the store's thread works")
    print(table(("letters", "filing waits", "works", "looking up waits", "works", "bytes a letter"), rows))
    sketched, keyed, compared = spent()
    print(f"µs of CPU: sketch a letter {sketched:.0f}, its keys {keyed:.0f}, compare two {compared:.0f}")


if __name__ == "__main__":
    main()
