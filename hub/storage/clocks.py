"""Clock rows and their append-only ledgers; due rows come out in order, each effect is recorded once for ever."""

from datetime import datetime
from typing import NamedTuple

from hub.case import Clock
from hub.clocks import LedgerEvent
from hub.limits import read_allowed
from hub.moments import from_text, to_text
from hub.storage.tx import Row, Tx

PUT = """
INSERT INTO clocks (case_id, name, round, ladder, phase, revision, due_at, breached_at, rung, rung_at, calendar)
VALUES (:case_id, :name, :round, :ladder, :phase, :revision, :due_at, :breached_at, :rung, :rung_at, :calendar)
ON CONFLICT (case_id, name, round) DO UPDATE SET phase = excluded.phase, revision = excluded.revision,
    due_at = excluded.due_at, breached_at = excluded.breached_at, rung = excluded.rung, rung_at = excluded.rung_at,
    calendar = excluded.calendar
"""
PUT_EVENT = """
INSERT INTO clock_ledger (case_id, name, round, n, at, what, allowed, reason)
VALUES (:case_id, :name, :round, :n, :at, :what, :allowed, :reason)
ON CONFLICT (case_id, name, round, n) DO NOTHING
"""
OF_CASE = "SELECT * FROM clocks WHERE case_id = :case_id ORDER BY round, name"
LEDGERS = "SELECT * FROM clock_ledger WHERE case_id = :case_id ORDER BY name, round, n"
# The sweep's one question: what is due and not put off, oldest first.
DUE = """
SELECT k.case_id, k.name, k.round, k.rung_at FROM clocks k
WHERE k.rung_at IS NOT NULL AND k.rung_at <= :now
  AND NOT EXISTS (
    SELECT 1 FROM put_off p
    WHERE p.what = 'clock' AND p.case_id = k.case_id AND p.name = k.name AND p.n = k.round AND p.at = k.rung_at
      AND p.until > :now)
ORDER BY k.rung_at, k.case_id LIMIT :limit
"""
FIRE = """
INSERT INTO fired (case_id, name, round, revision, rung, at, recorded_at, told)
VALUES (:case_id, :name, :round, :revision, :rung, :at, :recorded_at, :told)
ON CONFLICT (case_id, name, round, revision, rung) DO NOTHING RETURNING rung
"""
# Open clocks in time that are counted under an older calendar, in the order of that calendar; none is one probe of the
# index. Those that are late keep their calendar for good.
BEHIND = """
SELECT case_id, name, round, revision, calendar, due_at, rung_at FROM clocks
WHERE phase IN ('running', 'paused') AND calendar < :edition AND (due_at IS NULL OR due_at > :now)
  AND (calendar, case_id, name, round) > (:calendar, :case_id, :name, :round)
ORDER BY calendar, case_id, name, round LIMIT :limit
"""
BRING = """
UPDATE clocks SET calendar = :edition
WHERE case_id = :case_id AND name = :name AND round = :round AND revision = :revision AND calendar = :calendar
"""
FIRED = "SELECT * FROM fired WHERE case_id = :case_id ORDER BY at, name, round, rung"


class DueRow(NamedTuple):
    """A clock that must be looked at."""

    case_id: str
    name: str
    round: int
    rung_at: datetime


class Behind(NamedTuple):
    """An open clock that is counted under an older calendar than the one in force."""

    case_id: str
    name: str
    round: int
    revision: int
    calendar: int
    due_at: datetime | None
    rung_at: datetime | None


def of_case(tx: Tx, case_id: str) -> tuple[Clock, ...]:
    """All clocks of a case with their ledgers, earlier rounds first."""
    ledgers: dict[tuple[str, int], list[LedgerEvent]] = {}
    for r in tx.execute(LEDGERS, {"case_id": case_id}):
        event = LedgerEvent(from_text(r["at"]), r["what"], read_allowed(r["allowed"]), r["reason"])
        ledgers.setdefault((r["name"], r["round"]), []).append(event)
    return tuple(
        Clock(
            name=r["name"],
            round=r["round"],
            ladder=r["ladder"],
            ledger=tuple(ledgers[r["name"], r["round"]]),
            due_at=_moment(r["due_at"]),
            phase=r["phase"],
            rung=r["rung"],
            rung_at=_moment(r["rung_at"]),
            breached_at=_moment(r["breached_at"]),
            calendar=int(r["calendar"]),
        )
        for r in tx.execute(OF_CASE, {"case_id": case_id})
    )


