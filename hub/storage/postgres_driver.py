"""PostgreSQL's side of the contract: opening connections, running statements, telling its errors apart."""

import queue
import time
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.adapt import Buffer, Loader
from psycopg.pq import TransactionStatus
from psycopg.rows import dict_row
from psycopg.types.numeric import Int8Dumper

from hub.storage.errors import (
    Collided,
    Conflict,
    QuestionTooSlow,
    RuleBroken,
    StoreBusy,
    StoreError,
    Unavailable,
    Unstorable,
)
from hub.storage.pump import PATIENCE_SECONDS
from hub.storage.statements import Statement
from hub.storage.tx import Row

Raw = psycopg.Connection[Row]

COLUMNS = """
SELECT table_name AS of_table, column_name AS name, data_type = 'text' AS is_text
FROM information_schema.columns WHERE table_schema = current_schema()
"""
OLDEST_SERVER = 150_000
RETRY_CONNECTING_SECONDS = 0.05


class _Number(Loader):
    """A sum of whole numbers is a whole number, as SQLite says."""

    def load(self, data: Buffer) -> int | float:
        number = Decimal(bytes(data).decode())
        return (
            int(number) if number == number.to_integral_value() and number.as_tuple().exponent == 0 else float(number)
        )


class _Truth(Loader):
    """Yes is 1 and no is 0, as SQLite says."""

    def load(self, data: Buffer) -> int:
        return int(bytes(data) == b"t")


def connect(url: str, *, seconds: float | None = None) -> Raw:
    """A connection for deeds, or with `seconds` one for questions that each may take so long.

    Raises Unavailable when the server does not answer, StoreError for one before PostgreSQL 15.
    """
    limit = int((seconds or PATIENCE_SECONDS + 5) * 1000)
    options = f"-c TimeZone=UTC -c statement_timeout={limit} -c lock_timeout={int(PATIENCE_SECONDS * 1000)}"
    try:
        raw: Raw = psycopg.connect(
            url, options=options, row_factory=dict_row, application_name="minxin", connect_timeout=5, keepalives_idle=30
        )
    except psycopg.Error as fault:
        raise in_our_words(fault) from None
    if raw.info.server_version < OLDEST_SERVER:
        raw.close()
        raise StoreError("PostgreSQL 15 or later is needed")
    raw.adapters.register_loader("numeric", _Number)
    raw.adapters.register_loader("bool", _Truth)
    raw.adapters.register_dumper(int, Int8Dumper)
    raw.prepared_max = 500
    if seconds is not None:
        raw.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        raw.read_only = True
    return raw


class Idle:
    """The connections of one kind that nobody uses at the moment; more are opened when a thread finds none."""

    def __init__(self, url: str, seconds: float | None = None) -> None:
        self._url = url
        self._seconds = seconds
        self._idle: queue.SimpleQueue[Raw] = queue.SimpleQueue()

    def take(self, deadline: float) -> Raw:
        """A connection; tries until `deadline` (monotonic seconds) while the server is away, then Unavailable."""
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            pass
        while True:
            try:
                return connect(self._url, seconds=self._seconds)
            except Unavailable:
                if time.monotonic() > deadline:
                    raise
            time.sleep(RETRY_CONNECTING_SECONDS)

    def give_back(self, raw: Raw) -> None:
        """Whatever was left open is rolled back; a broken connection is dropped."""
        try:
            if raw.info.transaction_status != TransactionStatus.IDLE:
                raw.rollback()
        except psycopg.Error:
            raw.close()
        if raw.closed:
            raw.close()
        else:
            self._idle.put(raw)

    def close(self) -> None:
        """Close them all, once nobody uses one."""
        while not self._idle.empty():
            self._idle.get_nowait().close()


class PostgresDriver:
    """Statements on one connection, none begun after `deadline` (monotonic seconds)."""

    def __init__(self, raw: Raw, deadline: float = float("inf")) -> None:
        self._raw = raw
        self._deadline = deadline

    def execute(self, statement: Statement, params: dict[str, object]) -> list[Row]:
        """See `Driver`; in a pipeline a statement without an answer is only queued."""
        if time.monotonic() > self._deadline:
            raise QuestionTooSlow("the question went past its time")
        try:
            cursor = self._raw.execute(statement.postgres, params)
            return cursor.fetchall() if statement.answers else []
        except psycopg.Error as fault:
            raise in_our_words(fault) from None

    def executemany(self, statement: Statement, rows: list[dict[str, object]]) -> None:
        """See `Driver`."""
        try:
            with self._raw.cursor() as cursor:
                cursor.executemany(statement.postgres, rows)
        except psycopg.Error as fault:
            raise in_our_words(fault) from None


_KINDS: dict[str, type[StoreError]] = {
    "23505": Conflict,
    "40001": Collided,
    "40P01": Collided,
    "55P03": StoreBusy,
    "57014": QuestionTooSlow,
    "22021": Unstorable,
    "22P05": Unstorable,
}
_CLASSES: dict[str, type[StoreError]] = {
    "08": Unavailable,
    "23": RuleBroken,
    "53": Unavailable,
    "57": Unavailable,
    "58": Unavailable,
    "XX": Unavailable,
}


def in_our_words(fault: psycopg.Error) -> StoreError:
    """The store's own error for PostgreSQL's, without the details, which repeat stored values."""
    state = fault.sqlstate or ""
    kind: Any = _KINDS.get(state) or _CLASSES.get(state[:2])
    if kind is None and not state and isinstance(fault, psycopg.OperationalError | psycopg.InterfaceError):
        kind = Unavailable
    said = fault.diag.message_primary if state[:2] == "42" else fault.diag.constraint_name or fault.diag.table_name
    return (kind or StoreError)(" ".join(filter(None, (type(fault).__name__, said))))
