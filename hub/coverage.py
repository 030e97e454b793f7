"""Coverage: whether every kind of letter finds its people at every unit today, absences included."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.kinds import Kind
from hub.people import Actor
from hub.rulebook import Rulebook
from hub.storage import people
from hub.storage.tx import Tx

DESKS = ("intake", "dispatcher", "supervisor", "publisher")
"""Roles that somebody holds for the whole hub, or nothing moves."""


@dataclass(frozen=True, slots=True)
class Through:
    """One kind at one unit: who could handle, sign and review there today, and what is in the way."""

    kind: str
    unit: str
    handlers: tuple[str, ...]
    signers: tuple[str, ...]
    reviewers: tuple[str, ...]
    stuck: str


def present(tx: Tx, now: datetime) -> list[Actor]:
    """Everybody who can act today: active, not away, with own roles and those lent by people who are away."""
    away = {a.officer_id for a in people.away(tx, now) if a.since <= now}
    found = (people.actor(tx, o.id, now) for o, _ in people.everyone(tx) if o.active and o.id not in away)
    return [actor for actor in found if actor is not None]


def ways(officers: Sequence[Actor], book: Rulebook) -> list[Through]:
    """Each kind at each unit that may get it; a sealed kind goes only to those it names."""
    units = tuple(u.code for u in book.directory.units.values() if u.active)
    return [
        _way(kind, unit, officers, book)
        for kind in book.kinds.values()
        for unit in (kind.sealed_to if kind.sealed else units)
    ]


def unheld_desks(officers: Sequence[Actor]) -> list[str]:
    """The roles of the whole hub that nobody holds today."""
    return [role for role in DESKS if not any(role in actor.hub_roles for actor in officers)]


def unknown_on_duty(tx: Tx, book: Rulebook) -> list[str]:
    """Accounts on the duty roster whom a call would not reach: there is none of this name, or it is closed."""
    active = {officer.account for officer, _ in people.everyone(tx) if officer.active}
    return sorted({name for shift in book.directory.roster for name in shift.officers} - active)


def _way(kind: Kind, unit: str, officers: Sequence[Actor], book: Rulebook) -> Through:
    directory = book.directory
    handlers = [a for a in officers if a.holds("handler", unit, directory)]
    signers = [a for a in officers if a.holds("signer", unit, directory)]
    bureau = directory.bureau(unit)
    reviewers = [a for a in officers if a.holds("reviewer", unit, directory) and directory.bureau(a.home) != bureau]
    stuck = _stuck(kind, handlers, signers, reviewers)
    return Through(kind.code, unit, _names(handlers), _names(signers), _names(reviewers), stuck)


def _stuck(kind: Kind, handlers: list[Actor], signers: list[Actor], reviewers: list[Actor]) -> str:
    """The first thing in the way, or nothing: three parts of one reply are three persons (DESIGN §5)."""
    if not handlers:
        return "没有承办人"
    if not signers:
        return "没有审签人"
    pairs = {(h.person, s.person) for h in handlers for s in signers if h.person != s.person}
    if not pairs:
        return "承办人和审签人是同一个人"
    if kind.sealed:
        return ""  # its signer is its second pair of eyes
    if not reviewers:
        return "没有独立的审核员"
    if not any(r.person not in pair for r in reviewers for pair in pairs):
        return "审核员就是承办人或审签人"
    return ""


def _names(actors: Iterable[Actor]) -> tuple[str, ...]:
    return tuple(sorted(a.name for a in actors))
