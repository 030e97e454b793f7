"""Overlay moves of the letter: records on a case that are not a state, under the same endpoint and guards."""

from hub.machines import guards as g
from hub.machines.effects import (
    closes,
    names_officer,
    opens,
    remembers_the_clerk,
    says,
    sets,
    takes,
    tells,
)
from hub.machines.fields import COMMENT, FILES, OFFICER, QUESTION, REASON, REASON_OPTIONAL, TEXT, UNIT
from hub.machines.letter_effects import (
    accepts_report,
    answers_question,
    calls_person_on_duty,
    meets_first_contact,
    rests_until_review,
)
from hub.machines.machine import Move
from hub.machines.machine import MoveField as F

ALIVE = frozenset(
    {
        "submitted",
        "need_fix",
        "accepted",
        "dispatched",
        "contested",
        "working",
        "redo",
        "reopened",
        "drafted",
        "in_review",
    }
)
AT_WORK = frozenset({"working", "redo", "reopened", "drafted"})
SEEN_BY_ALL = ALIVE | {"answered"}


def overlay(code: str, zh: str, en: str, frm: frozenset[str], who: tuple[str, ...], *fields: F, **more: object) -> Move:
    """An overlay move: the state stays."""
    return Move(code, zh, en, frm, "=", who, fields, overlay=True, **more)  # type: ignore[arg-type]


HANDLING_OVERLAYS = (
    overlay(
        "add",
        "补充",
        "Add",
        SEEN_BY_ALL,
        ("citizen",),
        TEXT,
        FILES,
        quiet=True,
        effects=(
            says("supplement", "text", "unit"),
            answers_question,
            remembers_the_clerk,
            tells("unit", "message_from_citizen"),
        ),
    ),
    overlay(
        "remark",
        "内部备注",
        "Note",
        SEEN_BY_ALL,
        ("clerk", "intake", "dispatcher", "handler", "signer", "reviewer", "supervisor", "leader"),
        TEXT,
        quiet=True,
        effects=(says("note", "text", "unit"),),
    ),
    overlay(
        "contact",
        "联系记录",
        "Contact",
        SEEN_BY_ALL,
        ("handler", "signer", "clerk", "intake", "dispatcher"),
        F("how", "choice", "联系方式", "How", options="contact_how"),
        F("result", "choice", "联系结果", "Result", options="contact_result"),
        F("text", "longtext", "记要", "What was said", required=False, most=1000),
        quiet=True,
        effects=(
            opens("contact", "how", "result", state="done"),
            says("note", "text", "unit"),
            meets_first_contact,
            closes("phone_task", "done", "how", "result"),
        ),
    ),
    overlay(
        "assign",
        "指定承办人",
        "Assign",
        AT_WORK | {"dispatched"},
        ("handler", "signer", "dispatcher"),
        OFFICER,
        effects=(names_officer, tells("unit", "assigned")),
    ),
    overlay(
        "ask_citizen",
        "请来信人说明",
        "Ask the citizen",
        AT_WORK,
        ("handler",),
        QUESTION,
        guards=(g.is_not_open("question"),),
        effects=(
            says("question", "question", "parties"),
            opens("question"),
            tells("party", "question"),
        ),
    ),
    overlay(
        "joint_open",
        "请其他单位协办",
        "Ask a unit to assist",
        AT_WORK,
        ("handler", "dispatcher", "supervisor"),
        UNIT,
        F("task", "longtext", "协办事项", "Task", most=1000),
        F("due", "date", "期限", "Due", required=False, ahead=True),
        checks=(g.unit_not_accused,),
        effects=(opens("joint", "task", "unit", due="due"), tells("assistant", "assigned")),
    ),
    overlay(
        "joint_report",
        "协办反馈",
        "Report as assistant",
        AT_WORK,
        ("handler", "signer"),
        TEXT,
        guards=(g.is_open("joint"),),
        effects=(says("note", "text", "unit"), closes("joint", "reported"), tells("unit", "question_answered")),
    ),
    overlay(
        "joint_accept",
        "确认协办反馈",
        "Accept the assistant's report",
        AT_WORK,
        ("handler",),
        COMMENT,
        guards=(g.was_reported,),
        effects=(accepts_report, says("note", "comment", "unit")),
    ),
    overlay(
        "shelve",
        "挂账",
        "Shelve",
        AT_WORK,
        ("supervisor",),
        REASON,
        F("review_day", "date", "复核日期", "Review day", ahead=True),
        guards=(g.is_not_open("shelved"),),
        effects=(opens("shelved", due="review_day"), rests_until_review, says("note", "reason", "unit")),
    ),
    overlay(
        "unshelve",
        "恢复办理",
        "Take up again",
        AT_WORK,
        ("supervisor",),
        COMMENT,
        guards=(g.is_open("shelved"),),
        effects=(closes("shelved", "ended"),),
    ),
    overlay(
        "urgent",
        "标为紧急",
        "Mark urgent",
        ALIVE,
        ("clerk", "intake", "dispatcher", "handler", "supervisor", "system"),
        REASON_OPTIONAL,
        guards=(g.is_not_open("urgent"),),
        effects=(sets(urgent=True), opens("urgent"), calls_person_on_duty, tells("dispatcher", "urgent")),
    ),
    overlay(
        "call_duty",
        "通知值班室",
        "Call the duty office",
        ALIVE,
        ("system",),
        UNIT,
        guards=(g.is_not_open("duty"), g.not_sealed),
        checks=(g.unit_not_accused,),
        effects=(opens("duty"),),
    ),
    overlay(
        "ack_urgent",
        "已知悉紧急件",
        "Acknowledge",
        ALIVE,
        ("dispatcher", "handler", "signer", "supervisor"),
        COMMENT,
        guards=(g.is_open("urgent"),),
        effects=(closes("urgent", "acknowledged"),),
    ),
    overlay(
        "set_level",
        "调整保密等级",
        "Set the level",
        SEEN_BY_ALL,
        ("citizen", "intake", "dispatcher", "handler", "signer", "supervisor"),
        F("level", "choice", "保密等级", "Level", options="levels"),
        checks=(g.rises_only,),
        effects=(takes("level", "level"),),
    ),
    overlay(
        "ask_contact",
        "请来信人公开电话",
        "Ask for the number",
        AT_WORK,
        ("handler",),
        REASON,
        guards=(g.is_not_open("ask_contact"),),
        effects=(says("question", "reason", "parties"), opens("ask_contact"), tells("party", "question")),
    ),
    overlay(
        "open_contact",
        "向承办人公开电话",
        "Open the number",
        AT_WORK,
        ("citizen",),
        guards=(g.is_open("ask_contact"),),
        effects=(closes("ask_contact", "granted"), tells("unit", "question_answered")),
    ),
)
