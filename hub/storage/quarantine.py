"""Events that could not be handled: put aside with a notice, listed, given back to be tried, or closed by a person."""

from datetime import datetime

from hub.case import Notice
from hub.moments import to_text
from hub.storage import inbox, outbox
from hub.storage.inbox import Taken
from hub.storage.tx import Row, Tx

TOLD = ("intake@", "admin@")
"""Who hears that something was put aside: the desk that speaks with citizens, and whoever keeps the hub running."""

LISTED = """
SELECT channel, event_id, lane, received_at, attempts, error FROM inbox WHERE state = 'poison'
ORDER BY received_at, channel, event_id LIMIT :limit
"""
AGAIN = """
UPDATE inbox SET state = 'new', attempts = 0, next_at = :now, lease_until = NULL, lease_by = ''
WHERE channel = :channel AND event_id = :event_id AND state = 'poison' RETURNING event_id
"""
CLOSE = """
UPDATE inbox SET state = 'dropped', error = :reason
WHERE channel = :channel AND event_id = :event_id AND state = 'poison' RETURNING event_id
"""


def put_aside(tx: Tx, taken: Taken, error: str, now: datetime) -> bool:
    """An event is put aside and two desks hear of it; False when the lease was lost."""
    if not inbox.finish(tx, taken, "poison", error=error):
        return False
    tell(tx, taken.channel, now)
    return True


def tell(tx: Tx, channel: str, now: datetime) -> None:
    """Say once an hour and channel that something was put aside, so that a flood of them is one line."""
    key = f"put_aside:{channel}:{to_text(now)[:13]}"
    outbox.put(tx, "", [Notice(to, "put_aside", f"{key}:{to}", {"channel": channel}) for to in TOLD], now)


def listed(tx: Tx, limit: int = 100) -> list[Row]:
    """What was put aside, the longest first; never its content."""
    return tx.execute(LISTED, {"limit": limit})


def again(tx: Tx, channel: str, event_id: str, now: datetime) -> bool:
    """Give an event back to its channel, as if it had never been tried; False where it is not put aside any more."""
    return bool(tx.execute(AGAIN, {"channel": channel, "event_id": event_id, "now": to_text(now)}))


def close(tx: Tx, channel: str, event_id: str, reason: str) -> bool:
    """Nothing more is done with it, for this reason; False where it is not put aside any more."""
    return bool(tx.execute(CLOSE, {"channel": channel, "event_id": event_id, "reason": reason}))
