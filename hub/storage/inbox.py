"""The durable inbox: each event of a channel once, taken lane by lane under a lease, done together with its effects."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from hub.moments import from_text, to_text
from hub.storage.rows import to_json
from hub.storage.tx import Row, Tx

JUMP = "1970-01-01T00:00:00.000000Z"
"""In `next_at` of an event that need not wait behind one that failed: a citizen who wants to stop."""

# The key under which a channel's own rows are sealed; it is wrapped like the key of a case.
KEEP_KEY = """
INSERT INTO case_keys (case_id, wrapped) VALUES (:owner, :wrapped) ON CONFLICT (case_id) DO NOTHING
"""
KEY = "SELECT wrapped FROM case_keys WHERE case_id = :owner"
PUT = """
INSERT INTO inbox (channel, event_id, lane, received_at, payload, state, attempts, next_at, lease_until, lease_by,
    error)
VALUES (:channel, :event_id, :lane, :received_at, :payload, :state, 0, :next_at, NULL, '', :error)
ON CONFLICT (channel, event_id) DO NOTHING RETURNING event_id
"""
# An event may go when nothing of its lane is in work and nothing older waits; JUMP passes a lane stuck in failures.
CLAIM = """
UPDATE inbox SET lease_until = :until, lease_by = :by, attempts = attempts + 1
WHERE channel = :channel AND state = 'new' AND (lease_until IS NULL OR lease_until <= :now) AND event_id IN (
    SELECT i.event_id FROM inbox i
    WHERE i.channel = :channel AND i.state = 'new' AND i.next_at <= :now
      AND (i.lease_until IS NULL OR i.lease_until <= :now)
      AND NOT EXISTS (
        SELECT 1 FROM inbox e
        WHERE e.channel = i.channel AND e.lane = i.lane AND e.state = 'new' AND e.event_id <> i.event_id
          AND ((e.lease_until IS NOT NULL AND e.lease_until > :now)
            OR ((e.received_at < i.received_at OR (e.received_at = i.received_at AND e.event_id < i.event_id))
              AND (i.next_at <> :jump OR NOT EXISTS (
                SELECT 1 FROM inbox f
                WHERE f.channel = i.channel AND f.lane = i.lane AND f.state = 'new' AND f.attempts > 0
                  AND f.event_id <> i.event_id)))))
    ORDER BY i.received_at, i.event_id LIMIT :limit)
RETURNING *
"""
LANE = """
SELECT * FROM inbox WHERE channel = :channel AND lane = :lane AND state = 'new'
ORDER BY received_at, event_id LIMIT 20
"""
FINISH = """
UPDATE inbox SET state = :state, error = :error, lease_until = NULL, lease_by = ''
WHERE channel = :channel AND event_id = :event_id AND lease_by = :by AND state = 'new' RETURNING event_id
"""
WITH_IT = """
UPDATE inbox SET state = 'done' WHERE channel = :channel AND state = 'new' AND event_id IN (
    SELECT CAST(value AS TEXT) FROM json_each(:ids)) RETURNING event_id
"""
LATER = """
UPDATE inbox SET next_at = :next_at, attempts = :attempts, error = :error, lease_until = NULL, lease_by = ''
WHERE channel = :channel AND event_id = :event_id AND lease_by = :by AND state = 'new' RETURNING event_id
"""
FORGET = """
DELETE FROM inbox WHERE channel = :channel AND state IN ('done', 'dropped') AND received_at < :before RETURNING event_id
"""
PAYLOAD = "SELECT payload FROM inbox WHERE channel = :channel AND event_id = :event_id"


class Taken(NamedTuple):
    """An event that this worker has until its lease ends; `payload` is sealed."""

    channel: str
    event_id: str
    lane: str
    received_at: datetime
    payload: str
    attempts: int
    lease_by: str


class Arrived(NamedTuple):
    """An event to keep; `payload` is sealed, `lane` stands for its chat.

    `wait` are seconds in which more may come that belongs to it; `jump` lets it pass what failed; what is `unreadable`
    is kept aside and never taken.
    """

    channel: str
    event_id: str
    lane: str
    payload: str
    wait: float = 0.0
    jump: bool = False
    unreadable: bool = False


def keep_key(tx: Tx, owner: str, wrapped: str) -> str:
    """The wrapped key of a channel's rows: the one there is, or this new one."""
    tx.execute(KEEP_KEY, {"owner": owner, "wrapped": wrapped})
    return str(tx.execute(KEY, {"owner": owner})[0]["wrapped"])


def put(tx: Tx, arrived: Arrived, now: datetime) -> bool:
    """Keep an event; False when it was here before."""
    row = {
        "channel": arrived.channel,
        "event_id": arrived.event_id,
        "lane": arrived.lane,
        "received_at": to_text(now),
        "payload": arrived.payload,
        "state": "poison" if arrived.unreadable else "new",
        "next_at": JUMP if arrived.jump else to_text(now + timedelta(seconds=arrived.wait)),
        "error": "unreadable" if arrived.unreadable else "",
    }
    return bool(tx.execute(PUT, row))


def claim(tx: Tx, channel: str, worker: str, now: datetime, lease: timedelta, limit: int) -> list[Taken]:
    """Take up to `limit` events, at most one of each lane."""
    asked = {"channel": channel, "by": worker, "now": to_text(now), "until": to_text(now + lease)}
    rows = tx.execute(CLAIM, {**asked, "jump": JUMP, "limit": limit})
    return sorted((_taken(r) for r in rows), key=lambda t: (t.received_at, t.event_id))


def lane_of(tx: Tx, taken: Taken) -> list[Taken]:
    """What waits in the lane of an event, itself included, oldest first."""
    return [_taken(r) for r in tx.execute(LANE, {"channel": taken.channel, "lane": taken.lane})]


def finish(tx: Tx, taken: Taken, state: str = "done", *, others: Iterable[str] = (), error: str = "") -> bool:
    """The event is done (or `poison`), and the `others` of its lane with it; False when the lease was lost."""
    asked = {"channel": taken.channel, "event_id": taken.event_id, "by": taken.lease_by}
    if not tx.execute(FINISH, {**asked, "state": state, "error": error}):
        return False
    if ids := sorted(others):
        tx.execute(WITH_IT, {"channel": taken.channel, "ids": to_json(ids)})
    return True


def later(tx: Tx, taken: Taken, next_at: datetime, *, attempts: int, error: str = "") -> bool:
    """Let an event wait and come again; False when the lease was lost."""
    asked = {"channel": taken.channel, "event_id": taken.event_id, "by": taken.lease_by}
    return bool(tx.execute(LATER, {**asked, "next_at": to_text(next_at), "attempts": attempts, "error": error}))


def payload(tx: Tx, channel: str, event_id: str) -> str | None:
    """What an event came with, sealed; None where there is no such event."""
    rows = tx.execute(PAYLOAD, {"channel": channel, "event_id": event_id})
    return str(rows[0]["payload"]) if rows else None


def forget_before(tx: Tx, channel: str, before: datetime) -> int:
    """Forget done events that came before a moment; a platform repeats an event for a day at most."""
    return len(tx.execute(FORGET, {"channel": channel, "before": to_text(before)}))


def _taken(row: Row) -> Taken:
    return Taken(
        row["channel"],
        row["event_id"],
        row["lane"],
        from_text(row["received_at"]),
        row["payload"],
        int(row["attempts"]),
        row["lease_by"],
    )
