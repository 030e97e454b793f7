"""How much lies with each officer of a unit, what lies with nobody by name, and what lies with somebody who is away."""

from datetime import datetime
from typing import NamedTuple

from hub.moments import to_text
from hub.storage.rows import to_json
from hub.storage.tx import Tx

_OPEN = """
c.unit = :unit AND c.machine = 'letter' AND c.sort_due >= '' AND c.closed_at IS NULL AND c.answered_at IS NULL
    AND c.lead = '' AND c.state IN (SELECT CAST(value AS TEXT) FROM json_each(:states))
"""
LOADS = f"""
SELECT c.officer, COUNT(*) AS n, COUNT(*) FILTER (WHERE c.urgent = 1) AS urgent,
    COUNT(*) FILTER (WHERE c.sort_due <= :now) AS late
FROM cases c WHERE {_OPEN} AND c.officer <> '' GROUP BY c.officer
"""  # noqa: S608
HELD = f"""
SELECT c.id, c.number, c.officer FROM cases c WHERE {_OPEN}
    AND c.officer IN (SELECT CAST(value AS TEXT) FROM json_each(:officers)) ORDER BY c.sort_due, c.id LIMIT :limit
"""  # noqa: S608


class Load(NamedTuple):
    """Open cases of an officer: all, the urgent and the late ones among them."""

    open: int = 0
    urgent: int = 0
    late: int = 0


def of_unit(tx: Tx, unit: str, states: frozenset[str], now: datetime) -> dict[str, Load]:
    """Officer id → what lies with them at a unit."""
    asked = {"unit": unit, "states": to_json(sorted(states)), "now": to_text(now)}
    return {r["officer"]: Load(int(r["n"]), int(r["urgent"]), int(r["late"])) for r in tx.execute(LOADS, asked)}


def held(tx: Tx, unit: str, officers: frozenset[str], states: frozenset[str], limit: int) -> list[tuple[str, str, str]]:
    """Id, number and officer of open cases at a unit with one of these officers ("" is nobody), by due date."""
    asked = {"unit": unit, "states": to_json(sorted(states)), "officers": to_json(sorted(officers)), "limit": limit}
    return [(r["id"], r["number"], r["officer"]) for r in tx.execute(HELD, asked)]
