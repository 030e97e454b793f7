"""The board: figures of a period for those who may see them, the public part of them, and the portal's month line."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from hub.errors import Forbidden, NotFound
from hub.machines.registry import MACHINES
from hub.measures import EXCLUDED, IMPORTED, WHOLE
from hub.people import Actor
from hub.rulebook import Rulebook
from hub.sight import Sight, sight
from hub.storage import lists, totals
from hub.storage.tx import Row, Tx
from supervision import figures
from supervision.figures import (
    BOTH_RATES,
    PUBLIC_FIGURES,
    UNIT_FIGURES,
    Value,
    distribution,
    plain,
    rounds_funnel,
    values,
    without_excluded,
)

LEAST_SEALED = 5
"""Sealed kinds appear only in totals of five or more, and in no ratio, series or unit table (DESIGN §5)."""
MOST_OVERDUE = 1000
"""Open overdue cases are counted up to here: the board says 1000+ rather than count on."""
BOARD_ROLES = ("supervisor", "leader", "reviewer", "dispatcher", "handler", "signer")
_SEALED_MEASURES = ("received", "answered")
_SERIES = ("received", "answered", "in_time", "late")

Sums = dict[str, int]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: a unit or kind code with its figures."""

    code: str
    figures: Mapping[str, Value]
    late_open: int


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the series; days on which nothing happened are left out."""

    day: date
    received: int
    answered: int
    in_time: int
    late: int


@dataclass(frozen=True, slots=True)
class Board:
    """All figures of a period (both days included), as of a moment, for the whole hub or a unit with those below it."""

    since: date
    until: date
    unit: str
    as_of: datetime
    figures: Mapping[str, Value]
    overdue_open: int
    by_unit: tuple[Line, ...]
    by_kind: tuple[Line, ...]
    by_day: tuple[Day, ...]
    by_channel: Mapping[str, int]
    workdays: Mapping[int, int]
    rounds: Mapping[int, int]
    without_excluded: Mapping[str, Value]
    """The rates that are shown twice, without what two persons excluded."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """What everybody may read: totals, kinds and days, no unit."""

    since: date
    until: date
    figures: Mapping[str, Value]
    by_kind: tuple[Line, ...]
    by_day: tuple[Day, ...]
    workdays: Mapping[int, int]
    excluded: int
    without_excluded: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Month:
    """The portal's line 本月：收到 · 到期 · 按期答复 · 中位用时 (working days; None while nothing was answered)."""

    since: date
    received: int
    due: int
    in_time: int
    median_days: float | None


def board(
    tx: Tx,
    actor: Actor,
    since: date,
    until: date,
    unit: str | None,
    book: Rulebook,
    now: datetime,
    *,
    imported: bool = False,
) -> Board:
    """The board of a period, from totals alone but for the open overdue count; ask it in the room `heavy`.

    Raises Forbidden for who has no figures, NotFound for a unit that is not in the actor's sight. Somebody whose sight
    is a unit gets that unit's board without asking.
    """
    eye = sight(actor, book.directory)
    units = units_for(actor, eye, unit, book)
    period = (since.isoformat(), until.isoformat())
    kinds = _read(totals.summed(tx, units, *period), imported=imported)
    sealed = sealed_kinds(book)
    open_kinds = [code for code in kinds if code not in sealed]
    sums = _together(kinds[code] for code in open_kinds)
    headline = values(tuple(figures.BY_CODE), sums) | _with_sealed(sums, kinds, sealed)
    shown = eye.units & book.directory.units.keys() if not eye.everywhere else book.directory.units.keys()
    return Board(
        since=since,
        until=until,
        unit=unit or "",
        as_of=now,
        figures=headline,
        overdue_open=_overdue(tx, eye, units, now),
        by_unit=_by_unit(tx, shown if units == {WHOLE} else units & shown, open_kinds, period, imported=imported),
        by_kind=_by_kind(kinds, sealed, UNIT_FIGURES),
        by_day=_by_day(tx, units, open_kinds, period, imported=imported),
        by_channel={m.partition(":")[2]: n for m, n in sums.items() if m.startswith("received:")},
        workdays=distribution(sums),
        rounds=rounds_funnel(sums),
        without_excluded=values(BOTH_RATES, without_excluded(sums)),
    )


def statistics(tx: Tx, since: date, until: date, book: Rulebook) -> Statistics:
    """The public part: totals are always public; units are released by a leader and stand nowhere here."""
    period = (since.isoformat(), until.isoformat())
    kinds, sealed = _read(totals.summed(tx, {WHOLE}, *period)), sealed_kinds(book)
    open_kinds = [code for code in kinds if code not in sealed]
    sums = _together(kinds[code] for code in open_kinds)
    shown = values(PUBLIC_FIGURES, sums) | _with_sealed(sums, kinds, sealed)
    return Statistics(
        since=since,
        until=until,
        figures=shown,
        by_kind=_by_kind(kinds, sealed, PUBLIC_FIGURES),
        by_day=_by_day(tx, {WHOLE}, open_kinds, period),
        workdays=distribution(sums),
        excluded=sums.get(f"{EXCLUDED}received", 0),
        without_excluded=values(tuple(c for c in BOTH_RATES if c in PUBLIC_FIGURES), without_excluded(sums)),
    )


