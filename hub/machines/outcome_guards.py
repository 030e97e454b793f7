"""Guards on whether it was done: who may call a citizen, what a call may say, what is asked and promised."""

from hub.case import Dossier, Overlay
from hub.errors import Said
from hub.machines.machine import Turn

CALL, QUESTION, COMMITMENT, UNSOLVED = "call_back", "outcome", "commitment", "unsolved"
"""Records: a call that supervision owes, a question to the citizen whether it was done, a promise with its day, and an
answer that solved nothing and waits for a supervisor."""
DEED = "deed"
"""What a commitment of a final reply promises; that of an interim one promises the answer itself."""


def open_records(dossier: Dossier, kind: str) -> list[Overlay]:
    """The open records of a kind, the one that is due first in front."""
    found = [o for o in dossier.overlays if o.kind == kind and o.state == "open"]
    return sorted(found, key=lambda o: (o.due_at is None, o.due_at, o.n))


def promises(dossier: Dossier) -> list[Overlay]:
    """Open commitments to do something, by their day."""
    return [o for o in open_records(dossier, COMMITMENT) if o.data.get("of") == DEED]


def unreported(dossier: Dossier) -> list[Overlay]:
    """Those of which the unit has not said yet that they are kept."""
    return [o for o in promises(dossier) if "reported" not in o.data]


def caller_is_independent(turn: Turn) -> Said | None:
    """Whoever calls is not of the answering bureau, holds no part at the unit, and wrote or signed no reply.

    Source: Beijing Regulations on Handling Complaints (2021) art. 23: the call is made apart from the handling.
    """
    directory, case, actor = turn.book.directory, turn.case, turn.actor
    if case.unit:
        bureaus = {directory.bureau(unit) for unit in (actor.home, *actor.units("handler", "signer")) if unit}
        if directory.bureau(case.unit) in bureaus:
            return OWN_HOUSE
    if any(actor.person in (r.handler_person, r.signer_person) for r in turn.dossier.replies):
        return OWN_HOUSE
    return None


OWN_HOUSE = Said(
    "承办单位的人不能回访自己办的来信，请督查室或其他单位的回访员来做。",
    "The answering unit does not call about its own case; supervision or the call centre does.",
)


def call_is_whole(turn: Turn) -> Said | None:
    """Somebody who was reached says whether it is solved; who was not reached has rated nothing."""
    reached = turn.values["result"] == "reached"
    if reached and not turn.values.get("solved"):
        return Said("联系上了，请选“问题解决了吗”。", "They were reached: please say whether it is solved.")
    if not reached and (turn.values.get("solved") or turn.values.get("score")):
        return Said("没有联系上来信人，就没有评价，请把评价清空。", "Nobody was reached, so nothing was rated.")
    return None


def has_not_rated(turn: Turn) -> Said | None:
    """Whoever has rated the answer by themselves is not called about it."""
    if turn.case.answered_at is not None and turn.case.score:
        return Said("来信人已经自己评价过。", "The citizen has rated it already.")
    return None


def is_asked(turn: Turn) -> Said | None:
    """A question to the citizen is open, and the one that is named is among them."""
    if not open_records(turn.dossier, QUESTION):
        return NOT_ASKED
    return None


def names_question(turn: Turn) -> Said | None:
    about = turn.values.get("about")
    if about is not None and not any(o.n == about for o in open_records(turn.dossier, QUESTION)):
        return NOT_ASKED
    return None


NOT_ASKED = Said(
    "这个问题您已经回答过，或者已经过了时间。谢谢您。", "This was answered already, or its time is over. Thank you."
)


def has_promise_to_report(turn: Turn) -> Said | None:
    if not unreported(turn.dossier):
        return Said("没有待办的承诺。", "There is no promise left to keep.")
    return None


def promise_stands(turn: Turn) -> Said | None:
    """The promise whose day has come is still open, and nobody was asked about it yet."""
    if not any(o.n == turn.values["about"] for o in unreported(turn.dossier)):
        return Said("这项承诺已经了结或已经问过。", "This promise is settled, or was asked about already.")
    return None


def is_answered(turn: Turn) -> Said | None:
    if turn.case.answered_at is None:
        return Said("还没有答复，没有可以登记的承诺。", "There is no answer yet that promises anything.")
    return None
