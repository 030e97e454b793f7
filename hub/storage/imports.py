"""Which letters of other systems are here already, by source and their id there."""

from collections.abc import Sequence

from hub.storage.rows import to_json
from hub.storage.tx import Tx

KNOWN = """
SELECT id, case_id, step FROM imports
WHERE source = :source AND id IN (SELECT CAST(value AS TEXT) FROM json_each(:ids))
"""
TAKE = """
INSERT INTO imports (source, id, case_id, step) VALUES (:source, :id, :case_id, :step)
ON CONFLICT (source, id) DO NOTHING RETURNING id
"""
WENT_ON = """
UPDATE imports SET step = :step WHERE source = :source AND id = :id AND step <> :step RETURNING id
"""


def known(tx: Tx, source: str, ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Id → case id and how far it was taken (`letter` or `reply`), for those that are here."""
    rows = tx.execute(KNOWN, {"source": source, "ids": to_json(list(ids))})
    return {str(r["id"]): (str(r["case_id"]), str(r["step"])) for r in rows}


def take(tx: Tx, source: str, letter_id: str, case_id: str, step: str) -> bool:
    """Claim a letter for a case; False when it is here already."""
    return bool(tx.execute(TAKE, {"source": source, "id": letter_id, "case_id": case_id, "step": step}))


def went_on(tx: Tx, source: str, letter_id: str, step: str) -> bool:
    """Remember that a letter was taken a step further; False when it was before."""
    return bool(tx.execute(WENT_ON, {"source": source, "id": letter_id, "step": step}))
