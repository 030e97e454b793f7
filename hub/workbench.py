"""Questions of the office's pages beyond one case: the next in line, what is on the desk, what waits for dispatch."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub import drafting, mentions, presence, reading
from hub.assigning import Candidate, candidates
from hub.case import Case
from hub.desk import visible
from hub.errors import NotFound
from hub.journal import Entry
from hub.kinds import Grade
from hub.machines.views import BY_CODE
from hub.move import kind_of, open_moves
from hub.people import Actor
from hub.rulebook import Rulebook
from hub.sight import may_receive, sight
from hub.storage import cases, chats, desk_rows, journal, lists, outbox, people, search
from hub.storage.drafts import Draft
from hub.storage.tx import Row as StoredRow
from hub.storage.tx import Tx
from hub.thread import file_view
from hub.views import FileView, Row, StaffCase

SEARCHED = 100
ROUNDS = 20
"""A search reads at most ROUNDS × SEARCHED hits before it shows what the actor may see of them."""


@dataclass(frozen=True, slots=True)
class Look:
    """One case with what stands around it: notices to the citizen, the unit's people, the next in line, who else looks,
    the actor's own draft with the files that it may enclose, and the labels of those who may be named with @."""

    case: StaffCase
    notices: tuple[StoredRow, ...]
    officers: tuple[Candidate, ...]
    following: Row | None
    kind: str
    edition: int
    others: tuple[presence.Other, ...]
    draft: Draft | None
    enclosable: tuple[FileView, ...]
    colleagues: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A letter that waits for the reception desk.

    `wish` is the unit that an open or upheld objection names, `former` are those that had the letter and gave it up.
    """

    row: Row
    body: str
    place: str
    decision: Mapping[str, Any]
    returns: int
    barred: frozenset[str]
    moves: tuple[str, ...]
    objection: str
    wish: str
    former: frozenset[str]
    unit: str
    grades: tuple[Grade, ...]


def look(tx: Tx, number: str, actor: Actor, book: Rulebook, now: datetime, view: str = "") -> Look:
    """A case as its page shows it; raises NotFound where it does not exist for the actor."""
    shown = reading.staff_case(tx, number, actor, book, now)
    case = cases.get(tx, shown.case_id)
    assert case is not None  # staff_case has just read it
    dossier = cases.dossier(tx, case.id)
    assert dossier is not None
    officers = candidates(tx, dossier, book, now) if any(m.code == "assign" for m in shown.moves) else ()
    told = tuple(n for n in outbox.of_case(tx, case.id) if str(n["recipient"]).startswith("party:"))
    return Look(
        case=shown,
        notices=chats.with_marks(tx, told),
        officers=officers,
        following=following(tx, case, view, actor, book, now) if view in BY_CODE else None,
        kind=case.kind,
        edition=case.kinds_edition,
        others=presence.others(tx, case.id, actor, now),
        draft=drafting.own(tx, case.id, actor),
        enclosable=enclosable(tx, case.id, shown, actor),
        colleagues=_colleagues(tx, case.id, actor, book, now),
    )


def enclosable(tx: Tx, case_id: str, shown: StaffCase, actor: Actor) -> tuple[FileView, ...]:
    """What the actor may enclose in a reply: files of earlier versions, and what they laid on the case themselves."""
    of_versions = {f.n for r in shown.replies for f in r.files}
    there = (f for f in cases.files_of(tx, case_id) if f["purpose"] == cases.ENCLOSED)
    return tuple(file_view(f, named=True) for f in there if f["owner"] == actor.id or int(f["n"]) in of_versions)


def _colleagues(tx: Tx, case_id: str, actor: Actor, book: Rulebook, now: datetime) -> tuple[str, ...]:
    dossier = cases.dossier(tx, case_id)
    assert dossier is not None  # staff_case has just read it
    known = mentions.colleagues(tx, dossier, lambda other: visible(dossier, other, book), book.directory, now)
    return tuple(label for label, officer in known.items() if officer.person != actor.person)


def following(tx: Tx, case: Case, view: str, actor: Actor, book: Rulebook, now: datetime) -> Row | None:
    """The next case of a view after this one, the first where this was the last; None when nothing else is there."""
    cursor = lists.cursor_of(case, newest=BY_CODE[view].newest)
    for start in (cursor, None):
        rows, _ = reading.inbox(tx, actor, view, {}, book, now, 2, start)
        other = next((row for row in rows if row.number != case.number), None)
        if other is not None:
            return other
    return None


def was_mine(tx: Tx, number: str, move: str, actor: Actor, version: int) -> bool:
    """Whether the change after `version` was this very move by this very officer: the second click of a double one."""
    case_id = cases.id_of(tx, number)
    lines = journal.of_case(tx, case_id) if case_id else []
    return any(
        line.action == f"move.{move}" and line.actor == actor.id and json.loads(line.data).get("version") == version + 1
        for line in lines
    )


def said_already(tx: Tx, number: str, actor: Actor, body: str, after: int) -> bool:
    """Whether the officer said these very words since message `after`."""
    case_id = cases.id_of(tx, number)
    thread = cases.messages(tx, case_id) if case_id else ()
    return any(m.n > after and m.author == actor.id and m.body == body for m in thread)


def names_of(tx: Tx, rows: Iterable[Row]) -> dict[str, str]:
    """Officer id → name for the rows of a list."""
    return people.names(tx, (row.officer for row in rows))


# Search and notices -------------------------------------------------------------------------------------------------


def found(
    tx: Tx, engine: str, words: str, actor: Actor, asked: Mapping[str, Any], book: Rulebook, now: datetime, limit: int
) -> tuple[Row, ...]:
    """Cases of every state that hold the words, or have the number, as far as the actor may see them."""
    eye, seen = sight(actor, book.directory), {k: v for k, v in asked.items() if k in lists.FILTERS}
    rows = lists.page(tx, eye, {**seen, "machine": "letter", "numbers": (words.strip().upper(),)}, limit)
    before = 1 << 60
    for _ in range(ROUNDS):
        hits = search.find(tx, engine, "staff", words, SEARCHED, before)
        known = {case.id for case in rows}
        ids = tuple(h.case_id for h in hits if h.case_id not in known)
        if ids:
            rows += lists.page(tx, eye, {**seen, "machine": "letter", "ids": ids}, limit)
        if len(hits) < SEARCHED or len(rows) >= limit:
            break
        before = hits[-1].doc
    return tuple(reading.row(case, book, now, actor) for case in rows[:limit])


def on_desk(tx: Tx, actor: Actor, book: Rulebook, limit: int = 30) -> tuple[StoredRow, ...]:
    """What the officer was told, newest first, about cases that still exist for them, or about no case at all."""
    told = outbox.on_desk(tx, recipients(tx, actor, book), limit)
    ids = {str(row["case_id"]) for row in told} - {""}
    seen = {c.id for c in lists.page(tx, sight(actor, book.directory), {"ids": tuple(ids)}, len(ids))} if ids else set()
    return tuple(row for row in told if not row["case_id"] or row["case_id"] in seen)


def recipients(tx: Tx, actor: Actor, book: Rulebook) -> list[str]:
    """Every address of the outbox that means this officer: by name, by the accounts they answer for on the duty roster,
    by hub role, by role at a unit and below."""
    to = {f"officer:{actor.id}"} | {f"account:{name}" for name in people.accounts(tx, actor)}
    for grant in actor.grants:
        units = book.directory.below(grant.unit) if grant.unit else {""}
        to |= {f"{grant.role}@{unit}" for unit in units}
    return sorted(to)


# The dispatcher's list ----------------------------------------------------------------------------------------------


def to_dispatch(
    tx: Tx, actor: Actor, views: Iterable[str], book: Rulebook, now: datetime, limit: int = 30
) -> tuple[Waiting, ...]:
    """Letters of these views with their routing record and the words of an objection, by due date."""
    eye = sight(actor, book.directory)
    found_: list[Case] = []
    for code in views:
        chosen = BY_CODE[code]
        wanted = {"machine": chosen.machine, "states": chosen.states, "open": True, "alone": True}
        found_ += lists.page(tx, eye, wanted, limit)
    ids = [case.id for case in found_]
    records, words = (desk_rows.decisions(tx, ids), desk_rows.first_words(tx, ids)) if ids else ({}, {})
    return tuple(_waiting(tx, case, actor, records, words, book, now) for case in found_)


def _waiting(
    tx: Tx,
    case: Case,
    actor: Actor,
    records: Mapping[str, Any],
    words: Mapping[str, str],
    book: Rulebook,
    now: datetime,
) -> Waiting:
    dossier = cases.dossier(tx, case.id)
    assert dossier is not None  # the list has just read it
    objection = dossier.open("objection")
    said = ""
    if objection is not None:
        notes = [m for m in cases.messages(tx, case.id) if m.kind == "note" and m.author == objection.opened_by]
        said = notes[-1].body if notes else ""
    named = objection or next((o for o in reversed(dossier.overlays) if o.kind == "objection"), None)
    wish = named if named is not None and named.state in ("open", "upheld") else None
    return Waiting(
        row=reading.row(case, book, now, actor),
        body=words.get(case.id, ""),
        place=case.place,
        decision=records.get(case.id, {}),
        returns=case.returns,
        barred=frozenset(u for u in book.directory.units if not may_receive(case, u, book.directory)),
        moves=tuple(m.code for m in open_moves(dossier, actor, now, book)),
        objection=said,
        wish=str(wish.data.get("unit", "")) if wish else "",
        former=frozenset(a.unit for a in dossier.assignments if a.until is not None),
        unit=case.unit,
        grades=kind_of(dossier, book).grades,
    )


def routed(tx: Tx, number: str, actor: Actor, book: Rulebook) -> tuple[Case, Mapping[str, Any]]:
    """A case with its routing record; raises NotFound where it does not exist for the actor."""
    case_id = cases.id_of(tx, number)
    dossier = cases.dossier(tx, case_id) if case_id else None
    if dossier is None or not visible(dossier, actor, book):
        raise NotFound
    return dossier.case, desk_rows.decisions(tx, [dossier.case.id]).get(dossier.case.id, {})


# Small deeds of a case page -------------------------------------------------------------------------------------------


def send_again(tx: Tx, number: str, key: str, actor: Actor, book: Rulebook, now: datetime) -> bool:
    """Let a notice that did not arrive go once more; False where it is on its way or has arrived. Raises NotFound."""
    case_id = cases.id_of(tx, number)
    dossier = cases.dossier(tx, case_id) if case_id else None
    notice = desk_rows.notice(tx, key)
    if dossier is None or notice is None or notice["case_id"] != case_id or not visible(dossier, actor, book):
        raise NotFound
    if not outbox.send_again(tx, key, now):
        return False
    told = Entry(case_id=case_id, action="notice.again", actor=actor.id, at=now, data={"text": str(notice["text"])})
    journal.append(tx, (told,))
    return True


def file_of(tx: Tx, number: str, n: int, actor: Actor, book: Rulebook, now: datetime) -> tuple[str, str, str]:
    """Hash, type and neutral name of a file the officer may open; raises NotFound."""
    shown = reading.staff_case(tx, number, actor, book, now)
    seen = [f for m in shown.thread for f in m.files] + [f for r in shown.replies for f in r.files]
    view = next((f for f in (*seen, *enclosable(tx, shown.case_id, shown, actor)) if f.n == n), None)
    stored = desk_rows.file(tx, shown.case_id, n)
    if view is None or stored is None:
        raise NotFound
    return str(stored["sha256"]), view.mime, view.name