def put(tx: Tx, case_id: str, clocks: tuple[Clock, ...]) -> None:
    """Write clocks and what is new in their ledgers; a line once written never changes."""
    put_many(tx, [(case_id, clocks)])


def put_many(tx: Tx, of_cases: list[tuple[str, tuple[Clock, ...]]]) -> None:
    """The same for the clocks of many cases."""
    rows = [(case_id, clock) for case_id, clocks in of_cases for clock in clocks]
    if rows:
        tx.executemany(PUT, [_row(case_id, clock) for case_id, clock in rows])
        tx.executemany(PUT_EVENT, [line for case_id, clock in rows for line in _events(case_id, clock)])


def due(tx: Tx, now: datetime, limit: int) -> list[DueRow]:
    """What the sweep must look at, oldest first, at most `limit` rows."""
    rows = tx.execute(DUE, {"now": to_text(now), "limit": limit})
    return [DueRow(r["case_id"], r["name"], r["round"], from_text(r["rung_at"])) for r in rows]


def fire(tx: Tx, case_id: str, clock: Clock, rung: str, at: datetime, now: datetime, *, told: bool) -> bool:
    """Record a rung's effect with its true time; False when it was recorded before."""
    return bool(
        tx.execute(
            FIRE,
            {
                "case_id": case_id,
                "name": clock.name,
                "round": clock.round,
                "revision": clock.revision,
                "rung": rung,
                "at": to_text(at),
                "recorded_at": to_text(now),
                "told": int(told),
            },
        )
    )


def behind(tx: Tx, edition: int, now: datetime, limit: int, after: Behind | None = None) -> list[Behind]:
    """The open clocks in time that are counted under an older calendar than `edition`, from behind `after` on."""
    place = after or Behind("", "", 0, 0, 0, None, None)
    rows = tx.execute(BEHIND, {**_key(place), "edition": edition, "now": to_text(now), "limit": limit})
    return [Behind(**{**r, "due_at": _moment(r["due_at"]), "rung_at": _moment(r["rung_at"])}) for r in rows]


def bring(tx: Tx, rows: list[Behind], edition: int) -> None:
    """Let clocks that a newer calendar does not touch be counted under it; one that changed meanwhile is left alone."""
    if rows:
        tx.executemany(BRING, [{**_key(row), "edition": edition} for row in rows])


def _key(row: Behind) -> Row:
    return {name: value for name, value in row._asdict().items() if name not in ("due_at", "rung_at")}


def fired(tx: Tx, case_id: str) -> list[Row]:
    """The rungs that were climbed on a case, with their true times."""
    return tx.execute(FIRED, {"case_id": case_id})


def _row(case_id: str, c: Clock) -> Row:
    return {
        "case_id": case_id,
        "name": c.name,
        "round": c.round,
        "ladder": c.ladder,
        "phase": c.phase,
        "revision": c.revision,
        "due_at": _text(c.due_at),
        "breached_at": _text(c.breached_at),
        "rung": c.rung,
        "rung_at": _text(c.rung_at),
        "calendar": c.calendar,
    }


def _events(case_id: str, c: Clock) -> list[Row]:
    return [
        {
            "case_id": case_id,
            "name": c.name,
            "round": c.round,
            "n": n,
            "at": to_text(e.at),
            "what": e.what,
            "allowed": str(e.limit) if e.limit else "",
            "reason": e.reason,
        }
        for n, e in enumerate(c.ledger, 1)
    ]


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else to_text(moment)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else from_text(text)
