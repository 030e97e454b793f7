"""Cards 红黄牌 by their day, with the case each stands on."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from hub.moments import from_text, to_text
from hub.storage.tx import Tx

BETWEEN = """
SELECT o.case_id, o.unit, o.state, o.opened_at, o.data FROM overlays o
WHERE o.kind = 'card' AND o.opened_at >= :since AND o.opened_at < :until
ORDER BY o.opened_at DESC, o.case_id DESC, o.n DESC LIMIT :limit
"""


class Card(NamedTuple):
    """One card: to which unit, on which case, since when, whether it stands, and its codes (`colour`, `why`, …)."""

    case_id: str
    unit: str
    state: str
    at: datetime
    data: Mapping[str, Any]


def between(tx: Tx, since: datetime, until: datetime, limit: int) -> list[Card]:
    """The cards given from `since` until before `until`, newest first."""
    rows = tx.execute(BETWEEN, {"since": to_text(since), "until": to_text(until), "limit": limit})
    return [Card(r["case_id"], r["unit"], r["state"], from_text(r["opened_at"]), json.loads(r["data"])) for r in rows]
