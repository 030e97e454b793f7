"""Drafts: a reply that an officer is still writing, one a case and officer, guarded by its revision."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hub.moments import from_text, to_text
from hub.storage.rows import read_json, to_json
from hub.storage.tx import Tx

KEPT = timedelta(days=90)
"""A draft that nobody touched for so long is thrown away."""
GET = "SELECT * FROM drafts WHERE case_id = :case_id AND officer_id = :officer_id"
ADD = """
INSERT INTO drafts (case_id, officer_id, words, replies, revision, saved_at)
VALUES (:case_id, :officer_id, :words, :replies, 1, :now)
ON CONFLICT (case_id, officer_id) DO NOTHING RETURNING revision
"""
CHANGE = """
UPDATE drafts SET words = :words, replies = :replies, revision = revision + 1, saved_at = :now
WHERE case_id = :case_id AND officer_id = :officer_id AND revision = :seen RETURNING revision
"""
DROP = "DELETE FROM drafts WHERE case_id = :case_id AND officer_id = :officer_id"
DROP_OLD = "DELETE FROM drafts WHERE saved_at < :before"


@dataclass(frozen=True, slots=True)
class Draft:
    """What was written so far by field; `replies` is how many versions of the reply there were then."""

    words: Mapping[str, Any]
    replies: int
    revision: int
    saved_at: datetime


def get(tx: Tx, case_id: str, officer_id: str) -> Draft | None:
    """The officer's own draft on a case."""
    rows = tx.execute(GET, {"case_id": case_id, "officer_id": officer_id})
    if not rows:
        return None
    row = rows[0]
    return Draft(read_json(row["words"]), row["replies"], row["revision"], from_text(row["saved_at"]))


def put(tx: Tx, case_id: str, officer_id: str, words: Mapping[str, Any], replies: int, seen: int, now: datetime) -> int:
    """Keep a draft in the place of revision `seen` (0: of none); its new revision, 0 where another one stands there."""
    row = {"case_id": case_id, "officer_id": officer_id, "words": to_json(words), "replies": replies}
    row["now"] = to_text(now)
    kept = tx.execute(CHANGE, {**row, "seen": seen}) if seen else tx.execute(ADD, row)
    tx.execute(DROP_OLD, {"before": to_text(now - KEPT)})
    return int(kept[0]["revision"]) if kept else 0


def drop(tx: Tx, case_id: str, officer_id: str) -> None:
    """Throw the officer's draft away."""
    tx.execute(DROP, {"case_id": case_id, "officer_id": officer_id})
