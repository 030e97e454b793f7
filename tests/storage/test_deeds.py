"""Deeds: whole or not at all, once, one after the other, whoever else is there."""

import asyncio
import random
from collections.abc import Sequence
from contextvars import ContextVar
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from hub.storage import journal
from hub.storage.errors import Conflict, ForbiddenStatement, RuleBroken, StoreError, Unavailable
from hub.storage.head import Head
from hub.storage.pace import in_short_deeds
from hub.storage.pump import Answer, Job, Outcome, Pump, answer_of
from hub.storage.store import Store, open_store
from hub.storage.tx import Tx
from tests.conftest import FixedClock
from tests.storage.checks import assert_whole
from tests.storage.letters import claim, entry, put, replace, rows, titles


class Overtaken(Exception):
    """A colleague was first."""


@pytest.fixture
async def second(store: Store, store_url: str, clock: FixedClock, steps_folder: Path) -> Any:
    """Another hub on the same store."""
    opened = await open_store(store_url, clock=clock, folder=steps_folder)
    yield opened
    await opened.close()


async def test_of_many_moves_that_saw_the_same_version_one_wins(store: Store, second: Store, clock: FixedClock) -> None:
    await store.write(put, "a", clock())
    moves = [hub.write(replace, "a", 1, f"改{n}", clock()) for n in range(15) for hub in (store, second)]
    won = await asyncio.gather(*moves)
    assert won.count(True) == 1
    assert await store.read(rows, "SELECT version FROM letters") == [{"version": 2}]
    assert [line.action for line in await store.read(journal.of_case, "a")] == ["receive", "replace"]


async def test_of_many_submissions_with_one_key_one_is_received(store: Store, second: Store, clock: FixedClock) -> None:
    new = await asyncio.gather(*[hub.intake("k", put, "k", clock()) for _ in range(40) for hub in (store, second)])
    assert new.count(True) == 1
    assert await assert_whole(store) == 1


async def test_a_letter_is_claimed_by_one_worker(store: Store, second: Store, clock: FixedClock) -> None:
    for n in range(10):
        await store.write(put, f"{n}", clock())
    tries = [hub.write(claim, f"{n}", f"w{w}") for n in range(10) for w in range(4) for hub in (store, second)]
    assert (await asyncio.gather(*tries)).count(True) == 10


async def test_groups_that_meet_in_opposite_order_all_stand(store: Store, second: Store, clock: FixedClock) -> None:
    keys = [f"k{n:03}" for n in range(120)]
    forward = [store.intake(key, put, key, clock()) for key in keys]
    backward = [second.intake(key, put, key, clock()) for key in reversed(keys)]
    new = await asyncio.gather(*forward, *backward)
    assert new.count(True) == 120
    assert await assert_whole(store) == 120


async def test_two_hubs_share_one_order_without_a_gap(store: Store, second: Store, clock: FixedClock) -> None:
    deeds = [hub.write(put, f"{name}{n}", clock()) for n in range(60) for name, hub in (("a", store), ("b", second))]
    await asyncio.gather(*deeds)
    assert await assert_whole(store) == 120
    assert await second.wait_for_change(119, 5) == 120


async def test_a_hub_that_writes_nothing_notices_what_another_committed(
    store: Store, second: Store, clock: FixedClock
) -> None:
    waiting = asyncio.create_task(second.wait_for_change(0, 20))
    await store.write(put, "a", clock())
    assert await waiting == 1
    assert second.head() == 1


async def test_a_storm_of_cancellations_leaves_only_whole_deeds(store: Store, clock: FixedClock) -> None:
    chance = random.Random(7)
    tasks = [
        asyncio.create_task(store.intake(f"{n}", put, f"{n}", clock()) if n % 2 else store.write(put, f"{n}", clock()))
        for n in range(400)
    ]
    for task in tasks:
        if chance.random() < 0.5:
            task.cancel()
        if chance.random() < 0.1:
            await asyncio.sleep(0.001)
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    assert {type(end) for end in ended} == {bool, asyncio.CancelledError}
    assert await store.write(put, "after", clock())
    told = {f"{n}" for n, end in enumerate(ended) if end is True}
    assert told <= set(await store.read(titles))
    await assert_whole(store)


