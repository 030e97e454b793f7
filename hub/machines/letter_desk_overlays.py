"""Overlay moves of the reception desk and of appeals: another kind, merging, splitting, repeats, stopping."""

from hub.machines import guards as g
from hub.machines.effects import (
    closes,
    ledger,
    opens,
    recalculates_for_kind,
    says,
    starts,
    tells,
)
from hub.machines.fields import REASON, TEXT
from hub.machines.letter_effects import (
    follows,
    splits,
    stands_alone,
)
from hub.machines.letter_overlays import ALIVE, overlay
from hub.machines.machine import MoveField as F

DESK = ("dispatcher", "supervisor")

DESK_OVERLAYS = (
    overlay(
        "change_kind",
        "改类别",
        "Change the kind",
        ALIVE,
        (*DESK, "intake"),
        F("kind", "choice", "类别", "Kind", options="kinds"),
        REASON,
        guards=(g.not_sealed,),
        effects=(recalculates_for_kind, says("note", "reason", "unit")),
    ),
    overlay(
        "merge",
        "并案",
        "Merge",
        ALIVE,
        DESK,
        F("into", "case", "并入哪一件", "Into"),
        guards=(g.not_merged, g.not_sealed),
        checks=(g.lead_is_other,),
        effects=(follows, tells("party", "merged")),
    ),
    overlay(
        "unmerge",
        "取消并案",
        "Unmerge",
        ALIVE,
        DESK,
        REASON,
        guards=(g.merged,),
        effects=(stands_alone, says("note", "reason", "hub")),
    ),
    overlay(
        "split",
        "拆分",
        "Split",
        ALIVE,
        DESK,
        F("title", "text", "另一件的标题", "Title", most=60),
        TEXT,
        guards=(g.not_sealed,),
        effects=(splits,),
    ),
    overlay(
        "ask_repeat",
        "建议按重复件处理",
        "Propose as a repeat",
        ALIVE,
        ("intake", "dispatcher"),
        REASON,
        F("of", "case", "与哪一件重复", "Repeat of"),
        guards=(g.is_not_open("repeat"), g.not_sealed),
        effects=(opens("repeat", "of"), says("note", "reason", "unit")),
    ),
    overlay(
        "refuse_repeat",
        "不按重复件处理",
        "Not a repeat",
        ALIVE,
        DESK,
        REASON,
        guards=(g.is_open("repeat"), g.second_person("repeat")),
        effects=(closes("repeat", "refused"), says("note", "reason", "unit")),
    ),
    overlay(
        "ask_stop",
        "申请终止办理",
        "Ask to stop",
        ALIVE,
        ("handler", "dispatcher"),
        REASON,
        guards=(g.is_not_open("stop_request"),),
        effects=(
            opens("stop_request"),
            says("note", "reason", "unit"),
            tells("supervisor", "extension_asked"),
        ),
    ),
    overlay(
        "appeal",
        "申诉",
        "Appeal",
        frozenset({"rejected", "transferred", "stopped"}),
        ("citizen",),
        REASON,
        guards=(g.never_before("appeal"),),
        effects=(
            opens("appeal"),
            starts("appeal"),
            says("supplement", "reason", "hub"),
            tells("supervisor", "reopen_asked"),
        ),
    ),
    overlay(
        "refuse_appeal",
        "维持原决定",
        "Uphold the decision",
        frozenset({"rejected", "transferred", "stopped"}),
        ("supervisor",),
        REASON,
        guards=(g.is_open("appeal"),),
        effects=(
            closes("appeal", "refused"),
            ledger("appeal", "met"),
            says("reply", "reason", "parties"),
            tells("party", "reopen_refused"),
        ),
    ),
)
