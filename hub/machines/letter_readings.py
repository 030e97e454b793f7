"""Moves of readings after the answer: a second one, blind, for the agreement rate; a later one of what nobody read."""

from hub.machines import guards as g
from hub.machines import reading_guards as r
from hub.machines.effects import closes, says, sets
from hub.machines.fields import COMMENT, REASON
from hub.machines.letter_overlays import overlay
from hub.machines.letter_states import at
from hub.machines.machine import MoveField as F
from hub.machines.reading_effects import opens_later_reading, records_reading

AFTER = at("answered", "closed")

READING_OVERLAYS = (
    overlay(
        "draw_later",
        "补抽审读",
        "Draw for reading",
        AFTER,
        ("supervisor",),
        F("seed", "text", "抽样种子", "Seed of the draw", required=False, most=64),
        guards=(r.went_out_unread,),
        effects=(opens_later_reading,),
    ),
    overlay(
        "read_again",
        "审读意见",
        "Reading",
        AFTER,
        ("reviewer",),
        F("verdict", "choice", "审读结论", "Finding", options="readings"),
        F("reasons", "reasons", "不合格的理由", "Reasons", required=False, options="review"),
        COMMENT,
        guards=(r.a_reading_waits, r.reader_is_another, g.reviewer_is_independent),
        checks=(r.finding_has_reasons,),
        effects=(records_reading, says("note", "comment", "hub")),
    ),
    overlay(
        "let_stand",
        "维持答复",
        "Let the reply stand",
        AFTER,
        ("supervisor",),
        REASON,
        guards=(g.is_open(r.DIFFERENCE), r.decides_on_others_reading, g.not_handler_nor_signer),
        effects=(closes(r.DIFFERENCE, "stands"), sets(unreviewed=False), says("note", "reason", "hub")),
    ),
)
