"""What every test may ask for: a fixed clock, and a store on both engines."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from channels.web.staff import why
from hub.storage.contract import SECONDS, Room
from hub.storage.migrate import migrate
from hub.storage.schema import STEPS
from hub.storage.store import Store, open_store
from hub.units import Directory
from routing import port
from routing.rules import RuleSet, read_rules
from tests.postgres import PostgresServer

Templates = dict[tuple[str, Path], str]
MEMORY = Path("/dev/shm")
ENOUGH = 2 * 1024**3
"""Bytes of memory that the files of a whole run fit into several times."""

if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH:
    os.environ["TMPDIR"] = str(MEMORY)  # thousands of small databases are made: a busy disk takes a second for each
    tempfile.tempdir = None  # so that it is looked up again


class FixedClock:
    """A clock that stands until a test moves it."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> datetime:
        """Move on by a timedelta's arguments (`days=1`, `hours=2` …) and return the new moment."""
        self.now += timedelta(**by)
        return self.now


@pytest.fixture
def clock() -> FixedClock:
    """Friday, 13 February 2026, 10:00 in Beijing."""
    return FixedClock(datetime(2026, 2, 13, 2, tzinfo=UTC))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One server for the whole run, started by the first test that needs it."""
    server = PostgresServer()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def steps_folder() -> Path:
    """The schema steps the stores of these tests are made with."""
    return STEPS


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest) -> str:
    """The engine a test runs on: every test that asks for a store runs on both."""
    return str(request.param)


@pytest.fixture(scope="session")
def templates() -> Templates:
    """Migrated, empty stores to copy, by engine and schema: a file or the name of a database."""
    return {}


@pytest.fixture
def store_url(
    engine: str, tmp_path: Path, steps_folder: Path, templates: Templates, request: pytest.FixtureRequest
) -> Iterator[str]:
    """The address of a migrated, empty store of its own."""
    known = (engine, steps_folder)
    if engine == "sqlite":
        if known not in templates:
            templates[known] = str(request.getfixturevalue("tmp_path_factory").mktemp("template") / "minxin.db")
            _migrate(f"sqlite://{templates[known]}", steps_folder)
        yield f"sqlite://{shutil.copy(templates[known], tmp_path / 'minxin.db')}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    if known not in templates:
        templates[known] = server.create()
        _migrate(server.url(templates[known]), steps_folder)
    name = server.create(templates[known])
    yield server.url(name)
    server.drop(name)


@pytest.fixture(scope="session", autouse=True)
def _rules_are_read_once() -> Iterator[None]:
    """Nearly every office of the tests routes by the same rules, and reading them takes longer than most tests."""
    known: list[tuple[Mapping[str, Any], Directory, RuleSet]] = []

    def once(content: Mapping[str, Any], directory: Directory) -> RuleSet:
        for rules_of, units_of, rules in known:
            if (rules_of, units_of) == (content, directory):
                return rules
        known.append((content, directory, read_rules(content, directory)))
        return known[-1][2]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(port, "read_rules", once)
        patch.setattr(why, "read_rules", once)
        yield


@pytest.fixture
def room_seconds() -> dict[Room, float]:
    """The limits of the rooms in tests: long, since a machine that runs tests may be busy."""
    return {"public": 20.0, "staff": 20.0, "heavy": 60.0}


@pytest.fixture(autouse=True)
def _patient_rooms(room_seconds: dict[Room, float], monkeypatch: pytest.MonkeyPatch) -> None:
    for room, seconds in room_seconds.items():
        monkeypatch.setitem(SECONDS, room, seconds)


@pytest.fixture
async def store(store_url: str, clock: FixedClock, steps_folder: Path) -> AsyncIterator[Store]:
    """An open store, once on each engine."""
    opened = await open_store(store_url, clock=clock, folder=steps_folder)
    yield opened
    await opened.close()


def _migrate(url: str, folder: Path) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    asyncio.run(migrate(url, clock=lambda: moment, folder=folder))
