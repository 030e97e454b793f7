"""Assigning: who at a unit should handle a case, by what lies with each of them and who is there; never nobody."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from hub import desk, entered, reading
from hub.case import Dossier, Notice
from hub.errors import NotNow
from hub.machines.registry import MACHINES
from hub.people import Actor
from hub.rulebook import Rulebook
from hub.storage import cases, editions, loads, outbox, people
from hub.storage.loads import Load
from hub.storage.tx import Tx
from hub.views import Row

URGENT_WEIGHS, LATE_WEIGHS = 2, 1
"""What an urgent and a late case weigh beside their own one."""
ASSIGNABLE = MACHINES["letter"].moves["assign"].frm
"""Where a case may be given to an officer."""
MOST, SHOWN = 200, 30
"""So many cases of an absent officer are counted, and so many unattended ones are shown at a time."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An officer who may have a case of a unit: what lies with them, whether they know the matter where the unit lists
    it, until when they are away (None: they are there), and whether they stand in as its signer."""

    id: str
    account: str
    name: str
    load: Load
    knows: bool
    away_until: datetime | None
    signs: bool = False

    @property
    def weight(self) -> int:
        return self.load.open + URGENT_WEIGHS * self.load.urgent + LATE_WEIGHS * self.load.late


def candidates(tx: Tx, dossier: Dossier, book: Rulebook, now: datetime) -> tuple[Candidate, ...]:
    """Everybody who may handle the case at its unit, deputies of the absent among them, the fittest first.

    Those who are there stand before the absent, those who know the matter before others, then the least burdened.
    Where nobody of them is there, the signers who are stand first, the nearest up the tree. Whoever entered the case
    for its citizen, or may not see it, is not among them.
    """
    unit = dossier.case.unit
    if not unit:
        return ()
    away = {a.officer_id: a.until for a in people.away(tx, now) if a.since <= now}
    burden = loads.of_unit(tx, unit, ASSIGNABLE, now)

    def seen_as(account: str, a: Actor, *, signs: bool = False) -> Candidate:
        load, knows = burden.get(a.id, Load()), _knows(account, dossier, book)
        return Candidate(a.id, account, a.name, load, knows, away.get(a.id), signs)

    everybody = people.actors(tx, now)
    found = [seen_as(account, a) for account, a in everybody if _may_have(a, "handler", dossier, book)]
    found.sort(key=lambda c: (c.away_until is not None, not c.knows, c.weight, c.account))
    if found and found[0].away_until is None:
        return tuple(found)
    line = book.directory.above(unit)
    heads = [(account, a) for account, a in everybody if a.id not in away and _may_have(a, "signer", dossier, book)]
    heads.sort(key=lambda head: (min(line.index(at) for at in head[1].units("signer") if at in line), head[0]))
    return (*(seen_as(*head, signs=True) for head in heads), *found)


def fittest(tx: Tx, dossier: Dossier, book: Rulebook, now: datetime) -> str:
    """The officer who should have the case: the first who is there; empty where nobody at all is."""
    return next((c.id for c in candidates(tx, dossier, book, now) if c.away_until is None), "")


def assign(tx: Tx, case_id: str, book: Rulebook, now: datetime) -> str:
    """The deed that gives a case of a unit that wants it so to the fittest; empty where somebody has it by now.

    Raises OldEdition, and Overtaken where somebody else gives it away at this very moment.
    """
    editions.must_be_current(tx, book)
    dossier = cases.dossier(tx, case_id, lock=True)
    if dossier is None or dossier.case.officer or dossier.case.state not in ASSIGNABLE:
        return ""
    officer = fittest(tx, dossier, book, now)
    if not officer:
        return ""
    try:
        desk.act_by_system(tx, dossier, "assign", {"officer": officer}, book, now)
    except NotNow:
        return ""
    return officer


def _knows(account: str, dossier: Dossier, book: Rulebook) -> bool:
    """Whether the unit's list says that the officer knows this kind or topic; without a list everybody does."""
    unit = book.directory.get(dossier.case.unit)
    listed: Iterable[str] = unit.knows.get(account, ()) if unit is not None else ()
    if unit is None or not unit.knows:
        return True
    return any(word in (dossier.case.kind, dossier.case.category) for word in listed)


def _may_have(actor: Actor, role: str, dossier: Dossier, book: Rulebook) -> bool:
    holds = actor.holds(role, dossier.case.unit, book.directory)
    return holds and not entered.by(dossier, actor.person) and desk.visible(dossier, actor, book)


# Who is away ---------------------------------------------------------------------------------------------------------


def tell_of_absences(tx: Tx, book: Rulebook, now: datetime) -> int:
    """Tell each unit's signers once how much lies with somebody whose absence has begun; answers how many were told."""
    told = 0
    for absence in people.away(tx, now):
        if absence.since > now:
            continue
        officer = people.actor(tx, absence.officer_id, now)
        for unit in sorted(officer.units("handler")) if officer else ():
            for at in sorted(book.directory.below(unit)):
                n = len(loads.held(tx, at, frozenset({absence.officer_id}), ASSIGNABLE, MOST))
                if n:
                    key = f"away:{absence.officer_id}:{absence.since.isoformat()}:{at}"
                    refs = {"n": n, "unit": at, "view": "open"}
                    outbox.put(tx, "", [Notice(f"signer@{at}", "officer_away", key, refs)], now)
                    told += 1
    return told


@dataclass(frozen=True, slots=True)
class Unattended:
    """A case that lies with nobody by name, or with somebody who is away, and who could have it."""

    row: Row
    officer: str
    candidates: tuple[Candidate, ...]


def unattended(tx: Tx, actor: Actor, book: Rulebook, now: datetime) -> tuple[Unattended, ...]:
    """Such cases at the actor's units, those of the absent first, then by due date."""
    absent = frozenset(a.officer_id for a in people.away(tx, now) if a.since <= now)
    names = people.names(tx, absent)
    units = sorted({at for unit in actor.units("handler", "signer") for at in book.directory.below(unit)})
    found: list[Unattended] = []
    for officers in (absent, frozenset({""})):
        for unit in units if officers else ():
            for case_id, _, officer in loads.held(tx, unit, officers, ASSIGNABLE, SHOWN - len(found)):
                dossier = cases.dossier(tx, case_id)
                if dossier is not None and desk.visible(dossier, actor, book):
                    row = reading.row(dossier.case, book, now, actor)
                    found.append(Unattended(row, names.get(officer, ""), candidates(tx, dossier, book, now)))
    return tuple(found)
