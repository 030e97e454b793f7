"""The durable inbox: each event once, each chat in order, failures aside, and nothing lost with a worker."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from channels.inbound import LEASE, TRIES, Inbound, Kept, LostLease, PutOff, channel_seal, finish, put_aside
from hub.office import Office
from hub.storage import inbox
from hub.storage.contract import Store
from hub.storage.inbox import Taken
from tests.builders import office_on
from tests.by_telegram import TickingClock, waits
from tests.conftest import FixedClock


@pytest.fixture
def office(store: Store, clock: FixedClock, tmp_path: Path) -> Office:
    return office_on(store, TickingClock(clock), tmp_path)


class Desk:
    """Notes what it handled; `ill` are words at which it falls, `slow` those at which it hangs."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.done: list[str] = []
        self.aside: list[tuple[str, str]] = []
        self.tried: list[str] = []
        self.ill: set[str] = set()
        self.slow: set[str] = set()
        self.inbound: Inbound

    async def handle(self, taken: Taken) -> None:
        words = self.inbound.opened(taken).decode()
        self.tried.append(words)
        if words in self.slow:
            await asyncio.sleep(3600)
        if words in self.ill:
            raise RuntimeError(words)
        await self.office.store.write(finish, taken)
        self.done.append(words)

    async def give_up(self, taken: Taken, error: str) -> None:
        await self.office.store.write(put_aside, taken, error, self.office.clock())
        self.aside.append((self.inbound.opened(taken).decode(), error))

    async def until(self, *words: str) -> None:
        async with asyncio.timeout(30):
            while not set(words) <= set(self.done):
                await asyncio.sleep(0.01)


async def a_desk(office: Office) -> Desk:
    desk = Desk(office)
    seal = await channel_seal(office, "test")
    desk.inbound = Inbound(office, seal, "test", desk.handle, desk.give_up, 0.02)
    return desk


@asynccontextmanager
async def working(office: Office, patience: float = 5.0) -> AsyncIterator[Desk]:
    desk = await a_desk(office)
    async with desk.inbound.at_work(patience):
        yield desk


async def test_one_event_given_fifty_times_at_once_is_handled_once(office: Office) -> None:
    async with working(office) as desk:
        fresh = await asyncio.gather(*(desk.inbound.keep(Kept("1", "a"), b"hello") for _ in range(50)))
        await desk.until("hello")
        assert not await desk.inbound.keep(Kept("1", "a"), b"hello")
    assert sorted(fresh) == [False] * 49 + [True]
    assert desk.tried == ["hello"]


async def test_a_chat_keeps_its_order_and_another_does_not_wait_for_it(office: Office) -> None:
    async with working(office, patience=0.0) as desk:
        desk.slow.add("a1")
        for event, chat in (("1", "a"), ("2", "a"), ("3", "b"), ("4", "b"), ("5", "b")):
            await desk.inbound.keep(Kept(event, chat), f"{chat}{event}".encode())
        await desk.until("b3", "b4", "b5")
    assert desk.done == ["b3", "b4", "b5"]
    assert "a2" not in desk.tried


async def test_an_event_that_always_fails_is_put_aside_and_the_chat_goes_on(office: Office, clock: FixedClock) -> None:
    async with working(office) as desk:
        desk.ill.add("bad")
        for n, words in enumerate(("bad", "good")):
            await desk.inbound.keep(Kept(str(n), "a"), words.encode())
        for _ in range(200):
            clock.advance(seconds=10)
            if "good" in desk.done:
                break
            await asyncio.sleep(0.02)
        await desk.until("good")
        left = await waits(office, desk.inbound.channel)
    assert desk.tried == ["bad"] * TRIES + ["good"]
    assert desk.aside == [("bad", "RuntimeError")]
    assert (left.came.n, left.aside.n) == (0, 1)


async def test_to_stop_need_not_wait_behind_what_failed(office: Office) -> None:
    async with working(office) as desk:
        desk.ill.add("bad")
        await desk.inbound.keep(Kept("1", "a"), b"bad")
        async with asyncio.timeout(30):
            while "bad" not in desk.tried:
                await asyncio.sleep(0.01)
        await desk.inbound.keep(Kept("2", "a"), b"words")
        await desk.inbound.keep(Kept("3", "a", jump=True), b"cancel")
        async with asyncio.timeout(30):
            while "cancel" not in desk.tried:
                await asyncio.sleep(0.01)
    assert "words" not in desk.done


async def test_what_a_worker_had_when_it_died_is_done_by_the_next_one(office: Office, clock: FixedClock) -> None:
    async with working(office, patience=0.0) as dying:
        dying.slow.add("a letter")
        await dying.inbound.keep(Kept("1", "a"), b"a letter")
        async with asyncio.timeout(30):
            while not dying.tried:
                await asyncio.sleep(0.01)
    assert dying.done == []
    async with working(office) as desk:
        await asyncio.sleep(0.1)
        assert desk.tried == []
        clock.advance(seconds=LEASE.total_seconds() + 1)
        await desk.until("a letter")


async def test_two_workers_never_do_one_event_twice(office: Office, clock: FixedClock) -> None:
    desk = await a_desk(office)
    await desk.inbound.keep(Kept("1", "a"), b"a letter")
    now = clock()
    (slow,) = await office.store.write(inbox.claim, "test", "slow", now, timedelta(seconds=1), 5)
    assert await office.store.write(inbox.claim, "test", "quick", now, timedelta(seconds=1), 5) == []
    clock.advance(seconds=2)
    (quick,) = await office.store.write(inbox.claim, "test", "quick", clock(), timedelta(seconds=1), 5)
    await office.store.write(finish, quick)
    with pytest.raises(LostLease):
        await office.store.write(finish, slow)


async def test_an_event_that_must_wait_is_not_held_against_it(office: Office, clock: FixedClock) -> None:
    waits = 2 * TRIES

    async with working(office) as desk:
        handle = desk.handle

        async def impatient(taken: Taken) -> None:
            if len(desk.tried) < waits:
                desk.tried.append("waits")
                raise PutOff(1.0)
            await handle(taken)

        desk.inbound._handle = impatient
        await desk.inbound.keep(Kept("1", "a"), b"album")
        for _ in range(400):
            clock.advance(seconds=1)
            if desk.done:
                break
            await asyncio.sleep(0.02)
    assert desk.done == ["album"]
    assert desk.aside == []


async def test_the_inbox_holds_no_word_that_can_be_read_without_the_key(office: Office) -> None:
    desk = await a_desk(office)
    await desk.inbound.keep(Kept("1", "chat-4711"), "我叫张三".encode())
    (taken,) = await office.store.write(inbox.claim, "test", "w", office.clock(), timedelta(seconds=1), 5)
    assert "张三" not in str(taken)
    assert "4711" not in str(taken)
    assert desk.inbound.opened(taken).decode() == "我叫张三"


async def test_done_events_are_forgotten_after_their_time_and_waiting_ones_never(
    office: Office, clock: FixedClock
) -> None:
    async with working(office) as desk:
        desk.slow.add("waits")
        await desk.inbound.keep(Kept("1", "a"), b"done")
        await desk.until("done")
    await desk.inbound.keep(Kept("2", "a"), b"waits")
    clock.advance(days=31)
    assert await desk.inbound.tidy() == 1
    assert (await waits(office, desk.inbound.channel)).came.n == 1
