"""Random tampering with the journal, crude and clever, against an older seal: `python -m tests.faults.tampering`."""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hub.journal import Draft, Entry, Line, Tip, chain
from hub.seals import holds
from hub.storage import journal
from hub.storage.contract import Store
from hub.storage.journal import follow_chain
from hub.storage.migrate import migrate
from hub.storage.store import open_store
from hub.storage.tx import Tx
from tests.conftest import FixedClock

ENGINES = ("sqlite", "postgres")
LINES, KEPT_AT = 60, 45
STARTED = datetime(2026, 2, 13, 2, tzinfo=UTC)
UNGUARD = {
    "sqlite": ("DROP TRIGGER entries_stand_update", "DROP TRIGGER entries_stand_delete"),
    "postgresql": ("ALTER TABLE entries DISABLE TRIGGER USER",),
}
"""What somebody with the database in their hands does first: the store itself lets nobody change a line."""
FIELDS = ("case_id", "action", "actor", "at", "recorded_at", "data")
CLEAR, HEAD = "DELETE FROM entries", "UPDATE journal_head SET seq = :seq, hash = :hash WHERE id = 1"
WRITE = """
INSERT INTO entries (seq, case_id, action, actor, at, recorded_at, data, prev, hash)
VALUES (:seq, :case_id, :action, :actor, :at, :recorded_at, :data, :prev, :hash)
"""
Lines = list[Line]


def unguard(tx: Tx, engine: str) -> None:
    """Let lines be changed."""
    for sql in UNGUARD[engine]:
        tx.execute(sql)


class Undone(Exception):
    """The deed that tampered and looked is rolled back, and tells what was seen."""

    def __init__(self, seen: bool) -> None:
        super().__init__()
        self.seen = seen


def fill(tx: Tx) -> None:
    """A journal of some length."""
    journal.append(
        tx,
        (
            Entry(
                f"case-{n % 7}", ("received", "moved", "told")[n % 3], f"o-{n % 5}", STARTED, {"n": n, "unit": "urban"}
            )
            for n in range(LINES)
        ),
    )


def changed(lines: Lines, at: int, dice: random.Random) -> Lines:
    """One field of one line says something else."""
    name = dice.choice(FIELDS)
    moment = f"2026-01-{dice.randint(1, 28):02d}T02:00:00.000000Z"
    new = moment if name.endswith("at") else '{"n":-1}' if name == "data" else f"forged-{dice.randrange(10**6)}"
    return [*lines[:at], lines[at]._replace(**{name: new}), *lines[at + 1 :]]


def left_out(lines: Lines, at: int, _: random.Random) -> Lines:
    """A line is gone, the ones behind it keep their numbers."""
    return [*lines[:at], *lines[at + 1 :]]


def moved_up(lines: Lines, at: int, _: random.Random) -> Lines:
    """A line is gone and those behind it close the gap."""
    return [*lines[:at], *(line._replace(seq=line.seq - 1) for line in lines[at + 1 :])]


def swapped(lines: Lines, at: int, _: random.Random) -> Lines:
    """Two lines that stood side by side change places."""
    one, other = lines[at], lines[at + 1]
    return [*lines[:at], other._replace(seq=one.seq), one._replace(seq=other.seq), *lines[at + 2 :]]


def cut_off(lines: Lines, at: int, _: random.Random) -> Lines:
    """Everything from a line on is gone."""
    return lines[:at]


WAYS: tuple[Callable[[Lines, int, random.Random], Lines], ...] = (changed, left_out, moved_up, swapped, cut_off)


def sealed_again(lines: Lines) -> Lines:
    """The clever way: every line after the change is sealed anew, so that the chain itself holds."""
    tip, found = Tip(), list[Line]()
    for line in lines:
        (new,) = chain(tip, line.recorded_at, [Draft(line.case_id, line.action, line.actor, line.at, line.data)])
        tip = Tip(new.seq, new.hash)
        found.append(new)
    return found


def tamper(tx: Tx, lines: Lines, kept: Tip) -> None:
    """Write the forged journal, head and all, look at it as `verify --head` does, and take it back."""
    tx.execute(CLEAR)
    tx.executemany(WRITE, [line._asdict() for line in lines])
    tx.execute(HEAD, {"seq": lines[-1].seq, "hash": lines[-1].hash})
    tip, faults, before = Tip(), 0, None
    while tip != before:
        before = tip
        tip, found = follow_chain(tx, tip)
        faults += len(found)
    raise Undone(bool(faults) or not holds(tx, kept))


async def run(store: Store, count: int, seed: int) -> tuple[Counter[str], list[str]]:
    """Tamper so many times at or before the kept seal; how often each way, and what went unseen."""
    await store.write(fill)
    await store.write(unguard, store.health().engine)
    lines = await store.read(journal.read_after, 0, LINES)
    kept = Tip(lines[KEPT_AT - 1].seq, lines[KEPT_AT - 1].hash)
    dice, tried, unseen = random.Random(seed), Counter[str](), list[str]()
    for n in range(count):
        way, clever, at = dice.choice(WAYS), dice.random() < 0.6, dice.randrange(1, KEPT_AT - 1)
        forged = way(lines, at, dice)
        forged = sealed_again(forged) if clever else forged
        name = f"{way.__name__}{' and sealed again' if clever else ''}"
        tried[name] += 1
        try:
            await store.write(tamper, forged, kept)
        except Undone as undone:
            if not undone.seen:
                unseen.append(f"{n}: {name} at line {at + 1}")
    return tried, unseen


async def _engine(url: str, count: int, seed: int) -> tuple[Counter[str], list[str]]:
    clock = FixedClock(STARTED + timedelta(days=1))
    await migrate(url, clock=clock)
    store = await open_store(url, clock=clock)
    try:
        return await run(store, count, seed)
    finally:
        await store.close()


def main() -> int:
    """Both engines, and the figures."""
    from tests.postgres import PostgresServer

    asked = argparse.ArgumentParser()
    asked.add_argument("--count", type=int, default=2000)
    asked.add_argument("--seed", type=int, default=1)
    given, missed = asked.parse_args(), 0
    server = PostgresServer()
    try:
        for engine in ENGINES:
            with tempfile.TemporaryDirectory() as name:
                url = f"sqlite://{Path(name)}/minxin.db" if engine == "sqlite" else server.url(server.create())
                began = time.monotonic()
                tried, unseen = asyncio.run(_engine(url, given.count, given.seed))
                told = ", ".join(f"{way} {n}" for way, n in sorted(tried.items()))
                print(
                    f"{engine}: {given.count} tamperings ({told}), {len(unseen)} unseen, "
                    f"{time.monotonic() - began:.0f} s"
                )
                print(*unseen[:10], sep="\n", end="\n" if unseen else "")
                missed += len(unseen)
    finally:
        server.stop()
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
