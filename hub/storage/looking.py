"""Looking: who has the page of a case open, told again every few seconds and forgotten soon after."""

from datetime import datetime, timedelta

from hub.moments import to_text
from hub.storage.tx import Row, Tx

MARK = """
INSERT INTO looking (case_id, officer_id, writing, seen_at) VALUES (:case_id, :officer_id, :writing, :now)
ON CONFLICT (case_id, officer_id) DO UPDATE SET writing = excluded.writing, seen_at = excluded.seen_at
"""
LEAVE = "DELETE FROM looking WHERE case_id = :case_id AND officer_id = :officer_id"
FORGET = "DELETE FROM looking WHERE seen_at < :before"
OTHERS = """
SELECT o.name, l.writing FROM looking l JOIN officers o ON o.id = l.officer_id
WHERE l.case_id = :case_id AND o.person <> :person AND l.seen_at >= :since
ORDER BY l.writing DESC, o.name
"""


def mark(tx: Tx, case_id: str, officer_id: str, now: datetime, lasts: timedelta, *, writing: bool) -> None:
    """The officer is looking now; whoever has not said so for `lasts` is forgotten."""
    tx.execute(FORGET, {"before": to_text(now - lasts)})
    tx.execute(MARK, {"case_id": case_id, "officer_id": officer_id, "writing": int(writing), "now": to_text(now)})


def leave(tx: Tx, case_id: str, officer_id: str) -> None:
    """The officer has closed the page."""
    tx.execute(LEAVE, {"case_id": case_id, "officer_id": officer_id})


def others(tx: Tx, case_id: str, person: str, since: datetime) -> list[Row]:
    """Name and `writing` of everybody else who looks at the case, those who write first."""
    return tx.execute(OTHERS, {"case_id": case_id, "person": person, "since": to_text(since)})
