"""Drawing up a bulletin over many cases: `python -m bench.bulletins --cases 100000` prints milliseconds a step."""

import argparse
import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

from bench.district import NOW
from bench.figures import percentile, table
from bench.pages import district
from channels.bulletins.paper import pdf
from channels.bulletins.sheet import xlsx
from hub.office import Office
from supervision.bulletins.composing import compose
from supervision.bulletins.counting import count
from supervision.bulletins.document import to_text
from supervision.bulletins.kinds import bulletins_of
from supervision.bulletins.periods import period_of


async def steps(office: Office, kind: str, rounds: int) -> list[tuple[str, ...]]:
    """One row for each step of one kind of bulletin: its median and p95."""
    book = await office.book()
    rules = bulletins_of(book)
    period = period_of(rules.kinds[kind].every, date(2026, 10, 15))
    counted = await office.store.read(count, period, book, NOW, NOW, room="heavy")
    assert counted is not None
    document = compose(rules.kinds[kind], rules, counted, book, NOW)

    async def counting() -> None:
        await office.store.read(count, period, book, NOW, NOW, room="heavy")

    async def composing() -> None:
        to_text(compose(rules.kinds[kind], rules, counted, book, NOW))

    async def paper() -> None:
        pdf(document, {}, "zh", "")

    async def sheet() -> None:
        xlsx(document, {}, "zh", "")

    asked = {"count the figures": counting, "compose": composing, "PDF": paper, "XLSX": sheet}
    return [(kind, name, *await timed(run, rounds)) for name, run in asked.items()]


async def timed(run: Callable[[], Awaitable[None]], rounds: int) -> tuple[str, str]:
    """Median and p95 in milliseconds."""
    took = []
    for _ in range(rounds):
        begun = perf_counter()
        await run()
        took.append((perf_counter() - begun) * 1000)
    return f"{percentile(took, 0.5):.0f}", f"{percentile(took, 0.95):.0f}"


async def main(told: Any) -> None:
    with tempfile.TemporaryDirectory() as name:
        async with district(told.cases, Path(told.kept or name)) as (office, _):
            rows = [row for kind in ("week", "month", "quarter") for row in await steps(office, kind, told.rounds)]
    print(table(("bulletin", "step", "p50 ms", "p95 ms"), rows), flush=True)


if __name__ == "__main__":
    asking = argparse.ArgumentParser()
    asking.add_argument("--cases", type=int, default=100_000)
    asking.add_argument("--rounds", type=int, default=10)
    asking.add_argument("--kept", default=None, help="a folder whose district stays, for another run")
    asyncio.run(main(asking.parse_args()))
