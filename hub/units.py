"""The district's units: a tree with who supervises whom, read from the `units` edition."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any


@dataclass(frozen=True, slots=True)
class Unit:
    """One node of the district's tree: bureau, street, community, utility or desk."""

    code: str
    zh: str
    en: str
    short: str
    type: str
    parent: str | None
    supervised_by: str
    areas: tuple[str, ...]
    aliases: tuple[str, ...]
    phones: tuple[str, ...]
    topics: tuple[str, ...]
    active: bool
    assigns: bool = False
    """Whether what comes to it is given to an officer by the hub; else one is proposed."""
    knows: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Account → the kinds and topics that this officer knows, where the unit lists any."""


@dataclass(frozen=True, slots=True)
class Shift:
    """One line of the duty roster: on these weekdays (1 Monday … 7 Sunday), or from one day to another, these accounts.

    The accounts stand in the order in which they are called.
    """

    officers: tuple[str, ...]
    weekdays: frozenset[int]
    since: date | None
    until: date | None

    def covers(self, day: date) -> bool:
        """Whether the line speaks of a day."""
        after, before = self.since is None or self.since <= day, self.until is None or day <= self.until
        return after and before and (not self.weekdays or day.isoweekday() in self.weekdays)


@dataclass(frozen=True)
class Directory:
    """All units of one edition, and the four questions the rules ask of them."""

    number: int
    district: str
    district_en: str
    units: Mapping[str, Unit]
    desks: Mapping[str, str]
    alternates: Mapping[str, str]
    officials: tuple[str, ...]
    roster: tuple[Shift, ...] = ()

    def on_duty(self, day: date) -> tuple[str, ...]:
        """The accounts on duty on a local day, the first to be called first: the first line that covers the day."""
        return next((shift.officers for shift in self.roster if shift.covers(day)), ())

    def get(self, code: str) -> Unit | None:
        return self.units.get(code)

    def above(self, code: str) -> tuple[str, ...]:
        """The unit itself, then its parents up to the top of the tree."""
        line: list[str] = []
        at: str | None = code
        while at is not None and at in self.units and at not in line:
            line.append(at)
            at = self.units[at].parent
        return tuple(line)

    def below(self, code: str) -> frozenset[str]:
        """The unit itself and everything under it."""
        return frozenset(u for u in self.units if code in self.above(u))

    def bureau(self, code: str) -> str:
        """The topmost unit of a branch: two units of one bureau are not independent of each other."""
        line = self.above(code)
        return line[-1] if line else code

    def supervisor_of(self, code: str) -> str:
        """Who watches over a unit: its own `supervised_by`, or the alternate that the edition names for it."""
        if code in self.alternates:
            return self.alternates[code]
        unit = self.units.get(code)
        return unit.supervised_by if unit is not None else self.desks["supervision"]

    @cached_property
    def areas(self) -> Mapping[str, str]:
        """Area name → the unit whose area it is (streets and communities)."""
        return {area: unit.code for unit in self.units.values() for area in unit.areas}

    @cached_property
    def places(self) -> Mapping[str, str]:
        """What a letter may call a place → its unit: areas, and the short names of the units that have any."""
        return {unit.short: unit.code for unit in self.units.values() if unit.areas} | dict(self.areas)

    @cached_property
    def watcher_names(self) -> tuple[str, ...]:
        """Every name of those who watch over others: discipline and supervision offices."""
        watchers = (u for u in self.units.values() if u.type in ("discipline", "supervision"))
        return tuple(name for u in watchers for name in (u.zh, u.short, *u.aliases) if name)

    def named_in(self, text: str, pairs: Set[str] | None = None) -> tuple[str, ...]:
        """Units whose full name, short name or alias stands in the text, in the order of the tree.

        `pairs`, every two characters side by side in the text, saves looking for names that cannot be there.
        """
        heads = self._beginnings if pairs is None else self._beginnings & pairs
        found = [row for head in heads for row in self._names[head] if row[1] in text]
        return tuple(dict.fromkeys(code for _, _, code in sorted(found)))

    @cached_property
    def _beginnings(self) -> frozenset[str]:
        return frozenset(self._names)

    @cached_property
    def _names(self) -> Mapping[str, list[tuple[int, str, str]]]:
        """Place in the tree, name and code of every name of an active unit, by its first two characters.

        A name of one character stands in half of all letters and names nobody.
        """
        active = (u for u in self.units.values() if u.active)
        names = ((name, u.code) for u in active for name in dict.fromkeys((u.zh, u.short, *u.aliases)))
        by_head: dict[str, list[tuple[int, str, str]]] = {}
        for place, (name, code) in enumerate(names):
            if len(name) > 1:
                by_head.setdefault(name[:2], []).append((place, name, code))
        return by_head


def read_units(content: Mapping[str, Any], number: int) -> Directory:
    """Build the directory from an edition's content; refuse unknown parents, supervisors, desks and alternates.

    Raises ValueError with a sentence that names the unit.
    """
    units = {}
    for row in content["units"]:
        unit = Unit(
            code=row["code"],
            zh=row["zh"],
            en=row["en"],
            short=row.get("short", row["zh"]),
            type=row["type"],
            parent=row.get("parent"),
            supervised_by=row.get("supervised_by", content["desks"]["supervision"]),
            areas=tuple(row.get("areas", ())),
            aliases=tuple(row.get("aliases", ())),
            phones=tuple(row.get("phones", ())),
            topics=tuple(row.get("topics", ())),
            active=row.get("active", True),
            assigns=row.get("assigns", False),
            knows={account: tuple(words) for account, words in row.get("knows", {}).items()},
        )
        if unit.code in units:
            raise ValueError(f"unit {unit.code} stands twice in the units edition")
        units[unit.code] = unit
    for unit in units.values():
        for what, code in (("parent", unit.parent), ("supervised_by", unit.supervised_by)):
            if code is not None and code not in units:
                raise ValueError(f"unit {unit.code}: {what} names the unknown unit {code}")
    desks, alternates = dict(content["desks"]), dict(content.get("alternates", {}))
    for code in (*desks.values(), *alternates, *alternates.values()):
        if code not in units:
            raise ValueError(f"desks or alternates name the unknown unit {code}")
    return Directory(
        number=number,
        district=content["district"],
        district_en=content["district_en"],
        units=units,
        desks=desks,
        alternates=alternates,
        officials=tuple(content.get("officials", ())),
        roster=tuple(_read_shift(row) for row in content.get("roster", ())),
    )


def _read_shift(row: Mapping[str, Any]) -> Shift:
    days = {name: date.fromisoformat(str(row[name])) for name in ("since", "until") if name in row}
    shift = Shift(
        officers=tuple(row["officers"]),
        weekdays=frozenset(row.get("weekdays", ())),
        since=days.get("since"),
        until=days.get("until"),
    )
    if row.keys() - {"officers", "weekdays", "since", "until"} or not shift.officers:
        raise ValueError("duty roster: a line has officers, and weekdays or since and until, nothing else")
    if not shift.weekdays <= frozenset(range(1, 8)):
        raise ValueError("duty roster: weekdays are numbers from 1 (Monday) to 7 (Sunday)")
    if shift.since and shift.until and shift.until < shift.since:
        raise ValueError(f"duty roster: {shift.until} lies before {shift.since}")
    return shift
