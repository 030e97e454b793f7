"""Filtered lists of cases, composed from known fragments: the actor's scope always, then what was asked for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.case import Case
from hub.moments import to_text
from hub.sight import Sight
from hub.storage.cases import NEVER
from hub.storage.rows import from_row, to_json
from hub.storage.tx import Tx

_IN = "IN (SELECT CAST(value AS TEXT) FROM json_each(:{}))"
# What an actor may see at all: the same rule as hub/sight.py within().
SEALED = f"(c.sealed = 0 OR c.unit {_IN.format('sealed')})"
SERVICE = f"NOT (c.aim = 'service' AND c.target {_IN.format('barred_service')})"
MISCONDUCT = f"NOT (c.aim = 'misconduct' AND c.target {_IN.format('barred_misconduct')})"
AT_UNITS = (
    f"(c.sealed = 1 OR c.unit {_IN.format('units')} OR EXISTS (SELECT 1 FROM overlays o WHERE o.case_id = c.id"  # noqa: S608
    f" AND o.kind = 'joint' AND o.state = 'open' AND o.unit {_IN.format('units')}))"
)
FILTERS = {
    "machine": "c.machine = :machine",
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
    "numbers": f"c.number {_IN.format('numbers')}",
    "ids": f"c.id {_IN.format('ids')}",
    "since": "c.received_at >= :since",
    "until": "c.received_at < :until",
}
BY_DUE = ("c.sort_due, c.id", "(c.sort_due > :at OR (c.sort_due = :at AND c.id > :after))")
BY_TIME = ("c.received_at DESC, c.id DESC", "(c.received_at < :at OR (c.received_at = :at AND c.id < :after))")


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the page before ended: the sort value and id of its last row."""

    at: str
    after: str


def page(
    tx: Tx, eye: Sight, wanted: dict[str, Any], limit: int, cursor: Cursor | None = None, *, newest: bool = False
) -> list[Case]:
    """One page of the cases that exist for an actor, by due date or newest first; keyset, never OFFSET."""
    order, past = BY_TIME if newest else BY_DUE
    where, params = _where(eye, wanted)
    if cursor is not None:
        where.append(past)
        params |= {"at": cursor.at, "after": cursor.after}
    sql = f"SELECT c.* FROM cases c WHERE {' AND '.join(where)} ORDER BY {order} LIMIT :limit"  # noqa: S608
    return [from_row(Case, r) for r in tx.execute(sql, {**params, "limit": limit})]


def count(tx: Tx, eye: Sight, wanted: dict[str, Any], most: int = 100) -> int:
    """How many there are, up to `most`: a tab shows 99+ rather than count everything in a request."""
    where, params = _where(eye, wanted)
    inner = f"SELECT 1 AS one FROM cases c WHERE {' AND '.join(where)} LIMIT :most"  # noqa: S608
    rows = tx.execute(f"SELECT COUNT(*) AS n FROM ({inner}) AS counted", {**params, "most": most})  # noqa: S608
    return int(rows[0]["n"])


def cursor_of(case: Case, *, newest: bool = False) -> Cursor:
    """The cursor after this row."""
    if newest:
        return Cursor(to_text(case.received_at), case.id)
    due = case.main_due if case.unit_due is None else case.unit_due
    return Cursor(NEVER if due is None else to_text(due), case.id)


def _where(eye: Sight, wanted: dict[str, Any]) -> tuple[list[str], dict[str, Any]]:
    where = [SEALED, SERVICE, MISCONDUCT]
    params: dict[str, Any] = {
        "sealed": to_json(sorted(eye.sealed)),
        "barred_service": to_json(sorted(eye.barred_service)),
        "barred_misconduct": to_json(sorted(eye.barred_misconduct)),
    }
    if not eye.everywhere:
        where.append(AT_UNITS)
        params["units"] = to_json(sorted(eye.units))
    for name, value in wanted.items():
        if value is None or value == "" or value is False:
            continue
        where.append(FILTERS[name])
        if value is True:
            continue
        if isinstance(value, datetime):
            value = to_text(value)
        params[name] = to_json(sorted(value)) if isinstance(value, tuple | list | set | frozenset) else value
    return where, params
