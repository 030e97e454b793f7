"""Rulebook: the editions in force and the earlier ones that open cases still keep, as ready values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from hub.calendar import WorkCalendar, read_calendar
from hub.errors import OldEdition
from hub.kinds import Kind, read_kinds
from hub.ladders import ONE_BY_ONE, ONE_CALL, Calls, Ladder, read_calls, read_digest_from, read_ladders
from hub.privacy import masking
from hub.rulesets import RuleSets, read_rule_sets
from hub.units import Directory, read_units

FAMILIES = ("kinds", "units", "rules", "calendar", "ladders", "checklist", "texts")


@dataclass(frozen=True, slots=True)
class Checklist:
    """Coded reasons and questions of the review and of refusals; `reasons[group][code]` has zh, en and hint."""

    reasons: Mapping[str, Mapping[str, Mapping[str, str]]]
    questions: tuple[Mapping[str, str], ...]

    def known(self, group: str, code: str) -> bool:
        return code in self.reasons.get(group, {})


@dataclass(frozen=True)
class Rulebook:
    """One snapshot of all rules. `numbers` says which edition of each family is in force."""

    numbers: Mapping[str, int]
    kinds_by_edition: Mapping[int, Mapping[str, Kind]]
    directory: Directory
    calendars: Mapping[int, WorkCalendar]
    ladders: Mapping[str, Ladder]
    checklist: Checklist
    texts: Mapping[str, Any]
    rules: Mapping[str, Any]
    rule_sets: RuleSets
    digest_from: int = ONE_BY_ONE
    """From how many notices of one kind on an officer is told by one digest."""
    calls: Calls = ONE_CALL
    """How citizens are called: the spread of the tries."""

    @cached_property
    def public(self) -> masking.Directory:
        """What is public of the district and never masked: unit names, phones, officials, streets and areas."""
        units = self.directory.units.values()
        words = [w for u in units for w in (u.zh, u.short, *u.aliases, *u.areas)]
        phones = [p for u in units for p in u.phones]
        named = (*self.directory.officials, self.directory.district)
        return masking.Directory.of(numbers=phones, words=(*words, *named))

    @property
    def desk_phone(self) -> str:
        """The number of the reception desk, which is said where a channel leads nowhere."""
        desk = self.directory.get(self.directory.desks["reception"])
        return desk.phones[0] if desk is not None and desk.phones else "12345"

    @property
    def calendar(self) -> WorkCalendar:
        """The working calendar in force."""
        return self.calendars[self.numbers["calendar"]]

    def calendar_of(self, edition: int) -> WorkCalendar:
        """The calendar a clock is counted under (0: the one in force); OldEdition where this snapshot is older."""
        try:
            return self.calendars[edition] if edition else self.calendar
        except KeyError:
            raise OldEdition from None

    def calendar_shown(self, edition: int) -> WorkCalendar:
        """The same for pages: a snapshot some seconds old shows a clock by the newest calendar it knows."""
        return self.calendars.get(edition, self.calendar)

    @property
    def kinds(self) -> Mapping[str, Kind]:
        return self.kinds_by_edition[self.numbers["kinds"]]

    def kind(self, code: str, edition: int, received: date | None = None) -> Kind:
        """The kind as the case came in under it, with the limits in force on the local day of receipt.

        Without a day the limits are the newest. Raises OldEdition where this snapshot is older than the case.
        """
        try:
            kind = self.kinds_by_edition[edition][code]
        except KeyError:
            raise OldEdition from None
        return kind if received is None else kind.on(received)


def read_rulebook(
    current: Mapping[str, tuple[int, Any]], kinds: Mapping[int, Any], calendars: Mapping[int, Any] | None = None
) -> Rulebook:
    """Build the snapshot from edition contents; raises ValueError with the sentence of the first fault found.

    `kinds` and `calendars` are all editions of their family, which open cases and clocks still keep; without
    `calendars` there is only the one in force.
    """
    number = {family: current[family][0] for family in FAMILIES}
    content = {family: current[family][1] for family in FAMILIES}
    return Rulebook(
        numbers=number,
        kinds_by_edition={n: read_kinds(rows) for n, rows in kinds.items()},
        directory=read_units(content["units"], number["units"]),
        calendars={
            n: read_calendar(table, n)
            for n, table in (calendars or {current["calendar"][0]: content["calendar"]}).items()
        },
        ladders=read_ladders(content["ladders"]),
        checklist=_checklist(content["checklist"]),
        texts=content["texts"],
        rules=content["rules"],
        rule_sets=read_rule_sets(content["kinds"].get("rule_sets", ())),
        digest_from=read_digest_from(content["ladders"]),
        calls=read_calls(content["ladders"]),
    )


def _checklist(content: Mapping[str, Any]) -> Checklist:
    groups = {g: {row["code"]: row for row in rows} for g, rows in content.items() if g != "questions"}
    return Checklist(groups, tuple(content.get("questions", ())))
