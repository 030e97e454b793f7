"""Readings after the answer: which wait for a reader, and what went out unread and may be drawn."""

import json
from datetime import datetime
from typing import NamedTuple

from hub.moments import from_text, to_text
from hub.storage.rows import to_json
from hub.storage.tx import Tx

WAITING = """
SELECT o.case_id, o.due_at, o.data FROM overlays o
WHERE o.state = 'open' AND o.kind IN (SELECT CAST(value AS TEXT) FROM json_each(:kinds))
ORDER BY o.due_at, o.case_id LIMIT :limit
"""
UNREAD = """
SELECT c.id, c.number, (SELECT MAX(r.n) FROM replies r WHERE r.case_id = c.id) AS reply FROM cases c
WHERE c.unreviewed = 1 AND c.answered_at >= :since AND c.answered_at < :until AND c.sealed = 0 AND c.origin <> 'import'
ORDER BY c.answered_at, c.id LIMIT :limit
"""


class Waiting(NamedTuple):
    """A reading that waits: of which case, which version of the reply, until when."""

    case_id: str
    reply: int
    due: datetime | None


class Unread(NamedTuple):
    """A reply that went out without anybody of the supervision office having read it."""

    case_id: str
    number: str
    reply: int


def waiting(tx: Tx, kinds: tuple[str, ...], limit: int) -> list[Waiting]:
    """The open readings of these kinds, the one due first."""
    rows = tx.execute(WAITING, {"kinds": to_json(kinds), "limit": limit})
    return [
        Waiting(r["case_id"], int(json.loads(r["data"])["reply"]), from_text(r["due_at"]) if r["due_at"] else None)
        for r in rows
    ]


def unread(tx: Tx, since: datetime, until: datetime, limit: int) -> list[Unread]:
    """What was answered unread from `since` until before `until`, at most `limit`."""
    rows = tx.execute(UNREAD, {"since": to_text(since), "until": to_text(until), "limit": limit})
    return [Unread(r["id"], r["number"], int(r["reply"] or 0)) for r in rows]