OVERSTEPS = [
    "COMMIT",
    "  -- on with it\n rollback",
    "/* why not */ BEGIN",
    "SAVEPOINT mine",
    "RELEASE deed",
    "END;",
    "PRAGMA synchronous = OFF",
    "SET statement_timeout = 0",
    "INSERT OR ROLLBACK INTO letters (id, title, version) VALUES ('x', 'x', 1)",
]


async def test_a_deed_cannot_touch_its_transaction(store: Store, clock: FixedClock) -> None:
    def commits_itself(tx: Tx, statement: str) -> None:
        put(tx, "half", clock())
        tx.execute(statement)

    for statement in OVERSTEPS:
        neighbours = [store.write(put, f"{statement} {n}", clock()) for n in range(3)]
        ended = await asyncio.gather(store.write(commits_itself, statement), *neighbours, return_exceptions=True)
        assert isinstance(ended[0], ForbiddenStatement)
        assert ended[1:] == [True] * 3
    assert await assert_whole(store) == 3 * len(OVERSTEPS)


async def test_what_a_failed_deed_wrote_and_appended_is_gone_and_its_neighbours_stand(
    store: Store, clock: FixedClock
) -> None:
    def fails(tx: Tx, key: str) -> None:
        put(tx, key, clock())
        raise Overtaken(key)

    deeds = [
        store.intake(f"{n}", fails if n % 3 == 0 else put, f"{n}", *([clock()] if n % 3 else [])) for n in range(60)
    ]
    ended = await asyncio.gather(*deeds, return_exceptions=True)
    assert [type(end) for end in ended] == [Overtaken if n % 3 == 0 else bool for n in range(60)]
    assert await assert_whole(store) == 40


async def test_a_deed_that_swallows_an_error_has_failed_all_the_same(store: Store, clock: FixedClock) -> None:
    def swallows(tx: Tx) -> str:
        put(tx, "b", clock())
        try:
            tx.execute("INSERT INTO letters (id, title, version) VALUES ('b', 'x', 1)")
        except Conflict:
            pass
        return "fine"

    with pytest.raises(Conflict):
        await store.write(swallows)
    assert await assert_whole(store) == 0


async def test_a_rule_of_the_schema_is_told_apart_from_a_taken_key(store: Store, clock: FixedClock) -> None:
    with pytest.raises(RuleBroken):
        await store.write(put, "a", clock(), "")
    with pytest.raises(StoreError, match="nowhere"):
        await store.write(rows, "SELECT * FROM nowhere")


@pytest.mark.parametrize("way", ["write", "intake", "read"])
async def test_whatever_a_function_raises_reaches_its_caller(store: Store, way: str) -> None:
    def exhausted(_: Tx) -> object:
        return next(iter(()))

    def leaves(_: Tx) -> None:
        raise SystemExit(3)

    async def waits(_: Tx) -> None:
        raise AssertionError("never awaited")

    async def run(function: Any) -> object:
        if way == "intake":
            return await store.intake("k", function)
        return await (store.write(function) if way == "write" else store.read(function))

    with pytest.raises(RuntimeError, match="StopIteration"):
        await run(exhausted)
    with pytest.raises(SystemExit):
        await run(leaves)
    with pytest.raises(StoreError, match="plain function"):
        await run(waits)
    assert await run(lambda tx: "still here") == "still here"


async def test_a_tx_kept_for_later_is_over(store: Store) -> None:
    kept = await store.write(lambda tx: tx)
    with pytest.raises(ForbiddenStatement, match="over"):
        kept.execute("SELECT 1 AS one")


