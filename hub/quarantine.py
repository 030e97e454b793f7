"""Quarantine: what a channel could not handle, until a person lets it be tried again or closes it with a reason."""

from dataclasses import dataclass
from datetime import datetime

from hub.desk import visible
from hub.errors import Forbidden, Invalid, NotFound, Said
from hub.journal import Entry
from hub.moments import from_text
from hub.people import Actor
from hub.rulebook import Rulebook
from hub.storage import cases, dialogues, journal, quarantine
from hub.storage.tx import Row, Tx

MAY = ("admin", "intake")
REASONS: dict[str, Said] = {
    "reached": Said("已另行联系来信人", "The writer was reached another way"),
    "nothing": Said("没有需要办理的内容", "There is nothing to be done about it"),
    "hostile": Said("垃圾或恶意内容", "Junk or malice"),
    "fixed": Said("程序问题，来信人已重新发送", "A fault of the program; the writer has sent it again"),
}
"""Why nothing more is done with an event: codes, since the journal holds no words of a person."""


@dataclass(frozen=True, slots=True)
class PutAside:
    """One event without its words: since when it waits, how often it was tried, what kind of error ended it.

    `letters` are the numbers of its chat's letters that the actor may see, newest first.
    """

    channel: str
    event_id: str
    since: datetime
    tries: int
    error: str
    letters: tuple[str, ...]


def listed(tx: Tx, actor: Actor, book: Rulebook) -> tuple[PutAside, ...]:
    """What is put aside, the longest first; raises Forbidden."""
    _must(actor)
    return tuple(
        PutAside(
            str(row["channel"]),
            str(row["event_id"]),
            from_text(str(row["received_at"])),
            int(row["attempts"]),
            str(row["error"]),
            _letters(tx, row, actor, book),
        )
        for row in quarantine.listed(tx)
    )


def again(tx: Tx, channel: str, event_id: str, actor: Actor, now: datetime) -> None:
    """Let an event be tried anew. Raises Forbidden, NotFound (somebody was first)."""
    _must(actor)
    if not quarantine.again(tx, channel, event_id, now):
        raise NotFound
    data = {"channel": channel, "event": event_id}
    journal.append(tx, [Entry(None, "inbox.again", actor.id, now, data)])


def close(tx: Tx, channel: str, event_id: str, reason: str, actor: Actor, now: datetime) -> None:
    """Nothing more is done with an event. Raises Forbidden, Invalid (no such reason), NotFound (somebody was first)."""
    _must(actor)
    if reason not in REASONS:
        raise Invalid({"reason": Said("请选择搁置的原因。", "Please choose why nothing more is done with it.")})
    if not quarantine.close(tx, channel, event_id, reason):
        raise NotFound
    data = {"channel": channel, "event": event_id, "reason": reason}
    journal.append(tx, [Entry(None, "inbox.closed", actor.id, now, data)])


def _letters(tx: Tx, row: Row, actor: Actor, book: Rulebook) -> tuple[str, ...]:
    """A chat's lane is the hash under which its letters are found; nothing else of the chat is known here."""
    found = dialogues.letters(tx, f"chat-{row['channel']}", str(row["lane"]), 5)
    whole = (cases.dossier(tx, case.id) for case in found)
    return tuple(each.case.number for each in whole if each is not None and visible(each, actor, book))


def _must(actor: Actor) -> None:
    if not any(actor.has(role) for role in MAY):
        raise Forbidden
