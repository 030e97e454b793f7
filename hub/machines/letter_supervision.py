"""Overlay moves of supervision: urging and its written reason, proposed and given orders, instructions."""

from hub.machines import guards as g
from hub.machines.effects import closes, opens, says, tells
from hub.machines.fields import REASON, TEXT
from hub.machines.letter_effects import lists_order, takes_up_proposal
from hub.machines.letter_overlays import ALIVE, SEEN_BY_ALL, overlay
from hub.machines.machine import MoveField as F

OFFICE = ("handler", "signer")
DUE = F("due", "date", "要求答复日期", "Answer by", ahead=True)
DUE_OPTIONAL = F("due", "date", "要求反馈日期", "Report by", required=False, ahead=True)

SUPERVISION_OVERLAYS = (
    overlay(
        "urge",
        "催办",
        "Urge",
        ALIVE,
        ("supervisor", "system"),
        guards=(g.is_not_open("urging"), g.has_unit),
        effects=(opens("urging"), tells("unit", "urge")),
    ),
    overlay(
        "give_reason",
        "说明原因",
        "Give the reason",
        SEEN_BY_ALL,
        OFFICE,
        TEXT,
        guards=(g.is_open("urging"),),
        effects=(says("note", "text", "unit"), closes("urging", "answered"), tells("supervisor", "reason_given")),
    ),
    overlay(
        "propose_order",
        "提出督办建议",
        "Propose an order",
        ALIVE,
        ("system",),
        F("level", "choice", "督办等级", "Level", options="orders"),
        checks=(g.proposal_rises,),
        effects=(closes("proposal", "superseded"), opens("proposal", "level")),
    ),
    overlay(
        "take_up",
        "采纳督办建议",
        "Take up the proposal",
        SEEN_BY_ALL,
        ("supervisor",),
        DUE,
        TEXT,
        guards=(g.is_open("proposal"), g.has_unit),
        effects=(takes_up_proposal, says("note", "text", "unit"), tells("unit", "urge")),
    ),
    overlay(
        "drop_proposal",
        "不采纳督办建议",
        "Drop the proposal",
        SEEN_BY_ALL,
        ("supervisor",),
        REASON,
        guards=(g.is_open("proposal"),),
        effects=(closes("proposal", "refused"), says("note", "reason", "hub")),
    ),
    overlay(
        "order",
        "督办",
        "Order",
        ALIVE,
        ("supervisor",),
        F("level", "choice", "督办等级", "Level", options="orders"),
        TEXT,
        DUE,
        effects=(opens("order", "level", due="due"), says("note", "text", "unit"), tells("unit", "urge")),
    ),
    overlay(
        "answer_order",
        "回复督办",
        "Answer the order",
        SEEN_BY_ALL,
        OFFICE,
        TEXT,
        guards=(g.is_open("order"),),
        effects=(
            says("note", "text", "unit"),
            closes("order", "answered"),
            tells("supervisor", "question_answered"),
        ),
    ),
    overlay(
        "list_publicly",
        "公开挂牌",
        "List publicly",
        SEEN_BY_ALL,
        ("leader",),
        guards=(g.an_order_may_be_listed,),
        effects=(lists_order, tells("unit", "listed")),
    ),
    overlay(
        "instruct",
        "批示",
        "Instruct",
        ALIVE,
        ("leader",),
        TEXT,
        DUE_OPTIONAL,
        effects=(opens("instruction", due="due"), says("note", "text", "unit"), tells("unit", "urge")),
    ),
    overlay(
        "answer_instruction",
        "反馈批示",
        "Report on the instruction",
        SEEN_BY_ALL,
        OFFICE,
        TEXT,
        guards=(g.is_open("instruction"),),
        effects=(
            says("note", "text", "unit"),
            closes("instruction", "answered"),
            tells("leader", "question_answered"),
        ),
    ),
)
