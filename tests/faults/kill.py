"""Kill -9 under load: what was acknowledged stands once and whole. `python -m tests.faults.kill --rounds 20`."""

import argparse
import asyncio
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from hub.journal import Tip
from hub.moments import system_clock
from hub.storage.journal import follow_chain, head
from hub.storage.store import open_store
from hub.storage.tx import Tx

Rounds = Callable[[int, Path, str, int], Coroutine[Any, Any, dict[str, int]]]
"""A proof: rounds, folder, address of a database (empty: SQLite in the folder), seed → figures."""
NEVER = ("lost", "doubled", "half_applied", "broken_links", "undone", "unmarked", "silent")
"""Figures that must be zero in every proof that has them."""
ROOT = Path(__file__).parents[2]
CALLERS = 32
HALF = """
SELECT COUNT(*) AS n FROM cases c WHERE NOT EXISTS (SELECT 1 FROM messages m WHERE m.case_id = c.id)
    OR NOT EXISTS (SELECT 1 FROM parties p WHERE p.case_id = c.id)
    OR NOT EXISTS (SELECT 1 FROM clocks k WHERE k.case_id = c.id)
    OR NOT EXISTS (SELECT 1 FROM clock_ledger l WHERE l.case_id = c.id)
    OR NOT EXISTS (SELECT 1 FROM case_keys y WHERE y.case_id = c.id)
    OR (SELECT COUNT(*) FROM entries e WHERE e.case_id = c.id AND e.action = 'received') <> 1
"""
COUNTS = "SELECT (SELECT COUNT(*) FROM cases) AS cases, (SELECT COUNT(*) FROM submissions) AS keys"


@dataclass
class History:
    """What the clients saw: key → number for what was acknowledged, and the keys whose answer never came."""

    acknowledged: dict[str, str] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    lost: int = 0
    doubled: int = 0
    rounds: int = 0


