"""What the sweep keeps of itself: its last moments, the rows it had to put off, and what fired before its time."""

from datetime import datetime
from typing import NamedTuple

from hub.moments import from_text, to_text
from hub.storage import settings
from hub.storage.tx import Row, Tx

LAST = "sweep.last"
HEARTBEAT = "sweep.heartbeat"

# Open overlays of a kind that end by themselves, oldest first; few are ever open at once.
DUE_OVERLAYS = """
SELECT o.case_id, o.n, o.kind, o.due_at FROM overlays o
WHERE o.state = 'open' AND o.kind = :kind AND o.due_at <= :now
  AND (o.due_at > :after OR (o.due_at = :after AND o.case_id > :after_id))
  AND NOT EXISTS (
    SELECT 1 FROM put_off p
    WHERE p.what = 'overlay' AND p.case_id = o.case_id AND p.name = o.kind AND p.n = o.n AND p.at = o.due_at
      AND p.until > :now)
ORDER BY o.due_at, o.case_id LIMIT :limit
"""
NUMBER = "SELECT number FROM cases WHERE id = :case_id"
TRIES = """
SELECT tries FROM put_off WHERE what = :what AND case_id = :case_id AND name = :name AND n = :n AND at = :at
"""
PUT_OFF = """
INSERT INTO put_off (what, case_id, name, n, at, until, tries, since, error)
VALUES (:what, :case_id, :name, :n, :at, :until, :tries, :now, :error)
ON CONFLICT (what, case_id, name, n) DO UPDATE SET until = excluded.until, tries = excluded.tries,
    since = CASE WHEN put_off.at = excluded.at THEN put_off.since ELSE excluded.since END, at = excluded.at,
    error = excluded.error
"""
AGAIN = """
UPDATE put_off SET until = :now WHERE what = :what AND case_id = :case_id AND name = :name AND n = :n RETURNING name
"""
# A row that went through, or was changed by somebody, no longer stands where it stood when it was put off.
FORGET = """
DELETE FROM put_off WHERE NOT EXISTS (
    SELECT 1 FROM clocks k WHERE put_off.what = 'clock' AND k.case_id = put_off.case_id AND k.name = put_off.name
      AND k.round = put_off.n AND k.rung_at = put_off.at)
  AND NOT EXISTS (
    SELECT 1 FROM overlays o WHERE put_off.what = 'overlay' AND o.case_id = put_off.case_id AND o.kind = put_off.name
      AND o.n = put_off.n AND o.state = 'open' AND o.due_at = put_off.at)
"""
LISTED = """
SELECT p.*, c.number, c.sealed FROM put_off p JOIN cases c ON c.id = p.case_id
ORDER BY p.tries DESC, p.since, p.case_id LIMIT :limit
"""
COUNTED = "SELECT COUNT(*) AS n FROM put_off WHERE tries >= :tries"
MARK_AHEAD = "UPDATE fired SET ahead = 1 WHERE at > :now AND ahead = 0"
AHEAD = """
SELECT f.name, f.rung, f.at, c.number, c.sealed FROM fired f JOIN cases c ON c.id = f.case_id
WHERE f.ahead = 1 ORDER BY f.at DESC, f.case_id LIMIT :limit
"""
COUNT_AHEAD = "SELECT COUNT(*) AS n FROM fired WHERE ahead = 1"


class DueOverlay(NamedTuple):
    """An open overlay whose day has passed."""

    case_id: str
    n: int
    kind: str
    due_at: datetime


class Stuck(NamedTuple):
    """A row the sweep looks at: `what` is clock or overlay, `n` a clock's round or an overlay's place.

    `at` is the moment the row waits for; once that has changed, the row is no longer put off.
    """

    what: str
    case_id: str
    name: str
    n: int
    at: datetime


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


def number_of(tx: Tx, case_id: str) -> str:
    """The number of a case, for a log line; read alone, as the case itself may be what cannot be read."""
    rows = tx.execute(NUMBER, {"case_id": case_id})
    return str(rows[0]["number"]) if rows else ""


# Rows that raised -----------------------------------------------------------------------------------------------------


def tries(tx: Tx, row: Stuck) -> int:
    """How often a row raised in a row, at the moment it waits for."""
    rows = tx.execute(TRIES, {**_key(row), "at": to_text(row.at)})
    return int(rows[0]["tries"]) if rows else 0


def put_off(tx: Tx, row: Stuck, until: datetime, tries: int, error: str, now: datetime) -> None:
    """Pass a row over until a moment; `error` is the class of what it raised, never its words."""
    told = {"at": to_text(row.at), "until": to_text(until), "tries": tries, "error": error, "now": to_text(now)}
    tx.execute(PUT_OFF, {**_key(row), **told})


def again(tx: Tx, what: str, case_id: str, name: str, n: int, now: datetime) -> bool:
    """Let the next sweep take a row; False where it is not put off any more."""
    return bool(tx.execute(AGAIN, {"what": what, "case_id": case_id, "name": name, "n": n, "now": to_text(now)}))


def forget_settled(tx: Tx) -> None:
    """Forget what was put off and has gone through since, or is over."""
    tx.execute(FORGET)


def listed(tx: Tx, limit: int = 50) -> list[Row]:
    """What is put off at present, the most stubborn first, with the numbers of the cases."""
    return tx.execute(LISTED, {"limit": limit})


def counted(tx: Tx, least: int) -> int:
    """How many rows have raised at least so often."""
    return int(tx.execute(COUNTED, {"tries": least})[0]["n"])


# A clock that stood ahead ---------------------------------------------------------------------------------------------


def mark_ahead(tx: Tx, now: datetime) -> int:
    """Mark every effect whose own moment has not come yet; answers how many are marked in all."""
    tx.execute(MARK_AHEAD, {"now": to_text(now)})
    return int(tx.execute(COUNT_AHEAD)[0]["n"])


def fired_ahead(tx: Tx, limit: int = 50) -> list[Row]:
    """What fired before its time, newest first, with the numbers of the cases."""
    return tx.execute(AHEAD, {"limit": limit})


def _key(row: Stuck) -> Row:
    return {"what": row.what, "case_id": row.case_id, "name": row.name, "n": row.n}
