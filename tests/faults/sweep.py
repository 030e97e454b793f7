"""A sweep in a real process: killed, told to stop, and under a site that is read. `python -m tests.faults.sweep`."""

import argparse
import asyncio
import random
import signal
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from bench.figures import percentile
from bench.overdue import write_cases
from hub.journal import Tip
from hub.limits import parse_limit
from hub.moments import system_clock
from hub.storage import editions
from hub.storage.journal import follow_chain
from hub.storage.store import open_store
from hub.storage.tx import Tx
from tests.faults.kill import Hub

# Each figure must be zero once a sweep has gone through: a case whose passed rungs were not all recorded, an effect
# recorded twice, one without its line in the journal or a line without its effect, a breach without its notices.
UNTOLD = """
SELECT (SELECT COUNT(*) FROM clocks WHERE rung_at IS NOT NULL AND rung_at <= :now) AS lost,
    (SELECT COUNT(*) FROM (SELECT case_id FROM fired GROUP BY case_id, name, round, rung HAVING COUNT(*) > 1) AS d)
        AS doubled,
    (SELECT COUNT(*) FROM entries e WHERE e.action = 'clock.climbed') - (SELECT COUNT(*) FROM fired)
        AS unbooked,
    (SELECT COUNT(*) FROM clocks k WHERE k.breached_at IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM fired f WHERE f.case_id = k.case_id AND f.rung = 'late')) AS half_applied,
    (SELECT COUNT(*) FROM fired f WHERE f.told = 1 AND NOT EXISTS (
        SELECT 1 FROM outbox o WHERE o.case_id = f.case_id)) AS silent,
    (SELECT COUNT(*) FROM put_off) AS put_off
"""
CLIMBED = "SELECT COUNT(*) AS n FROM fired"
BREACHES = "SELECT COUNT(*) AS n FROM clocks WHERE breached_at IS NOT NULL"


def prepared(folder: Path, database: str = "") -> Hub:
    """A migrated hub with the starter rules, not started."""
    hub = Hub(folder, database)
    (folder / "limits.toml").write_text("[timing]\nsweep_seconds = 1.0\n", "utf-8")
    hub.env["MINXIN_CONFIG"] = str(folder / "limits.toml")
    hub.run("migrate")
    hub.run("config", "load")
    return hub


async def fill(hub: Hub, cases: int, started: datetime, limit: str) -> None:
    """So many cases whose clock runs since a moment."""
    store = await open_store(hub.url, clock=system_clock)
    try:
        book = await store.read(editions.load, room="heavy")
        for first in range(0, cases, 250):
            which = range(first, min(first + 250, cases))
            await store.write(write_cases, which, started, parse_limit(limit), book)
    finally:
        await store.close()


async def ask(hub: Hub, sql: str) -> dict[str, Any]:
    """One row, read beside the hub or without it."""
    store = await open_store(hub.url, clock=system_clock, writes=False)
    try:
        return await store.read(_row, sql, room="heavy")
    finally:
        await store.close()


def _row(tx: Tx, sql: str) -> dict[str, Any]:
    given = {"now": f"{system_clock():%Y-%m-%dT%H:%M:%S}.000000Z"} if ":now" in sql else {}
    return dict(tx.execute(sql, given)[0])


