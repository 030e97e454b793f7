"""Filtered lists of cases, composed from known fragments: the actor's scope always, then what was asked for.

A list is the merger of branches (one a unit, one a state), each a range of one index; none of them scans what it skips.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Any

from hub.case import Case
from hub.moments import to_text
from hub.sight import Sight
from hub.storage.cases import NEVER
from hub.storage.rows import from_row, to_json
from hub.storage.tx import Row, Tx

_IN = "IN (SELECT CAST(value AS TEXT) FROM json_each(:{}))"
# What an actor may see at all: the same rule as hub/sight.py within().
# A sealed case is gone for the very person who entered it as a clerk (hub/desk.py visible()).
SEALED = f"""(c.sealed = 0 OR c.unit {_IN.format("sealed")} AND NOT EXISTS (
    SELECT 1 FROM overlays e WHERE e.case_id = c.id AND e.kind = 'entered' AND e.opened_person = :person))"""  # noqa: S608
SERVICE = f"NOT (c.aim = 'service' AND c.target {_IN.format('barred_service')})"
MISCONDUCT = f"NOT (c.aim = 'misconduct' AND c.target {_IN.format('barred_misconduct')})"
ELSEWHERE = f"c.sealed = 0 AND NOT c.unit {_IN.format('own')}"
# The cases on which units assist at this moment; usually none, so that no list needs a branch for them.
ASSISTED = f"""
SELECT DISTINCT o.case_id FROM overlays o
WHERE o.kind IN ('joint', 'duty') AND o.state = 'open' AND o.unit {_IN.format("units")}
"""  # noqa: S608
# The cases that are to be called back, and those that this officer has called back.
CALLED = """
SELECT o.case_id FROM overlays o WHERE o.kind = 'call_back' AND o.state = 'open'
UNION SELECT o.case_id FROM overlays o WHERE o.kind = 'call_back' AND o.decided_by = :caller
"""
RECORDED = f"SELECT o.case_id FROM overlays o WHERE o.state = 'open' AND o.kind {_IN.format('records')}"  # noqa: S608
FILTERS = {
    "machine": "c.machine = :machine",
    "state": "c.state = :state",
    "states": f"c.state {_IN.format('states')}",
    "unit": "c.unit = :unit",
    "kind": "c.kind = :kind",
    "area": "c.area = :area",
    "officer": "c.officer = :officer",
    "origin": "c.origin = :origin",
    "open": "c.closed_at IS NULL",
    "unanswered": "c.answered_at IS NULL",
    "alone": "c.lead = ''",
    "due_from": "c.sort_due >= :due_from",
    "due_before": "c.sort_due < :due_before",
    "since": "c.received_at >= :since",
    "until": "c.received_at < :until",
}
NAMED = {
    "numbers": f"number {_IN.format('numbers')}",
    "ids": f"id {_IN.format('ids')}",
    "beside": f"id {_IN.format('beside')}",
    "records": f"id IN ({RECORDED})",
}
"""Cases that are asked for by name are read first: left to itself SQLite walks a unit's whole index for one number."""
BY_INDEX = "c.sort_due >= ''"
"""True of every case; it leads a count to the index of open ones rather than through everything that is closed."""
BY_DUE = ("c.sort_due, c.id", "(c.sort_due > :at OR (c.sort_due = :at AND c.id > :after))")
BY_TIME = ("c.received_at DESC, c.id DESC", "(c.received_at < :at OR (c.received_at = :at AND c.id < :after))")

