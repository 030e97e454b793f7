"""The one publication view: page, feed, search, API and bot read published letters from here and nowhere else."""

from dataclasses import dataclass
from datetime import datetime

from hub.moments import to_text
from hub.storage.rows import columns, insert, to_row
from hub.storage.tx import Row, Tx


@dataclass(frozen=True, slots=True)
class Page:
    """What the public may read of one letter: every column is chosen, nothing is copied by accident."""

    case_id: str
    record: str
    number: str
    title: str
    body: str
    reply: str
    surname: str
    masks: str
    kind: str
    unit: str
    area: str
    result: str
    received_day: str
    answered_day: str
    workdays: int
    allowed: int
    rounds: int
    score: int
    solved: str
    files: str = "[]"
    """The files that go public with it, as JSON: place, hash, type, size."""


_CHANGES = tuple(c for c in columns(Page) if c not in ("case_id", "number"))
PUT = (
    insert("publications", (*columns(Page), "live", "published_at", "corrected_at", "removed_at"))
    + " ON CONFLICT (case_id) DO UPDATE SET live = 1, removed_at = NULL, corrected_at = excluded.published_at, "
    + ", ".join(f"{c} = excluded.{c}" for c in _CHANGES)
)
SUSPEND = "UPDATE publications SET live = 0 WHERE case_id = :case_id"
TAKE_DOWN = """
UPDATE publications
SET live = 0, removed_at = :now, title = '', body = '', reply = '', surname = '', masks = '', files = '[]'
WHERE case_id = :case_id RETURNING number
"""
RATED = "UPDATE publications SET score = :score, solved = :solved WHERE case_id = :case_id"
BY_NUMBER = "SELECT * FROM publications WHERE number = :number"
BY_CASE = "SELECT * FROM publications WHERE case_id = :case_id"
# Newest first, by keyset; a filter that is not given is a NULL.
LIVE = """
SELECT * FROM publications WHERE live = 1
  AND (published_at < :before OR (published_at = :before AND case_id < :before_id))
  AND (CAST(:unit AS TEXT) IS NULL OR unit = :unit)
  AND (CAST(:kind AS TEXT) IS NULL OR kind = :kind)
  AND (CAST(:since AS TEXT) IS NULL OR answered_day >= :since)
  AND (CAST(:until AS TEXT) IS NULL OR answered_day <= :until)
ORDER BY published_at DESC, case_id DESC LIMIT :limit
"""


def put(tx: Tx, page: Page, now: datetime) -> None:
    """Show a page; a page shown before says that it was corrected, and when."""
    row = {**to_row(page), "live": 1, "published_at": to_text(now), "corrected_at": None, "removed_at": None}
    tx.execute(PUT, row)


def suspend(tx: Tx, case_id: str) -> None:
    """The page rests; it comes back when the new answer is published."""
    tx.execute(SUSPEND, {"case_id": case_id})


def take_down(tx: Tx, case_id: str, now: datetime) -> bool:
    """Leave a tombstone: number and day, no title and no text."""
    return bool(tx.execute(TAKE_DOWN, {"case_id": case_id, "now": to_text(now)}))


def rated(tx: Tx, case_id: str, score: int, solved: str) -> None:
    tx.execute(RATED, {"case_id": case_id, "score": score, "solved": solved})


def by_number(tx: Tx, number: str) -> Row | None:
    rows = tx.execute(BY_NUMBER, {"number": number})
    return rows[0] if rows else None


def by_case(tx: Tx, case_id: str) -> Row | None:
    rows = tx.execute(BY_CASE, {"case_id": case_id})
    return rows[0] if rows else None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader of the results filters by, and where the page before ended."""

    unit: str | None = None
    kind: str | None = None
    since: str | None = None
    until: str | None = None
    before: str = "9999"
    before_id: str = ""


def live(tx: Tx, wanted: Wanted, limit: int) -> list[Row]:
    """Published letters, newest first."""
    return tx.execute(LIVE, {**to_row(wanted), "limit": limit})
