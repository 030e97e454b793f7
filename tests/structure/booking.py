"""A toy third machine: a slot with so many seats and a waiting list; nobody replies, nobody reviews."""

from dataclasses import replace
from typing import Any

from hub.errors import Said
from hub.machines.effects import assigns, closes, journal, ledger, opens, starts, tells
from hub.machines.letter_effects import closes_now
from hub.machines.machine import Lapse, Move, State, Step, Turn, machine
from hub.machines.machine import MoveField as F

STATES = (
    State("requested", "待安排", "Requested", "submitted", "reception"),
    State("bookable", "可预约", "Open for booking", "handling", "unit"),
    State("full", "已约满", "Full", "handling", "unit"),
    State("held", "已进行", "Held", "closed", "nobody", final=True),
    State("cancelled", "已取消", "Cancelled", "closed", "nobody", final=True),
)
UNIT = F("unit", "unit", "单位", "Unit")
SEATS = F("seats", "int", "名额", "Seats")
TOKEN = F("token", "text", "排号", "Token", most=20)


def left(turn: Turn) -> int:
    """How many seats are free before this move."""
    capacity = turn.dossier.open("capacity")
    taken = [o for o in turn.dossier.overlays if o.kind == "seat" and o.state == "open"]
    return int(capacity.data["seats"]) - len(taken) if capacity else 0


def a_seat_is_free(turn: Turn) -> Said | None:
    return None if left(turn) > 0 else Said("已经约满，可以排队。", "It is full; you can wait in line.")


def no_seat_is_free(turn: Turn) -> Said | None:
    return Said("还有名额，可以直接预约。", "There are seats left.") if left(turn) > 0 else None


def somebody_sits(turn: Turn) -> Said | None:
    return None if turn.dossier.open("seat") else Said("还没有人预约。", "Nobody has a seat yet.")


def full_with_the_last_seat(turn: Turn) -> str:
    return "full" if left(turn) == 1 else "bookable"


def open_when_nobody_waits(turn: Turn) -> str:
    return "full" if turn.dossier.open("queue") else "bookable"


def first_in_line_moves_up(turn: Turn, step: Step) -> Step:
    """A freed seat goes to whoever has waited longest."""
    waiting = next((o for o in turn.dossier.overlays if o.kind == "queue" and o.state == "open"), None)
    if waiting is None:
        return step
    seated = replace(waiting, state="seated", decided_at=turn.now, decided_by=turn.actor.id)
    step = replace(step, overlays=(*step.overlays, seated))
    given = replace(turn, values={"token": waiting.data["token"]})
    return journal(turn, opens("seat", "token")(given, step), "seat.moved_up", overlay=waiting.n)


BOOKING = machine(
    "booking",
    "requested",
    STATES,
    (
        Move(
            "arrange",
            "安排",
            "Arrange",
            frozenset({"requested"}),
            "bookable",
            ("dispatcher", "clerk"),
            (UNIT, SEATS),
            effects=(assigns, opens("capacity", "seats"), ledger("main", "met"), starts("slot")),
        ),
        Move(
            "reserve",
            "预约",
            "Reserve",
            frozenset({"bookable"}),
            full_with_the_last_seat,
            ("handler", "citizen"),
            (TOKEN,),
            guards=(a_seat_is_free,),
            effects=(opens("seat", "token"),),
        ),
        Move(
            "wait",
            "排队",
            "Wait in line",
            frozenset({"full"}),
            "=",
            ("handler",),
            (TOKEN,),
            guards=(no_seat_is_free,),
            effects=(opens("queue", "token"),),
            overlay=True,
        ),
        Move(
            "release",
            "退号",
            "Release a seat",
            frozenset({"bookable", "full"}),
            open_when_nobody_waits,
            ("handler",),
            guards=(somebody_sits,),
            effects=(closes("seat", "released"), first_in_line_moves_up),
        ),
        Move(
            "withdraw",
            "取消",
            "Cancel",
            frozenset({"requested", "bookable", "full"}),
            "cancelled",
            ("citizen", "handler"),
            effects=(ledger("main", "stop"), ledger("slot", "stop"), closes_now, tells("party", "withdrawn")),
        ),
        Move(
            "hold",
            "进行",
            "Hold",
            frozenset({"bookable", "full"}),
            "held",
            ("system",),
            effects=(ledger("slot", "met"), closes_now),
        ),
    ),
    lapses={"slot": Lapse("hold")},
    opening_clocks=("main",),
)

KIND: dict[str, Any] = {
    "code": "booking",
    "zh": "预约办事",
    "en": "Appointment",
    "about_zh": "想约个时间来窗口办事，写在这里。",
    "about_en": "Ask for a time at the counter.",
    "machine": "booking",
    "aims": ["matter"],
    "level": {"matter": "private"},
    "publishable": False,
    "rating": False,
    "reopen": False,
    "review": {"mode": "none"},
    "source": "测试",
    "clocks": {
        "main": {"limit": "2wd", "ladder": "intake", "source": "测试：两个工作日内安排"},
        "slot": {"limit": "5wd", "ladder": "none", "source": "测试：五个工作日后进行"},
    },
    "fields": [
        {
            "name": "service",
            "zh": "办什么事",
            "en": "Which service",
            "type": "choice",
            "required": True,
            "options": [
                {"code": "permit", "zh": "办证", "en": "A permit"},
                {"code": "advice", "zh": "咨询", "en": "Advice"},
            ],
        },
        {"name": "day", "zh": "想哪天来", "en": "Which day", "type": "date", "required": True, "most": 20},
    ],
}
