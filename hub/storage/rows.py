"""Rows and frozen values: each field of a dataclass is a column; times, truth and lists travel as text and numbers."""

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar, get_origin, get_type_hints

from hub.moments import from_text, to_text
from hub.storage.tx import Row

Value = TypeVar("Value")
Reader = Callable[[Any], Any]
_READERS: dict[type[Any], tuple[tuple[str, Reader], ...]] = {}


_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_AS_IT_IS = frozenset({str, int, float, type(None)})


def to_json(value: Any) -> str:
    """The one text form of structured data."""
    return _encode(value)


def read_json(text: str) -> Any:
    """Structured data from its text form."""
    return json.loads(text)


def to_row(value: Any) -> Row:
    """The columns of a frozen value."""
    names, values_of = _written(value.__class__)
    row = dict(zip(names, values_of(value), strict=True))
    for name, given in row.items():
        if type(given) not in _AS_IT_IS:
            row[name] = _store(given)
    return row


@cache
def _written(cls: Any) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    names = columns(cls)
    return names, attrgetter(*names)


def from_row(cls: type[Value], row: Mapping[str, Any]) -> Value:
    """The frozen value that a row holds; further columns are passed over."""
    readers = _READERS.get(cls)
    if readers is None:
        hints = get_type_hints(cls)
        readers = _READERS[cls] = tuple((name, _reader(hints[name])) for name in columns(cls))
    return cls(*[read(row[name]) for name, read in readers])


def columns(cls: type[Any]) -> tuple[str, ...]:
    """The column names of a value's class, in its own order."""
    return tuple(f.name for f in fields(cls))


def insert(table: str, names: tuple[str, ...]) -> str:
    """An INSERT with one parameter a column."""
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(f':{n}' for n in names)})"  # noqa: S608


def _store(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, datetime):
        return to_text(value)
    if isinstance(value, Mapping | tuple | list):
        return to_json(value)
    return value


def _reader(hint: Any) -> Reader:
    if hint is bool:
        return bool
    if hint is datetime:
        return from_text
    if hint == datetime | None:
        return lambda text: None if text is None else from_text(text)
    if get_origin(hint) is tuple:
        return lambda text: tuple(json.loads(text))
    if get_origin(hint) in (Mapping, dict):
        return json.loads
    return lambda value: value
