"""A round of kill -9 in every run; `make faults` makes twenty."""

from pathlib import Path

import pytest

from tests.faults.kill import kill_rounds
from tests.postgres import PostgresServer

MUST_BE_ZERO = ("lost", "doubled", "half_applied", "broken_links")


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
async def test_what_was_acknowledged_stands_once_and_whole_after_kill_9(
    engine: str, tmp_path: Path, postgres_server: PostgresServer
) -> None:
    database = postgres_server.url(postgres_server.create()) if engine == "postgres" else ""
    figures = await kill_rounds(1, tmp_path, database)
    assert figures["acknowledged"] > 0
    assert {name: figures[name] for name in MUST_BE_ZERO} == dict.fromkeys(MUST_BE_ZERO, 0)
