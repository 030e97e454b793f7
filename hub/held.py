"""Whose time it was: read from the journal, every working minute of a case is booked to one holder."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from hub.case import Assignment, Overlay
from hub.errors import Said
from hub.holders import book as book_time
from hub.holders import held_by
from hub.journal import Line
from hub.machines.registry import MACHINES
from hub.moments import from_text
from hub.rulebook import Rulebook
from hub.storage.rows import read_json
from hub.timing import clock_of

HOLDERS: dict[str, Said] = {
    "reception": Said("受理中心", "Reception desk"),
    "unit": Said("承办单位", "The unit"),
    "supervision": Said("督查室", "Supervision office"),
    "citizen": Said("来信人", "The citizen"),
    "nobody": Said("已了结", "Nobody: it is over"),
}


OF_SUPERVISION = frozenset(
    (
        *("call_back", "proposal", "reopen_request", "unsolved", "appeal", "talk", "card_proposal", "card_appeal"),
        *("exclusion", "second_reading", "later_reading", "difference"),
    )
)
"""Clocks of the supervision office's own work: their time is its own, whoever has the case meanwhile."""
OF_RECEPTION = frozenset(("contest", "dispatch"))
"""Clocks of what reception decides: a breach is its own, also where a unit answers for the time of the case."""
PASSED_ON = "move.pass_on"


class Held(NamedTuple):
    """Whose time it is, and at which unit where it is a unit's."""

    holder: str
    unit: str = ""


Change = tuple[datetime, Held]
Shares = tuple[tuple[Said, int], ...]
"""Holders with their staffed seconds."""


def changes(machine: str, lines: Iterable[Line], assignments: Sequence[Assignment]) -> list[Change]:
    """Who held the case from which moment on, oldest first; a state names its holder (hub/machines).

    A unit that had signed for a case and passes it on answers for the time until another has it (首接负责, ADR 0023).
    """
    states = MACHINES[machine].states
    found: list[Change] = []
    first = ""
    for line in lines:
        data = read_json(line.data)
        state = data.get("to") if line.action.startswith("move.") else data.get("state")
        if isinstance(state, str) and state in states:
            at, holder = from_text(line.at), states[state].holder
            unit = _unit_from(assignments, at)
            first = unit if line.action == PASSED_ON else first if holder == "reception" else ""
            found.append((at, Held("unit", first) if first else Held(holder, unit if holder == "unit" else "")))
    return sorted(found, key=lambda change: change[0])


def booked(held: Sequence[Change], until: datetime, book: Rulebook) -> Shares:
    """Holder and staffed seconds from the receipt to `until`, in the order in which each first had the case."""
    if not held:
        return ()
    seconds = book_time(held, held[0][0], until, book.calendar)
    order = dict.fromkeys(who for _, who in held)
    return tuple((name_of(who, book), seconds[who]) for who in order if seconds.get(who))


def who_was_late(clock: str, overlays: Iterable[Overlay], held: Sequence[Change], moment: datetime) -> Held | None:
    """Whose time a clock was in the instant before a moment: a breach names them; None where nothing is known.

    A record's own clock (an order, joint work) is its unit's, wherever the case is.
    """
    if clock.partition("#")[0] in OF_SUPERVISION:
        return Held("supervision")
    if clock in OF_RECEPTION:
        return Held("reception")
    record = next((o for o in overlays if clock_of(o) == clock), None)
    return Held("unit", record.unit) if record is not None and record.unit else held_by(held, moment)


def name_of(who: Held, book: Rulebook) -> Said:
    """The holder by name."""
    unit = book.directory.get(who.unit)
    return Said(unit.zh, unit.en) if unit else HOLDERS[who.holder]


def _unit_from(assignments: Sequence[Assignment], at: datetime) -> str:
    """The unit that has the case from a moment on."""
    return next((a.unit for a in reversed(assignments) if a.since <= at and (a.until is None or a.until > at)), "")
