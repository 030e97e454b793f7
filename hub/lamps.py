"""Lamps: how a case stands with its limit, as colour, shape and word (NORMS §4: green, amber, red, grey, black)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from hub.calendar import WorkCalendar
from hub.case import Case
from hub.clocks import due_day

Colour = Literal["green", "amber", "red", "grey", "black"]
VETO_DAYS = 60
"""A consultation open for 60 calendar days is on the veto watch: at 90 the whole site fails inspection (NORMS §2.2)."""


@dataclass(frozen=True, slots=True)
class Lamp:
    """The lamp of a case: `left` is in working days, negative when it is late; `day` is the last day in time.

    `staffed` is the same in seconds of office time, negative when late: what a list by remaining time goes by.
    """

    colour: Colour
    left: int | None
    day: date | None
    provisional: bool
    staffed: int | None = None


def lamp(case: Case, due: datetime | None, calendar: WorkCalendar, now: datetime) -> Lamp:
    """The lamp for the clock that ends at `due`: amber on the last working day before it and the day itself."""
    if case.answered_at is not None or case.closed_at is not None:
        return Lamp("grey", None, None, False)
    day = due_day(due, calendar) if due is not None else None
    today = calendar.day_of(now)
    left = None
    if due is not None and day is not None:
        left = calendar.count_workdays(today, day) if now < due else -max(1, calendar.count_workdays(day, today))
    provisional = day is not None and calendar.is_provisional(day)
    staffed = None if due is None else calendar.staffed_seconds_between(now, due)
    if case.kind == "consult" and now - case.received_at >= timedelta(days=VETO_DAYS):
        return Lamp("black", left, day, provisional, staffed)
    if due is None or left is None:
        return Lamp("grey", None, None, False)
    if now >= due:
        return Lamp("red", left, day, provisional, staffed)
    return Lamp("amber" if left <= 1 else "green", left, day, provisional, staffed)
