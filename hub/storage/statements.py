"""Reading an SQL text once: its verb, its parameters with the columns they meet, and its form for PostgreSQL."""

import re
from dataclasses import dataclass
from functools import lru_cache

from hub.storage.errors import ForbiddenStatement

_TOKEN = re.compile(
    r"""(?P<skip>'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|/\*.*?\*/|::)|:(?P<name>[A-Za-z_]\w*)|(?P<percent>%)""", re.S
)
_MEETING = re.compile(r"(\w+)\s*(?:=|<>|!=|<=|>=|<|>)\s*:(\w+)")
_PARAMETER = re.compile(r":(\w+)")
_INSERT = re.compile(r"\bINSERT\s+INTO\s+\w+\s*\(([^)]*)\)\s*VALUES\s*\(([^)]*)\)", re.I)
_TABLE = re.compile(r"\b(?:INTO|UPDATE|FROM|JOIN)\s+(\w+)", re.I)
_OUTSIDE = {"BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE", "PREPARE"}
_CONNECTION = {"PRAGMA", "ATTACH", "DETACH", "VACUUM", "SET", "RESET", "LISTEN", "NOTIFY", "COPY", "DISCARD"}
_ROLLING = re.compile(r"\bOR\s+ROLLBACK\b|\bRAISE\s*\(\s*ROLLBACK\b", re.I)
_LOCK = re.compile(r"\bFOR\s+UPDATE\b", re.I)
_ASKING = {"SELECT", "WITH", "VALUES", "EXPLAIN"}
_CHANGE = re.compile(r"\b(?:INSERT|UPDATE|DELETE)\b", re.I)


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """An SQL text with what the store has to know about it; read once, so that it is the same as itself alone."""

    sqlite: str
    """Without `FOR UPDATE`: SQLite has one writer, so a deed there holds every row. Its parameters are numbered, which
    costs SQLite's driver a third of looking them up by name."""
    names: tuple[str, ...]
    """The parameters in the order of their numbers."""
    postgres: str
    """With `%(name)s` for parameters, as psycopg wants them."""
    tables: frozenset[str]
    columns: dict[str, frozenset[str]]
    """For each parameter the columns it is stored in or compared with, else the one it is named after."""
    answers: bool
    """Whether it returns rows: a question, or a change with RETURNING."""


@lru_cache(maxsize=4096)
def read_statement(sql: str) -> Statement:
    """Read `sql` with `:name` parameters; raises ForbiddenStatement for what a deed must not say."""
    bare = _TOKEN.sub(lambda found: " " if found["skip"] else found[0], sql)
    verb = (bare.split(None, 1) or [""])[0].upper().rstrip(";")
    if verb in _OUTSIDE or verb in _CONNECTION or _ROLLING.search(bare):
        raise ForbiddenStatement(f"a deed does not say {verb}: the store keeps its transaction")
    names = tuple(dict.fromkeys(found["name"] for found in _TOKEN.finditer(sql) if found["name"]))
    asking = verb in _ASKING and not _CHANGE.search(_LOCK.sub("", bare))
    return Statement(
        sqlite=_numbered(_LOCK.sub("", sql) if verb in _ASKING else sql, names),
        names=names,
        postgres=_TOKEN.sub(_for_psycopg, sql),
        tables=frozenset(name.lower() for name in _TABLE.findall(bare)),
        columns=_columns(bare),
        answers=asking or "RETURNING" in bare.upper(),
    )


def _numbered(sql: str, names: tuple[str, ...]) -> str:
    """The text with `?1`, `?2` … for its named parameters."""
    return _TOKEN.sub(lambda found: f"?{names.index(found['name']) + 1}" if found["name"] else found[0], sql)


def _for_psycopg(found: re.Match[str]) -> str:
    if found["name"]:
        return f"%({found['name']})s"
    return found[0].replace("%", "%%")


def _columns(bare: str) -> dict[str, frozenset[str]]:
    meetings = {(name, column) for column, name in _MEETING.findall(bare)}
    for columns, values in _INSERT.findall(bare):
        for column, value in zip(columns.split(","), values.split(","), strict=False):
            if value.strip().startswith(":"):
                meetings.add((value.strip()[1:], column.strip()))
    return {
        name: frozenset(column.lower() for other, column in meetings if other == name) or frozenset({name})
        for name in _PARAMETER.findall(bare)
    }
