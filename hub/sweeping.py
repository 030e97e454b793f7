"""Sweeping: how a sweep sets out and what it puts off, and what an admin does where it cannot help itself."""

from datetime import datetime, timedelta

from hub.errors import Forbidden, NotFound, NotNow
from hub.journal import Entry
from hub.moments import to_text
from hub.people import Actor
from hub.storage import journal, sweeps
from hub.storage.sweeps import Stuck
from hub.storage.tx import Tx

SET_BACK = timedelta(minutes=1)
"""A clock that stands further back than this is wrong: nothing is fired until it has caught up, or is set right."""
FIRST_DELAY = timedelta(minutes=1)
QUARANTINE_AFTER = 5
"""After so many tries a row is looked at once a day, and health is red until somebody has helped it."""
QUARANTINE = timedelta(days=1)


def set_out(tx: Tx, now: datetime) -> bool:
    """Leave a sign of life and forget what is settled; False when the clock was set back."""
    last = sweeps.moment(tx, sweeps.LAST)
    if last is not None and now < last - SET_BACK:
        return False
    sweeps.remember(tx, sweeps.LAST, max(now, last or now))
    sweeps.remember(tx, sweeps.HEARTBEAT, now)
    sweeps.forget_settled(tx)
    return True


def put_off(tx: Tx, row: Stuck, error: str, now: datetime) -> tuple[str, int]:
    """Let a row that raised wait: 1, 4, 16, 64 minutes, then a day. Answers the case's number and how often it was."""
    tries = sweeps.tries(tx, row) + 1
    delay = QUARANTINE if tries >= QUARANTINE_AFTER else FIRST_DELAY * 4 ** (tries - 1)
    sweeps.put_off(tx, row, now + delay, tries, error, now)
    return sweeps.number_of(tx, row.case_id), tries


def again(tx: Tx, what: str, case_id: str, name: str, n: int, actor: Actor, now: datetime) -> None:
    """An admin has helped a row: the next sweep takes it. Raises Forbidden, NotFound (it went through meanwhile)."""
    _must_be_admin(actor)
    if not sweeps.again(tx, what, case_id, name, n, now):
        raise NotFound
    journal.append(tx, [Entry(case_id, "sweep.again", actor.id, now, {"what": what, "name": name, "n": n})])


def set_right(tx: Tx, actor: Actor, now: datetime) -> int:
    """An admin says that the clock is right now although the sweep has seen a later moment: it goes on from here.

    What fired meanwhile before its own moment stays as it is, as nobody can call a notice back, and is marked to be
    shown; answers how many that are. Raises Forbidden, NotNow (the clock is not behind).
    """
    _must_be_admin(actor)
    last = sweeps.moment(tx, sweeps.LAST)
    if last is None or now >= last - SET_BACK:
        raise NotNow("时钟没有落后，巡查照常进行。", "The clock is not behind: the sweep goes on as usual.")
    marked = sweeps.mark_ahead(tx, now)
    sweeps.remember(tx, sweeps.LAST, now)
    sweeps.remember(tx, sweeps.HEARTBEAT, now)
    journal.append(tx, [Entry(None, "sweep.clock_right", actor.id, now, {"ahead": to_text(last), "fired": marked})])
    return marked


def _must_be_admin(actor: Actor) -> None:
    if not actor.has("admin"):
        raise Forbidden
