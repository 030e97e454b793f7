"""Readings: a reply beside its letter without names, unit or number, and how readings and first verdicts turned out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from hub.blind import awaits
from hub.case import Dossier
from hub.desk import visible
from hub.errors import NotFound
from hub.kinds import Kind
from hub.machines.reading_guards import READINGS
from hub.measures import OF_OFFICER, WHOLE
from hub.move import kind_of
from hub.people import Actor
from hub.rulebook import Rulebook
from hub.sight import sight
from hub.storage import cases, people, readings, totals
from hub.storage.tx import Tx
from hub.thread import thread
from hub.views import Spoken
from supervision.figures import BY_CODE, Value, value

QUEUE = 200
_FIRST = ("first_reviewed", "first_pass")


@dataclass(frozen=True, slots=True)
class Waits:
    """A reading that this officer may take: under which name it is asked for, of what kind of letter, until when.

    Nothing says whether a first verdict exists: who knew that would know what it was.
    """

    id: str
    kind: Kind
    due: datetime | None


@dataclass(frozen=True, slots=True)
class Blind:
    """What the reader sees: what the citizen had said until the reply was written, and the reply; nobody's name.

    `number` is for the deed alone and is shown nowhere.
    """

    id: str
    number: str
    kind: Kind
    title: str
    letter: tuple[Spoken, ...]
    body: str
    translated: str
    due: datetime | None


@dataclass(frozen=True, slots=True)
class FirstPass:
    """First verdicts on the replies of a unit (`officer` empty) or of one officer there."""

    unit: str
    officer: str
    value: Value


def queue(tx: Tx, actor: Actor, book: Rulebook, now: datetime) -> tuple[Waits, ...]:
    """The readings this officer may take, the one due first."""
    return tuple(
        Waits(found.case_id, kind_of(dossier, book), found.due)
        for found in readings.waiting(tx, READINGS, QUEUE)
        if (dossier := _open_to(tx, found.case_id, actor, book, now)) is not None
    )


def blind(tx: Tx, case_id: str, actor: Actor, book: Rulebook, now: datetime) -> Blind:
    """One reading; raises NotFound where none waits for this officer."""
    dossier = _open_to(tx, case_id, actor, book, now)
    found = next((w for w in readings.waiting(tx, READINGS, QUEUE) if w.case_id == case_id), None)
    if dossier is None or found is None:
        raise NotFound
    case, kind = dossier.case, kind_of(dossier, book)
    reply = next(r for r in dossier.replies if r.n == found.reply)
    said = thread(tx, dossier, actor, book)
    letter = tuple(m for m in said if m.who == "citizen" and m.at <= reply.drafted_at)
    return Blind(case_id, case.number, kind, case.title, letter, reply.body, reply.translated, found.due)


def _open_to(tx: Tx, case_id: str, actor: Actor, book: Rulebook, now: datetime) -> Dossier | None:
    """The letter, where the reading of its reply is open to the actor."""
    dossier = cases.dossier(tx, case_id)
    if dossier is None or not visible(dossier, actor, book) or not awaits(dossier, actor, book, now):
        return None
    return dossier


def closed_to(tx: Tx, actor: Actor, book: Rulebook, now: datetime) -> frozenset[str]:
    """The ids of the cases of which the actor must not know yet how they were read first (hub/blind.py)."""
    if not actor.has("reviewer"):
        return frozenset()
    waiting = (found.case_id for found in readings.waiting(tx, READINGS, QUEUE))
    return frozenset(case_id for case_id in waiting if _open_to(tx, case_id, actor, book, now) is not None)


def agreement(tx: Tx, since: date, until: date) -> Value:
    """How often the second reader of a period (both days included) came to the first verdict. It stands for the whole
    office: what it measures is the review, not a unit."""
    sums: dict[str, int] = {}
    for r in totals.summed(tx, {WHOLE}, since.isoformat(), until.isoformat()):
        sums[str(r["measure"])] = sums.get(str(r["measure"]), 0) + int(r["n"])
    return value(BY_CODE["agreement"], sums)


def names(tx: Tx, lines: Iterable[FirstPass]) -> dict[str, str]:
    """Officer id → name for the lines."""
    return people.names(tx, {line.officer for line in lines if line.officer})


def first_pass(tx: Tx, actor: Actor, since: date, until: date, book: Rulebook) -> tuple[FirstPass, ...]:
    """First-pass rates of a period (both days included) by unit and officer, for the units in the actor's sight."""
    eye = sight(actor, book.directory)
    units = frozenset(book.directory.units) if eye.everywhere else eye.units
    officers = {o.id for o, held in people.everyone(tx) if any(g.role == "handler" for g in held)}
    asked = {*_FIRST, *(f"{measure}{OF_OFFICER}{officer}" for measure in _FIRST for officer in officers)}
    kinds = [code for code, kind in book.kinds.items() if not kind.sealed]
    sums: dict[tuple[str, str], dict[str, int]] = {}
    for r in totals.by_unit(tx, units, kinds, asked, since.isoformat(), until.isoformat()):
        measure, _, officer = str(r["measure"]).partition(OF_OFFICER)
        sums.setdefault((str(r["unit"]), officer), {})[measure] = int(r["n"])
    return tuple(_lines(sums))


def _lines(sums: dict[tuple[str, str], dict[str, int]]) -> Iterable[FirstPass]:
    for (unit, officer), counted in sorted(sums.items()):
        found = value(BY_CODE["first_pass"], counted)
        if found.of:
            yield FirstPass(unit, officer, found)
