"""Editions: numbered immutable versions of the rule sets; the deed itself reads which one is in force."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hub.errors import OldEdition
from hub.moments import to_text
from hub.rulebook import Rulebook, read_rulebook
from hub.storage.rows import to_json
from hub.storage.tx import Tx

ADD = """
INSERT INTO editions (family, number, content, hash, by_whom, effective_from)
VALUES (:family, :number, :content, :hash, :by_whom, :effective_from)
"""
NEWEST = """
SELECT e.family, e.number, e.hash FROM editions e
WHERE e.number = (SELECT MAX(n.number) FROM editions n WHERE n.family = e.family)
"""
CONTENT = "SELECT content FROM editions WHERE family = :family AND number = :number"
ALL_OF = "SELECT number, content FROM editions WHERE family = :family ORDER BY number"
NUMBERS = "SELECT family, MAX(number) AS number FROM editions GROUP BY family"


def add(tx: Tx, family: str, value: Any, by_whom: str, now: datetime) -> int | None:
    """Add the next edition of a family; None when its content is the one already in force."""
    text = to_json(value)
    digest = hashlib.sha256(text.encode()).hexdigest()
    newest = next((r for r in tx.execute(NEWEST) if r["family"] == family), None)
    if newest is not None and newest["hash"] == digest:
        return None
    number = 1 if newest is None else int(newest["number"]) + 1
    row = {"family": family, "number": number, "content": text, "hash": digest, "by_whom": by_whom}
    tx.execute(ADD, {**row, "effective_from": to_text(now)})
    return number


def numbers(tx: Tx) -> dict[str, int]:
    """The edition in force of each family."""
    return {r["family"]: int(r["number"]) for r in tx.execute(NUMBERS)}


def content(tx: Tx, family: str, number: int) -> Any:
    """The content of one edition, as it was added."""
    return json.loads(tx.execute(CONTENT, {"family": family, "number": number})[0]["content"])


def load(tx: Tx) -> Rulebook:
    """The rulebook of this moment; raises ValueError with the sentence of the first fault."""
    in_force = numbers(tx)
    current: Mapping[str, tuple[int, Any]] = {f: (n, content(tx, f, n)) for f, n in in_force.items()}
    return read_rulebook(current, _all_of(tx, "kinds"), _all_of(tx, "calendar"))


def _all_of(tx: Tx, family: str) -> dict[int, Any]:
    return {int(r["number"]): json.loads(r["content"]) for r in tx.execute(ALL_OF, {"family": family})}


def must_be_current(tx: Tx, book: Rulebook) -> None:
    """Raises OldEdition when a newer edition came into force after this process read its rulebook."""
    if numbers(tx) != dict(book.numbers):
        raise OldEdition