def month(tx: Tx, now: datetime, book: Rulebook) -> Month:
    """This month so far, in local days."""
    today = book.calendar.day_of(now)
    whole = statistics(tx, today.replace(day=1), today, book)
    on_time = whole.figures["on_time"]
    received = int(whole.figures["received"].n)
    return Month(whole.since, received, on_time.of, on_time.n, whole.figures["median_days"].value)


# Who sees which units -----------------------------------------------------------------------------------------------


def units_for(actor: Actor, eye: Sight, unit: str | None, book: Rulebook) -> frozenset[str]:
    """The rows to sum up: those of the whole hub, of a unit with those below it, or of all units in sight."""
    if actor.kind != "system" and not any(actor.has(role) for role in BOARD_ROLES):
        raise Forbidden
    if unit:
        asked = book.directory.below(unit)
        if not asked or not (eye.everywhere or asked <= eye.units):
            raise NotFound
        return asked
    return frozenset({WHOLE}) if eye.everywhere else eye.units


def _overdue(tx: Tx, eye: Sight, units: frozenset[str], now: datetime) -> int:
    """Cases open and late at this moment that exist for the actor; merged ones are counted with their lead."""
    wanted = {"open": True, "unanswered": True, "alone": True, "due_before": now}
    scope: Iterable[dict[str, object]] = [{}] if units == {WHOLE} else [{"unit": unit} for unit in sorted(units)]
    found = 0
    for machine in MACHINES.values():
        if not machine.opening_clocks:
            continue
        for part in scope:
            found += lists.count(tx, eye, {"machine": machine.code, **part, **wanted}, MOST_OVERDUE)
    return min(found, MOST_OVERDUE)


# Pieces -------------------------------------------------------------------------------------------------------------


def _read(rows: Iterable[Row], *, imported: bool = False) -> dict[str, Sums]:
    """Kind → measure → n."""
    kinds: dict[str, Sums] = {}
    for r in rows:
        kinds.setdefault(str(r["kind"]), {})[str(r["measure"])] = int(r["n"])
    return {kind: plain(sums, imported=imported) for kind, sums in kinds.items()}


def _together(parts: Iterable[Mapping[str, int]]) -> Sums:
    sums: Sums = {}
    for part in parts:
        for measure, n in part.items():
            sums[measure] = sums.get(measure, 0) + n
    return sums


def sealed_kinds(book: Rulebook) -> frozenset[str]:
    """Kinds that are sealed, or were so in an earlier edition."""
    return frozenset(k.code for kinds in book.kinds_by_edition.values() for k in kinds.values() if k.sealed)


def _with_sealed(sums: Sums, kinds: Mapping[str, Sums], sealed: frozenset[str]) -> dict[str, Value]:
    """Received and answered with the sealed kinds that are five or more; otherwise a difference would tell them."""
    told = dict(sums)
    for measure in _SEALED_MEASURES:
        hidden = sum(kinds[code].get(measure, 0) for code in kinds if code in sealed)
        if hidden >= LEAST_SEALED:
            told[measure] = told.get(measure, 0) + hidden
    return values(_SEALED_MEASURES, told)


def _by_kind(kinds: Mapping[str, Sums], sealed: frozenset[str], codes: tuple[str, ...]) -> tuple[Line, ...]:
    lines = []
    for code, sums in sorted(kinds.items()):
        if code not in sealed:
            lines.append(Line(code, values(codes, sums), sums.get("late_open", 0)))
    return tuple(lines)


def _by_unit(
    tx: Tx, units: Iterable[str], kinds: Iterable[str], period: tuple[str, str], *, imported: bool
) -> tuple[Line, ...]:
    wanted = {m for code in UNIT_FIGURES for f in (figures.BY_CODE[code],) for m in (*f.numerator, *f.denominator)}
    found: dict[str, Sums] = {}
    for r in totals.by_unit(tx, units, kinds, _asked({*wanted, "late_open"}, imported=imported), *period):
        found.setdefault(str(r["unit"]), {})[str(r["measure"])] = int(r["n"])
    lines = []
    for code, raw in sorted(found.items()):
        sums = plain(raw, imported=imported)
        lines.append(Line(code, values(UNIT_FIGURES, sums), sums.get("late_open", 0)))
    return tuple(lines)


def _by_day(
    tx: Tx, units: Iterable[str], kinds: Iterable[str], period: tuple[str, str], *, imported: bool = False
) -> tuple[Day, ...]:
    days: dict[str, Sums] = {}
    for r in totals.by_day(tx, units, kinds, _asked(_SERIES, imported=imported), *period):
        days.setdefault(str(r["span"]), {})[str(r["measure"])] = int(r["n"])
    lines = []
    for day, raw in sorted(days.items()):
        sums = plain(raw, imported=imported)
        lines.append(Day(date.fromisoformat(day), *(sums.get(m, 0) for m in _SERIES)))
    return tuple(lines)


def _asked(measures: Iterable[str], *, imported: bool) -> frozenset[str]:
    wanted = frozenset(measures)
    return wanted | {IMPORTED + m for m in wanted} if imported else wanted
