"""Health: what must not wait long, how long it may, and what is red now; green again by itself, as nothing is kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.storage.backlog import Backlog, backlog
from hub.storage.tx import Tx
from hub.sweeping import QUARANTINE_AFTER, SET_BACK

TICKS = 3
"""So many ticks may pass without a sign of life of the sweep."""
LEAST = timedelta(minutes=1)
"""A heartbeat is never called old before this, however short the tick."""
UNFIRED = timedelta(minutes=2)
"""A rung that nobody climbed for so long: the sweep stands still or does not keep up."""
OUTBOX = timedelta(minutes=15)
INBOX = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is watched: `value` and `most` in seconds, of `put_off` in rows; red above `most`."""

    name: str
    value: float
    most: float

    @property
    def red(self) -> bool:
        """Whether somebody should look."""
        return self.value > self.most


def checks(tx: Tx, now: datetime, tick: float) -> tuple[Backlog, tuple[Check, ...]]:
    """The backlog and what it means; `tick` is how many seconds lie between two sweeps."""
    waits = backlog(tx, now, QUARANTINE_AFTER)
    return waits, judged(waits, now, tick)


def judged(waits: Backlog, now: datetime, tick: float) -> tuple[Check, ...]:
    """Every check with its figure.

    `clock` is how far the sweep has been ahead of this moment: it refuses to fire until time has caught up or an admin
    says that the clock is right.
    """

    def age(moment: datetime | None) -> float:
        return 0.0 if moment is None else max(0.0, (now - moment).total_seconds())

    heartbeat = max(LEAST.total_seconds(), TICKS * tick)
    ahead = 0.0 if waits.swept is None else max(0.0, (waits.swept - now).total_seconds())
    return (
        Check("heartbeat", age(waits.heartbeat), heartbeat),
        Check("clock", ahead, SET_BACK.total_seconds()),
        Check("unfired", age(waits.unfired), UNFIRED.total_seconds()),
        Check("put_off", waits.stubborn, 0),
        Check("outbox", age(waits.outbox), OUTBOX.total_seconds()),
        Check("inbox", age(waits.inbox), INBOX.total_seconds()),
    )
