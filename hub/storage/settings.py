"""Settings of the whole store that every process reads: above all whether what waits in the outbox may go."""

from hub.storage.tx import Tx

HELD = "outbox.held"
"""Set by a restore: the courier sends nothing until an admin releases it."""
DEMO = "demo"
"""Set by the demo district: every page says 演示."""
GET = "SELECT value FROM settings WHERE name = :name"
PUT = """
INSERT INTO settings (name, value) VALUES (:name, :value)
ON CONFLICT (name) DO UPDATE SET value = excluded.value
"""
# The row decides, not what was read before: on PostgreSQL deeds run side by side.
TURN = f"{PUT.strip()} WHERE settings.value <> excluded.value RETURNING name"
PUT_NEW = "INSERT INTO settings (name, value) VALUES (:name, :value) ON CONFLICT (name) DO NOTHING RETURNING name"
NAMED = """
SELECT name, value FROM settings WHERE name > :first AND name < :past ORDER BY name DESC LIMIT :limit
"""
RELEASE = "DELETE FROM settings WHERE name = :name RETURNING name"


def is_held(tx: Tx) -> bool:
    """Whether the courier sends nothing at present."""
    return bool(tx.execute(GET, {"name": HELD}))


def release(tx: Tx) -> bool:
    """Let the courier send again; False when nothing was held."""
    return drop(tx, HELD)


def get(tx: Tx, name: str) -> str:
    """A setting of the whole store, empty where it was never set."""
    rows = tx.execute(GET, {"name": name})
    return str(rows[0]["value"]) if rows else ""


def put(tx: Tx, name: str, value: str) -> None:
    """Keep a setting of the whole store."""
    tx.execute(PUT, {"name": name, "value": value})


def turn(tx: Tx, name: str, value: str) -> bool:
    """Keep a setting that has another value, or none; False where it has this one. Of two at once one turns it."""
    return bool(tx.execute(TURN, {"name": name, "value": value}))


def put_new(tx: Tx, name: str, value: str) -> bool:
    """Keep a setting that has no value yet; False where it has one. Of two at once one keeps it."""
    return bool(tx.execute(PUT_NEW, {"name": name, "value": value}))


def drop(tx: Tx, name: str) -> bool:
    """Take a setting away; False where there was none."""
    return bool(tx.execute(RELEASE, {"name": name}))


def named(tx: Tx, prefix: str, limit: int) -> list[tuple[str, str]]:
    """The settings whose names begin so, the last names first."""
    rows = tx.execute(NAMED, {"first": prefix, "past": f"{prefix}~", "limit": limit})
    return [(str(r["name"]), str(r["value"])) for r in rows]
