"""Letters of the store from which routing may learn: what they say, what was decided, and what a person made of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.storage.tx import Tx

PAGE = 500

TAUGHT = """
SELECT c.id, c.origin, c.title, c.category, c.unit, c.decision, c.answered_at, m.body,
  (SELECT o.data FROM overlays o WHERE o.case_id = c.id AND o.kind = 'correction'
   ORDER BY o.n DESC LIMIT 1) AS corrected
FROM cases c JOIN messages m ON m.case_id = c.id AND m.n = 1
WHERE c.machine = 'letter' AND c.sealed = 0 AND c.level IN ('open', 'private') AND c.id > :after
  AND (c.unit <> '' OR c.origin = 'import')
ORDER BY c.id
LIMIT 500
"""


@dataclass(frozen=True, slots=True)
class Taught:
    """An open or private letter; `decision` is routing's record, `category` and `unit` what stands on the case now,
    `cause` the code that a dispatcher gave for sending it elsewhere (checklist, group correction)."""

    id: str
    imported: bool
    title: str
    body: str
    category: str
    unit: str
    decision: Mapping[str, Any]
    cause: str = ""
    answered: bool = False


def page(tx: Tx, after: str = "") -> list[Taught]:
    """The next letters by id; sealed, confidential and anonymous ones never leave their case."""
    rows = tx.execute(TAUGHT, {"after": after})
    return [
        Taught(
            str(r["id"]),
            r["origin"] == "import",
            str(r["title"]),
            str(r["body"]),
            str(r["category"]),
            str(r["unit"]),
            json.loads(r["decision"]),
            str(json.loads(r["corrected"] or "{}").get("cause", "")),
            r["answered_at"] is not None,
        )
        for r in rows
    ]
