"""A PostgreSQL store as plain rows: one repeatable-read snapshot, or everything replaced in one transaction."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager

import psycopg
from psycopg.rows import tuple_row

from hub.moments import Clock, to_text
from hub.storage.dump_contract import SOMETHING_IN, NotEmpty, Values
from hub.storage.postgres_driver import Raw, connect, in_our_words
from hub.storage.postgres_hold import hold_store, let_go
from hub.storage.schema import RECORD, Step, dialect

TABLES = """
SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND c.relkind = 'r' ORDER BY c.oid
"""
COLUMNS = """
SELECT column_name AS name FROM information_schema.columns
WHERE table_schema = current_schema() AND table_name = %(table)s ORDER BY ordinal_position
"""
KEY = """
SELECT a.attname AS name FROM pg_index i CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (n, place)
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.n
WHERE i.indrelid = CAST(%(table)s AS regclass) AND i.indisprimary ORDER BY k.place
"""
FUNCTIONS = """
SELECT CAST(CAST(p.oid AS regprocedure) AS text) AS name FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = current_schema()
"""
LAST_STEP = "SELECT MAX(number) AS number FROM schema_steps"
NOTE = "INSERT INTO schema_steps VALUES (%s, %s, %s, %s)"
MADE = "SELECT to_regclass('entries') IS NOT NULL AS made"
NO_LIMIT = "SET statement_timeout = 0"


class PostgresSource:
    """See `Source`."""

    def __init__(self, raw: Raw) -> None:
        self._raw = raw
        self.schema = int((raw.execute(LAST_STEP).fetchone() or {"number": 0})["number"])

    def tables(self) -> Mapping[str, tuple[str, ...]]:
        """See `Source`."""
        names = [str(row["name"]) for row in self._raw.execute(TABLES)]
        return {name: self._names(COLUMNS, name) for name in names}

    def rows(self, table: str, columns: Sequence[str]) -> Iterator[Values]:
        """See `Source`."""
        key = ", ".join(self._names(KEY, table)) or "1"
        with self._raw.cursor(name="dump", row_factory=tuple_row) as cursor:
            cursor.itersize = 2000
            cursor.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY {key}".encode())  # noqa: S608
            yield from cursor

    def _names(self, question: str, table: str) -> tuple[str, ...]:
        return tuple(str(row["name"]) for row in self._raw.execute(question.encode(), {"table": table}))


class PostgresTarget:
    """See `Target`."""

    def __init__(self, raw: Raw) -> None:
        self._raw = raw

    def fill(self, table: str, columns: Sequence[str], rows: Iterable[Values]) -> None:
        """See `Target`."""
        if self._raw.execute(f"SELECT 1 AS found FROM {table} LIMIT 1".encode()).fetchone():  # noqa: S608
            self._raw.execute(f"DELETE FROM {table}".encode())  # noqa: S608
        with (
            self._raw.cursor() as cursor,
            cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN".encode()) as to,
        ):
            for row in rows:
                to.write_row(row)


@contextmanager
def snapshot(url: str) -> Iterator[PostgresSource]:
    """See `dump.snapshot`."""
    hold = hold_store(url)
    try:
        with closing(connect(url, seconds=0)) as raw:  # repeatable read, read only
            raw.execute(NO_LIMIT)
            yield PostgresSource(raw)
            raw.rollback()
    except psycopg.Error as fault:
        raise in_our_words(fault) from None
    finally:
        let_go(hold)


@contextmanager
def building(url: str, steps: list[Step], schema: int, clock: Clock, *, replace: bool) -> Iterator[PostgresTarget]:
    """See `dump.building`; tables, rows and steps are one transaction."""
    raw = hold_store(url, alone=True)
    try:
        raw.execute(NO_LIMIT)
        with raw.transaction():
            made = raw.execute(MADE).fetchone()
            if made and made["made"] and not replace and raw.execute(SOMETHING_IN).fetchone():
                raise NotEmpty
            _clear(raw)
            raw.execute(dialect(RECORD, "postgres").encode())
            _apply(raw, steps[:schema], clock)
            yield PostgresTarget(raw)
            _apply(raw, steps[schema:], clock)
    except psycopg.Error as fault:
        raise in_our_words(fault) from None
    finally:
        let_go(raw)


def _clear(raw: Raw) -> None:
    for row in raw.execute(TABLES).fetchall():
        raw.execute(f"DROP TABLE {row['name']} CASCADE".encode())
    for row in raw.execute(FUNCTIONS).fetchall():
        raw.execute(f"DROP FUNCTION {row['name']} CASCADE".encode())


def _apply(raw: Raw, steps: list[Step], clock: Clock) -> None:
    for step in steps:
        raw.execute(step.text("postgres").encode())
        raw.execute(NOTE, (step.number, step.name, step.compatible, to_text(clock())))
