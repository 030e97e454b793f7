"""Chats: what was said in each chat of the site in its order, and how far its browser has read."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from hub.moments import from_text, to_text
from hub.storage.rows import to_json
from hub.storage.tx import Row, Tx

CHAT = "chat"
BATCH = 50
"""Lines that are read at once."""
NOTICE = "notice:"
"""Before the key of a notice in the key of its line."""
Side = Literal["citizen", "hub"]

OPEN = """
INSERT INTO chats (channel, chat_hash, last_n, delivered, read_up_to, updated_at)
VALUES (:channel, :chat, 0, 0, 0, :now) ON CONFLICT (channel, chat_hash) DO NOTHING
"""
# The row is locked by this, so that lines of one chat are numbered one after the other.
GROW = """
UPDATE chats SET last_n = last_n + :more, updated_at = :now
WHERE channel = :channel AND chat_hash = :chat RETURNING last_n
"""
PUT = """
INSERT INTO chat_lines (channel, chat_hash, n, key, side, said_at, sealed)
VALUES (:channel, :chat, :n, :key, :side, :now, :sealed)
"""
KNOWN = "SELECT n FROM chat_lines WHERE key = :key"
AFTER = """
SELECT n, key, side, said_at, sealed FROM chat_lines
WHERE channel = :channel AND chat_hash = :chat AND n > :after ORDER BY n LIMIT :limit
"""
LATEST = """
SELECT n, key, side, said_at, sealed FROM chat_lines
WHERE channel = :channel AND chat_hash = :chat ORDER BY n DESC LIMIT :limit
"""
MARKS = "SELECT last_n, delivered, read_up_to FROM chats WHERE channel = :channel AND chat_hash = :chat"
# A browser can only have what was said, and marks never go back.
MARK = """
UPDATE chats SET
    delivered = CASE WHEN :delivered > delivered AND :delivered <= last_n THEN :delivered ELSE delivered END,
    read_up_to = CASE WHEN :read > read_up_to AND :read <= last_n THEN :read ELSE read_up_to END
WHERE channel = :channel AND chat_hash = :chat
  AND (:delivered > delivered OR :read > read_up_to) RETURNING last_n
"""
CHANGED = """
SELECT chat_hash FROM chats WHERE channel = :channel AND updated_at >= :since ORDER BY updated_at LIMIT 1000
"""
WAITING = "SELECT COUNT(*) AS n FROM inbox WHERE channel = :channel AND lane = :chat AND state = 'new'"
# Notices that were kept in a chat, with how far its browser is.
ARRIVED = """
SELECT l.key, CASE WHEN c.read_up_to >= l.n THEN 'read' ELSE 'delivered' END AS state
FROM chat_lines l JOIN chats c ON c.channel = l.channel AND c.chat_hash = l.chat_hash
WHERE c.delivered >= l.n AND l.key IN (SELECT CAST(value AS TEXT) FROM json_each(:keys))
"""
FORGET_LINES = """
DELETE FROM chat_lines WHERE channel = :channel AND chat_hash IN (
    SELECT chat_hash FROM chats WHERE channel = :channel AND updated_at < :before)
"""
FORGET_SESSIONS = """
DELETE FROM dialogues WHERE channel = :channel AND updated_at < :before AND chat_hash IN (
    SELECT chat_hash FROM chats WHERE channel = :channel AND updated_at < :before)
"""
FORGET_CHATS = "DELETE FROM chats WHERE channel = :channel AND updated_at < :before RETURNING chat_hash"


class Spoken(NamedTuple):
    """One line to be kept: its key for ever, who said it, and its sealed words."""

    key: str
    side: Side
    sealed: str


class Kept(NamedTuple):
    """One line as it was kept; `n` counts within its chat."""

    n: int
    key: str
    side: str
    at: datetime
    sealed: str


class Marks(NamedTuple):
    """How far a chat goes, and how far it was delivered to its browser and shown there."""

    last: int = 0
    delivered: int = 0
    read: int = 0


def add(tx: Tx, channel: str, chat: str, spoken: Sequence[Spoken], now: datetime) -> int:
    """Keep lines at the end of a chat and return the number of the last; a line kept before is not kept again."""
    row = {"channel": channel, "chat": chat, "now": to_text(now)}
    tx.execute(OPEN, row)
    fresh = [line for line in spoken if not tx.execute(KNOWN, {"key": line.key})]
    last = int(tx.execute(GROW, {**row, "more": len(fresh)})[0]["last_n"])
    first = last - len(fresh) + 1
    rows = [
        {**row, "n": first + at, "key": line.key, "side": line.side, "sealed": line.sealed}
        for at, line in enumerate(fresh)
    ]
    if rows:
        tx.executemany(PUT, rows)
    return last


def after(tx: Tx, channel: str, chat: str, n: int, limit: int = BATCH) -> list[Kept]:
    """The lines behind number `n`, oldest first."""
    return [_kept(r) for r in tx.execute(AFTER, {"channel": channel, "chat": chat, "after": n, "limit": limit})]


def latest(tx: Tx, channel: str, chat: str, limit: int = 100) -> list[Kept]:
    """The last lines of a chat, oldest first."""
    return [_kept(r) for r in reversed(tx.execute(LATEST, {"channel": channel, "chat": chat, "limit": limit}))]


def marks(tx: Tx, channel: str, chat: str) -> Marks:
    """How far a chat is; all zero where nothing was said yet."""
    rows = tx.execute(MARKS, {"channel": channel, "chat": chat})
    if not rows:
        return Marks()
    row = rows[0]
    return Marks(int(row["last_n"]), int(row["delivered"]), int(row["read_up_to"]))


def mark(tx: Tx, channel: str, chat: str, delivered: int, read: int) -> bool:
    """Note what the browser acknowledged; False where that says nothing new."""
    asked = {"channel": channel, "chat": chat, "delivered": max(delivered, read), "read": read}
    return bool(tx.execute(MARK, asked))


def waits(tx: Tx, channel: str, chat: str) -> int:
    """How many sendings of a chat are kept and not answered yet."""
    return int(tx.execute(WAITING, {"channel": channel, "chat": chat})[0]["n"])


def changed(tx: Tx, channel: str, since: datetime) -> tuple[str, ...]:
    """The chats in which something happened since a moment."""
    return tuple(r["chat_hash"] for r in tx.execute(CHANGED, {"channel": channel, "since": to_text(since)}))


def with_marks(tx: Tx, notices: Sequence[Row]) -> tuple[Row, ...]:
    """Notices as they stand; one that was sent to a chat is `delivered` or `read` once its browser said so."""
    sent = [str(n["key"]) for n in notices if n["channel"] == CHAT and n["state"] == "sent"]
    if not sent:
        return tuple(notices)
    rows = tx.execute(ARRIVED, {"keys": to_json([NOTICE + key for key in sent])})
    marked = {str(row["key"]).removeprefix(NOTICE): row["state"] for row in rows}
    return tuple({**n, "state": marked.get(str(n["key"]), n["state"])} for n in notices)


def forget_before(tx: Tx, channel: str, before: datetime) -> int:
    """Forget chats that have been silent since; their letters stay readable by receipt."""
    asked = {"channel": channel, "before": to_text(before)}
    tx.execute(FORGET_LINES, asked)
    tx.execute(FORGET_SESSIONS, asked)
    return len(tx.execute(FORGET_CHATS, asked))


def _kept(row: Row) -> Kept:
    return Kept(int(row["n"]), row["key"], row["side"], from_text(row["said_at"]), row["sealed"])
