"""Effects: the named things that happen in the deed of a move, each a pure function from step to step."""

import hashlib
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from hub import entered, timing
from hub.case import Assignment, Message, Notice, Overlay, Reply
from hub.clocks import LedgerEvent, standing_limit
from hub.journal import Entry
from hub.limits import Limit, Until
from hub.machines.guards import SECOND_OBJECTION
from hub.machines.limit_rules import main_rule
from hub.machines.machine import Effect, Opening, Step, Turn


def sets(**changes: Any) -> Effect:
    """Give fields of the case fixed values."""
    return lambda turn, step: replace(step, case=replace(step.case, **changes))


def takes(field: str, value: str) -> Effect:
    """Give a field of the case the value that came with the move, if it came."""

    def effect(turn: Turn, step: Step) -> Step:
        given = turn.values.get(value)
        return step if given in (None, "") else replace(step, case=replace(step.case, **{field: given}))

    return effect


def remembers_the_way_back(turn: Turn, step: Step) -> Step:
    return replace(step, case=replace(step.case, back_to=turn.case.state))


def next_round(turn: Turn, step: Step) -> Step:
    """A new round; a verdict that stands after a dispute belongs to the round it opened before."""
    if turn.dossier.open("dispute") is not None:
        return step
    return replace(step, case=replace(step.case, round=step.case.round + 1, unreviewed=False))


# Clocks -----------------------------------------------------------------------------------------------------------


def starts(name: str) -> Effect:
    return lambda turn, step: timing.start(turn, step, name)


def starts_for(name: str, amount: int, unit: str) -> Effect:
    """Start a clock of the kind with a limit of this move's own, e.g. four staffed hours for a touch-up."""
    return lambda turn, step: timing.start(turn, step, name, Limit(amount, unit))  # type: ignore[arg-type]


def ledger(name: str, what: str) -> Effect:
    """Append one event to the newest clock of a name: met, stop, pause, resume."""

    def effect(turn: Turn, step: Step) -> Step:
        event = LedgerEvent(at=turn.now, what=what, limit=None, reason=turn.move.code)  # type: ignore[arg-type]
        return timing.note(turn, step, name, event)

    return effect


def stops_all(turn: Turn, step: Step) -> Step:
    """The case leaves the hub's hands: no clock runs on, no record stays open."""
    return ends()(turn, timing.stop_all(turn, step))