class Hub:
    """The hub as an operator runs it: its own process, its own folder."""

    def __init__(self, folder: Path, database: str = "") -> None:
        self.folder, self.port = folder, free_port()
        self.env = {**os.environ, "MINXIN_DATA": str(folder), "PORT": str(self.port), "MINXIN_CONFIG": ""}
        if database:
            self.env["MINXIN_DATABASE_URL"] = database
        self.url = database or f"sqlite://{(folder / 'minxin.db').resolve()}"
        self.process: subprocess.Popen[bytes] | None = None

    def run(self, *words: str) -> None:
        """A command that must succeed."""
        subprocess.run([sys.executable, "run.py", *words], cwd=ROOT, env=self.env, check=True, capture_output=True)

    async def start(self) -> None:
        """Start and wait until it answers."""
        log = (self.folder / "serve.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "run.py", "serve"], cwd=ROOT, env=self.env, stdout=log, stderr=log
        )
        log.close()
        async with aiohttp.ClientSession() as client:
            for _ in range(300):
                if self.process.poll() is not None:
                    raise RuntimeError((self.folder / "serve.log").read_text()[-2000:])
                try:
                    async with client.get(f"{self.base}/readyz") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.1)
        raise RuntimeError("the hub did not become ready")

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def kill(self) -> None:
        """Power off, as far as a process can tell."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None


def free_port() -> int:
    """A port nobody listens on."""
    import socket

    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def a_letter(key: str) -> dict[str, Any]:
    return {
        "kind": "complaint",
        "title": f"路灯不亮 {key}",
        "body": f"门口的路灯不亮了，编号{key}，请来修一下。",
        "publish_consent": False,
        "show_surname": False,
        "anonymous": True,
    }


async def post(client: aiohttp.ClientSession, base: str, key: str) -> str | None:
    """Send a letter; its number, or None where no answer came."""
    try:
        headers = {"Idempotency-Key": key}
        async with client.post(f"{base}/api/v1/cases", json=a_letter(key), headers=headers) as answer:
            if answer.status == 201:
                return str((await answer.json())["number"])
            return None
    except (aiohttp.ClientError, TimeoutError, OSError):
        return None


async def one_round(hub: Hub, history: History, dice: random.Random) -> None:
    """Load, kill in the middle, start again, and ask for every receipt once more."""
    await hub.start()
    stop = time.monotonic() + dice.uniform(0.3, 1.2)
    sent: dict[str, str | None] = {}

    async def caller(n: int, client: aiohttp.ClientSession) -> None:
        while hub.process is not None:
            key = f"r{history.rounds}-c{n}-{len(sent)}-{dice.getrandbits(32):08x}"
            sent[key] = None
            sent[key] = await post(client, hub.base, key)
            if sent[key] is None:
                return

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CALLERS)) as client:
        tasks = [asyncio.create_task(caller(n, client)) for n in range(CALLERS)]
        await asyncio.sleep(max(0.0, stop - time.monotonic()))
        hub.kill()
        await asyncio.gather(*tasks)
    await hub.start()
    async with aiohttp.ClientSession() as client:
        for key, number in sent.items():
            again = await post(client, hub.base, key)
            if number is not None and again != number:
                history.lost += 1
            if again is None:
                history.unknown.add(key)
            else:
                history.acknowledged[key] = again
    hub.kill()
    history.doubled = len(history.acknowledged) - len(set(history.acknowledged.values()))
    history.rounds += 1


async def check(hub: Hub, history: History) -> dict[str, int]:
    """What stands in the store afterwards, against what the clients were told."""
    store = await open_store(hub.url, clock=system_clock)
    try:
        half = await store.read(_one, HALF, room="heavy")
        counts = await store.read(_row, COUNTS, room="heavy")
        tip, faults = Tip(), 0
        while True:
            after, found = await store.read(follow_chain, tip, room="heavy")
            faults += len(found)
            if after == tip:
                break
            tip = after
        end = await store.read(head)
    finally:
        await store.close()
    return {
        "rounds": history.rounds,
        "acknowledged": len(history.acknowledged),
        "lost": history.lost + (len(history.acknowledged) - counts["cases"] if not history.unknown else 0),
        "doubled": history.doubled + abs(counts["cases"] - counts["keys"]),
        "half_applied": half,
        "broken_links": faults + (0 if end == tip else 1),
    }


def _one(tx: Tx, sql: str) -> int:
    return int(tx.execute(sql)[0]["n"])


def _row(tx: Tx, sql: str) -> dict[str, Any]:
    return dict(tx.execute(sql)[0])


async def kill_rounds(rounds: int, folder: Path, database: str = "", seed: int = 1) -> dict[str, int]:
    """So many rounds on one store; the figures that must be zero are lost, doubled, half_applied and broken_links."""
    hub, history, dice = Hub(folder, database), History(), random.Random(seed)
    (folder / "limits.toml").write_text("[limits]\nletters_per_hour = 1000000\n", "utf-8")
    hub.env["MINXIN_CONFIG"] = str(folder / "limits.toml")
    hub.run("migrate")
    hub.run("config", "load")
    try:
        for _ in range(rounds):
            await one_round(hub, history, dice)
    finally:
        hub.kill()
    return await check(hub, history)


def both_engines(rounds: Rounds, usual: int) -> int:
    """The command line of such a proof: so many rounds on each engine, its figures, and 1 for one that must not be."""
    from tests.postgres import PostgresServer

    asked = argparse.ArgumentParser()
    asked.add_argument("--rounds", type=int, default=usual)
    asked.add_argument("--seed", type=int, default=1)
    given = asked.parse_args()
    server, wrong = PostgresServer(fsync=True), 0
    try:
        for engine, database in (("sqlite", ""), ("postgres", server.url(server.create()))):
            with tempfile.TemporaryDirectory() as folder:
                began = time.monotonic()
                figures = asyncio.run(rounds(given.rounds, Path(folder), database, given.seed))
                print(engine, figures, f"{time.monotonic() - began:.0f} s", flush=True)
                wrong += sum(figures.get(name, 0) for name in NEVER)
    finally:
        server.stop()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(both_engines(kill_rounds, usual=20))
