"""Opening the store: the one door of the hub to its database."""

from pathlib import Path

from hub.moments import Clock
from hub.storage.address import sqlite_path
from hub.storage.contract import Room, Store, StoreHealth
from hub.storage.postgres import PostgresStore
from hub.storage.schema import STEPS, read_steps
from hub.storage.sqlite import SqliteStore

__all__ = ["Room", "Store", "StoreHealth", "open_store"]


async def open_store(url: str, *, clock: Clock, writes: bool = True, folder: Path = STEPS) -> Store:
    """Open the store at `url` and share its hold until `close()`.

    `clock` gives `recorded_at` of the entries. `writes=False` for a process that only asks. Raises OlderSchema
    (run `migrate`), NewerSchema, Held (someone must be alone; in careful mode also: someone else writes) and
    Unavailable.
    """
    path = sqlite_path(url)
    steps = read_steps(folder)
    if path:
        return await SqliteStore(path, clock, writes=writes).open(steps)
    return await PostgresStore(url, clock, writes=writes).open(steps)
