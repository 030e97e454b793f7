"""Open records of a kind on given cases: what waits for somebody, read for a whole list at once."""

from collections.abc import Iterable

from hub.case import Overlay
from hub.storage.rows import from_row, to_json
from hub.storage.tx import Tx

OPEN = """
SELECT * FROM overlays
WHERE kind = :kind AND state = 'open' AND case_id IN (SELECT CAST(value AS TEXT) FROM json_each(:ids)) ORDER BY n
"""


def open_on(tx: Tx, kind: str, ids: Iterable[str]) -> dict[str, Overlay]:
    """Case id → its newest open record of the kind."""
    rows = tx.execute(OPEN, {"kind": kind, "ids": to_json(sorted(ids))})
    return {str(r["case_id"]): from_row(Overlay, r) for r in rows}
