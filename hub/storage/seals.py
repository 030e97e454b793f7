"""Published seals: the end of the journal on each day, as anybody may keep it."""

from typing import NamedTuple

from hub.storage.tx import Tx

PUT = "INSERT INTO seals (day, seq, hash) VALUES (:day, :seq, :hash) ON CONFLICT (day) DO NOTHING RETURNING day"
NEWEST = "SELECT day, seq, hash FROM seals WHERE day < :before ORDER BY day DESC LIMIT :limit"
BROKEN = """
SELECT s.day, s.seq, s.hash FROM seals s LEFT JOIN entries e ON e.seq = s.seq
WHERE e.hash IS NULL OR e.hash <> s.hash ORDER BY s.day
"""
AT = "SELECT hash FROM entries WHERE seq = :seq"
BEHIND = "9999"
"""After every day."""


class Seal(NamedTuple):
    """The journal ended with this line when the day began: everything before it is under this hash."""

    day: str
    seq: int
    hash: str


def put(tx: Tx, seal: Seal) -> bool:
    """Keep the seal of a day; False where it has one."""
    return bool(tx.execute(PUT, seal._asdict()))


def newest(tx: Tx, limit: int, before: str = BEHIND) -> list[Seal]:
    """The seals before a day, the newest first."""
    return [Seal(**row) for row in tx.execute(NEWEST, {"before": before, "limit": limit})]


def broken(tx: Tx) -> list[Seal]:
    """Seals that the journal does not bear out any more."""
    return [Seal(**row) for row in tx.execute(BROKEN)]


def hash_at(tx: Tx, seq: int) -> str:
    """The hash of a line as it stands; empty where there is none."""
    rows = tx.execute(AT, {"seq": seq})
    return str(rows[0]["hash"]) if rows else ""
