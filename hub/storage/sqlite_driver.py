"""SQLite's side of the contract: opening connections, running statements, telling its errors apart."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

import aiosqlite

from hub.storage.errors import (
    Conflict,
    ForbiddenStatement,
    QuestionTooSlow,
    RuleBroken,
    StoreBusy,
    StoreError,
    Unavailable,
)
from hub.storage.statements import Statement
from hub.storage.tx import Row

if TYPE_CHECKING:
    import sqlite3 as sqlite
else:
    try:
        from pysqlite3 import dbapi2 as sqlite
    except ImportError:
        import sqlite3 as sqlite

__all__ = ["sqlite"]
Result = TypeVar("Result")

COLUMNS = """
SELECT lower(t.name) AS of_table, lower(c.name) AS name, c.type = 'TEXT' AS is_text
FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.sql NOT LIKE 'CREATE VIRTUAL%'
"""

_COMMON = "PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -32768;"
_WRITER = (
    "PRAGMA synchronous = FULL; PRAGMA busy_timeout = 0; PRAGMA journal_size_limit = 16777216;"
    "PRAGMA secure_delete = ON;"
)
_READER = "PRAGMA busy_timeout = 5000; PRAGMA query_only = ON; PRAGMA wal_autocheckpoint = 0;"
_UNABLE = {7, 8, 10, 11, 13, 14, 26}  # NOMEM, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, NOTADB
_DENIED = {22, 24, 25, 32}  # TRANSACTION, ATTACH, DETACH, SAVEPOINT
_STEPS_BETWEEN_LOOKS = 4_000


def loses_commits(version: tuple[int, ...]) -> bool:
    """Whether this SQLite can lose committed rows when two connections write at once (the WAL-reset race).

    3.7.0 to 3.51.2 can, except the repaired branches 3.44.6 and 3.50.7 onwards.
    """
    repaired = (3, 44, 6) <= version < (3, 45) or (3, 50, 7) <= version < (3, 51)
    return (3, 7) <= version < (3, 51, 3) and not repaired


class Lane(aiosqlite.Connection):
    """A connection and its thread, to which whole functions are handed."""

    def __init__(self, connect: Callable[[], "sqlite.Connection"]) -> None:
        super().__init__(connect, 64)
        self.deadline = float("inf")

    async def begin(self) -> None:
        """Start the thread and connect; a thread that could not connect has ended when this raises."""
        try:
            await self
        except BaseException:
            await asyncio.to_thread(self._thread.join)
            raise

    async def run(self, function: Callable[[], Result]) -> Result:
        """Run a function on the connection's thread."""
        result: Result = await self._execute(function)  # type: ignore[no-untyped-call]
        return result

    def post(self, function: Callable[[], None]) -> None:
        """Let the thread run a function when its turn comes."""
        self._tx.put_nowait((None, function))

    @property
    def raw(self) -> "sqlite.Connection":
        """The driver's connection, for use on its thread only."""
        return self._conn

    def limit_time(self) -> None:
        """On the thread, once: interrupt any statement that runs past `deadline`."""
        self.raw.set_progress_handler(lambda: time.monotonic() > self.deadline, _STEPS_BETWEEN_LOOKS)


def open_writer(path: Path, *, create: bool = False) -> "sqlite.Connection":
    """A connection that may write, in WAL mode with every commit on disk."""
    settings = _COMMON + "PRAGMA journal_mode = WAL;" + _WRITER
    return _open(f"file:{quote(str(path))}?mode={'rwc' if create else 'rw'}", settings)


def open_reader(path: Path) -> "sqlite.Connection":
    """A connection that neither writes nor checkpoints."""
    return _open(f"file:{quote(str(path))}?mode=ro", _COMMON + _READER)


def _open(address: str, settings: str) -> "sqlite.Connection":
    connection: sqlite.Connection | None = None
    try:
        connection = sqlite.connect(
            address, uri=True, isolation_level=None, check_same_thread=False, cached_statements=512, timeout=5
        )
        connection.executescript(settings)
    except sqlite.Error as fault:
        if connection:
            connection.close()
        raise in_our_words(fault) from None
    return connection


class SqliteDriver:
    """Statements on one connection; while `deed_runs`, none that touches the transaction is compiled."""

    def __init__(self, raw: "sqlite.Connection") -> None:
        self.raw = raw
        self.deed_runs = False
        raw.set_authorizer(self._allowed)

    def execute(self, statement: Statement, params: dict[str, object]) -> list[Row]:
        """See `Driver`."""
        try:
            cursor = self.raw.execute(statement.sqlite, _values(statement, params))
            rows: list[Any] = cursor.fetchall()
        except sqlite.Error as fault:
            raise in_our_words(fault) from None
        if not rows:
            return []
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in rows]

    def executemany(self, statement: Statement, rows: list[dict[str, object]]) -> None:
        """See `Driver`."""
        try:
            self.raw.executemany(statement.sqlite, [_values(statement, row) for row in rows])
        except sqlite.Error as fault:
            raise in_our_words(fault) from None

    def _allowed(self, action: int, *_: str | None) -> int:
        return sqlite.SQLITE_DENY if self.deed_runs and action in _DENIED else sqlite.SQLITE_OK


def _values(statement: Statement, params: dict[str, object]) -> list[object]:
    """The values in the order of their numbers; StoreError where one is missing."""
    try:
        return [params[name] for name in statement.names]
    except KeyError as missing:
        raise StoreError(f"the statement wants a parameter {missing}") from None


def is_busy(fault: "sqlite.Error") -> bool:
    """Whether another connection has the write lock."""
    return _code(fault) in {5, 6}


def in_our_words(fault: "sqlite.Error") -> StoreError:
    """The store's own error for SQLite's; its messages name tables and columns, never values."""
    code = _code(fault)
    if code == sqlite.SQLITE_CONSTRAINT:
        return (Conflict if str(fault).startswith("UNIQUE") else RuleBroken)(str(fault))  # no extended code here
    if code in _UNABLE:
        return Unavailable(str(fault))
    if code == sqlite.SQLITE_AUTH:
        return ForbiddenStatement("a deed does not touch its transaction: the store keeps it")
    return {5: StoreBusy, 6: StoreBusy, 9: QuestionTooSlow}.get(code, StoreError)(str(fault))


def _code(fault: "sqlite.Error") -> int:
    return getattr(fault, "sqlite_errorcode", 0) & 0xFF
