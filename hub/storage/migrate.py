"""Bringing a store to the schema of this program, step by step, with nobody else in it."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from hub.moments import Clock, to_text
from hub.storage import postgres, sqlite
from hub.storage.address import sqlite_path
from hub.storage.schema import DONE, RECORD, STEPS, Engine, Step, dialect, read_steps, refuse_newer
from hub.storage.tx import Catalog, Driver, Tx

Session = AbstractContextManager[tuple[Driver, Callable[[str], None]]]
"""The store alone: a driver for looking, and a function that runs a script as one transaction."""


async def migrate(url: str, *, clock: Clock, folder: Path = STEPS) -> list[str]:
    """Apply the steps the store lacks, each in one transaction, and return their names.

    Interrupted, it goes on from the last whole step next time. Makes the SQLite file if there is none. Raises Held
    while anyone uses the store, NewerSchema for a store that has grown past this program.
    """
    path = sqlite_path(url)
    steps = read_steps(folder)
    session = sqlite.schema_session(path) if path else postgres.schema_session(url)
    return await asyncio.to_thread(_bring, session, "sqlite" if path else "postgres", steps, clock)


def _bring(session: Session, engine: Engine, steps: list[Step], clock: Clock) -> list[str]:
    with session as (driver, script):
        script(dialect(RECORD, engine))
        done = Tx(driver, Catalog(), writing=False).execute(DONE)
        refuse_newer(done, steps)
        missing = steps[len(done) :]
        for step in missing:
            script(step.text(engine) + _note(step, to_text(clock())))
        return [step.path.stem for step in missing]


def _note(step: Step, moment: str) -> str:
    """What remembers the step, in its own transaction; the name is letters and digits by the form of the file."""
    return f"\nINSERT INTO schema_steps VALUES ({step.number}, '{step.name}', {step.compatible}, '{moment}');"
