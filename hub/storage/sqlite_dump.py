"""A SQLite store as plain rows: one reading transaction, or a new file beside the old one that takes its place."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from hub.moments import Clock, to_text
from hub.storage.dump_contract import SOMETHING_IN, NotEmpty, Values
from hub.storage.errors import RuleBroken, Unavailable
from hub.storage.hold import FileHold
from hub.storage.schema import RECORD, Step, dialect
from hub.storage.sqlite import beside
from hub.storage.sqlite_driver import in_our_words, open_reader, open_writer, sqlite

TABLES = """
SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'
AND name NOT LIKE 'search!_index!_%' ESCAPE '!' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY rowid
"""
COLUMNS = "SELECT name FROM pragma_table_info(?) ORDER BY cid"
KEY = "SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk"
LAST_STEP = "SELECT MAX(number) FROM schema_steps"
NOTE = "INSERT INTO schema_steps VALUES (?, ?, ?, ?)"


class SqliteSource:
    """See `Source`."""

    def __init__(self, raw: "sqlite.Connection") -> None:
        self._raw = raw
        self.schema = int(raw.execute(LAST_STEP).fetchone()[0])

    def tables(self) -> Mapping[str, tuple[str, ...]]:
        """See `Source`."""
        names = [str(row[0]) for row in self._raw.execute(TABLES)]
        return {name: tuple(str(c[0]) for c in self._raw.execute(COLUMNS, (name,))) for name in names}

    def rows(self, table: str, columns: Sequence[str]) -> Iterator[Values]:
        """See `Source`."""
        key = ", ".join(str(row[0]) for row in self._raw.execute(KEY, (table,))) or "1"
        yield from self._raw.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY {key}")  # noqa: S608


class SqliteTarget:
    """See `Target`; all rows are one transaction of the new file."""

    def __init__(self, raw: "sqlite.Connection") -> None:
        self._raw = raw

    def fill(self, table: str, columns: Sequence[str], rows: Iterable[Values]) -> None:
        """See `Target`."""
        if self._raw.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone():  # noqa: S608
            self._raw.execute(f"DELETE FROM {table}")  # noqa: S608
        marks = ", ".join("?" for _ in columns)
        self._raw.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)  # noqa: S608


@contextmanager
def snapshot(path: Path) -> Iterator[SqliteSource]:
    """See `dump.snapshot`."""
    if not path.exists():
        raise Unavailable(f"数据库文件不存在：{path}。(There is no database file.)")
    hold = FileHold(beside(path, "hold"))
    try:
        with closing(open_reader(path)) as raw:
            raw.execute("BEGIN")
            yield SqliteSource(raw)
    except sqlite.Error as fault:
        raise in_our_words(fault) from None
    finally:
        hold.release()


@contextmanager
def building(path: Path, steps: list[Step], schema: int, clock: Clock, *, replace: bool) -> Iterator[SqliteTarget]:
    """See `dump.building`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    hold = FileHold(beside(path, "hold"), alone=True)
    new = beside(path, "restoring")
    try:
        if path.exists():
            _look_at_the_old(path, replace=replace)
        _remove(new)
        with closing(open_writer(new, create=True)) as raw:
            raw.execute("PRAGMA foreign_keys = OFF")  # all rows are looked at together at the end
            raw.executescript(dialect(RECORD, "sqlite"))
            _apply(raw, steps[:schema], clock)
            raw.execute("BEGIN")
            yield SqliteTarget(raw)
            raw.execute("COMMIT")
            _apply(raw, steps[schema:], clock)
            if raw.execute("PRAGMA foreign_key_check").fetchone():
                raise RuleBroken("备份不完整：有的行指向备份里没有的行。(The archive refers to rows it does not hold.)")
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for side in ("wal", "shm"):
            beside(path, side).unlink(missing_ok=True)
        os.replace(new, path)
        _sync_folder(path.parent)
    except sqlite.Error as fault:
        raise in_our_words(fault) from None
    finally:
        _remove(new)
        hold.release()


def _look_at_the_old(path: Path, *, replace: bool) -> None:
    """Refuse a store with something in it; its log is written back, so that the file alone is the whole old store."""
    with closing(open_writer(path)) as raw:
        made = raw.execute("SELECT 1 FROM sqlite_master WHERE name = 'entries'").fetchone()
        if made and not replace and raw.execute(SOMETHING_IN).fetchone():
            raise NotEmpty
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _apply(raw: "sqlite.Connection", steps: list[Step], clock: Clock) -> None:
    for step in steps:
        raw.executescript(step.text("sqlite"))
        raw.execute(NOTE, (step.number, step.name, step.compatible, to_text(clock())))


def _remove(file: Path) -> None:
    for name in (file, beside(file, "wal"), beside(file, "shm")):
        name.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
