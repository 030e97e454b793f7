"""The patrol: a sweep over everything whose moment has come, one short deed each, and no effect ever twice."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

import structlog

from hub import desk
from hub.case import Clock, Dossier, Notice
from hub.errors import NotNow
from hub.held import changes, who_was_late
from hub.journal import Entry
from hub.ladders import Rung
from hub.machines.registry import MACHINES
from hub.measures import unit_at
from hub.moments import to_text
from hub.office import Office
from hub.people import SYSTEM
from hub.rulebook import Rulebook
from hub.seals import seal_day
from hub.storage import cases, clocks, editions, journal, outbox, sweeps
from hub.storage.clocks import DueRow
from hub.storage.errors import StoreBusy, Unavailable
from hub.storage.sweeps import Stuck
from hub.storage.tx import Tx
from hub.sweeping import QUARANTINE_AFTER, put_off, set_out
from hub.timing import LAPSE, clock_of
from supervision.assignments import assign_waiting
from supervision.bulletins.drawing import draw_due
from supervision.demands import demand
from supervision.digests import release_quiet
from supervision.mornings import morning
from supervision.overlays import ENDING, end_overlay
from supervision.recommendations import look_after
from supervision.rungs import Climb, climb, notices

log = structlog.get_logger("patrol")

BATCH = 200
ABREAST = 8
"""Deeds handed over together, so that they share a commit; few, so that a letter that comes meanwhile waits for few."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep did: rows climbed, rungs recorded, moves made, overlays ended, rows put off, digests made."""

    climbed: int = 0
    rungs: int = 0
    moves: int = 0
    ended: int = 0
    put_off: int = 0
    digests: int = 0
    refused: bool = False

    def __add__(self, other: "Swept") -> "Swept":
        return Swept(
            self.climbed + other.climbed,
            self.rungs + other.rungs,
            self.moves + other.moves,
            self.ended + other.ended,
            self.put_off + other.put_off,
            self.digests + other.digests,
            self.refused or other.refused,
        )


async def sweep(office: Office, now: datetime, limit: int = BATCH) -> Swept:
    """Do everything that is due at `now`, oldest first, until nothing is; ask in turns of `limit` rows.

    Any number of sweeps may run at once, in any process, and be killed at any point. A `now` that lies more than a
    minute before the latest one ever swept is refused: `refused` is set and nothing is done, until an admin says that
    the clock is right. Raises Unavailable and StoreBusy from the store; whatever else a row raises puts that row off.
    """
    total = Swept()
    while True:
        if not await office.store.write(set_out, now):
            log.error("clock_set_back", alarm=True, now=to_text(now))
            return replace(total, refused=True)
        rows = await office.store.read(clocks.due, now, limit)
        for start in range(0, len(rows), ABREAST):
            done = await asyncio.gather(*(_one(office, row, now) for row in rows[start : start + ABREAST]))
            total = sum(done, total)
        if len(rows) < limit:
            break
    for kind in ENDING:
        total += await _overlays(office, kind, now, limit)
    await seal_day(office, now)
    await morning(office, now)
    await assign_waiting(office, now)
    await look_after(office, now)
    await draw_due(office, now)
    return replace(total, digests=await release_quiet(office, now))


async def _one(office: Office, row: DueRow, now: datetime) -> Swept:
    async def run(book: Rulebook) -> Swept:
        return await office.store.write(climb_clock, row, book, now)

    try:
        return await office.with_rules(run)
    except (Unavailable, StoreBusy):
        raise
    except Exception as fault:
        return await _put_off(office, Stuck("clock", row.case_id, row.name, row.round, row.rung_at), fault, now)


async def _put_off(office: Office, row: Stuck, fault: Exception, now: datetime) -> Swept:
    """Pass a row over for a while, and say so with the case's number and the kind of error, no stored word."""
    number, tries = await office.store.write(put_off, row, _kind(fault), now)
    alarm = tries >= QUARANTINE_AFTER
    told = log.error if alarm else log.warning
    told("row_put_off", alarm=alarm, number=number, clock=row.name, tries=tries, error=_kind(fault))
    return Swept(put_off=1)


def climb_clock(tx: Tx, row: DueRow, book: Rulebook, now: datetime) -> Swept:
    """The deed for one clock: record every rung passed with its true time, send the highest, make the machine's move.

    Everything is read again here: a colleague, or another sweep, may have been first. Raises OldEdition.
    """
    editions.must_be_current(tx, book)
    dossier = cases.dossier(tx, row.case_id, lock=True)
    clock = _clock(dossier, row) if dossier else None
    if dossier is None or clock is None:
        raise LookupError("a clock without its case")
    if clock.rung_at is None or clock.rung_at > now:
        return Swept()
    found = climb(clock, MACHINES[dossier.case.machine], book, now)
    if clock.phase != "running":
        clocks.put(tx, row.case_id, (replace(clock, rung="", rung_at=None),))
        return Swept()
    recorded, told = _record(tx, dossier, clock, found, book, now)
    clocks.put(tx, row.case_id, (found.clock,))
    moved = demand(tx, _with(dossier, found.clock), row.name, recorded, told, book, now)
    moved += found.lapsed and _lapse(tx, row, found.clock, book, now)
    return Swept(climbed=1, rungs=len(recorded), moves=moved)


