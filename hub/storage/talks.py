"""Talks: which chats speak with a person at the desk, since when a citizen waits there, and what was said, sealed."""

from datetime import datetime
from typing import NamedTuple

from hub.moments import from_text, to_text
from hub.storage.tx import Row, Tx

OPEN = """
INSERT INTO talks (id, channel, chat_hash, address, lang, opened_at, waits_since, silent_at, urgent, taken_by,
    ended_at, ended_by)
VALUES (:id, :channel, :chat, :address, :lang, :now, :now, :silent_at, 0, '', NULL, '')
ON CONFLICT (channel, chat_hash) WHERE ended_at IS NULL DO NOTHING RETURNING id
"""
OF_CHAT = "SELECT * FROM talks WHERE channel = :channel AND chat_hash = :chat AND ended_at IS NULL"
GET = "SELECT * FROM talks WHERE id = :id"
# The row is locked by these, so that lines of one talk are numbered one after the other.
HEARD = """
UPDATE talks SET waits_since = COALESCE(waits_since, :now),
    silent_at = CASE WHEN waits_since IS NULL THEN :silent_at ELSE silent_at END,
    urgent = CASE WHEN :urgent > urgent THEN :urgent ELSE urgent END
WHERE id = :id AND ended_at IS NULL RETURNING id
"""
ANSWERED = """
UPDATE talks SET waits_since = NULL, silent_at = :silent_at, taken_by = :officer
WHERE id = :id AND ended_at IS NULL AND taken_by IN ('', :officer) RETURNING id
"""
TAKE = """
UPDATE talks SET taken_by = :officer, silent_at = :silent_at
WHERE id = :id AND ended_at IS NULL AND taken_by = :seen RETURNING id
"""
END = """
UPDATE talks SET ended_at = :now, ended_by = :by
WHERE id = :id AND ended_at IS NULL AND silent_at <= :silent_by RETURNING id
"""
KNOWN = "SELECT n FROM talk_lines WHERE key = :key"
LAST = "SELECT COALESCE(MAX(n), 0) AS n FROM talk_lines WHERE talk = :id"
PUT = """
INSERT INTO talk_lines (talk, n, key, officer, said_at, sealed) VALUES (:id, :n, :key, :officer, :now, :sealed)
"""
LINES = "SELECT n, key, officer, said_at, sealed FROM talk_lines WHERE talk = :id ORDER BY n"
STANDING = """
SELECT * FROM talks WHERE ended_at IS NULL
ORDER BY urgent DESC, CASE WHEN waits_since IS NULL THEN 1 ELSE 0 END, waits_since, opened_at, id LIMIT :limit
"""
ENDED = "SELECT * FROM talks WHERE ended_at IS NOT NULL ORDER BY ended_at DESC, id LIMIT :limit"
WAITING = "SELECT COUNT(*) AS n FROM talks WHERE ended_at IS NULL AND waits_since IS NOT NULL"
SILENT = "SELECT * FROM talks WHERE ended_at IS NULL AND silent_at <= :now ORDER BY silent_at LIMIT :limit"
FORGET_LINES = """
DELETE FROM talk_lines WHERE talk IN (SELECT id FROM talks WHERE ended_at IS NOT NULL AND ended_at < :before)
"""
FORGET = "DELETE FROM talks WHERE ended_at IS NOT NULL AND ended_at < :before"
NEVER = "9999"
"""Behind every moment: who ends a talk themselves asks nothing of its silence."""


class Talk(NamedTuple):
    """One talk. `waits_since`: the citizen's oldest words without an answer; `silent_at`: when silence ends it.

    `address` is sealed; `taken_by` is the officer who answers, empty before; `ended_by` citizen, desk or silence.
    """

    id: str
    channel: str
    chat: str
    address: str
    lang: str
    opened_at: datetime
    waits_since: datetime | None
    silent_at: datetime
    urgent: bool
    taken_by: str
    ended_at: datetime | None
    ended_by: str


class Line(NamedTuple):
    """One message of a talk; `officer` is who said it, empty for the citizen. `key` names it for ever."""

    n: int
    key: str
    officer: str
    at: datetime
    sealed: str


def begin(tx: Tx, talk: Talk) -> bool:
    """Open a talk; False where one is open in this chat."""
    row = {"id": talk.id, "channel": talk.channel, "chat": talk.chat, "address": talk.address, "lang": talk.lang}
    moments = {"now": to_text(talk.opened_at), "silent_at": to_text(talk.silent_at)}
    return bool(tx.execute(OPEN, {**row, **moments}))


