"""Clocks on a case: how a move starts, rests, extends and stops them, and when to look at each of them next."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from operator import itemgetter

from hub.case import Case, Clock, Dossier, Overlay
from hub.clocks import LedgerEvent, What, append, due_at, has_breached, phase, standing_limit
from hub.kinds import Kind
from hub.ladders import Rung, RungTime, rung_times
from hub.limits import Limit, Until
from hub.machines.machine import Machine, Step, Turn
from hub.rulebook import Rulebook
from hub.rulesets import ClockRule

LAPSE = "lapse"
"""Code of the rung on which the system makes the machine's own move for a clock."""


def newest(dossier: Dossier, step: Step, name: str) -> Clock | None:
    """The newest clock of a name, with what this step already changed."""
    found = next((c for c in reversed(step.clocks) if c.name == name), None)
    return found or dossier.clock(name)


OUTSIDE = "派单单位（如市热线）规定的期限"
"""The basis of a due date set outside the hub, as the ledger keeps it."""


def opening_rules(kind: Kind, names: Iterable[str]) -> tuple[ClockRule, ...]:
    """The rules of those clocks that begin at once: others count from acceptance or dispatch (DESIGN §6)."""
    rules = (kind.clocks[name] for name in names if name in kind.clocks)
    return tuple(rule for rule in rules if rule.counts_from not in ("acceptance", "dispatch"))


def start(turn: Turn, step: Step, name: str, limit: Limit | None = None) -> Step:
    """Start a clock of the kind for the step's round, or anew where it ran in this round before.

    A kind without this clock changes nothing.
    """
    rule = turn.kind.clocks.get(name)
    if rule is None:
        return step
    before = newest(turn.dossier, step, name)
    if before is None or before.round != step.case.round:
        return _put(step, fresh(rule, step.case.round, turn.now, limit))
    again = LedgerEvent(at=turn.now, what="restart", limit=limit or rule.limit, reason=turn.move.code)
    return _put(step, replace(before, ledger=(*before.ledger, again), calendar=0))


def fresh(rule: ClockRule, round_: int, now: datetime, limit: Limit | Until | None = None) -> Clock:
    """A clock that starts now under its rule; due and rungs are computed when it is put on the case."""
    basis = OUTSIDE if isinstance(limit, Until) else rule.source
    event = LedgerEvent(at=now, what="start", limit=limit or rule.limit, reason=basis)
    return Clock(rule.name, round_, rule.ladder, (event,), None, "running")


def note(turn: Turn, step: Step, name: str, event: LedgerEvent) -> Step:
    """Append one event to the newest clock of a name; a clock that is over takes no more events.

    A date set outside the hub does not rest: nobody out there waits for us.
    """
    clock = newest(turn.dossier, step, name)
    if clock is None or clock.phase in ("met", "stopped"):
        return step
    if (event.what, clock.phase) in (("pause", "paused"), ("resume", "running")):
        return step
    if event.what == "pause" and isinstance(standing_limit(clock.ledger), Until):
        return step
    edition = 0 if event.what == "restart" else clock.calendar  # what is counted anew is counted under today's calendar
    return _put(step, replace(clock, ledger=(*clock.ledger, event), calendar=edition))


def start_from_receipt(turn: Turn, step: Step, name: str) -> Step:
    """Start a clock of the step's kind as if it had run since the letter came; one that was stopped starts anew."""
    day = turn.book.calendar.day_of(step.case.received_at)
    rule = turn.book.kind(step.case.kind, step.case.kinds_edition, day).clocks.get(name)
    before = newest(turn.dossier, step, name)
    if rule is None or (before is not None and before.phase in ("running", "paused")):
        return step
    if before is None or before.round != step.case.round:
        return _put(step, fresh(rule, step.case.round, step.case.received_at))
    again = LedgerEvent(at=turn.now, what="restart", limit=rule.limit, reason=turn.move.code)
    return _put(step, replace(before, ledger=(*before.ledger, again), calendar=0))


# Records: an order, joint work, a demand for a reason … with a day on it has a clock of its own ----------------------


def clock_of(overlay: Overlay) -> str:
    """The name of a record's own clock."""
    return f"{overlay.kind}#{overlay.n}"


def watch(turn: Turn, step: Step, overlay: Overlay) -> tuple[Step, Overlay]:
    """Start the clock of an open record whose ladder has a limit, until the record's own day or else for that limit."""
    ladder = turn.book.ladders.get(overlay.kind)
    if ladder is None or ladder.limit is None or overlay.state != "open":
        return step, overlay
    limit = ladder.limit if overlay.due_at is None else Until(overlay.due_at)
    event = LedgerEvent(at=turn.now, what="start", limit=limit, reason=ladder.source)
    clock = Clock(clock_of(overlay), step.case.round, ladder.name, (event,), None, "running")
    return _put(step, clock), replace(overlay, due_at=due_at(clock.ledger, turn.book.calendar))


