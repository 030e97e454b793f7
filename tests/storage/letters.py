"""The deeds and questions the contract suite is written with."""

from datetime import datetime

from hub.journal import Entry
from hub.storage import journal
from hub.storage.tx import Row, Tx

PUT = """
INSERT INTO letters (id, title, version) VALUES (:id, :title, 1) ON CONFLICT DO NOTHING RETURNING id
"""
REPLACE = "UPDATE letters SET title = :title, version = :seen + 1 WHERE id = :id AND version = :seen RETURNING id"
CLAIM = "UPDATE letters SET owner = :owner WHERE id = :id AND owner IS NULL RETURNING id"


def put(tx: Tx, key: str, now: datetime, title: str = "路灯不亮") -> bool:
    """Receive a letter; False when its key is already there."""
    new = bool(tx.execute(PUT, {"id": key, "title": title}))
    if new:
        journal.append(tx, [entry(key, "receive", now)])
    return new


def replace(tx: Tx, key: str, seen: int, title: str, now: datetime) -> bool:
    """Change a letter that is still as it was seen; False when a colleague was first."""
    done = bool(tx.execute(REPLACE, {"id": key, "seen": seen, "title": title}))
    if done:
        journal.append(tx, [entry(key, "replace", now)])
    return done


def claim(tx: Tx, key: str, owner: str) -> bool:
    """Take a letter nobody has."""
    return bool(tx.execute(CLAIM, {"id": key, "owner": owner}))


def titles(tx: Tx) -> dict[str, str]:
    """All letters by id."""
    return {row["id"]: row["title"] for row in tx.execute("SELECT id, title FROM letters ORDER BY id")}


def rows(tx: Tx, sql: str, **params: object) -> list[Row]:
    """Whatever is asked."""
    return tx.execute(sql, params)


def entry(key: str, action: str, now: datetime) -> Entry:
    """A line about a letter."""
    return Entry(key, action, "system", now, {"kind": "consult"})
