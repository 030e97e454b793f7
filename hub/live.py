"""What is new for somebody who watches: the journal's lines on cases this actor may see, as codes."""

from datetime import datetime
from typing import NamedTuple

from hub.blind import awaits
from hub.case import Case
from hub.desk import visible
from hub.people import Actor
from hub.rulebook import Rulebook
from hub.storage import cases, journal
from hub.storage.tx import Tx

HIDDEN = ("confidential", "anonymous")


class Seen(NamedTuple):
    """One line as a watcher may know it."""

    seq: int
    number: str
    action: str
    version: int


def seen_after(
    tx: Tx, after: int, limit: int, actor: Actor, book: Rulebook, now: datetime
) -> tuple[int, tuple[Seen, ...]]:
    """The place read up to, and the lines among the next `limit` on cases that exist for the actor now.

    That a hidden letter came in is left out: the moment could tell a department who wrote (RELIABILITY C4). So is what
    happens to a case whose reply the actor is to read again (hub/blind.py).
    """
    lines = journal.read_after(tx, after, limit)
    known: dict[str, Case | None] = {}
    found = []
    for line in lines:
        if line.case_id is None:
            continue
        if line.case_id not in known:
            dossier = cases.dossier(tx, line.case_id)
            there = dossier is not None and visible(dossier, actor, book) and not awaits(dossier, actor, book, now)
            known[line.case_id] = dossier.case if dossier is not None and there else None
        case = known[line.case_id]
        if case is not None and not (line.action == "received" and case.level in HIDDEN):
            found.append(Seen(line.seq, case.number, line.action, case.version))
    return (lines[-1].seq if lines else after), tuple(found)