def of_chat(tx: Tx, channel: str, chat: str) -> Talk | None:
    """The open talk of a chat."""
    return _one(tx.execute(OF_CHAT, {"channel": channel, "chat": chat}))


def get(tx: Tx, talk: str) -> Talk | None:
    """A talk, open or ended."""
    return _one(tx.execute(GET, {"id": talk}))


def heard(tx: Tx, talk: str, key: str, sealed: str, times: tuple[datetime, datetime], *, urgent: bool) -> bool:
    """Keep the citizen's words; `times` are now and when silence ends
    the talk, which counts from their first words without an answer. False: it has ended."""
    now, silent_at = times
    row = {"id": talk, "now": to_text(now), "silent_at": to_text(silent_at), "urgent": int(urgent)}
    return bool(tx.execute(HEARD, row)) and _put(tx, talk, "", key, sealed, now)


def answered(tx: Tx, talk: str, officer: str, key: str, sealed: str, times: tuple[datetime, datetime]) -> bool:
    """Keep an officer's words and let them have the talk; False: it has ended, or a colleague has it."""
    now, silent_at = times
    row = {"id": talk, "officer": officer, "silent_at": to_text(silent_at)}
    return bool(tx.execute(ANSWERED, row)) and _put(tx, talk, officer, key, sealed, now)


def said(tx: Tx, key: str) -> bool:
    """Whether these words were kept before."""
    return bool(tx.execute(KNOWN, {"key": key}))


def take(tx: Tx, talk: str, officer: str, seen: str, silent_at: datetime) -> bool:
    """Let an officer have a talk that `seen` had on their screen; False: not any more."""
    row = {"id": talk, "officer": officer, "seen": seen, "silent_at": to_text(silent_at)}
    return bool(tx.execute(TAKE, row))


def end(tx: Tx, talk: str, by: str, now: datetime) -> bool:
    """End a talk: `by` citizen or desk at once, `silence` only where it is still silent. False: it has ended."""
    silent_by = to_text(now) if by == "silence" else NEVER
    return bool(tx.execute(END, {"id": talk, "by": by, "now": to_text(now), "silent_by": silent_by}))


def lines(tx: Tx, talk: str) -> list[Line]:
    """What was said, in its order."""
    rows = tx.execute(LINES, {"id": talk})
    return [Line(int(r["n"]), r["key"], r["officer"], from_text(r["said_at"]), r["sealed"]) for r in rows]


def standing(tx: Tx, limit: int = 100) -> list[Talk]:
    """The open talks: the urgent first, then who waits longest."""
    return [_talk(r) for r in tx.execute(STANDING, {"limit": limit})]


def ended(tx: Tx, limit: int = 20) -> list[Talk]:
    """The talks that ended last."""
    return [_talk(r) for r in tx.execute(ENDED, {"limit": limit})]


def waiting(tx: Tx) -> int:
    """In how many talks a citizen waits for words of the desk."""
    return int(tx.execute(WAITING, {})[0]["n"])


def silent(tx: Tx, now: datetime, limit: int = 50) -> list[Talk]:
    """Open talks that silence ends now."""
    return [_talk(r) for r in tx.execute(SILENT, {"now": to_text(now), "limit": limit})]


def forget_before(tx: Tx, before: datetime) -> None:
    """Forget talks that ended before."""
    tx.execute(FORGET_LINES, {"before": to_text(before)})
    tx.execute(FORGET, {"before": to_text(before)})


def _put(tx: Tx, talk: str, officer: str, key: str, sealed: str, now: datetime) -> bool:
    n = int(tx.execute(LAST, {"id": talk})[0]["n"]) + 1
    row = {"id": talk, "n": n, "key": key, "officer": officer, "now": to_text(now), "sealed": sealed}
    tx.execute(PUT, row)
    return True


def _one(rows: list[Row]) -> Talk | None:
    return _talk(rows[0]) if rows else None


def _talk(row: Row) -> Talk:
    waits, over = row["waits_since"], row["ended_at"]
    return Talk(
        row["id"],
        row["channel"],
        row["chat_hash"],
        row["address"],
        row["lang"],
        from_text(row["opened_at"]),
        from_text(waits) if waits else None,
        from_text(row["silent_at"]),
        bool(row["urgent"]),
        row["taken_by"],
        from_text(over) if over else None,
        row["ended_by"],
    )
