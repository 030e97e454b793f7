"""Overlay moves on the limits of a letter: rest, extension, grade, and a due date set outside the hub."""

from hub.machines import guards as g
from hub.machines import limit_guards as lg
from hub.machines.effects import closes, ledger, opens, says, tells
from hub.machines.fields import COMMENT, GRADE, REASON
from hub.machines.letter_overlays import ALIVE, AT_WORK, overlay
from hub.machines.limit_effects import (
    asks_for_longer,
    bounds_pause,
    extends_main,
    recalculates_unit,
    sets_grade,
    sets_outside_due,
)
from hub.machines.machine import MoveField as F

LIMIT_OVERLAYS = (
    overlay(
        "request_pause",
        "申请停表",
        "Ask to rest the clock",
        AT_WORK,
        ("handler",),
        REASON,
        guards=(g.is_open("question"), g.is_not_open("pause_request"), lg.once_a_round("pause_request"), lg.may_rest),
        effects=(
            opens("pause_request", "reason", "round"),
            says("note", "reason", "unit"),
            tells("signer", "extension_asked"),
        ),
    ),
    overlay(
        "approve_pause",
        "同意停表",
        "Approve the rest",
        AT_WORK,
        ("signer", "supervisor"),
        COMMENT,
        guards=(g.is_open("pause_request"), g.second_person("pause_request"), lg.may_rest),
        effects=(
            closes("pause_request", "granted"),
            opens("pause"),
            bounds_pause,
            ledger("main", "pause"),
            ledger("unit", "pause"),
            tells("unit", "extension_decided"),
        ),
    ),
    overlay(
        "refuse_pause",
        "不同意停表",
        "Refuse the rest",
        AT_WORK,
        ("signer", "supervisor"),
        REASON,
        guards=(g.is_open("pause_request"), g.second_person("pause_request")),
        effects=(
            closes("pause_request", "refused"),
            says("note", "reason", "unit"),
            tells("unit", "extension_decided"),
        ),
    ),
    overlay(
        "end_pause",
        "恢复计时",
        "End the rest",
        ALIVE,
        ("handler", "signer", "supervisor", "system"),
        COMMENT,
        guards=(g.is_open("pause"),),
        effects=(closes("pause", "ended"), ledger("main", "resume"), ledger("unit", "resume")),
    ),
    overlay(
        "request_extension",
        "申请延期",
        "Ask for an extension",
        AT_WORK,
        ("handler",),
        F("days", "int", "延长几天", "Days"),
        F("reason", "longtext", "理由（同意后来信人会看到）", "Reason (the citizen reads it once it is granted)"),
        guards=(lg.main_not_over, g.is_not_open("extension"), lg.may_extend),
        checks=(lg.days_are_left,),
        effects=(opens("extension", "days", "reason"), says("note", "reason", "unit"), asks_for_longer),
    ),
    overlay(
        "approve_extension",
        "同意延期",
        "Approve the extension",
        AT_WORK | {"in_review"},
        ("signer", "supervisor", "leader"),
        COMMENT,
        guards=(g.is_open("extension"), g.second_person("extension"), lg.decides_in_turn, lg.main_not_over),
        effects=(closes("extension", "granted"), tells("unit", "extension_decided"), extends_main),
    ),
    overlay(
        "refuse_extension",
        "不同意延期",
        "Refuse the extension",
        AT_WORK | {"in_review"},
        ("signer", "supervisor", "leader"),
        REASON,
        guards=(g.is_open("extension"), g.second_person("extension"), lg.decides_in_turn),
        effects=(
            closes("extension", "refused"),
            says("note", "reason", "unit"),
            tells("unit", "extension_decided"),
        ),
    ),
    overlay(
        "grade",
        "定级",
        "Grade",
        AT_WORK | {"dispatched"},
        ("dispatcher", "supervisor"),
        GRADE,
        guards=(lg.kind_is_graded, lg.main_not_over),
        effects=(sets_grade, recalculates_unit, tells("unit", "new_limit"), tells("party", "new_due")),
    ),
    overlay(
        "outside_due",
        "登记外部期限",
        "Enter an outside due date",
        ALIVE,
        ("clerk", "intake", "dispatcher", "supervisor"),
        F("due", "date", "派单单位要求哪一天之前办完", "Last day that was set outside"),
        guards=(lg.main_not_over,),
        checks=(lg.day_is_ahead,),
        effects=(sets_outside_due, tells("unit", "new_limit"), tells("party", "new_due")),
    ),
)
