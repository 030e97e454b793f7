"""A sweep that is killed or told to stop, as a real process; `make faults` takes both engines and more of all."""

from pathlib import Path

import pytest

from tests.faults.sweep import killed, stopped
from tests.postgres import PostgresServer

MUST_BE_ZERO = ("lost", "doubled", "unbooked", "half_applied", "silent", "put_off")


@pytest.mark.postgres
async def test_every_effect_stands_once_after_kill_9_in_a_sweep(
    tmp_path: Path, postgres_server: PostgresServer
) -> None:
    figures = await killed(tmp_path, 60, 1, postgres_server.url(postgres_server.create()))
    must = (*MUST_BE_ZERO, "broken_links")
    assert {name: figures[name] for name in must} == dict.fromkeys(must, 0)


async def test_a_hub_told_to_stop_in_the_middle_of_a_sweep_finishes_it_and_ends_well(tmp_path: Path) -> None:
    figures = await stopped(tmp_path, 200)
    assert figures["code"] == 0
    assert {name: figures[name] for name in MUST_BE_ZERO} == dict.fromkeys(MUST_BE_ZERO, 0)
