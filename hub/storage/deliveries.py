"""What the courier does to outbox rows beyond claim and settle: marking what is on its way, and forgetting words."""

from datetime import datetime, timedelta
from typing import NamedTuple

from hub.moments import to_text
from hub.storage import outbox, settings
from hub.storage.outbox import Claimed
from hub.storage.rows import to_json
from hub.storage.tx import Row, Tx

SENDING, AGAIN = "sending", "again"
"""How `error` begins while a message is under way: a worker that dies leaves the mark, and the next one knows."""

ERRORS = "SELECT key, error FROM outbox WHERE key IN (SELECT CAST(value AS TEXT) FROM json_each(:keys))"
MARK = "UPDATE outbox SET error = :error WHERE key = :key AND lease_by = :by"
WIPE = "UPDATE outbox SET refs = '{}' WHERE key = :key"
# What had gone out comes back; what is still on its way is not touched.
RETURNED = """
UPDATE outbox SET state = 'undeliverable', error = :error, settled_at = :now
WHERE key = :key AND state IN ('sent', 'ambiguous', 'delivered') RETURNING key
"""
TASKS = "SELECT * FROM outbox WHERE channel = 'phone' AND state = 'task' ORDER BY created_at, key LIMIT :limit"


class Errand(NamedTuple):
    """A claimed notice and how its last try ended: `sending…` means that nobody knows."""

    claimed: Claimed
    before: str

    @property
    def repeated(self) -> bool:
        """Whether an earlier try may have arrived."""
        return self.before.startswith((SENDING, AGAIN))

    @property
    def exhausted(self) -> bool:
        """Whether the one repeated sending that is allowed was under way already."""
        return self.before == AGAIN


def take(tx: Tx, worker: str, now: datetime, lease: timedelta, limit: int) -> list[Errand]:
    """Claim what may go and mark it as under way; nothing while the outbox is held after a restore."""
    if settings.is_held(tx):
        return []
    claimed = outbox.claim(tx, worker, now, lease, limit)
    if not claimed:
        return []
    before = {r["key"]: r["error"] for r in tx.execute(ERRORS, {"keys": to_json([c.key for c in claimed])})}
    errands = [Errand(c, before[c.key]) for c in claimed]
    marks = [{"key": e.claimed.key, "by": worker, "error": AGAIN if e.repeated else SENDING} for e in errands]
    tx.executemany(MARK, marks)
    return errands


def wipe(tx: Tx, key: str) -> None:
    """Forget the sealed words of a message that has gone."""
    tx.execute(WIPE, {"key": key})


def returned(tx: Tx, key: str, error: str, now: datetime) -> bool:
    """A message that had gone out came back as undeliverable; False where it was known, or has not gone yet."""
    return bool(tx.execute(RETURNED, {"key": key, "error": error, "now": to_text(now)}))


def tasks(tx: Tx, limit: int = 100) -> list[Row]:
    """Citizens who wait to be told by phone, oldest first."""
    return tx.execute(TASKS, {"limit": limit})
