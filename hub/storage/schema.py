"""The numbered steps of the schema, in one text for both engines, and which program may use which schema."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from hub.storage.contract import Store
from hub.storage.errors import NewerSchema, OlderSchema, StoreError
from hub.storage.tx import Row, Tx

Engine = Literal["sqlite", "postgres"]
STEPS = Path(__file__).with_name("steps")

RECORD = """
CREATE TABLE IF NOT EXISTS schema_steps (
    number     BIGINT PRIMARY KEY,
    name       TEXT   NOT NULL,
    compatible BIGINT NOT NULL,
    applied_at TEXT   NOT NULL
);
"""
DONE = "SELECT number, compatible FROM schema_steps ORDER BY number"

_FILE = re.compile(r"(\d{4})_(\w+)\.sql")
_COMPATIBLE = re.compile(r"^-- compatible: (\d+)$", re.M)
_COMMENT = re.compile(r"--[^\n]*")
_DEFINITION = re.compile(r"\b(?:CREATE TABLE|ALTER TABLE)\b[^;]*;", re.I)
_TABLE = re.compile(r"(\bCREATE TABLE\b[^;]*\))\s*;", re.I)
_TEXT_COLUMN = re.compile(r"((?:^|,|\(|\bADD COLUMN)\s*\w+\s+TEXT)\b", re.I | re.M)
_SQLITE_TYPES = {"BIGINT": "INTEGER", "DOUBLE PRECISION": "REAL", "BYTEA": "BLOB"}
_TYPES = re.compile(r"\b(?:BIGINT|DOUBLE\s+PRECISION|BYTEA)\b", re.I)


@dataclass(frozen=True, slots=True)
class Step:
    """One numbered change of the schema; `compatible` is the oldest step whose program can still use the result."""

    number: int
    name: str
    compatible: int
    path: Path

    def text(self, engine: Engine) -> str:
        """What this engine is told: the common text in its dialect, then its own file if there is one."""
        common = self.path.read_text("utf-8")
        if "DEFERRABLE" in common.upper():
            raise StoreError(f"{self.path.name}: a deferred foreign key would fail a whole group at its commit")
        own = self.path.with_suffix(f".{engine}.sql")
        return dialect(common, engine) + (own.read_text("utf-8") if own.exists() else "")


def read_steps(folder: Path = STEPS) -> list[Step]:
    """All steps, numbered without a gap from 1; raises StoreError otherwise.

    A step's file may say `-- compatible: N` in a line of its own: programs that know step N can use its result.
    Without it the step asks for a program that knows it.
    """
    steps = []
    for path in sorted(folder.glob("*.sql")):
        if found := _FILE.fullmatch(path.name):
            number = int(found[1])
            said = _COMPATIBLE.search(path.read_text("utf-8"))
            steps.append(Step(number, found[2], int(said[1]) if said else number, path))
    if [step.number for step in steps] != list(range(1, len(steps) + 1)):
        raise StoreError("the schema steps are not numbered 1, 2, 3 …")
    return steps


def dialect(text: str, engine: Engine) -> str:
    """The common text in an engine's own: STRICT tables on SQLite, text under the C collation on PostgreSQL."""
    text = _COMMENT.sub("", text)
    if engine == "postgres":
        return _DEFINITION.sub(lambda found: _TEXT_COLUMN.sub(r'\1 COLLATE "C"', found[0]), text)
    return _TABLE.sub(r"\1 STRICT;", _DEFINITION.sub(_sqlite_types, text))


def _sqlite_types(found: re.Match[str]) -> str:
    return _TYPES.sub(lambda kind: _SQLITE_TYPES[" ".join(kind[0].upper().split())], found[0])


async def check_schema(store: Store, steps: list[Step]) -> None:
    """Raises OlderSchema when the store lacks steps, NewerSchema when it has grown past this program."""
    try:
        done = await store.read(steps_done, room="heavy")
    except StoreError as fault:
        if type(fault) is not StoreError:
            raise
        done = []  # no table of steps: an empty database
    refuse_newer(done, steps)
    refuse_older(done, steps)


def steps_done(tx: Tx) -> list[Row]:
    """Number and compatible step of each step the store has."""
    return tx.execute(DONE)


def refuse_newer(done: list[Row], steps: list[Step]) -> None:
    """Raises NewerSchema when one of the steps done asks for a newer program."""
    if any(row["compatible"] > len(steps) for row in done):
        raise NewerSchema("数据库由更新版本的程序写成，请升级程序。(The store was written by a newer program.)")


def refuse_older(done: list[Row], steps: list[Step]) -> None:
    """Raises OlderSchema when a step is missing."""
    if len(done) < len(steps):
        raise OlderSchema(f"数据库版本 {len(done)}，程序需要 {len(steps)}：请先运行 migrate。(Run `migrate` first.)")
