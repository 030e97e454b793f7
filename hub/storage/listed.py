"""Orders on the public list 挂牌督办: open, released by a leader, and of letters that hide nobody."""

import json
from typing import NamedTuple

from hub.storage.tx import Tx

ORDERS = """
SELECT c.number, c.unit, o.due_at, o.data FROM overlays o JOIN cases c ON c.id = o.case_id
WHERE o.state = 'open' AND o.kind = 'order' AND c.sealed = 0 AND c.aim = 'matter' AND c.level IN ('open', 'private')
ORDER BY o.due_at, c.number
"""


class ListedOrder(NamedTuple):
    """What the public reads of a listed order, codes and days: nothing of what the letter says."""

    number: str
    unit: str
    since: str
    due: str


def orders(tx: Tx) -> list[ListedOrder]:
    """The orders on the list, the one due first; `since` is the day of the release, `due` the moment it ends."""
    found = [(r, json.loads(r["data"])) for r in tx.execute(ORDERS)]
    return [ListedOrder(r["number"], r["unit"], data["listed"], r["due_at"]) for r, data in found if data.get("listed")]
