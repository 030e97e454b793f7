"""The clock of a case: when a limit ends, as a pure function of what was written in its ledger.

How time is counted
- Day limits count local days after the day of receipt (NORMS: the day of the event is not counted); a working-day limit
  counts working days, make-up days included. The clock is late from the first instant after its last day.
- A day is paused when the clock is paused at the end of that day. A pause therefore takes out the days from its first
  local date up to, not including, the local date of its end: two pauses on one day never take the day out twice, and a
  pause that ends on the day it began takes out none. Where the limit ends with the office, the day ends there too.
- Hour limits leave out exactly the paused time.
- A due date set outside the hub (Until) stands as it is; an extension is counted on from its last day.
- What happens to a clock that is already late does not make it timely: pause, extension and recalculation then change
  nothing. A recorded breach stands even when a later calendar would have excused it. Only `restart` counts anew.
- A newer calendar reaches a clock by a recalculation (`recalc` without a limit), which is only made in time. It works
  for the future alone, as rules do (立法法 2023, art. 104): what came before it was in time, and a limit that would by
  the new calendar have ended already ends with the first working day not over yet, or, where the clock rested, with
  the first one not over when it goes on.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from hub.calendar import WorkCalendar
from hub.limits import Limit, Until

What = Literal["start", "pause", "resume", "extend", "restart", "recalc", "met", "stop", "breached"]
Phase = Literal["running", "paused", "met", "stopped"]

# Which lines may follow in which phase; the phase each line leads to (None: unchanged).
_FOLLOWING: dict[What, tuple[frozenset[Phase], Phase | None]] = {
    "pause": (frozenset({"running"}), "paused"),
    "resume": (frozenset({"paused"}), "running"),
    "extend": (frozenset({"running", "paused"}), None),
    "recalc": (frozenset({"running", "paused"}), None),
    "met": (frozenset({"running", "paused"}), "met"),
    "stop": (frozenset({"running", "paused"}), "stopped"),
    "restart": (frozenset({"running", "paused", "met", "stopped"}), "running"),
    "breached": (frozenset({"running", "paused", "met", "stopped"}), None),
}


@dataclass(frozen=True, slots=True)
class LedgerEvent:
    """One line of a clock's append-only ledger.

    `limit` is the limit of a start or restart (a restart without one takes the limit of the count before), what an
    extension adds, or the new limit of a recalc (none: only the calendar changed). The `at` of a breach is the first
    instant that was late, not the moment at which somebody noticed.
    """

    at: datetime
    what: What
    limit: Limit | Until | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch of time that does not count; half-open."""

    since: datetime
    until: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """The count that runs since the last start or restart, read from the ledger."""

    since: datetime
    limit: Limit | Until | None
    extensions: tuple[Limit | Until, ...] = ()
    pauses: tuple[Pause, ...] = ()
    paused: LedgerEvent | None = None
    ended: datetime | None = None
    late_at: datetime | None = None  # once late, the due instant no longer moves
    not_before: datetime | None = None  # a newer calendar came then: the limit has not ended by this moment
    breached: bool = False

    @property
    def stages(self) -> tuple[Limit | Until, ...]:
        """What is counted one after the other: extensions in the unit of what stands before them are added to it."""
        stages: list[Limit | Until] = []
        for limit in (self.limit, *self.extensions) if self.limit else ():
            before = stages[-1] if stages else None
            if isinstance(before, Limit) and isinstance(limit, Limit) and before.unit == limit.unit:
                stages[-1] = replace(before, amount=before.amount + limit.amount, roll=before.roll or limit.roll)
            else:
                stages.append(limit)
        return tuple(stages)


@dataclass(frozen=True, slots=True)
class Remaining:
    """What is left of a clock, or how long it is late, as people count it; all figures are zero or more.

    Working and calendar days run from today (not counted) to the last day (counted): 0 while timely means "today".
    """

    late: bool
    workdays: int
    days: int
    staffed_seconds: int


def append(ledger: Sequence[LedgerEvent], event: LedgerEvent) -> tuple[LedgerEvent, ...]:
    """The ledger with one more line; ValueError when the line cannot follow (a pause of a paused clock, say).

    Reading is patient where writing is strict: the other functions pass over a line that does not fit.
    """
    if not ledger:
        if event.what != "start":
            raise ValueError("时限记录要从开始计时写起")
        return (event,)
    before = phase(ledger)
    phases, _ = _FOLLOWING.get(event.what, (frozenset(), None))
    if before not in phases:
        raise ValueError(f"时限处于 {before}，不能再记 {event.what}")
    if event.what == "extend" and event.limit is None:
        raise ValueError("延期要写明延长多少")
    if event.what == "breached" and has_breached(ledger):
        raise ValueError("这一轮的逾期已经记过")
    return (*ledger, event)


