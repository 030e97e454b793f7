"""Periods that bulletins speak of: weeks, months, quarters and years, with their codes, names and neighbours."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

from hub.errors import Said

Every = Literal["week", "month", "quarter", "year"]
EVERY: tuple[Every, ...] = get_args(Every)
BEFORE: dict[Every, Said] = {
    "week": Said("上周", "the week before"),
    "month": Said("上月", "the month before"),
    "quarter": Said("上季度", "the quarter before"),
    "year": Said("上年", "the year before"),
}
"""What the period before is called in a sentence."""
_CODES: dict[Every, re.Pattern[str]] = {
    "week": re.compile(r"(\d{4})-W(\d{2})"),
    "month": re.compile(r"(\d{4})-(\d{2})"),
    "quarter": re.compile(r"(\d{4})-Q([1-4])"),
    "year": re.compile(r"(\d{4})"),
}
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `since` to `until`, both included; weeks run from Monday to Sunday and are numbered as in ISO 8601."""

    every: Every
    since: date
    until: date

    @property
    def code(self) -> str:
        """2026-W07, 2026-02, 2026-Q1 or 2026."""
        if self.every == "week":
            year, week, _ = self.since.isocalendar()
            return f"{year}-W{week:02d}"
        if self.every == "month":
            return f"{self.since:%Y-%m}"
        return f"{self.since.year}-Q{_quarter(self.since)}" if self.every == "quarter" else f"{self.since.year}"

    @property
    def name(self) -> Said:
        """What the period is called in a title."""
        year = self.since.year
        if self.every == "week":
            year, week, _ = self.since.isocalendar()
            first, last = self.since, self.until
            days = f"{first.month}月{first.day}日至{last.month}月{last.day}日"
            return Said(
                f"{year}年第{week}周（{days}）",
                f"week {week} of {year} ({first.day} {first:%b} – {last.day} {last:%b})",
            )
        if self.every == "month":
            return Said(f"{year}年{self.since.month}月", f"{self.since:%B} {year}")
        if self.every == "quarter":
            n = _quarter(self.since)
            return Said(f"{year}年第{'一二三四'[n - 1]}季度", f"Q{n} {year}")
        return Said(f"{year}年", f"{year}")

    @property
    def before(self) -> "Period":
        """The period that ended the day before this one begins."""
        return period_of(self.every, self.since - _ONE_DAY)

    @property
    def year_before(self) -> "Period":
        """The same period of the year before; of a week the one with the same number, of week 53 the last one."""
        if self.every == "week":
            year, week, _ = self.since.isocalendar()
            last = date(year - 1, 12, 28).isocalendar().week  # 28 December lies in a year's last week (ISO 8601)
            return period_of("week", date.fromisocalendar(year - 1, min(week, last), 1))
        return period_of(self.every, self.since.replace(year=self.since.year - 1))


def period_of(every: Every, day: date) -> Period:
    """The period in which a day lies."""
    if every == "week":
        monday = day - timedelta(days=day.weekday())
        return Period(every, monday, monday + timedelta(days=6))
    months = {"month": 1, "quarter": 3, "year": 12}[every]
    since = date(day.year, (day.month - 1) // months * months + 1, 1)
    after = (since + timedelta(days=31 * months)).replace(day=1)
    return Period(every, since, after - _ONE_DAY)


def read_period(every: Every, code: str) -> Period:
    """The period of a code; raises ValueError with a sentence for what is none."""
    found = _CODES[every].fullmatch(code)
    if found is not None:
        year, n = int(found[1]), 1 if every == "year" else int(found[2])
        with suppress(ValueError):  # week 54, month 13
            month = n * 3 if every == "quarter" else n
            return period_of(every, date.fromisocalendar(year, n, 1) if every == "week" else date(year, month, 1))
    example = {"week": "2026-W07", "month": "2026-02", "quarter": "2026-Q1", "year": "2026"}[every]
    raise ValueError(f"没有“{code}”这一期，请写成 {example}。(No such period: write {example}.)")


def ended(every: Every, newest: date | None, began: date, today: date) -> Iterator[Period]:
    """The periods that are over and were not spoken of yet, the oldest first.

    Where none was ever spoken of it is the last one alone, if the hub had begun before its end: nobody asks a new hub
    for the years before it. Missed ones are caught up.
    """
    period = period_of(every, today).before
    if newest is None:
        if period.until >= began:
            yield period
        return
    missed = []
    while period.since > newest:
        missed.append(period)
        period = period.before
    yield from reversed(missed)


def _quarter(day: date) -> int:
    return (day.month - 1) // 3 + 1
