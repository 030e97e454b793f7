"""The clock: limits, ledgers against a slow reference, the count told day by day, and who held the case."""

import tomllib
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hub.calendar import DayOverride, OfficeHours, WorkCalendar, read_calendar
from hub.clocks import (
    LedgerEvent,
    Remaining,
    What,
    append,
    due_at,
    due_day,
    due_if_resumed,
    has_breached,
    phase,
    remaining,
)
from hub.daylines import DayLine, explain, is_provisional
from hub.holders import book, held_by
from hub.limits import Limit, parse_limit
from tests.hub import random_ledgers
from tests.hub.slow_clock import QUARTER, slow_due

CONFIG = Path(__file__).parents[2] / "config"
CALENDAR = read_calendar(tomllib.loads((CONFIG / "calendar.toml").read_text("utf-8")), number=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    """A moment written in local time."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def ledger(*lines: str) -> tuple[LedgerEvent, ...]:
    """A ledger written as "moment what [limit] [reason]"."""
    events: tuple[LedgerEvent, ...] = ()
    for line in lines:
        moment, name, *rest = line.split()
        limit = parse_limit(rest[0]) if rest and rest[0][0].isdigit() else None
        what = next(known for known in WHATS if known == name)
        events = append(events, LedgerEvent(at(moment), what, limit, rest[-1] if rest and limit is None else ""))
    return events


WHATS: tuple[What, ...] = ("start", "pause", "resume", "extend", "restart", "recalc", "met", "stop", "breached")


def last_day(*lines: str) -> date:
    due = due_at(ledger(*lines), CALENDAR)
    assert due is not None
    return due_day(due, CALENDAR)


# Limits


@pytest.mark.parametrize("text", ["5wd", "15cd", "15cd+roll", "24h", "4sh", "5wd+close", "60cd+roll+close"])
def test_a_limit_reads_back_as_it_was_written(text: str) -> None:
    assert str(parse_limit(text)) == text


def test_a_limit_says_its_unit_in_words() -> None:
    assert [parse_limit(text).words for text in ("5wd", "60cd", "24h", "4sh")] == [
        "5个工作日",
        "60日",
        "24小时",
        "4个办公小时",
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "看不懂"),
        ("5", "看不懂"),
        ("five days", "看不懂"),
        ("-5wd", "看不懂"),
        ("5wd+rol", "看不懂"),
        ("12345wd", "看不懂"),
        ("0wd", "至少为 1"),
        ("5wd+roll", "顺延"),
        ("24h+close", "按日"),
    ],
)
def test_a_limit_that_makes_no_sense_is_refused_with_a_sentence(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_limit(text)


# One stretch without pauses


@pytest.mark.parametrize(
    ("start", "limit", "due"),
    [
        ("2026-02-13", "1wd", "2026-02-14"),
        ("2026-02-13", "5wd", "2026-02-27"),
        ("2026-02-13", "20wd", "2026-03-19"),
        ("2026-04-30", "5wd", "2026-05-11"),
        ("2026-09-18", "1wd", "2026-09-20"),
        ("2026-09-24", "5wd", "2026-10-09"),
        ("2026-09-30", "1wd", "2026-10-08"),
        ("2026-09-30", "7wd", "2026-10-15"),
        ("2026-09-30", "15wd", "2026-10-27"),
        ("2026-09-30", "20wd", "2026-11-03"),
        ("2025-09-30", "5wd", "2025-10-14"),
        ("2009-09-25", "5wd", "2009-10-09"),
        ("2009-12-31", "1wd", "2010-01-04"),
        ("2026-09-16", "15cd", "2026-10-01"),
        ("2026-09-16", "15cd+roll", "2026-10-08"),
        ("2026-08-02", "60cd+roll", "2026-10-08"),
        ("2025-08-02", "60cd+roll", "2025-10-09"),
        ("2026-02-01", "15cd+roll", "2026-02-24"),
    ],
)
@pytest.mark.parametrize("hour", ["00:00", "10:00", "23:59"])
def test_a_limit_ends_on_the_day_the_law_gives_whatever_the_hour(start: str, limit: str, due: str, hour: str) -> None:
    assert last_day(f"{start}T{hour} start {limit}") == date.fromisoformat(due)


def test_a_letter_filed_on_a_rest_day_counts_from_the_next_working_day() -> None:
    assert last_day("2026-03-07T11:00 start 1wd") == date(2026, 3, 9)
    assert last_day("2026-10-03T11:00 start 5wd") == date(2026, 10, 13)


def test_late_begins_at_local_midnight_or_when_the_office_closes() -> None:
    assert due_at(ledger("2026-03-02T10:00 start 3wd"), CALENDAR) == at("2026-03-06T00:00")
    assert due_at(ledger("2026-03-02T10:00 start 3wd+close"), CALENDAR) == at("2026-03-05T17:30")
    assert due_at(ledger("2026-03-02T10:00 start 24h"), CALENDAR) == at("2026-03-03T10:00")
    assert due_at(ledger("2026-03-06T16:30 start 4sh"), CALENDAR) == at("2026-03-09T12:00")


def test_the_due_instant_is_given_in_utc() -> None:
    due = due_at(ledger("2026-03-02T10:00 start 24h"), CALENDAR)
    assert due is not None
    assert due.tzinfo is UTC


def test_the_last_day_of_an_hour_limit_that_ends_at_midnight_is_the_day_before() -> None:
    assert last_day("2026-03-02T00:00 start 24h") == date(2026, 3, 2)


def test_a_clock_without_a_limit_is_never_late() -> None:
    events = ledger("2026-03-02T10:00 start")
    assert due_at(events, CALENDAR) is None
    assert remaining(events, CALENDAR, at("2027-03-02T10:00")) is None
    assert explain(events, CALENDAR) == ()
    assert due_at((), CALENDAR) is None


# Pauses, extensions, restarts


def test_a_pause_takes_out_the_days_at_whose_end_the_clock_rests() -> None:
    start = "2026-03-02T10:00 start 5wd"  # Monday; without a pause until Monday the 9th
    assert last_day(start, "2026-03-03T09:00 pause", "2026-03-05T16:00 resume") == date(2026, 3, 11)
    assert last_day(start, "2026-03-03T09:00 pause", "2026-03-03T16:00 resume") == date(2026, 3, 9)
    assert last_day(start, "2026-03-06T09:00 pause", "2026-03-09T08:00 resume") == date(2026, 3, 10)
    assert last_day(start, "2026-03-02T11:00 pause", "2026-03-03T00:00 resume") == date(2026, 3, 9)


def test_two_pauses_that_share_a_day_take_it_out_once() -> None:
    twice = last_day(
        "2026-03-02T10:00 start 5wd",
        "2026-03-03T09:00 pause",
        "2026-03-04T10:00 resume",
        "2026-03-04T11:00 pause",
        "2026-03-05T10:00 resume",
    )
    once = last_day("2026-03-02T10:00 start 5wd", "2026-03-03T09:00 pause", "2026-03-05T10:00 resume")
    assert twice == once == date(2026, 3, 11)


def test_a_pause_over_a_rest_takes_out_only_its_working_days() -> None:
    paused = ("2026-09-30T10:00 pause", "2026-10-08T10:00 resume")
    assert last_day("2026-09-24T10:00 start 5wd", *paused) == date(2026, 10, 10)
    assert last_day("2026-09-24T10:00 start 15cd", *paused) == date(2026, 10, 17)


def test_hours_leave_out_exactly_the_paused_time() -> None:
    paused = ("2026-03-02T16:00 pause", "2026-03-03T10:20 resume")
    assert due_at(ledger("2026-03-02T15:00 start 24h", *paused), CALENDAR) == at("2026-03-04T09:20")
    assert due_at(ledger("2026-03-02T15:00 start 4sh", *paused), CALENDAR) == at("2026-03-03T14:50")


def test_a_pause_on_the_days_a_limit_rolls_over_keeps_the_last_day_out_of_the_pause() -> None:
    events = ("2026-09-16T10:00 start 15cd+roll", "2026-10-03T10:00 pause", "2026-10-20T10:00 resume")
    assert last_day(*events) == date(2026, 10, 20)


def test_an_office_limit_resumed_after_closing_time_gets_another_day() -> None:
    events = ("2026-03-02T10:00 start 1wd+close", "2026-03-03T10:00 pause", "2026-03-04T18:00 resume")
    assert due_at(ledger(*events), CALENDAR) == at("2026-03-05T17:30")


def test_a_resting_clock_has_no_due_instant_but_can_say_what_it_would_be() -> None:
    events = ledger("2026-03-02T10:00 start 5wd", "2026-03-04T10:00 pause 等待补充")
    assert due_at(events, CALENDAR) is None
    assert phase(events) == "paused"
    assert due_if_resumed(events, CALENDAR, at("2026-03-06T10:00")) == at("2026-03-12T00:00")
    assert remaining(events, CALENDAR, at("2026-03-06T10:00")) == Remaining(False, 3, 5, 27 * 3600)


def test_a_pause_after_the_due_instant_does_not_undo_being_late() -> None:
    late = ("2026-03-02T10:00 start 1wd", "2026-03-04T00:00 pause")
    assert last_day(*late) == date(2026, 3, 3)
    assert last_day(*late, "2026-03-20T10:00 resume", "2026-03-20T11:00 extend 5wd") == date(2026, 3, 3)


def test_a_pause_in_the_last_second_still_counts() -> None:
    assert due_at(ledger("2026-03-02T10:00 start 1wd", "2026-03-03T23:59:59 pause"), CALENDAR) is None


def test_an_extension_adds_to_the_limit_before_or_after_a_pause() -> None:
    assert last_day("2026-03-02T10:00 start 5wd", "2026-03-05T10:00 extend 5wd") == date(2026, 3, 16)
    paused = ("2026-03-03T09:00 pause", "2026-03-05T16:00 resume")
    assert last_day("2026-03-02T10:00 start 5wd", *paused, "2026-03-09T10:00 extend 5wd") == date(2026, 3, 18)
    rolled_once = ("2026-07-03T10:00 start 60cd+roll", "2026-08-20T10:00 extend 30cd")
    assert last_day(*rolled_once) == date(2026, 10, 8)  # 90 days end on 1 October


def test_an_extension_in_another_unit_counts_on_from_the_last_day() -> None:
    assert last_day("2026-03-02T10:00 start 24h", "2026-03-02T11:00 extend 2wd") == date(2026, 3, 5)
    hours = ledger("2026-03-02T10:00 start 1wd", "2026-03-02T11:00 extend 4h")
    assert due_at(hours, CALENDAR) == at("2026-03-04T04:00")
    at_the_seam = ("2026-03-02T12:00 pause", "2026-03-04T10:00 resume")
    assert last_day("2026-03-02T10:00 start 2h", "2026-03-02T10:30 extend 1wd", *at_the_seam) == date(2026, 3, 4)


def test_an_extension_may_bring_the_rule_that_rest_days_roll() -> None:
    assert last_day("2026-09-16T10:00 start 10cd", "2026-09-20T10:00 extend 5cd+roll") == date(2026, 10, 8)


def test_an_extension_that_comes_when_the_limit_is_over_is_not_granted() -> None:
    assert last_day("2026-03-02T10:00 start 1wd", "2026-03-04T08:00 extend 5wd") == date(2026, 3, 3)


def test_restart_counts_anew_from_its_moment() -> None:
    again = ("2026-03-02T10:00 start 20wd", "2026-03-04T10:00 extend 20wd", "2026-03-06T10:00 restart")
    assert last_day(*again) == date(2026, 4, 3)  # 20 working days again; 6 April is the 清明 rest
    assert last_day("2026-03-02T10:00 start 5wd", "2026-03-20T10:00 restart 2wd") == date(2026, 3, 24)


def test_a_met_clock_may_start_again_in_another_round() -> None:
    events = ledger("2026-03-02T10:00 start 5wd", "2026-03-04T10:00 met", "2026-03-05T10:00 restart 3wd")
    assert phase(events) == "running"
    assert due_at(events, CALENDAR) == at("2026-03-11T00:00")


def test_met_during_a_pause_ends_the_pause() -> None:
    events = ledger("2026-03-02T10:00 start 5wd", "2026-03-04T10:00 pause", "2026-03-06T10:00 met")
    assert phase(events) == "met"
    assert due_at(events, CALENDAR) == at("2026-03-12T00:00")


def test_a_recalculation_with_a_new_limit_counts_from_the_old_start() -> None:
    assert last_day("2026-03-02T10:00 start 15wd", "2026-03-03T10:00 recalc 5wd") == date(2026, 3, 9)


def test_a_recorded_breach_stands_when_the_calendar_changes() -> None:
    storm = {date(2026, 3, 3): DayOverride(False, "台风停工")}
    changed = WorkCalendar.from_data(CALENDAR.official_years, storm, OfficeHours(), number=2)
    running = ledger("2026-03-02T10:00 start 1wd")
    assert due_at(running, changed) == at("2026-03-05T00:00")
    breached = (*running, LedgerEvent(at("2026-03-04T00:00"), "breached"))
    recalculated = append(breached, LedgerEvent(at("2026-03-04T08:00"), "recalc", parse_limit("9wd")))
    for later in (breached, recalculated):
        assert due_at(later, changed) == at("2026-03-04T00:00")
        assert explain(later, changed)[-1].day == date(2026, 3, 3)
        assert has_breached(later)


def test_a_breach_recorded_with_the_old_calendar_is_explained_to_its_day() -> None:
    worked = {date(2026, 3, 7): DayOverride(True, "抗洪值班")}
    changed = WorkCalendar.from_data(CALENDAR.official_years, worked, OfficeHours(), number=2)
    events = ledger("2026-03-06T10:00 start 1wd", "2026-03-10T00:00 breached")
    lines = explain(events, changed)
    assert [line.day.day for line in lines] == [6, 7, 8, 9]
    assert lines[-1].why == "逾期已记录，期限不再变动（工作日）"


def test_a_clock_set_back_does_not_reorder_the_ledger() -> None:
    events = (
        LedgerEvent(at("2026-03-02T10:00"), "start", parse_limit("2h")),
        LedgerEvent(at("2026-03-02T11:00"), "pause"),
        LedgerEvent(at("2026-03-02T10:30"), "resume"),
    )
    assert due_at(events, CALENDAR) == at("2026-03-02T12:00")


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [
        ((), "pause"),
        (("2026-03-02T10:00 start 5wd",), "start"),
        (("2026-03-02T10:00 start 5wd",), "resume"),
        (("2026-03-02T10:00 start 5wd",), "extend"),  # without saying by how much
        (("2026-03-02T10:00 start 5wd", "2026-03-03T10:00 pause"), "pause"),
        (("2026-03-02T10:00 start 5wd", "2026-03-03T10:00 met"), "extend"),
        (("2026-03-02T10:00 start 5wd", "2026-03-03T10:00 stop"), "met"),
        (("2026-03-02T10:00 start 5wd", "2026-03-10T00:00 breached"), "breached"),
    ],
)
def test_a_line_that_cannot_follow_is_not_written(lines: tuple[str, ...], wrong: What) -> None:
    with pytest.raises(ValueError, match=r"时限|延期|逾期"):
        append(ledger(*lines), LedgerEvent(at("2026-03-20T10:00"), wrong))


def test_the_phase_of_a_ledger_that_never_started_is_an_error() -> None:
    with pytest.raises(ValueError, match="还没有开始"):
        phase(())


# What is left


@pytest.mark.parametrize(
    ("now", "left"),
    [
        ("2026-03-05T10:00", Remaining(False, 2, 4, (6 + 7 + 7) * 3600)),
        ("2026-03-09T10:00", Remaining(False, 0, 0, 6 * 3600)),
        ("2026-03-09T23:00", Remaining(False, 0, 0, 0)),
        ("2026-03-10T00:00", Remaining(True, 1, 1, 0)),
        ("2026-03-16T10:00", Remaining(True, 5, 7, (4 * 7 + 1) * 3600)),
    ],
)
def test_what_is_left_is_counted_as_people_count(now: str, left: Remaining) -> None:
    assert remaining(ledger("2026-03-02T10:00 start 5wd"), CALENDAR, at(now)) == left


def test_a_met_clock_keeps_the_margin_it_was_met_with() -> None:
    in_time = ledger("2026-03-02T10:00 start 5wd", "2026-03-06T10:00 met")
    assert remaining(in_time, CALENDAR, at("2027-01-01T00:00")) == Remaining(False, 1, 3, 13 * 3600)
    late = ledger("2026-03-02T10:00 start 5wd", "2026-03-11T17:30 met")
    assert remaining(late, CALENDAR, at("2027-01-01T00:00")) == Remaining(True, 2, 2, 14 * 3600)


# Told day by day


def test_the_count_is_told_day_by_day() -> None:
    events = ledger("2026-02-12T10:00 start 3wd", "2026-02-13T10:00 pause 等待补充", "2026-02-14T10:00 resume")
    lines = explain(events, CALENDAR)
    assert lines[:4] == (
        DayLine(date(2026, 2, 12), False, "收到当天不计"),
        DayLine(date(2026, 2, 13), False, "暂停：等待补充"),
        DayLine(date(2026, 2, 14), True, "春节调休上班", 1),
        DayLine(date(2026, 2, 15), False, "春节", 1),
    )
    assert lines[-2:] == (DayLine(date(2026, 2, 24), True, "工作日", 2), DayLine(date(2026, 2, 25), True, "工作日", 3))


def test_a_rolled_limit_says_why_it_ends_later() -> None:
    lines = explain(ledger("2026-09-29T10:00 start 2cd+roll"), CALENDAR)
    assert [line.why for line in lines[1:4]] == ["自然日", "期满日是国庆节，顺延", "国庆节，顺延"]
    assert lines[-1] == DayLine(date(2026, 10, 8), False, "顺延至此日（工作日）", 2)


def test_hours_are_told_with_the_time_each_day_gave() -> None:
    lines = explain(ledger("2026-09-18T14:00 start 4sh"), CALENDAR)
    assert lines == (
        DayLine(date(2026, 9, 18), True, "工作日", 0, 12600),
        DayLine(date(2026, 9, 19), False, "周六", 0, 12600),
        DayLine(date(2026, 9, 20), True, "国庆节调休上班", 0, 14400),
    )


def test_a_resting_clock_is_told_up_to_the_day_it_came_to_rest() -> None:
    lines = explain(ledger("2026-03-02T10:00 start 5wd", "2026-03-04T10:00 pause 征求第三方"), CALENDAR)
    assert [(line.day.day, line.count) for line in lines] == [(2, 0), (3, 1), (4, 1)]
    assert lines[-1].why == "暂停中：征求第三方"


@pytest.mark.parametrize(
    ("start", "limit", "provisional"),
    [
        ("2026-12-04", "20wd", True),
        ("2026-11-06", "40wd", True),
        ("2026-12-25", "5wd", True),
        ("2026-12-04", "19wd", False),
        ("2026-12-25", "15cd", False),  # calendar days need no notice
        ("2026-12-25", "15cd+roll", True),
        ("2026-12-22", "15cd+roll", True),  # a Wednesday that a notice may yet make a rest day
        ("2026-12-10", "15cd+roll", False),
        ("2026-12-31", "240h", False),
        ("2026-12-31", "9sh", True),
    ],
)
def test_a_date_that_rests_on_a_year_not_announced_says_so(start: str, limit: str, provisional: bool) -> None:
    events = ledger(f"{start}T16:00 start {limit}")
    assert is_provisional(events, CALENDAR) is provisional
    assert any(line.provisional for line in explain(events, CALENDAR)) is provisional


# Who held it


def test_every_working_minute_is_booked_to_a_holder() -> None:
    changes = [
        (at("2026-03-02T09:00"), "reception"),
        (at("2026-03-02T15:00"), "housing"),
        (at("2026-03-04T12:30"), "supervision"),
        (at("2026-03-05T09:00"), "housing"),
        (at("2026-03-20T09:00"), "archive"),
    ]
    booked = book(changes, at("2026-03-02T10:00"), at("2026-03-06T12:00"), CALENDAR)
    assert booked == {
        "reception": int(3.5 * 3600),
        "housing": int((2.5 + 7 + 3 + 7 + 3) * 3600),
        "supervision": 4 * 3600,
    }


def test_minutes_that_nobody_held_are_an_error_not_a_gap() -> None:
    with pytest.raises(ValueError, match="没有经手单位"):
        book([(at("2026-03-03T09:00"), "housing")], at("2026-03-02T10:00"), at("2026-03-04T12:00"), CALENDAR)
    with pytest.raises(ValueError, match="先后颠倒"):
        book(
            [(at("2026-03-03T09:00"), "a"), (at("2026-03-02T09:00"), "b")],
            at("2026-03-03T10:00"),
            at("2026-03-04T12:00"),
            CALENDAR,
        )


def test_a_breach_names_who_held_the_case_until_it_was_late() -> None:
    changes = [(at("2026-03-02T10:00"), "housing"), (at("2026-03-04T00:00"), "water")]
    assert held_by(changes, at("2026-03-04T00:00")) == "housing"
    assert held_by(changes, at("2026-03-04T00:01")) == "water"
    assert held_by(changes, at("2026-03-02T10:00")) is None


minutes = st.integers(0, 60 * 24 * 60)


@settings(max_examples=200, deadline=None)
@given(st.lists(minutes, max_size=8), minutes)
def test_the_booked_parts_add_up_to_the_whole(moments: list[int], length: int) -> None:
    zero = at("2026-01-20T08:13")
    changes = [(zero, "a"), *((zero + timedelta(minutes=m), "abc"[m % 3]) for m in sorted(moments))]
    end = zero + timedelta(minutes=length)
    assert sum(book(changes, zero, end, CALENDAR).values()) == CALENDAR.staffed_seconds_between(zero, end)


# Random ledgers against a reference that lives through them step by step


@st.composite
def ledgers(draw: st.DrawFn, *, units: Sequence[str] = ("wd", "cd", "h", "sh")) -> tuple[LedgerEvent, ...]:
    """A start and up to six lines, each a whole number of quarters of an hour later, around the rests of 2026."""
    unit = draw(st.sampled_from(units))
    day_unit = unit in ("wd", "cd")
    roll = unit == "cd" and draw(st.booleans())
    close = day_unit and draw(st.booleans())

    def limit(most: int) -> Limit:
        text = f"{draw(st.integers(1, most))}{unit}{'+roll' * roll}{'+close' * close}"
        return parse_limit(text)

    most = 15 if day_unit else 30
    moment = at("2026-01-25T00:00") + draw(st.integers(0, 96 * 270)) * QUARTER
    events: tuple[LedgerEvent, ...] = (LedgerEvent(moment, "start", limit(most)),)
    for _ in range(draw(st.integers(0, 6))):
        moment += draw(st.integers(0, 96 * 6)) * QUARTER
        options: list[What] = ["resume", "extend"] if phase(events) == "paused" else ["pause", "extend"]
        what = draw(st.sampled_from(options))
        events = append(events, LedgerEvent(moment, what, limit(5) if what == "extend" else None))
    return events


@settings(max_examples=600, deadline=None)
@given(ledgers())
def test_any_ledger_ends_when_a_clock_lived_through_step_by_step_ends(events: tuple[LedgerEvent, ...]) -> None:
    due = due_at(events, CALENDAR)
    assert due == slow_due(events, CALENDAR)
    assert due == due_at(list(events), CALENDAR)


def test_random_ledgers_on_four_calendars_end_when_a_slow_clock_ends_them() -> None:
    found = random_ledgers.compare(2000, seed=1)
    assert found.wrong == []
    assert min(found.kinds.values()) > 200, "every unit was looked at"


def test_the_slow_clock_sees_a_clock_that_counts_wrongly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random_ledgers, "due_at", lambda events, calendar: due_at(events[:3], calendar))
    assert random_ledgers.compare(200, seed=1).wrong


@settings(max_examples=250, deadline=None)
@given(ledgers(units=("wd", "cd")))
def test_the_told_days_end_on_the_due_day_and_their_count_is_the_limit(events: tuple[LedgerEvent, ...]) -> None:
    due = due_at(events, CALENDAR)
    assume(due is not None)
    assert due is not None
    lines = explain(events, CALENDAR)
    granted = [event for event in events[1:] if event.what == "extend" and event.limit and event.at < due]
    amounts = [event.limit.amount for event in (events[0], *granted) if event.limit]
    assert lines[-1].day == due_day(due, CALENDAR)
    assert sum(line.counted for line in lines) == sum(amounts) == lines[-1].count
    assert [line.day for line in lines] == [lines[0].day + timedelta(days=n) for n in range(len(lines))]


@settings(max_examples=300, deadline=None)
@given(ledgers(units=("h", "sh")))
def test_the_told_hours_add_up_to_the_limit(events: tuple[LedgerEvent, ...]) -> None:
    due = due_at(events, CALENDAR)
    assume(due is not None)
    assert due is not None
    lines = explain(events, CALENDAR)
    granted = [event for event in events[1:] if event.what == "extend" and event.limit and event.at < due]
    amounts = [event.limit.amount for event in (events[0], *granted) if event.limit]
    assert lines[-1].day == due_day(due, CALENDAR)
    assert lines[-1].seconds == sum(amounts) * 3600


@settings(max_examples=250, deadline=None)
@given(ledgers(), st.sampled_from(["1wd", "1wd+close", "3cd", "2cd+roll+close", "1h", "4sh"]), st.integers(0, 96 * 9))
def test_an_extension_never_brings_the_due_instant_nearer(
    events: tuple[LedgerEvent, ...], text: str, later: int
) -> None:
    due = due_at(events, CALENDAR)
    more = LedgerEvent(events[-1].at + later * QUARTER, "extend", parse_limit(text))
    extended = due_at((*events, more), CALENDAR)
    if due is None:
        assert extended is None
        return
    assert extended is not None
    assert extended >= due
    if more.at >= due:
        assert extended == due


@settings(max_examples=250, deadline=None)
@given(ledgers(), st.integers(0, 96 * 9), st.integers(0, 96 * 9))
def test_a_pause_never_shortens_and_never_ends_in_a_late_clock(
    events: tuple[LedgerEvent, ...], later: int, length: int
) -> None:
    due = due_at(events, CALENDAR)
    assume(due is not None)
    assert due is not None
    pause = LedgerEvent(events[-1].at + later * QUARTER, "pause")
    resume = LedgerEvent(pause.at + length * QUARTER, "resume")
    rested = due_at((*events, pause, resume), CALENDAR)
    assert rested is not None
    if pause.at >= due:
        assert rested == due
    else:
        assert rested >= due
        assert rested > resume.at


# A newer calendar

WORKED = WorkCalendar.from_data(
    CALENDAR.official_years,
    {date(2026, 1, 1) + timedelta(days=n): DayOverride(True, "试验") for n in range(0, 365, 3)},
    OfficeHours(),
    number=2,
)
RESTED = WorkCalendar.from_data(
    CALENDAR.official_years,
    {date(2026, 1, 1) + timedelta(days=n): DayOverride(False, "试验") for n in range(0, 365, 3)},
    OfficeHours(),
    number=2,
)


@settings(max_examples=200, deadline=None)
@given(ledgers(), st.integers(0, 96 * 9))
def test_a_recount_under_the_same_calendar_changes_nothing(events: tuple[LedgerEvent, ...], later: int) -> None:
    moment = events[-1].at + later * QUARTER
    due = due_at(events, CALENDAR)
    assume(due is None or moment < due)
    assert due_at((*events, LedgerEvent(moment, "recalc")), CALENDAR) == due


@settings(max_examples=200, deadline=None)
@given(ledgers(), st.integers(0, 96 * 9), st.sampled_from([WORKED, RESTED]))
def test_a_recount_in_time_never_ends_in_a_late_clock(
    events: tuple[LedgerEvent, ...], later: int, calendar: WorkCalendar
) -> None:
    moment = events[-1].at + later * QUARTER
    due = due_at(events, CALENDAR)
    assume(due is None or moment < due)
    recounted = (*events, LedgerEvent(moment, "recalc"))
    moved = due_at(recounted, calendar)
    assert (moved is None) == (due is None)
    assert moved is None or moved > moment
    if moved is not None:
        assert explain(recounted, calendar)[-1].day == due_day(moved, calendar)
        longer = due_at((*recounted, LedgerEvent(moment, "extend", parse_limit("2wd"))), calendar)
        assert longer is not None
        assert longer >= moved
    else:
        resumed = (*recounted, LedgerEvent(moment + later * QUARTER, "resume"))
        moved = due_at(resumed, calendar)
        assert moved is not None
        assert moved > resumed[-1].at


def test_what_was_granted_in_time_counts_under_the_new_calendar_too() -> None:
    """By the new calendar the limit was over when it was extended; by the one in force then it was not."""
    shorter = WorkCalendar.from_data(
        CALENDAR.official_years, {date(2026, 3, 7): DayOverride(True, "抗洪值班")}, OfficeHours(), number=2
    )
    events = ledger("2026-03-05T10:00 start 2wd", "2026-03-09T10:00 extend 2wd")
    assert due_at(events, CALENDAR) == at("2026-03-12T00:00")
    assert due_at((*events, LedgerEvent(at("2026-03-09T12:00"), "recalc")), shorter) == at("2026-03-11T00:00")
