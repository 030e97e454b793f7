"""The demo district's letters, officers and story as they stand in config/demo, ready to be told."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from hub.calendar import WorkCalendar
from hub.submission import Contact, Submission

DAYS = 90
BUSY_HOURS = (9, 9, 10, 10, 11, 14, 15, 16, 19, 20, 21, 22)
"""When people write: in the morning, in the afternoon, and after supper."""


@dataclass(frozen=True, slots=True)
class Told:
    """One letter of the demo: its table, the variant that fills its gaps, and when it comes in."""

    n: int
    table: Mapping[str, Any]
    variant: Mapping[str, str]
    at: datetime

    def text(self, name: str, calendar: WorkCalendar, now: datetime) -> str:
        """A text of the table with its gaps filled; the days in it follow from the moment it is written."""
        today = calendar.day_of(now)
        days = {
            "visit_day": written_day(max(calendar.day_of(self.at), calendar.add_workdays(today, -1)), self.lang),
            "promise_day": written_day(calendar.add_workdays(today, 8), self.lang),
        }
        return str(self.table.get(name, "")).strip().format(**self.variant, **days)

    @property
    def lang(self) -> str:
        return str(self.table["lang"])

    def submission(self, calendar: WorkCalendar) -> Submission:
        """What the citizen (or the clerk for them) hands in."""
        table, place = self.table, self.variant["place"]
        answers = {k: str(v) for k, v in table.get("fields", {}).items() if k != "place"}
        return Submission(
            key=f"demo-{self.n}",
            channel=str(table["channel"]),
            kind=str(table["kind"]),
            title=self.text("title", calendar, self.at)[:60],
            body=self.text("body", calendar, self.at),
            aim=table["aim"],
            place=place,
            target=str(table.get("target", "")),
            fields=answers,
            contact=Contact(self.variant.get("writer", ""), self.variant.get("phone", "")),
            anonymous=bool(table.get("anonymous", False)),
            publish_consent=bool(table.get("consent", {}).get("publish", False)),
            show_surname=bool(table.get("consent", {}).get("show_surname", False)),
            urgent=bool(table.get("urgent", False)),
            lang=self.lang,
        )


def letters(folder: Path, now: datetime, calendar: WorkCalendar, dice: Random) -> list[Told]:
    """All letters of the demo, oldest first, spread over the last ninety days where a variant does not say how long
    `ago`; a merge group comes within two days."""
    tables = _toml(folder / "letters.toml")["letters"]
    made = [(table, variant) for table in tables for variant in table["variants"]]
    dice.shuffle(made)
    together = calendar.day_of(now) - timedelta(days=dice.randint(9, 12))
    told = []
    for n, (table, variant) in enumerate(made, 1):
        day = calendar.day_of(now) - timedelta(days=dice.randint(0, DAYS))
        if "ago" in variant:
            day = calendar.day_of(now) - timedelta(days=int(variant["ago"]))
        elif table.get("merge"):
            day = together + timedelta(days=int(str(table["id"])[-1]) // 2)
        told.append(Told(n, table, variant, _moment(day, now, calendar, dice)))
    return sorted(told, key=lambda letter: letter.at)


def officers(folder: Path) -> list[dict[str, Any]]:
    """The accounts of the demo district."""
    found: list[dict[str, Any]] = _toml(folder / "officers.toml")["officers"]
    return found


def story(folder: Path) -> dict[str, Any]:
    """The first letter told whole."""
    return _toml(folder / "story.toml")


def written_day(day: date, lang: str) -> str:
    """A day as a person writes it: 11月18日, 18 November."""
    return f"{day.day} {day:%B}" if lang == "en" else f"{day.month}月{day.day}日"


def _moment(day: date, now: datetime, calendar: WorkCalendar, dice: Random) -> datetime:
    """A moment of that day at which people write; one that has not come yet is a little ago."""
    hour = dice.choice(BUSY_HOURS)
    moment = calendar.midnight_before(day) + timedelta(hours=hour, minutes=dice.randint(0, 59))
    return moment if moment < now else now - timedelta(minutes=dice.randint(20, 300))


def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))
