"""Holding a PostgreSQL database: everybody shares an advisory lock, and who must be alone asks for all of it."""

from contextlib import suppress

import psycopg

from hub.storage.contract import IN_USE
from hub.storage.errors import Held
from hub.storage.postgres_driver import Raw, connect, in_our_words

HOLD = 0x6D696E78696E
"""The advisory lock of the whole store: shared by everybody, exclusive for who must be alone."""


def hold_store(url: str, *, alone: bool = False) -> Raw:
    """A connection that holds the store as long as it lives; raises Held when that is not possible now."""
    raw = connect(url)
    try:
        raw.autocommit = True
        take_hold(raw, alone=alone)
    except BaseException:
        raw.close()
        raise
    return raw


def let_go(raw: Raw) -> None:
    """End a hold now, not only when the server has noticed that the connection is closed."""
    with suppress(psycopg.Error):
        raw.execute("SELECT pg_advisory_unlock_all()")
    raw.close()


def share_again(raw: Raw) -> None:
    """No longer alone; a connection that is lost has let go already."""
    with suppress(psycopg.Error):
        raw.execute("SELECT pg_advisory_unlock(%s)", (HOLD,))


def take_hold(raw: Raw, *, alone: bool) -> None:
    """Share the store, or have it alone; a session's own share is not in its way. Raises Held."""
    ask = "SELECT pg_try_advisory_lock(%s) AS held" if alone else "SELECT pg_try_advisory_lock_shared(%s) AS held"
    try:
        row = raw.execute(ask, (HOLD,)).fetchone()
    except psycopg.Error as fault:
        raise in_our_words(fault) from None
    if not row or not row["held"]:
        raise Held(IN_USE)
