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
RELEASE = "DELETE FROM settings WHERE name = :name RETURNING name"


def is_held(tx: Tx) -> bool:
    """Whether the courier sends nothing at present."""
    return bool(tx.execute(GET, {"name": HELD}))


def release(tx: Tx) -> bool:
    """Let the courier send again; False when nothing was held."""
    return bool(tx.execute(RELEASE, {"name": HELD}))


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
