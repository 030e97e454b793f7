"""The demo's world: who there is in the district, a clock that is moved, and the days that pass."""

import asyncio
import heapq
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from hub import demo_words, publishing
from hub.case import Case
from hub.errors import Refusal
from hub.followers import run_followers
from hub.office import Office
from hub.people import Actor, Grant, citizen
from hub.privacy.codes import new_id
from hub.rulebook import Rulebook
from hub.storage import cases, outbox, people
from hub.storage.people import Officer
from hub.storage.tx import Tx

Sweep = Callable[[Office, datetime], Awaitable[object]]
Tell = Callable[[int, int], None]
"""Called with how much of the ninety days has passed, and how much there is, in hours."""
ROUND = timedelta(hours=4)
"""How often clocks are looked at while the days pass."""
TOGETHER = timedelta(minutes=25)
SENT_UNTIL = timedelta(hours=20)
"""Notices older than this were sent while the days passed; the newest wait for the courier like real ones."""
SEED = 20


class Days:
    """The clock of the demo: it stands where the telling has come to."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@dataclass
class World:
    """Who there is in the demo district, and the moves they make at the moment the clock shows."""

    office: Office
    days: Days
    book: Rulebook
    end: datetime
    actors: Mapping[str, Actor] = field(default_factory=dict)
    dice: Random = field(default_factory=lambda: Random(SEED))
    leads: dict[str, str] = field(default_factory=dict)
    refused: list[tuple[str, str]] = field(default_factory=list)

    async def tries(self, number: str, move: str, by: Actor | None, **values: Any) -> Case | None:
        """Make a move where it is open; None where it is not (the machine may have made its own by then)."""
        if by is None:
            self.refused.append((move, "nobody"))
            return None
        try:
            return await self.office.act(number, move, values, by)
        except Refusal as no:
            self.refused.append((move, no.en))
            return None

    async def case(self, case_id: str) -> Case:
        """The case as it stands."""
        found = await self.office.store.read(cases.get, case_id)
        assert found is not None
        return found

    async def publishes(self, number: str) -> None:
        """A publisher looks at the masked page and publishes it as it stands."""
        try:
            await publishing.publish(self.office, number, self.one("publisher", "intake"), None)
        except Refusal as no:
            self.refused.append(("publish", no.en))

    def named(self, account: str) -> Actor:
        """The officer with this account."""
        return self.actors[account]

    def one(self, role: str, unit: str, n: int = 0, but: Actor | None = None) -> Actor:
        """Somebody who holds the role at the unit, its own people first; a reviewer is never of the unit's bureau."""
        directory = self.book.directory
        fit = [a for a in self.actors.values() if a.holds(role, unit, directory) and a is not but]
        if role == "reviewer":
            fit = [a for a in fit if directory.bureau(a.home) != directory.bureau(unit)]
        own = [a for a in fit if a.home == unit] or fit
        return own[n % len(own)]

    def later(self, least: float, most: float) -> datetime:
        """Some staffed hours from now; in the evening and at weekends nobody works."""
        calendar = self.book.calendar
        hours = timedelta(hours=self.dice.uniform(least, most))
        return calendar.shift_staffed(calendar.next_staffed_moment(self.days()), hours)

    def part_of(self, due: datetime | None, part: float) -> datetime:
        """The moment at which this part of the working time until `due` has passed (1 = just late)."""
        calendar, now = self.book.calendar, self.days()
        staffed = calendar.staffed_between(now, due) if due and due > now else timedelta(hours=24)
        return calendar.shift_staffed(calendar.next_staffed_moment(now), staffed * part)

    def citizen(self, case_id: str) -> Actor:
        """The writer of a letter."""
        return citizen(case_id, 1)


Life = AsyncIterator[datetime]
"""What happens to one letter: it does what is to be done now and says when it wants to go on."""


async def add_officers(office: Office, folder: Path, password_hash: str) -> dict[str, Actor]:
    """The accounts of the demo, all with one password and without a second factor; account → who acts."""
    rows, now = demo_words.officers(folder), office.clock()
    return await office.store.write(_add_officers, rows, password_hash, now)


def _add_officers(tx: Tx, rows: list[dict[str, Any]], password_hash: str, now: datetime) -> dict[str, Actor]:
    actors = {}
    for n, row in enumerate(rows):
        officer_id = new_id(int(now.timestamp() * 1000), n.to_bytes(10, "big"))
        person = Officer(
            id=officer_id,
            account=row["account"],
            person=officer_id,
            name=row["name"],
            home=row["unit"],
            password_hash=password_hash,
            otp_secret="",
            active=True,
            created_at=now,
        )
        people.add(tx, person)
        for role, _, unit in (text.partition("@") for text in row["roles"]):
            people.grant(tx, officer_id, Grant(role, unit or None), "demo", now)
        actor = people.actor(tx, officer_id, now)
        assert actor is not None
        actors[row["account"]] = actor
    return actors


async def tell(world: World, lives: list[tuple[datetime, Life]], sweep: Sweep, told: Tell) -> None:
    """Let the days pass: each letter goes on at its own moments, and every few hours the hub does its rounds."""
    waiting = [(at, n, life) for n, (at, life) in enumerate(lives)]
    heapq.heapify(waiting)
    begun = waiting[0][0]
    whole = int((world.end - begun) / timedelta(hours=1))
    next_round = begun + ROUND
    while waiting and waiting[0][0] < world.end:
        first, _, _ = waiting[0]
        while next_round <= first:
            world.days.now = next_round
            await sweep(world.office, next_round)
            next_round += ROUND
            if next_round.day != world.days.now.day:
                await _evening(world)
        together = _together(waiting, min(first + TOGETHER, next_round, world.end))
        world.days.now = max(world.days.now, *(at for at, _, _ in together))
        again = await asyncio.gather(*(_goes_on(life) for _, _, life in together))
        for (_, n, life), at in zip(together, again, strict=True):
            if at is not None:
                heapq.heappush(waiting, (at, n, life))
        told(int((world.days.now - begun) / timedelta(hours=1)), whole)
    world.days.now = world.end
    await sweep(world.office, world.end)
    await _evening(world)
    told(whole, whole)


def _together(waiting: list[tuple[datetime, int, Life]], until: datetime) -> list[tuple[datetime, int, Life]]:
    """Whatever goes on within a few minutes: done at one moment, so that the deeds share a commit."""
    found = [heapq.heappop(waiting)]
    while waiting and waiting[0][0] <= until:
        found.append(heapq.heappop(waiting))
    return found


async def _goes_on(life: Life) -> datetime | None:
    """What is to be done now; then when the letter wants to go on, None where nothing more happens to it."""
    try:
        return await anext(life)
    except StopAsyncIteration:
        return None


async def _evening(world: World) -> None:
    """What the running hub does beside its clocks: followers read on, and the notices of the day are sent."""
    await run_followers(world.office)
    if world.days() < world.end - SENT_UNTIL:
        await world.office.store.write(_send, world.days())


def _send(tx: Tx, now: datetime) -> None:
    """The notices of the past arrived on their day."""
    for claimed in outbox.claim(tx, "demo", now, timedelta(minutes=1), 500):
        outbox.settle(tx, claimed, "delivered", now, channel="page")
