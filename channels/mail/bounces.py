"""Bounces: a notice that came back is marked undeliverable by our own message id, and becomes visible work."""

from datetime import datetime

from channels.inbound import LostLease, PutOff
from channels.letters import holder_of
from channels.mail.marks import digest_of, our_ids_in, proven
from channels.mail.reading import Report
from hub.case import Notice
from hub.journal import Entry
from hub.office import Office
from hub.storage import cases, deliveries, inbox, journal, outbox
from hub.storage.inbox import Taken
from hub.storage.tx import Tx

SOON = 30.0
"""Seconds until a bounce is looked at again that was quicker than the settling of its notice."""


def take_report(tx: Tx, taken: Taken, report: Report, office: Office, now: datetime) -> None:
    """The deed of a report: what failed is undeliverable; news of a delay or a delivery changes nothing.

    A report about no mail of ours changes nothing either: only the hub can make the mark in a message id. Raises
    PutOff while the notice has not settled, LostLease.
    """
    reason = "bounce" if report.action == "failed" else "report"
    if report.action == "failed":
        for mark, digest in our_ids_in(report.about):
            owner = proven(tx, (mark,), office)
            if owner is not None:
                _returned(tx, owner.case_id, owner.party, digest, report.status, now)
    if not inbox.finish(tx, taken, error=reason):
        raise LostLease


def _returned(tx: Tx, case_id: str, party: int, digest: str, status: str, now: datetime) -> None:
    found = (row for row in outbox.of_case(tx, case_id) if row["recipient"] == f"party:{party}")
    row = next((r for r in found if digest_of(r["key"]) == digest), None)
    if row is None:
        return
    if row["state"] == "waiting":
        raise PutOff(SOON)
    key, case = str(row["key"]), cases.get(tx, case_id)
    if case is None or not deliveries.returned(tx, key, f"bounced {status}".strip(), now):
        return
    data = {"text": row["text"], "channel": "mail", "reason": "bounced"}
    journal.append(tx, [Entry(case_id, "notice.failed", "system", now, data)])
    notice = Notice(holder_of(case), "undeliverable", f"{key}:undeliverable", {"text": row["text"]})
    outbox.put(tx, case_id, [notice], now)
