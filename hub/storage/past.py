"""Past letters as routing may read them: what they said in redacted words, and which unit has them."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from hub.moments import from_text
from hub.ports import Matter
from hub.storage.tx import Tx

# Sealed letters are left out: nobody at the desk may learn of them, not even by a count.
LETTERS = """
SELECT c.id, c.number, c.kind, c.kinds_edition, c.aim, c.level, c.received_at, c.title, c.place, c.target, c.unit,
    c.urgent, c.fields, m.body
FROM cases c JOIN messages m ON m.case_id = c.id AND m.n = 1
WHERE c.machine = 'letter' AND c.sealed = 0 AND c.id < :before ORDER BY c.id DESC LIMIT :limit
"""
NEWEST = "~"
"""Behind every id."""


class Past(NamedTuple):
    """One past letter; `unit` is the one that has it now, empty where it was never sent to any."""

    id: str
    number: str
    edition: int
    received_at: datetime
    unit: str
    matter: Matter


def letters(tx: Tx, before: str, limit: int) -> list[Past]:
    """Letters that came before this one (`NEWEST`: all), the newest first; none that is sealed."""
    return [_past(row) for row in tx.execute(LETTERS, {"before": before, "limit": limit})]


def _past(row: Mapping[str, Any]) -> Past:
    matter = Matter(
        kind=row["kind"],
        aim=row["aim"],
        title=row["title"],
        body=row["body"],
        place=row["place"],
        target=row["target"],
        fields=json.loads(row["fields"]),
        level=row["level"],
        redactor_sure=True,
        urgent=bool(row["urgent"]),
    )
    return Past(row["id"], row["number"], int(row["kinds_edition"]), from_text(row["received_at"]), row["unit"], matter)
