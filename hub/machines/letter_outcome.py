"""Overlay moves on whether it was done: calls by supervision, questions to the citizen, and promises with their day."""

from hub.machines import guards as g
from hub.machines import outcome_guards as og
from hub.machines.effects import closes, says, tells
from hub.machines.fields import TEXT
from hub.machines.letter_overlays import SEEN_BY_ALL, overlay
from hub.machines.machine import MoveField as F
from hub.machines.outcome_effects import (
    LATER,
    adds_commitment,
    asks_on_the_day,
    asks_or_calls,
    finds_it_kept,
    gives_up_the_call,
    hears_outcome,
    notes_call,
    reports_promise,
    takes_silence,
)

CALLERS = ("supervisor", "caller")
"""Who enters what a citizen said on the phone: supervision or the call centre, never the unit that answered."""
AFTERWARDS = SEEN_BY_ALL | {"closed"}
"""The limit of a letter that was answered early may end after it has been closed."""
OUTCOME_OVERLAYS = (
    overlay(
        "owe_call",
        "转入回访",
        "Put down for a call",
        AFTERWARDS,
        ("system",),
        guards=(g.is_not_open(og.CALL), g.citizen_can_be_called, g.not_sealed, og.has_not_rated),
        effects=(closes(LATER, "done"), asks_or_calls),
    ),
    overlay(
        "call_back",
        "回访登记",
        "Note the call",
        AFTERWARDS,
        CALLERS,
        F("result", "choice", "联系结果", "Result", options="call_result"),
        F("solved", "choice", "问题解决了吗", "Is it solved", required=False, options="solved"),
        F("score", "int", "满意程度（1–5，来信人愿意说的话）", "How satisfied (1–5, where they say)", required=False),
        F("text", "longtext", "记要", "What was said", required=False, most=1000),
        guards=(g.is_open(og.CALL), og.caller_is_independent),
        checks=(og.call_is_whole,),
        effects=(notes_call, says("note", "text", "unit")),
    ),
    overlay(
        "drop_call",
        "回访未成",
        "Give up the call",
        AFTERWARDS,
        ("system",),
        guards=(g.is_open(og.CALL),),
        effects=(gives_up_the_call,),
    ),
    overlay(
        "tell_done",
        "说明办好了没有",
        "Say whether it was done",
        AFTERWARDS,
        ("citizen",),
        F("done", "choice", "办好了吗", "Was it done", options="done"),
        F("comment", "longtext", "想说的话", "Your words", required=False, most=1000),
        F("about", "int", "第几个问题", "Which question", required=False),
        quiet=True,
        guards=(og.is_asked,),
        checks=(og.names_question,),
        effects=(hears_outcome, says("supplement", "comment", "unit")),
    ),
    overlay(
        "lapse_outcome",
        "来信人未回答",
        "The citizen did not answer",
        AFTERWARDS,
        ("system",),
        guards=(og.is_asked,),
        effects=(takes_silence,),
    ),
    overlay(
        "keep_reply",
        "维持答复并说明",
        "Keep the reply and say why",
        AFTERWARDS,
        ("supervisor",),
        F("reason", "longtext", "理由（来信人会看到）", "Reason (the citizen reads it)"),
        F("kept", "bool", "查实承诺已经办到", "The promise was found kept", required=False),
        guards=(g.is_open(og.UNSOLVED),),
        effects=(
            finds_it_kept,
            closes(og.UNSOLVED, "refused"),
            says("reply", "reason", "parties"),
            tells("party", "stands"),
        ),
    ),
)
COMMITMENT_OVERLAYS = (
    overlay(
        "commit",
        "登记承诺",
        "Enter a promise",
        AFTERWARDS,
        ("handler", "signer", "reviewer", "supervisor"),
        F("promised", "date", "答复里承诺的日期", "The day promised in the reply", ahead=True),
        guards=(og.is_answered,),
        effects=(adds_commitment,),
    ),
    overlay(
        "fulfil",
        "报告承诺已办到",
        "Report a promise kept",
        AFTERWARDS,
        ("handler", "signer"),
        TEXT,
        guards=(og.has_promise_to_report,),
        effects=(reports_promise, says("note", "text", "unit")),
    ),
    overlay(
        "ask_done",
        "问来信人承诺办到没有",
        "Ask whether the promise was kept",
        AFTERWARDS,
        ("system",),
        F("about", "int", "第几项承诺", "Which promise"),
        checks=(og.promise_stands,),
        effects=(asks_on_the_day,),
    ),
)
