"""What became of routing's decisions: who dispatched a letter first, to whom, and whether another unit got it later."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.moments import from_text, to_text
from hub.storage.tx import Tx

# Letters that routing decided on, in the order of their receipt; sealed ones enter no figure of it.
ROUTED = """
SELECT c.id, c.received_at, c.decision, COALESCE(a.by_whom, '') AS by_whom,
  (SELECT COUNT(*) FROM assignments b WHERE b.case_id = c.id AND b.n > 1 AND b.unit <> a.unit) AS moved
FROM cases c LEFT JOIN assignments a ON a.case_id = c.id AND a.n = 1
WHERE c.machine = 'letter' AND c.sealed = 0 AND c.about = '' AND c.origin <> 'import'
  AND c.received_at >= :at AND (c.received_at, c.id) > (:at, :after)
ORDER BY c.received_at, c.id
LIMIT :limit
"""


@dataclass(frozen=True, slots=True)
class Routed:
    """One letter: routing's record, who dispatched it first (empty: nobody yet), whether another unit got it later."""

    id: str
    received_at: datetime
    decision: Mapping[str, Any]
    by_whom: str
    moved: bool


def page(tx: Tx, since: datetime, after: str, limit: int) -> list[Routed]:
    """The next letters after a moment and an id, the oldest first."""
    rows = tx.execute(ROUTED, {"at": to_text(since), "after": after, "limit": limit})
    return [
        Routed(r["id"], from_text(r["received_at"]), json.loads(r["decision"]), r["by_whom"], bool(r["moved"]))
        for r in rows
    ]
