"""Spans: whatever the period, what is read adds up to its days, each exactly once, in few rows."""

from collections import Counter
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.spans import Span, dekad_of, month_of, months, spans

DAYS = st.dates(date(2023, 1, 1), date(2027, 12, 31))


def days_of(span: Span) -> list[date]:
    """The days that a span's sums hold."""
    name = {"day": date.isoformat, "dekad": dekad_of, "month": month_of}[span.cut]
    first = date.fromisoformat(f"{span.first[:7]}-01")
    last = date.fromisoformat(f"{span.last[:7]}-01") + timedelta(days=31)
    every = [first + timedelta(days=n) for n in range((last - first).days)]
    return [day for day in every if span.first <= name(day) <= span.last]


@given(DAYS, st.integers(0, 800))
def test_every_day_of_a_period_is_read_once_and_no_other(since: date, length: int) -> None:
    until = since + timedelta(days=length)
    found: Counter[date] = Counter()
    for span in spans(since, until):
        for day in days_of(span):
            found[day] += span.sign
    assert {day: n for day, n in found.items() if n} == {since + timedelta(days=n): 1 for n in range(length + 1)}


@given(DAYS, st.integers(0, 800))
def test_no_period_reads_more_than_ten_single_days(since: date, length: int) -> None:
    until = since + timedelta(days=length)
    assert sum(len(days_of(span)) for span in spans(since, until) if span.cut == "day") <= 10


def test_a_month_up_to_today_is_the_month_without_the_days_to_come() -> None:
    assert spans(date(2026, 3, 1), date(2026, 3, 20)) == (
        Span("dekad", "2026-03-3", "2026-03-3", -1),
        Span("month", "2026-03", "2026-03"),
    )
    assert months(date(2026, 1, 31), date(2026, 3, 1)) == (date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1))


def test_a_dekad_less_a_few_days_is_its_sum_without_them() -> None:
    assert spans(date(2026, 8, 3), date(2026, 8, 12)) == (
        Span("day", "2026-08-01", "2026-08-02", -1),
        Span("day", "2026-08-11", "2026-08-12"),
        Span("dekad", "2026-08-1", "2026-08-1"),
    )


def test_dekads_that_follow_each_other_are_one_range() -> None:
    assert spans(date(2026, 2, 21), date(2026, 3, 10)) == (Span("dekad", "2026-02-3", "2026-03-1"),)


def test_a_month_has_three_dekads_the_last_of_eight_to_eleven_days() -> None:
    february = [dekad_of(date(2026, 2, day)) for day in (1, 10, 11, 20, 21, 28)]
    assert february == ["2026-02-1", "2026-02-1", "2026-02-2", "2026-02-2", "2026-02-3", "2026-02-3"]
    assert dekad_of(date(2026, 3, 31)) == "2026-03-3"
