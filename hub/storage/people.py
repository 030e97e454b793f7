"""Officers, their roles, absences and sign-ins."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.moments import from_text, to_text
from hub.people import Actor, Grant
from hub.storage.rows import from_row, insert, to_json, to_row
from hub.storage.tx import Row, Tx


@dataclass(frozen=True, slots=True)
class Officer:
    """One account of one person."""

    id: str
    account: str
    person: str
    name: str
    home: str
    password_hash: str
    otp_secret: str
    active: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Absence:
    """Days on which a deputy holds an officer's roles."""

    officer_id: str
    since: datetime
    until: datetime
    deputy_id: str


_NAMES = ("id", "account", "person", "name", "home", "password_hash", "otp_secret", "active", "created_at")
ADD = insert("officers", _NAMES)
BY_ACCOUNT = "SELECT * FROM officers WHERE account = :account"
BY_ID = "SELECT * FROM officers WHERE id = :id"
ALL = "SELECT * FROM officers ORDER BY account"
GRANTS = "SELECT role, unit FROM grants WHERE officer_id = :id ORDER BY role, unit"
ALL_GRANTS = "SELECT officer_id, role, unit FROM grants ORDER BY officer_id, role, unit"
GRANT = """
INSERT INTO grants (officer_id, role, unit, granted_by, granted_at) VALUES (:id, :role, :unit, :by, :at)
ON CONFLICT (officer_id, role, unit) DO NOTHING
"""
REVOKE = "DELETE FROM grants WHERE officer_id = :id AND role = :role AND unit = :unit RETURNING role"
# Roles that a deputy holds today for somebody who is away.
LENT = """
SELECT a.officer_id, g.role, g.unit FROM absences a JOIN grants g ON g.officer_id = a.officer_id
WHERE a.deputy_id = :id AND a.since <= :now AND a.until > :now ORDER BY a.officer_id, g.role, g.unit
"""
ALL_LENT = """
SELECT a.deputy_id, a.officer_id, g.role, g.unit FROM absences a JOIN grants g ON g.officer_id = a.officer_id
WHERE a.since <= :now AND a.until > :now ORDER BY a.deputy_id, a.officer_id, g.role, g.unit
"""
AWAY = "SELECT officer_id, since, until, deputy_id FROM absences WHERE until > :now ORDER BY since"
SET_AWAY = """
INSERT INTO absences (officer_id, since, until, deputy_id, entered_by)
VALUES (:officer_id, :since, :until, :deputy_id, :by)
ON CONFLICT (officer_id, since) DO UPDATE SET until = excluded.until, deputy_id = excluded.deputy_id
"""
END_AWAY = "DELETE FROM absences WHERE officer_id = :officer_id AND since = :since RETURNING since"
SIGN_IN = """
INSERT INTO sign_ins (token_hash, officer_id, purpose, created_at, seen_at, until)
VALUES (:token_hash, :officer_id, :purpose, :now, :now, :until)
"""
SIGNED_IN = """
SELECT s.*, o.active FROM sign_ins s JOIN officers o ON o.id = s.officer_id WHERE s.token_hash = :token_hash
"""
SEEN = "UPDATE sign_ins SET seen_at = :now WHERE token_hash = :token_hash RETURNING officer_id"
SIGN_OUT = "DELETE FROM sign_ins WHERE token_hash = :token_hash"
SIGN_OUT_ALL = "DELETE FROM sign_ins WHERE officer_id = :officer_id"
ISSUED = """
SELECT MAX(created_at) AS at FROM sign_ins WHERE officer_id = :officer_id AND purpose = :purpose AND until > :now
"""
RECALL = "DELETE FROM sign_ins WHERE officer_id = :officer_id AND purpose = :purpose RETURNING officer_id"
NAMES = "SELECT id, name FROM officers WHERE id IN (SELECT CAST(value AS TEXT) FROM json_each(:ids))"
ACCOUNTS = "SELECT account FROM officers WHERE id IN (SELECT CAST(value AS TEXT) FROM json_each(:ids))"
SET_PASSWORD = "UPDATE officers SET password_hash = :password_hash WHERE id = :id RETURNING id"  # noqa: S105
SET_ACTIVE = "UPDATE officers SET active = :active WHERE id = :id RETURNING id"


def add(tx: Tx, officer: Officer) -> None:
    """Add an account; raises Conflict where the account name is taken."""
    tx.execute(ADD, to_row(officer))


def by_account(tx: Tx, account: str) -> Officer | None:
    return _one(tx.execute(BY_ACCOUNT, {"account": account}))


def by_id(tx: Tx, officer_id: str) -> Officer | None:
    return _one(tx.execute(BY_ID, {"id": officer_id}))


def everyone(tx: Tx) -> list[tuple[Officer, tuple[Grant, ...]]]:
    """All officers with their own roles, by account."""
    held: dict[str, list[Grant]] = {}
    for r in tx.execute(ALL_GRANTS):
        held.setdefault(r["officer_id"], []).append(Grant(r["role"], r["unit"] or None))
    return [(o, tuple(held.get(o.id, ()))) for o in (from_row(Officer, r) for r in tx.execute(ALL))]


