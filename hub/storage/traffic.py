"""What waits on each channel in either direction, and since when, for health pages and figures."""

from datetime import datetime
from typing import NamedTuple

from hub.moments import from_text
from hub.storage.tx import Row, Tx

IN = "SELECT channel, COUNT(*) AS n, MIN(received_at) AS oldest FROM inbox WHERE state = 'new' GROUP BY channel"
ASIDE = "SELECT channel, COUNT(*) AS n, MIN(received_at) AS oldest FROM inbox WHERE state = 'poison' GROUP BY channel"
# A notice that was never tried has no channel yet: the one its party came by will be tried first.
OUT = """
SELECT channel, COUNT(*) AS n, MIN(created_at) AS oldest FROM (
    SELECT o.created_at, COALESCE(NULLIF(o.channel, ''), p.channel, '') AS channel
    FROM outbox o LEFT JOIN parties p ON p.case_id = o.case_id AND o.recipient = 'party:' || CAST(p.n AS TEXT)
    WHERE o.state = 'waiting') w
GROUP BY channel
"""


class Queue(NamedTuple):
    """How many wait, and since when the oldest does."""

    n: int = 0
    oldest: datetime | None = None


class Waiting(NamedTuple):
    """What waits on one channel: events to be handled, events put aside, messages to be sent."""

    came: Queue = Queue()
    aside: Queue = Queue()
    going: Queue = Queue()


def waiting(tx: Tx) -> dict[str, Waiting]:
    """Channel → what waits on it; a channel on which nothing waits is not among them."""
    came, aside, going = (_queues(tx.execute(sql)) for sql in (IN, ASIDE, OUT))
    nothing = Queue()
    return {
        channel: Waiting(came.get(channel, nothing), aside.get(channel, nothing), going.get(channel, nothing))
        for channel in sorted({*came, *aside, *going})
    }


def _queues(rows: list[Row]) -> dict[str, Queue]:
    return {str(row["channel"]): Queue(int(row["n"]), from_text(str(row["oldest"]))) for row in rows}
