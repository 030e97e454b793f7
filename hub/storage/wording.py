"""Which sentences of replies stand on which cases, by their marks."""

from collections.abc import Iterable

from hub.storage.tx import Tx

KEEP = "INSERT INTO reply_marks (mark, case_id) VALUES (:mark, :case_id) ON CONFLICT (mark, case_id) DO NOTHING"
# A case that follows another has its answer word for word; neither is a copy of the other.
ELSEWHERE = """
SELECT m.case_id FROM reply_marks m JOIN cases c ON c.id = m.case_id
WHERE m.mark = :mark AND m.case_id <> :case_id AND c.lead <> :case_id LIMIT 1
"""


def keep(tx: Tx, case_id: str, marks: Iterable[str]) -> None:
    """Remember the marks of a reply of a case."""
    rows = [{"mark": mark, "case_id": case_id} for mark in marks]
    if rows:
        tx.executemany(KEEP, rows)


def elsewhere(tx: Tx, case_id: str, marks: Iterable[str]) -> tuple[str, ...]:
    """The marks that stand on another case too: one look-up in the index for each."""
    return tuple(mark for mark in marks if tx.execute(ELSEWHERE, {"mark": mark, "case_id": case_id}))
