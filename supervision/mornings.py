"""Mornings: when the office opens, each one's list of what is due, and a look at what inspection counts in days."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from hub.assigning import tell_of_absences
from hub.case import Notice
from hub.machines.registry import MACHINES
from hub.office import Office
from hub.rulebook import Rulebook
from hub.storage import morning as rows
from hub.storage import outbox, settings
from hub.storage.morning import Burden
from hub.storage.tx import Tx
from supervision.watches import Watch, stand, tell_watches

LAST = "morning.last"
"""The day whose morning has been told."""


async def morning(office: Office, now: datetime) -> bool:
    """Once each working day from the opening on; False where it is not time, or was done. Two at once do it once."""
    book = await office.book()
    today = book.calendar.day_of(now)
    if not book.calendar.is_workday(today) or now < book.calendar.opening(today):
        return False
    if await office.store.read(settings.get, LAST) == today.isoformat():
        return False
    watches = await office.store.read(stand, book, now, room="heavy")
    tonight, burdens = book.calendar.midnight_after(today), list[Burden]()
    for machine in MACHINES.values():
        if machine.opening_clocks:
            burdens += await office.store.read(rows.burdens, machine.code, now, tonight, room="heavy")
    return await office.store.write(begin, burdens, watches, book, now)


def begin(tx: Tx, burdens: list[Burden], watches: tuple[Watch, ...], book: Rulebook, now: datetime) -> bool:
    """The deed of a morning."""
    day = book.calendar.day_of(now).isoformat()
    if not settings.turn(tx, LAST, day):
        return False
    outbox.put(tx, "", work_lists(burdens, day), now)
    tell_watches(tx, watches, book, now)
    tell_of_absences(tx, book, now)
    return True


def work_lists(burdens: Iterable[Burden], day: str) -> Iterator[Notice]:
    """One notice for each who has something due today or late, and one with the whole for the supervision office."""
    due = late = 0
    for burden in burdens:
        due, late = due + burden.due, late + burden.late
        to = (
            f"officer:{burden.officer}"
            if burden.officer
            else f"handler@{burden.unit}"
            if burden.unit
            else "dispatcher@"
        )
        yield _work_list(to, day, burden.unit, burden.due, burden.late)
    if due or late:
        yield _work_list("supervisor@", day, "", due, late)


def _work_list(to: str, day: str, unit: str, due: int, late: int) -> Notice:
    refs = {"due_today": due, "late": late, "view": "late" if late else "today"}
    return Notice(to, "work_list", f"work_list:{day}:{to}:{unit}", refs)
