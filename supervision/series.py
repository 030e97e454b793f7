"""Series: what happened over time by day, week or month, days without anything included."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from supervision.board import Day

By = Literal["day", "week", "month"]
WEEKLY_FROM = 35
MONTHLY_FROM = 120
"""Days of a period from which on it is drawn by week, and by month."""


def by_for(since: date, until: date) -> By:
    """How a period is best drawn."""
    length = (until - since).days
    return "month" if length >= MONTHLY_FROM else "week" if length >= WEEKLY_FROM else "day"


def start_of(day: date, by: By) -> date:
    """The first day of the stretch that a day lies in; weeks begin on Monday."""
    if by == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if by == "week" else day


@dataclass(frozen=True, slots=True)
class Stretch:
    """One day, week or month within the period, its first and last day included."""

    since: date
    until: date
    received: int = 0
    answered: int = 0
    in_time: int = 0
    late: int = 0

    @property
    def on_time(self) -> float | None:
        """The share on time, None where no limit ended."""
        return self.in_time / (self.in_time + self.late) if self.in_time + self.late else None


def series(days: Iterable[Day], since: date, until: date, by: By) -> tuple[Stretch, ...]:
    """The stretches of a period in order, cut off at its ends."""
    length = (until - since).days + 1
    ends: dict[date, list[date]] = {}
    for day in (since + timedelta(days=n) for n in range(length)):
        ends.setdefault(start_of(day, by), []).append(day)
    sums = {start: [0, 0, 0, 0] for start in ends}
    for one in days:
        counts = sums[start_of(one.day, by)]
        for i, n in enumerate((one.received, one.answered, one.in_time, one.late)):
            counts[i] += n
    return tuple(Stretch(within[0], within[-1], *sums[start]) for start, within in ends.items())