Wanted = dict[str, Any]
Branch = tuple[list[str], Wanted]


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the page before ended: the sort value and id of its last row."""

    at: str
    after: str


def page(
    tx: Tx, eye: Sight, wanted: Wanted, limit: int, cursor: Cursor | None = None, *, newest: bool = False
) -> list[Case]:
    """One page of the cases that exist for an actor, by due date or newest first; keyset, never OFFSET."""
    order, past = BY_TIME if newest else BY_DUE
    column = "received_at" if newest else "sort_due"
    found: list[list[Row]] = []
    for where, params in _branches(tx, eye, wanted):
        if cursor is not None:
            where, params = [*where, past], {**params, "at": cursor.at, "after": cursor.after}
        sql = f"{_select('c.*', params)} WHERE {' AND '.join(where)} ORDER BY {order} LIMIT :limit"
        found.append(tx.execute(sql, {**params, "limit": limit}))
    rows = merge(*found, key=lambda r: (r[column], r["id"]), reverse=newest)
    return [from_row(Case, r) for r in islice(rows, limit)]


def count(tx: Tx, eye: Sight, wanted: Wanted, most: int = 100) -> int:
    """How many there are, up to `most`: a tab shows 99+ rather than count everything in a request."""
    n = 0
    for where, params in _branches(tx, eye, wanted):
        if wanted.get("open"):
            where = [*where, BY_INDEX]
        inner = f"{_select('1 AS one', params)} WHERE {' AND '.join(where)} LIMIT :most"
        counted = f"SELECT COUNT(*) AS n FROM ({inner}) AS counted"  # noqa: S608
        n += int(tx.execute(counted, {**params, "most": most - n})[0]["n"])
        if n >= most:
            break
    return n


def _select(what: str, params: Wanted) -> str:
    """The beginning of a branch, which looks at the whole table, or at the few cases that are named."""
    named = [NAMED[name] for name in NAMED if name in params]
    few = f"WITH few AS MATERIALIZED (SELECT * FROM cases WHERE {' AND '.join(named)}) " if named else ""  # noqa: S608
    return f"{few}SELECT {what} FROM {'few' if few else 'cases'} c"  # noqa: S608


def scope(tx: Tx, eye: Sight) -> Branch:
    """The whole sight of an actor as conditions on `c`, for questions that walk another index than these lists do."""
    where, params = _where(eye, {})
    if not eye.everywhere:
        where.append(f"(c.unit {_IN.format('own')} OR c.{NAMED['beside']})")
        params |= {"own": to_json(sorted(eye.units)), "beside": to_json(_beside(tx, eye))}
    return where, params


def _beside(tx: Tx, eye: Sight) -> list[str]:
    """The cases that exist for an actor by a record on them, beside those of the own units."""
    found = {str(r["case_id"]) for r in tx.execute(ASSISTED, {"units": to_json(sorted(eye.units))})}
    if eye.caller:
        found |= {str(r["case_id"]) for r in tx.execute(CALLED, {"caller": eye.caller})}
    return sorted(found)


def cursor_of(case: Case, *, newest: bool = False) -> Cursor:
    """The cursor after this row."""
    if newest:
        return Cursor(to_text(case.received_at), case.id)
    due = case.main_due if case.unit_due is None else case.unit_due
    return Cursor(NEVER if due is None else to_text(due), case.id)


def _branches(tx: Tx, eye: Sight, wanted: Wanted) -> Iterator[Branch]:
    """One branch for each unit the actor works for, or each state asked for; none overlaps another."""
    wanted = {k: v for k, v in wanted.items() if v is not None and v != "" and v is not False}
    if not eye.everywhere:
        asked = wanted.get("unit")
        for unit in sorted(eye.units | eye.sealed):
            if asked in (None, unit):
                for part in _by_state({**wanted, "unit": unit}):
                    yield _where(eye, part, sealed_only=unit not in eye.units)
        if beside := _beside(tx, eye):
            where, params = _where(eye, wanted)
            yield [*where, ELSEWHERE], {**params, "own": to_json(sorted(eye.units)), "beside": to_json(beside)}
        return
    for part in _by_state(wanted):
        yield _where(eye, part)


def _by_state(wanted: Wanted) -> Iterator[Wanted]:
    """One range of the index for each state that is asked for."""
    rest = {k: v for k, v in wanted.items() if k != "states"}
    for state in wanted.get("states") or (None,):
        yield rest if state is None else {**rest, "state": state}


def _where(eye: Sight, wanted: Wanted, *, sealed_only: bool = False) -> Branch:
    where = [SEALED, SERVICE, MISCONDUCT]
    if sealed_only:
        where.append("c.sealed = 1")
    params: Wanted = {
        "sealed": to_json(sorted(eye.sealed)),
        "barred_service": to_json(sorted(eye.barred_service)),
        "barred_misconduct": to_json(sorted(eye.barred_misconduct)),
        "person": eye.person,
    }
    for name, value in wanted.items():
        if name in FILTERS:
            where.append(FILTERS[name])
        if value is True:
            continue
        if isinstance(value, datetime):
            value = to_text(value)
        params[name] = to_json(sorted(value)) if isinstance(value, tuple | list | set | frozenset) else value
    return where, params
