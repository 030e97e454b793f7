"""Questions: one snapshot, a limit of time, rooms that do not wait for each other; and noticing what changed."""

import asyncio
import threading
from pathlib import Path

import pytest

from hub.storage import journal
from hub.storage.errors import ForbiddenStatement, StoreError, Unavailable
from hub.storage.store import Store, open_store
from hub.storage.tx import Tx
from tests.conftest import FixedClock
from tests.storage.letters import entry, put, titles


async def test_a_busy_room_leaves_the_others_alone(store: Store, clock: FixedClock) -> None:
    go = threading.Event()
    slow = asyncio.create_task(store.read(lambda tx: go.wait(20), room="heavy"))
    await asyncio.sleep(0)
    assert await store.write(put, "a", clock())
    assert list(await store.read(titles, room="staff")) == ["a"]
    assert list(await store.read(titles, room="public")) == ["a"]
    assert not slow.done()
    go.set()
    assert await slow


async def test_a_question_sees_one_moment(store: Store, clock: FixedClock) -> None:
    begun, written = threading.Event(), threading.Event()

    def twice(tx: Tx) -> tuple[dict[str, str], dict[str, str]]:
        before = titles(tx)
        begun.set()
        written.wait(10)
        tx.execute("SELECT 1 AS one")
        return before, titles(tx)

    asking = asyncio.create_task(store.read(twice, room="heavy"))
    await asyncio.to_thread(begun.wait, 10)
    await store.write(put, "a", clock())
    written.set()
    assert await asking == ({}, {})


async def test_a_question_changes_nothing(store: Store, clock: FixedClock) -> None:
    with pytest.raises(StoreError):
        await store.read(put, "a", clock())
    with pytest.raises(ForbiddenStatement):
        await store.read(lambda tx: journal.append(tx, [entry("a", "receive", clock())]))
    assert await store.read(titles) == {}


async def test_cancelled_questions_give_their_place_back(store: Store) -> None:
    go = threading.Event()
    asked = [asyncio.create_task(store.read(lambda tx: go.wait(10), room="public")) for _ in range(12)]
    await asyncio.sleep(0.01)
    for task in asked:
        task.cancel()
    await asyncio.gather(*asked, return_exceptions=True)
    go.set()
    assert await store.read(titles, room="public") == {}


async def test_own_commits_are_noticed_at_once(store: Store, clock: FixedClock) -> None:
    waiting = asyncio.create_task(store.wait_for_change(0, 30))
    await asyncio.sleep(0)
    await store.write(put, "a", clock())
    assert store.head() == 1
    assert await waiting == 1
    assert await store.wait_for_change(0, 30) == 1
    assert await store.wait_for_change(1, 0.01) == 1


async def test_the_head_is_known_from_the_start(
    store: Store, store_url: str, clock: FixedClock, steps_folder: Path
) -> None:
    await store.write(put, "a", clock())
    again = await open_store(store_url, clock=clock, writes=False, folder=steps_folder)
    assert again.head() == 1
    with pytest.raises(Unavailable, match="reading"):
        await again.write(put, "b", clock())
    await again.close()


async def test_a_closed_store_answers_what_waited_and_nothing_more(
    store_url: str, clock: FixedClock, steps_folder: Path
) -> None:
    before = set(threading.enumerate())
    store = await open_store(store_url, clock=clock, folder=steps_folder)
    waiting = [asyncio.create_task(store.intake(f"{n}", put, f"{n}", clock())) for n in range(200)]
    await asyncio.sleep(0)
    await store.close()
    assert await asyncio.gather(*waiting) == [True] * 200
    for call in (store.write(titles), store.intake("x", titles), store.read(titles)):
        with pytest.raises(Unavailable, match="closed"):
            await call
    await store.close()
    for thread in set(threading.enumerate()) - before:
        if not thread.name.startswith("asyncio"):
            thread.join(5)
            assert not thread.is_alive()


async def test_health_names_the_engine(store: Store, engine: str) -> None:
    health = store.health()
    assert health.engine.startswith(engine)
    assert health.version[0].isdigit()
    assert health.pump_alive
    assert not health.careful
    assert health.last_error == ""
