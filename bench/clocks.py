"""Clocks by the million: `python -m bench.clocks` measures a sweep with nothing due and with many due, in one run."""

import argparse
import asyncio
import logging
import resource
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time

import structlog

from bench.figures import fdatasync_ms, percentile, table
from bench.overdue import write_cases, write_running
from bench.serve import open_office
from hub.limits import parse_limit
from hub.moments import to_text
from hub.office import Office
from hub.storage import clocks, settings
from hub.storage.tx import Tx
from supervision.patrol import Swept, sweep

STARTED = datetime(2026, 10, 12, 2, tzinfo=UTC)
BEFORE = datetime(2026, 10, 12, 3, tzinfo=UTC)
AFTER = datetime(2026, 11, 4, 2, tzinfo=UTC)
"""The day after the limit of 15 working days that began at STARTED: four rungs and a breach have passed."""
FAR = datetime(2027, 6, 1, tzinfo=UTC)
TOGETHER = 1000
"""Clocks that end far ahead stand on few cases, so many on each; the sweep never looks at those."""
BARE = "SELECT case_id, name, round, rung_at FROM clocks WHERE rung_at IS NOT NULL AND rung_at <= ? LIMIT 200"
COUNTS = """
SELECT (SELECT COUNT(*) FROM fired) AS fired,
    (SELECT COUNT(*) FROM (SELECT DISTINCT case_id, name, round, rung FROM fired) AS once) AS once,
    (SELECT COUNT(*) FROM clocks WHERE breached_at IS NOT NULL) AS late
"""


async def settle(office: Office, running: int, due: int) -> None:
    """So many running clocks, of which `due` stand on cases of their own and end before AFTER."""
    book, limit, far = await office.book(), parse_limit("15wd"), parse_limit("9999wd")
    for first in range(0, due, 500):
        await office.store.write(write_cases, range(first, min(first + 500, due)), STARTED, limit, book)
    for first in range(due, due + (running - due) // TOGETHER):
        await office.store.write(write_cases, (first,), STARTED, far, book)
        await office.store.write(write_running, first, TOGETHER, FAR, STARTED)


async def timed(rounds: int, run: Callable[[], Awaitable[object]]) -> tuple[float, float, float]:
    """Median, p99 and processor milliseconds of a round."""
    took, cpu = [], process_time()
    for _ in range(rounds):
        begun = perf_counter()
        await run()
        took.append((perf_counter() - begun) * 1000)
    return percentile(took, 0.5), percentile(took, 0.99), (process_time() - cpu) * 1000 / rounds


async def nothing_due(office: Office, file: Path, rounds: int) -> list[tuple[str, ...]]:
    """The bare query on a plain connection, the store's own question, and a whole sweep."""
    plain = sqlite3.connect(file)

    async def bare() -> None:
        plain.execute(BARE, (to_text(BEFORE),)).fetchall()

    rows = []
    for name, run in (
        ("bare indexed query", bare),
        ("the sweep's question", lambda: office.store.read(clocks.due, BEFORE, 200)),
        ("a whole sweep, nothing due", lambda: sweep(office, BEFORE)),
    ):
        p50, p99, cpu = await timed(rounds, run)
        rows.append((name, f"{p50:.3f}", f"{p99:.3f}", f"{cpu:.3f}"))
    plain.close()
    return rows


async def many_due(office: Office) -> tuple[Swept, float, list[float]]:
    """One sweep over all that is due, with a small deed beside it every few milliseconds to see how long one waits."""
    waited: list[float] = []

    async def beside() -> None:
        while True:
            begun = perf_counter()
            await office.store.write(settings.put, "bench", "beside")
            waited.append((perf_counter() - begun) * 1000)
            await asyncio.sleep(0.01)

    other = asyncio.create_task(beside())
    begun = perf_counter()
    done = await sweep(office, AFTER)
    lasted = perf_counter() - begun
    other.cancel()
    await asyncio.gather(other, return_exceptions=True)
    return done, lasted, waited


def counted(tx: Tx) -> dict[str, int]:
    return dict(tx.execute(COUNTS)[0])


def rss() -> float:
    """The most memory this process has had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def main(told: argparse.Namespace) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with tempfile.TemporaryDirectory(dir=told.folder) as name:
        folder, begun = Path(name), perf_counter()
        async with opened(folder) as office:
            await settle(office, told.running, told.due)
        print(f"{told.running} running clocks written in {perf_counter() - begun:.0f} s; RSS {rss():.0f} MiB")
        print("one 4 KiB block written and synced: median {:.2f} ms, p99 {:.2f} ms".format(*fdatasync_ms(folder)))
        async with opened(folder) as office:
            print_nothing_due(await nothing_due(office, folder / "minxin.db", told.rounds))
            print_many_due(*await many_due(office), await office.store.read(counted, room="heavy"))
    print(f"RSS at most {rss():.0f} MiB")


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Office]:
    office = await open_office(folder)
    try:
        yield office
    finally:
        await office.store.close()


def print_nothing_due(rows: list[tuple[str, ...]]) -> None:
    print(table(("nothing due", "p50 ms", "p99 ms", "cpu ms"), rows))
    ratio = float(rows[1][1]) / max(float(rows[0][1]), 0.001)
    print(f"question / bare query: {ratio:.1f}; wanted: under a millisecond, processor of a tick at most 2 ms")


def print_many_due(done: Swept, lasted: float, waited: list[float], counts: dict[str, int]) -> None:
    each = lasted * 1000 / max(1, done.climbed)
    print(f"{done.climbed} due: {lasted:.1f} s, {each:.2f} ms each, {done.rungs} rungs; wanted: 10000 in under 60 s")
    print(f"effects {counts['fired']}, once {counts['once']}, breaches {counts['late']}, put off {done.put_off}")
    p50, p99 = percentile(waited, 0.5), percentile(waited, 0.99)
    print(f"a small deed beside it: p50 {p50:.1f} ms, p99 {p99:.1f}, most {max(waited):.1f}; wanted: never over 50 ms")


if __name__ == "__main__":
    asked = argparse.ArgumentParser()
    asked.add_argument("--running", type=int, default=1_000_000)
    asked.add_argument("--due", type=int, default=10_000)
    asked.add_argument("--rounds", type=int, default=500)
    asked.add_argument("--folder", default=None)
    asyncio.run(main(asked.parse_args()))
