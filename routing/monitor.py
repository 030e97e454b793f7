"""How routing does, week by week: what it sent by itself, what people put right, and where it falls behind its card."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from math import sqrt
from typing import Any

import structlog

from hub.calendar import WorkCalendar
from hub.followers import Follower
from hub.moments import from_text, to_text
from hub.office import Office
from hub.people import SYSTEM
from hub.storage import routed, settings
from hub.storage.routed import Routed
from hub.storage.rows import to_json
from hub.storage.tx import Tx

KEPT = "routing.weeks"
"""The setting that keeps the weeks: counts and means, nothing of a letter."""
WEEKS = 8
COUNTED_AGAIN = 4
"""Weeks whose letters may still be put right; an older line stands as it is."""
PAGE = 200
LEAST = 50
"""Letters of the last four weeks without which nothing is said to fall: a few are chance."""
FALL = 0.05
"""How far confidence or what is known of a letter may lie below the card."""
SENT_FALL = 0.75
"""The part of the card's coverage that must still go out by itself: aims in doubt and levels keep some back."""

Card = Callable[[], Mapping[str, Any]]
log = structlog.get_logger("routing")


@dataclass(frozen=True, slots=True)
class Week:
    """Letters received in the seven days from a Monday on (local days).

    `judged` is how many the model was asked about; `sent` how many of these went out without a person, `moved` how many
    of those another unit got later. `sureness` and `known` are sums over the judged.
    """

    monday: date
    letters: int = 0
    judged: int = 0
    sent: int = 0
    moved: int = 0
    sureness: float = 0.0
    known: float = 0.0

    @property
    def sent_share(self) -> float:
        """Part of the judged letters that went out without a person."""
        return self.sent / max(1, self.judged)

    @property
    def moved_share(self) -> float:
        """Part of the sent letters that people gave to another unit."""
        return self.moved / max(1, self.sent)

    @property
    def confidence(self) -> float:
        """Mean probability of the topic that was named."""
        return self.sureness / max(1, self.judged)

    @property
    def unknown_share(self) -> float:
        """Mean part of a letter's runs that the model has no weights for."""
        return 1 - self.known / max(1, self.judged)


# Counted once a day -------------------------------------------------------------------------------------------------


def follower(card: Card) -> Follower:
    """What brings the weeks up to date on the first look of a day, beside the card of the model in force."""

    async def refresh(office: Office) -> int:
        now, book = office.clock(), await office.book()
        at, before = await office.store.read(latest)
        if at is not None and book.calendar.day_of(at) == book.calendar.day_of(now):
            return 0
        since = start(book.calendar, now, COUNTED_AGAIN if before else WEEKS)
        found: list[Routed] = []
        place, after = midnight(book.calendar, since), ""
        while more := await office.store.read(routed.page, place, after, PAGE, room="heavy"):
            found += more
            place, after = more[-1].received_at, more[-1].id
        oldest = start(book.calendar, now, WEEKS)
        stand = [week for week in before if oldest <= week.monday < since]
        weeks = (*stand, *counted(found, book.calendar))
        await office.store.write(keep, weeks, now)
        for code in falling(weeks, card()):
            log.warning("routing_falls", alarm=True, code=code)
        return 0

    return "monitor", refresh


def keep(tx: Tx, weeks: Sequence[Week], now: datetime) -> None:
    """The deed: keep the weeks as they were counted."""
    rows = [asdict(week) | {"monday": week.monday.isoformat()} for week in weeks]
    settings.put(tx, KEPT, to_json({"at": to_text(now), "weeks": rows}))


def counted(letters: Iterable[Routed], calendar: WorkCalendar) -> tuple[Week, ...]:
    """The letters by weeks, the oldest first. Pure."""
    by_week: defaultdict[date, list[Routed]] = defaultdict(list)
    for letter in letters:
        by_week[_monday(calendar.day_of(letter.received_at))].append(letter)
    return tuple(_week(monday, by_week[monday]) for monday in sorted(by_week))


def _week(monday: date, letters: Sequence[Routed]) -> Week:
    judged = [one for one in letters if one.decision.get("topics")]
    sent = [one for one in judged if one.by_whom == SYSTEM.id]
    return Week(
        monday,
        len(letters),
        len(judged),
        len(sent),
        sum(one.moved for one in sent),
        round(sum(float(one.decision["topics"][0][1]) for one in judged), 4),
        round(sum(float(one.decision.get("known", 1.0)) for one in judged), 4),
    )


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def start(calendar: WorkCalendar, now: datetime, weeks: int) -> date:
    """The Monday on which the last so many weeks began, this one among them."""
    return _monday(calendar.day_of(now)) - timedelta(weeks=weeks - 1)


def midnight(calendar: WorkCalendar, day: date) -> datetime:
    """When a local day begins."""
    return datetime.combine(day, time(), calendar.zone)


# Questions ----------------------------------------------------------------------------------------------------------


def latest(tx: Tx) -> tuple[datetime | None, tuple[Week, ...]]:
    """When the weeks were counted last (None: never), and the weeks, the oldest first."""
    text = settings.get(tx, KEPT)
    if not text:
        return None, ()
    kept = json.loads(text)
    weeks = tuple(Week(**{**row, "monday": date.fromisoformat(row["monday"])}) for row in kept["weeks"])
    return from_text(kept["at"]), weeks


def recent(weeks: Sequence[Week]) -> Week:
    """The last four weeks as one."""
    last = weeks[-COUNTED_AGAIN:]
    names = ("letters", "judged", "sent", "moved", "sureness", "known")
    sums = {name: sum(getattr(week, name) for week in last) for name in names}
    return Week(last[0].monday if last else date.min, **sums)


def promised(card: Mapping[str, Any]) -> dict[str, float]:
    """What the card of a model lets expect, by measure; what an older card does not say is left out."""
    found = card.get("figures", {})
    given = {
        "sent": found.get("coverage"),
        "moved": 1 - found["precision_at_coverage"] if "precision_at_coverage" in found else None,
        "confidence": found.get("confidence"),
        "unknown": 1 - found["known"] if "known" in found else None,
    }
    return {name: float(value) for name, value in given.items() if value is not None}


def falling(weeks: Sequence[Week], card: Mapping[str, Any]) -> tuple[str, ...]:
    """The measures that fell behind the card in the last four weeks; none where there were too few letters. Pure.

    More letters put right than promised counts as a fall when it is more than chance: two standard errors.
    """
    week, expect = recent(weeks), promised(card)
    return tuple(_fallen(week, expect)) if week.judged >= LEAST else ()


def _fallen(week: Week, expect: Mapping[str, float]) -> Iterator[str]:
    if "sent" in expect and week.sent_share < SENT_FALL * expect["sent"]:
        yield "sent"
    wrong = expect.get("moved", 1.0)
    if week.sent and week.moved_share > wrong + 2 * sqrt(wrong * (1 - wrong) / week.sent):
        yield "moved"
    if "confidence" in expect and week.confidence < expect["confidence"] - FALL:
        yield "confidence"
    if "unknown" in expect and week.unknown_share > expect["unknown"] + FALL:
        yield "unknown"
