"""The journal in the store: appending to a deed, reading on from a place, following the chain."""

from collections.abc import Iterable

from hub.journal import Draft, Entry, Fault, Line, Tip, check, draft
from hub.storage.errors import ForbiddenStatement
from hub.storage.tx import Row, Tx, check_text

_COLUMNS = "seq, case_id, action, actor, at, recorded_at, data, prev, hash"

AFTER = f"SELECT {_COLUMNS} FROM entries WHERE seq > :seq ORDER BY seq LIMIT :limit"  # noqa: S608
OF_CASE = f"SELECT {_COLUMNS} FROM entries WHERE case_id = :case_id ORDER BY seq"  # noqa: S608
HEAD = "SELECT seq, hash FROM journal_head WHERE id = 1"
CURSOR = "SELECT cursor FROM followers WHERE name = :name"
KEEP_CURSOR = """
INSERT INTO followers (name, cursor) VALUES (:name, :cursor)
ON CONFLICT (name) DO UPDATE SET cursor = excluded.cursor WHERE followers.cursor = :seen
RETURNING cursor
"""


def append(tx: Tx, entries: Iterable[Entry]) -> None:
    """Let entries wait in the deed; they get their places when it commits, and are forgotten when it fails.

    Raises ValueError for an entry that cannot be written down, ForbiddenStatement in a question.
    """
    if tx.waiting is None:
        raise ForbiddenStatement("a question writes no entries")
    for entry in entries:
        text = draft(entry)
        _check_draft(text)
        tx.waiting.append(text)


def read_after(tx: Tx, seq: int, limit: int) -> list[Line]:
    """The lines after `seq`, oldest first, at most `limit`."""
    return [_line(row) for row in tx.execute(AFTER, {"seq": seq, "limit": limit})]


def of_case(tx: Tx, case_id: str) -> list[Line]:
    """All lines of one case, oldest first."""
    return [_line(row) for row in tx.execute(OF_CASE, {"case_id": case_id})]


def head(tx: Tx) -> Tip:
    """The end of the chain."""
    row = tx.execute(HEAD)[0]
    return Tip(row["seq"], row["hash"])


def follow_chain(tx: Tx, tip: Tip, limit: int = 5_000) -> tuple[Tip, list[Fault]]:
    """Verify the next `limit` lines after `tip`; a tip that did not move is the end. Ask again with the tip returned.

    At the end the last line must be the one the head remembers, else the fault `head` is added.
    """
    lines = read_after(tx, tip.seq, limit)
    tip, faults = check(tip, lines)
    if len(lines) < limit and tip != head(tx):
        faults.append(Fault(tip.seq, "head"))
    return tip, faults


def cursor(tx: Tx, follower: str) -> int:
    """How far a follower has read; 0 for a new one."""
    rows = tx.execute(CURSOR, {"name": follower})
    return int(rows[0]["cursor"]) if rows else 0


def keep_cursor(tx: Tx, follower: str, seen: int, seq: int) -> bool:
    """Move a follower from `seen` on to `seq` in the same deed as its effect; False when another was first."""
    return bool(tx.execute(KEEP_CURSOR, {"name": follower, "seen": seen, "cursor": seq}))


def _line(row: Row) -> Line:
    return Line(**row)


def _check_draft(text: Draft) -> None:
    for name, value in zip(text._fields, text, strict=True):
        if value is not None:
            check_text(name, value)