def settle(turn: Turn, step: Step, overlay: Overlay, state: str, what: What = "met") -> Step:
    """The record with its end, and its clock met or stopped."""
    settled = replace(overlay, state=state, decided_at=turn.now, decided_by=turn.actor.id)
    others = tuple(o for o in step.overlays if o.n != overlay.n)
    step = replace(step, overlays=(*others, settled))
    return note(turn, step, clock_of(overlay), LedgerEvent(at=turn.now, what=what, reason=turn.move.code))


def stop_all(turn: Turn, step: Step) -> Step:
    """Stop every clock that still runs: the case left the hub's hands."""
    for name in {c.name for c in turn.dossier.clocks}:
        step = note(turn, step, name, LedgerEvent(at=turn.now, what="stop", limit=None, reason=turn.move.code))
    return step


def refreshed(clock: Clock, book: Rulebook, machine: Machine, after: datetime) -> Clock:
    """The clock with due moment, phase, breach and next rung computed anew from its ledger.

    It is counted under the calendar it already has, or where it begins under the one in force: only a recount brings
    it to a newer one. A recorded breach stays; one that nobody recorded yet is noticed when the clock ends late. A rung
    whose time has come but that the sweep has not seen yet stays the next one.
    """
    due, now_phase = due_at(clock.ledger, book.calendar_of(clock.calendar)), phase(clock.ledger)
    breached = clock.breached_at
    if breached is None and now_phase == "met" and due is not None and clock.ledger[-1].at >= due:
        breached = due
    rung, rung_at = "", None
    if now_phase == "running" and due is not None:
        waiting = clock.rung_at if clock.rung_at is not None and clock.rung_at <= after else None
        rows = schedule(clock, due, book, machine)
        upcoming = next((row for row in rows if (row[1] >= waiting if waiting else row[1] > after)), None)
        if upcoming is not None:
            rung, rung_at = upcoming[0], upcoming[1]
    edition = clock.calendar or book.numbers["calendar"]
    return Clock(clock.name, clock.round, clock.ladder, clock.ledger, due, now_phase, rung, rung_at, breached, edition)


def recounted(clock: Clock, book: Rulebook, now: datetime) -> Clock | None:
    """The clock counted under the calendar in force, its due moment with it; None where it stays as it is.

    A clock that has ended, is late or has a breach on record keeps the calendar it has. Where the due moment moves, or
    the new calendar would read the ledger otherwise, a `recalc` line says so (hub/clocks.py); rungs are not looked at.
    """
    edition, calendar = book.numbers["calendar"], book.calendar
    if clock.phase not in ("running", "paused") or clock.calendar >= edition:
        return None
    if clock.breached_at is not None or has_breached(clock.ledger):
        return None
    if clock.due_at is not None and clock.due_at <= now:
        return None
    if due_at(clock.ledger, calendar) == clock.due_at:
        return replace(clock, calendar=edition)
    ledger = append(clock.ledger, LedgerEvent(now, "recalc", None, f"calendar:{edition}"))
    return replace(clock, calendar=edition, ledger=ledger, due_at=due_at(ledger, calendar))


def silent(clock: Clock) -> Clock:
    """The clock of an imported case: it is counted, but climbs no rung (DESIGN §11)."""
    return replace(clock, rung="", rung_at=None)


def schedule(
    clock: Clock, due: datetime, book: Rulebook, machine: Machine
) -> tuple[tuple[str, datetime, Rung | None], ...]:
    """Code, moment and rung of all that this clock will do, in order; the machine's own move has no rung."""
    ladder, calendar, started = book.ladders.get(clock.ladder), book.calendar_of(clock.calendar), started_at(clock)
    times: list[tuple[str, datetime, Rung | None]] = []
    if ladder is not None:
        times += [(r.code, t, r) for r, t in rung_times(ladder, started, due, calendar)]
    if (lapse := machine.lapses.get(clock.name)) is not None:
        times.append((LAPSE, RungTime(lapse.at).moment(started, due, calendar), None))
        times.sort(key=itemgetter(1))
    return tuple(times)


def started_at(clock: Clock) -> datetime:
    """The moment from which the clock counts: its start or its last restart."""
    return next(e.at for e in reversed(clock.ledger) if e.what in ("start", "restart"))


def _put(step: Step, clock: Clock) -> Step:
    others = tuple(c for c in step.clocks if (c.name, c.round) != (clock.name, clock.round))
    return replace(step, clocks=(*others, clock))


def with_dates(case: Case, clocks: Iterable[Clock]) -> Case:
    """The case with the due moments that lists and pages show, taken from its newest clocks."""
    due = {clock.name: clock.due_at if clock.phase in ("running", "paused") else None for clock in clocks}
    if due.keys().isdisjoint(("main", "unit")):
        return case
    return replace(case, main_due=due.get("main", case.main_due), unit_due=due.get("unit", case.unit_due))