def names(tx: Tx, ids: Iterable[str]) -> dict[str, str]:
    """Id → name, for pages that show who did what; citizens, the system and import actors are not in it."""
    wanted = sorted({i for i in ids if i})
    return {r["id"]: r["name"] for r in tx.execute(NAMES, {"ids": to_json(wanted)})} if wanted else {}


def grant(tx: Tx, officer_id: str, given: Grant, by: str, now: datetime) -> None:
    tx.execute(GRANT, {"id": officer_id, "role": given.role, "unit": given.unit or "", "by": by, "at": to_text(now)})


def revoke(tx: Tx, officer_id: str, given: Grant) -> bool:
    return bool(tx.execute(REVOKE, {"id": officer_id, "role": given.role, "unit": given.unit or ""}))


def actor(tx: Tx, officer_id: str, now: datetime) -> Actor | None:
    """The officer as somebody who acts: own roles and those lent by people who are away; None if not active."""
    officer = by_id(tx, officer_id)
    if officer is None or not officer.active:
        return None
    own = tuple(Grant(r["role"], r["unit"] or None) for r in tx.execute(GRANTS, {"id": officer_id}))
    lent = tuple(
        Grant(r["role"], r["unit"] or None, r["officer_id"])
        for r in tx.execute(LENT, {"id": officer_id, "now": to_text(now)})
    )
    return Actor("officer", officer.id, officer.person, officer.name, own + lent, home=officer.home)


def actors(tx: Tx, now: datetime) -> list[tuple[str, Actor]]:
    """Every active officer with the account name, as somebody who acts today: own roles and lent ones."""
    lent: dict[str, list[Grant]] = {}
    for r in tx.execute(ALL_LENT, {"now": to_text(now)}):
        lent.setdefault(r["deputy_id"], []).append(Grant(r["role"], r["unit"] or None, r["officer_id"]))
    return [
        (o.account, Actor("officer", o.id, o.person, o.name, (*own, *lent.get(o.id, ())), home=o.home))
        for o, own in everyone(tx)
        if o.active
    ]


def accounts(tx: Tx, actor: Actor) -> list[str]:
    """The account names of an officer and of those whose absence lends them roles today."""
    ids = {actor.id} | {g.deputy_for for g in actor.grants if g.deputy_for}
    return [r["account"] for r in tx.execute(ACCOUNTS, {"ids": to_json(sorted(ids))})]


def away(tx: Tx, now: datetime) -> list[Absence]:
    """Absences that are not over yet."""
    return [from_row(Absence, r) for r in tx.execute(AWAY, {"now": to_text(now)})]


def set_away(tx: Tx, absence: Absence, by: str) -> None:
    tx.execute(SET_AWAY, {**to_row(absence), "by": by})


def end_away(tx: Tx, officer_id: str, since: datetime) -> bool:
    return bool(tx.execute(END_AWAY, {"officer_id": officer_id, "since": to_text(since)}))


def sign_in(tx: Tx, token_hash: str, officer_id: str, purpose: str, now: datetime, lasts: timedelta) -> None:
    row = {"token_hash": token_hash, "officer_id": officer_id, "purpose": purpose}
    tx.execute(SIGN_IN, {**row, "now": to_text(now), "until": to_text(now + lasts)})


def signed_in(tx: Tx, token_hash: str, purpose: str, now: datetime, idle: timedelta) -> Actor | None:
    """Who holds this token: None when it is unknown, over, idle for too long, or the account was closed."""
    rows = tx.execute(SIGNED_IN, {"token_hash": token_hash})
    if not rows or rows[0]["purpose"] != purpose or from_text(rows[0]["until"]) <= now:
        return None
    if from_text(rows[0]["seen_at"]) + idle <= now:
        return None
    return actor(tx, rows[0]["officer_id"], now)


def seen(tx: Tx, token_hash: str, now: datetime) -> None:
    """Keep a sign-in from going idle; written at most once a minute by the caller."""
    tx.execute(SEEN, {"token_hash": token_hash, "now": to_text(now)})


def sign_out(tx: Tx, token_hash: str) -> None:
    tx.execute(SIGN_OUT, {"token_hash": token_hash})


def sign_out_everywhere(tx: Tx, officer_id: str) -> None:
    tx.execute(SIGN_OUT_ALL, {"officer_id": officer_id})


def issued(tx: Tx, officer_id: str, purpose: str, now: datetime) -> datetime | None:
    """When an officer's newest token for a purpose was given; None where none is valid."""
    at = tx.execute(ISSUED, {"officer_id": officer_id, "purpose": purpose, "now": to_text(now)})[0]["at"]
    return from_text(at) if at else None


def recall(tx: Tx, officer_id: str, purpose: str) -> bool:
    """Make an officer's tokens for a purpose void; False where there were none."""
    return bool(tx.execute(RECALL, {"officer_id": officer_id, "purpose": purpose}))


def set_password(tx: Tx, officer_id: str, password_hash: str) -> bool:
    return bool(tx.execute(SET_PASSWORD, {"id": officer_id, "password_hash": password_hash}))


def set_active(tx: Tx, officer_id: str, *, active: bool) -> bool:
    return bool(tx.execute(SET_ACTIVE, {"id": officer_id, "active": int(active)}))


def _one(rows: list[Row]) -> Officer | None:
    return from_row(Officer, rows[0]) if rows else None
