"""Whose time it was: read from the journal, every working minute of a case is booked to one holder."""

from collections.abc import Iterable
from datetime import datetime

from hub.calendar import WorkCalendar
from hub.errors import Said
from hub.holders import book
from hub.journal import Line
from hub.machines.registry import MACHINES
from hub.moments import from_text
from hub.storage.rows import read_json

HOLDERS: dict[str, Said] = {
    "reception": Said("受理中心", "Reception desk"),
    "unit": Said("承办单位", "The unit"),
    "supervision": Said("督查室", "Supervision office"),
    "citizen": Said("来信人", "The citizen"),
    "nobody": Said("已了结", "Nobody: it is over"),
}


Shares = tuple[tuple[Said, int], ...]
"""Holders with their staffed seconds."""


def changes(machine: str, lines: Iterable[Line]) -> list[tuple[datetime, str]]:
    """Who held the case from which moment on, oldest first; a state names its holder (hub/machines)."""
    states = MACHINES[machine].states
    found: list[tuple[datetime, str]] = []
    for line in lines:
        data = read_json(line.data)
        state = data.get("to") if line.action.startswith("move.") else data.get("state")
        if isinstance(state, str) and state in states:
            found.append((from_text(line.at), states[state].holder))
    return sorted(found, key=lambda change: change[0])


def booked(
    machine: str, lines: Iterable[Line], until: datetime, calendar: WorkCalendar
) -> tuple[tuple[Said, int], ...]:
    """Holder and staffed seconds from the receipt to `until`, in the order of the table above."""
    held = changes(machine, lines)
    if not held:
        return ()
    seconds = book(held, held[0][0], until, calendar)
    return tuple((HOLDERS[h], seconds[h]) for h in HOLDERS if seconds.get(h))
