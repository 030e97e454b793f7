"""Intake: from a submission to the case it becomes. All thinking is done before the deed; the deed only writes."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any

from hub import entered, sight
from hub.case import Case, Clock, Dossier, Message, Overlay, Party
from hub.dictation import is_voice
from hub.errors import KeyReused, Refusal
from hub.fold import fold, joined
from hub.journal import Entry
from hub.kinds import Aim, Kind, Level
from hub.language import is_english
from hub.limits import Until
from hub.machines.guards import DICTATION, TRANSLATION
from hub.machines.machine import Step
from hub.machines.registry import MACHINES
from hub.moments import to_text
from hub.move import move
from hub.own_words import HIDDEN_LEVELS, is_hidden
from hub.people import SYSTEM, Actor
from hub.ports import Choose, Chosen, Matter
from hub.privacy import masking
from hub.privacy.vault import KeyRing, keyed_hash, new_case_key, seal
from hub.rulebook import Rulebook
from hub.storage import arrivals, cases, editions
from hub.storage.arrivals import Arrival
from hub.storage.rows import to_json
from hub.storage.tx import Tx
from hub.submission import Submission
from hub.timing import fresh, opening_rules, refreshed, silent, with_dates

_CONTENT = tuple(f.name for f in fields(Submission) if f.name not in ("key", "scope"))


@dataclass(frozen=True, slots=True)
class Prepared:
    """A case ready to be written: the case as it stands after its first moves, and all rows that go with it."""

    scope: str
    key: str
    digest: str
    arrival: Arrival
    year: int


@dataclass(frozen=True, slots=True)
class Received:
    """What the citizen gets: enough to make the receipt. `repeated` says that the letter was here before.

    `unit` is who has it; empty where nobody has it yet, and where the letter is hidden.
    """

    case_id: str
    number: str
    state: str
    due: datetime | None
    repeated: bool
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Means:
    """What preparing needs beside the rules: key ring, a fresh id, routing, and the public words never marked."""

    ring: KeyRing
    new_id: str
    choose: Choose
    public: masking.Directory


def prepare(given: Submission, book: Rulebook, means: Means, now: datetime) -> Prepared:
    """Mask, route, seal and start the clocks; nothing is written yet. Raises nothing for a checked submission."""
    received = given.at or now
    kind = book.kinds[given.kind].on(book.calendar.day_of(received))
    redacted = _redact(given, kind, means)
    chosen = means.choose(_matter(given, kind, redacted), kind, book)
    case = _case(given, kind, book, means.new_id, redacted, chosen, received, now)
    party = _party(given, case)
    dossier = Dossier(case, (party,), overlays=_records(given, redacted, now), clocks=_clocks(given, case, kind, book))
    lines = _lines(given, case, book, received, now)
    step = _first_moves(dossier, lines, chosen, kind, book, received if given.channel == "import" else now)
    if given.chat:  # its receipt goes the same way at the same moment, and says who has the letter
        step = replace(step, notices=tuple(n for n in step.notices if n.text != "dispatched"))
    case_key = new_case_key()
    return Prepared(
        scope=given.scope or given.channel,
        key=given.key,
        digest=_digest(given),
        arrival=Arrival(
            step=step,
            party=party,
            message=_message(given, case, redacted, received),
            fields=redacted.fields,
            decision=chosen.record,
            wrapped=means.ring.wrap(case.id, case_key),
            sealed=_sealed(given, case, case_key, redacted),
            hashes=_hashes(given, means.ring),
            files=_files(given, now),
        ),
        year=book.calendar.day_of(received).year,
    )


def receive(tx: Tx, ready: Prepared, book: Rulebook, now: datetime) -> Received:
    """The deed of intake for one letter; raises KeyReused when the key belongs to another content, OldEdition."""
    (answer,) = receive_all(tx, [(ready, book, now)])
    if isinstance(answer, Exception):
        raise answer
    return answer


def receive_all(tx: Tx, letters: Sequence[tuple[Prepared, Rulebook, datetime]]) -> list[Received | Exception]:
    """The deed of intake, for all letters of a group: each the case with its receipt, or the receipt it already has.

    A key that belongs to another content answers KeyReused to that letter alone. Raises OldEdition when the rules moved
    on meanwhile, Conflict when another process took a key of the group at the same moment.
    """
    for book in {id(book): book for _, book, _ in letters}.values():
        editions.must_be_current(tx, book)
    keys = [(ready.scope, ready.key) for ready, _, _ in letters]
    taken, fresh_ones = arrivals.known(tx, keys), {}
    for (ready, _, now), key in zip(letters, keys, strict=True):
        if key not in taken and key not in fresh_ones:
            fresh_ones[key] = (ready, now)
    received = _write(tx, fresh_ones) if fresh_ones else {}
    asked = zip(letters, keys, strict=True)
    return [_answer(tx, ready, key, fresh_ones, received, taken) for (ready, _, _), key in asked]


def _write(tx: Tx, fresh_ones: Mapping[tuple[str, str], tuple[Prepared, datetime]]) -> dict[tuple[str, str], Received]:
    """Number and write the new letters of a group."""
    now = next(iter(fresh_ones.values()))[1]
    ready = [letter for letter, _ in fresh_ones.values()]
    arrivals.take(tx, [(r.scope, r.key, r.digest, r.arrival.step.case.id) for r in ready], now)
    given: dict[int, Iterator[str]] = {
        year: iter(arrivals.numbers(tx, year, n)) for year, n in Counter(r.year for r in ready).items()
    }
    numbers = [next(given[r.year]) for r in ready]
    arrivals.write(tx, [r.arrival for r in ready], numbers, now)
    written = [(r.arrival.step.case, number) for r, number in zip(ready, numbers, strict=True)]
    return {
        key: Received(case.id, number, case.state, case.main_due, repeated=False, unit=_told_unit(case))
        for key, (case, number) in zip(fresh_ones, written, strict=True)
    }


def _answer(
    tx: Tx,
    ready: Prepared,
    key: tuple[str, str],
    fresh_ones: Mapping[tuple[str, str], tuple[Prepared, datetime]],
    received: Mapping[tuple[str, str], Received],
    taken: Mapping[tuple[str, str], arrivals.Taken],
) -> Received | Exception:
    if key in received:
        first = fresh_ones[key][0]
        if first is ready:
            return received[key]
        return replace(received[key], repeated=True) if first.digest == ready.digest else KeyReused()
    earlier = cases.get(tx, taken[key].case_id) if taken[key].digest == ready.digest else None
    if earlier is None:
        return KeyReused()
    return Received(
        earlier.id, earlier.number, earlier.state, earlier.main_due, repeated=True, unit=_told_unit(earlier)
    )


def _told_unit(case: Case) -> str:
    """The unit that a receipt names."""
    return "" if is_hidden(case) else case.unit


@dataclass(frozen=True, slots=True)
class Redacted:
    """The words that everybody but the vault keeps, and whether the redactor was sure of every mark."""

    title: str
    body: str
    place: str
    fields: Mapping[str, Any]
    hidden: bool
    sure: bool


def _redact(given: Submission, kind: Kind, means: Means) -> Redacted:
    """Redacted text for confidential, anonymous and sealed letters; the others keep their words (DESIGN §10)."""
    level = level_of(given, kind)
    if level not in HIDDEN_LEVELS and not kind.sealed:
        return Redacted(given.title, given.body, given.place, dict(given.fields), hidden=False, sure=True)
    contact = given.contact
    known = masking.Known(
        directory=means.public,
        names=tuple(n for n in (contact.name, given.behalf) if n),
        phones=tuple(p for p in (contact.phone,) if p),
    )
    sure = True

    def redact(text: str) -> str:
        nonlocal sure
        marks = masking.find(text, known)
        sure = sure and all(mark.sure for mark in marks)
        return masking.redact(text, marks)

    fields = {name: redact(value) if isinstance(value, str) else value for name, value in given.fields.items()}
    return Redacted(redact(given.title), redact(given.body), redact(given.place), fields, True, sure)


def _records(given: Submission, redacted: Redacted, now: datetime) -> tuple[Overlay, ...]:
    """What stands on the case from the start: who entered it, and that it waits to be translated or listened to."""
    records = (entered.record(1, given.clerk, now, ""),) if given.clerk else ()
    if given.channel == "import":
        return records
    waits = {TRANSLATION: is_english(redacted.body), DICTATION: any(is_voice(f.mime) for f in given.files)}
    asked = (
        Overlay(n, kind, "open", now, SYSTEM.id, SYSTEM.person, data={"message": 1})
        for n, kind in enumerate((kind for kind, waits_ in waits.items() if waits_), len(records) + 1)
    )
    return (*records, *asked)


def level_of(given: Submission, kind: Kind) -> Level:
    """The level follows the aim; a letter without a name is anonymous (DESIGN §10)."""
    return "anonymous" if given.anonymous else kind.level[aim_of(given, kind)]


def aim_of(given: Submission, kind: Kind) -> Aim:
    """What the letter is about; a checked submission names it."""
    return given.aim or kind.aims[0]


def _matter(given: Submission, kind: Kind, redacted: Redacted) -> Matter:
    return Matter(
        kind=kind.code,
        aim=aim_of(given, kind),
        title=redacted.title,
        body=redacted.body,
        place=redacted.place,
        target=given.target,
        fields=redacted.fields,
        level=level_of(given, kind),
        redactor_sure=redacted.sure,
        urgent=given.urgent,
    )


def _case(
    given: Submission,
    kind: Kind,
    book: Rulebook,
    case_id: str,
    redacted: Redacted,
    chosen: Chosen,
    received: datetime,
    now: datetime,
) -> Case:
    said = f"{redacted.place}\n{redacted.title}\n{redacted.body}"
    area = next((a for a in book.directory.areas if a in said), "")
    contact = given.contact
    return Case(
        id=case_id,
        number="",
        kind=kind.code,
        machine=kind.machine,
        kinds_edition=book.numbers["kinds"],
        origin=given.channel,
        aim=aim_of(given, kind),
        level=level_of(given, kind),
        sealed=kind.sealed,
        state=MACHINES[kind.machine].start,
        received_at=received,
        recorded_at=now,
        title=redacted.title,
        place=redacted.place,
        area=area,
        target=chosen.target,
        category=chosen.category,
        urgent=given.urgent or bool(chosen.danger),
        anonymous=given.anonymous,
        publish_consent=given.publish_consent and kind.publishable,
        show_surname=given.show_surname and not given.anonymous,
        reachable=bool(contact.phone or contact.email or given.chat),
    )


def _party(given: Submission, case: Case) -> Party:
    contact = given.contact
    return Party(
        n=1,
        role=given.role,
        channel=given.channel,
        alias=f"来信人{case.id[-4:].upper()}",
        lang=given.lang,
        phone=bool(contact.phone),
        email=bool(contact.email),
        named=bool(contact.name),
    )


def _clocks(given: Submission, case: Case, kind: Kind, book: Rulebook) -> tuple[Clock, ...]:
    """The clocks that begin with the receipt; `main` ends on the date set outside, where there is one."""
    machine, received = MACHINES[case.machine], case.received_at
    outside = Until(given.outside_due) if given.outside_due else None
    started = [
        fresh(rule, 1, received, outside if rule.name == "main" else None)
        for rule in opening_rules(kind, machine.opening_clocks)
    ]
    if outside and "main" in kind.clocks and all(c.name != "main" for c in started):
        started.append(fresh(kind.clocks["main"], 1, received, outside))
    clocks = (refreshed(clock, book, machine, received) for clock in started)
    return tuple(silent(c) if case.origin == "import" else c for c in clocks)


def _lines(given: Submission, case: Case, book: Rulebook, received: datetime, now: datetime) -> tuple[Entry, ...]:
    """The lines of the receipt, by the channel or the clerk; a letter entered late says so in a line of its own."""
    actor = given.clerk.officer if given.clerk else f"channel:{case.origin}"
    data = {"kind": case.kind, "aim": case.aim, "level": case.level, "origin": case.origin, "state": case.state}
    if given.role != "writer":
        data |= {"role": given.role, "consent": "yes" if given.behalf_consent else "no"}
    lines = [Entry(case.id, "received", actor, received, data)]
    late = entered.workdays_late(received, now, book.calendar) if given.clerk else 0
    if late > entered.FREE_WORKDAYS:
        told: dict[str, str | int] = {"received_at": to_text(received), "workdays": late, "files": len(given.files)}
        lines.append(Entry(case.id, "backdated", actor, now, told))
    return tuple(lines)


def _first_moves(
    dossier: Dossier, lines: tuple[Entry, ...], chosen: Chosen, kind: Kind, book: Rulebook, now: datetime
) -> Step:
    """The receipt, and what the system does at once: a sealed or surely routed letter goes to its unit."""
    case = with_dates(dossier.case, dossier.clocks)
    dossier = replace(dossier, case=case)
    step = Step(case=case, entries=lines, overlays=dossier.overlays, clocks=dossier.clocks)
    moves: list[tuple[str, dict[str, Any]]] = []
    if case.urgent:
        moves.append(("urgent", {}))
    unit = sealed_unit(case, chosen, kind, book) if case.sealed else chosen.unit if chosen.sure else ""
    if unit and sight.may_receive(case, unit, book.directory):
        moves += [("accept", {}), ("dispatch", {"unit": unit})]
    known = MACHINES[case.machine].moves
    for code, values in moves:
        if code not in known:
            break
        next_step = _tried(dossier, code, values, now, book)
        if next_step is None:
            break
        step, dossier = joined(step, next_step), fold(dossier, next_step)
    return step


def sealed_unit(case: Case, chosen: Chosen, kind: Kind, book: Rulebook) -> str:
    """Who receives a sealed letter: those the kind names, then whoever supervises them; never the one accused.

    It must not wait at the reception desk: nobody there may know that it exists.
    """
    named = (chosen.unit, *kind.sealed_to)
    line = (*named, *(book.directory.supervisor_of(unit) for unit in named if unit))
    fit = (u for u in line if u and sight.may_receive(case, u, book.directory))
    return next(fit, kind.sealed_to[-1])


def _tried(dossier: Dossier, code: str, values: dict[str, Any], now: datetime, book: Rulebook) -> Step | None:
    """A system move at intake; where a rule stands in its way the letter simply waits for a person."""
    try:
        return move(dossier, code, SYSTEM, values, now, book)
    except Refusal:
        return None


def _message(given: Submission, case: Case, redacted: Redacted, received: datetime) -> Message:
    author = Actor("citizen", f"party:{case.id}:1", "", "")
    refs: dict[str, Any] = {"redacted": redacted.hidden}
    if given.files:
        refs["files"] = [n for n, _ in enumerate(given.files, 1)]
    if given.clerk:
        refs["clerk"], refs["channel"] = given.clerk.officer, given.clerk.channel
    return Message(1, received, author.id, "", "unit", "letter", redacted.body, refs)


def _sealed(given: Submission, case: Case, case_key: bytes, redacted: Redacted) -> dict[str, str]:
    """What only the vault keeps: contact, channel address, and the original words of a hidden letter."""
    contact = given.contact
    plain = {"1:name": contact.name, "1:phone": contact.phone, "1:email": contact.email, "1:chat": given.chat}
    plain["1:wish"] = contact.wish
    plain["1:behalf:name"] = given.behalf  # a name like the writer's: the redactor knows every vault entry ending so
    if redacted.hidden:
        original = {"title": given.title, "body": given.body, "place": given.place, "fields": dict(given.fields)}
        plain["original"] = to_json(original)
    return {name: seal(case_key, case.id, name, text) for name, text in plain.items() if text}


def _hashes(given: Submission, ring: KeyRing) -> dict[str, str]:
    contact = given.contact
    known = {"phone": contact.phone, "email": contact.email, f"chat-{given.channel}": given.chat}
    return {kind: keyed_hash(ring, kind, value) for kind, value in known.items() if value}


def _files(given: Submission, now: datetime) -> tuple[Mapping[str, Any], ...]:
    return tuple(
        {"n": n, **asdict(f), "purpose": "evidence", "audience": "unit", "owner": "party:1", "added_at": to_text(now)}
        for n, f in enumerate(given.files, 1)
    )


def _digest(given: Submission) -> str:
    """What makes two submissions under one key the same content; keys do not count."""
    return hashlib.sha256(repr([getattr(given, name) for name in _CONTENT]).encode()).hexdigest()
