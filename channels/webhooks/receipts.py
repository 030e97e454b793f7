"""Delivery receipts: what became of a message is written on its notice, and a failed one becomes somebody's work."""

from datetime import datetime

from channels.courier import WORTH_A_CALL
from channels.inbound import PutOff, finish
from channels.letters import holder_of
from channels.webhooks.events import Delivery
from channels.webhooks.sending import bare
from hub.case import Notice
from hub.journal import Entry
from hub.office import Office
from hub.storage import cases, deliveries, desk_rows, journal, outbox
from hub.storage.inbox import Taken
from hub.storage.tx import Tx

SOON = 1.0
"""Seconds until a receipt is looked at again that was quicker than the settling of its notice."""


async def heard_of(office: Office, told: Delivery) -> str:
    """The phone number of whom the message was for, where the citizen left one; read before the deed."""
    row = await office.store.read(desk_rows.notice, bare(told.key))
    if row is None or not row["case_id"] or not row["recipient"].startswith("party:"):
        return ""
    opened = await office.contact(row["case_id"])
    return opened.get(f"{row['recipient'].partition(':')[2]}:phone", "")


def take_receipt(tx: Tx, taken: Taken, told: Delivery, phone: str, now: datetime) -> None:
    """The deed of a receipt. A gateway speaks of its own messages alone; the first report of a message stands.

    What did not arrive is told by phone where it is worth a call and there is a number (电话告知), else it is marked
    undeliverable; both are seen by whoever holds the case. Raises PutOff while the notice has not settled, LostLease.
    """
    key = bare(told.key)
    row = desk_rows.notice(tx, key)
    if row is not None and row["state"] == "waiting":
        raise PutOff(SOON)
    if row is None or row["channel"] != taken.channel:
        finish(tx, taken, error="no such message")
        return
    if told.status == "delivered":
        if told.key == key:  # an earlier part says nothing of the whole
            deliveries.reported(tx, key, "delivered", taken.channel, "", now)
    elif row["case_id"]:
        _did_not_arrive(tx, row["case_id"], key, row["text"], phone, taken.channel, now)
    else:
        deliveries.reported(tx, key, "failed", taken.channel, "not delivered", now)
    finish(tx, taken)


def _did_not_arrive(tx: Tx, case_id: str, key: str, text: str, phone: str, channel: str, now: datetime) -> None:
    case = cases.get(tx, case_id)
    calls = bool(phone) and text in WORTH_A_CALL
    ending, tells = ("task", "phone_task") if calls else ("undeliverable", "undeliverable")
    if case is None or not deliveries.reported(
        tx, key, ending, "phone" if calls else channel, f"{channel}: not delivered", now, before=channel
    ):
        return
    data = {"text": text, "channel": channel, "reason": "not delivered"}
    journal.append(tx, [Entry(case_id, "notice.failed", "system", now, data)])
    outbox.put(tx, case_id, [Notice(holder_of(case), tells, f"{key}:{tells}", {"text": text})], now)
