"""Effects that belong to the letter alone."""

from dataclasses import replace

from hub import timing
from hub.case import Notice, Overlay
from hub.kinds import LEVELS
from hub.language import is_english
from hub.machines.decisions import draw, drawn
from hub.machines.effects import (
    OVER_WHEN_ANSWERED,
    add_message,
    closes,
    ends,
    journal,
    ledger,
    opens,
    releases,
    starts,
    tells,
)
from hub.machines.guards import (
    DICTATION,
    FIRST,
    LISTED,
    RETURNS_THAT_CLIMB,
    SPOKEN,
    TRANSLATION,
    level_with,
    order_to_list,
    proposal_rises,
)
from hub.machines.limit_effects import starts_main_at_reception
from hub.machines.machine import Opening, Step, Turn
from hub.machines.outcome_effects import follows_release, owes_call_later
from hub.submission import headline

CORRECTION = "correction"
"""The record that a person sent the case elsewhere than routing suggested, with the coded cause."""


def level_follows_aim(turn: Turn, step: Step) -> Step:
    """A letter that turns out to be about conduct is raised to the level of that aim, never lowered (DESIGN §10)."""
    level = turn.kind.level[step.case.aim]
    if LEVELS.index(level) <= LEVELS.index(step.case.level):
        return step
    return replace(step, case=replace(step.case, level=level))


def keeps_correction(turn: Turn, step: Step) -> Step:
    """Why a person sent it elsewhere than routing suggested: the department reads it, and routing learns from it."""
    return opens(CORRECTION, "cause", state="done")(turn, step) if turn.values.get("cause") else step


def opens_contact_clock(turn: Turn, step: Step) -> Step:
    """The first contact is owed only where the citizen can be reached."""
    return starts("first_contact")(turn, step) if turn.case.reachable else step


def ends_main_rest(turn: Turn, step: Step) -> Step:
    """A supplement lets the citizen's clock run again; a letter that had lapsed starts a fresh one."""
    main = turn.dossier.clock("main")
    if main is not None and main.phase == "stopped":
        step = timing.start(turn, timing.start(turn, step, "intake"), "veto")
        return starts_main_at_reception(turn, step)
    return ledger("main", "resume")(turn, step)


def closes_now(turn: Turn, step: Step) -> Step:
    return replace(step, case=replace(step.case, closed_at=turn.now))


def rates(turn: Turn, step: Step) -> Step:
    """Keep the rating on the case; it may be changed while the window is open. Unrated is never satisfied."""
    score, solved = int(turn.values["score"]), str(turn.values["solved"])
    step = replace(step, case=replace(step.case, score=score, solved=solved))
    return journal(turn, step, "rated", score=score, solved=solved)


def rests_unit_for_review(turn: Turn, step: Step) -> Step:
    """While the supervision office holds the reply its own clock runs and the unit's rests."""
    if not drawn(turn):
        return step
    step = ledger("unit", "pause")(turn, step)
    step = ledger("redo", "met")(turn, step)
    step = starts("review")(turn, step)
    return tells("reviewer", "review_waiting")(turn, step)


def releases_if_not_drawn(turn: Turn, step: Step) -> Step:
    reply = turn.dossier.reply
    place = f"{draw(turn.case.id, reply.n):.6f}" if reply else ""
    step = journal(turn, step, "review.drawn" if drawn(turn) else "review.not_drawn", place=place)
    return step if drawn(turn) else follows_release(turn, releases(turn, step))


def invites_publication_check(turn: Turn, step: Step) -> Step:
    """A merged case gets its lead's answer as its own: own notice, own rating, own publication consent."""
    step = add_message(turn, step, "reply", str(turn.values["body"]), "parties")
    step = replace(step, case=replace(step.case, answered_at=turn.now))
    for name in ("main", "unit", "veto", "first_contact", "dispatch", "intake", "sign", "contest", "redo", "review"):
        step = ledger(name, "met" if name in ("main", "unit", "veto") else "stop")(turn, step)
    step = owes_call_later(turn, ends(*OVER_WHEN_ANSWERED)(turn, step))
    return journal(turn, step, "reply.followed", lead=turn.case.lead)


