"""Spans: whatever the period, what is read adds up to its days, each exactly once, in few rows."""

from collections import Counter
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.spans import Span, months, spans

DAYS = st.dates(date(2023, 1, 1), date(2027, 12, 31))


def days_of(span: Span) -> list[date]:
    """The days that a span's sums hold."""
    if span.cut == "day":
        first, last = date.fromisoformat(span.first), date.fromisoformat(span.last)
    else:
        first = date.fromisoformat(f"{span.first}-01")
        last = (date.fromisoformat(f"{span.last}-01") + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


@given(DAYS, st.integers(0, 800))
def test_every_day_of_a_period_is_read_once_and_no_other(since: date, length: int) -> None:
    until = since + timedelta(days=length)
    found: Counter[date] = Counter()
    for span in spans(since, until):
        for day in days_of(span):
            found[day] += span.sign
    assert {day: n for day, n in found.items() if n} == {since + timedelta(days=n): 1 for n in range(length + 1)}


@given(DAYS, st.integers(0, 800))
def test_no_period_reads_more_than_thirty_single_days(since: date, length: int) -> None:
    until = since + timedelta(days=length)
    assert sum(len(days_of(span)) for span in spans(since, until) if span.cut == "day") <= 31


def test_a_month_up_to_today_is_the_month_without_the_days_to_come() -> None:
    assert spans(date(2026, 3, 1), date(2026, 3, 20)) == (
        Span("month", "2026-03", "2026-03"),
        Span("day", "2026-03-21", "2026-03-31", -1),
    )
    assert months(date(2026, 1, 31), date(2026, 3, 1)) == (date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1))
