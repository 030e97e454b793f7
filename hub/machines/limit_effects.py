"""Effects on the limits of a case: when they begin, how grade, outside dates, rests and extensions change them."""

from dataclasses import replace
from datetime import date, datetime

from hub import timing
from hub.case import Clock
from hub.clocks import LedgerEvent, due_at, due_day, due_if_resumed, standing_limit
from hub.limits import Limit, Until
from hub.machines.effects import add_message, ledger, opens, tells
from hub.machines.limit_rules import deciders, main_rule
from hub.machines.machine import Effect, Step, Turn


def begins_main(moment: str) -> Effect:
    """Start the citizen's clock where the rules count it from this moment and not from the receipt."""

    def effect(turn: Turn, step: Step) -> Step:
        rule, main = turn.kind.clocks.get("main"), timing.newest(turn.dossier, step, "main")
        if rule is None or rule.counts_from != moment or (main is not None and main.phase != "stopped"):
            return step
        return timing.start(turn, step, "main")

    return effect


def starts_main_at_reception(turn: Turn, step: Step) -> Step:
    """A letter that comes back to reception is counted anew, unless the rules count from a later moment."""
    known = timing.opening_rules(turn.kind, ("main",))
    return timing.start(turn, step, "main") if known else step


# Grades and the unit's own limit ------------------------------------------------------------------------------------


def sets_grade(turn: Turn, step: Step) -> Step:
    """The main limit follows the grade; an urgent case that nobody graded is of the first one (NORMS §3).

    The first grade counts from the moment that gives it, as the graded rules count from the dispatch; a later one
    changes the limit of that count. A limit that has passed, or that was set outside, stays as it is.
    """
    code = str(turn.values.get("grade") or "")
    graded = any(o.kind == "grade" for o in turn.dossier.overlays)
    if not code and turn.case.urgent and turn.kind.grades and not graded:
        code = turn.kind.grades[0].code
    grade = turn.kind.grade(code)
    if grade is None:
        return step
    step = opens("grade", "grade", state="done")(replace(turn, values={"grade": code}), step)
    main = timing.newest(turn.dossier, step, "main")
    if main is None or isinstance(standing_limit(main.ledger), Until):
        return step
    due = due_at(main.ledger, turn.book.calendar_of(main.calendar))
    if due is not None and turn.now >= due:
        return step
    counted_anew = grade.rule.counts_from == "dispatch" and not graded
    event = LedgerEvent(turn.now, "restart" if counted_anew else "recalc", grade.rule.limit, f"grade:{code}")
    return timing.note(turn, step, "main", event)


def starts_unit(turn: Turn, step: Step) -> Step:
    """The department's clock: earlier than a date set outside, a day less than a limit of its own, else by rule."""
    return timing.start(turn, step, "unit", inner_limit(turn, step, turn.now))


def recalculates_unit(turn: Turn, step: Step) -> Step:
    """The department's limit after the citizen's has changed, counted from where it began."""
    unit = timing.newest(turn.dossier, step, "unit")
    limit = inner_limit(turn, step, timing.started_at(unit)) if unit else None
    if limit is None:
        return step
    return timing.note(turn, step, "unit", LedgerEvent(turn.now, "recalc", limit, turn.move.code))


def inner_limit(turn: Turn, step: Step, begun: datetime) -> Limit | None:
    """The limit of the department, counted from `begun`, where it is not simply that of its rule.

    Before a date set outside it ends so much earlier as the rule says, at least a working day from its start.
    """
    rule, main = turn.kind.clocks.get("unit"), timing.newest(turn.dossier, step, "main")
    if rule is None or main is None or "main" not in turn.kind.clocks:
        return None
    standing, calendar = standing_limit(main.ledger), turn.book.calendar
    if isinstance(standing, Until):
        ahead = rule.ahead.amount if rule.ahead else 0
        days = calendar.count_workdays(calendar.day_of(begun), due_day(standing.moment, calendar)) - ahead
        return Limit(max(1, days), "wd")
    if standing is None or standing == turn.kind.clocks["main"].limit:
        return None
    return replace(standing, amount=max(1, standing.amount - 1)) if standing.in_days else standing


def sets_outside_due(turn: Turn, step: Step) -> Step:
    """A date set outside the hub takes the place of the citizen's limit; the department's lies before it."""
    day = turn.book.calendar.midnight_after(date.fromisoformat(str(turn.values["due"])))
    step = ledger("main", "resume")(turn, step)
    step = timing.note(turn, step, "main", LedgerEvent(turn.now, "recalc", Until(day), timing.OUTSIDE))
    return recalculates_unit(turn, step)


# Extensions, rests, another round ------------------------------------------------------------------------------------


def asks_for_longer(turn: Turn, step: Step) -> Step:
    """The request is open until the limit: what nobody decides by then is not granted (DESIGN §6)."""
    main = turn.dossier.clock("main")
    due = main.due_at or _if_resumed(turn, main) if main else None
    step = replace(step, overlays=tuple(replace(o, due_at=due) if o.kind == "extension" else o for o in step.overlays))
    return tells(deciders(turn)[0], "extension_asked")(turn, step)


def extends_main(turn: Turn, step: Step) -> Step:
    """Both clocks get the days that were asked for, in the unit of the rule; the citizen reads why in the same deed."""
    asked, rule = turn.dossier.open("extension"), main_rule(turn)
    if asked is None or rule is None or rule.extension is None:
        return step
    days = int(asked.data["days"])
    event = LedgerEvent(turn.now, "extend", Limit(days, rule.extension.most.unit), "approved")
    step = timing.note(turn, step, "main", event)
    step = timing.note(turn, step, "unit", event)
    step = add_message(turn, step, "extended", str(asked.data["reason"]), "parties")
    return tells("party", "extended")(replace(turn, values={**turn.values, "days": days}), step)


def bounds_pause(turn: Turn, step: Step) -> Step:
    """A rest for a question ends by itself when the time that the rules give it is over."""
    rule = main_rule(turn)
    if rule is None or rule.pause is None:
        return step
    last = due_at((LedgerEvent(turn.now, "start", rule.pause),), turn.book.calendar)
    overlays = tuple(replace(o, due_at=last) if o.kind == "pause" and o.state == "open" else o for o in step.overlays)
    return replace(step, overlays=overlays)


def starts_redo(turn: Turn, step: Step) -> Step:
    """The time for another round: its own limit, or what is left of the clock its rule names, whichever is longer.

    Source: NORMS §3, K9. The citizen's clock is not counted anew: late stays late.
    """
    rule = turn.kind.clocks.get("redo")
    if rule is None:
        return step
    other = timing.newest(turn.dossier, step, rule.at_least_rest_of)
    if other is None or other.phase not in ("running", "paused") or rule.limit.unit != "wd":
        return timing.start(turn, step, "redo")
    due = _if_resumed(turn, other) if other.phase == "paused" else other.due_at
    calendar = turn.book.calendar
    left = calendar.count_workdays(calendar.day_of(turn.now), due_day(due, calendar)) if due else 0
    return timing.start(turn, step, "redo", Limit(left, "wd") if left > rule.limit.amount else None)


def _if_resumed(turn: Turn, clock: Clock) -> datetime | None:
    """When a resting clock would end if it went on now, under the calendar it is counted by."""
    return due_if_resumed(clock.ledger, turn.book.calendar_of(clock.calendar), turn.now)
