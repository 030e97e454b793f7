"""Effects on whether it was done: calls and their tries, questions to the citizen, promises, what solved nothing."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hub import entered, timing
from hub.case import Overlay
from hub.clocks import LedgerEvent, due_at
from hub.machines.effects import ledger, opens, tells
from hub.machines.machine import Step, Turn
from hub.machines.outcome_guards import (
    CALL,
    COMMITMENT,
    DEED,
    QUESTION,
    UNSOLVED,
    open_records,
    promises,
    unreported,
)
from hub.timing import newest, started_at

LATER = "call_later"
"""A call that is owed when the limit ends, of a letter that was answered before."""
BY_FORM = frozenset({"web", "api", *entered.CHANNELS})
"""Channels on which the hub says something and hears nothing back by itself: these citizens are called."""
OF_ANSWER = {"yes": "kept", "partly": "partly", "no": "broken"}
"""What the citizen's word makes of a promise."""


def follows_release(turn: Turn, step: Step) -> Step:
    """What a reply that has just gone out entails: the promise it makes, the one it keeps, and a call in time."""
    if (step.replies or turn.dossier.replies)[-1].type != "interim":
        step = commits(turn, keeps_promised_answer(turn, step))
    return owes_call_later(turn, step)


# Calls --------------------------------------------------------------------------------------------------------------


def owes_call_later(turn: Turn, step: Step) -> Step:
    """An answer within the limit: when that limit ends the citizen is asked all the same, unless they have rated."""
    main = newest(turn.dossier, step, "main")
    if main is None or main.due_at is None or main.ledger[-1].what != "met":
        return step
    if step.case.sealed or step.case.origin == "import":
        return step
    since = started_at(main)
    if any(o.kind in (CALL, LATER, QUESTION) and o.opened_at >= since for o in turn.dossier.overlays):
        return step
    step = opens(LATER)(turn, step)
    return replace(step, overlays=(*step.overlays[:-1], replace(step.overlays[-1], due_at=main.due_at)))


def asks_or_calls(turn: Turn, step: Step) -> Step:
    """By the citizen's own channel where that brings an answer back; else somebody calls."""
    by_channel = turn.dossier.parties[0].channel not in BY_FORM
    if by_channel or not _may_be_phoned(turn):
        step = opens(QUESTION)(turn, step)
        return tells("party", "call_question")(turn, step)
    return puts_down_a_call(turn, step)


def puts_down_a_call(turn: Turn, step: Step) -> Step:
    """A task for supervision and call centre, to be given up after the time that the rules give it."""
    step = opens(CALL, "round")(turn, step)
    until = due_at((LedgerEvent(turn.now, "start", turn.book.calls.give_up),), turn.book.calendar)
    step = replace(step, overlays=(*step.overlays[:-1], replace(step.overlays[-1], due_at=until)))
    return tells("supervisor", "call_back")(turn, timing.start(turn, step, CALL))


def _may_be_phoned(turn: Turn) -> bool:
    """A number is there, and the matter does not hide its writer from whoever would dial it."""
    return turn.dossier.parties[0].phone and turn.case.level in ("open", "private")


def notes_call(turn: Turn, step: Step) -> Step:
    """One try: reached, it is over and rated apart from what citizens rate themselves; not reached, later again."""
    call, result = turn.dossier.open(CALL), str(turn.values["result"])
    if call is None:
        return step
    said = {name: turn.values[name] for name in ("solved", "score") if turn.values.get(name)}
    tries = [*call.data.get("tries", ()), {"at": turn.now.isoformat(), "result": result, "by": turn.actor.id}]
    call = replace(call, data={**call.data, "tries": tries, "result": result, **said})
    again = turn.book.calls.again
    if result == "no_answer" and len(tries) <= len(again):
        moment = again[len(tries) - 1].moment(turn.now, turn.now, turn.book.calendar)
        waiting = replace(call, data={**call.data, "next": moment.isoformat()})
        return replace(step, overlays=(*step.overlays, waiting))
    state = {"reached": "done", "refused": "refused"}.get(result, "unreached")
    step = ledger(CALL, "met")(turn, timing.settle(turn, step, call, state))
    return doubts(turn, step, call.n) if said.get("solved") == "no" else step


def gives_up_the_call(turn: Turn, step: Step) -> Step:
    """Nobody got through, or nobody called at all: the case stays unrated and may close."""
    call = turn.dossier.open(CALL)
    if call is None:
        return step
    state = "unreached" if call.data.get("tries") else "missed"
    return ledger(CALL, "stop")(turn, timing.settle(turn, step, call, state))


def doubts(turn: Turn, step: Step, about: int) -> Step:
    """An answer that solved nothing waits for a supervisor, who reopens it or says why it stands."""
    if turn.case.answered_at is None or turn.dossier.open(UNSOLVED) is not None:
        return step
    step = _with(opens(UNSOLVED, "about"), turn, step, about=about)
    return tells("supervisor", "not_solved")(turn, step)


# The question to the citizen ----------------------------------------------------------------------------------------


