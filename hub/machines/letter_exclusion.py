"""Moves of exclusion 剔除: an unreasonable demand is taken out of the rates by two persons, and its writer is told."""

from dataclasses import replace

from hub import timing
from hub.case import Dossier, Overlay
from hub.errors import Said
from hub.machines import guards as g
from hub.machines.effects import closes, opens, says, tells
from hub.machines.fields import REASON, TEXT
from hub.machines.letter_overlays import SEEN_BY_ALL, overlay
from hub.machines.machine import MoveField as F
from hub.machines.machine import Step, Turn

KNOWN = SEEN_BY_ALL | {"closed"}
EXCLUSION = "exclusion"


def excluded(dossier: Dossier) -> Overlay | None:
    """The decision by which the case stands out of the rates."""
    return next((o for o in dossier.overlays if o.kind == EXCLUSION and o.state == "granted"), None)


def not_excluded(turn: Turn) -> Said | None:
    if excluded(turn.dossier) is not None:
        return Said("这件来信已经剔除。", "This letter is excluded already.")
    return None


def is_excluded(turn: Turn) -> Said | None:
    if excluded(turn.dossier) is None:
        return Said("这件来信没有剔除。", "This letter is not excluded.")
    return None


def counts_again(turn: Turn, step: Step) -> Step:
    """The decision is taken back and stays on the case."""
    found = excluded(turn.dossier)
    assert found is not None  # the guard has looked
    return timing.settle(turn, step, replace(found, data={**found.data, "was": "granted"}), "taken_back")


EXCLUSION_OVERLAYS = (
    overlay(
        "ask_exclusion",
        "申请剔除",
        "Ask to exclude",
        KNOWN,
        ("handler", "signer", "supervisor"),
        F("why", "choice", "理由", "Reason", options="exclusion"),
        TEXT,
        guards=(g.is_not_open(EXCLUSION), not_excluded, g.not_sealed),
        effects=(opens(EXCLUSION, "why"), says("note", "text", "unit"), tells("supervisor", "exclusion_asked")),
    ),
    overlay(
        "exclude",
        "同意剔除",
        "Exclude",
        KNOWN,
        ("supervisor",),
        F("words", "longtext", "告诉来信人：剔除什么、为什么、怎样提出异议", "Words to the writer", most=1000),
        guards=(g.is_open(EXCLUSION), g.second_person(EXCLUSION), g.reviewer_is_independent),
        effects=(closes(EXCLUSION, "granted"), says("excluded", "words", "parties"), tells("party", "excluded")),
    ),
    overlay(
        "refuse_exclusion",
        "不同意剔除",
        "Refuse to exclude",
        KNOWN,
        ("supervisor",),
        REASON,
        guards=(g.is_open(EXCLUSION), g.second_person(EXCLUSION)),
        effects=(closes(EXCLUSION, "refused"), says("note", "reason", "unit")),
    ),
    overlay(
        "count_again",
        "恢复计入",
        "Count again",
        KNOWN,
        ("supervisor",),
        REASON,
        guards=(is_excluded,),
        effects=(counts_again, says("note", "reason", "unit")),
    ),
)
