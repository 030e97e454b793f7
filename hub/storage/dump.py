"""A whole store as plain rows: read from one snapshot of either engine, or built anew in one piece on either engine."""

from contextlib import AbstractContextManager

from hub.moments import Clock
from hub.storage import postgres_dump, sqlite_dump
from hub.storage.address import sqlite_path
from hub.storage.dump_contract import Source, Target
from hub.storage.errors import StoreError
from hub.storage.schema import read_steps


def snapshot(url: str) -> AbstractContextManager[Source]:
    """One sight of the whole store, however long it is read; writers go on. Raises Unavailable, Held."""
    path = sqlite_path(url)
    return sqlite_dump.snapshot(path) if path else postgres_dump.snapshot(url)


def building(url: str, schema: int, clock: Clock, *, replace: bool) -> AbstractContextManager[Target]:
    """Build a store at `url` from the schema step `schema` on, alone, and put it in place at the end in one piece.

    Raises Held while anyone uses the store, NotEmpty where something is in it and `replace` is not given, StoreError
    for a schema that this program does not know. Whatever is raised inside leaves the old store as it was.
    """
    steps = read_steps()
    if not 1 <= schema <= len(steps):
        raise StoreError(
            f"备份的数据库版本是 {schema}，本程序只认 1 到 {len(steps)}。(The archive needs another program version.)"
        )
    path = sqlite_path(url)
    if path:
        return sqlite_dump.building(path, steps, schema, clock, replace=replace)
    return postgres_dump.building(url, steps, schema, clock, replace=replace)
