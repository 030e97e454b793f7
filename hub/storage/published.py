"""Lists of published letters, composed from known fragments, so that every filter finds its index."""

from collections.abc import Sequence
from dataclasses import dataclass

from hub.storage.rows import to_json
from hub.storage.tx import Row, Tx

FILTERS = {
    "unit": "unit = :unit",
    "kind": "kind = :kind",
    "since": "answered_day >= :since",
    "until": "answered_day <= :until",
}
OLDER = "(published_at < :at OR (published_at = :at AND case_id < :after))"
NEWER = "(published_at > :at OR (published_at = :at AND case_id > :after))"
BY_CASES = "SELECT * FROM publications WHERE live = 1 AND case_id IN (SELECT CAST(value AS TEXT) FROM json_each(:ids))"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of the list begins: after this row, towards the older or the newer ones."""

    at: str
    after: str
    newer: bool = False


def listed(tx: Tx, wanted: dict[str, str], limit: int, place: Place | None = None) -> list[Row]:
    """Published letters, newest first; keyset, never OFFSET. Empty wishes do not narrow."""
    params: dict[str, object] = {name: value for name, value in wanted.items() if value and name in FILTERS}
    where = ["live = 1", *(FILTERS[name] for name in params)]
    newer = place is not None and place.newer
    if place is not None:
        where.append(NEWER if newer else OLDER)
        params.update(at=place.at, after=place.after)
    order = "ASC" if newer else "DESC"
    sql = (
        f"SELECT * FROM publications WHERE {' AND '.join(where)} "  # noqa: S608 - known fragments only
        f"ORDER BY published_at {order}, case_id {order} LIMIT :limit"
    )
    rows = tx.execute(sql, {**params, "limit": limit})
    return rows[::-1] if newer else rows


def by_cases(tx: Tx, case_ids: Sequence[str]) -> dict[str, Row]:
    """The live pages among these cases, by case."""
    found = tx.execute(BY_CASES, {"ids": to_json(list(case_ids))})
    return {str(row["case_id"]): row for row in found}
