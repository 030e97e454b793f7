"""The seal of the day: once a day the end of the journal is published, so that nobody can change the past unseen."""

import re
from datetime import datetime

from hub.errors import Invalid, Said
from hub.journal import Tip
from hub.office import Office
from hub.storage import journal, seals
from hub.storage.seals import Seal
from hub.storage.tx import Tx

SHORT = 16
"""Digits of a hash that a receipt shows; as many must be given to compare."""
_GIVEN = re.compile(r"(\d{1,18})[:：]([0-9a-f]{16,64})")


async def seal_day(office: Office, now: datetime) -> bool:
    """Publish the seal of this local day with its first sweep; False where that was done. Two at once do it once."""
    day = (await office.book()).calendar.day_of(now).isoformat()
    if await office.store.read(_sealed, day):
        return False
    return await office.store.write(put_seal, day)


def put_seal(tx: Tx, day: str) -> bool:
    """The deed: the last line that is durable now stands as the seal of the day."""
    head = journal.head(tx)
    return head.seq > 0 and seals.put(tx, Seal(day, head.seq, head.hash))


def _sealed(tx: Tx, day: str) -> bool:
    newest = seals.newest(tx, 1)
    return bool(newest) and newest[0].day >= day


def read_seal(text: str) -> Tip:
    """A seal as somebody kept it, `1234:0a1b…` with sixteen digits or more; raises Invalid with a sentence."""
    found = _GIVEN.fullmatch(text.strip().lower())
    if found is None:
        raise Invalid(
            {
                "head": Said(
                    f"请写成“条数:指纹”，指纹至少{SHORT}位，例如 1234:0a1b2c3d4e5f6071。",
                    f"Please write number:hash with at least {SHORT} digits, like 1234:0a1b2c3d4e5f6071.",
                )
            }
        )
    return Tip(int(found[1]), found[2])


def holds(tx: Tx, kept: Tip) -> bool:
    """Whether the line of this number still has the hash that begins like the one kept."""
    return seals.hash_at(tx, kept.seq).startswith(kept.hash)
