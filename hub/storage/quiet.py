"""Quiet notices: what officers hear only when the office is staffed, released a recipient and a text at a time."""

from datetime import datetime
from typing import NamedTuple

from hub.moments import to_text
from hub.storage.tx import Tx

GROUPS = """
SELECT recipient, text, COUNT(*) AS n FROM outbox WHERE state = 'quiet' AND next_at <= :now
GROUP BY recipient, text ORDER BY recipient, text
"""
RELEASE = """
UPDATE outbox SET state = :state, settled_at = :now
WHERE state = 'quiet' AND next_at <= :now AND recipient = :recipient AND text = :text RETURNING key
"""


class Group(NamedTuple):
    """The notices of one text that fall to one recipient in this slot."""

    recipient: str
    text: str
    n: int


def groups(tx: Tx, now: datetime) -> list[Group]:
    """What may be told by now."""
    return [Group(r["recipient"], r["text"], int(r["n"])) for r in tx.execute(GROUPS, {"now": to_text(now)})]


def release(tx: Tx, group: Group, state: str, now: datetime) -> int:
    """Put a group on the desk (`shown`) or into a digest (`digested`); how many there were: none, another was first."""
    asked = {"recipient": group.recipient, "text": group.text, "state": state, "now": to_text(now)}
    return len(tx.execute(RELEASE, asked))
