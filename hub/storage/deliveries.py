"""What the courier does to outbox rows beyond claim and settle: marking what is under way, waking, forgetting words."""

from datetime import datetime, timedelta
from typing import NamedTuple

from hub.moments import to_text
from hub.storage import outbox, settings
from hub.storage.outbox import Claimed
from hub.storage.rows import to_json
from hub.storage.tx import Row, Tx

SENDING, AGAIN = "sending", "again"
"""How `error` begins while a message is under way: a worker that dies leaves the mark, and the next one knows."""
PACED = "paced"
"""How `error` begins, behind AGAIN at most, where a limit of the channel named the moment: nothing wakes it earlier."""

ERRORS = "SELECT key, error FROM outbox WHERE key IN (SELECT CAST(value AS TEXT) FROM json_each(:keys))"
MARK = "UPDATE outbox SET error = :error WHERE key = :key AND lease_by = :by"
WIPE = "UPDATE outbox SET refs = '{}' WHERE key = :key"
DUE = "SELECT COUNT(*) AS n FROM outbox WHERE state = 'waiting' AND channel = :channel AND next_at <= :now"
WAKE = """
UPDATE outbox SET next_at = :now
WHERE key IN (
    SELECT key FROM outbox WHERE state = 'waiting' AND channel = :channel AND next_at > :now
      AND (created_at, key) > (:created_at, :key) AND error NOT LIKE :paced
    ORDER BY created_at, key LIMIT :limit)
  AND state = 'waiting' AND next_at > :now
RETURNING created_at, key
"""
# What had gone out comes back; what is still on its way is not touched.
RETURNED = """
UPDATE outbox SET state = 'undeliverable', error = :error, settled_at = :now
WHERE key = :key AND state IN ('sent', 'ambiguous', 'delivered') RETURNING key
"""
# What a gateway reports of its own message; the first report stands.
REPORTED = """
UPDATE outbox SET state = :state, channel = :channel, error = :error, settled_at = :now
WHERE key = :key AND channel = :before AND state IN ('sent', 'ambiguous') RETURNING key
"""
# To whom the hub has written on a channel, by the keyed hash of a number: parties of cases, the last written to first.
TOLD = """
SELECT v.case_id, v.party, MAX(o.settled_at) AS at FROM vault_index v
JOIN outbox o ON o.case_id = v.case_id AND o.recipient = 'party:' || CAST(v.party AS TEXT)
WHERE v.kind = :kind AND v.hash = :hash AND o.channel = :channel AND o.state IN ('sent', 'ambiguous', 'delivered')
GROUP BY v.case_id, v.party ORDER BY at DESC, v.case_id DESC LIMIT :limit
"""
TASKS = "SELECT * FROM outbox WHERE channel = 'phone' AND state = 'task' ORDER BY created_at, key LIMIT :limit"


class Place(NamedTuple):
    """A place among the rows of a channel, in the order in which they were written."""

    created_at: str
    key: str


START = Place("", "")


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


def wake(tx: Tx, channel: str, after: Place, together: int, now: datetime) -> Place | None:
    """Let what sleeps for a channel behind a place go now, until `together` of its rows are due.

    Answers the last row woken; the same place where enough are due already, None where nobody sleeps behind it.
    """
    due = int(tx.execute(DUE, {"channel": channel, "now": to_text(now)})[0]["n"])
    if due > together // 2:
        return after
    asked = {"channel": channel, "now": to_text(now), **after._asdict(), "paced": f"%{PACED}%"}
    woken = tx.execute(WAKE, {**asked, "limit": together - due})
    return max((Place(r["created_at"], r["key"]) for r in woken), default=None)


def wipe(tx: Tx, key: str) -> None:
    """Forget the sealed words of a message that has gone."""
    tx.execute(WIPE, {"key": key})


def returned(tx: Tx, key: str, error: str, now: datetime) -> bool:
    """A message that had gone out came back as undeliverable; False where it was known, or has not gone yet."""
    return bool(tx.execute(RETURNED, {"key": key, "error": error, "now": to_text(now)}))


def reported(tx: Tx, key: str, state: str, channel: str, error: str, now: datetime, *, before: str = "") -> bool:
    """Write what became of a sent message; `before` is the channel it went by, where another one takes it over.

    False where that was known already.
    """
    row = {"key": key, "state": state, "channel": channel, "error": error, "now": to_text(now)}
    return bool(tx.execute(REPORTED, {**row, "before": before or channel}))


def told(tx: Tx, kind: str, digest: str, channel: str, limit: int = 20) -> list[tuple[str, int]]:
    """Case and party of everybody behind a number or address to whom a message went on this channel, last one first."""
    rows = tx.execute(TOLD, {"kind": kind, "hash": digest, "channel": channel, "limit": limit})
    return [(str(r["case_id"]), int(r["party"])) for r in rows]


def tasks(tx: Tx, limit: int = 100) -> list[Row]:
    """Citizens who wait to be told by phone, oldest first."""
    return tx.execute(TASKS, {"limit": limit})