async def test_the_request_travels_with_its_deed(store: Store) -> None:
    request: ContextVar[str] = ContextVar("request", default="none")

    async def ask(name: str) -> tuple[str, str, str]:
        request.set(name)
        look = lambda tx: request.get()  # noqa: E731
        return await store.write(look), await store.intake(name, look), await store.read(look)

    assert await asyncio.gather(ask("r1"), ask("r2")) == [("r1",) * 3, ("r2",) * 3]


async def test_entries_keep_when_it_happened_beside_when_it_was_written(store: Store, clock: FixedClock) -> None:
    happened = clock()
    clock.advance(days=3)
    await store.write(lambda tx: journal.append(tx, [entry("a", "import", happened)]))
    (line,) = await store.read(journal.of_case, "a")
    assert (line.at, line.recorded_at) == ("2026-02-13T02:00:00.000000Z", "2026-02-16T02:00:00.000000Z")


async def test_the_journal_is_only_added_to(store: Store, clock: FixedClock) -> None:
    await store.write(put, "a", clock())
    for statement in ("UPDATE entries SET actor = 'someone'", "DELETE FROM entries"):
        with pytest.raises(StoreError):
            await store.write(rows, statement)
    assert await assert_whole(store) == 1


async def test_a_follower_moves_its_cursor_with_its_effect_and_only_once(store: Store, second: Store) -> None:
    assert await store.read(journal.cursor, "figures") == 0
    moved = await asyncio.gather(*[hub.write(journal.keep_cursor, "figures", 0, 5) for hub in (store, second)])
    assert sorted(moved) == [False, True]
    assert await store.read(journal.cursor, "figures") == 5


async def test_a_command_writes_everything_in_short_deeds(store: Store, clock: FixedClock) -> None:
    def put_all(tx: Tx, keys: Sequence[str]) -> int:
        return sum(put(tx, key, clock()) for key in keys)

    sizes = [size async for size in in_short_deeds(store, put_all, [f"{n}" for n in range(100)])]
    assert len(sizes) > 1
    assert sum(sizes) == await assert_whole(store) == 100


async def test_a_clock_that_fails_stops_the_pump_and_shows(
    store_url: str, steps_folder: Path, clock: FixedClock
) -> None:
    store = await open_store(store_url, clock=lambda: datetime(2026, 1, 1), folder=steps_folder)  # noqa: DTZ001
    ended = await asyncio.gather(
        *[store.intake(f"{n}", put, f"{n}", clock()) for n in range(5)], return_exceptions=True
    )
    assert {type(end) for end in ended} == {Unavailable}
    assert not store.health().pump_alive
    with pytest.raises(Unavailable):
        await store.intake("x", put, "x", clock())
    assert await store.read(titles) == {}
    await store.close()


async def test_a_group_is_sorted_by_submission_key_and_what_is_left_goes_back_to_the_front() -> None:
    groups: list[list[str | None]] = []

    def work(jobs: list[Job]) -> Outcome:
        groups.append([job.key for job in jobs])
        return Outcome([(job, Answer(True, job.key)) for job in jobs[:3]], jobs[3:], 0)

    pump = Pump(work, Head())
    jobs = [Job(lambda tx: None, key) for key in ("c", None, "a", "d", "b")]
    for job in jobs:
        pump.add(job)
    for _ in jobs:
        pump.turn()
    assert groups == [[None, "a", "b", "c", "d"], ["c", "d"]]
    assert [await answer_of(job) for job in jobs] == ["c", None, "a", "d", "b"]


async def test_a_pump_that_fails_answers_everyone() -> None:
    def work(jobs: list[Job]) -> Outcome:
        raise MemoryError

    pump = Pump(work, Head())
    jobs = [Job(lambda tx: None) for _ in range(100)]
    for job in jobs:
        pump.add(job)
    pump.turn()
    ended = await asyncio.gather(*[answer_of(job) for job in jobs], return_exceptions=True)
    assert {type(end) for end in ended} == {Unavailable}
    assert pump.fault == "MemoryError"