async def until(hub: Hub, sql: str, least: int, seconds: float) -> None:
    """Wait until a count has reached a figure; raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while (await ask(hub, sql))["n"] < least:
            await asyncio.sleep(0.05)


async def broken_links(hub: Hub) -> int:
    store = await open_store(hub.url, clock=system_clock, writes=False)
    tip, faults = Tip(), 0
    try:
        while True:
            after, found = await store.read(follow_chain, tip, room="heavy")
            faults += len(found)
            if after == tip:
                return faults
            tip = after
    finally:
        await store.close()


async def killed(folder: Path, cases: int, rounds: int, database: str = "", seed: int = 1) -> dict[str, Any]:
    """Kill -9 in the middle of a sweep, so many times, then let one finish; every figure of UNTOLD must be zero."""
    hub, dice, cut = prepared(folder, database), random.Random(seed), 0
    await fill(hub, cases, system_clock() - timedelta(days=60), "5wd")
    try:
        for _ in range(rounds):
            before = (await ask(hub, CLIMBED))["n"]
            await hub.start()
            await asyncio.sleep(dice.uniform(0.0, 0.4))
            hub.kill()
            cut += (await ask(hub, CLIMBED))["n"] > before
        await hub.start()
        await until(hub, BREACHES, cases, 120)
        await asyncio.sleep(1.5)
    finally:
        hub.kill()
    return {"cut": cut, **await ask(hub, UNTOLD), "broken_links": await broken_links(hub)}


async def stopped(folder: Path, cases: int, database: str = "") -> dict[str, Any]:
    """SIGTERM in the middle of a sweep: the round that runs is finished, and the process ends with 0."""
    hub = prepared(folder, database)
    await fill(hub, cases, system_clock() - timedelta(days=60), "5wd")
    try:
        await hub.start()
        assert hub.process is not None
        await until(hub, CLIMBED, 1, 30)
        seen = (await ask(hub, BREACHES))["n"]
        hub.process.send_signal(signal.SIGTERM)
        code = await asyncio.to_thread(hub.process.wait, 120)
    finally:
        hub.kill()
    return {"code": code, "in_the_middle": seen < cases, **await ask(hub, UNTOLD)}


async def beside(folder: Path, cases: int, database: str = "") -> dict[str, Any]:
    """So many limits that end in one moment, under a site that is being read: how long a public page takes."""
    hub = prepared(folder, database)
    calm, busy = list[float](), list[float]()
    due = system_clock() + timedelta(seconds=30 + cases / 100)  # time to write them, to start, and for reminders
    await fill(hub, cases, due - timedelta(hours=24), "24h")
    try:
        await hub.start()
        await until(hub, CLIMBED, cases, 120)  # the reminders of these day-long limits are behind
        async with aiohttp.ClientSession() as client:
            while system_clock() < due - timedelta(seconds=0.2):
                calm.append(await _page(client, hub))
                await asyncio.sleep(0.01)
            begun, late = time.monotonic(), asyncio.create_task(until(hub, BREACHES, cases, 240))
            while not late.done():
                busy.append(await _page(client, hub))
                await asyncio.sleep(0.01)
            await late
            lasted = time.monotonic() - begun
        await asyncio.sleep(1.5)
    finally:
        hub.kill()
    figures = {"seconds": round(lasted, 1), "pages_before": len(calm), "pages_during": len(busy)}
    for name, took in (("before", calm), ("during", busy)):
        figures |= {
            f"{name}_p50_ms": round(percentile(took, 0.5), 1),
            f"{name}_p99_ms": round(percentile(took, 0.99), 1),
        }
    return {**figures, **await ask(hub, UNTOLD)}


async def _page(client: aiohttp.ClientSession, hub: Hub) -> float:
    begun = time.perf_counter()
    async with client.get(f"{hub.base}/results") as answer:
        await answer.read()
        assert answer.status == 200
    return (time.perf_counter() - begun) * 1000


def main() -> None:
    """Both engines, and the figures."""
    from tests.postgres import PostgresServer

    asked = argparse.ArgumentParser()
    asked.add_argument("--rounds", type=int, default=10)
    asked.add_argument("--cases", type=int, default=5000)
    asked.add_argument("--seed", type=int, default=1)
    given = asked.parse_args()
    server = PostgresServer(fsync=True)
    try:
        for engine in ("sqlite", "postgres"):
            for name, run in (
                ("killed", lambda f, d: killed(f, 2000, given.rounds, d, given.seed)),
                ("stopped", lambda f, d: stopped(f, 2000, d)),
                ("one tick", lambda f, d: beside(f, given.cases, d)),
            ):
                database = server.url(server.create()) if engine == "postgres" else ""
                with tempfile.TemporaryDirectory() as folder:
                    print(engine, name, asyncio.run(run(Path(folder), database)), flush=True)
    finally:
        server.stop()


if __name__ == "__main__":
    main()
