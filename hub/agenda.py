"""The agenda: which limits an officer is to keep, for a calendar outside the hub; of a letter its number alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from hub.case import Case, Clock
from hub.clocks import due_day, read_count
from hub.errors import Said
from hub.limits import Until
from hub.people import UNIT_ROLES, Actor
from hub.rulebook import Rulebook
from hub.sight import sight
from hub.storage import clocks, lists
from hub.storage.tx import Tx

MOST_CASES = 300
"""The most pressing ones; a calendar with more entries is not read by anybody."""


@dataclass(frozen=True, slots=True)
class Due:
    """One limit: a day limit is due on a whole day, an hour limit at a moment (UTC)."""

    number: str
    kind: Said
    clock: str
    round: int
    day: date
    moment: datetime | None
    written: datetime
    revision: int


def agenda(tx: Tx, actor: Actor, book: Rulebook) -> tuple[Due, ...]:
    """The running limits that are this officer's to keep, by due moment; sealed cases are never among them.

    A limit is kept by those whom its ladder reminds before it is over, at the unit where the case is; a case that has
    a handler of its own is nobody else's.
    """
    wanted = {"machine": "letter", "open": True, "alone": True, "unanswered": True}
    cases = lists.page(tx, sight(actor, book.directory), wanted, MOST_CASES)
    found = (
        due
        for case in cases
        if not case.sealed
        for clock in clocks.of_case(tx, case.id)
        if clock.phase == "running" and clock.due_at is not None and _keeps(actor, case, clock, book)
        for due in _due(case, clock, clock.due_at, book)
    )
    return tuple(sorted(found, key=lambda due: (due.day, due.number, due.clock, due.round)))


def _keeps(actor: Actor, case: Case, clock: Clock, book: Rulebook) -> bool:
    ladder = book.ladders.get(clock.ladder)
    reminded = {role for rung in ladder.rungs if rung.what == "remind" for role in rung.to} if ladder else set()
    for role in reminded:
        if role == "handler" and case.officer:
            if case.officer == actor.id:
                return True
        elif role in UNIT_ROLES:
            if case.unit and actor.holds(role, case.unit, book.directory):
                return True
        elif actor.has(role):
            return True
    return False


def _due(case: Case, clock: Clock, due: datetime, book: Rulebook) -> Iterator[Due]:
    calendar = book.calendar_of(clock.calendar)
    count = read_count(clock.ledger, calendar)
    if count is None or not count.stages:
        return
    last = count.stages[-1]
    kind = book.kind(case.kind, case.kinds_edition)
    yield Due(
        number=case.number,
        kind=Said(kind.zh, kind.en),
        clock=clock.name,
        round=clock.round,
        day=due_day(due, calendar),
        moment=None if isinstance(last, Until) or last.in_days else due,
        written=max(event.at for event in clock.ledger),
        revision=clock.revision,
    )