def suspends_publication(turn: Turn, step: Step) -> Step:
    """The public page rests while its answer is worked on again."""
    return journal(turn, step, "publication.suspend")


def splits(turn: Turn, step: Step) -> Step:
    """The second matter of a letter becomes a case of its own with the same citizen."""
    title, body = str(turn.values["title"]), str(turn.values["text"])
    opening = Opening(turn.spare, turn.case.kind, turn.case.machine, title, body, "")
    step = journal(turn, step, "split", to=turn.spare)
    return replace(step, openings=(*step.openings, opening))


def answers_question(turn: Turn, step: Step) -> Step:
    """The citizen answered: the clock runs on."""
    from_question = turn.dossier.open("question")
    if from_question is None:
        return step
    settled = replace(from_question, state="answered", decided_at=turn.now, decided_by=turn.actor.id)
    step = replace(step, overlays=(*step.overlays, settled))
    if turn.dossier.open("pause") is not None:
        step = closes("pause", "answered")(turn, step)
        step = ledger("main", "resume")(turn, step)
        step = ledger("unit", "resume")(turn, step)
    return tells("unit", "question_answered")(turn, step)


def asks_for_translation(turn: Turn, step: Step) -> Step:
    """What a citizen says in English waits for its translation, so that whoever signs and reviews can read it."""
    said = step.messages[-1] if step.messages else None
    if said is None or not is_english(said.body):
        return step
    return opens(TRANSLATION, "message")(replace(turn, values={**turn.values, "message": said.n}), step)


def asks_for_dictation(turn: Turn, step: Step) -> Step:
    """A voice message waits until an officer has listened and taken down what was said."""
    if not turn.values.get("voice") or not step.messages:
        return step
    return opens(DICTATION, "message")(replace(turn, values={**turn.values, "message": step.messages[-1].n}), step)


def keeps_dictation(turn: Turn, step: Step) -> Step:
    """What was said stands beneath its voice message, for the citizen to read too; a later one takes its place.

    A letter that was only spoken gets its title with it: the one that is given, else its first words.
    """
    of, text = int(turn.values["message"]), str(turn.values["text"])
    title = str(turn.values.get("title") or "")
    if of == FIRST and not title and step.case.title == SPOKEN:
        title = headline(text)
    step = replace(step, case=replace(step.case, title=title or step.case.title))
    step = add_message(turn, step, DICTATION, text, "parties", of=of)
    asked = next(o for o in turn.dossier.overlays if o.kind == DICTATION and o.data.get("message") == of)
    return timing.settle(turn, step, asked, "done")


def keeps_translation(turn: Turn, step: Step) -> Step:
    """The translation stands beside what it translates; a later one takes its place on the page, none is lost."""
    of = int(turn.values["message"])
    step = add_message(turn, step, TRANSLATION, str(turn.values["text"]), "unit", of=of)
    asked = next(o for o in turn.dossier.overlays if o.kind == TRANSLATION and o.data.get("message") == of)
    return timing.settle(turn, step, asked, "done")


def own_joint_work(turn: Turn) -> Overlay:
    """The open joint work of the actor's own unit: several units may assist, and each reports for itself."""
    work = [o for o in turn.dossier.overlays if o.kind == "joint" and o.state == "open"]
    holds, directory = turn.actor.holds, turn.book.directory
    mine = [o for o in work if any(holds(role, o.unit, directory) for role in turn.move.who)]
    return (mine or work)[0]


def reports_own_work(turn: Turn, step: Step) -> Step:
    return timing.settle(turn, step, own_joint_work(turn), "reported")


