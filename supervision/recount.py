"""The recount: every open clock is brought to the working calendar in force; a date that moves is written and told."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import structlog

from hub.calendar import WorkCalendar, read_calendar
from hub.calendar_editions import TO_CITIZEN, TO_UNIT, Foreseen, Shift
from hub.case import Case, Clock, Dossier, Notice, Overlay
from hub.clocks import due_day
from hub.errors import Overtaken
from hub.journal import Entry
from hub.ladders import next_staffed_moment
from hub.machines.machine import Step
from hub.machines.registry import MACHINES
from hub.office import Office
from hub.people import SYSTEM
from hub.rulebook import Rulebook
from hub.storage import cases, clocks, editions, sweeps
from hub.storage.clocks import Behind
from hub.storage.errors import StoreBusy, Unavailable
from hub.storage.tx import Tx
from hub.timing import recounted, refreshed, silent, with_dates
from supervision.rungs import recipient

log = structlog.get_logger("recount")

BATCH = 200
ABREAST = 16
"""Deeds handed over together, so that they share a commit."""
SAMPLE = 20
TOLD_TO_UNIT = ("unit", "redo", "main")
"""Clocks whose moved date the unit is told, its own first; of the others the journal tells."""


@dataclass(frozen=True, slots=True)
class Recounted:
    """What one round did: clocks brought to the calendar, those among them whose date moved, cases put off."""

    brought: int = 0
    moved: int = 0
    put_off: int = 0

    def __add__(self, other: "Recounted") -> "Recounted":
        return Recounted(self.brought + other.brought, self.moved + other.moved, self.put_off + other.put_off)


async def recount(office: Office, now: datetime, limit: int = BATCH) -> Recounted:
    """Bring every open clock in time to the calendar in force, until none is behind; ask in turns of `limit` rows.

    Any number of rounds may run at once, in any process, and be killed at any point: a clock says itself which calendar
    it has. Raises Unavailable and StoreBusy; whatever else a case raises is logged by its number, and it is tried again
    with the next round.
    """
    total, after = Recounted(), None
    while True:
        book = await office.book()
        rows = await office.store.read(clocks.behind, book.numbers["calendar"], now, limit, after)
        beyond, within = _split(rows, book)
        total += await office.store.write(bring, within, book)
        for start in range(0, len(beyond), ABREAST):
            done = await asyncio.gather(*(_one(office, case_id, now) for case_id in beyond[start : start + ABREAST]))
            total = sum(done, total)
        if len(rows) < limit:
            return total
        after = rows[-1]


def _split(rows: list[Behind], book: Rulebook) -> tuple[list[str], list[Behind]]:
    """The cases with a clock that reaches a day the new calendar changes, and the clocks that end before any does."""
    reaches = _reaching(rows, book)
    beyond = dict.fromkeys(row.case_id for row in rows if reaches(row))
    return list(beyond), [row for row in rows if not reaches(row)]


def _reaching(rows: list[Behind], book: Rulebook) -> Callable[[Behind], bool]:
    first = {
        edition: book.calendar_of(edition).first_difference(book.calendar) for edition in {r.calendar for r in rows}
    }

    def reaches(row: Behind) -> bool:
        day = first[row.calendar]
        if day is None or day == date.min or row.due_at is None:
            return day is not None
        return max(row.due_at, row.rung_at or row.due_at) > book.calendar.midnight_before(day)

    return reaches


def bring(tx: Tx, rows: list[Behind], book: Rulebook) -> Recounted:
    """The deed for clocks that the new calendar does not touch."""
    clocks.bring(tx, rows, book.numbers["calendar"])
    return Recounted(brought=len(rows))


async def _one(office: Office, case_id: str, now: datetime) -> Recounted:
    async def run(book: Rulebook) -> Recounted:
        return await office.store.write(recount_case, case_id, book, now)

    try:
        return await office.with_rules(run)
    except (Unavailable, StoreBusy):
        raise
    except Exception as fault:
        number = await office.store.read(sweeps.number_of, case_id)
        log.warning("recount_put_off", alarm=True, number=number, error=type(fault).__name__)
        return Recounted(put_off=1)


def recount_case(tx: Tx, case_id: str, book: Rulebook, now: datetime) -> Recounted:
    """The deed for one case: its open clocks under the calendar in force; a date that moves is an entry and a notice.

    Everything is read again here: a colleague, or another round, may have been first. Raises OldEdition.
    """
    editions.must_be_current(tx, book)
    dossier = cases.dossier(tx, case_id, lock=True)
    if dossier is None:
        raise LookupError("a clock without its case")
    changed = {(c.name, c.round): new for c in dossier.clocks if (new := _computed(c, dossier.case, book, now))}
    if not changed:
        return Recounted()
    kept = tuple(changed.get((c.name, c.round), c) for c in dossier.clocks)
    moved = [(old, new) for old, new in zip(dossier.clocks, kept, strict=True) if old.due_at != new.due_at]
    case = with_dates(dossier.case, kept)
    step = Step(
        case=case,
        clocks=tuple(changed.values()),
        overlays=_undecided(dossier, moved),
        entries=tuple(_entry(case, old, new, book, now) for old, new in moved),
        notices=_notices(case, moved, book, now),
    )
    if not cases.apply(tx, step, dossier.case.version, now):
        raise Overtaken
    return Recounted(brought=len(changed), moved=len(moved))


def _undecided(dossier: Dossier, moved: list[tuple[Clock, Clock]]) -> tuple[Overlay, ...]:
    """An extension asked for waits for its decision until the limit, wherever that is now (DESIGN §6)."""
    due = next((new.due_at for _, new in moved if new.name == "main"), None)
    asked = dossier.open("extension")
    return (replace(asked, due_at=due),) if asked is not None and due is not None else ()


def _computed(clock: Clock, case: Case, book: Rulebook, now: datetime) -> Clock | None:
    new = recounted(clock, book, now)
    if new is None:
        return None
    new = refreshed(new, book, MACHINES[case.machine], now)
    return silent(new) if case.origin == "import" else new


def _entry(case: Case, old: Clock, new: Clock, book: Rulebook, now: datetime) -> Entry:
    data: dict[str, Any] = {"clock": new.name, "round": new.round, "calendar": new.calendar, **_days(old, new, book)}
    return Entry(case.id, "clock.recounted", SYSTEM.id, now, data)


def _days(old: Clock, new: Clock, book: Rulebook) -> dict[str, str]:
    """The last day in time before and after."""
    moments = {"was": old.due_at, "due": new.due_at}
    return {name: due_day(at, book.calendar).isoformat() for name, at in moments.items() if at is not None}


def _notices(case: Case, moved: list[tuple[Clock, Clock]], book: Rulebook, now: datetime) -> tuple[Notice, ...]:
    """The citizen hears of the moved day of the answer, the unit of any day of its own; nobody of an imported case."""
    days = {new.name: (new, _days(old, new, book)) for old, new in moved}
    if case.origin == "import" or case.closed_at is not None:
        return ()
    at, told = next_staffed_moment(book.calendar, now), []
    if "main" in days:
        told.append(_notice(case, "party:1", TO_CITIZEN, *days["main"], at))
    name = next((n for n in TOLD_TO_UNIT if n in days), "")
    if name and case.unit and case.answered_at is None:
        told.append(_notice(case, recipient("handler", case), TO_UNIT, *days[name], at))
    return tuple(told)


def _notice(case: Case, to: str, text: str, clock: Clock, days: Mapping[str, str], at: datetime) -> Notice:
    key = f"{case.id}:{text}:{clock.name}:{clock.round}:{clock.calendar}:{to}"
    refs = {"clock": clock.name, "round": clock.round, "unit": case.unit, **days}
    return Notice(to, text, key, refs, at)


# What a calendar would do, before it is published --------------------------------------------------------------------


async def foresee(office: Office, content: Mapping[str, Any], now: datetime) -> Foreseen:
    """What the recount would do under a calendar that is not in force yet; nothing is written.

    Raises ValueError with a sentence where the content is no calendar.
    """
    book = await office.book()
    edition = book.numbers["calendar"] + 1
    calendar = read_calendar(content, edition)
    ahead = replace(
        book, numbers={**book.numbers, "calendar": edition}, calendars={**book.calendars, edition: calendar}
    )
    looked, found, after = 0, list[tuple[str, Shift]](), None
    while True:
        rows = await office.store.read(clocks.behind, edition, now, BATCH, after, room="heavy")
        looked += len(rows)
        beyond, _ = _split(rows, ahead)
        found += await office.store.read(_shifts, beyond, ahead, now, room="heavy")
        if len(rows) < BATCH:
            break
        after = rows[-1]
    return _foreseen(book.calendar, calendar, looked, list(dict.fromkeys(found)))


def _foreseen(old: WorkCalendar, new: WorkCalendar, looked: int, found: list[tuple[str, Shift]]) -> Foreseen:
    days = old.differing_days(new)
    counted = Counter((shift.was, shift.due) for _, shift in found)
    return Foreseen(
        rest=tuple(day for day in days if not new.is_workday(day)),
        work=tuple(day for day in days if new.is_workday(day)),
        looked=looked,
        moved=len(found),
        cases=len({case_id for case_id, _ in found}),
        dates=tuple((was, due, n) for (was, due), n in sorted(counted.items())),
        sample=tuple(sorted((s for _, s in found if s.number), key=lambda s: (s.was, s.number))[:SAMPLE]),
    )


def _shifts(tx: Tx, case_ids: list[str], book: Rulebook, now: datetime) -> list[tuple[str, Shift]]:
    dossiers = (cases.dossier(tx, case_id) for case_id in case_ids)
    return [(d.case.id, shift) for d in dossiers if d is not None for shift in _would_move(d, book, now)]


def _would_move(dossier: Dossier, book: Rulebook, now: datetime) -> list[Shift]:
    number = "" if dossier.case.sealed else dossier.case.number
    pairs = ((clock, recounted(clock, book, now)) for clock in dossier.clocks)
    return [
        Shift(number, old.name, due_day(old.due_at, book.calendar), due_day(new.due_at, book.calendar))
        for old, new in pairs
        if new is not None and old.due_at is not None and new.due_at is not None and old.due_at != new.due_at
    ]
