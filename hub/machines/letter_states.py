"""States of the letter, each with the office's word, the citizen's plain word, and whose time it is."""

from hub.machines.machine import State

STATES = (
    State("submitted", "待受理", "Submitted", "submitted", "reception"),
    State("need_fix", "待补充", "Needs more", "waiting", "citizen"),
    State("accepted", "待派单", "To be dispatched", "submitted", "reception"),
    State("dispatched", "待签收", "Dispatched", "handling", "unit"),
    State("contested", "退单审核中", "Contested", "handling", "reception"),
    State("working", "办理中", "In work", "handling", "unit"),
    State("redo", "退回重办", "Sent back", "handling", "unit"),
    State("reopened", "重新办理中", "Reopened", "handling", "unit"),
    State("drafted", "待审签", "To be signed", "handling", "unit"),
    State("in_review", "待审核", "In review", "handling", "supervision"),
    State("answered", "已答复", "Answered", "answered", "citizen"),
    State("closed", "已办结", "Closed", "closed", "nobody", final=True),
    State("rejected", "不予受理", "Not accepted", "closed", "nobody", final=True),
    State("transferred", "已转出", "Transferred", "closed", "nobody", final=True),
    State("withdrawn", "已撤回", "Withdrawn", "closed", "nobody", final=True),
    State("stopped", "终止办理", "Stopped", "closed", "nobody", final=True),
    State("lapsed", "逾期未补充", "Lapsed", "closed", "nobody", final=True),
)

HANDLING = frozenset({"working", "redo", "reopened"})
AT_UNIT = HANDLING | {"dispatched", "contested", "drafted"}
BEFORE_ANSWER = AT_UNIT | {"submitted", "need_fix", "accepted", "in_review"}
REFUSED = frozenset({"rejected", "transferred", "stopped"})


def at(*states: str) -> frozenset[str]:
    """The states a move starts from."""
    return frozenset(states)
