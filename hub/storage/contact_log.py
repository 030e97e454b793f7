"""Openings of contact data, as the journal has them."""

import json
from datetime import datetime
from typing import NamedTuple

from hub.moments import from_text
from hub.storage.tx import Tx

OPENED = """
SELECT seq, case_id, actor, at, data FROM entries
WHERE action = 'contact.shown' AND seq < :before
  AND (CAST(:officer AS TEXT) = '' OR actor = :officer) AND (CAST(:case_id AS TEXT) = '' OR case_id = :case_id)
ORDER BY seq DESC LIMIT :limit
"""


class Opened(NamedTuple):
    """One opening: its place in the journal, of which case, by whom, when, and the code of the reason."""

    seq: int
    case_id: str
    officer: str
    at: datetime
    why: str


def opened(tx: Tx, officer: str, case_id: str, before: int, limit: int) -> list[Opened]:
    """The openings before a place in the journal, newest first; an empty officer or case narrows nothing."""
    rows = tx.execute(OPENED, {"officer": officer, "case_id": case_id, "before": before, "limit": limit})
    return [
        Opened(
            int(r["seq"]), str(r["case_id"]), str(r["actor"]), from_text(r["at"]), json.loads(r["data"]).get("why", "")
        )
        for r in rows
    ]
