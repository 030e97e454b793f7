"""Sight: which cases exist for an actor at all. Everything that reads or moves a case asks here first.

Source: DESIGN §5 (Aim, Sealed), §10; Letters-and-Visits Regulations (2022) art. 30: the one complained about never sees
who complained. What an actor may not see answers exactly like what does not exist.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from hub.case import Case, Overlay
from hub.machines.guards import conflicts
from hub.machines.outcome_guards import CALL
from hub.people import Actor
from hub.units import Directory

WHOLE_HUB = frozenset({"intake", "dispatcher", "reviewer", "supervisor", "leader", "publisher"})
"""Hub-wide roles that see every case which is not sealed."""
CALLER = "caller"
"""The role that sees no case but those it calls back, or has called back."""
ASSISTING = frozenset({"joint", "duty"})
"""Open records that let the people of another unit in: joint work, and the duty office that was called."""
NAMED_ON_SEALED = frozenset({"supervisor", "handler", "signer"})
"""Roles at the very unit that a sealed kind names; for everybody else the case does not exist."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What one actor can see, as plain lists that a query can take.

    `everywhere`: all cases that are not sealed. `units`: cases at these units. `sealed`: sealed cases at these units.
    `barred_service` / `barred_misconduct`: targets whose complaints of that aim the actor never sees. `person`: the
    natural person, for whom a sealed case is gone that they entered as a clerk. `caller`: the officer's id where they
    make call-backs, else empty.
    """

    everywhere: bool
    units: frozenset[str]
    sealed: frozenset[str]
    barred_service: frozenset[str]
    barred_misconduct: frozenset[str]
    person: str = ""
    caller: str = ""


def sight(actor: Actor, directory: Directory) -> Sight:
    """The sight of an officer or import actor. A citizen sees only the own case and has no list."""
    if actor.kind in ("system", "import"):
        everything = frozenset(directory.units)
        return Sight(True, everything, everything, frozenset(), frozenset())
    held = actor.units("handler", "signer", "supervisor", "clerk", "reviewer", "dispatcher", "intake")
    homes = {actor.home} if actor.home else set()
    return Sight(
        everywhere=bool(actor.hub_roles & WHOLE_HUB),
        units=_below(held, directory),
        sealed=frozenset(actor.units(*NAMED_ON_SEALED)),
        barred_service=_below(homes, directory),
        barred_misconduct=frozenset(
            u for u in directory.units if homes and directory.bureau(u) in {directory.bureau(h) for h in homes}
        ),
        person=actor.person,
        caller=actor.id if CALLER in actor.hub_roles else "",
    )


def sees(actor: Actor, case: Case, directory: Directory, records: Iterable[Overlay] = ()) -> bool:
    """Whether the case exists for the actor; `records` are those on it."""
    if actor.kind == "citizen":
        return actor.id.split(":")[1] == case.id
    return within(sight(actor, directory), case, records)


def within(eye: Sight, case: Case, records: Iterable[Overlay] = ()) -> bool:
    """The same rule as the lists' SQL (hub/storage/lists.py), for one case that the actor did not enter."""
    if barred(eye, case):
        return False
    if case.sealed:
        return case.unit in eye.sealed
    return eye.everywhere or case.unit in eye.units or any(_lets_in(record, eye) for record in records)


def _lets_in(record: Overlay, eye: Sight) -> bool:
    """A record by which a case exists for somebody who sees it by no unit of theirs."""
    if record.kind in ASSISTING:
        return record.state == "open" and record.unit in eye.units
    return record.kind == CALL and bool(eye.caller) and (record.state == "open" or record.decided_by == eye.caller)


def barred(eye: Sight, case: Case) -> bool:
    """Whether the case is about the actor's own house: then it exists for them in no way, redacted or not."""
    if case.aim == "service":
        return bool(case.target) and case.target in eye.barred_service
    return case.aim == "misconduct" and bool(case.target) and case.target in eye.barred_misconduct


def may_receive(case: Case, unit: str, directory: Directory) -> bool:
    """Whether a unit may be given the case at all."""
    return not conflicts(
        case.aim,
        case.target,
        unit,
        directory.above(unit),
        directory.bureau(case.target),
        directory.bureau(unit),
    )


def _below(units: Iterable[str], directory: Directory) -> frozenset[str]:
    return frozenset(code for unit in units for code in directory.below(unit))
