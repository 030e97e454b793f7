"""Conversations: where each chat stands, what is said to it, and which letters are its own."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from hub.case import Case
from hub.moments import from_text, to_text
from hub.storage import cases, vault
from hub.storage.outbox import PUT
from hub.storage.rows import to_json
from hub.storage.tx import Tx

DIALOGUE = "dialogue"
"""The text name of outbox rows that hold what a conversation says; their words are sealed in `refs`."""

GET = "SELECT session, revision, updated_at FROM dialogues WHERE channel = :channel AND chat_hash = :chat"
BEGIN = """
INSERT INTO dialogues (channel, chat_hash, session, revision, updated_at)
VALUES (:channel, :chat, :session, :revision, :now) ON CONFLICT (channel, chat_hash) DO NOTHING RETURNING revision
"""
GO_ON = """
UPDATE dialogues SET session = :session, revision = :revision, updated_at = :now
WHERE channel = :channel AND chat_hash = :chat AND revision = :seen RETURNING revision
"""
PARTY = "SELECT party FROM vault_index WHERE kind = :kind AND hash = :hash AND case_id = :case_id ORDER BY party"


ASKED = """
SELECT case_id, MAX(n) AS n FROM overlays
WHERE kind = 'outcome' AND state = 'open' AND case_id IN (SELECT CAST(value AS TEXT) FROM json_each(:ids))
GROUP BY case_id
"""


class Kept(NamedTuple):
    """A conversation as it was kept; `session` is sealed."""

    session: str
    revision: int
    updated_at: datetime


class Line(NamedTuple):
    """One message to a chat: its key for ever, and its sealed words."""

    key: str
    sealed: str


def get(tx: Tx, channel: str, chat: str) -> Kept | None:
    """Where a chat stands, by the keyed hash of its address."""
    rows = tx.execute(GET, {"channel": channel, "chat": chat})
    return Kept(rows[0]["session"], int(rows[0]["revision"]), from_text(rows[0]["updated_at"])) if rows else None


def save(tx: Tx, channel: str, chat: str, session: str, revision: int, seen: int | None, now: datetime) -> bool:
    """Keep where a chat stands; `seen` is the revision it was read at (None: there was none). False: not any more."""
    row = {"channel": channel, "chat": chat, "session": session, "revision": revision, "now": to_text(now)}
    return bool(tx.execute(BEGIN, row) if seen is None else tx.execute(GO_ON, {**row, "seen": seen}))


def say(tx: Tx, channel: str, chat: str, lines: Iterable[Line], now: datetime) -> None:
    """Let messages to a chat wait in the outbox, one after the other in its own lane."""
    lane = f"chat:{channel}:{chat}"
    rows = [
        {
            "key": line.key,
            "case_id": "",
            "recipient": lane,
            "lane": lane,
            "text": DIALOGUE,
            "refs": to_json({"sealed": line.sealed}),
            # a lane goes by time, so that the lines of one turn stand a microsecond apart
            "created_at": to_text(now + timedelta(microseconds=n)),
            "state": "waiting",
            "channel": channel,
            "next_at": to_text(now),
        }
        for n, line in enumerate(lines)
    ]
    if rows:
        tx.executemany(PUT, rows)


def letters(tx: Tx, kind: str, digest: str, limit: int = 20) -> list[Case]:
    """The letters of a chat, newest first; a publication is none."""
    found = (cases.get(tx, case_id) for case_id, _ in vault.find(tx, kind, digest, limit))
    return [case for case in found if case is not None and not case.about]


def asked(tx: Tx, ids: Iterable[str]) -> dict[str, int]:
    """Case id → place of the newest open question whether it was done."""
    return {str(r["case_id"]): int(r["n"]) for r in tx.execute(ASKED, {"ids": to_json(sorted(ids))})}


def party_of(tx: Tx, kind: str, digest: str, case_id: str) -> int | None:
    """Which party of a case this chat is; None where the case is not the chat's own."""
    rows = tx.execute(PARTY, {"kind": kind, "hash": digest, "case_id": case_id})
    return int(rows[0]["party"]) if rows else None
