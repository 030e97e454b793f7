"""What a deed or a question holds while it runs: `execute`, `executemany` and the entries that wait to be sealed."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from math import isfinite
from typing import Any, Protocol

from hub.journal import Draft
from hub.storage.errors import ForbiddenStatement, StoreError, Unstorable
from hub.storage.statements import Statement, read_statement

Row = dict[str, Any]
"""One row by column name, the same on both engines."""

Params = Mapping[str, object]
_NONE: dict[str, object] = {}
_LARGEST = 2**63


Catalog = Mapping[str, Mapping[str, bool]]
"""Tables, their columns, and whether a column holds text."""


class Driver(Protocol):
    """A connection as the two engines offer it to a `Tx`; raises only StoreError."""

    def execute(self, statement: Statement, params: dict[str, object]) -> list[Row]:
        """Run one statement and hand back all of its rows."""
        ...

    def executemany(self, statement: Statement, rows: list[dict[str, object]]) -> None:
        """Run one changing statement for each of `rows`."""
        ...


class Tx:
    """One deed's sight of the database; over when the deed is over, spent after its first error."""

    __slots__ = ("_catalog", "_driver", "_text_only", "fault", "waiting")

    def __init__(self, driver: Driver, catalog: Catalog, *, writing: bool) -> None:
        self._driver: Driver | None = driver
        self._catalog = catalog
        self._text_only: dict[tuple[str, str], bool] = {}
        self.fault: StoreError | None = None
        self.waiting: list[Draft] | None = [] if writing else None

    def execute(self, sql: str, params: Params = _NONE) -> list[Row]:
        """Run one statement with `:name` parameters and return all rows (none for a change without RETURNING).

        Raises Unstorable, ForbiddenStatement, Conflict, RuleBroken, Unavailable, QuestionTooSlow or StoreError;
        whichever it was, the deed cannot go on.
        """
        try:
            driver, statement = self._open(), read_statement(sql)
            return driver.execute(statement, self._storable(statement, params))
        except StoreError as fault:
            self.fault = fault
            raise

    def executemany(self, sql: str, rows: Iterable[Params]) -> None:
        """Run one change for each of `rows`; raises as `execute` does."""
        try:
            driver, statement = self._open(), read_statement(sql)
            if statement.answers:
                raise ForbiddenStatement("executemany is for changes without RETURNING")
            driver.executemany(statement, [self._storable(statement, row) for row in rows])
        except StoreError as fault:
            self.fault = fault
            raise

    def close(self) -> None:
        """End it: a deed that kept its tx for later is refused there."""
        self._driver = None

    def _open(self) -> Driver:
        if self.fault:
            raise StoreError("this deed has already failed") from self.fault
        if self._driver is None:
            raise ForbiddenStatement("this deed is over")
        return self._driver

    def _storable(self, statement: Statement, params: Params) -> dict[str, object]:
        changed: dict[str, object] = {}
        for name, value in params.items():
            kind = type(value)
            if kind is str:
                check_text(name, value)  # type: ignore[arg-type]
            elif value is not None and not (kind is int and self._is_plain_number(name, value, statement)):
                plain = self._plain(name, value, statement)
                if plain is not value:
                    changed[name] = plain
        return {**params, **changed}

    def _is_plain_number(self, name: str, value: object, statement: Statement) -> bool:
        """The common case, which a deed for many rows asks thousands of times: looked up once a statement."""
        key = (statement.sqlite, name)
        if key not in self._text_only:
            self._text_only[key] = self._meets_text(name, statement)
        return not self._text_only[key] and -_LARGEST <= value < _LARGEST  # type: ignore[operator]

    def _plain(self, name: str, value: object, statement: Statement) -> object:
        """The rarer kinds of value, in the form the drivers know; raises Unstorable."""
        if isinstance(value, datetime):
            raise Unstorable(f"parameter {name!r} is a datetime: write it down with hub.moments.to_text")
        if isinstance(value, str):
            text = str.__str__(value)
            check_text(name, text)
            return text
        if isinstance(value, bytes) and any(c.endswith("_blob") for c in statement.columns.get(name, ())):
            return value
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Unstorable(f"parameter {name!r} is a {type(value).__name__}: give text, a number or nothing")
        if self._meets_text(name, statement):
            raise Unstorable(f"parameter {name!r} is a number for a text column: write it down as text")
        if isinstance(value, float):
            if not isfinite(value):
                raise Unstorable(f"parameter {name!r} is not a finite number")
            return float(value)
        if not -_LARGEST <= value < _LARGEST:
            raise Unstorable(f"parameter {name!r} does not fit into 64 bits")
        return int(value)

    def _meets_text(self, name: str, statement: Statement) -> bool:
        """Whether every column this parameter can mean, in the tables the statement names, holds text."""
        tables = [self._catalog[table] for table in statement.tables if table in self._catalog]
        kinds = [table[column] for column in statement.columns.get(name, ()) for table in tables if column in table]
        return bool(kinds) and all(kinds)


def read_catalog(tx: Tx, columns: str) -> Catalog:
    """The tables as the engine's own question `columns` tells of them."""
    catalog: dict[str, dict[str, bool]] = {}
    for row in tx.execute(columns):
        catalog.setdefault(row["of_table"], {})[row["name"]] = bool(row["is_text"])
    return catalog


def check_text(name: str, value: str) -> None:
    """Raises Unstorable for a NUL, which PostgreSQL refuses, and for a lone surrogate, which no UTF-8 has."""
    if "\0" in value:
        raise Unstorable(f"text {name!r} holds a NUL")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise Unstorable(f"text {name!r} holds a lone surrogate") from None
