"""The calendar's page of administration: twelve months, what is announced, and a change looked at before it counts."""

import calendar as months
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from channels.texts.catalog import N_
from channels.web.forms import query
from channels.web.keys import Fields
from channels.web.staff.frame import Desk, texts
from hub import calendar_editions
from hub.calendar import WorkCalendar, read_calendar
from hub.calendar_editions import Asked, Change, Foreseen, missing_year
from hub.words import CLOCKS
from supervision.recount import foresee

FIELDS = ("what", "notice", "day", "works", "name", "source")
YEARS_AHEAD = 3
"""Years after this one that the list of announced and provisional years shows."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A change that is looked at: what was asked, the edition it was asked on, and what it would do."""

    asked: Asked
    seen: int
    change: Change
    ahead: Foreseen


def asked_of(given: Fields) -> Asked:
    """What the form asks for."""
    return Asked(**{name: texts(given, name) for name in FIELDS})


async def preview(desk: Desk, asked: Asked) -> Preview:
    """Look at a change without making it; raises Invalid."""
    seen, content = await desk.office.store.read(calendar_editions.in_force)
    change = calendar_editions.changed(content, asked, _today(desk))
    return Preview(asked, seen, change, await foresee(desk.office, change.content, desk.now))


async def publish(desk: Desk, asked: Asked, seen: int) -> int:
    """Make the change; answers the year to show. Raises Invalid, and NotNow where another edition was first."""
    _, content = await desk.office.store.read(calendar_editions.in_force)
    change = calendar_editions.changed(content, asked, _today(desk))
    await desk.office.store.write(calendar_editions.publish, change, seen, desk.actor.id, desk.now)
    desk.office.look_again()
    return change.year


def nag(desk: Desk) -> str:
    """The sentence for an admin while a year's notice is missing that should be here; empty where none is."""
    year = missing_year(desk.book.calendar, _today(desk))
    if not year or not desk.actor.has("admin"):
        return ""
    return desk.say(N_("%(year)s年的放假通知还没有录入：跨年的期限都是暂定的，请尽快录入。"), year=year)


def values(desk: Desk, found: Preview | None) -> dict[str, Any]:
    """What the page shows: the calendar in force, or the one that is looked at."""
    today = _today(desk)
    calendar = read_calendar(found.change.content, 0) if found else desk.book.calendar
    asked = query(desk.request).get("year", "")
    year = int(asked) if asked.isdecimal() and 2000 <= int(asked) <= 2100 else today.year
    return {
        "year": found.change.year if found else year,
        "years": [(y, calendar.is_provisional_year(y)) for y in range(today.year, today.year + YEARS_AHEAD + 1)],
        "overrides": [
            (day.isoformat(), o.workday, o.name, o.source)
            for day, o in sorted(calendar.overrides.items())
            if day.year >= today.year
        ],
        "preview": _told(desk, found) if found else None,
        **_sheets(calendar, found.change.year if found else year, today),
    }


def _today(desk: Desk) -> date:
    return desk.book.calendar.day_of(desk.now)


def _told(desk: Desk, found: Preview) -> dict[str, Any]:
    ahead = found.ahead
    return {
        "hidden": {**{name: getattr(found.asked, name) for name in FIELDS}, "seen": found.seen},
        "same": not (ahead.rest or ahead.work) and not _announces(desk.book.calendar, found.change.content),
        "rest": ahead.rest,
        "work": ahead.work,
        "looked": ahead.looked,
        "moved": ahead.moved,
        "cases": ahead.cases,
        "dates": ahead.dates,
        "sample": [(s.number, desk.word(CLOCKS[s.clock]), s.was, s.due) for s in ahead.sample if s.clock in CLOCKS],
    }


def _announces(calendar: WorkCalendar, content: Mapping[str, Any]) -> bool:
    """Whether the change makes a provisional year an announced one, which counts though no day differs."""
    new = read_calendar(content, 0)
    return any(calendar.is_provisional_year(y) and not new.is_provisional_year(y) for y in new.official_years)


def _sheets(calendar: WorkCalendar, year: int, today: date) -> dict[str, Any]:
    """Twelve months with what each day is."""
    sheets = []
    for month in range(1, 13):
        weeks = [
            [_day(calendar, day, today) if day.month == month else None for day in week]
            for week in months.Calendar().monthdatescalendar(year, month)
        ]
        sheets.append({"month": month, "weeks": weeks})
    days = [date(year, 1, 1) + timedelta(days=n) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]
    return {
        "sheets": sheets,
        "provisional": calendar.is_provisional_year(year),
        "workdays": sum(calendar.is_workday(day) for day in days),
        "source": getattr(calendar.official_years.get(year), "source", ""),
    }


def _day(calendar: WorkCalendar, day: date, today: date) -> dict[str, Any]:
    works, weekend = calendar.is_workday(day), day.weekday() >= 5
    css = "makeup" if works and weekend else "holiday" if not works and not weekend else "rest" if not works else ""
    marks = ("own" if day in calendar.overrides else "", "today" if day == today else "")
    return {"n": day.day, "css": " ".join(filter(None, (css, *marks))), "name": calendar.name_of(day)}