def _with(dossier: Dossier, clock: Clock) -> Dossier:
    others = (c for c in dossier.clocks if (c.name, c.round) != (clock.name, clock.round))
    return replace(dossier, clocks=tuple(sorted((*others, clock), key=lambda c: (c.round, c.name))))


def _clock(dossier: Dossier, row: DueRow) -> Clock | None:
    return next((c for c in dossier.clocks if (c.name, c.round) == (row.name, row.round)), None)


def _record(
    tx: Tx, dossier: Dossier, clock: Clock, found: Climb, book: Rulebook, now: datetime
) -> tuple[list[Rung], tuple[Notice, ...]]:
    """Write down the rungs that nobody recorded yet; the notices of the highest go out with them."""
    case, recorded, told = dossier.case, list[Rung](), tuple[Notice, ...]()
    record = next((o for o in dossier.overlays if clock_of(o) == clock.name), None)
    for place, (at, rung) in enumerate(((p.at, p.rung) for p in found.passed), 1):
        highest = place == len(found.passed)
        to = notices(case, clock, rung, book, now, record) if highest else ()
        if not clocks.fire(tx, case.id, clock, rung.code, at, now, told=bool(to)):
            continue
        recorded.append(rung)
        told += to
        outbox.put(tx, case.id, to, now)
        data: dict[str, Any] = {"clock": clock.name, "round": clock.round, "rung": rung.code, "at": to_text(at)}
        if found.breached and rung.at.spec == "0" and rung.what != "call_back":
            data |= _held(tx, dossier, clock, at)
        journal.append(tx, [Entry(case.id, "clock.climbed", SYSTEM.id, at, data)])
        if rung.what == "alert" and to:
            called = to[0].to.partition(":")[2] or to[0].to
            journal.append(tx, [Entry(case.id, "duty.called", SYSTEM.id, now, {"to": called})])
    return recorded, told


def _held(tx: Tx, dossier: Dossier, clock: Clock, at: datetime) -> dict[str, Any]:
    """Whose time it was in the instant before a limit passed: the breach is theirs, wherever the case is now."""
    case = dossier.case
    held = changes(case.machine, journal.of_case(tx, case.id), dossier.assignments)
    who = who_was_late(clock.name, dossier.overlays, held, at)
    holder = who.holder if who else MACHINES[case.machine].states[case.state].holder
    unit = who.unit if who and who.unit else unit_at(dossier.assignments, at)
    return {"breach": True, "holder": holder, "unit": unit}


def _lapse(tx: Tx, row: DueRow, clock: Clock, book: Rulebook, now: datetime) -> bool:
    """The machine's own move for a clock that has run out; where something still waits, again next working day."""
    dossier = cases.dossier(tx, row.case_id)
    if dossier is None:
        return False
    lapse = MACHINES[dossier.case.machine].lapses[row.name]
    try:
        desk.act_by_system(tx, dossier, lapse.move, {}, book, now)
    except NotNow:
        again = book.calendar.opening(book.calendar.add_workdays(book.calendar.day_of(now), 1))
        clocks.put(tx, row.case_id, (replace(clock, rung=LAPSE, rung_at=again),))
        return False
    clocks.fire(tx, row.case_id, clock, LAPSE, row.rung_at, now, told=True)
    return True


async def _overlays(office: Office, kind: str, now: datetime, limit: int) -> Swept:
    """End the overlays of a kind whose day has passed; one that raises is put off like a clock."""
    total = Swept()
    after: sweeps.DueOverlay | None = None
    while True:
        rows = await office.store.read(sweeps.due_overlays, kind, now, limit, after)
        for row in rows:
            deed: Callable[[Rulebook], Any] = partial(_end, office, row, now)
            try:
                total += Swept(ended=int(await office.with_rules(deed)))
            except (Unavailable, StoreBusy):
                raise
            except Exception as fault:
                total += await _put_off(office, Stuck("overlay", row.case_id, kind, row.n, row.due_at), fault, now)
        if len(rows) < limit:
            return total
        after = rows[-1]


async def _end(office: Office, row: sweeps.DueOverlay, now: datetime, book: Rulebook) -> bool:
    return await office.store.write(end_overlay, row, book, now)


def _kind(fault: Exception) -> str:
    """The class of an error: its sentence may hold a stored value, which no log may show."""
    return type(fault).__name__
