"""Pages at 10 thousand cases and at many, in turn: `python -m bench.pages --cases 1000000` prints rows and targets."""

import argparse
import asyncio
import gc
import random
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

from bench.asked import QUESTIONS, Asked
from bench.district import body_of, is_published, number, settle
from bench.figures import percentile, table
from bench.recall import recall
from bench.serve import open_office
from bench.served import FETCHES, fetched
from hub.office import Office

SMALL = 10_000
WARM = 20
"""Rounds before anything is counted."""
Times = dict[str, list[float]]


class Sides(NamedTuple):
    """Milliseconds of one row on the small district and on the large one, taken in turn."""

    small: list[float]
    large: list[float]

    def ratio(self, share: float) -> float:
        """Large over small at a percentile."""
        return percentile(self.large, share) / percentile(self.small, share)


@asynccontextmanager
async def district(many: int, folder: Path) -> AsyncIterator[tuple[Office, Path]]:
    """An office over so many cases; what lies in the folder already is taken as it is."""
    place = folder / f"district-{many}"
    place.mkdir(parents=True, exist_ok=True)
    fresh = not (place / "minxin.db").exists()
    office = await open_office(place)
    if fresh:
        begun = perf_counter()
        await settle(office, many)
        size = (place / "minxin.db").stat().st_size / many
        print(f"{many} cases settled in {perf_counter() - begun:.0f} s, {size:.0f} bytes each", flush=True)
    await office.store.close()
    office = await open_office(place)
    try:
        yield office, place
    finally:
        await office.store.close()


async def asked(small: Asked, large: Asked, rounds: int) -> dict[str, Sides]:
    """Milliseconds of each question through the store's rooms, small and large alternately."""
    found = {row.name: Sides([], []) for row in QUESTIONS}
    rng = random.Random(1)
    for turn in range(rounds + WARM):
        for row in QUESTIONS:
            for side, took in ((small, found[row.name].small), (large, found[row.name].large)):
                begun = perf_counter()
                await row.ask(side, rng)
                if turn >= WARM:
                    took.append((perf_counter() - begun) * 1000)
    return found


def paths(many: int, rounds: int) -> list[str]:
    """Addresses of the public list at any depth."""
    rng = random.Random(many)
    published = (n for n in iter(lambda: rng.randrange(many), -1) if is_published(n))
    return [f"/results?older={number(next(published))}" for _ in range(rounds)]


def print_questions(found: dict[str, Sides], cases: int) -> None:
    rows = []
    for row in QUESTIONS:
        sides = found[row.name]
        cells = [f"{percentile(took, share):.2f}" for took in sides for share in (0.5, 0.99)]
        rows.append((row.name, *cells, f"{sides.ratio(0.5):.2f}", f"{sides.ratio(0.99):.2f}", row.wanted))
    head = ("question", f"p50 ms at {SMALL}", "p99", f"p50 ms at {cases}", "p99", "p50 ratio", "p99 ratio", "wanted")
    print(table(head, rows), flush=True)


def print_pages(small: Times, large: Times, cases: int) -> None:
    rows = []
    for fetch in FETCHES:
        a, b = small[fetch.name], large[fetch.name]
        beside = percentile(large[fetch.beside], 0.5) / percentile(b, 0.5) if fetch.beside else 0.0
        cells = [f"{percentile(took, share):.2f}" for took in (a, b) for share in (0.5, 0.99)]
        ratio = f"{percentile(b, 0.5) / percentile(a, 0.5):.2f}"
        rows.append((fetch.name, *cells, ratio, f"{beside:.2f}" if beside else "", fetch.wanted))
    head = (
        "page over HTTP",
        f"p50 ms at {SMALL}",
        "p99",
        f"p50 ms at {cases}",
        "p99",
        "p50 ratio",
        "speed ÷",
        "wanted",
    )
    print(table(head, rows), flush=True)


async def main(told: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(dir=told.folder) as name:
        folder = Path(told.kept or name)
        async with district(SMALL, folder) as (small, a), district(told.cases, folder) as (large, b):
            few, all_of_them = Asked(small, await small.book(), SMALL), Asked(large, await large.book(), told.cases)
            gc.collect()
            gc.freeze()  # as run.py does: a full collection would stop whichever question is under way
            found = await asked(few, all_of_them, told.rounds)
            print_questions(found, told.cases)
            words = sorted({body_of(n)[at : at + 2 + n % 3] for n in range(4, 400, 40) for at in (5, 50)})
            share = await recall(large, b, words)
            print(f"recall of {len(words)} searches against LIKE: {share:.3f} (wanted 1.000)", flush=True)
        at_small = await asyncio.to_thread(fetched, a, paths(SMALL, told.rounds))
        at_large = await asyncio.to_thread(fetched, b, paths(told.cases, told.rounds))
        print_pages(at_small, at_large, told.cases)


def arguments() -> Any:
    asking = argparse.ArgumentParser()
    asking.add_argument("--cases", type=int, default=100_000)
    asking.add_argument("--rounds", type=int, default=300)
    asking.add_argument("--folder", default=None, help="where the districts stand for the length of the run")
    asking.add_argument("--kept", default=None, help="a folder whose districts stay, for another run")
    return asking.parse_args()


if __name__ == "__main__":
    asyncio.run(main(arguments()))
