"""Questions of `verify`: cases in pages, what their journal last said, and rows that refer to nothing."""

from typing import NamedTuple

from hub.case import Case, Clock
from hub.journal import Line
from hub.storage import clocks
from hub.storage.journal import OF_CASE
from hub.storage.rows import from_row
from hub.storage.tx import Row, Tx

PAGE = "SELECT * FROM cases WHERE id > :after ORDER BY id LIMIT :limit"
FILES = "SELECT DISTINCT sha256 FROM files WHERE sha256 > :after ORDER BY sha256 LIMIT :limit"
SEALED = "SELECT case_id FROM case_keys LIMIT 1"
COUNTS = {table: f"SELECT COUNT(*) AS n FROM {table}" for table in ("cases", "entries", "outbox", "files")}  # noqa: S608

# Each answers with the ids of rows that point at nothing, or that two places tell differently.
BROKEN = {
    "outbox.case": """
SELECT o.key AS id FROM outbox o WHERE o.case_id <> '' AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.id = o.case_id)
ORDER BY o.key LIMIT 100
""",
    "import.case": """
SELECT i.id FROM imports i WHERE NOT EXISTS (SELECT 1 FROM cases c WHERE c.id = i.case_id) ORDER BY i.id LIMIT 100
""",
    "submission.case": """
SELECT s.case_id AS id FROM submissions s WHERE NOT EXISTS (SELECT 1 FROM cases c WHERE c.id = s.case_id)
ORDER BY s.case_id LIMIT 100
""",
    "case.party": """
SELECT c.number AS id FROM cases c WHERE NOT EXISTS (SELECT 1 FROM parties p WHERE p.case_id = c.id)
ORDER BY c.number LIMIT 100
""",
    "case.lead": """
SELECT c.number AS id FROM cases c WHERE c.lead <> '' AND NOT EXISTS (SELECT 1 FROM cases l WHERE l.id = c.lead)
ORDER BY c.number LIMIT 100
""",
    "case.about": """
SELECT c.number AS id FROM cases c WHERE c.about <> '' AND NOT EXISTS (SELECT 1 FROM cases l WHERE l.id = c.about)
ORDER BY c.number LIMIT 100
""",
    "case.unit": """
SELECT c.number AS id FROM cases c JOIN assignments a ON a.case_id = c.id AND a.until IS NULL
WHERE c.closed_at IS NULL AND a.unit <> c.unit ORDER BY c.number LIMIT 100
""",
    "case.messages": """
SELECT c.number AS id FROM cases c
WHERE c.messages <> (SELECT COUNT(*) FROM messages m WHERE m.case_id = c.id) ORDER BY c.number LIMIT 100
""",
    "clock.ledger": """
SELECT k.case_id AS id FROM clocks k WHERE k.revision <> (
    SELECT COUNT(*) FROM clock_ledger l WHERE l.case_id = k.case_id AND l.name = k.name AND l.round = k.round)
ORDER BY k.case_id LIMIT 100
""",
    "clock.import": """
SELECT c.number AS id FROM clocks k JOIN cases c ON c.id = k.case_id
WHERE c.origin = 'import' AND k.rung_at IS NOT NULL ORDER BY c.number LIMIT 100
""",
    "publication.rating": """
SELECT p.number AS id FROM publications p JOIN cases c ON c.id = p.case_id
WHERE p.live = 1 AND (p.score <> c.score OR p.solved <> c.solved) ORDER BY p.number LIMIT 100
""",
    "publication.sealed": """
SELECT p.number AS id FROM publications p JOIN cases c ON c.id = p.case_id
WHERE c.sealed = 1 OR c.publish_consent = 0 ORDER BY p.number LIMIT 100
""",
}


class Kept(NamedTuple):
    """A case with what the database keeps beside it; `fired` are clock, round, revision and rung of every effect."""

    case: Case
    sort_due: str
    clocks: tuple[Clock, ...]
    lines: tuple[Line, ...]
    fired: frozenset[tuple[str, int, int, str]]

    @property
    def id(self) -> str:
        return self.case.id


class Unreadable(NamedTuple):
    """A case of which something cannot be read; `error` is the class of what it raised."""

    id: str
    number: str
    error: str


def page(tx: Tx, after: str, limit: int) -> list[Kept | Unreadable]:
    """The cases after an id, each with its clocks and its lines of the journal."""
    return [_kept(tx, row) for row in tx.execute(PAGE, {"after": after, "limit": limit})]


def _kept(tx: Tx, row: Row) -> Kept | Unreadable:
    try:
        return Kept(
            from_row(Case, row),
            str(row["sort_due"]),
            clocks.of_case(tx, row["id"]),
            tuple(Line(**line) for line in tx.execute(OF_CASE, {"case_id": row["id"]})),
            frozenset((f["name"], f["round"], f["revision"], f["rung"]) for f in clocks.fired(tx, row["id"])),
        )
    except (ValueError, LookupError, TypeError) as fault:
        return Unreadable(row["id"], row["number"], type(fault).__name__)


def broken(tx: Tx, name: str) -> list[str]:
    """What one question of BROKEN finds, at most a hundred."""
    return [str(row["id"]) for row in tx.execute(BROKEN[name])]


def files(tx: Tx, after: str, limit: int) -> list[str]:
    """The hashes that cases refer to, in order."""
    return [str(row["sha256"]) for row in tx.execute(FILES, {"after": after, "limit": limit})]


def counts(tx: Tx) -> dict[str, int]:
    """How many rows the great tables have."""
    return {table: int(tx.execute(sql)[0]["n"]) for table, sql in COUNTS.items()}


def sealed(tx: Tx) -> bool:
    """Whether anything lies in the vault, which the key ring alone can open."""
    return bool(tx.execute(SEALED))
