"""The cases behind a sum, newest day first: the same facts that were added up, as far as they exist for the actor."""

from collections.abc import Iterable, Mapping
from heapq import merge
from itertools import islice
from typing import Any, NamedTuple

from hub.case import Case
from hub.measures import OF_OFFICER, WHOLE
from hub.sight import Sight
from hub.storage import lists
from hub.storage.rows import from_row, to_json
from hub.storage.tx import Row, Tx

_IN = "IN (SELECT CAST(value AS TEXT) FROM json_each(:{}))"
# One measure is one range of the index facts_behind, at one unit one of facts_at_unit, so that a small unit walks over
# nobody else's facts; written CROSS JOIN, so that SQLite begins there.
RANGE = f"""
SELECT f.day AS fact_day, f.measure, f.unit AS fact_unit, f.n AS times, c.* FROM facts f
CROSS JOIN counted k CROSS JOIN cases c
WHERE k.case_id = f.case_id AND c.id = f.case_id AND f.measure = :measure AND f.day >= :since AND f.day <= :until
  AND NOT k.kind {_IN.format("sealed_kinds")}
"""  # noqa: S608
AT_UNIT = "f.unit = :own_unit"
# What an officer's own replies count for is named after the officer; all else goes by whom the case is counted under.
FILTERS = {name: f"k.{name} = :{name}" for name in ("kind", "area", "topic", "channel", "hour")}
FILTERS["officer"] = "(k.officer = :officer OR f.measure <> :base)"
PAST = "(f.day, f.case_id, f.measure, f.unit) < (:day, :case_id, :at_measure, :at_unit)"
ORDER = "ORDER BY f.day DESC, f.case_id DESC, f.unit DESC LIMIT :limit"


class Mark(NamedTuple):
    """Where a page ended, in the order of the list."""

    day: str
    case_id: str
    measure: str
    unit: str


class Fact(NamedTuple):
    """One fact behind a sum: it counts `times` on that day."""

    mark: Mark
    times: int
    case: Case


def page(
    tx: Tx,
    eye: Sight,
    measures: Iterable[str],
    wanted: Mapping[str, Any],
    limit: int,
    after: Mark | None = None,
) -> list[Fact]:
    """The facts of these measures after a mark; `wanted` has since, until (ISO days), units, sealed_kinds, filters."""
    where, params = lists.scope(tx, eye)
    units, until = set(wanted["units"]), str(wanted["until"])
    params |= {"since": wanted["since"], "until": min(until, after.day) if after else until, "limit": limit}
    params["sealed_kinds"] = to_json(sorted(wanted["sealed_kinds"]))
    if WHOLE not in units:
        where = [*where, AT_UNIT]
    for name, condition in FILTERS.items():
        if name in wanted:
            where, params[name] = [*where, condition], wanted[name]
    if after is not None:
        where = [*where, PAST]
        params |= {"day": after.day, "case_id": after.case_id, "at_measure": after.measure, "at_unit": after.unit}
    sql = " AND ".join((RANGE.rstrip(), *where)) + " " + ORDER
    places = [{}] if WHOLE in units else [{"own_unit": unit} for unit in sorted(units)]
    ranges = [
        {**params, **at, "measure": m, "base": m.partition(OF_OFFICER)[0]}
        for m in sorted(set(measures))
        for at in places
    ]
    found = [[_fact(r) for r in tx.execute(sql, asked)] for asked in ranges]
    return list(islice(merge(*found, key=lambda fact: fact.mark, reverse=True), limit))


def _fact(row: Row) -> Fact:
    mark = Mark(row["fact_day"], row["id"], row["measure"], row["fact_unit"])
    return Fact(mark, int(row["times"]), from_row(Case, row))
