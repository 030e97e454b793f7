"""Spans: how a period of days is read in few rows, by months, by ten days, and only the rest day by day."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

DAY = timedelta(days=1)
EARLIEST, LATEST = date(1900, 1, 1), date(2999, 12, 31)
"""Between these a period may lie: the calendar of dates ends, and figures look beyond both ends of a period."""


class Span(NamedTuple):
    """Sums to read: by `month` (2026-03), `dekad` (2026-03-1) or `day` (2026-03-01), first and last included.

    They are added, or taken off where the sign is negative.
    """

    cut: str
    first: str
    last: str
    sign: int = 1


class _Part(NamedTuple):
    """A span before it is named: its first and last day."""

    cut: str
    sign: int
    first: date
    last: date


def month_of(day: date) -> str:
    """The month of a day as sums name it: 2026-03."""
    return day.isoformat()[:7]


def dekad_of(day: date) -> str:
    """The dekad of a day (旬, as meteorologists count them: 1 to 10, 11 to 20, the rest): 2026-03-3."""
    return f"{month_of(day)}-{_dekad(day)}"


_NAMES = {"month": month_of, "dekad": dekad_of, "day": date.isoformat}


def months(since: date, until: date) -> tuple[date, ...]:
    """The first day of every month from that of `since` to that of `until`."""
    found = [since.replace(day=1)]
    while (following := (found[-1] + 31 * DAY).replace(day=1)) <= until:
        found.append(following)
    return tuple(found)


def whole_months(since: date, until: date) -> tuple[date, date]:
    """The months that a period touches, from the first day of the first to the last day of the last."""
    starts = months(since, until)
    return starts[0], _month_around(starts[-1])[1]


def spans(since: date, until: date) -> tuple[Span, ...]:
    """The sums that add up to a period, both days included.

    Of a month or dekad more than half of which is asked for, the days that are not asked for are taken off its sum.
    """
    joined: list[_Part] = []
    for part in sorted(_parts(since, until, 1, ("month", "dekad", "day"))):
        if joined and _follows(joined[-1], part):
            joined[-1] = joined[-1]._replace(last=part.last)
        else:
            joined.append(part)
    return tuple(Span(p.cut, _NAMES[p.cut](p.first), _NAMES[p.cut](p.last), p.sign) for p in joined)


def _parts(since: date, until: date, sign: int, cuts: tuple[str, ...]) -> Iterator[_Part]:
    """A period by the coarsest cut, and what that does not fit by the finer ones."""
    cut, finer = cuts[0], cuts[1:]
    if not finer:
        yield _Part(cut, sign, since, until)
        return
    around = _month_around if cut == "month" else _dekad_around
    at = since
    while at <= until:
        first, last = around(at)
        a, b = max(first, since), min(last, until)
        if 2 * _length(a, b) <= _length(first, last):
            yield from _parts(a, b, sign, finer)
        else:
            yield _Part(cut, sign, first, last)
            for x, y in ((first, a - DAY), (b + DAY, last)):
                if x <= y:
                    yield from _parts(x, y, -sign, finer)
        at = last + DAY


def _follows(earlier: _Part, later: _Part) -> bool:
    """Whether two parts are one range of the same sums."""
    return (earlier.cut, earlier.sign) == (later.cut, later.sign) and earlier.last + DAY == later.first


def _length(first: date, last: date) -> int:
    return (last - first).days + 1


def _month_around(day: date) -> tuple[date, date]:
    first = day.replace(day=1)
    return first, (first + 31 * DAY).replace(day=1) - DAY


def _dekad(day: date) -> int:
    return min(3, (day.day + 9) // 10)


def _dekad_around(day: date) -> tuple[date, date]:
    n = _dekad(day)
    return day.replace(day=10 * n - 9), day.replace(day=10 * n) if n < 3 else _month_around(day)[1]
