"""A move that may be sent twice: under one key it is made once, as a letter is (DESIGN §7, §11: Idempotency-Key)."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from hub import desk
from hub.case import Case
from hub.errors import KeyReused, NotFound
from hub.office import Office
from hub.people import Actor
from hub.rulebook import Rulebook
from hub.storage import cases, submissions
from hub.storage.rows import to_json
from hub.storage.tx import Tx


async def act_once(
    office: Office, key: str, number: str, move: str, values: Mapping[str, Any], actor: Actor, seen: int | None = None
) -> Case:
    """office.act, made once however often it comes under this key; an empty key is no key.

    Raises what office.act raises, and KeyReused where the key belongs to other words of this actor.
    """
    if not key:
        return await office.act(number, move, values, actor, seen)
    digest = hashlib.sha256(to_json([move, dict(values)]).encode()).hexdigest()

    async def run(book: Rulebook) -> Case:
        asked = replace(await office.asked(number, move, values, actor, book), seen=seen)
        return await office.store.write(_once, key, digest, number, asked, actor, book, office.clock())

    return await office.with_rules(run)


def _once(
    tx: Tx, key: str, digest: str, number: str, asked: desk.Asked, actor: Actor, book: Rulebook, now: datetime
) -> Case:
    """The deed: claim the key for this actor and case, then make the move; a known key only answers."""
    case_id = cases.id_of(tx, number)
    if case_id is None:
        raise NotFound
    known = submissions.take(tx, f"move:{case_id}:{actor.id}", key, digest, case_id, now)
    if known is None:
        return desk.act(tx, number, asked, actor, book, now)
    if known.digest != digest:
        raise KeyReused
    dossier = cases.dossier(tx, case_id)
    if dossier is None or not desk.visible(dossier, actor, book):
        raise NotFound
    return dossier.case
