"""Rows that only the office's pages ask for: routing records of a list, one file, and what got stuck on its way."""

import json
from collections.abc import Iterable
from typing import Any

from hub.storage.rows import to_json
from hub.storage.tx import Row, Tx

DECISIONS = "SELECT id, decision FROM cases WHERE id IN (SELECT CAST(value AS TEXT) FROM json_each(:ids))"
FIRST_WORDS = """
SELECT case_id, body FROM messages
WHERE n = 1 AND case_id IN (SELECT CAST(value AS TEXT) FROM json_each(:ids))
"""
FILE = "SELECT * FROM files WHERE case_id = :case_id AND n = :n"
# Notices that did not arrive; a person sends them again or tells the citizen in another way.
STUCK = """
SELECT o.key, o.text, o.recipient, o.channel, o.state, o.error, o.attempts, o.created_at, c.number, c.sealed
FROM outbox o JOIN cases c ON c.id = o.case_id WHERE o.state IN ('failed', 'ambiguous', 'undeliverable')
ORDER BY o.created_at DESC LIMIT :limit
"""
NOTICE = "SELECT * FROM outbox WHERE key = :key"
EDITIONS = "SELECT family, number, by_whom, effective_from FROM editions ORDER BY family, number"


def decisions(tx: Tx, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Case id → the routing record that stays on it."""
    rows = tx.execute(DECISIONS, {"ids": to_json(sorted(ids))})
    return {str(r["id"]): json.loads(r["decision"]) for r in rows}


def first_words(tx: Tx, ids: Iterable[str]) -> dict[str, str]:
    """Case id → the letter itself, its first message."""
    return {str(r["case_id"]): str(r["body"]) for r in tx.execute(FIRST_WORDS, {"ids": to_json(sorted(ids))})}


def file(tx: Tx, case_id: str, n: int) -> Row | None:
    """One file of a case by its place."""
    rows = tx.execute(FILE, {"case_id": case_id, "n": n})
    return rows[0] if rows else None


def stuck(tx: Tx, limit: int = 50) -> list[Row]:
    """Notices that did not arrive, newest first."""
    return tx.execute(STUCK, {"limit": limit})


def notice(tx: Tx, key: str) -> Row | None:
    """One notice by its key."""
    rows = tx.execute(NOTICE, {"key": key})
    return rows[0] if rows else None


def edition_list(tx: Tx) -> list[Row]:
    """Every edition of every family: number, by whom, since when."""
    return tx.execute(EDITIONS)
