"""Effects of readings after the answer: the draw of a second one, what a reader found, and what follows from it."""

from dataclasses import replace

from hub import timing
from hub.case import Overlay
from hub.machines.decisions import draw
from hub.machines.effects import closes, journal, opens, rewrites_reply, sets, tells
from hub.machines.machine import Step, Turn
from hub.machines.reading_guards import DIFFERENCE, LATER, SECOND, reading_open


def draws_second_reading(turn: Turn, step: Step) -> Step:
    """A share of the replies found fit is read again, blind, by somebody else; the draw is seeded and logged.

    Nobody is told by a notice: it would name the case, and the reader is to see no name.
    """
    reply, share = (step.replies or turn.dossier.replies)[-1], turn.kind.review.second
    if not share or turn.case.sealed or reply.type == "interim" or turn.actor.kind != "officer":
        return step
    place = draw(turn.case.id, reply.n, "second")
    chosen = place < share
    step = journal(turn, step, "second.drawn" if chosen else "second.not_drawn", place=f"{place:.6f}")
    return opens(SECOND, "reply")(_of(turn, reply.n), step) if chosen else step


def opens_later_reading(turn: Turn, step: Step) -> Step:
    """The reply that went out unread is read now."""
    return opens(LATER, "reply")(_of(turn, turn.dossier.replies[-1].n), step)


def records_reading(turn: Turn, step: Step) -> Step:
    """What the reader found stays with the reading. A reply found poor waits for the supervision office to decide.

    A later reading that finds the reply fit is its review; a second one changes nothing of the case.
    """
    found = reading_open(turn.dossier)
    assert found is not None  # the guard has looked
    told = {name: turn.values[name] for name in ("verdict", "reasons") if turn.values.get(name)}
    home = turn.book.directory.bureau(turn.actor.home) or turn.actor.id
    read = replace(found, data={**found.data, **told, "reader": turn.actor.person, "bureau": home})
    step = timing.settle(turn, step, read, "done")
    read = next(o for o in step.overlays if o.n == found.n)
    if turn.values["verdict"] == "qualified":
        return _as_verdict(turn, sets(unreviewed=False)(turn, step), read) if read.kind == LATER else step
    step = opens(DIFFERENCE, "reply")(_of(turn, int(found.data["reply"])), step)
    return tells("supervisor", "reading_differs")(turn, step)


def takes_up_difference(turn: Turn, step: Step) -> Step:
    """A reply is sent back for what a reading found: a later reading's verdict is the reply's from now on."""
    waiting = turn.dossier.open(DIFFERENCE)
    if waiting is None:
        return step
    read = next(o for o in reversed(turn.dossier.overlays) if o.kind in (SECOND, LATER) and o.state == "done")
    step = closes(DIFFERENCE, "sent_back")(turn, step)
    return _as_verdict(turn, step, read) if read.kind == LATER else step


def _as_verdict(turn: Turn, step: Step, read: Overlay) -> Step:
    return rewrites_reply(
        turn,
        step,
        reviewer=read.decided_by,
        reviewer_person=str(read.data["reader"]),
        reviewer_bureau=str(read.data["bureau"]),
        decided_at=read.decided_at,
        verdict=str(read.data["verdict"]),
        state=str(read.data["verdict"]),
        reasons=tuple(read.data.get("reasons", ())),
    )


def _of(turn: Turn, reply: int) -> Turn:
    return replace(turn, values={**turn.values, "reply": reply})
