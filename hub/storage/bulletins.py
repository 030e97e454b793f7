"""Bulletins in the store: numbered versions whose figures never change; what may change is guarded by the revision."""

import hashlib
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from hub.journal import Tip
from hub.moments import from_text, to_text
from hub.storage.rows import columns, from_row, insert, to_json, to_row
from hub.storage.tx import Row, Tx

OFTEN = 366
"""How many of the newest a list shows."""


@dataclass(frozen=True, slots=True)
class Bulletin:
    """One version. `content` is the document as it was drawn up (JSON), `words` what supervision wrote beside it.

    `due` is the last day for the release. `note` says why it was sent back or recalled, or what a correction is for.
    """

    kind: str
    period: str
    version: int
    since: str
    until: str
    public: bool
    due: str
    drawn_at: datetime
    content: str
    digest: str
    state: str = "drawn"
    revision: int = 1
    words: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    checked_by: str = ""
    checked_person: str = ""
    released_by: str = ""
    released_person: str = ""
    released_at: datetime | None = None
    recalled_at: datetime | None = None

    @property
    def key(self) -> "Key":
        """Which version of which period it is."""
        return Key(self.kind, self.period, self.version)

    @property
    def whole_digest(self) -> str:
        """What tells numbers and words together from every other; the journal keeps it with each step."""
        return digest(self.content + to_json(dict(self.words)))

    def borne_out(self, said: Set[tuple[str, str, str]]) -> bool:
        """Whether what the journal said (action, version, digest) is of these numbers and, once released, words."""
        drawn = self.digest == digest(self.content) and ("bulletin.drawn", str(self.key), self.digest) in said
        return drawn and (self.released_at is None or ("bulletin.released", str(self.key), self.whole_digest) in said)


class Key(NamedTuple):
    """A version of a bulletin."""

    kind: str
    period: str
    version: int

    def __str__(self) -> str:
        return f"{self.kind}/{self.period}/{self.version}"


class Known(NamedTuple):
    """The last day of the newest bulletin of each kind, and when the hub began (None: it has no rules yet)."""

    newest: Mapping[str, date]
    began: datetime | None


_NAMES = columns(Bulletin)
PUT = f"{insert('bulletins', _NAMES)} ON CONFLICT DO NOTHING RETURNING kind"
ONE = "SELECT * FROM bulletins WHERE kind = :kind AND period = :period AND version = :version"
VERSIONS = "SELECT * FROM bulletins WHERE kind = :kind AND period = :period ORDER BY version DESC"
LISTED = """
SELECT * FROM bulletins WHERE (:everything = 1 OR released_at IS NOT NULL)
ORDER BY drawn_at DESC, kind, version DESC LIMIT :limit
"""
PUBLIC = """
SELECT * FROM bulletins WHERE state = 'released' AND public = 1
ORDER BY released_at DESC, kind, period LIMIT :limit
"""
OVERDUE = "SELECT * FROM bulletins WHERE state IN ('drawn', 'checked') AND due < :today ORDER BY due, kind, period"
IN_STATES = """
SELECT COUNT(*) AS n FROM bulletins WHERE state IN (SELECT CAST(value AS TEXT) FROM json_each(:states))
"""
NEWEST = "SELECT kind, MAX(until) AS until FROM bulletins GROUP BY kind"
BEGAN = "SELECT MIN(effective_from) AS at FROM editions"
# The row decides, not what was read before: on PostgreSQL deeds run side by side.
CHANGE = """
UPDATE bulletins SET state = :state, revision = revision + 1, words = :words, note = :note,
    checked_by = :checked_by, checked_person = :checked_person, released_by = :released_by,
    released_person = :released_person, released_at = :released_at, recalled_at = :recalled_at
WHERE kind = :kind AND period = :period AND version = :version AND revision = :revision RETURNING kind
"""
REPLACE = """
UPDATE bulletins SET state = 'replaced', revision = revision + 1
WHERE kind = :kind AND period = :period AND version < :version
  AND state IN (SELECT CAST(value AS TEXT) FROM json_each(:states))
"""
ALL = "SELECT * FROM bulletins ORDER BY kind, period, version"
# What the journal says of bulletins in one stretch of it.
SAID = """
SELECT action, data FROM entries WHERE seq > :after AND seq <= :upto AND case_id IS NULL AND action LIKE 'bulletin.%'
ORDER BY seq
"""
SHOWN = """
SELECT COUNT(*) AS n FROM publications WHERE live = 1 AND published_at >= :since AND published_at < :until
"""
NEXT_LINE = "SELECT recorded_at FROM entries WHERE seq > :seq ORDER BY seq LIMIT 1"
LINE = "SELECT hash FROM entries WHERE seq = :seq"