def counts_interim_report(turn: Turn, step: Step) -> Step:
    """How often the assisting unit has said how far it is; its limit runs on."""
    work = own_joint_work(turn)
    told = replace(work, data={**work.data, "interim": int(work.data.get("interim", 0)) + 1})
    return replace(step, overlays=(*step.overlays, told))


def accepts_report(turn: Turn, step: Step) -> Step:
    """The lead unit takes over what the assisting unit reported."""
    found = next(o for o in reversed(turn.dossier.overlays) if o.kind == "joint" and o.state == "reported")
    return timing.settle(turn, step, found, "accepted")


def meets_first_contact(turn: Turn, step: Step) -> Step:
    """The first effective contact meets the first-contact clock."""
    reached = turn.values.get("result") == "reached"
    return ledger("first_contact", "met")(turn, step) if reached else step


def follows(turn: Turn, step: Step) -> Step:
    """The case follows a lead and leaves the queues; it keeps number, clocks, level, thread and rating."""
    step = replace(step, case=replace(step.case, lead=str(turn.values["into"])))
    return journal(turn, step, "merged", into=str(turn.values["into"]))


def stands_alone(turn: Turn, step: Step) -> Step:
    step = journal(turn, step, "unmerged", lead=turn.case.lead)
    return replace(step, case=replace(step.case, lead=""))


def rests_until_review(turn: Turn, step: Step) -> Step:
    """A shelved case keeps its clocks and its owner; only the review day is new."""
    return journal(turn, step, "shelved", review=str(turn.values.get("review_day", "")))


def calls_person_on_duty(turn: Turn, step: Step) -> Step:
    """The first on the duty roster hears at once, whatever the hour; a sealed case stays with those it names."""
    directory, today = turn.book.directory, turn.book.calendar.day_of(turn.now)
    on_duty = directory.on_duty(today)
    if not on_duty or step.case.sealed:
        return step
    to = f"account:{on_duty[0]}"
    key = f"{step.case.id}:urgent:{step.case.version}:{to}"
    step = replace(step, notices=(*step.notices, Notice(to, "urgent", key, {"round": step.case.round})))
    return journal(turn, step, "duty.called", to=on_duty[0])


def takes_up_proposal(turn: Turn, step: Step) -> Step:
    """The proposal becomes an order of its level, with the day that the supervisor names."""
    proposed = turn.dossier.open("proposal")
    level = str(proposed.data["level"]) if proposed is not None else ""
    step = closes("proposal", "taken_up")(turn, step)
    return opens("order", "level", due="due")(replace(turn, values={**turn.values, "level": level}), step)


def orders_after_talk(turn: Turn, step: Step) -> Step:
    """The record of a talk 约谈 ends with an order: what was agreed is answered in writing by its own day."""
    step = closes("talk", "held", "held")(turn, step)
    level = level_with(turn, "after_talk")
    return opens("order", "level", due="due")(replace(turn, values={**turn.values, "level": level}), step)


def third_return_climbs(turn: Turn, step: Step) -> Step:
    """The third reply sent back climbs the ladder: an order is proposed at once, whatever the clocks say."""
    returned = {r.n for r in (*turn.dossier.replies, *step.replies) if r.verdict == "unqualified"}
    if len(returned) < RETURNS_THAT_CLIMB:
        return step
    asked = replace(turn, values={**turn.values, "level": level_with(turn, "after_returns")})
    if proposal_rises(asked) is not None:
        return step
    step = opens("proposal", "level")(asked, closes("proposal", "superseded")(turn, step))
    return tells("supervisor", "returned_often")(turn, step)


def lists_order(turn: Turn, step: Step) -> Step:
    """A leader lets the public see that this order stands: as long as it is open."""
    order = order_to_list(turn)
    assert order is not None  # the guard has looked
    listed = replace(order, data={**order.data, LISTED: turn.now.date().isoformat()})
    step = replace(step, overlays=(*step.overlays, listed))
    return journal(turn, step, "order.listed", overlay=order.n)
