"""What the sweep remembers of itself, and what it looks for beside the clocks: overlays whose day has passed."""

from datetime import datetime
from typing import NamedTuple

from hub.moments import from_text, to_text
from hub.storage import settings
from hub.storage.clocks import DueRow
from hub.storage.tx import Tx

LAST = "sweep.last"
HEARTBEAT = "sweep.heartbeat"

# Open overlays of a kind that end by themselves, oldest first; few are ever open at once.
DUE_OVERLAYS = """
SELECT case_id, n, kind, due_at FROM overlays
WHERE state = 'open' AND kind = :kind AND due_at <= :now
  AND (due_at > :after OR (due_at = :after AND case_id > :after_id))
ORDER BY due_at, case_id LIMIT :limit
"""
TRIES = "SELECT tries FROM clocks WHERE case_id = :case_id AND name = :name AND round = :round"
NUMBER = "SELECT number FROM cases WHERE id = :case_id"


class DueOverlay(NamedTuple):
    """An open overlay whose day has passed."""

    case_id: str
    n: int
    kind: str
    due_at: datetime


def moment(tx: Tx, name: str) -> datetime | None:
    """A remembered moment of the sweep: the latest one it ran for, or its last sign of life."""
    text = settings.get(tx, name)
    return from_text(text) if text else None


def remember(tx: Tx, name: str, value: datetime) -> None:
    """Keep a moment of the sweep."""
    settings.put(tx, name, to_text(value))


def due_overlays(tx: Tx, kind: str, now: datetime, limit: int, after: DueOverlay | None = None) -> list[DueOverlay]:
    """The open overlays of a kind whose day has come, oldest first, from behind `after` on."""
    place = {"after": to_text(after.due_at) if after else "", "after_id": after.case_id if after else ""}
    rows = tx.execute(DUE_OVERLAYS, {"kind": kind, "now": to_text(now), "limit": limit, **place})
    return [DueOverlay(r["case_id"], r["n"], r["kind"], from_text(r["due_at"])) for r in rows]


def tries(tx: Tx, row: DueRow) -> int:
    """How often a clock row raised in a row."""
    rows = tx.execute(TRIES, {"case_id": row.case_id, "name": row.name, "round": row.round})
    return int(rows[0]["tries"]) if rows else 0


def number_of(tx: Tx, case_id: str) -> str:
    """The number of a case, for a log line; read alone, as the case itself may be what cannot be read."""
    rows = tx.execute(NUMBER, {"case_id": case_id})
    return str(rows[0]["number"]) if rows else ""
