"""Guards of readings after the answer: who may read a reply again, and who decides on what was found."""

from hub.case import Dossier, Overlay
from hub.errors import Said
from hub.machines.machine import Turn

SECOND, LATER, DIFFERENCE = "second_reading", "later_reading", "difference"
READINGS = (SECOND, LATER)
"""A reply found fit that is read again, blind; and one that went out unread, drawn afterwards."""


def reading_open(dossier: Dossier) -> Overlay | None:
    """The reading that waits for a reader."""
    return next((o for o in reversed(dossier.overlays) if o.kind in READINGS and o.state == "open"), None)


def a_reading_waits(turn: Turn) -> Said | None:
    if reading_open(turn.dossier) is None:
        return Said("这份答复没有等待审读。", "No reading of this reply is waiting.")
    return None


def reader_is_another(turn: Turn) -> Said | None:
    """Whoever drafted, signed or reviewed the reply does not read it again."""
    reply = turn.dossier.reply
    if reply and turn.actor.person in (reply.handler_person, reply.signer_person, reply.reviewer_person):
        return Said("参与过这份答复的人不能审读它。", "Whoever took part in a reply does not read it again.")
    return None


def finding_has_reasons(turn: Turn) -> Said | None:
    if turn.values["verdict"] == "unqualified" and not turn.values.get("reasons"):
        return Said("判为不合格时，请选至少一条理由。", "A finding of unfit names at least one reason.")
    return None


def went_out_unread(turn: Turn) -> Said | None:
    """What the sample did not draw stays in the pool until somebody reads it."""
    if not turn.case.unreviewed or turn.case.sealed or not turn.dossier.replies:
        return Said("这份答复发出前已经审核过，或不能抽查。", "This reply was reviewed, or cannot be drawn.")
    if reading_open(turn.dossier) or turn.dossier.open(DIFFERENCE):
        return Said("这份答复已经在审读。", "This reply is being read already.")
    return None


def decides_on_others_reading(turn: Turn) -> Said | None:
    """The reader proposes, another person decides."""
    readers = {str(o.data.get("reader", "")) for o in turn.dossier.overlays if o.kind in READINGS}
    if turn.actor.person in readers:
        return Said("审读人不能自己决定。", "The reader does not decide on the own finding.")
    return None
