"""How much waits in the hub at this moment, for health pages and figures."""

from datetime import datetime

from hub.moments import to_text
from hub.storage.tx import Tx

OUTBOX = "SELECT COUNT(*) AS n, MIN(next_at) AS oldest FROM outbox WHERE state = 'waiting'"
OLDEST_DUE = """
SELECT MIN(sort_due) AS due FROM cases WHERE closed_at IS NULL AND answered_at IS NULL AND sort_due < :now
"""


def waiting(tx: Tx, now: datetime) -> tuple[int, str | None, str | None]:
    """Notices waiting, the time the oldest of them was due, and the oldest limit that is over (None: none is)."""
    outbox = tx.execute(OUTBOX)[0]
    due = tx.execute(OLDEST_DUE, {"now": to_text(now)})[0]["due"]
    return int(outbox["n"]), outbox["oldest"], due
