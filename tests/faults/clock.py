"""A hub whose machine's clock jumps, by libfaketime in a real process: `python -m tests.faults.clock`."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import libfaketime

from hub.moments import system_clock
from tests.faults.kill import Hub
from tests.faults.sweep import BREACHES, CLIMBED, UNTOLD, ask, broken_links, fill, prepared, until

ENGINES = ("sqlite", "postgres")
LIBRARY = Path(libfaketime.__file__).parent / "vendor" / "libfaketime" / "src" / "libfaketime.so.1"
CALM = 3.0
"""Seconds in which several sweeps go by: one a second."""


class Clock:
    """The clock of the hub's machine, moved while the hub runs."""

    def __init__(self, hub: Hub) -> None:
        self._file = hub.folder / "clock"
        self.show(timedelta())
        # The monotonic clock goes on as it does on a machine whose date is set.
        hub.env |= {
            "LD_PRELOAD": str(LIBRARY),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def show(self, ahead: timedelta) -> None:
        """Let it stand so far ahead of the true time."""
        self._file.write_text(f"{ahead.total_seconds():+.0f}s\n", "ascii")


@asynccontextmanager
async def at_work(folder: Path, cases: int, database: str) -> AsyncIterator[tuple[Hub, Clock]]:
    """A hub over so many running limits of five working days, at the true time."""
    hub = prepared(folder, database)
    await fill(hub, cases, system_clock() - timedelta(hours=1), "5wd")
    clock = Clock(hub)
    await hub.start()
    try:
        yield hub, clock
    finally:
        hub.kill()


async def refuses(hub: Hub) -> bool:
    """Whether the hub says by itself that its clock was set back."""
    async with aiohttp.ClientSession() as client, client.get(f"{hub.base}/readyz") as answer:
        told: dict[str, Any] = await answer.json()
    return "clock" in told["red"]


async def jumped(folder: Path, cases: int, database: str = "") -> dict[str, Any]:
    """Forward over every limit, back again, forward once more: each effect once, nothing fired while it was back."""
    async with at_work(folder, cases, database) as (hub, clock):
        await asyncio.sleep(CALM)
        calm = (await ask(hub, CLIMBED))["n"]
        clock.show(timedelta(days=60))
        await until(hub, BREACHES, cases, 120)
        await asyncio.sleep(CALM)
        ahead = (await ask(hub, CLIMBED))["n"]
        clock.show(timedelta())
        await asyncio.sleep(CALM)
        red, back = await refuses(hub), (await ask(hub, CLIMBED))["n"]
        clock.show(timedelta(days=61))
        await asyncio.sleep(CALM)
        again = (await ask(hub, CLIMBED))["n"]
    told = await ask(hub, UNTOLD)
    return {
        "fired at the true time": calm,
        "fired ahead": ahead - calm,
        "fired while back": back - ahead,
        "red while back": red,
        "fired again": again - back,
        **told,
        "broken_links": await broken_links(hub),
    }


def sound(found: dict[str, Any]) -> bool:
    """Nothing lost, nothing twice, nothing fired while the clock was back, and the hub said so."""
    zero = ("fired while back", "lost", "doubled", "unbooked", "half_applied", "silent", "put_off", "broken_links")
    return bool(found["red while back"]) and found["fired ahead"] > 0 and not any(found[name] for name in zero)


def main() -> int:
    """Both engines, and the figures."""
    from tests.postgres import PostgresServer

    asked = argparse.ArgumentParser()
    asked.add_argument("--cases", type=int, default=300)
    given, wrong = asked.parse_args(), 0
    server = PostgresServer()
    try:
        for engine in ENGINES:
            database = server.url(server.create()) if engine == "postgres" else ""
            with tempfile.TemporaryDirectory() as folder:
                found = asyncio.run(jumped(Path(folder), given.cases, database))
            print(engine, found, flush=True)
            wrong += not sound(found)
    finally:
        server.stop()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