def phase(ledger: Sequence[LedgerEvent]) -> Phase:
    """Whether the clock runs, rests, was met or was stopped; ValueError for a ledger that never started."""
    now: Phase | None = None
    for event in ledger:
        if now is None:
            now = "running" if event.what in ("start", "restart") else None
        elif event.what in _FOLLOWING:
            phases, after = _FOLLOWING[event.what]
            now = after if after and now in phases else now
    if now is None:
        raise ValueError("时限还没有开始")
    return now


def has_breached(ledger: Sequence[LedgerEvent]) -> bool:
    """Whether a breach is recorded since the last start or restart."""
    for event in reversed(ledger):
        if event.what in ("start", "restart"):
            return False
        if event.what == "breached":
            return True
    return False


def due_at(ledger: Sequence[LedgerEvent], calendar: WorkCalendar) -> datetime | None:
    """The first instant that is late, in UTC.

    None while there is nothing to be late for: not started, started without a limit, or resting in a pause that began
    in time. A met or stopped clock keeps the instant it had; a pause that was open then ends there.
    """
    count = read_count(ledger, calendar)
    return due_of(count, calendar) if count else None


def due_if_resumed(ledger: Sequence[LedgerEvent], calendar: WorkCalendar, now: datetime) -> datetime | None:
    """The due instant if a paused clock were resumed now; the plain due instant of any other clock."""
    return due_at((*ledger, LedgerEvent(now, "resume")), calendar)


def due_day(due: datetime, calendar: WorkCalendar) -> date:
    """The last day in time, as pages print it: the local date of the instant just before `due`."""
    return calendar.day_of(due - timedelta(microseconds=1))


def standing_limit(ledger: Sequence[LedgerEvent]) -> Limit | Until | None:
    """The limit that the count goes by now, extensions aside; None where none was ever given."""
    given = (e.limit for e in reversed(ledger) if e.what in ("start", "restart", "recalc") and e.limit is not None)
    return next(given, None)


def extensions(ledger: Sequence[LedgerEvent]) -> tuple[Limit, ...]:
    """What was added since the last start or restart, one a grant."""
    first = max((n for n, e in enumerate(ledger) if e.what in ("start", "restart")), default=0)
    return tuple(e.limit for e in ledger[first:] if e.what == "extend" and isinstance(e.limit, Limit))


def remaining(ledger: Sequence[LedgerEvent], calendar: WorkCalendar, now: datetime) -> Remaining | None:
    """What is left or late at `now` (of a met or stopped clock: when it ended); None without a limit."""
    count = read_count(ledger, calendar)
    if count is None:
        return None
    moment = count.ended or now
    due = due_of(_settled(count, moment), calendar)
    if due is None:
        return None
    late = moment >= due
    start, end = sorted((due_day(due, calendar), calendar.day_of(moment)))
    seconds = calendar.staffed_seconds_between(moment, due)
    return Remaining(late, calendar.count_workdays(start, end), (end - start).days, abs(seconds))


def read_count(ledger: Sequence[LedgerEvent], calendar: WorkCalendar) -> Count | None:
    """Fold the ledger into the count that stands now; None before the start.

    A line dated before the one above it (a clock set back) is read as if it came at the same moment.
    """
    count: Count | None = None
    latest: datetime | None = None
    in_time = next((n for n in reversed(range(len(ledger))) if _by_calendar(ledger[n])), -1)
    for n, event in enumerate(ledger):
        if event.what != "breached":
            latest = event.at if latest is None else max(latest, event.at)
            if latest != event.at:
                event = replace(event, at=latest)
        if event.what in ("start", "restart"):
            if count is None or event.what == "restart":
                count = Count(event.at, event.limit or (count.limit if count else None))
        elif count is not None:
            count = _with(count, event, calendar, in_time=n <= in_time)
    return count


def _by_calendar(event: LedgerEvent) -> bool:
    """Whether the line brings a newer calendar, rather than another limit."""
    return event.what == "recalc" and event.limit is None


def _with(count: Count, event: LedgerEvent, calendar: WorkCalendar, *, in_time: bool) -> Count:
    """The count after one more line; `in_time` where a later line says that the clock was not late by then."""
    if event.what == "breached":
        return count if count.breached else replace(count, breached=True, late_at=event.at)
    if count.ended:
        return count
    if event.what in ("met", "stop"):
        return replace(_settled(count, event.at), ended=event.at)
    if event.what == "resume":
        return _settled(count, event.at)
    due = due_of(count, calendar)
    if due is not None and event.at >= due and not in_time:
        count = replace(count, late_at=due)
    if _by_calendar(event):
        return replace(count, not_before=event.at) if count.late_at is None else count
    if event.what == "pause":
        return replace(count, paused=event) if count.paused is None else count
    if count.late_at is None and event.limit is not None:
        if event.what == "extend":
            return replace(count, extensions=(*count.extensions, event.limit))
        return replace(count, limit=event.limit)
    return count


