"""Overlays that end by themselves: a pause, an undecided extension, a call that waits or reached nobody, a question."""

from dataclasses import replace
from datetime import datetime

from hub import desk
from hub.case import Dossier, Overlay
from hub.errors import NotNow, Overtaken
from hub.journal import Entry
from hub.machines.machine import Step
from hub.people import SYSTEM
from hub.rulebook import Rulebook
from hub.storage import cases, editions
from hub.storage.sweeps import DueOverlay
from hub.storage.tx import Tx

_BY_ITSELF = {
    "pause": "end_pause",
    "extension": "lapse_extension",
    "call_later": "owe_call",
    "call_back": "drop_call",
    "outcome": "lapse_outcome",
}
ENDING = tuple(_BY_ITSELF)
"""The kinds of overlay the sweep ends by a move; the other dated ones have clocks of their own."""


def end_overlay(tx: Tx, row: DueOverlay, book: Rulebook, now: datetime) -> bool:
    """The deed: False where somebody settled it first. Raises OldEdition.

    What is still open on an answered case has no clock left to move; it is only put away.
    """
    editions.must_be_current(tx, book)
    dossier = cases.dossier(tx, row.case_id, lock=True)
    overlay = dossier.overlay(row.n) if dossier else None
    if dossier is None or overlay is None or overlay.state != "open" or overlay.due_at is None or overlay.due_at > now:
        return False
    try:
        desk.act_by_system(tx, dossier, _BY_ITSELF[row.kind], {}, book, now)
    except NotNow:
        _put_away(tx, dossier, overlay, now)
    return True


def _put_away(tx: Tx, dossier: Dossier, overlay: Overlay, now: datetime) -> None:
    """End an overlay by the system where the machine has no move for it any more."""
    settled = replace(overlay, state="ended", decided_at=now, decided_by=SYSTEM.id)
    data: dict[str, str | int] = {"kind": overlay.kind, "overlay": overlay.n, "state": settled.state}
    entry = Entry(dossier.case.id, "overlay.settled", SYSTEM.id, now, data)
    if not cases.apply(tx, Step(case=dossier.case, overlays=(settled,), entries=(entry,)), dossier.case.version, now):
        raise Overtaken
