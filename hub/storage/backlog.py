"""How much waits in the hub at this moment, for health pages and figures."""

from dataclasses import dataclass
from datetime import datetime

from hub.moments import from_text, to_text
from hub.storage import clocks, sweeps
from hub.storage.tx import Tx

OUTBOX = "SELECT COUNT(*) AS n, MIN(next_at) AS oldest FROM outbox WHERE state = 'waiting'"
# What may pass a stuck lane has no moment of its own; it has waited since it came.
INBOX = """
SELECT COUNT(*) AS n, MIN(CASE WHEN next_at < received_at THEN received_at ELSE next_at END) AS oldest
FROM inbox WHERE state = 'new'
"""
OLDEST_DUE = """
SELECT MIN(sort_due) AS due FROM cases
WHERE machine = 'letter' AND closed_at IS NULL AND lead = '' AND answered_at IS NULL AND sort_due < :now
"""


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits, and the moments from which it does; None where nothing waits or there never was such a moment.

    `outbox` and `inbox` are the moments at which the oldest waiting row was to be taken, `unfired` that of the oldest
    rung nobody climbed, `due` the oldest limit that is over. `swept` is the latest moment a sweep ran for, `heartbeat`
    its last sign of life. `stubborn` counts the rows that have raised `sweeps.put_off` often.
    """

    outbox_waiting: int
    outbox: datetime | None
    inbox_waiting: int
    inbox: datetime | None
    unfired: datetime | None
    due: datetime | None
    swept: datetime | None
    heartbeat: datetime | None
    stubborn: int


def backlog(tx: Tx, now: datetime, stubborn_from: int) -> Backlog:
    """Look at everything that waits; `stubborn_from` is how often a row must have raised to be counted."""
    outbox, inbox = tx.execute(OUTBOX)[0], tx.execute(INBOX)[0]
    due = tx.execute(OLDEST_DUE, {"now": to_text(now)})[0]["due"]
    unfired = clocks.due(tx, now, 1)
    return Backlog(
        outbox_waiting=int(outbox["n"]),
        outbox=_moment(outbox["oldest"]),
        inbox_waiting=int(inbox["n"]),
        inbox=_moment(inbox["oldest"]),
        unfired=unfired[0].rung_at if unfired else None,
        due=_moment(due),
        swept=sweeps.moment(tx, sweeps.LAST),
        heartbeat=sweeps.moment(tx, sweeps.HEARTBEAT),
        stubborn=sweeps.counted(tx, stubborn_from),
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else from_text(text)