def put(tx: Tx, bulletin: Bulletin) -> bool:
    """Keep a new version; False where there is one of this number, or another of the period is at work."""
    return bool(tx.execute(PUT, to_row(bulletin)))


def one(tx: Tx, key: Key) -> Bulletin | None:
    """One version; None where there is none."""
    rows = tx.execute(ONE, key._asdict())
    return from_row(Bulletin, rows[0]) if rows else None


def versions(tx: Tx, kind: str, period: str) -> list[Bulletin]:
    """All versions of a period, the newest first."""
    return _all(tx.execute(VERSIONS, {"kind": kind, "period": period}))


def listed(tx: Tx, *, everything: bool) -> list[Bulletin]:
    """The newest bulletins; without `everything` those that were released once."""
    return _all(tx.execute(LISTED, {"everything": int(everything), "limit": OFTEN}))


def public(tx: Tx, limit: int = OFTEN) -> list[Bulletin]:
    """What stands on the public page, the newest first."""
    return _all(tx.execute(PUBLIC, {"limit": limit}))


def overdue(tx: Tx, today: date) -> list[Bulletin]:
    """Versions at work whose last day for the release is over."""
    return _all(tx.execute(OVERDUE, {"today": today.isoformat()}))


def in_states(tx: Tx, states: Iterable[str]) -> int:
    """How many versions stand in one of these states."""
    return int(tx.execute(IN_STATES, {"states": to_json(sorted(states))})[0]["n"])


def change(tx: Tx, now: Bulletin, seen: int) -> bool:
    """Write what may change; False where the version moved on since `seen`."""
    return bool(tx.execute(CHANGE, {**to_row(now), "revision": seen}))


def replace_at_work(tx: Tx, key: Key) -> None:
    """Earlier versions that nobody released give way to this one."""
    tx.execute(REPLACE, {**key._asdict(), "states": to_json(["drawn", "checked"])})


def replace_in_force(tx: Tx, key: Key) -> None:
    """The version in force gives way to this one."""
    tx.execute(REPLACE, {**key._asdict(), "states": to_json(["released"])})


def known(tx: Tx) -> Known:
    """What a sweep asks to see whether something is to be drawn up."""
    newest = {str(r["kind"]): date.fromisoformat(r["until"]) for r in tx.execute(NEWEST)}
    began = tx.execute(BEGAN)[0]["at"]
    return Known(newest, from_text(began) if began else None)


def counted_to(tx: Tx, seq: int, moment: datetime) -> Tip | None:
    """The line up to which the totals count, where nothing written before `moment` is left uncounted; else None."""
    rows = tx.execute(NEXT_LINE, {"seq": seq})
    line = tx.execute(LINE, {"seq": seq})
    if not line or (rows and str(rows[0]["recorded_at"]) < to_text(moment)):
        return None
    return Tip(seq, str(line[0]["hash"]))


def shown_between(tx: Tx, since: datetime, until: datetime) -> int:
    """Letters made public in a period that are public still."""
    return int(tx.execute(SHOWN, {"since": to_text(since), "until": to_text(until)})[0]["n"])


def everything(tx: Tx) -> list[Bulletin]:
    """Every version, for `verify`."""
    return _all(tx.execute(ALL))


def said(tx: Tx, after: int, upto: int) -> list[Row]:
    """Action and data of what the journal says of bulletins in a stretch of it."""
    return tx.execute(SAID, {"after": after, "upto": upto})


def digest(text: str) -> str:
    """What tells one text from every other (SHA-256)."""
    return hashlib.sha256(text.encode()).hexdigest()


def _all(rows: list[Row]) -> list[Bulletin]:
    return [from_row(Bulletin, row) for row in rows]
