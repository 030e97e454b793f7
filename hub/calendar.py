"""The working calendar: which days are worked, when the office is staffed, and what is not yet known."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

SECOND = 1_000_000  # office time is reckoned in whole microseconds, so that parts always add up to the whole

# 全国年节及纪念日放假办法 (国务院令第795号, since 2025): the statutory days with a fixed date.
# Those that follow the moon or the sun (春节, 清明, 端午, 中秋) stand in the calendar file.
FIXED_STATUTORY: Mapping[tuple[int, int], str] = {
    (1, 1): "元旦",
    (5, 1): "劳动节",
    (5, 2): "劳动节",
    (10, 1): "国庆节",
    (10, 2): "国庆节",
    (10, 3): "国庆节",
}
WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True)
class OfficeHours:
    """The local hours in which the office is staffed on a working day; a gap between two spans is the lunch break.

    `answer_minutes` is how long the reception desk may be silent in a talk before the chat goes on without it.
    Raises ValueError when there is no span, a span is empty or overlaps the one before, or the minutes are none.
    """

    spans: tuple[tuple[time, time], ...] = ((time(9), time(12)), (time(13, 30), time(17, 30)))
    answer_minutes: int = 10

    def __post_init__(self) -> None:
        edges = [_clock(edge) for span in self.spans for edge in span]
        if not edges or any(later <= earlier for earlier, later in pairwise(edges)):
            raise ValueError("办公时间要有至少一段，每段先开始后结束，各段按先后排列且不重叠")
        if not 1 <= self.answer_minutes <= 120:
            raise ValueError("对话没人应答的时限（answer_minutes）是1到120分钟")

    @property
    def opens(self) -> time:
        """Local opening time."""
        return self.spans[0][0]

    @property
    def closes(self) -> time:
        """Local closing time."""
        return self.spans[-1][1]

    @cached_property
    def length(self) -> int:
        """Staffed microseconds of one working day."""
        return sum(end - start for start, end in self._marks)

    @cached_property
    def _marks(self) -> tuple[tuple[int, int], ...]:
        return tuple((_clock(start), _clock(end)) for start, end in self.spans)

    def before(self, clock: time) -> int:
        """Staffed microseconds of the day that lie before the local time."""
        mark = _clock(clock)
        return sum(max(0, min(mark, end) - start) for start, end in self._marks)

    def at(self, offset: int, *, latest: bool = False) -> int:
        """The microsecond after midnight at which `offset` of the day is worked: the first one, or the last one."""
        worked = 0
        for start, end in self._marks:
            inside = offset - worked
            if inside < end - start or (inside == end - start and not latest):
                return start + inside
            worked += end - start
        return self._marks[-1][1]


@dataclass(frozen=True)
class YearDays:
    """The rest days and make-up working days of one year with their names, as a notice of the State Council gives them.

    `announced` is False while only the statutory days are known. Raises ValueError when an announced year is empty
    (a file that exists is not a year that is known) or a day is both rested and worked.
    """

    rest: Mapping[date, str]
    work: Mapping[date, str]
    source: str = ""
    announced: bool = True

    def __post_init__(self) -> None:
        if self.announced and not self.rest:
            raise ValueError("已公布的年份没有列出放假日期")
        if both := self.rest.keys() & self.work.keys():
            raise ValueError(f"{min(both)} 既写成放假又写成上班")


@dataclass(frozen=True, slots=True)
class DayOverride:
    """What the district itself decided about one day (typhoon, local holiday); it stands above the yearly notice."""

    workday: bool
    name: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class _Year:
    """One year worked out: a flag for each day, and the ordinals of its working days."""

    first: int
    flags: bytes
    workdays: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class WorkCalendar:
    """One edition of the calendar. Days are local dates of `zone`; moments carry a time zone and come back in UTC."""

    number: int
    zone: ZoneInfo
    office: OfficeHours
    official_years: Mapping[int, YearDays]
    overrides: Mapping[date, DayOverride]
    _named: Mapping[date, tuple[bool, str]] = field(repr=False)
    _years: dict[int, _Year] = field(
        default_factory=dict, repr=False
    )  # years already worked out, never part of the value

    @classmethod
    def from_data(
        cls,
        official_years: Mapping[int, YearDays],
        overrides: Mapping[date, DayOverride],
        office: OfficeHours,
        zone: str = "Asia/Shanghai",
        *,
        number: int,
    ) -> "WorkCalendar":
        """Build the calendar; ValueError when a day stands under the wrong year or the zone is unknown.

        A notice may name days of the December before (the New Year's rest); the later notice wins.
        """
        named: dict[date, tuple[bool, str]] = {}
        for year, days in sorted(official_years.items()):
            for worked, listed in ((False, days.rest), (True, days.work)):
                for day, name in listed.items():
                    if day.year != year and (day.year, day.month) != (year - 1, 12):
                        raise ValueError(f"{day} 写在了 {year} 年下面")
                    named[day] = (worked, name)
        named.update((day, (override.workday, override.name)) for day, override in overrides.items())
        try:
            there = ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"时区 {zone} 不存在") from error
        return cls(number, there, office, official_years, overrides, named)

    # Days

    def is_workday(self, day: date) -> bool:
        """Whether the office works on the day, make-up days included."""
        year = self._year(day.year)
        return bool(year.flags[day.toordinal() - year.first])

    def is_provisional(self, day: date) -> bool:
        """Whether the day's year is not announced yet: weekends and statutory days only (暂定)."""
        return self.is_provisional_year(day.year) and day not in self.overrides

    def is_provisional_year(self, year: int) -> bool:
        """Whether the notice for the year has not been entered as announced."""
        days = self.official_years.get(year)
        return days is None or not days.announced

    def first_difference(self, other: "WorkCalendar") -> date | None:
        """The first day that one works and the other does not; date.min where zone or office hours differ."""
        if (self.zone, self.office) != (other.zone, other.office):
            return date.min
        return next(iter(self.differing_days(other)), None)

    def differing_days(self, other: "WorkCalendar") -> tuple[date, ...]:
        """The days that one works and the other does not, in order."""
        named = {day.year for calendar in (self, other) for day in calendar._named}
        years = sorted({*named, *self.official_years, *other.official_years})
        return tuple(
            date.fromordinal(here.first + n)
            for here, there in ((self._year(year), other._year(year)) for year in years)
            if here.flags != there.flags
            for n, (a, b) in enumerate(zip(here.flags, there.flags, strict=True))
            if a != b
        )

    def name_of(self, day: date) -> str:
        """What the day is called, as read by people: 春节, 春节调休上班, 周六, 工作日; a provisional day says 暂定."""
        worked, name = self._rule(day)
        if worked and day.weekday() >= 5 and day not in self.overrides:
            name = f"{name}调休上班"
        return f"{name}（暂定）" if self.is_provisional(day) else name

    def next_workday(self, day: date) -> date:
        """The day itself when it is worked, otherwise the first working day after it."""
        return day if self.is_workday(day) else self.add_workdays(day, 1)

    def add_workdays(self, day: date, n: int) -> date:
        """The n-th working day after the day (before it when n is negative); the day itself is not counted."""
        if n == 0:
            return day
        number, ordinal = day.year, day.toordinal()
        days = self._year(number).workdays
        # `place` is the index of the wanted day in the year at hand; while it lies outside, the neighbour year is read.
        place = (bisect_right(days, ordinal) + n - 1) if n > 0 else (bisect_left(days, ordinal) + n)
        while place >= len(days):
            place -= len(days)
            number += 1
            days = self._year(number).workdays
        while place < 0:
            number -= 1
            days = self._year(number).workdays
            place += len(days)
        return date.fromordinal(days[place])

    def count_workdays(self, after: date, through: date) -> int:
        """How many working days lie after the first date, up to and with the second; negative when it is earlier."""
        if through < after:
            return -self.count_workdays(through, after)
        here, there = self._year(after.year).workdays, self._year(through.year).workdays
        between = sum(len(self._year(number).workdays) for number in range(after.year, through.year))
        return between + bisect_right(there, through.toordinal()) - bisect_right(here, after.toordinal())

    # Moments

    def local(self, moment: datetime) -> datetime:
        """The moment on the office's wall clock; ValueError for a moment without a time zone."""
        if moment.tzinfo is None:
            raise ValueError("时刻缺少时区")
        return moment.astimezone(self.zone)

    def day_of(self, moment: datetime) -> date:
        """The local date of the moment."""
        return _day_of(self, moment)

    def midnight_before(self, day: date) -> datetime:
        """The first instant of the day, in UTC."""
        return datetime.combine(day, time(), self.zone).astimezone(UTC)

    def midnight_after(self, day: date) -> datetime:
        """The first instant after the day, in UTC."""
        return _at(self, day + timedelta(days=1), time())

    def opening(self, day: date) -> datetime:
        """When the office would open on the day, in UTC (whether or not it is worked)."""
        return _at(self, day, self.office.opens)

    def closing(self, day: date) -> datetime:
        """When the office would close on the day, in UTC (whether or not it is worked)."""
        return _at(self, day, self.office.closes)

    def workdays_between(self, start_moment: datetime, end_moment: datetime) -> int:
        """Working days from one moment to another as people count: the first day is not counted, the last one is."""
        return self.count_workdays(self.day_of(start_moment), self.day_of(end_moment))

    def staffed_seconds_between(self, a: datetime, b: datetime) -> int:
        """Whole staffed seconds from a to b (negative when b is earlier); exactly additive: a→b plus b→c is a→c."""
        (day_a, worked_a), (day_b, worked_b) = self._position(a), self._position(b)
        whole_days = self.count_workdays(day_a - timedelta(days=1), day_b - timedelta(days=1))
        return whole_days * (self.office.length // SECOND) + worked_b // SECOND - worked_a // SECOND

    def staffed_between(self, a: datetime, b: datetime) -> timedelta:
        """The exact staffed time from a to b."""
        (day_a, worked_a), (day_b, worked_b) = self._position(a), self._position(b)
        whole_days = self.count_workdays(day_a - timedelta(days=1), day_b - timedelta(days=1))
        return timedelta(microseconds=whole_days * self.office.length + worked_b - worked_a)

    def shift_staffed(self, moment: datetime, by: timedelta) -> datetime:
        """The moment `by` of staffed time later: the first such instant; or earlier: the last such instant."""
        if not by:
            return moment.astimezone(UTC)
        day, worked = self._position(moment)
        target = worked + by // timedelta(microseconds=1)
        length, forward = self.office.length, by > timedelta()
        here = self.is_workday(day)
        if not (here and 0 <= target <= length):
            over = target - length if here and forward else target
            if forward:
                steps = -(-over // length)
                day, target = self.add_workdays(day, steps), over - (steps - 1) * length
            else:
                steps = -(over // length)
                day, target = self.add_workdays(day, -steps), over + steps * length
        mark = self.office.at(target, latest=not forward)
        return (datetime.combine(day, time(), self.zone) + timedelta(microseconds=mark)).astimezone(UTC)

    def next_staffed_moment(self, moment: datetime) -> datetime:
        """The moment itself when the office is staffed then, otherwise the next opening (lunch counts as closed)."""
        there = self.local(moment)
        day, mark = there.date(), _clock(there.time())
        if self.is_workday(day):
            for start, end in self.office.spans:
                if mark < _clock(end):
                    opening = datetime.combine(day, start, self.zone).astimezone(UTC)
                    return max(moment.astimezone(UTC), opening)
        return self.opening(self.add_workdays(day, 1))

    def is_staffed(self, moment: datetime) -> bool:
        """Whether the office is staffed at this moment."""
        return self.next_staffed_moment(moment) == moment.astimezone(UTC)

    # Within

    def _position(self, moment: datetime) -> tuple[date, int]:
        return _position(self, moment)

    def _rule(self, day: date) -> tuple[bool, str]:
        known = self._named.get(day)
        if known is None and self.is_provisional(day) and (day.month, day.day) in FIXED_STATUTORY:
            known = (False, FIXED_STATUTORY[day.month, day.day])
        if known is None:
            weekday = day.weekday()
            known = (True, "工作日") if weekday < 5 else (False, f"周{WEEKDAYS[weekday]}")
        return known

    def _year(self, number: int) -> _Year:
        found = self._years.get(number)
        if found is None:
            first = date(number, 1, 1).toordinal()
            last = date(number, 12, 31).toordinal()
            flags = bytes(self._rule(date.fromordinal(ordinal))[0] for ordinal in range(first, last + 1))
            workdays = tuple(first + place for place, flag in enumerate(flags) if flag)
            found = self._years[number] = _Year(first, flags, workdays)
        return found


# What is kept below is asked for again and again: the clocks of a letter share its moment, those of a day its edges.


@lru_cache(maxsize=4096)
def _day_of(calendar: WorkCalendar, moment: datetime) -> date:
    """The local date of a moment."""
    return calendar.local(moment).date()


@lru_cache(maxsize=4096)
def _at(calendar: WorkCalendar, day: date, clock: time) -> datetime:
    """The moment of a local day at which the office's clock shows this, in UTC."""
    return datetime.combine(day, clock, calendar.zone).astimezone(UTC)


@lru_cache(maxsize=4096)
def _position(calendar: WorkCalendar, moment: datetime) -> tuple[date, int]:
    """The local day of a moment, and the microseconds worked on it before."""
    there = calendar.local(moment)
    day = there.date()
    return day, calendar.office.before(there.time()) if calendar.is_workday(day) else 0


def read_calendar(content: Mapping[str, Any], number: int) -> WorkCalendar:
    """The calendar of an edition, from the content of config/calendar.toml (dates may be texts, as in JSON).

    Raises ValueError with a sentence that names the place when something is missing, unknown or contradictory.
    """
    _only(content, {"zone", "office", "years", "overrides"}, "日历")
    staffed = content.get("office", {})
    hours, minutes = staffed.get("hours"), int(staffed.get("answer_minutes", OfficeHours.answer_minutes))
    spans = OfficeHours.spans if hours is None else tuple((_time(a), _time(b)) for a, b in hours)
    office = OfficeHours(spans, minutes)
    years = {int(year): _read_year(int(year), table) for year, table in content.get("years", {}).items()}
    overrides: dict[date, DayOverride] = {}
    for row in content.get("overrides", ()):
        _only(row, {"day", "workday", "name", "source"}, "overrides")
        if not {"day", "workday", "name"} <= row.keys():
            raise ValueError("overrides 的每一条都要写明 day、workday 和 name")
        overrides[_date(row["day"])] = DayOverride(bool(row["workday"]), row["name"], row.get("source", ""))
    zone = content.get("zone", "Asia/Shanghai")
    return WorkCalendar.from_data(years, overrides, office, zone, number=number)


def _read_year(year: int, table: Mapping[str, Any]) -> YearDays:
    _only(table, {"source", "announced", "holidays"}, f"{year} 年")
    rest: dict[date, str] = {}
    work: dict[date, str] = {}
    for holiday in table.get("holidays", ()):
        _only(holiday, {"name", "first", "last", "workdays"}, f"{year} 年的假日")
        if "name" not in holiday:
            raise ValueError(f"{year} 年有一个假日没有名称")
        if "first" in holiday:
            first = _date(holiday["first"])
            last = _date(holiday.get("last", first))
            if not 0 <= (last - first).days < 31:
                raise ValueError(f"{year} 年{holiday['name']}的起止日期不对")
            rest.update((first + timedelta(days=n), holiday["name"]) for n in range((last - first).days + 1))
        work.update((_date(day), holiday["name"]) for day in holiday.get("workdays", ()))
    try:
        return YearDays(rest, work, table.get("source", ""), table.get("announced", True))
    except ValueError as error:
        raise ValueError(f"{year} 年：{error}") from error


def _only(table: Mapping[str, Any], known: set[str], where: str) -> None:
    if unknown := table.keys() - known:
        raise ValueError(f"{where}里有不认识的项：{min(unknown)}")


def _date(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _time(value: time | str) -> time:
    return time.fromisoformat(value) if isinstance(value, str) else value


def _clock(value: time) -> int:
    return ((value.hour * 60 + value.minute) * 60 + value.second) * SECOND + value.microsecond
