"""Which letters share keys with another: each key is a short range of one index, however many letters there are."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from hub.moments import from_text, to_text
from hub.storage.rows import to_json
from hub.storage.tx import Row, Tx

OF_CASE = "SELECT words, keys FROM alike_letters WHERE case_id = :case_id"
KEEP = """
INSERT INTO alike_letters (case_id, words, keys) VALUES (:case_id, :words, :keys)
ON CONFLICT (case_id) DO UPDATE SET words = excluded.words, keys = excluded.keys
"""
FORGET = "DELETE FROM alike_letters WHERE case_id = :case_id"
ADD = "INSERT INTO alike_keys (key, case_id) VALUES (:key, :case_id) ON CONFLICT (key, case_id) DO NOTHING"
DROP = "DELETE FROM alike_keys WHERE key = :key AND case_id = :case_id"
# Case ids rise with time (hub/privacy/codes.py), so the newest of a key stand at its end: two short ranges a key.
SHARING = """
SELECT n.case_id, COUNT(*) AS shared FROM json_each(:keys) k JOIN alike_keys n
  ON n.key = CAST(k.value AS BIGINT) AND n.case_id >= COALESCE((
    SELECT oldest.case_id FROM alike_keys oldest WHERE oldest.key = CAST(k.value AS BIGINT)
    ORDER BY oldest.case_id DESC LIMIT 1 OFFSET :newest - 1), '')
GROUP BY n.case_id ORDER BY shared DESC, n.case_id DESC LIMIT :limit
"""
# Letters of a time, newest first, with their words; sealed ones are in no index and no topic.
LETTERS = """
SELECT c.id, c.title, c.place, c.received_at, m.body FROM cases c JOIN messages m ON m.case_id = c.id AND m.n = 1
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
    place: str
    body: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Filed:
    """Under what a letter is filed, and a mark of the words that the keys were made of."""

    words: int
    keys: tuple[int, ...]


def put(tx: Tx, case_id: str, letter: Filed) -> None:
    """File a letter under exactly these keys, in place of those it had."""
    before, now = set(_keys(of_case(tx, case_id))), set(letter.keys)
    tx.execute(KEEP, {"case_id": case_id, "words": letter.words, "keys": to_json(letter.keys)})
    tx.executemany(DROP, [{"key": key, "case_id": case_id} for key in sorted(before - now)])
    tx.executemany(ADD, [{"key": key, "case_id": case_id} for key in sorted(now - before)])


def take_out(tx: Tx, case_id: str) -> None:
    """A letter that is filed no more."""
    tx.executemany(DROP, [{"key": key, "case_id": case_id} for key in sorted(_keys(of_case(tx, case_id)))])
    tx.execute(FORGET, {"case_id": case_id})


def of_case(tx: Tx, case_id: str) -> Filed | None:
    """Under what a letter is filed; None where the follower has not come to it, or it is sealed."""
    rows = tx.execute(OF_CASE, {"case_id": case_id})
    return Filed(int(rows[0]["words"]), tuple(json.loads(rows[0]["keys"]))) if rows else None


def _keys(filed: Filed | None) -> tuple[int, ...]:
    return filed.keys if filed else ()


def sharing(tx: Tx, keys: Iterable[int], newest: int, limit: int) -> list[str]:
    """The letters that share most keys, among the `newest` of each; the newer first where they share as many."""
    asked = {"keys": to_json(sorted(keys)), "newest": newest, "limit": limit}
    return [str(row["case_id"]) for row in tx.execute(SHARING, asked)]


def letters(tx: Tx, machine: str, since: datetime, before: tuple[datetime, str], limit: int) -> list[Letter]:
    """Letters received since a moment, newest first, after the place where the page before ended."""
    at, after = before
    asked = {"machine": machine, "since": to_text(since), "at": to_text(at), "after": after, "limit": limit}
    return [_letter(r) for r in tx.execute(LETTERS, asked)]


def _letter(row: Row) -> Letter:
    return Letter(row["id"], row["title"], row["place"], row["body"], from_text(row["received_at"]))


def writers(tx: Tx, ids: Iterable[str]) -> dict[str, str]:
    """Case → a mark of its writer by keyed hashes of phone, mail or chat; cases without any are not in it."""
    marks: dict[str, str] = {}
    for row in tx.execute(WRITERS, {"ids": to_json(sorted(ids))}):
        marks.setdefault(str(row["case_id"]), str(row["hash"]))
    return marks
