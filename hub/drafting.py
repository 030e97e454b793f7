"""Drafting: an officer's unfinished reply is kept with the case, for this officer alone; no tab writes over another."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hub import enclosing
from hub.case import Dossier
from hub.desk import visible
from hub.errors import NotFound, NotNow, Refusal
from hub.move import open_moves
from hub.people import Actor
from hub.rulebook import Rulebook
from hub.storage import cases, drafts
from hub.storage.drafts import Draft
from hub.storage.tx import Tx
from hub.submission import Attached

WRITING = ("draft", "correct")
"""The moves that write a version of the reply."""


class Clashed(Refusal):
    """Another page of the same officer kept other words meanwhile; both are there, and a person decides."""

    code = "overtaken"

    def __init__(self, other: Draft) -> None:
        super().__init__(
            "您在另一处也写了这份答复，两份不一样。请比较后再存一次。",
            "You have written this reply in another place too, in other words. Compare both, then save again.",
        )
        self.other = other


def own(tx: Tx, case_id: str, actor: Actor) -> Draft | None:
    """The actor's own draft on a case that was found visible."""
    return drafts.get(tx, case_id, actor.id)


def keep(
    tx: Tx, number: str, words: Mapping[str, Any], seen: int, actor: Actor, book: Rulebook, now: datetime
) -> Draft:
    """The deed: keep what is written in the place of revision `seen`.

    The same words once more change nothing. Raises NotFound, Clashed, and NotNow where the actor may write no reply.
    """
    dossier = _seen(tx, number, actor, book)
    if not any(move.code in WRITING for move in open_moves(dossier, actor, now, book)):
        raise NotNow(
            "这件来信现在不能由您写答复，草稿没有再存。您写的还在这一页，可以复制。",
            "You cannot write a reply to this case now, so the draft was not saved. Your words are still on this page.",
        )
    case_id, there = dossier.case.id, drafts.get(tx, dossier.case.id, actor.id)
    if there is not None and dict(there.words) == dict(words):
        return there
    revision = drafts.put(tx, case_id, actor.id, words, len(dossier.replies), seen if there else 0, now)
    kept = drafts.get(tx, case_id, actor.id)
    assert kept is not None  # put() has written it, or found another
    if not revision:
        raise Clashed(kept)
    return kept


def lay(
    tx: Tx, number: str, files: tuple[Attached, ...], actor: Actor, book: Rulebook, now: datetime
) -> tuple[int, ...]:
    """The deed: lay files on a case for the reply that the actor writes; answers their places.

    Nobody else sees them before a version names them. Raises NotFound, Invalid (no room), and NotNow where the actor
    may write no reply.
    """
    dossier = _seen(tx, number, actor, book)
    if not any(move.code in WRITING for move in open_moves(dossier, actor, now, book)):
        raise NotNow(
            "这件来信现在不能由您写答复，附件没有收下。",
            "You cannot write a reply to this case now, so the files were not taken.",
        )
    return enclosing.lay(tx, dossier.case.id, files, actor.id, now)


def drop(tx: Tx, number: str, actor: Actor, book: Rulebook) -> None:
    """The deed: throw the own draft away. Raises NotFound."""
    drafts.drop(tx, _seen(tx, number, actor, book).case.id, actor.id)


def _seen(tx: Tx, number: str, actor: Actor, book: Rulebook) -> Dossier:
    case_id = cases.id_of(tx, number)
    dossier = cases.dossier(tx, case_id, lock=True) if case_id else None
    if dossier is None or not visible(dossier, actor, book):
        raise NotFound
    return dossier
