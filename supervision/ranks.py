"""Ranks of units by month: reckoned from the sums, released and recalled by a leader, frozen while they are released.

Only like is ranked with like, and only from the minimum sample on; the order is that of the lower ends of their
intervals (NORMS §4). A released rank says what stood then: later counts never move it, a recall takes it away, and both
deeds stay in the journal.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from hub.errors import Forbidden, Invalid, NotNow, Said
from hub.journal import Entry
from hub.moments import to_text
from hub.people import Actor
from hub.rulebook import Rulebook
from hub.spans import months, whole_months
from hub.storage import journal, settings, totals
from hub.storage.rows import read_json, to_json
from hub.storage.tx import Tx
from supervision.cuts import open_kinds
from supervision.figures import BY_CODE, Value, plain, value

FIGURE = BY_CODE["unit_on_time"]
CLASSES = ("bureau", "street", "utility")
"""Types of units that are ranked, each among its own."""
PREFIX = "ranks:"
MOST_SHOWN = 12
"""Released months that pages show, the newest first."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """One unit's place in its class: `n` of `of` in time, the share and the lower end of its 95 % interval."""

    type: str
    place: int
    unit: str
    n: int
    of: int
    share: float
    low: float


@dataclass(frozen=True, slots=True)
class Ranks:
    """The ranks of a month (2026-10), and the units with too few cases for one; `at` is when they were released, empty
    while they are not."""

    month: str
    lines: tuple[Ranked, ...]
    few: tuple[str, ...] = ()
    at: str = ""


def reckoned(tx: Tx, month: date, book: Rulebook) -> Ranks:
    """The ranks of a month as its sums stand now."""
    _, last = whole_months(month, month)
    measures = {*FIGURE.numerator, *FIGURE.denominator}
    ends = (month.isoformat(), last.isoformat())
    sums: dict[str, dict[str, int]] = {}
    for r in totals.by_unit(tx, book.directory.units, open_kinds(book), measures, *ends):
        sums.setdefault(str(r["unit"]), {})[str(r["measure"])] = int(r["n"])
    values = {unit: value(FIGURE, plain(counts)) for unit, counts in sums.items()}
    values = {unit: v for unit, v in values.items() if v.of and book.directory.units[unit].type in CLASSES}
    lines = tuple(line for type_ in CLASSES for line in _class(type_, values, book))
    return Ranks(month.isoformat()[:7], lines, tuple(sorted(unit for unit, v in values.items() if not v.enough)))


def _class(type_: str, values: Mapping[str, Value], book: Rulebook) -> list[Ranked]:
    found = []
    for unit, v in values.items():
        if book.directory.units[unit].type == type_ and v.enough and v.between is not None and v.value is not None:
            found.append((v.between[0], unit, v))
    found.sort(key=lambda row: (-row[0], row[1]))
    lows = [low for low, _, _ in found]
    return [
        Ranked(type_, lows.index(low) + 1, unit, v.n, v.of, round(v.value or 0.0, 6), round(low, 6))
        for low, unit, v in found
    ]


# Deeds of a leader -------------------------------------------------------------------------------------------------


def release(tx: Tx, month: str, actor: Actor, book: Rulebook, now: datetime) -> Ranks:
    """Show the ranks of a month that is over, as they stand at this moment, to everybody.

    Raises Forbidden for who is no leader, Invalid for a month that is none or not over, NotNow where they are released
    or nothing can be ranked.
    """
    must_lead(actor)
    first = read_month(month)
    if first >= book.calendar.day_of(now).replace(day=1):
        raise Invalid({"month": Said("这个月还没有过完。", "This month is not over yet.")})
    ranks = reckoned(tx, first, book)
    if not ranks.lines:
        raise NotNow("这个月没有哪个单位够排名的件数。", "No unit has enough cases to be ranked for this month.")
    lines = [asdict(line) for line in ranks.lines]
    if not settings.put_new(tx, PREFIX + month, to_json({"at": to_text(now), "lines": lines, "few": ranks.few})):
        raise NotNow("这个月的排名已经发布。", "The ranks of this month are released already.")
    journal.append(tx, [Entry(None, "ranks.released", actor.id, now, {"month": month})])
    return ranks


def recall(tx: Tx, month: str, actor: Actor, now: datetime) -> None:
    """Take released ranks away from everybody. Raises Forbidden, Invalid, NotNow where they are not released."""
    must_lead(actor)
    read_month(month)
    if not settings.drop(tx, PREFIX + month):
        raise NotNow("这个月的排名没有发布。", "The ranks of this month are not released.")
    journal.append(tx, [Entry(None, "ranks.recalled", actor.id, now, {"month": month})])


def must_lead(actor: Actor) -> None:
    """Ranks are a leader's to show. Raises Forbidden."""
    if "leader" not in actor.hub_roles:
        raise Forbidden


def read_month(text: str) -> date:
    """The first day of a month written 2026-10; raises Invalid with a sentence."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise Invalid({"month": Said("请写成年-月，如 2026-10。", "Please write year-month, as 2026-10.")}) from None


# What is shown -----------------------------------------------------------------------------------------------------


def released(tx: Tx) -> tuple[Ranks, ...]:
    """The released ranks, the newest month first."""
    return tuple(_read(name, text) for name, text in settings.named(tx, PREFIX, MOST_SHOWN))


def _read(name: str, text: str) -> Ranks:
    kept = read_json(text)
    return Ranks(
        name.removeprefix(PREFIX), tuple(Ranked(**line) for line in kept["lines"]), tuple(kept["few"]), str(kept["at"])
    )


def to_release(tx: Tx, book: Rulebook, now: datetime) -> tuple[Ranks, ...]:
    """The last six months that are over, as their sums stand now, without those that are released."""
    this = book.calendar.day_of(now).replace(day=1)
    shown = {ranks.month for ranks in released(tx)}
    past = months(this - timedelta(days=190), this - timedelta(days=1))[-6:]
    return tuple(reckoned(tx, month, book) for month in reversed(past) if month.isoformat()[:7] not in shown)
