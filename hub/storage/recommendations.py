"""Recommendations in the store: where each stands, guarded by its revision, and its steps, which are only added to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from hub.moments import to_text
from hub.storage.rows import columns, from_row, insert, to_json, to_row
from hub.storage.tx import Row, Tx

MOST = 200


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What supervision recommends to a unit. `since` and `due_at` bound what is owed now, `rung_at` is the next look.

    `about` is the bulletin it follows from, `adopted` what the unit answered (yes, partly, no), `promised` its day.
    """

    n: int
    unit: str
    kind: str
    about: str
    issued_at: datetime
    state: str
    round: int
    revision: int
    since: datetime
    due_at: datetime
    rung_at: datetime | None = None
    adopted: str = ""
    promised: str = ""
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StepOf:
    """One step: who, when, what was done and written, and the day named with it."""

    n: int
    k: int
    at: datetime
    officer: str
    what: str
    text: str
    day: str


_NAMES = columns(Recommendation)
NEXT = "SELECT COALESCE(MAX(n), 0) + 1 AS n FROM recommendations"
ADD = f"{insert('recommendations', _NAMES)} ON CONFLICT (n) DO NOTHING RETURNING n"
ONE = "SELECT * FROM recommendations WHERE n = :n"
_UNITS = "(:everywhere = 1 OR unit IN (SELECT CAST(value AS TEXT) FROM json_each(:units)))"
LISTED = f"""
SELECT * FROM recommendations
WHERE {_UNITS} AND state IN (SELECT CAST(value AS TEXT) FROM json_each(:states))
  AND (CAST(:late_at AS TEXT) IS NULL OR due_at <= :late_at) AND round >= :round
ORDER BY ended_at IS NOT NULL, n DESC LIMIT :limit
"""  # noqa: S608
DUE = "SELECT * FROM recommendations WHERE rung_at IS NOT NULL AND rung_at <= :now ORDER BY rung_at, n LIMIT :limit"
STANDING = f"""
SELECT state, COUNT(*) AS n, COUNT(*) FILTER (WHERE due_at <= :now) AS late, COUNT(*) FILTER (WHERE round > 1) AS again
FROM recommendations WHERE {_UNITS} GROUP BY state
"""  # noqa: S608
# The row decides, not what was read before: on PostgreSQL deeds run side by side.
CHANGE = """
UPDATE recommendations SET state = :state, round = :round, revision = :revision, since = :since, due_at = :due_at,
    rung_at = :rung_at, adopted = :adopted, promised = :promised, ended_at = :ended_at
WHERE n = :n AND revision = :seen RETURNING n
"""
LOOK_NEXT = "UPDATE recommendations SET rung_at = :rung_at WHERE n = :n AND revision = :revision RETURNING n"
ADD_STEP = f"""
INSERT INTO recommendation_steps ({", ".join(columns(StepOf))})
SELECT :n, COALESCE(MAX(k), 0) + 1, :at, :officer, :what, :text, :day FROM recommendation_steps WHERE n = :n
"""  # noqa: S608
STEPS = "SELECT * FROM recommendation_steps WHERE n = :n ORDER BY k"
COUNTS = """
SELECT kind, COUNT(*) AS issued, COUNT(*) FILTER (WHERE adopted = 'yes' OR adopted = 'partly') AS adopted,
    COUNT(*) FILTER (WHERE adopted = 'no') AS refused, COUNT(*) FILTER (WHERE ended_at IS NULL) AS unsettled
FROM recommendations WHERE issued_at >= :since AND issued_at < :until GROUP BY kind ORDER BY kind
"""


class Stand(NamedTuple):
    """How many stand in a state, how many of them are past their day, and how many were sent back before."""

    n: int
    late: int
    again: int


def add(tx: Tx, new: Recommendation) -> Recommendation | None:
    """Keep a new one under the next number; None where a colleague took that number in the same moment."""
    row = {**to_row(new), "n": int(tx.execute(NEXT)[0]["n"])}
    kept = tx.execute(ADD, row)
    return from_row(Recommendation, row) if kept else None


def one(tx: Tx, n: int) -> Recommendation | None:
    """One by its number."""
    rows = tx.execute(ONE, {"n": n})
    return from_row(Recommendation, rows[0]) if rows else None


def listed(
    tx: Tx,
    units: Iterable[str] | None,
    states: Iterable[str],
    late_at: datetime | None = None,
    rounds: int = 1,
) -> list[Recommendation]:
    """Those in these states, the open ones first, then the newest; of some units alone where they are named, only those
    past their day at `late_at`, only those in this round or a later one."""
    late = None if late_at is None else to_text(late_at)
    asked = {**_at(units), "states": to_json(sorted(states)), "late_at": late, "round": rounds, "limit": MOST}
    return [from_row(Recommendation, row) for row in tx.execute(LISTED, asked)]


def standing(tx: Tx, units: Iterable[str] | None, now: datetime) -> dict[str, Stand]:
    """State → how many stand there at this moment, at these units where they are named."""
    rows = tx.execute(STANDING, {**_at(units), "now": to_text(now)})
    return {r["state"]: Stand(int(r["n"]), int(r["late"]), int(r["again"])) for r in rows}


def _at(units: Iterable[str] | None) -> Row:
    return {"units": to_json(sorted(units or ())), "everywhere": int(units is None)}


def due(tx: Tx, now: datetime, limit: int) -> list[Recommendation]:
    """Those whose next rung has come."""
    return [from_row(Recommendation, row) for row in tx.execute(DUE, {"now": to_text(now), "limit": limit})]


def change(tx: Tx, after: Recommendation, seen: int) -> bool:
    """Write where it stands; False where it moved on since `seen`."""
    return bool(tx.execute(CHANGE, {**to_row(after), "seen": seen}))


def look_next(tx: Tx, of: Recommendation, at: datetime | None) -> bool:
    """Keep when to look again; False where it moved on."""
    return bool(
        tx.execute(LOOK_NEXT, {"n": of.n, "revision": of.revision, "rung_at": None if at is None else to_text(at)})
    )


def add_step(tx: Tx, step: StepOf) -> None:
    """Add a step under the next number of its recommendation."""
    tx.execute(ADD_STEP, {name: value for name, value in to_row(step).items() if name != "k"})


def steps(tx: Tx, n: int) -> list[StepOf]:
    """What was done and written, the oldest first."""
    return [from_row(StepOf, row) for row in tx.execute(STEPS, {"n": n})]


def counts(tx: Tx, since: datetime, until: datetime) -> dict[str, tuple[int, int, int, int]]:
    """Kind → issued in a period, and of these adopted, not adopted, and not settled yet."""
    rows = tx.execute(COUNTS, {"since": to_text(since), "until": to_text(until)})
    return {r["kind"]: (int(r["issued"]), int(r["adopted"]), int(r["refused"]), int(r["unsettled"])) for r in rows}
