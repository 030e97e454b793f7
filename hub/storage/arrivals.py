"""Arrivals: new cases written many at once, one statement a table for a whole group of letters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from hub.case import Message, Party
from hub.machines.machine import Step
from hub.moments import to_text
from hub.storage import cases, journal, outbox, vault
from hub.storage import clocks as clock_rows
from hub.storage.rows import to_json, to_row
from hub.storage.tx import Tx

KNOWN = """
SELECT scope, key, digest, case_id FROM submissions
WHERE key IN (SELECT CAST(value AS TEXT) FROM json_each(:keys))
"""
TAKE = """
INSERT INTO submissions (scope, key, digest, case_id, recorded_at)
VALUES (:scope, :key, :digest, :case_id, :recorded_at)
"""
COUNT_ON = """
INSERT INTO counters (name, value) VALUES (:name, :n)
ON CONFLICT (name) DO UPDATE SET value = counters.value + excluded.value RETURNING value
"""


class Taken(NamedTuple):
    """What a submission key already stands for."""

    digest: str
    case_id: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """A new case with everything that stands on it from the start."""

    step: Step
    party: Party
    message: Message
    fields: Mapping[str, Any]
    decision: Mapping[str, Any]
    wrapped: str
    sealed: Mapping[str, str]
    hashes: Mapping[str, str]
    files: tuple[Mapping[str, Any], ...]


def known(tx: Tx, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Taken]:
    """Which of these (scope, key) pairs were used before, and for what."""
    rows = tx.execute(KNOWN, {"keys": to_json([key for _, key in keys])})
    return {(r["scope"], r["key"]): Taken(r["digest"], r["case_id"]) for r in rows}


def take(tx: Tx, keys: Sequence[tuple[str, str, str, str]], now: datetime) -> None:
    """Claim (scope, key, digest, case) rows; raises Conflict where another process was first."""
    at = to_text(now)
    tx.executemany(
        TAKE,
        [{"scope": s, "key": k, "digest": d, "case_id": c, "recorded_at": at} for s, k, d, c in keys],
    )


def numbers(tx: Tx, year: int, n: int) -> list[str]:
    """The next `n` numbers of a year, in order."""
    last = int(tx.execute(COUNT_ON, {"name": f"number:{year}", "n": n})[0]["value"])
    return [f"{year}-{value:06d}" for value in range(last - n + 1, last + 1)]


def write(tx: Tx, arrivals: Sequence[Arrival], numbers: Sequence[str], now: datetime) -> None:
    """Write new cases whole under these numbers, table by table."""
    ids = [a.step.case.id for a in arrivals]
    rows = [cases.new_row(a.step.case, a.fields, a.decision) for a in arrivals]
    tx.executemany(cases.ADD, [{**row, "number": number} for row, number in zip(rows, numbers, strict=True)])
    tx.executemany(cases.ADD_PARTY, [{"case_id": a.step.case.id, **to_row(a.party), "epoch": 1} for a in arrivals])
    tx.executemany(vault.ADD_KEY, [{"case_id": a.step.case.id, "wrapped": a.wrapped} for a in arrivals])
    said = [(a.step.case.id, m) for a in arrivals for m in (a.message, *a.step.messages)]
    tx.executemany(cases.ADD_MESSAGE, [{"case_id": i, **to_row(m)} for i, m in said])
    clock_rows.put_many(tx, [(a.step.case.id, a.step.clocks) for a in arrivals])
    sealed = [(i, n, s) for i, a in zip(ids, arrivals, strict=True) for n, s in a.sealed.items()]
    hashes = [(i, a.party.n, k, h) for i, a in zip(ids, arrivals, strict=True) for k, h in a.hashes.items()]
    _some(tx, vault.PUT, [{"case_id": i, "name": n, "sealed": s} for i, n, s in sealed])
    _some(tx, vault.INDEX, [{"case_id": i, "party": n, "kind": k, "hash": h} for i, n, k, h in hashes])
    _some(tx, cases.ADD_FILE, [{"case_id": a.step.case.id, **f} for a in arrivals for f in a.files])
    _some(tx, cases.PUT_ASSIGNMENT, [r for a in arrivals for r in cases.assignment_rows(a.step)])
    _some(tx, cases.PUT_OVERLAY, [{"case_id": a.step.case.id, **to_row(o)} for a in arrivals for o in a.step.overlays])
    outbox.put_many(tx, [(a.step.case.id, n) for a in arrivals for n in a.step.notices], now)
    journal.append(tx, [entry for a in arrivals for entry in a.step.entries])


def _some(tx: Tx, sql: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        tx.executemany(sql, rows)
