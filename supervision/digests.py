"""Digests 汇总: when the office opens, many notices of one kind for one officer become one; facts keep their times."""

from datetime import datetime

from hub.case import Notice
from hub.office import Office
from hub.rulebook import Rulebook
from hub.storage import outbox, quiet
from hub.storage.quiet import Group
from hub.storage.tx import Tx

DIGEST = "digest"
VIEWS = {
    "overdue_staff": "late",
    "urge": "urging",
    "record_late": "late",
    "call_back": "calls",
    "review_waiting": "to_review",
    "assigned": "to_sign",
}
"""The inbox view that a digest of these notices leads to; of all others, everything open."""


async def release_quiet(office: Office, now: datetime) -> int:
    """Tell officers what waited for a staffed moment; answers how many digests were made. Two at once tell it once."""
    made = 0
    for group in await office.store.read(quiet.groups, now):
        made += await office.store.write(tell, group, await office.book(), now)
    return made


def tell(tx: Tx, group: Group, book: Rulebook, now: datetime) -> bool:
    """The deed for one recipient and text: each notice, or from the threshold on one digest (True)."""
    if group.n < book.digest_from:
        quiet.release(tx, group, "shown", now)
        return False
    n = quiet.release(tx, group, "digested", now)
    if not n:
        return False
    refs = {"what": group.text, "n": n, "view": VIEWS.get(group.text, "open")}
    key = f"{DIGEST}:{group.text}:{group.recipient}:{now.isoformat()}"
    outbox.put(tx, "", (Notice(group.recipient, DIGEST, key, refs),), now)
    return True
