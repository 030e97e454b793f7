"""这个日期是怎么算的: the count of a clock told day by day."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hub.calendar import WorkCalendar
from hub.clocks import Count, LedgerEvent, Leg, day_gaps, due_day, due_of, legs, read_count
from hub.limits import Limit, Until

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DayLine:
    """One local day of the count: whether it counted and why, and how far the count has come by its end.

    `count` are the days counted so far; `seconds` the time counted so far where a limit runs in hours. `provisional`
    (暂定) is set only where the answer rests on a year that is not announced.
    """

    day: date
    counted: bool
    why: str
    count: int = 0
    seconds: int = 0
    provisional: bool = False


def explain(ledger: Sequence[LedgerEvent], calendar: WorkCalendar) -> tuple[DayLine, ...]:
    """Every day from the receipt to the last day in time; while the clock rests, up to the day the pause began."""
    count = read_count(ledger, calendar)
    if count is None or not count.stages:
        return ()
    lines = list(_lines(count, calendar))
    due = due_of(count, calendar)
    if due is None and count.paused is not None:
        rest = calendar.day_of(count.paused.at)
        kept = [line for line in lines if line.day < rest]
        return (*kept, _resting(rest, f"暂停中{_because(count.paused.reason)}", kept))
    fixed = "逾期已记录，期限不再变动" if count.late_at else "原算日期已过，按新日历延至最近的工作日"
    return _until(lines, due_day(due, calendar), fixed, calendar) if due else tuple(lines)


def is_provisional(ledger: Sequence[LedgerEvent], calendar: WorkCalendar) -> bool:
    """Whether the due instant rests on a day of a year that is not announced (and may move when it is)."""
    count = read_count(ledger, calendar)
    due = due_of(count, calendar) if count else None
    if count is None or due is None or count.breached:
        return False
    years = range(calendar.day_of(count.since).year, calendar.day_of(due).year + 1)
    if not any(calendar.is_provisional_year(year) for year in years):
        return False
    return any(line.provisional for line in explain(ledger, calendar))


def _lines(count: Count, calendar: WorkCalendar) -> Iterator[DayLine]:
    days, seconds = 0, 0
    first = count.stages[0]
    if isinstance(first, Until) or first.in_days:
        yield DayLine(calendar.day_of(count.since), False, "收到当天不计")
    for leg in legs(count, calendar):
        for line in _leg(leg, count, calendar, days, seconds):
            days, seconds = max(days, line.count), max(seconds, line.seconds)
            yield DayLine(line.day, line.counted, line.why, days, seconds, line.provisional)


def _leg(leg: Leg, count: Count, calendar: WorkCalendar, days: int, seconds: int) -> Iterator[DayLine]:
    if isinstance(leg.stage, Until):
        return _until_leg(leg, calendar, days)
    if leg.stage.in_days:
        return _day_leg(leg, leg.stage, count, calendar, days)
    return _hour_leg(leg, leg.stage, count, calendar, seconds)


def _until_leg(leg: Leg, calendar: WorkCalendar, days: int) -> Iterator[DayLine]:
    """The days up to a date that is given: working days are counted for the reader, they did not make the date."""
    day = leg.first_day
    while day < leg.last_day:
        day += ONE_DAY
        days += calendar.is_workday(day)
        yield DayLine(day, calendar.is_workday(day), calendar.name_of(day), days)


def _day_leg(leg: Leg, stage: Limit, count: Count, calendar: WorkCalendar, days: int) -> Iterator[DayLine]:
    gaps = [(gap, pause) for pause in count.pauses for gap in day_gaps([pause], stage, calendar)]
    day, working = leg.first_day, stage.unit == "wd"
    while day < leg.last_day:
        day += ONE_DAY
        reason = next((pause.reason for (first, after), pause in gaps if first <= day < after), None)
        asked = reason is None and (working or (stage.roll and day >= leg.last_counted))
        counted = reason is None and day <= leg.last_counted and (calendar.is_workday(day) or not working)
        days += counted
        if reason is not None:
            why = f"暂停{_because(reason)}"
        elif working:
            why = calendar.name_of(day)
        elif day < leg.last_counted or leg.last_counted == leg.last_day:
            why = "自然日"
        else:
            why = _rolled(day, leg, calendar)
        yield DayLine(day, counted, why, days, 0, asked and calendar.is_provisional(day))


def _rolled(day: date, leg: Leg, calendar: WorkCalendar) -> str:
    if day == leg.last_day:
        return f"顺延至此日（{calendar.name_of(day)}）"
    if day == leg.last_counted:
        return f"期满日是{calendar.name_of(day)}，顺延"
    return f"{calendar.name_of(day)}，顺延"


def _hour_leg(leg: Leg, stage: Limit, count: Count, calendar: WorkCalendar, seconds: int) -> Iterator[DayLine]:
    staffed = stage.unit == "sh"
    day, last = calendar.day_of(leg.start), due_day(leg.end, calendar)
    passed = timedelta()
    while day <= last:
        start = max(leg.start, calendar.midnight_before(day))
        end = min(leg.end, calendar.midnight_after(day))
        inside = _passed(start, end, calendar, staffed=staffed)
        paused = [
            (pause, _passed(max(start, pause.since), min(end, pause.until), calendar, staffed=staffed))
            for pause in count.pauses
            if pause.since < end and pause.until > start
        ]
        counted = inside - sum((time for _, time in paused), timedelta())
        passed += counted
        why = calendar.name_of(day) if staffed else "连续计时"
        if paused:
            why += f"，暂停{_because(paused[0][0].reason)}"
        so_far = seconds + passed // timedelta(seconds=1)
        yield DayLine(day, bool(counted), why, 0, so_far, staffed and calendar.is_provisional(day))
        day += ONE_DAY


def _passed(start: datetime, end: datetime, calendar: WorkCalendar, *, staffed: bool) -> timedelta:
    return calendar.staffed_between(start, end) if staffed else end - start


def _until(lines: list[DayLine], last: date, fixed: str, calendar: WorkCalendar) -> tuple[DayLine, ...]:
    """The lines up to the last day; `fixed` says why that is another day than the calendar of today gives."""
    kept = [line for line in lines if line.day <= last]
    day = kept[-1].day if kept else last - ONE_DAY
    while day < last:
        day += ONE_DAY
        kept.append(_resting(day, f"{fixed}（{calendar.name_of(day)}）", kept))
    return tuple(kept)


def _resting(day: date, why: str, before: Sequence[DayLine]) -> DayLine:
    return DayLine(day, False, why, before[-1].count if before else 0, before[-1].seconds if before else 0)


def _because(reason: str) -> str:
    return f"：{reason}" if reason else ""
