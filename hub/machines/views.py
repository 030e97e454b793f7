"""Views of the inbox as data: which states each one gathers, and for which roles it is a day's work."""

from dataclasses import dataclass
from typing import Literal

Due = Literal["", "late", "today"]


@dataclass(frozen=True, slots=True)
class View:
    """One tab of the inbox; no states means every open one; `due` narrows it by the limit, `records` to the cases on
    which a record of these kinds waits for somebody."""

    code: str
    zh: str
    en: str
    states: tuple[str, ...]
    roles: tuple[str, ...]
    machine: str = "letter"
    due: Due = ""
    closed: bool = False
    records: tuple[str, ...] = ()

    @property
    def newest(self) -> bool:
        """Whether the newest stand first: where no limit runs any more. All others go by the time that is left."""
        return self.closed or self.code == "answered"


_OFFICE = ("handler", "signer")
_DESK = ("intake", "dispatcher", "clerk")
_HUB = ("supervisor", "leader", "reviewer", "caller")
EVERYBODY = (*_OFFICE, *_DESK, *_HUB)

VIEWS = (
    View("to_accept", "待受理", "To accept", ("submitted", "need_fix"), ("intake",)),
    View("to_dispatch", "待派单", "To dispatch", ("accepted",), ("dispatcher", "intake")),
    View("contested", "退单审核", "Contested", ("contested",), ("dispatcher", "supervisor")),
    View("to_sign", "待签收", "To sign for", ("dispatched",), _OFFICE),
    View("working", "办理中", "In work", ("working", "reopened"), ("handler", *_DESK, *_HUB)),
    View("returned", "退回重办", "Sent back", ("redo",), (*_OFFICE, *_HUB)),
    View("to_sign_off", "待审签", "To sign off", ("drafted",), ("signer",)),
    View("to_review", "待审核", "In review", ("in_review",), ("reviewer", "supervisor")),
    View("urging", "催办待回", "Reasons owed", (), (*_OFFICE, "supervisor"), records=("urging",)),
    View(
        "orders",
        "督办与批示",
        "Orders",
        (),
        (*_OFFICE, "supervisor", "leader"),
        records=("order", "instruction", "talk"),
    ),
    View("joint", "协办", "Joint work", (), (*_OFFICE, "supervisor"), records=("joint",)),
    View("to_translate", "待翻译", "To translate", (), ("handler", "intake", "clerk"), records=("translation",)),
    View("to_dictate", "待听写", "To take down", (), ("intake", "clerk", "handler"), records=("dictation",)),
    View(
        "proposals",
        "督办与发牌建议",
        "Proposed orders and cards",
        (),
        ("supervisor", "leader"),
        records=("proposal", "card_proposal"),
    ),
    View(
        "to_decide",
        "待决",
        "To decide",
        (),
        ("signer", "supervisor"),
        records=(
            *("extension", "pause_request", "reopen_request", "stop_request", "appeal", "unsolved"),
            *("difference", "card_appeal", "exclusion"),
        ),
    ),
    View("calls", "待回访", "To call", (), ("supervisor", "caller"), records=("call_back",)),
    View("today", "今日到期", "Due today", (), EVERYBODY, due="today"),
    View("late", "超期", "Overdue", (), EVERYBODY, due="late"),
    View("open", "全部在办", "All open", (), EVERYBODY),
    View("answered", "已答复", "Answered", ("answered",), EVERYBODY),
    View("all", "全部", "All", (), EVERYBODY, closed=True),
    View("to_publish", "待公开审查", "To publish", ("waiting", "suspended"), ("publisher",), machine="publication"),
)
BY_CODE = {view.code: view for view in VIEWS}


def views_for(roles: frozenset[str]) -> tuple[View, ...]:
    """The tabs that somebody with these roles needs."""
    return tuple(v for v in VIEWS if roles & set(v.roles) and v.machine == "letter")
