"""A dry run: which past letters would have gone elsewhere under rules that are not in force yet."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from hub.office import Office
from hub.ports import Chosen
from hub.rulebook import Rulebook
from hub.storage import past
from hub.storage.past import Past

MOST = 2000
"""Letters looked at, the newest: enough to see what a rule does, and done in seconds."""
BATCH = 100
TOGETHER = 10
"""Letters routed before others get their turn."""
SAMPLE = 20


@dataclass(frozen=True, slots=True)
class Turned:
    """One letter that would go elsewhere: where before, where then ("": a person decides), and who has it now."""

    number: str
    was: str
    then: str
    has: str


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What other rules would have done: letters looked at since a day, those that go elsewhere and from where to where,
    how many went without a person, and of those that a unit has how many were meant for just that unit."""

    looked: int
    since: datetime | None
    moved: int
    ways: tuple[tuple[str, str, int], ...]
    sure: tuple[int, int]
    placed: int
    right: tuple[int, int]
    sample: tuple[Turned, ...]


async def rehearse(office: Office, rules: Mapping[str, Any], most: int = MOST) -> Rehearsed:
    """Route the newest letters anew, by the rules in force and by others; nothing is written.

    Both times by the same program and units, so that what differs is the rules' own doing. Raises ValueError where the
    others are not fit for use.
    """
    now = await office.book()
    found, before = list[tuple[Past, Chosen, Chosen]](), past.NEWEST
    while len(found) < most:
        rows = await office.store.read(past.letters, before, min(BATCH, most - len(found)), room="heavy")
        for start in range(0, len(rows), TOGETHER):
            found += _both(office, rows[start : start + TOGETHER], now, rules)
            await asyncio.sleep(0)
        if len(rows) < BATCH:
            break
        before = rows[-1].id
    return _rehearsed(found)


def _both(
    office: Office, rows: list[Past], now: Rulebook, rules: Mapping[str, Any]
) -> list[tuple[Past, Chosen, Chosen]]:
    then = replace(now, rules=rules)
    kinds = [now.kind(r.matter.kind, r.edition, now.calendar.day_of(r.received_at)) for r in rows]
    was = [office.choose(r.matter, kind, now) for r, kind in zip(rows, kinds, strict=True)]
    after = [office.choose(r.matter, kind, then) for r, kind in zip(rows, kinds, strict=True)]
    return list(zip(rows, was, after, strict=True))


def _rehearsed(found: list[tuple[Past, Chosen, Chosen]]) -> Rehearsed:
    moved = [Turned(row.number, was.unit, then.unit, row.unit) for row, was, then in found if was.unit != then.unit]
    ways = Counter((t.was, t.then) for t in moved)
    placed = [(row, was, then) for row, was, then in found if row.unit]
    return Rehearsed(
        looked=len(found),
        since=min((row.received_at for row, _, _ in found), default=None),
        moved=len(moved),
        ways=tuple((was, then, n) for (was, then), n in sorted(ways.items(), key=lambda way: (-way[1], way[0]))),
        sure=(sum(was.sure for _, was, _ in found), sum(then.sure for _, _, then in found)),
        placed=len(placed),
        right=(
            sum(was.unit == row.unit for row, was, _ in placed),
            sum(then.unit == row.unit for row, _, then in placed),
        ),
        sample=tuple(moved[:SAMPLE]),
    )
