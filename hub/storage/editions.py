"""Editions: numbered immutable versions of the rule sets; the deed itself reads which one is in force."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

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
SELECT e.family, e.number, e.hash, e.by_whom FROM editions e
WHERE e.number = (SELECT MAX(n.number) FROM editions n WHERE n.family = e.family)
"""
CONTENT = "SELECT content FROM editions WHERE family = :family AND number = :number"
ALL_OF = "SELECT number, content FROM editions WHERE family = :family ORDER BY number"
NUMBERS = "SELECT family, MAX(number) AS number FROM editions GROUP BY family"


class Newest(NamedTuple):
    """The edition in force of one family: its number, what tells its content from others, and who added it."""

    number: int
    hash: str
    by_whom: str


def digest(value: Any) -> str:
    """What tells one content from others."""
    return hashlib.sha256(to_json(value).encode()).hexdigest()


def newest(tx: Tx, family: str) -> Newest | None:
    """The edition in force of a family; None where it has none yet."""
    rows = tx.execute(NEWEST)
    return next((Newest(int(r["number"]), r["hash"], r["by_whom"]) for r in rows if r["family"] == family), None)


def add(tx: Tx, family: str, value: Any, by_whom: str, now: datetime) -> int | None:
    """Add the next edition of a family; None when its content is the one already in force."""
    found, known = digest(value), newest(tx, family)
    if known is not None and known.hash == found:
        return None
    number = 1 if known is None else known.number + 1
    row = {"family": family, "number": number, "content": to_json(value), "hash": found, "by_whom": by_whom}
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
