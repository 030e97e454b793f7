"""The outbox: notices written with their change, claimed by lease, sent outside any deed, settled at once."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from hub.case import Notice
from hub.moments import from_text, to_text
from hub.storage.rows import to_json
from hub.storage.tx import Row, Tx

PUT = """
INSERT INTO outbox (key, case_id, recipient, lane, text, refs, created_at, state, channel, attempts, next_at,
    lease_until, lease_by, provider_id, settled_at, error)
VALUES (:key, :case_id, :recipient, :lane, :text, :refs, :created_at, :state, :channel, 0, :next_at,
    NULL, '', '', NULL, '')
ON CONFLICT (key) DO NOTHING
"""
# A row may go when its lane has no older row waiting, or that row has been stuck for ten minutes (DESIGN §7), and
# nothing of the lane is on its way.
CLAIM = """
UPDATE outbox SET lease_until = :until, lease_by = :by, attempts = attempts + 1
WHERE key IN (
    SELECT o.key FROM outbox o
    WHERE o.state = 'waiting' AND o.next_at <= :now AND (o.lease_until IS NULL OR o.lease_until <= :now)
      AND NOT EXISTS (
        SELECT 1 FROM outbox e WHERE e.lane = o.lane AND e.state = 'waiting'
          AND (e.lease_until > :now OR (e.created_at < o.created_at AND e.created_at > :stuck)))
    ORDER BY o.next_at, o.key LIMIT :limit)
  AND (lease_until IS NULL OR lease_until <= :now) AND state = 'waiting'
RETURNING *
"""
SETTLE = """
UPDATE outbox SET state = :state, channel = COALESCE(NULLIF(:channel, ''), channel), provider_id = :provider_id,
    settled_at = :settled_at, next_at = :next_at, error = :error, lease_until = NULL, lease_by = ''
WHERE key = :key AND lease_by = :by RETURNING key
"""
# What may have arrived stays marked so (hub/storage/deliveries.py), whoever wishes it to go once more.
AGAIN = """
UPDATE outbox SET state = 'waiting', next_at = :now, lease_until = NULL, lease_by = '',
    error = CASE WHEN state = 'ambiguous' THEN 'again: asked' ELSE 'asked' END
WHERE key = :key AND state IN ('failed', 'ambiguous', 'undeliverable') RETURNING key
"""
OF_CASE = "SELECT * FROM outbox WHERE case_id = :case_id ORDER BY created_at, key"
# Notices on officers' desks, newest first; those of no case (digests, work lists, the site's watches) among them.
ON_DESK = """
SELECT o.*, COALESCE(c.number, '') AS number FROM outbox o LEFT JOIN cases c ON c.id = o.case_id
WHERE o.channel = 'desk' AND o.state = 'shown'
  AND o.recipient IN (SELECT CAST(value AS TEXT) FROM json_each(:recipients))
ORDER BY o.created_at DESC LIMIT :limit
"""
FINISH_TASK = """
UPDATE outbox SET state = 'delivered', settled_at = :now
WHERE case_id = :case_id AND channel = 'phone' AND state = 'task' RETURNING key
"""


class Claimed(NamedTuple):
    """A notice that this worker may send until its lease ends."""

    key: str
    case_id: str
    recipient: str
    text: str
    refs: str
    attempts: int
    created_at: datetime
    lease_by: str


def put(tx: Tx, case_id: str, notices: Iterable[Notice], now: datetime) -> None:
    """Let notices wait; the same key twice is one notice.

    What is for officers is on their desk at once, but for what keeps the quiet hours: that waits for `release`.
    """
    put_many(tx, [(case_id, notice) for notice in notices], now)


def put_many(tx: Tx, notices: Iterable[tuple[str, Notice]], now: datetime) -> None:
    """The same for the notices of many cases."""
    rows = [_row(case_id, notice, now) for case_id, notice in notices]
    if rows:
        tx.executemany(PUT, rows)


def claim(tx: Tx, worker: str, now: datetime, lease: timedelta, limit: int) -> list[Claimed]:
    """Take up to `limit` notices that may go, in order within each case and recipient."""
    stuck = to_text(now - timedelta(minutes=10))
    asked = {"by": worker, "now": to_text(now), "until": to_text(now + lease), "stuck": stuck, "limit": limit}
    rows = sorted(tx.execute(CLAIM, asked), key=lambda r: (str(r["created_at"]), str(r["key"])))
    return [
        Claimed(
            r["key"],
            r["case_id"],
            r["recipient"],
            r["text"],
            r["refs"],
            r["attempts"],
            from_text(r["created_at"]),
            r["lease_by"],
        )
        for r in rows
    ]


def settle(
    tx: Tx,
    claimed: Claimed,
    state: str,
    now: datetime,
    *,
    channel: str = "",
    provider_id: str = "",
    next_at: datetime | None = None,
    error: str = "",
) -> bool:
    """Write down how a sending ended; False when the lease had passed to another worker."""
    return bool(
        tx.execute(
            SETTLE,
            {
                "key": claimed.key,
                "by": claimed.lease_by,
                "state": state,
                "channel": channel,
                "provider_id": provider_id,
                "settled_at": None if state == "waiting" else to_text(now),
                "next_at": to_text(next_at or now),
                "error": error,
            },
        )
    )


def send_again(tx: Tx, key: str, now: datetime) -> bool:
    """A person asks for another attempt; the status changes only when the channel answers."""
    return bool(tx.execute(AGAIN, {"key": key, "now": to_text(now)}))


def of_case(tx: Tx, case_id: str) -> list[Row]:
    return tx.execute(OF_CASE, {"case_id": case_id})


def on_desk(tx: Tx, recipients: list[str], limit: int = 50) -> list[Row]:
    """What officers were told, newest first."""
    return tx.execute(ON_DESK, {"recipients": to_json(recipients), "limit": limit})


def finish_phone_tasks(tx: Tx, case_id: str, now: datetime) -> int:
    """The citizen was reached by phone: what waited to be told that way has been told."""
    return len(tx.execute(FINISH_TASK, {"case_id": case_id, "now": to_text(now)}))


def _row(case_id: str, notice: Notice, now: datetime) -> Row:
    to_citizen = notice.to.startswith("party:")
    return {
        "key": notice.key,
        "case_id": case_id,
        "recipient": notice.to,
        "lane": f"{case_id}:{notice.to}",
        "text": notice.text,
        "refs": to_json(notice.refs),
        "created_at": to_text(now),
        "state": "waiting" if to_citizen else "shown" if notice.not_before is None else "quiet",
        "channel": "" if to_citizen else "desk",
        "next_at": to_text(notice.not_before or now),
    }
