"""A slow clock: the due instant found by walking through time, day by day or quarter by quarter, from the rules alone.

It shares nothing with hub/clocks.py but the calendar's answers to "is this day worked?" and "when is the office open?".
Hour limits are walked in quarters of an hour, so every moment of such a ledger must lie on one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from hub.calendar import WorkCalendar
from hub.clocks import LedgerEvent
from hub.limits import Limit

QUARTER = timedelta(minutes=15)
DAY = timedelta(days=1)
Rests = list[tuple[datetime, datetime]]


@dataclass
class Life:
    """What is known of one count while its ledger is read line by line."""

    since: datetime
    limit: Limit | None
    more: list[Limit] = field(default_factory=list)
    rests: Rests = field(default_factory=list)
    resting: datetime | None = None
    over: bool = False
    late: datetime | None = None
    told: datetime | None = None
    """When a newer calendar came: the clock was in time then, and ends after that moment."""
    breached: bool = False


def slow_due(ledger: Sequence[LedgerEvent], calendar: WorkCalendar) -> datetime | None:
    """The first late instant, found the long way."""
    life: Life | None = None
    latest = None
    newest = max((n for n, e in enumerate(ledger) if e.what == "recalc" and e.limit is None), default=-1)
    for n, event in enumerate(ledger):
        at = event.at
        if event.what != "breached":
            latest = at = at if latest is None else max(at, latest)
        if event.what == "restart" and life is not None:
            life = Life(at, event.limit or life.limit)
        elif event.what == "start" and life is None:
            life = Life(at, event.limit)
        elif life is not None:
            live(life, event, at, calendar, in_time=n <= newest)
    return None if life is None else ends(life, calendar)


def live(life: Life, event: LedgerEvent, at: datetime, calendar: WorkCalendar, *, in_time: bool) -> None:
    """One more line happens; `in_time` where a newer calendar came later, which happens to no clock that is late."""
    if event.what == "breached":
        if not life.breached:
            life.breached, life.late = True, event.at
        return
    if life.over:
        return
    if event.what in ("resume", "met", "stop"):
        if life.resting is not None:
            if life.told is not None and life.told >= life.resting:
                life.told = at
            life.rests.append((life.resting, at))
            life.resting = None
        life.over = event.what != "resume"
        return
    due = ends(life, calendar)
    if due is not None and at >= due and not in_time:
        life.late = due  # too late for anything to change it
    if event.what == "recalc" and event.limit is None:
        life.told = at if life.late is None else life.told
    elif event.what == "pause":
        life.resting = at if life.resting is None else life.resting
    elif life.late is None and event.limit is not None:
        if event.what == "extend":
            life.more.append(event.limit)
        elif event.what == "recalc":
            life.limit = event.limit


def ends(life: Life, calendar: WorkCalendar) -> datetime | None:
    """Walk from the start until everything granted is used up."""
    if life.late is not None:
        return life.late
    if life.resting is not None or life.limit is None:
        return None
    here, day = life.since, life.since.astimezone(calendar.zone).date()
    end = here
    todo = [life.limit, *life.more]
    while todo:
        stage, quota = todo[0], 0
        roll = False
        while todo and todo[0].unit == stage.unit:
            granted = todo.pop(0)
            quota, roll = quota + granted.amount, roll or granted.roll
        if stage.unit in ("wd", "cd"):
            end, day = walk_days(day, stage, quota, life.rests, calendar, roll=roll)
        else:
            end = walk_quarters(end, stage, quota, life.rests, calendar)
            day = (end - timedelta(microseconds=1)).astimezone(calendar.zone).date()
    return end if life.told is None or end > life.told else first_end(life.told, stage, calendar)


def first_end(told: datetime, stage: Limit, calendar: WorkCalendar) -> datetime:
    """Day after day until a worked one is not over yet."""
    day = told.astimezone(calendar.zone).date()
    while True:
        midnight = datetime.combine(day + DAY, time(), calendar.zone).astimezone(UTC)
        closing = datetime.combine(day, calendar.office.closes, calendar.zone).astimezone(UTC)
        end = closing if stage.close else midnight
        if calendar.is_workday(day) and end > told:
            return end
        day += DAY


def walk_days(
    day: date, stage: Limit, quota: int, rests: Rests, calendar: WorkCalendar, *, roll: bool
) -> tuple[datetime, date]:
    """Day after day: one at whose end the clock rests does not count."""
    counted = 0
    while True:
        day += DAY
        midnight = datetime.combine(day + DAY, time(), calendar.zone).astimezone(UTC)
        closing = datetime.combine(day, calendar.office.closes, calendar.zone).astimezone(UTC)
        end = closing if stage.close else midnight
        if any(since < end <= until for since, until in rests):
            continue
        worked = calendar.is_workday(day)
        if worked or stage.unit == "cd":
            counted += 1
        if counted >= quota and (worked or not roll):
            return end, day


def walk_quarters(here: datetime, stage: Limit, quota: int, rests: Rests, calendar: WorkCalendar) -> datetime:
    """Quarter after quarter of an hour: one in which the clock rests, or the office is closed, does not count."""
    left = quota * 4
    while left:
        there = here.astimezone(calendar.zone)
        clock = there.time()
        staffed = calendar.is_workday(there.date()) and any(a <= clock < b for a, b in calendar.office.spans)
        resting = any(since <= here < until for since, until in rests)
        if not resting and (staffed or stage.unit == "h"):
            left -= 1
        here += QUARTER
    return here.astimezone(UTC)
