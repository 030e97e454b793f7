"""The deadline tables of other systems, counted again on our clock, and where Chinese make-up days part from them."""

from datetime import date, timedelta

import pytest

from hub.calendar import DayOverride, OfficeHours, WorkCalendar, YearDays
from hub.clocks import LedgerEvent, due_at, due_day
from hub.limits import parse_limit
from tests.hub.test_clocks import CALENDAR, at

MONDAY = date(2021, 2, 15)
NO_HOLIDAYS = WorkCalendar.from_data(
    {year: YearDays({date(year, 12, 25): "一天"}, {}) for year in (2020, 2021, 2022, 2023, 2024)},
    {date(year, 12, 25): DayOverride(True, "照常上班") for year in (2020, 2021, 2022, 2023, 2024)},
    OfficeHours(),
    number=1,
)


def last_day(start: date, limit: str, calendar: WorkCalendar = NO_HOLIDAYS) -> date:
    ledger = (LedgerEvent(at(f"{start}T10:00"), "start", parse_limit(limit)),)
    due = due_at(ledger, calendar)
    assert due is not None
    return due_day(due, calendar)


# A reporting system of Dutch cities: from any weekday on; 1, 2, 3, 10 and 11 days, once and threefold.
@pytest.mark.parametrize(
    ("days", "later"),
    [
        (1, (1, 1, 1, 1, 3, 2, 1)),
        (2, (2, 2, 2, 4, 4, 3, 2)),
        (3, (3, 3, 5, 5, 5, 4, 3)),
        (10, (14, 14, 14, 14, 14, 13, 12)),
        (11, (15, 15, 15, 15, 17, 16, 15)),
        (6, (8, 8, 8, 8, 10, 9, 8)),
        (9, (11, 13, 13, 13, 13, 12, 11)),
        (30, (42, 42, 42, 42, 42, 41, 40)),
        (33, (45, 45, 47, 47, 47, 46, 45)),
    ],
)
def test_without_holidays_working_days_are_those_of_the_peers_table(days: int, later: tuple[int, ...]) -> None:
    starts = [MONDAY + timedelta(days=n) for n in range(7)]
    assert [(last_day(start, f"{days}wd") - start).days for start in starts] == list(later)
    assert {(last_day(start, f"{days}cd") - start).days for start in starts} == {days}


@pytest.mark.parametrize(
    ("start", "due"),
    [("2024-02-19", "2024-03-18"), ("2023-02-20", "2023-03-20"), ("2024-02-17", "2024-03-15")],
)
def test_twenty_working_days_pass_a_leap_day_and_begin_after_a_weekend(start: str, due: str) -> None:
    assert last_day(date.fromisoformat(start), "20wd") == date.fromisoformat(due)


def test_a_saturday_that_is_worked_is_added_and_taken_off() -> None:
    worked = {date(2021, 2, 20): DayOverride(True, "值班")}
    calendar = WorkCalendar.from_data(NO_HOLIDAYS.official_years, worked, OfficeHours(), number=2)
    assert last_day(date(2021, 2, 19), "1wd", calendar) == date(2021, 2, 20)
    assert calendar.add_workdays(date(2021, 2, 22), -1) == date(2021, 2, 20)


@pytest.mark.parametrize(
    ("start", "limit", "weekdays_alone", "due"),
    [
        ("2026-02-13", "5wd", "2026-02-20", "2026-02-27"),
        ("2026-09-18", "5wd", "2026-09-25", "2026-09-24"),
        ("2026-09-30", "3wd", "2026-10-05", "2026-10-10"),
    ],
)
def test_make_up_days_are_counted_where_others_count_weekdays(
    start: str, limit: str, weekdays_alone: str, due: str
) -> None:
    weekdays = WorkCalendar.from_data({2026: YearDays({date(2026, 12, 25): "一天"}, {})}, {}, OfficeHours(), number=1)
    assert last_day(date.fromisoformat(start), limit, weekdays) == date.fromisoformat(weekdays_alone)
    assert last_day(date.fromisoformat(start), limit, CALENDAR) == date.fromisoformat(due)
