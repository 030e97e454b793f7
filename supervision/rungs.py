"""Rungs: what a clock has come to at a moment, and whom that concerns; pure, the patrol writes it down."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from hub.case import Case, Clock, Notice, Overlay
from hub.clocks import LedgerEvent, append, due_day, has_breached
from hub.ladders import Rung, next_staffed_moment
from hub.machines.machine import Machine
from hub.machines.outcome_guards import DEED
from hub.rulebook import Rulebook
from hub.timing import LAPSE, schedule, started_at

NEXT_NEWS_WORKDAYS = 5
"""When the citizen of a late case hears again, as the notice promises; the office is told the same day."""
REASON_WORKDAYS = 1
"""An urged unit writes its reason within one working day (NORMS §3.2)."""

DUTY_OFFICE = "duty_office"
_UNIT_ROLES = frozenset({"handler", "signer"})
_NAMED_ON_SEALED = frozenset({"handler", "signer", "supervisor"})
_ON_DUTY = {"on_duty_2": 1, "on_duty_3": 2}
"""Place on the duty roster; the first is called when the matter becomes urgent."""
_STAFF_TEXT = {
    "remind": "remind",
    "red": "overdue_staff",
    "urge": "urge",
    "order_proposal": "overdue_staff",
    "call_back": "call_back",
    "alert": "urgent",
}
_RECORD_TEXT = {"remind": "record_due", "red": "record_late", "urge": "record_late"}
_OF_THE_ANSWER = frozenset({"main", "unit", "redo"})
"""Late means here that the citizen's answer is late; any other clock says what is late, and only a unit is urged."""
_CITIZEN_TEXT = {"rating": "rate_invite", "fix": "need_fix"}


@dataclass(frozen=True, slots=True)
class Passed:
    """A rung that was passed, with its true time."""

    at: datetime
    rung: Rung


@dataclass(frozen=True, slots=True)
class Climb:
    """How far a clock has climbed: the rungs passed since the last look, whether the limit itself passed with them,
    whether the machine's own move is due, and the clock with its breach and next rung as it is to be kept."""

    passed: tuple[Passed, ...]
    breached: bool
    lapsed: bool
    clock: Clock


def climb(clock: Clock, machine: Machine, book: Rulebook, now: datetime) -> Climb:
    """Look at a running clock whose rung has come.

    The waiting rung is found by its code, not by its moment: a row that was put off comes back later and has missed
    none. A code that the ladder no longer has (a new edition) is taken for the first rung from the row's moment on.
    """
    if clock.due_at is None or clock.rung_at is None:
        return Climb((), False, False, replace(clock, rung="", rung_at=None))
    times = schedule(clock, clock.due_at, book, machine)
    first = next((i for i, (code, _, _) in enumerate(times) if code == clock.rung), None)
    if first is None:
        first = next((i for i, (_, at, _) in enumerate(times) if at >= clock.rung_at), len(times))
    waiting = times[first:]
    reached = [row for row in waiting if row[1] <= now]
    passed = tuple(Passed(at, rung) for _, at, rung in reached if rung is not None)
    breached = now >= clock.due_at and _has_due_rung(clock, book) and not has_breached(clock.ledger)
    upcoming = waiting[len(reached)] if len(reached) < len(waiting) else None
    kept = replace(clock, rung=upcoming[0] if upcoming else "", rung_at=upcoming[1] if upcoming else None)
    return Climb(passed, breached, any(code == LAPSE for code, _, _ in reached), _late(kept) if breached else kept)


def _has_due_rung(clock: Clock, book: Rulebook) -> bool:
    """Whether missing this limit is a breach: a rating window or a citizen's own period simply ends."""
    ladder = book.ladders.get(clock.ladder)
    return ladder is not None and any(rung.at.spec == "0" for rung in ladder.rungs)


def _late(clock: Clock) -> Clock:
    """The clock with its breach on the record, at the first instant that was late."""
    if clock.due_at is None:
        return clock
    ledger = append(clock.ledger, LedgerEvent(clock.due_at, "breached", None, "sweep"))
    return replace(clock, ledger=ledger, breached_at=clock.due_at)