def _settled(count: Count, at: datetime) -> Count:
    """The count with an open pause ended at the moment."""
    if count.paused is None:
        return count
    pause = Pause(count.paused.at, max(at, count.paused.at), count.paused.reason)
    came = count.not_before
    came = pause.until if came is not None and came >= pause.since else came
    return replace(count, paused=None, pauses=(*count.pauses, pause), not_before=came)


def due_of(count: Count, calendar: WorkCalendar) -> datetime | None:
    """The first late instant of a count; see `due_at`."""
    if count.late_at is not None:
        return count.late_at
    if count.paused is not None:
        return None
    due: datetime | None = None
    for leg in legs(count, calendar):
        due = leg.end
    if due is not None and count.not_before is not None and due <= count.not_before:
        last = count.stages[-1]
        return _first_end_after(count.not_before, last, calendar) if isinstance(last, Limit) else due
    return due


def _first_end_after(moment: datetime, stage: Limit, calendar: WorkCalendar) -> datetime:
    """The end of the first working day that is not over at the moment, as the limit ends its days."""
    day = calendar.next_workday(_counting_day(moment, stage, calendar))
    return calendar.closing(day) if stage.close else calendar.midnight_after(day)


@dataclass(frozen=True, slots=True)
class Leg:
    """One stage laid on the calendar: it counts after `first_day` (days) or from `start` (hours) and ends at `end`.

    `last_counted` is the day on which the amount was full, before it was rolled to a working day.
    """

    stage: Limit | Until
    start: datetime
    first_day: date
    last_counted: date
    last_day: date
    end: datetime


def legs(count: Count, calendar: WorkCalendar) -> Iterator[Leg]:
    """Lay the stages of a count on the calendar, one after the other; an open pause is left out."""
    start, day = count.since, calendar.day_of(count.since)
    for stage in count.stages:
        if isinstance(stage, Until):
            end = stage.moment
            counted = last = due_day(end, calendar)
        elif stage.in_days:
            gaps = day_gaps(count.pauses, stage, calendar)
            counted = _count_days(stage, day, gaps, calendar)
            last = _roll(counted, gaps, calendar) if stage.roll else counted
            end = calendar.closing(last) if stage.close else calendar.midnight_after(last)
        else:
            end = _count_hours(stage, start, count.pauses, calendar)
            counted = last = due_day(end, calendar)
        yield Leg(stage, start, day, counted, last, end)
        start, day = end, last


def day_gaps(pauses: Sequence[Pause], stage: Limit, calendar: WorkCalendar) -> list[tuple[date, date]]:
    """The days each pause takes out, as half-open stretches of local dates in order; empty stretches are dropped."""
    gaps = []
    for pause in pauses:
        first, after = _counting_day(pause.since, stage, calendar), _counting_day(pause.until, stage, calendar)
        if first < after:
            gaps.append((first, after))
    return gaps


def _counting_day(moment: datetime, stage: Limit, calendar: WorkCalendar) -> date:
    """The day whose end is the next one to come: after closing time of an office limit that is tomorrow."""
    day = calendar.day_of(moment)
    return day + timedelta(days=1) if stage.close and moment >= calendar.closing(day) else day


def _count_days(stage: Limit, day: date, gaps: Sequence[tuple[date, date]], calendar: WorkCalendar) -> date:
    """The day on which the stage is full, counting after `day` and leaving out the gaps."""
    left, working = stage.amount, stage.unit == "wd"
    for first, after in gaps:
        full = calendar.add_workdays(day, left) if working else day + timedelta(days=left)
        if full < first:
            return full
        eve = first - timedelta(days=1)
        if eve > day:
            left -= calendar.count_workdays(day, eve) if working else (eve - day).days
        day = max(day, after - timedelta(days=1))
    return calendar.add_workdays(day, left) if working else day + timedelta(days=left)


def _roll(day: date, gaps: Sequence[tuple[date, date]], calendar: WorkCalendar) -> date:
    """The first working day from `day` on that is not paused."""
    day = calendar.next_workday(day)
    for first, after in gaps:
        if first <= day < after:
            day = calendar.next_workday(after)
    return day


def _count_hours(stage: Limit, start: datetime, pauses: Sequence[Pause], calendar: WorkCalendar) -> datetime:
    """The instant at which the stage is full, counting from `start` and leaving out the pauses."""
    left = timedelta(minutes=stage.amount) if stage.unit == "min" else timedelta(hours=stage.amount)
    staffed = stage.unit == "sh"
    for pause in pauses:
        if pause.until <= start:
            continue
        full = calendar.shift_staffed(start, left) if staffed else start + left
        if full <= pause.since:
            return full.astimezone(UTC)
        if pause.since > start:
            left -= calendar.staffed_between(start, pause.since) if staffed else pause.since - start
        start = pause.until
    return (calendar.shift_staffed(start, left) if staffed else start + left).astimezone(UTC)
