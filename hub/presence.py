"""Presence: who else has a case open, so that two people do not write the same reply; forgotten within a minute."""

from datetime import datetime, timedelta
from typing import NamedTuple

from hub.case import Dossier
from hub.desk import visible
from hub.errors import NotFound
from hub.people import Actor
from hub.rulebook import Rulebook
from hub.storage import cases, journal, looking
from hub.storage.tx import Tx

LASTS = timedelta(seconds=40)
"""A page says every fifteen seconds that it is open; two such words may be lost before somebody counts as gone."""


class Other(NamedTuple):
    """A colleague who looks at the case, and whether they are writing a reply."""

    name: str
    writing: bool


class Standing(NamedTuple):
    """How a case stands, in few numbers: what a page compares to know whether it is still true."""

    version: int
    messages: int
    last_message: int
    lines: int
    others: tuple[Other, ...]


def standing(tx: Tx, number: str, actor: Actor, book: Rulebook, now: datetime) -> Standing:
    """The case in few numbers and who else looks at it; raises NotFound where it does not exist for the actor."""
    case = _seen(tx, number, actor, book).case
    lines = len(journal.of_case(tx, case.id))
    return Standing(case.version, case.messages, case.last_message, lines, others(tx, case.id, actor, now))


def others(tx: Tx, case_id: str, actor: Actor, now: datetime) -> tuple[Other, ...]:
    """Everybody else who has the case open; the actor's second account is nobody else."""
    rows = looking.others(tx, case_id, actor.person, now - LASTS)
    return tuple(Other(str(row["name"]), bool(row["writing"])) for row in rows)


def look(tx: Tx, number: str, actor: Actor, book: Rulebook, now: datetime, *, writing: bool) -> None:
    """The deed: the actor has the case open at this moment. It leaves no line in the journal. Raises NotFound."""
    looking.mark(tx, _seen(tx, number, actor, book).case.id, actor.id, now, LASTS, writing=writing)


def leave(tx: Tx, number: str, actor: Actor) -> None:
    """The deed: the page was closed."""
    case_id = cases.id_of(tx, number)
    if case_id:
        looking.leave(tx, case_id, actor.id)


def _seen(tx: Tx, number: str, actor: Actor, book: Rulebook) -> Dossier:
    case_id = cases.id_of(tx, number)
    dossier = cases.dossier(tx, case_id) if case_id else None
    if dossier is None or not visible(dossier, actor, book):
        raise NotFound
    return dossier
