"""The counter: a clerk finds an open letter for somebody who calls or comes, and enters what they add to it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from hub import desk, own
from hub.case import Dossier
from hub.errors import Forbidden, KeyReused, NotFound, NotNow, Said
from hub.move import kind_of, open_moves
from hub.office import Office
from hub.own import CITIZEN_MOVES, own_letter
from hub.own_words import is_hidden
from hub.people import Actor, Clerk, citizen
from hub.rulebook import Rulebook
from hub.sight import barred, sight
from hub.storage import cases, people, submissions
from hub.storage.rows import to_json
from hub.storage.tx import Tx
from hub.submission import Attached

ROLES = ("clerk", "intake")
"""Who sits at the counter and the phone."""
ADDING = ("supply", "add")
"""The citizen's moves that a clerk may enter, the one that lets a waiting letter go on first."""
OWN_CASE = Said(
    "这件来信由您承办，不能由您代录补充。请对方讲给别的同事，或写进联系记录。",
    "You handle this case and cannot enter words for its citizen. Ask a colleague, or use the contact record.",
)


@dataclass(frozen=True, slots=True)
class Found:
    """What a clerk reads of a letter before adding to it: nothing of a sealed one, no words of a hidden one.

    `says` and `next_day` may be told to the caller, and stand here only when the query code was right.
    """

    number: str
    sealed: bool
    kind: Said
    title: str
    received_day: date
    word: str
    says: Said
    next_day: date | None
    move: str


def find(tx: Tx, number: str, proven: str, actor: Actor, book: Rulebook, now: datetime) -> Found:
    """The letter of a number; `proven` is the case whose query code was given, empty for none.

    Raises NotFound (also for a sealed letter without its code, and for one about the clerk's own house), Forbidden for
    whoever handles it.
    """
    dossier = opened(tx, number, proven, actor, book)
    case, kind = dossier.case, kind_of(dossier, book)
    letter = own_letter(tx, case.id, 1, book, now)
    known = bool(proven) and not case.sealed
    return Found(
        number=case.number,
        sealed=case.sealed,
        kind=Said(kind.zh, kind.en) if not case.sealed else Said("", ""),
        title=case.title if known or not is_hidden(case) else "",
        received_day=book.calendar.day_of(case.received_at),
        word=letter.word,
        says=letter.says if known else Said("", ""),
        next_day=letter.next_day if known else None,
        move=_move(tx, dossier, actor, book, now),
    )


@dataclass(frozen=True, slots=True)
class Heard:
    """What somebody said to a clerk: for which letter, in which words, with which files, on which channel.

    `key` makes it one supplement however often it is sent.
    """

    key: str
    number: str
    proven: str
    channel: str
    text: str
    files: tuple[Attached, ...] = ()


async def hear(office: Office, said: Heard, actor: Actor) -> int:
    """Enter a supplement as said by the citizen and entered by the clerk; answers its place on the thread.

    Raises what find() raises, NotNow where nothing can be added any more, Invalid, and KeyReused where the key belongs
    to other words.
    """
    clerk = Clerk(actor.id, actor.person, said.channel)

    async def run(book: Rulebook) -> int:
        now = office.clock()
        case_id, move = await office.store.read(_may_add, said, actor, book, now)
        me = citizen(case_id, 1, clerk)
        asked = await office.asked(said.number, move, {"text": said.text}, me, book)
        return await office.store.write(_hear, said, asked, actor, book, now)

    return await office.with_rules(run)


def _may_add(tx: Tx, said: Heard, actor: Actor, book: Rulebook, now: datetime) -> tuple[str, str]:
    dossier = opened(tx, said.number, said.proven, actor, book)
    move = _move(tx, dossier, actor, book, now)
    if not move and submissions.known(tx, _scope(dossier, actor), said.key) is None:
        raise NotNow(
            "这封来信已经了结，不能再补充。可以另录一封，写明原来的编号。",
            "This letter is over; nothing can be added. Enter a new one that names the old number.",
        )
    return dossier.case.id, move or ADDING[-1]


def _hear(tx: Tx, said: Heard, asked: desk.Asked, actor: Actor, book: Rulebook, now: datetime) -> int:
    """The deed: the key, the files and the move, whole or not at all."""
    dossier = opened(tx, said.number, said.proven, actor, book)
    case, digest = dossier.case, _digest(said)
    known = submissions.take(tx, _scope(dossier, actor), said.key, digest, case.id, now)
    if known is not None:
        if known.digest != digest:
            raise KeyReused
        return case.messages
    values: Mapping[str, Any] = asked.values
    if said.files:
        values = {**values, "files": own.attach(tx, said.number, 1, said.files, now)}
    me = citizen(case.id, 1, Clerk(actor.id, actor.person, said.channel))
    return desk.act(tx, said.number, replace(asked, values=values), me, book, now).messages


def opened(tx: Tx, number: str, proven: str, actor: Actor, book: Rulebook) -> Dossier:
    """The letter as the counter may open it; raises NotFound, and Forbidden for whoever does not sit there."""
    case_id = cases.id_of(tx, number)
    dossier = cases.dossier(tx, case_id) if case_id else None
    if not any(actor.has(role) for role in ROLES):
        raise Forbidden
    if dossier is None or dossier.case.about or barred(sight(actor, book.directory), dossier.case):
        raise NotFound
    if proven != dossier.case.id and (proven or dossier.case.sealed):
        raise NotFound
    return dossier


def _move(tx: Tx, dossier: Dossier, actor: Actor, book: Rulebook, now: datetime) -> str:
    """The move by which something can be added now, empty where none is; raises Forbidden for the case's handler."""
    must_not_handle(tx, dossier, actor)
    may = {m.code for m in open_moves(dossier, citizen(dossier.case.id, 1), now, book) if m.code in CITIZEN_MOVES}
    return next((code for code in ADDING if code in may), "")


def must_not_handle(tx: Tx, dossier: Dossier, actor: Actor) -> None:
    """Raise Forbidden where the clerk is the one who handles the case."""
    if handles(tx, dossier, actor):
        raise Forbidden(*OWN_CASE)


def handles(tx: Tx, dossier: Dossier, actor: Actor) -> bool:
    """Whether this person handles the case or wrote one of its replies; second accounts count as the person."""
    officer = people.by_id(tx, dossier.case.officer) if dossier.case.officer else None
    named = officer is not None and officer.person == actor.person
    return named or any(reply.handler_person == actor.person for reply in dossier.replies)


def _scope(dossier: Dossier, actor: Actor) -> str:
    return f"heard:{dossier.case.id}:{actor.id}"


def _digest(said: Heard) -> str:
    files = [file.sha256 for file in said.files]
    return hashlib.sha256(to_json([said.channel, said.text, files]).encode()).hexdigest()
