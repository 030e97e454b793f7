"""Ladders: when a rung is due, what a short limit leaves out, and quiet hours."""

import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.calendar import read_calendar
from hub.clocks import LedgerEvent, due_at
from hub.ladders import (
    Rung,
    RungTime,
    next_rung,
    next_staffed_moment,
    read_ladders,
    rung_times,
    rungs_between,
)
from hub.limits import parse_limit

CONFIG = Path(__file__).parents[2] / "config"
CALENDAR = read_calendar(tomllib.loads((CONFIG / "calendar.toml").read_text("utf-8")), number=1)
LADDERS = read_ladders(tomllib.loads((CONFIG / "ladders.toml").read_text("utf-8")))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


def due(start: str, limit: str) -> datetime:
    found = due_at([LedgerEvent(at(start), "start", parse_limit(limit))], CALENDAR)
    assert found is not None
    return found


def test_there_is_a_ladder_for_every_clock_of_the_house() -> None:
    clocks = {"main", "unit", "sign", "first_contact", "review", "redo", "rating", "intake", "dispatch", "contest"}
    assert clocks | {"fix", "call_back"} <= set(LADDERS)
    assert "citizen" in next(rung.to for rung in LADDERS["main"].rungs if rung.what == "red")
    assert all("citizen" not in rung.to for rung in LADDERS["unit"].rungs)


def test_the_main_ladder_over_the_national_day_rest() -> None:
    start = "2026-09-24T10:00"
    timed = {rung.code: when for rung, when in rung_times(LADDERS["main"], at(start), due(start, "5wd"), CALENDAR)}
    assert timed == {
        "half": at("2026-09-30T09:30"),  # 6 + 5 × 7 office hours lie between; 20.5 of them have passed
        "quarter_left": at("2026-10-08T14:15"),
        "day_before": at("2026-10-08T09:00"),
        "call": at("2026-10-10T00:00"),
        "late": at("2026-10-10T00:00"),
        "late_1": at("2026-10-10T09:00"),  # a Saturday that is worked
        "late_3": at("2026-10-13T09:00"),
        "late_5": at("2026-10-15T09:00"),
        "late_10": at("2026-10-22T09:00"),
    }


def test_rungs_come_in_the_order_of_time() -> None:
    start = "2026-09-24T10:00"
    timed = rung_times(LADDERS["main"], at(start), due(start, "5wd"), CALENDAR)
    codes = [rung.code for rung, _ in timed]
    assert codes[:5] == ["half", "day_before", "quarter_left", "call", "late"]


def test_a_reminder_that_would_lie_before_the_start_is_left_out() -> None:
    start = "2026-03-04T10:00"
    codes = [rung.code for rung, _ in rung_times(LADDERS["main"], at(start), due(start, "1wd"), CALENDAR)]
    assert codes == ["half", "quarter_left", "call", "late", "late_1", "late_3", "late_5", "late_10"]


@pytest.mark.parametrize(
    ("spec", "moment"),
    [
        ("0", "2026-03-07T00:00"),
        ("-4sh", "2026-03-06T13:30"),
        ("+4sh", "2026-03-09T14:30"),
        ("+24h", "2026-03-08T00:00"),
        ("-3cd", "2026-03-03T09:00"),
        ("-1wd", "2026-03-05T09:00"),
        ("+1wd", "2026-03-09T09:00"),
    ],
)
def test_a_rung_is_read_from_the_last_day_or_the_due_instant(spec: str, moment: str) -> None:
    assert RungTime(spec).moment(at("2026-02-26T10:00"), at("2026-03-07T00:00"), CALENDAR) == at(moment)


def test_percent_of_a_night_without_office_hours_is_plain_time() -> None:
    assert RungTime("50%").moment(at("2026-03-07T08:00"), at("2026-03-07T12:00"), CALENDAR) == at("2026-03-07T10:00")


@pytest.mark.parametrize("spec", ["", "1wd", "+0wd", "0%", "100%", "-1", "half", "+1 wd", "-1mo"])
def test_a_rung_time_that_cannot_be_read_is_refused(spec: str) -> None:
    with pytest.raises(ValueError, match="看不懂催办时点"):
        RungTime(spec)


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ({"code": "a", "at": "0", "to": ["boss"], "what": "red"}, "ladder 第 1 级：不认识的角色 boss"),
        ({"code": "a", "at": "0", "to": [], "what": "red"}, "没有写通知谁"),
        ({"code": "a", "at": "0", "to": ["handler"], "what": "shout"}, "不认识的动作 shout"),
        ({"code": "a", "at": "soon", "to": ["handler"], "what": "red"}, "看不懂催办时点"),
        ({"code": "a", "at": "0", "to": ["handler"]}, "缺少 what"),
        ({"code": "a", "at": "0", "to": ["handler"], "what": "red", "who": "x"}, "不认识的项 who"),
    ],
)
def test_a_ladder_with_a_wrong_rung_is_refused_with_the_place(row: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        read_ladders({"ladder": {"rungs": [row]}})


def test_two_rungs_of_a_ladder_cannot_share_a_code() -> None:
    row = {"code": "a", "at": "0", "to": ["handler"], "what": "red"}
    with pytest.raises(ValueError, match="重复"):
        read_ladders({"ladder": {"rungs": [row, row]}})


def test_after_an_outage_every_missed_rung_comes_with_its_true_time() -> None:
    start, end = at("2026-03-02T10:00"), due("2026-03-02T10:00", "5wd")
    missed = rungs_between(LADDERS["main"], at("2026-03-06T08:00"), at("2026-03-10T12:00"), start, end, CALENDAR)
    assert [(rung.code, when) for rung, when in missed] == [
        ("day_before", at("2026-03-06T09:00")),
        ("quarter_left", at("2026-03-06T14:15")),
        ("call", at("2026-03-10T00:00")),
        ("late", at("2026-03-10T00:00")),
        ("late_1", at("2026-03-10T09:00")),
    ]


def test_quiet_hours_end_with_the_next_staffed_moment() -> None:
    assert next_staffed_moment(CALENDAR, at("2026-10-01T00:00")) == at("2026-10-08T09:00")


starts = st.integers(0, 480_000).map(lambda minutes: at("2026-01-01T00:00") + timedelta(minutes=minutes))


@settings(max_examples=300, deadline=None)
@given(starts, st.sampled_from(["1wd", "2wd", "5wd", "15cd+roll", "24h", "4sh"]), st.sampled_from(sorted(LADDERS)))
def test_asking_for_the_next_rung_again_and_again_visits_every_rung_once(start: datetime, text: str, name: str) -> None:
    end = due_at([LedgerEvent(start, "start", parse_limit(text))], CALENDAR)
    assert end is not None
    timed = rung_times(LADDERS[name], start, end, CALENDAR)
    visited: list[tuple[Rung, datetime]] = []
    after = None
    while (found := next_rung(LADDERS[name], after, start, end, CALENDAR)) is not None:
        visited.extend(rungs_between(LADDERS[name], after, found[1], start, end, CALENDAR))
        after = found[1]
    assert tuple(visited) == timed
    assert all(start < when for _, when in timed)
    assert [when for _, when in timed] == sorted(when for _, when in timed)
    last = end + timedelta(days=60)
    assert rungs_between(LADDERS[name], None, last, start, end, CALENDAR) == timed
