"""Spans: how a period of days is read in few rows, whole months by their sums and only the rest day by day."""

from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

DAY = timedelta(days=1)
EARLIEST, LATEST = date(1900, 1, 1), date(2999, 12, 31)
"""Between these a period may lie: the calendar of dates ends, and figures look beyond both ends of a period."""


class Span(NamedTuple):
    """Sums to read: by `month` (2026-03) or `day` (2026-03-01), first and last included, added or taken off."""

    cut: str
    first: str
    last: str
    sign: int = 1


def month_of(day: date) -> str:
    """The month of a day as sums name it: 2026-03."""
    return day.isoformat()[:7]


def months(since: date, until: date) -> tuple[date, ...]:
    """The first day of every month from that of `since` to that of `until`."""
    found = [since.replace(day=1)]
    while (following := (found[-1] + 31 * DAY).replace(day=1)) <= until:
        found.append(following)
    return tuple(found)


def whole_months(since: date, until: date) -> tuple[date, date]:
    """The months that a period touches, from the first day of the first to the last day of the last."""
    starts = months(since, until)
    return starts[0], (starts[-1] + 31 * DAY).replace(day=1) - DAY


def spans(since: date, until: date) -> tuple[Span, ...]:
    """The sums that add up to a period, both days included.

    Of a month more than half of which is asked for, the days that are not asked for are taken off its sum.
    """
    starts = months(since, until)
    found: list[Span] = []
    for first, following in pairwise((*starts, (starts[-1] + 31 * DAY).replace(day=1))):
        last = following - DAY
        a, b = max(first, since), min(last, until)
        if (b - a).days + 1 <= (following - first).days / 2:
            found.append(_days(a, b))
            continue
        found.append(Span("month", month_of(first), month_of(first)))
        found += [_days(x, y, -1) for x, y in ((first, a - DAY), (b + DAY, last)) if x <= y]
    return tuple(_joined(found))


def _days(first: date, last: date, sign: int = 1) -> Span:
    return Span("day", first.isoformat(), last.isoformat(), sign)


def _joined(found: list[Span]) -> list[Span]:
    """Months that follow each other are one range."""
    whole = [span for span in found if span.cut == "month"]
    rest = [span for span in found if span.cut != "month"]
    return ([Span("month", whole[0].first, whole[-1].last)] if whole else []) + rest
