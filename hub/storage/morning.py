"""What the office begins its day with: how much is due and late by unit and officer, and since when the site rests."""

from datetime import UTC, datetime
from typing import NamedTuple

from hub.calendar import WorkCalendar
from hub.moments import from_text, to_text
from hub.storage.tx import Tx

# A range of the index by due date; a sealed case stands in nobody's count.
BURDENS = """
SELECT c.unit, c.officer, COUNT(*) AS n, COUNT(*) FILTER (WHERE c.sort_due <= :now) AS late FROM cases c
WHERE c.machine = :machine AND c.closed_at IS NULL AND c.lead = '' AND c.sort_due <= :tonight
  AND c.answered_at IS NULL AND c.sealed = 0 AND c.origin <> 'import'
GROUP BY c.unit, c.officer ORDER BY c.unit, c.officer
"""
PUBLISHED = "SELECT MAX(published_at) AS at FROM publications WHERE live = 1"
COUNTED = "SELECT MAX(span) AS day FROM totals WHERE unit = '' AND cut = 'day'"
BEGAN = "SELECT MIN(effective_from) AS at FROM editions"


class Burden(NamedTuple):
    """What lies with an officer, or with a unit where nobody has it by name: due today, and late already."""

    unit: str
    officer: str
    due: int
    late: int


class Marks(NamedTuple):
    """When a letter was last published, and when the public figures last changed; the hub's first day where never."""

    site_publication: datetime
    site_statistics: datetime


def burdens(tx: Tx, machine: str, now: datetime, tonight: datetime) -> list[Burden]:
    """Open cases of a machine that are late at `now` or end until `tonight`."""
    rows = tx.execute(BURDENS, {"machine": machine, "now": to_text(now), "tonight": to_text(tonight)})
    return [Burden(r["unit"], r["officer"], int(r["n"]) - int(r["late"]), int(r["late"])) for r in rows]


def marks(tx: Tx, calendar: WorkCalendar) -> Marks | None:
    """The two marks of the site; None before the hub has rules."""
    began, published = tx.execute(BEGAN)[0]["at"], tx.execute(PUBLISHED)[0]["at"]
    day = tx.execute(COUNTED)[0]["day"]
    if began is None:
        return None
    counted = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=calendar.zone).astimezone(UTC) if day else None
    return Marks(from_text(published or began), counted or from_text(began))
