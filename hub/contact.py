"""Showing who wrote: name, phone and e-mail of a case behind "show", each opening a line of the journal."""

from dataclasses import dataclass
from datetime import datetime

from hub.desk import visible
from hub.errors import Forbidden, Invalid, NotFound, Said
from hub.journal import Entry
from hub.office import Office
from hub.people import Actor
from hub.reading import may_show_contact
from hub.rulebook import Rulebook
from hub.storage import cases, journal, vault
from hub.storage.tx import Tx

Kept = tuple[str, tuple[str, dict[str, str]] | None]
"""The case whose key seals, and what is sealed; None where the person was forgotten."""


@dataclass(frozen=True, slots=True)
class Shown:
    """How the citizen can be reached; every part may be empty."""

    name: str
    phone: str
    email: str
    wish: str = ""
    """How and when they like to be reached, in their own words."""
    behalf: str = ""
    """For whom this person acts; empty where they write for themselves."""


async def show(office: Office, number: str, actor: Actor, why: str = "") -> Shown:
    """The contact data of a case, after the reading and its reason (a code of the checklist's `contact`) are on record.

    Raises NotFound where the case does not exist for the actor, Invalid for a reason that is not in the list, Forbidden
    where its level or the actor's part keeps the contact closed, CannotOpen where its key is destroyed (DESIGN §10).
    """

    async def run(book: Rulebook) -> Kept:
        if why and not book.checklist.known("contact", why):
            raise Invalid({"why": Said("请从列表里选一个理由。", "Please choose a reason from the list.")})
        return await office.store.write(record_showing, number, why, actor, book, office.clock())

    opened = office.opened(*await office.with_rules(run))
    return Shown(*(opened.get(f"1:{part}", "") for part in ("name", "phone", "email", "wish", "behalf:name")))


def record_showing(tx: Tx, number: str, why: str, actor: Actor, book: Rulebook, now: datetime) -> Kept:
    """The deed: who may, the entry `contact.shown`, and what is sealed, in one transaction."""
    case_id = cases.id_of(tx, number)
    dossier = cases.dossier(tx, case_id) if case_id else None
    if dossier is None or not visible(dossier, actor, book):
        raise NotFound
    if not may_show_contact(dossier, actor, book):
        raise Forbidden(
            "这件来信的联系方式不对您开放。可以请来信人同意公开联系方式。",
            "The contact data of this case is not open to you. You may ask the citizen to open it.",
        )
    journal.append(tx, [Entry(dossier.case.id, "contact.shown", actor.id, now, {"why": why} if why else {})])
    owner = cases.vault_of(tx, dossier.case.id)
    return owner, vault.read(tx, owner)
