"""Random histories through a real store, with sweeps between; then `verify`: all is as computed anew."""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hub.errors import Refusal
from hub.followers import run_followers
from hub.move import open_moves
from hub.office import Office
from hub.people import Actor, citizen
from hub.storage import cases
from hub.storage.errors import QuestionTooSlow
from hub.storage.migrate import migrate
from hub.storage.store import open_store
from hub.verify import Finding, verify
from supervision.patrol import sweep
from tests.builders import a_letter, an_office
from tests.conftest import FixedClock
from tests.hub.test_letter_moves import PEOPLE, UNITS, VALUES

ENGINES = ("sqlite", "postgres")
ABREAST = 16
MOST_STEPS = 22
MORE: dict[str, dict[str, Any]] = {
    "request_extension": {"days": 5, "reason": "等配件"},
    "refuse_extension": {"reason": "可以按时办完。"},
    "ask_citizen": {"question": "请问是哪一栋？"},
    "request_pause": {"reason": "等来信人说明"},
    "contact": {"how": "phone", "result": "reached"},
    "add": {"text": "补充一句。"},
    "set_level": {"level": "confidential"},
    "withdraw": {"reason": "已经修好了。"},
}
RARE = frozenset({"withdraw", "reject", "recall", "redispatch", "set_level", "order_reopen"})
"""Moves that end or turn a history; taken seldom, so that histories get long."""


@dataclass
class Lived:
    """What happened in all histories, and what does not hold at the end."""

    histories: int = 0
    moves: Counter[str] = field(default_factory=Counter)
    rungs: int = 0
    put_off: int = 0
    findings: tuple[Finding, ...] = ()


async def one_step(office: Office, case_id: str, number: str, dice: random.Random, lived: Lived) -> None:
    """Somebody makes one of the moves that are open to them."""
    dossier = await office.store.read(cases.dossier, case_id, room="heavy")  # sixteen at once, on any machine
    assert dossier is not None
    actors: list[Actor] = [actor for _, actor in PEOPLE] + [citizen(case_id, 1)]
    dice.shuffle(actors)
    book = await office.book()
    for actor in actors:
        known = VALUES | MORE
        codes = [m.code for m in open_moves(dossier, actor, office.clock(), book)]
        codes = [c for c in codes if c not in RARE or dice.random() < 0.05]
        if not codes:
            continue
        move = dice.choice(codes)
        values = dict(known.get(move, {}))
        if move in ("dispatch", "designate", "redispatch"):
            values["unit"] = dice.choice(UNITS)
        try:
            await office.act(number, move, values, actor)
            lived.moves[move] += 1
            return
        except (Refusal, QuestionTooSlow):  # a question may be too slow where the machine is busy: nothing was done
            continue


async def live(office: Office, clock: FixedClock, count: int, seed: int) -> Lived:
    """So many histories, sixteen at a time, each of up to 22 moves with hours or days between them."""
    lived, dice = Lived(), random.Random(seed)
    for first in range(0, count, ABREAST):
        many = range(first, min(first + ABREAST, count))
        receipts = await asyncio.gather(
            *(office.receive(a_letter(f"{seed}-{n}", kind=dice.choice(("complaint", "consult", "help")))) for n in many)
        )
        of_each = [random.Random(f"{seed}-{n}") for n in many]  # whoever is first, each history takes its own way
        for _ in range(MOST_STEPS):
            awake = [(r, own) for r, own in zip(receipts, of_each, strict=True) if dice.random() < 0.7]
            await asyncio.gather(*(one_step(office, r.case_id, r.number, own, lived) for r, own in awake))
            clock.advance(minutes=dice.choice((7, 90, 60 * 9, 60 * 26, 60 * 24 * 4)))
            if dice.random() < 0.6:
                swept = await sweep(office, clock.now)
                lived.rungs, lived.put_off = lived.rungs + swept.rungs, lived.put_off + swept.put_off
            if dice.random() < 0.1:
                await run_followers(office)
        lived.histories += len(receipts)
    await run_followers(office)
    lived.findings = (await verify(office)).findings
    return lived


async def _engine(url: str, folder: Path, count: int, seed: int) -> Lived:
    clock = FixedClock(datetime(2026, 2, 13, 2, tzinfo=UTC))
    await migrate(url, clock=clock)
    store = await open_store(url, clock=clock)
    try:
        return await live(await an_office(store, clock, folder), clock, count, seed)
    finally:
        await store.close()


def main() -> int:
    """Both engines or one, and the figures."""
    from tests.postgres import PostgresServer

    asked = argparse.ArgumentParser()
    asked.add_argument("--count", type=int, default=10_000)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--engine", choices=ENGINES, action="append")
    given = asked.parse_args()
    server, wrong = PostgresServer(), 0
    try:
        for engine in given.engine or ENGINES:
            with tempfile.TemporaryDirectory() as name:
                url = f"sqlite://{name}/minxin.db" if engine == "sqlite" else server.url(server.create())
                began = time.monotonic()
                lived = asyncio.run(_engine(url, Path(name), given.count, given.seed))
                moves, kinds = sum(lived.moves.values()), len(lived.moves)
                print(
                    f"{engine}, seed {given.seed}: {lived.histories} histories, {moves} moves of {kinds} kinds, "
                    f"{lived.rungs} rungs, {lived.put_off} put off, {len(lived.findings)} findings, "
                    f"{time.monotonic() - began:.0f} s",
                    flush=True,
                )
                print(*lived.findings[:10], sep="\n")
                wrong += len(lived.findings) + lived.put_off
    finally:
        server.stop()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
