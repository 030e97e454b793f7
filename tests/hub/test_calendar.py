"""The working calendar: notices, make-up days, years not announced, the district's own days, and office hours."""

import tomllib
from copy import deepcopy
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.calendar import DayOverride, OfficeHours, WorkCalendar, YearDays, read_calendar

CONTENT: dict[str, Any] = tomllib.loads((Path(__file__).parents[2] / "config" / "calendar.toml").read_text("utf-8"))
CALENDAR = read_calendar(CONTENT, number=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    """A moment written in local time."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        ("2026-02-13", 1, "2026-02-14"),  # a Saturday, worked for the Spring Festival
        ("2026-02-13", 5, "2026-02-27"),
        ("2026-02-13", 20, "2026-03-19"),
        ("2026-04-30", 5, "2026-05-11"),
        ("2026-09-18", 1, "2026-09-20"),  # a Sunday, worked for the National Day
        ("2026-09-18", 5, "2026-09-24"),
        ("2026-09-24", 5, "2026-10-09"),
        ("2026-09-30", 1, "2026-10-08"),
        ("2026-09-30", 3, "2026-10-10"),
        ("2026-09-30", 7, "2026-10-15"),
        ("2026-09-30", 15, "2026-10-27"),
        ("2026-09-30", 20, "2026-11-03"),
        ("2025-09-30", 5, "2025-10-14"),
        ("2009-09-25", 5, "2009-10-09"),
        ("2009-12-31", 1, "2010-01-04"),
    ],
)
def test_working_days_are_counted_as_the_state_council_arranged_them(start: str, n: int, due: str) -> None:
    assert CALENDAR.add_workdays(day(start), n) == day(due)


def test_the_make_up_days_of_2026_are_worked_and_the_holidays_are_not() -> None:
    for worked in ("2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"):
        assert CALENDAR.is_workday(day(worked))
        assert day(worked).weekday() >= 5
    for rested in ("2026-02-16", "2026-02-23", "2026-05-05", "2026-10-01", "2026-10-07"):
        assert not CALENDAR.is_workday(day(rested))
    assert CALENDAR.count_workdays(day("2025-12-31"), day("2026-12-31")) == 248


def test_every_year_from_2004_to_2026_is_announced_and_has_its_holidays_and_source() -> None:
    for year in range(2004, 2027):
        days = CALENDAR.official_years[year]
        assert days.announced
        assert str(year) in days.source
        assert {"元旦", "春节", "劳动节", "国庆节"} <= set(days.rest.values())
        assert all(worked.weekday() >= 5 for worked in days.work)
        assert 240 <= CALENDAR.count_workdays(date(year - 1, 12, 31), date(year, 12, 31)) <= 255


def test_the_table_holds_all_150_make_up_days() -> None:
    assert sum(len(CALENDAR.official_years[year].work) for year in range(2004, 2027)) == 150


@pytest.mark.parametrize(
    ("which", "name"),
    [
        ("2026-02-16", "春节"),
        ("2026-02-14", "春节调休上班"),
        ("2026-03-04", "工作日"),
        ("2026-03-07", "周六"),
        ("2027-01-01", "元旦（暂定）"),
        ("2027-02-08", "春节（暂定）"),
        ("2027-03-03", "工作日（暂定）"),
        ("2041-10-02", "国庆节（暂定）"),
    ],
)
def test_a_day_is_called_what_people_call_it(which: str, name: str) -> None:
    assert CALENDAR.name_of(day(which)) == name


def test_a_year_not_announced_has_weekends_and_statutory_days_and_says_so() -> None:
    assert CALENDAR.is_provisional(day("2027-03-03"))
    assert not CALENDAR.is_provisional(day("2026-12-31"))
    assert [n for n in range(1, 11) if not CALENDAR.is_workday(date(2041, 10, n))] == [1, 2, 3, 5, 6]
    assert CALENDAR.add_workdays(day("2026-12-25"), 5) == day("2027-01-04")


def test_once_the_notice_is_entered_the_same_day_may_move_and_is_no_longer_provisional() -> None:
    content = deepcopy(CONTENT)
    content["years"]["2027"] = {
        "source": "测试",
        "announced": True,
        "holidays": [{"name": "元旦", "first": "2027-01-01", "last": "2027-01-04", "workdays": ["2027-01-09"]}],
    }
    announced = read_calendar(content, number=2)
    assert announced.add_workdays(day("2026-12-25"), 5) == day("2027-01-05")
    assert not announced.is_provisional(day("2027-01-04"))
    assert announced.number == 2


def test_the_notice_of_a_year_may_arrange_the_last_days_of_december_before_it() -> None:
    years = {2026: CALENDAR.official_years[2026], 2027: YearDays({day("2026-12-31"): "元旦"}, {})}
    calendar = WorkCalendar.from_data(years, {}, OfficeHours(), number=3)
    assert not calendar.is_workday(day("2026-12-31"))
    assert calendar.name_of(day("2026-12-31")) == "元旦"


def test_the_districts_own_day_stands_above_the_notice() -> None:
    overrides = {
        day("2026-03-04"): DayOverride(False, "台风停工"),
        day("2026-10-01"): DayOverride(True, "全员值班"),
        day("2027-03-03"): DayOverride(False, "区庆"),
    }
    calendar = WorkCalendar.from_data(CALENDAR.official_years, overrides, OfficeHours(), number=4)
    assert calendar.add_workdays(day("2026-03-03"), 1) == day("2026-03-05")
    assert calendar.add_workdays(day("2026-09-30"), 1) == day("2026-10-01")
    assert [calendar.name_of(d) for d in overrides] == ["台风停工", "全员值班", "区庆"]
    assert not calendar.is_provisional(day("2027-03-03"))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"years": {"2027": {"announced": True, "holidays": []}}}, "2027 年：已公布的年份没有列出放假日期"),
        ({"years": {"2027": {"holiday": []}}}, "不认识的项"),
        ({"years": {"2027": {"holidays": [{"first": "2027-01-01"}]}}}, "没有名称"),
        ({"years": {"2027": {"holidays": [{"name": "元旦", "first": "2026-01-01"}]}}}, "写在了 2027 年下面"),
        (
            {"years": {"2027": {"holidays": [{"name": "元旦", "first": "2027-01-03", "last": "2027-01-01"}]}}},
            "起止日期不对",
        ),
        (
            {"years": {"2027": {"holidays": [{"name": "元旦", "first": "2027-01-01", "workdays": ["2027-01-01"]}]}}},
            "既写成放假又写成上班",
        ),
        ({"office": {"hours": []}}, "办公时间"),
        ({"office": {"hours": [["09:00", "12:00"], ["11:00", "17:00"]]}}, "办公时间"),
        ({"office": {"hours": [["12:00", "09:00"]]}}, "办公时间"),
        ({"overrides": [{"day": "2026-03-04"}]}, "workday"),
        ({"zone": "Asia/Nowhere"}, "时区"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused_with_the_place(change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        read_calendar(change, number=1)


def test_next_workday_is_the_day_itself_when_it_is_worked() -> None:
    assert CALENDAR.next_workday(day("2026-09-20")) == day("2026-09-20")
    assert CALENDAR.next_workday(day("2026-10-01")) == day("2026-10-08")


@settings(max_examples=400, deadline=None)
@given(st.dates(date(2003, 1, 1), date(2030, 12, 31)), st.integers(-300, 300))
def test_adding_and_counting_agree_with_walking_day_by_day(start: date, n: int) -> None:
    step, walked, left = timedelta(days=1 if n > 0 else -1), start, abs(n)
    while left:
        walked += step
        left -= CALENDAR.is_workday(walked)
    assert CALENDAR.add_workdays(start, n) == walked
    if n > 0:
        assert CALENDAR.count_workdays(start, walked) == n
        assert CALENDAR.count_workdays(walked, start) == -n


def test_working_days_between_two_moments_follow_local_dates() -> None:
    late_evening = datetime(2026, 3, 3, 16, 30, tzinfo=UTC)  # already 4 March in the office
    assert CALENDAR.workdays_between(late_evening, at("2026-03-06T08:00")) == 2
    assert CALENDAR.workdays_between(at("2026-03-06T08:00"), late_evening) == -2
    assert CALENDAR.workdays_between(at("2026-03-06T23:00"), at("2026-03-08T01:00")) == 0


def test_staffed_time_leaves_out_lunch_night_and_rest_days() -> None:
    hour = 3600
    assert CALENDAR.staffed_seconds_between(at("2026-03-04T09:00"), at("2026-03-04T17:30")) == 7 * hour
    assert CALENDAR.staffed_seconds_between(at("2026-03-04T11:30"), at("2026-03-04T13:45")) == 45 * 60
    assert CALENDAR.staffed_seconds_between(at("2026-03-06T16:30"), at("2026-03-09T10:00")) == 2 * hour
    assert CALENDAR.staffed_seconds_between(at("2026-09-30T17:30"), at("2026-10-08T09:00")) == 0
    assert CALENDAR.staffed_seconds_between(at("2026-03-09T10:00"), at("2026-03-06T16:30")) == -2 * hour


@pytest.mark.parametrize(
    ("start", "hours", "reached"),
    [
        ("2026-03-06T16:30", 2, "2026-03-09T10:00"),
        ("2026-03-06T16:30", 1, "2026-03-06T17:30"),  # the first instant at which the hour is over
        ("2026-03-06T20:00", 7, "2026-03-09T17:30"),
        ("2026-03-07T10:00", 8, "2026-03-10T10:00"),
        ("2026-03-09T10:00", -2, "2026-03-06T16:30"),
        ("2026-03-09T09:00", -7, "2026-03-06T09:00"),
        ("2026-03-09T17:30", -4, "2026-03-09T13:30"),  # the last instant from which four hours are left
        ("2026-03-08T10:00", -1, "2026-03-06T16:30"),
        ("2026-03-09T10:00", 0, "2026-03-09T10:00"),
    ],
)
def test_staffed_hours_are_added_and_taken_off_on_the_offices_clock(start: str, hours: int, reached: str) -> None:
    assert CALENDAR.shift_staffed(at(start), timedelta(hours=hours)) == at(reached)


moments = st.integers(0, 40_000_000_000).map(lambda n: at("2025-12-01T00:00") + timedelta(milliseconds=n))


@settings(max_examples=300, deadline=None)
@given(moments, moments, moments)
def test_staffed_time_adds_up(a: datetime, b: datetime, c: datetime) -> None:
    between = CALENDAR.staffed_seconds_between
    assert between(a, b) + between(b, c) == between(a, c)
    assert abs(between(a, b) - CALENDAR.staffed_between(a, b).total_seconds()) <= 1


@settings(max_examples=300, deadline=None)
@given(moments, st.integers(-200_000_000, 200_000_000).filter(bool))
def test_shifting_by_staffed_time_moves_exactly_that_far(start: datetime, milliseconds: int) -> None:
    by = timedelta(milliseconds=milliseconds)
    assert CALENDAR.staffed_between(start, CALENDAR.shift_staffed(start, by)) == by


@pytest.mark.parametrize(
    ("moment", "staffed"),
    [
        ("2026-03-04T10:15", "2026-03-04T10:15"),
        ("2026-03-04T07:00", "2026-03-04T09:00"),
        ("2026-03-04T12:00", "2026-03-04T13:30"),
        ("2026-03-04T17:30", "2026-03-05T09:00"),
        ("2026-02-14T18:00", "2026-02-24T09:00"),
        ("2026-09-19T10:00", "2026-09-20T09:00"),
    ],
)
def test_the_next_staffed_moment_waits_for_lunch_night_and_rest_days(moment: str, staffed: str) -> None:
    assert CALENDAR.next_staffed_moment(at(moment)) == at(staffed)


def test_another_office_has_other_hours_and_another_zone() -> None:
    office = OfficeHours(((time(10), time(14)),))
    calendar = WorkCalendar.from_data(CALENDAR.official_years, {}, office, "Asia/Urumqi", number=5)
    opening = datetime(2026, 3, 4, 10, tzinfo=ZoneInfo("Asia/Urumqi"))
    assert calendar.next_staffed_moment(at("2026-03-04T08:00")) == opening
    assert calendar.staffed_seconds_between(opening, opening + timedelta(days=1)) == 4 * 3600


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="时区"):
        CALENDAR.day_of(datetime(2026, 3, 4, 10))  # noqa: DTZ001
