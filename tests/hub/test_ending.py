"""Tasks that run beside the others end when they are told to, also where a cancellation is lost on the way."""

import asyncio

import pytest

from channels.crew import Crew
from hub import ending
from hub.ending import stopped


async def loses_the_first() -> None:
    """What `wait_for` does where the result it waits for comes with the cancellation."""
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        await asyncio.sleep(3600)


async def falls() -> None:
    raise ValueError("fallen")


async def test_a_cancellation_that_was_lost_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ending, "AGAIN", 0.01)
    tasks = [asyncio.create_task(loses_the_first()), asyncio.create_task(falls())]
    await asyncio.sleep(0)
    async with asyncio.timeout(10):
        await stopped(*tasks)
    assert (tasks[0].cancelled(), type(tasks[1].exception())) == (True, ValueError)


async def test_nothing_to_end_is_no_fault() -> None:
    await stopped()


async def test_a_crew_ends_though_a_job_lost_its_cancellation() -> None:
    begun = asyncio.Event()

    async def take(_: int) -> list[int]:
        return [] if begun.is_set() else [1]

    async def do(_: int) -> None:
        begun.set()
        await loses_the_first()

    async with asyncio.timeout(10), Crew("test", take, do, hands=1, idle=0.01).at_work(patience=0.0):
        await begun.wait()
