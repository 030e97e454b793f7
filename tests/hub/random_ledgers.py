"""Random ledgers against the slow clock: `python -m tests.hub.random_ledgers --count 100000` finds no difference."""

import argparse
import random
import sys
import time
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path

from hub.calendar import DayOverride, OfficeHours, WorkCalendar, read_calendar
from hub.clocks import LedgerEvent, What, append, due_at, phase
from hub.limits import Limit, parse_limit
from tests.hub.slow_clock import QUARTER, slow_due

CONFIG = Path(__file__).parents[2] / "config"
OFFICIAL = read_calendar(tomllib.loads((CONFIG / "calendar.toml").read_text("utf-8")), number=1)
SPLIT = OfficeHours(
    ((clock_time(8), clock_time(11, 30)), (clock_time(12), clock_time(16)), (clock_time(18), clock_time(20)))
)
TYPHOON = {
    date(2026, 3, 3): DayOverride(False, "台风停工"),
    date(2026, 3, 7): DayOverride(True, "抗洪值班"),
    date(2026, 9, 21): DayOverride(False, "停电"),
}
CALENDARS = (
    OFFICIAL,
    WorkCalendar.from_data(OFFICIAL.official_years, TYPHOON, SPLIT, number=2),
    # No official year, and a zone with summer time, one of whose days has no midnight.
    WorkCalendar.from_data({}, {}, OfficeHours(), "America/Santiago", number=3),
    WorkCalendar.from_data({}, {}, SPLIT, "Asia/Kathmandu", number=4),
)
FOLLOWING: dict[str, tuple[What, ...]] = {
    "running": ("pause", "pause", "pause", "extend", "extend", "recalc", "met", "stop", "restart"),
    "paused": ("resume", "resume", "resume", "extend", "recalc", "met", "stop", "restart"),
    "met": ("restart",),
    "stopped": ("restart",),
}


@dataclass
class Found:
    """How many ledgers were looked at, of which kinds, and those that differ."""

    count: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def a_limit(dice: random.Random, units: str, most: int) -> Limit:
    unit = dice.choice(units.split())
    roll = "+roll" if unit == "cd" and dice.random() < 0.5 else ""
    close = "+close" if unit in ("wd", "cd") and dice.random() < 0.3 else ""
    return parse_limit(f"{dice.randint(1, most)}{unit}{roll}{close}")


def a_ledger(dice: random.Random) -> tuple[LedgerEvent, ...]:
    """A start and up to seven lines that may follow, around the rests of 2026; days to the second."""
    style = dice.choice(("wd", "wd", "cd", "wd cd", "h", "sh", "h sh", "wd cd h sh"))
    hours = "h" in style
    step = QUARTER if hours else timedelta(seconds=1)
    most = 15 if not hours else 12
    moment = datetime(2026, 1, 20, tzinfo=UTC) + dice.randrange(280 * 86_400 // int(step.total_seconds())) * step
    ledger: tuple[LedgerEvent, ...] = (LedgerEvent(moment, "start", a_limit(dice, style, most)),)
    for _ in range(dice.randint(0, 7)):
        moment += dice.randrange(6 * 86_400 // int(step.total_seconds())) * step * dice.choice((0, 1, 1))
        at = moment - dice.choice((0, 0, 0, 0, 0, 1)) * step * 8  # now and then a computer's clock was set back
        what = dice.choice(FOLLOWING[phase(ledger)])
        wanted = what == "extend" or (what in ("recalc", "restart") and dice.random() < 0.5)
        ledger = append(
            ledger, LedgerEvent(at, what, a_limit(dice, style, 5 if what == "extend" else most) if wanted else None)
        )
    return ledger


def look(dice: random.Random, found: Found) -> None:
    """One ledger on one calendar; now and then its breach is recorded, as a sweep would."""
    ledger, calendar = a_ledger(dice), dice.choice(CALENDARS)
    due = due_at(ledger, calendar)
    if due is not None and dice.random() < 0.2:
        ledger = append(ledger, LedgerEvent(due, "breached"))
        ledger = (
            append(ledger, LedgerEvent(due + QUARTER, "recalc", parse_limit("20wd")))
            if phase(ledger) in ("running", "paused")
            else ledger
        )
        due = due_at(ledger, calendar)
    slow = slow_due(ledger, calendar)
    found.count += 1
    found.kinds["no due moment" if due is None else str(ledger[0].limit and ledger[0].limit.unit)] += 1
    if due != slow:
        lines = "; ".join(f"{e.at.isoformat()} {e.what} {e.limit or ''}" for e in ledger)
        found.wrong.append(f"calendar {calendar.number}: {due} but walked {slow}: {lines}")


def compare(count: int, seed: int) -> Found:
    """So many random ledgers; the same seed gives the same ones."""
    dice, found = random.Random(seed), Found()
    for _ in range(count):
        look(dice, found)
    return found


def main() -> int:
    asked = argparse.ArgumentParser()
    asked.add_argument("--count", type=int, default=100_000)
    asked.add_argument("--seed", type=int, default=20260213)
    given = asked.parse_args()
    began = time.monotonic()
    found = compare(given.count, given.seed)
    told = ", ".join(f"{n} {kind}" for kind, n in sorted(found.kinds.items()))
    lasted = time.monotonic() - began
    print(f"seed {given.seed}: {found.count} ledgers ({told}), {len(found.wrong)} differences, {lasted:.0f} s")
    print("\n".join(found.wrong[:10]))
    return 1 if found.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
