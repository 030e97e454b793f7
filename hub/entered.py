"""Entered: what a clerk takes down for a citizen. Whoever entered a case never handles it (DESIGN §7)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from hub.calendar import WorkCalendar
from hub.case import Case, Dossier, Overlay
from hub.errors import Said
from hub.people import Clerk

KIND = "entered"
"""The overlay that keeps who entered a letter or a supplement."""
CHANNELS = ("counter", "phone")
"""Channels on which a clerk stands between the citizen and the hub."""
ROLES = ("writer", "representative", "agent")
"""What the person who comes can be: the writer, somebody chosen by several, somebody who acts for one other."""
FREE_WORKDAYS = 1
"""So much later a letter may be entered without its scan; a day the office did not work does not count."""
LONGEST_BACK = timedelta(days=366)
NOT_THE_CLERK = Said(
    "这件来信是您代录的，须由别的同事承办。", "You entered this case for the citizen; a colleague must handle it."
)


def by(dossier: Dossier, person: str) -> bool:
    """Whether this natural person entered the letter or a supplement to it."""
    return any(o.kind == KIND and o.opened_person == person for o in dossier.overlays)


def record(n: int, clerk: Clerk, at: datetime, unit: str, **data: Any) -> Overlay:
    """The record that stands on the case from then on."""
    kept: Mapping[str, Any] = {"channel": clerk.channel, **data}
    return Overlay(n, KIND, "done", at, clerk.officer, clerk.person, unit, data=kept)


def workdays_late(at: datetime, now: datetime, calendar: WorkCalendar) -> int:
    """Working days from the real receipt to the entry; the day of receipt does not count."""
    return calendar.count_workdays(calendar.day_of(at), calendar.day_of(now))


def wrong_time(at: datetime, files: Sequence[object], now: datetime, calendar: WorkCalendar) -> Said | None:
    """What is wrong with the real receipt time a clerk gave: in the future, too long ago, or late without its scan."""
    if at > now:
        return Said("收到的时间不能晚于现在。", "The time of receipt cannot lie in the future.")
    if now - at > LONGEST_BACK:
        return Said(
            "只能补录一年以内收到的来信，请核对日期。",
            "Only letters received within the last year can be entered. Please check the date.",
        )
    if not files and workdays_late(at, now, calendar) > FREE_WORKDAYS:
        return Said(
            "收到已超过一个工作日，补录时要附上原信或登记单的扫描件。",
            "It came more than one working day ago; attach a scan of the letter or of the note that was taken.",
        )
    return None


def recorded_day(case: Case, calendar: WorkCalendar) -> date | None:
    """When a clerk entered a letter that had come on an earlier day; None of every other one."""
    day = calendar.day_of(case.recorded_at)
    return day if case.origin in CHANNELS and day > calendar.day_of(case.received_at) else None
