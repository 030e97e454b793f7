"""Which letters share keys with another: each key is a short range of one index, however many letters there are."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from hub.moments import from_text, to_text
from hub.storage.rows import to_json
from hub.storage.tx import Tx

OF_CASE = "SELECT key FROM alike_keys WHERE case_id = :case_id"
ADD = "INSERT INTO alike_keys (key, case_id) VALUES (:key, :case_id) ON CONFLICT (key, case_id) DO NOTHING"
DROP = "DELETE FROM alike_keys WHERE key = :key AND case_id = :case_id"
# Case ids rise with time (hub/privacy/codes.py), so the newest of a key stand at its end.
NEWEST = "SELECT case_id FROM alike_keys WHERE key = :key ORDER BY case_id DESC LIMIT :limit"
# Letters of a time, newest first, with their words; sealed ones are in no index and no topic.
LETTERS = """
SELECT c.id, c.title, c.received_at, m.body FROM cases c JOIN messages m ON m.case_id = c.id AND m.n = 1
WHERE c.machine = :machine AND c.sealed = 0 AND c.about = '' AND c.received_at >= :since
  AND (c.received_at < :at OR (c.received_at = :at AND c.id < :after))
ORDER BY c.received_at DESC, c.id DESC LIMIT :limit
"""
WRITERS = """
SELECT case_id, hash FROM vault_index WHERE case_id IN (SELECT CAST(value AS TEXT) FROM json_each(:ids))
ORDER BY case_id, hash
"""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as topics are found in it."""

    id: str
    title: str
    body: str
    received_at: datetime


def put(tx: Tx, case_id: str, keys: Iterable[int]) -> None:
    """File a letter under exactly these keys; none takes it out."""
    before, now = set(of_case(tx, case_id)), set(keys)
    tx.executemany(DROP, [{"key": key, "case_id": case_id} for key in sorted(before - now)])
    tx.executemany(ADD, [{"key": key, "case_id": case_id} for key in sorted(now - before)])


def of_case(tx: Tx, case_id: str) -> tuple[int, ...]:
    """The keys a letter is filed under; none where the follower has not come to it, or it is sealed."""
    return tuple(int(row["key"]) for row in tx.execute(OF_CASE, {"case_id": case_id}))


def sharing(tx: Tx, keys: Iterable[int], newest: int, limit: int) -> list[str]:
    """The letters that share most keys, among the `newest` of each; the newer first where they share as many."""
    shared: Counter[str] = Counter()
    for key in keys:
        shared.update(str(row["case_id"]) for row in tx.execute(NEWEST, {"key": key, "limit": newest}))
    return sorted(shared, key=lambda case_id: (shared[case_id], case_id), reverse=True)[:limit]


def letters(tx: Tx, machine: str, since: datetime, before: tuple[datetime, str], limit: int) -> list[Letter]:
    """Letters received since a moment, newest first, after the place where the page before ended."""
    at, after = before
    asked = {"machine": machine, "since": to_text(since), "at": to_text(at), "after": after, "limit": limit}
    return [Letter(r["id"], r["title"], r["body"], from_text(r["received_at"])) for r in tx.execute(LETTERS, asked)]


def writers(tx: Tx, ids: Iterable[str]) -> dict[str, str]:
    """Case → a mark of its writer by keyed hashes of phone, mail or chat; cases without any are not in it."""
    marks: dict[str, str] = {}
    for row in tx.execute(WRITERS, {"ids": to_json(sorted(ids))}):
        marks.setdefault(str(row["case_id"]), str(row["hash"]))
    return marks
