"""Submission keys: the same key and content is the same receipt, however often and from wherever it comes."""

from datetime import datetime
from typing import NamedTuple

from hub.moments import to_text
from hub.storage.tx import Tx

TAKE = """
INSERT INTO submissions (scope, key, digest, case_id, recorded_at)
VALUES (:scope, :key, :digest, :case_id, :recorded_at)
ON CONFLICT (scope, key) DO NOTHING RETURNING case_id
"""
GET = "SELECT digest, case_id FROM submissions WHERE scope = :scope AND key = :key"


class Known(NamedTuple):
    """What a key already stands for."""

    digest: str
    case_id: str


def take(tx: Tx, scope: str, key: str, digest: str, case_id: str, now: datetime) -> Known | None:
    """Claim a key for a case; None when it was free, else what it stands for."""
    row = {"scope": scope, "key": key, "digest": digest, "case_id": case_id, "recorded_at": to_text(now)}
    if tx.execute(TAKE, row):
        return None
    return known(tx, scope, key)


def known(tx: Tx, scope: str, key: str) -> Known | None:
    """What a key stands for already, if anything."""
    rows = tx.execute(GET, {"scope": scope, "key": key})
    return Known(rows[0]["digest"], rows[0]["case_id"]) if rows else None