def halves_main(turn: Turn, step: Step) -> Step:
    """A reopened case gets half of the first limit, at least three of its units (NORMS §3, K6')."""
    rule = main_rule(turn)
    if rule is None:
        return step
    limit = replace(rule.limit, amount=max(3, (rule.limit.amount + 1) // 2))
    return timing.start(turn, step, "main", limit)


def recalculates_for_kind(turn: Turn, step: Step) -> Step:
    """Another kind has other limits: running clocks are counted again from their own start.

    A date set outside the hub stands, and the department's clock before it.
    """
    received = turn.book.calendar.day_of(turn.case.received_at)
    kind = turn.book.kinds[str(turn.values["kind"])].on(received)
    case = replace(
        step.case,
        kind=kind.code,
        kinds_edition=turn.book.numbers["kinds"],
        aim=step.case.aim if step.case.aim in kind.aims else kind.aims[0],
    )
    step = replace(step, case=case)
    main = turn.dossier.clock("main")
    if main is not None and isinstance(standing_limit(main.ledger), Until):
        return step
    for name in ("main", "unit"):
        if name in kind.clocks:
            event = LedgerEvent(at=turn.now, what="recalc", limit=kind.clocks[name].limit, reason="change_kind")
            step = timing.note(turn, step, name, event)
    if "veto" not in kind.clocks:
        return ledger("veto", "stop")(turn, step)
    return timing.start_from_receipt(turn, step, "veto")


# What is said -----------------------------------------------------------------------------------------------------


def says(kind: str, value: str, audience: str) -> Effect:
    """Put the value that came with the move on the thread."""

    def effect(turn: Turn, step: Step) -> Step:
        body = str(turn.values.get(value) or "")
        return add_message(turn, step, kind, body, audience) if body else step

    return effect


def add_message(turn: Turn, step: Step, kind: str, body: str, audience: str, **refs: Any) -> Step:
    n = step.case.messages + 1
    by_citizen = turn.actor.kind == "citizen"
    if files := turn.values.get("files"):
        refs["files"] = list(files)
    if turn.actor.clerk:
        refs["clerk"], refs["channel"] = turn.actor.clerk.officer, turn.actor.clerk.channel
    message = Message(n, turn.now, turn.actor.id, turn.actor.name, audience, kind, body, refs)
    case = replace(step.case, messages=n, last_message=n if by_citizen else step.case.last_message)
    return replace(step, case=case, messages=(*step.messages, message))


def tells(to: str, text: str) -> Effect:
    """Put a notice in the outbox: to `party`, `unit` (its handlers), `signer`, `assistant`, or a hub role."""

    def effect(turn: Turn, step: Step) -> Step:
        if step.case.origin == "import" and (to == "party" or turn.actor.kind != "officer"):
            return step
        address = recipient(to, turn, step)
        refs: dict[str, Any] = {"round": step.case.round}
        if step.messages:
            refs["message"] = step.messages[-1].n
        if step.replies:
            refs["reply"] = step.replies[-1].n
        if turn.case.unit:
            refs["unit"] = turn.case.unit
        for name in ("reason", "days"):
            if isinstance(value := turn.values.get(name), int | str) and name in CODED.get(turn.move.code, ()):
                refs[name] = value
        key = f"{step.case.id}:{text}:{step.case.version}:{step.case.messages}:{address}"
        return replace(step, notices=(*step.notices, Notice(address, text, key, refs, _quiet(to, text, turn))))

    return effect


ASKED = frozenset({"call_question", "done_question"})
"""What the hub asks a citizen by itself, and not in the night."""


def _quiet(to: str, text: str, turn: Turn) -> datetime | None:
    """What the hub does by itself at night officers hear in the morning; danger, and what citizens hear, at once."""
    if turn.actor.kind != "system" or text == "urgent" or (to == "party" and text not in ASKED):
        return None
    staffed = turn.book.calendar.next_staffed_moment(turn.now)
    return staffed if staffed > turn.now else None


CODED = {
    "reject": ("reason",),
    "confirm_repeat": ("reason",),
    "stop": ("reason",),
    "approve_extension": ("days",),
    "draw_later": ("seed",),
}
"""Values that are codes or numbers and may stand in outbox and journal; words never do."""


def recipient(to: str, turn: Turn, step: Step) -> str:
    """Who a notice goes to, as the outbox writes it; a case without a unit is the reception desk's."""
    if to == "party":
        return "party:1"
    if to == "assistant":
        return f"handler@{turn.values['unit']}"
    if to in ("unit", "signer") and not step.case.unit:
        return "intake@"
    if to == "unit":
        return f"officer:{step.case.officer}" if step.case.officer else f"handler@{step.case.unit}"
    if to == "signer":
        return f"signer@{step.case.unit}"
    return f"{to}@"


# Units ------------------------------------------------------------------------------------------------------------


def assigns(turn: Turn, step: Step) -> Step:
    """Give the case to the unit of the move, with the reason, and end what stood before."""
    return give_to(turn, step, str(turn.values["unit"]))


def assigns_reception(turn: Turn, step: Step) -> Step:
    return give_to(turn, step, turn.book.directory.desks["reception"])


def give_to(turn: Turn, step: Step, unit: str) -> Step:
    n = max((a.n for a in turn.dossier.assignments), default=0) + 1
    officer = str(turn.values.get("officer") or "")
    given = Assignment(n, unit, officer, turn.now, turn.actor.id, turn.move.code, designated=step.case.designated)
    return _handed(turn, step, unit, officer, given)


def takes_away(turn: Turn, step: Step) -> Step:
    """End the present assignment; the unit no longer sees the case."""
    return _handed(turn, step, "", "")


def _handed(turn: Turn, step: Step, unit: str, officer: str, *given: Assignment) -> Step:
    """The case with its next holder; the one before owes no reason for it any more."""
    step = ends("urging")(turn, step)
    ended = [replace(a, until=turn.now) for a in turn.dossier.assignments if a.until is None]
    case = replace(step.case, unit=unit, officer=officer)
    return replace(step, case=case, assignments=(*step.assignments, *ended, *given))


def counts_the_return(turn: Turn, step: Step) -> Step:
    """One more objection upheld; after the second the supervision office hears that it must designate."""
    step = replace(step, case=replace(step.case, returns=step.case.returns + 1))
    return tells("supervisor", "returned_twice")(turn, step) if step.case.returns == SECOND_OBJECTION else step


def names_officer(turn: Turn, step: Step) -> Step:
    return replace(step, case=replace(step.case, officer=str(turn.values["officer"])))


# Replies ----------------------------------------------------------------------------------------------------------


def new_reply(turn: Turn, step: Step) -> Step:
    """A new immutable version of the reply."""
    v = turn.values
    n = max((r.n for r in turn.dossier.replies), default=0) + 1
    reply = Reply(
        n=n,
        round=step.case.round,
        type=str(v.get("type") or "final"),
        state="drafted",
        body=str(v["body"]),
        handling=str(v.get("handling") or ""),
        delivery=str(v.get("delivery") or "page"),
        result=str(v.get("result") or ""),
        reason=str(v.get("reason") or ""),
        drafted_at=turn.now,
        handler=turn.actor.id,
        handler_person=turn.actor.person,
        promised=str(v.get("promised") or ""),
        translated=str(v.get("translated") or ""),
        bureau=turn.book.directory.bureau(step.case.unit),
        files=tuple(int(place) for place in v.get("files") or ()),
    )
    digest = hashlib.sha256(reply.to_citizen.encode()).hexdigest()
    along = {"files": list(reply.files)} if reply.files else {}
    step = replace(step, replies=(*step.replies, reply))
    return journal(turn, step, "reply.written", reply=n, sha256=digest, **along)


def signs_reply(turn: Turn, step: Step) -> Step:
    return rewrites_reply(
        turn, step, signer=turn.actor.id, signer_person=turn.actor.person, signed_at=turn.now, state="signed"
    )


def returns_to_handler(turn: Turn, step: Step) -> Step:
    return rewrites_reply(turn, step, state="handed_back")


def records_verdict(verdict: str) -> Effect:
    def effect(turn: Turn, step: Step) -> Step:
        return rewrites_reply(
            turn,
            step,
            reviewer=turn.actor.id,
            reviewer_person=turn.actor.person,
            reviewer_bureau=turn.book.directory.bureau(turn.actor.home) or turn.actor.id,
            decided_at=turn.now,
            verdict=verdict,
            state=verdict,
            reasons=tuple(turn.values.get("reasons") or ()),
            comment=str(turn.values.get("comment") or turn.values.get("note") or ""),
        )

    return effect


def releases(turn: Turn, step: Step) -> Step:
    """The reply goes to the citizen in the same deed; main and unit are met by a final one (NORMS §3)."""
    reply = (step.replies or turn.dossier.replies)[-1]
    kind = "interim" if reply.type == "interim" else "reply"
    along = {"files": list(reply.files)} if reply.files else {}
    step = add_message(turn, step, kind, reply.to_citizen, "parties", reply=reply.n, **along)
    if reply.type == "interim":
        return _interim(turn, step, reply)
    case = replace(step.case, answered_at=turn.now, unreviewed=reply.reviewer == "")
    step = replace(step, case=case)
    for name in ("main", "unit", "first_contact", "redo", "veto"):
        step = ledger(name, "met")(turn, step)
    step = ends(*OVER_WHEN_ANSWERED)(turn, step)
    if turn.kind.rating:
        step = starts("rating")(turn, step)
    step = journal(turn, step, "reply.released", reply=reply.n, round=reply.round)
    step = tells("party", "answered")(turn, step)
    if turn.kind.publishable and case.publish_consent and not case.sealed and turn.spare:
        opening = Opening(turn.spare, "publication", "publication", case.title, "", case.id)
        step = replace(step, openings=(*step.openings, opening))
    return step


def _interim(turn: Turn, step: Step, reply: Reply) -> Step:
    """An interim reply meets main only where the reviewer accepts its dated promise, kept as a commitment."""
    step = tells("party", "interim")(turn, step)
    if reply.promised and reply.reviewer and turn.values.get("accept_promise"):
        step = ledger("main", "met")(turn, step)
        step = opens("commitment", due="promised_of_reply")(turn, step)
    return ledger("unit", "resume")(turn, step)


def rewrites_reply(turn: Turn, step: Step, **changes: Any) -> Step:
    """Fill in signature or verdict on the newest version of the reply."""
    newest = (step.replies or turn.dossier.replies)[-1]
    others = tuple(r for r in step.replies if r.n != newest.n)
    return replace(step, replies=(*others, replace(newest, **changes)))


# Overlays ---------------------------------------------------------------------------------------------------------


def opens(kind: str, *keep: str, state: str = "open", due: str = "") -> Effect:
    """Open an overlay holding the named values (`round` is the case's); `due` names the value that gives its day.

    Where the ladders have one for it, a clock of its own reminds and turns red until it is settled.
    """

    def effect(turn: Turn, step: Step) -> Step:
        taken = [o.n for o in (*turn.dossier.overlays, *step.overlays)]
        known = {"round": step.case.round, **turn.values}
        data = {name: known[name] for name in keep if known.get(name) not in (None, "")}
        overlay = Overlay(
            n=max(taken, default=0) + 1,
            kind=kind,
            state=state,
            opened_at=turn.now,
            opened_by=turn.actor.id,
            opened_person=turn.actor.person,
            unit=str(turn.values.get("unit") or turn.case.unit),
            due_at=_due(turn, step, due),
            data=data,
        )
        step, overlay = timing.watch(turn, step, overlay)
        return replace(step, overlays=(*step.overlays, overlay))

    return effect


def _due(turn: Turn, step: Step, name: str) -> datetime | None:
    day = (step.replies or turn.dossier.replies)[-1].promised if name == "promised_of_reply" else turn.values.get(name)
    if not day:
        return None
    return turn.book.calendar.midnight_after(date.fromisoformat(str(day)))


def closes(kind: str, state: str, *keep: str) -> Effect:
    """Settle the newest open overlay of a kind."""

    def effect(turn: Turn, step: Step) -> Step:
        found = turn.dossier.open(kind)
        if found is None:
            return step
        data = {**found.data, **{k: turn.values[k] for k in keep if turn.values.get(k)}}
        return timing.settle(turn, step, replace(found, data=data), state)

    return effect


OVER_WHEN_ANSWERED = ("shelved", "joint", "duty", "urgent", "translation", "dictation")
"""Records that mean nothing any more once the citizen has the answer."""


def ends(*kinds: str) -> Effect:
    """Settle every open overlay of these kinds (none named: of all) that this step has not settled itself.

    A call that waits for the end of the limit outlives the case.
    """

    def effect(turn: Turn, step: Step) -> Step:
        touched = {o.n for o in step.overlays}
        for overlay in turn.dossier.overlays:
            meant = overlay.kind in kinds if kinds else overlay.kind != "call_later"
            if overlay.state == "open" and overlay.n not in touched and meant:
                step = timing.settle(turn, step, overlay, "ended", "stop")
        return step

    return effect


def remembers_the_clerk(turn: Turn, step: Step) -> Step:
    """Where a clerk enters what the citizen says, the case keeps who did: this person never handles it."""
    if turn.actor.clerk is None:
        return step
    n = max((o.n for o in (*turn.dossier.overlays, *step.overlays)), default=0) + 1
    kept = entered.record(n, turn.actor.clerk, turn.now, turn.case.unit, message=step.case.messages)
    return replace(step, overlays=(*step.overlays, kept))


def remembers_first_reviewer(turn: Turn, step: Step) -> Step:
    """A dispute keeps who gave the first verdict, so that somebody else gives the second."""
    first = turn.dossier.reply.reviewer_person if turn.dossier.reply else ""
    overlays = tuple(replace(o, data={**o.data, "first": first}) if o.kind == "dispute" else o for o in step.overlays)
    return replace(step, overlays=overlays)


# Journal ----------------------------------------------------------------------------------------------------------


def journal(turn: Turn, step: Step, action: str, **data: Any) -> Step:
    """One line of the append-only journal: ids, codes and commitments, never words of a person."""
    entry = Entry(case_id=step.case.id, action=action, actor=turn.actor.id, at=turn.now, data=data)
    return replace(step, entries=(*step.entries, entry))