def notices(
    case: Case, clock: Clock, rung: Rung, book: Rulebook, now: datetime, record: Overlay | None = None
) -> tuple[Notice, ...]:
    """Who hears of the highest rung, each once; a warning that the limit has overtaken is not sent.

    `record` is the order, joint work … whose own clock this is.
    """
    if clock.due_at is None or (rung.at.before_due and now >= clock.due_at):
        return ()
    if rung.what == "ask" or (clock.name == "rating" and case.score):
        return ()  # the question is told by the move that opens it; whoever has rated is not asked again
    not_before = next_staffed_moment(book.calendar, now) if rung.quiet else None
    told: dict[str, Notice] = {}
    asked = record is not None and record.data.get("of") == DEED
    for role in rung.to:
        if role == "citizen" and asked:
            continue  # they are asked whether it was done, not told that it is late
        to = _on_duty(role, case, clock, book) or recipient(role, case, record)
        key = f"{case.id}:rung:{clock.name}:{clock.round}:{clock.revision}:{rung.code}:{to}"
        refs = _refs(case, clock, rung, book, now)
        told.setdefault(to, Notice(to, _text(role, clock, rung), key, refs, not_before))
    return tuple(told.values())


def _text(role: str, clock: Clock, rung: Rung) -> str:
    """Which text tells it; a watch has one of its own name."""
    if role == "citizen":
        return _CITIZEN_TEXT.get(clock.name, "overdue")
    if rung.what == "watch":
        return clock.ladder
    if clock.name in _OF_THE_ANSWER or (rung.what == "urge" and "signer" in rung.to):
        return _STAFF_TEXT[rung.what]
    return _RECORD_TEXT.get(rung.what, _STAFF_TEXT[rung.what])


def _on_duty(role: str, case: Case, clock: Clock, book: Rulebook) -> str:
    """The address of the next on the roster of the day on which it became urgent; past its end, the duty office."""
    if case.sealed or (role not in _ON_DUTY and role != DUTY_OFFICE):
        return ""
    called = book.directory.on_duty(book.calendar.day_of(started_at(clock)))
    if role != DUTY_OFFICE and _ON_DUTY[role] < len(called):
        return f"account:{called[_ON_DUTY[role]]}"
    return duty_office(book)


def duty_office(book: Rulebook) -> str:
    """The address of the district's duty office (值班室)."""
    return f"handler@{book.directory.desks['duty']}"


def recipient(role: str, case: Case, record: Overlay | None = None) -> str:
    """Who holds a role for this case, as the outbox writes it.

    Nobody outside the named unit may learn that a sealed case exists. A case that is with no unit is the dispatchers'.
    """
    if role == "citizen":
        return "party:1"
    if case.sealed:
        return f"{role if role in _NAMED_ON_SEALED else 'supervisor'}@{case.unit}"
    if role == "assistant":
        return f"handler@{record.unit}" if record is not None else "dispatcher@"
    if role == "handler" and case.officer:
        return f"officer:{case.officer}"
    if role in _UNIT_ROLES:
        return f"{role}@{case.unit}" if case.unit else "dispatcher@"
    return f"{role}@"


def _refs(case: Case, clock: Clock, rung: Rung, book: Rulebook, now: datetime) -> dict[str, Any]:
    """Codes, numbers and days for the text: `days` is how many working days it is late (of a watch: how many calendar
    days it has run), `due` the day it names."""
    calendar = book.calendar
    today = calendar.day_of(now)
    refs: dict[str, Any] = {"clock": clock.name, "round": clock.round, "rung": rung.code, "what": rung.what}
    if case.unit:
        refs["unit"] = case.unit
    if clock.due_at is not None:
        last = due_day(clock.due_at, calendar)
        refs["days"] = max(1, calendar.count_workdays(last, today)) if now >= clock.due_at else 0
        refs["due"] = _named_day(rung, last, today, book).isoformat()
    if rung.what == "watch":
        refs["days"] = (today - calendar.day_of(started_at(clock))).days
    return refs


def _named_day(rung: Rung, last: date, today: date, book: Rulebook) -> date:
    if rung.what in ("remind", "watch"):
        return last
    ahead = REASON_WORKDAYS if rung.what == "urge" else NEXT_NEWS_WORKDAYS
    return book.calendar.add_workdays(today, ahead)
