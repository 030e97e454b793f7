"""New editions of the working calendar: a year announced, a day of the district's own set or taken back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from hub.calendar import WorkCalendar, read_calendar
from hub.errors import Invalid, NotNow, Said
from hub.holiday_notice import read_notice
from hub.journal import Datum, Entry
from hub.storage import editions, journal
from hub.storage.tx import Tx

TO_CITIZEN, TO_UNIT = "due_moved", "due_moved_staff"
"""The notices of a date that moved."""
NOTICE_MONTH = 11
"""From this month on the notice for the next year is due: it came in November, twice in December (NORMS §6)."""
FURTHEST = 550
"""Days from today within which a day of the district's own may lie; further away is a slip of the pen."""
LONGEST = 100
"""Characters of a name or source at most."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to change: `what` is notice, day or take_back; the other texts as they were typed."""

    what: str
    notice: str = ""
    day: str = ""
    works: str = ""
    name: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A calendar that could be published: its whole content, the year it touches, and the codes its entry will hold."""

    content: Mapping[str, Any]
    year: int
    data: Mapping[str, Datum]


@dataclass(frozen=True, slots=True)
class Shift:
    """One clock whose last day in time moves; `number` is empty for a sealed case."""

    number: str
    clock: str
    was: date
    due: date


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a calendar would change: the days it makes rest or work, the open clocks looked at, those whose date would
    move, how many cases that is, how many go from which day to which, and a few by name."""

    rest: tuple[date, ...]
    work: tuple[date, ...]
    looked: int
    moved: int
    cases: int
    dates: tuple[tuple[date, date, int], ...]
    sample: tuple[Shift, ...]


def missing_year(calendar: WorkCalendar, today: date) -> int:
    """The year whose notice should be in the calendar and is not: this one, from November on the next; 0: none."""
    due = (today.year, today.year + 1) if today.month >= NOTICE_MONTH else (today.year,)
    return next((year for year in due if calendar.is_provisional_year(year)), 0)


def in_force(tx: Tx) -> tuple[int, dict[str, Any]]:
    """Number and content of the calendar in force."""
    number = editions.numbers(tx)["calendar"]
    return number, editions.content(tx, "calendar", number)


def changed(content: Mapping[str, Any], asked: Asked, today: date) -> Change:
    """The calendar with what is asked for; nothing is written. Raises Invalid with the fields that are wrong."""
    if asked.what == "notice":
        found = read_notice(asked.notice)
        years = {**content.get("years", {}), str(found.year): found.table}
        return _checked({**content, "years": dict(sorted(years.items()))}, found.year, {"year": found.year})
    day = _day(asked.day, today)
    others = [row for row in content.get("overrides", ()) if str(row["day"]) != day.isoformat()]
    if asked.what == "take_back":
        if len(others) == len(content.get("overrides", ())):
            raise Invalid({"day": Said(f"{day}没有区里自己的安排。", f"{day} has no arrangement of the district.")})
        return _checked({**content, "overrides": others}, day.year, {"day": day.isoformat(), "taken_back": True})
    works = _works(asked, day, read_calendar({**content, "overrides": others}, 0))
    row = {"day": day.isoformat(), "workday": works, "name": asked.name, "source": asked.source}
    rows = sorted((*others, row), key=lambda r: str(r["day"]))
    return _checked({**content, "overrides": rows}, day.year, {"day": day.isoformat(), "workday": works})


def publish(tx: Tx, change: Change, seen: int, by_whom: str, now: datetime) -> int:
    """The deed: put the calendar into force; answers its number.

    Raises NotNow where another edition came into force since `seen`, or nothing would change.
    """
    number, _ = in_force(tx)
    if number != seen:
        raise NotNow(
            f"工作日历刚有了第{number}版，请再预览一次。", f"Edition {number} of the calendar is new; look once more."
        )
    new = editions.add(tx, "calendar", change.content, by_whom, now)
    if new is None:
        raise NotNow("工作日历里已经是这样，没有要改的。", "The calendar says so already; there is nothing to change.")
    data = {"family": "calendar", "edition": new, **change.data}
    journal.append(tx, [Entry(None, "edition.added", by_whom, now, data)])
    return new


def forgotten(old: WorkCalendar, new: WorkCalendar, today: date) -> list[str]:
    """What the calendar in force knows from this year on and another would not know any more, in words."""
    years = [y for y in sorted(old.official_years) if y >= today.year and not old.is_provisional_year(y)]
    lost = [f"{year}年的放假通知" for year in years if new.is_provisional_year(year)]
    days = (day for day in sorted(old.overrides) if day.year >= today.year and day not in new.overrides)
    return lost + [f"{day}（{old.overrides[day].name}）" for day in days]


def _checked(content: dict[str, Any], year: int, data: Mapping[str, Datum]) -> Change:
    """The change, once the calendar as a whole can be read."""
    try:
        read_calendar(content, 0)
    except ValueError as fault:
        field = "notice" if "year" in data else "day"
        raise Invalid({field: Said(f"{fault}。", f"It does not fit the rest of the calendar: {fault}.")}) from fault
    return Change(content, year, data)


def _day(written: str, today: date) -> date:
    try:
        day = date.fromisoformat(written.strip())
    except ValueError:
        raise Invalid({"day": Said("请写日期，例如2026-07-20。", "Please give a date, like 2026-07-20.")}) from None
    if abs((day - today).days) > FURTHEST:
        raise Invalid({"day": Said(f"{day}离今天太远，请核对年份。", f"{day} is far from today: check the year.")})
    return day


def _works(asked: Asked, day: date, without: WorkCalendar) -> bool:
    """Whether the day is to be worked; raises Invalid for every field that is missing, or a day that is so already."""
    wrong: dict[str, Said] = {}
    if asked.works not in ("yes", "no"):
        wrong["works"] = Said("请选这一天上班还是放假。", "Please choose whether the day is worked.")
    elif without.is_workday(day) == (asked.works == "yes"):
        wrong["works"] = Said(
            f"{day}按现在的日历本来就{'上班' if asked.works == 'yes' else '放假'}。",
            f"{day} is a day of {'work' if asked.works == 'yes' else 'rest'} already.",
        )
    if not 0 < len(asked.name) <= LONGEST:
        wrong["name"] = Said("请写这一天叫什么，例如台风停工。", "Please name the day, e.g. typhoon.")
    if not 0 < len(asked.source) <= LONGEST:
        wrong["source"] = Said("请写依据哪份文件。", "Please name the document this rests on.")
    if wrong:
        raise Invalid(wrong)
    return asked.works == "yes"
