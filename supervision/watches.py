"""Site watches: how long nothing was published and no public figure moved, with the rungs that inspection sets."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from hub.case import Clock, Notice
from hub.clocks import LedgerEvent, due_at, due_day
from hub.journal import Entry
from hub.ladders import Rung, next_staffed_moment, rungs_between
from hub.moments import to_text
from hub.people import SYSTEM
from hub.rulebook import Rulebook
from hub.storage import clocks, journal, outbox
from hub.storage.morning import Marks, marks
from hub.storage.tx import Tx

HUB = ""
"""What stands in place of a case where a rung belongs to the site as a whole."""


@dataclass(frozen=True, slots=True)
class Watch:
    """One watch as it stands: since which day nothing happened, for how many days, and the last day in time."""

    name: str
    since: date
    days: int
    last: date
    passed: tuple[tuple[Rung, datetime], ...]
    clock: Clock

    @property
    def colour(self) -> str:
        """green, amber from the first rung on, black when the limit has passed."""
        if not self.passed:
            return "green"
        return "black" if any(rung.at.spec == "0" for rung, _ in self.passed) else "amber"


def site_watches(found: Marks, book: Rulebook, now: datetime) -> tuple[Watch, ...]:
    """The watches that the ladders name, as they stand at a moment. Pure."""
    return tuple(_watches(found, book, now))


def _watches(found: Marks, book: Rulebook, now: datetime) -> Iterator[Watch]:
    calendar = book.calendar
    for name, since in found._asdict().items():
        ladder = book.ladders.get(name)
        if ladder is None or ladder.limit is None:
            continue
        ledger = (LedgerEvent(since, "start", ladder.limit, ladder.source),)
        due, day = due_at(ledger, calendar), calendar.day_of(since)
        if due is None:
            continue
        clock = Clock(name, day.toordinal(), name, ledger, due, "running")
        passed = rungs_between(ladder, None, now, since, due, calendar)
        yield Watch(name, day, (calendar.day_of(now) - day).days, due_day(due, calendar), passed, clock)


def stand(tx: Tx, book: Rulebook, now: datetime) -> tuple[Watch, ...]:
    """The watches as the board shows them."""
    found = marks(tx, book.calendar)
    return site_watches(found, book, now) if found else ()


def tell_watches(tx: Tx, watches: tuple[Watch, ...], book: Rulebook, now: datetime) -> int:
    """Write down the rungs of the site that nobody recorded yet, each once for ever, and tell the highest."""
    recorded = 0
    for watch in watches:
        for place, (rung, at) in enumerate(watch.passed, 1):
            highest = place == len(watch.passed)
            if not clocks.fire(tx, HUB, watch.clock, rung.code, at, now, told=highest):
                continue
            recorded += 1
            if highest:
                outbox.put(tx, HUB, _notices(watch, rung, book, now), now)
            data = {"clock": watch.name, "rung": rung.code, "since": watch.since.isoformat(), "at": to_text(at)}
            journal.append(tx, [Entry(None, "site.watched", SYSTEM.id, at, data)])
    return recorded


def _notices(watch: Watch, rung: Rung, book: Rulebook, now: datetime) -> tuple[Notice, ...]:
    not_before = next_staffed_moment(book.calendar, now) if rung.quiet else None
    refs = {"days": watch.days, "due": watch.last.isoformat(), "rung": rung.code}
    key = f"{watch.name}:{watch.since.isoformat()}:{rung.code}"
    return tuple(Notice(f"{role}@", watch.name, f"{key}:{role}@", refs, not_before) for role in rung.to)
