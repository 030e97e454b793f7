"""Overlays that end by themselves: a pause runs out, an extension nobody decided is not granted."""

from dataclasses import replace
from datetime import datetime

from hub import desk
from hub.case import Case, Dossier, Notice, Overlay
from hub.errors import NotNow, Overtaken
from hub.journal import Entry
from hub.machines.machine import Step
from hub.people import SYSTEM
from hub.rulebook import Rulebook
from hub.storage import cases, editions
from hub.storage.sweeps import DueOverlay
from hub.storage.tx import Tx

ENDING = ("pause", "extension")
"""The kinds of overlay the sweep ends; the other dated ones wait for a person."""


def end_overlay(tx: Tx, row: DueOverlay, book: Rulebook, now: datetime) -> bool:
    """The deed: False where somebody settled it first. Raises OldEdition.

    A pause that is still open on an answered case has no clock left to start; it is only put away.
    """
    editions.must_be_current(tx, book)
    dossier = cases.dossier(tx, row.case_id, lock=True)
    overlay = dossier.overlay(row.n) if dossier else None
    if dossier is None or overlay is None or overlay.state != "open" or overlay.due_at is None or overlay.due_at > now:
        return False
    if row.kind == "extension":
        _settle(tx, dossier, overlay, "refused", now)
        return True
    try:
        desk.act_by_system(tx, dossier, "end_pause", {}, book, now)
    except NotNow:
        _settle(tx, dossier, overlay, "ended", now)
    return True


def _settle(tx: Tx, dossier: Dossier, overlay: Overlay, state: str, now: datetime) -> None:
    """Settle an overlay by the system; an extension undecided at its limit counts as refused (DESIGN §6)."""
    case = replace(dossier.case, version=dossier.case.version + 1)
    settled = replace(overlay, state=state, decided_at=now, decided_by=SYSTEM.id)
    data: dict[str, str | int] = {"kind": overlay.kind, "overlay": overlay.n, "state": state, "version": case.version}
    entry = Entry(case.id, "overlay.settled", SYSTEM.id, now, data)
    step = Step(case=case, overlays=(settled,), notices=_told(case, settled), entries=(entry,))
    if not cases.apply(tx, step, dossier.case.version, now):
        raise Overtaken


def _told(case: Case, settled: Overlay) -> tuple[Notice, ...]:
    """The unit that still works on the case hears that its extension was not granted."""
    if settled.kind != "extension" or not case.unit or case.answered_at or case.closed_at:
        return ()
    to = f"officer:{case.officer}" if case.officer else f"handler@{case.unit}"
    return (Notice(to, "extension_decided", f"{case.id}:extension:{settled.n}:not_granted", {"unit": case.unit}),)