def hears_outcome(turn: Turn, step: Step) -> Step:
    """The citizen's word settles the promise it is about; "no" goes to the supervision office."""
    about, answer = turn.values.get("about"), str(turn.values["done"])
    asked = next(o for o in reversed(open_records(turn.dossier, QUESTION)) if about in (None, o.n))
    step = timing.settle(turn, step, replace(asked, data={**asked.data, "answer": answer}), "told")
    promise = _promise_of(turn, asked)
    if promise is not None:
        step = timing.settle(turn, step, promise, OF_ANSWER[answer])
    return doubts(turn, step, promise.n if promise else asked.n) if answer == "no" else step


def takes_silence(turn: Turn, step: Step) -> Step:
    """Nobody answered: a reported promise is unconfirmed, another one a supervisor's; else a call is made instead."""
    asked = open_records(turn.dossier, QUESTION)[0]
    step = timing.settle(turn, step, asked, "silent")
    promise = _promise_of(turn, asked)
    if promise is not None and "reported" in promise.data:
        return timing.settle(turn, step, promise, "unconfirmed")
    if promise is not None:
        return doubts(turn, timing.settle(turn, step, promise, "broken"), promise.n)
    owed = "about" not in asked.data and not turn.case.score and turn.dossier.open(CALL) is None
    return puts_down_a_call(turn, step) if owed and _may_be_phoned(turn) else step


def _promise_of(turn: Turn, asked: Overlay) -> Overlay | None:
    about = asked.data.get("about")
    return next((o for o in promises(turn.dossier) if o.n == about), None)


def _asks(turn: Turn, step: Step, promise: Overlay) -> Step:
    """Ask the citizen whether a promise was kept."""
    step = _with(opens(QUESTION, "about"), turn, step, about=promise.n)
    return tells("party", "done_question")(turn, step)


# Promises -----------------------------------------------------------------------------------------------------------


def keeps_promised_answer(turn: Turn, step: Step) -> Step:
    """The final reply keeps what an interim one promised, where it comes by that day."""
    for promise in open_records(turn.dossier, COMMITMENT):
        if promise.data.get("of") != DEED:
            late = promise.due_at is not None and turn.now >= promise.due_at
            step = timing.settle(turn, step, promise, "broken" if late else "kept")
    return step


def commits(turn: Turn, step: Step) -> Step:
    """The day that a released reply promises becomes a commitment; an earlier promise with another day gives way."""
    reply = (step.replies or turn.dossier.replies)[-1]
    promised = str(turn.values.get("promised") or reply.promised)
    if not promised:
        return step
    for earlier in promises(turn.dossier):
        step = timing.settle(turn, step, earlier, "superseded", "stop")
        for asked in open_records(turn.dossier, QUESTION):
            if asked.data.get("about") == earlier.n:
                step = timing.settle(turn, step, asked, "superseded", "stop")
    return _with(
        opens(COMMITMENT, "of", "reply", due="promised"), turn, step, of=DEED, reply=reply.n, promised=promised
    )


def adds_commitment(turn: Turn, step: Step) -> Step:
    """A further promise of the answer that is out, found by somebody who reads it again."""
    return _with(opens(COMMITMENT, "of", due="promised"), turn, step, of=DEED)


def reports_promise(turn: Turn, step: Step) -> Step:
    """The unit says that it is done: its clock is met, and the citizen is asked whether that is so."""
    promise = unreported(turn.dossier)[0]
    today = turn.book.calendar.day_of(turn.now).isoformat()
    promise = replace(promise, data={**promise.data, "reported": today})
    if not turn.case.reachable:
        return timing.settle(turn, step, promise, "unconfirmed")
    step = replace(step, overlays=(*step.overlays, promise))
    step = timing.note(turn, step, timing.clock_of(promise), LedgerEvent(turn.now, "met", reason=turn.move.code))
    return _asks(turn, step, promise)


def asks_on_the_day(turn: Turn, step: Step) -> Step:
    """The day has passed and the unit has said nothing: the citizen is asked, or else the supervision office."""
    promise = next(o for o in promises(turn.dossier) if o.n == turn.values["about"])
    if turn.case.reachable:
        return _asks(turn, step, promise)
    return doubts(turn, timing.settle(turn, step, promise, "broken"), promise.n)


def finds_it_kept(turn: Turn, step: Step) -> Step:
    """Where the supervision office finds on the spot that the promise was kept, the figures follow it."""
    doubt = turn.dossier.open(UNSOLVED)
    about = doubt.data.get("about") if doubt is not None and turn.values.get("kept") else None
    broken = next((o for o in turn.dossier.overlays if o.n == about and o.state == "broken"), None)
    if broken is None:
        return step
    kept = replace(broken, state="kept", decided_at=turn.now, decided_by=turn.actor.id)
    return replace(step, overlays=(*step.overlays, kept))


def _with(effect: Any, turn: Turn, step: Step, **known: Any) -> Step:
    values: Mapping[str, Any] = {**turn.values, **known}
    result: Step = effect(replace(turn, values=values), step)
    return result
