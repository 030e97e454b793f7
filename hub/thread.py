"""The thread of a case: what was said on it, by whom, and which files came along, as far as its reader may know."""

from collections.abc import Iterable, Mapping
from typing import Any

from hub.case import Dossier, Message
from hub.errors import Said
from hub.own_words import HIDDEN_LEVELS
from hub.people import Actor
from hub.rulebook import Rulebook
from hub.storage import cases, people
from hub.storage.tx import Row, Tx
from hub.views import FileView, Spoken

NOTHING = Said("", "")
INTERNAL = ("note", "translation")
"""Kinds of messages that are for the office alone."""


def unit_name(code: str, book: Rulebook) -> Said:
    """The name of a unit; an unknown or empty code has none."""
    unit = book.directory.get(code)
    return Said(unit.zh, unit.en) if unit else NOTHING


def thread(tx: Tx, dossier: Dossier, reader: Actor, book: Rulebook) -> tuple[Spoken, ...]:
    """What was said on a case, as far as the reader may read it."""
    case = dossier.case
    files = files_by_place(tx, case.id)
    said = [m for m in cases.messages(tx, case.id) if _may_read(m, reader)]
    known = people.names(tx, {*(m.author for m in said), *(str(m.refs.get("clerk", "")) for m in said)})
    return tuple(_spoken(m, dossier, reader, book, files, known) for m in said)


def _may_read(message: Message, reader: Actor) -> bool:
    if reader.kind == "citizen":
        return message.author == reader.id or message.audience in ("parties", f"party:{reader.party}")
    return message.audience != "hub" or bool(reader.hub_roles) or reader.kind == "system"


def _spoken(
    m: Message, dossier: Dossier, reader: Actor, book: Rulebook, files: dict[int, Row], known: dict[str, str]
) -> Spoken:
    case = dossier.case
    by_citizen = m.author.startswith("party:")
    who = "citizen" if by_citizen else "note" if m.kind in INTERNAL else "office"
    unit = unit_name(case.unit, book)
    if by_citizen:
        by = Said("我", "Me") if reader.kind == "citizen" else Said(dossier.parties[0].alias, dossier.parties[0].alias)
    elif reader.kind == "citizen":
        by = unit if unit.zh and not case.sealed else Said(book.directory.district, book.directory.district_en)
    else:
        name = known.get(m.author, m.author_name)
        by = Said(name, name)
    hide_minute = by_citizen and case.level in HIDDEN_LEVELS and not reader.hub_roles and reader.kind != "citizen"
    at = m.at.replace(hour=4, minute=0, second=0, microsecond=0) if hide_minute else m.at
    shown = files_at(m.refs.get("files", ()), files, own=reader.kind == "citizen")
    if hide_minute or "clerk" not in m.refs:
        return Spoken(m.n, at, who, by, m.kind, m.body, shown, of=int(m.refs.get("of", 0)))
    clerk = "" if reader.kind == "citizen" else known.get(m.refs["clerk"], "")
    return Spoken(m.n, at, who, by, m.kind, m.body, shown, str(m.refs["channel"]), clerk)


def files_by_place(tx: Tx, case_id: str) -> dict[int, Row]:
    return {int(r["n"]): r for r in cases.files_of(tx, case_id)}


def files_at(places: Iterable[Any], files: Mapping[int, Row], *, own: bool = False) -> tuple[FileView, ...]:
    """The files at these places; a name that a citizen gave is for this citizen alone."""
    found = (files[int(n)] for n in places if int(n) in files)
    return tuple(file_view(f, named=own or f["purpose"] == cases.ENCLOSED) for f in found)


def file_view(f: Row, *, named: bool) -> FileView:
    """One file with its own name, or with a neutral one."""
    return FileView(f["n"], f["name"] if named else neutral(f["n"], f["name"]), f["mime"], f["size"])


def neutral(n: int, name: str) -> str:
    """A name that tells nothing: 附件3.pdf."""
    return f"附件{n}.{name.rpartition('.')[2]}"
