"""The timer only ticks: rounds never overlap, never die of an error, and are never cut off by closing."""

import asyncio

from hub.timer import Timer


async def test_a_round_comes_again_at_its_interval() -> None:
    came = asyncio.Semaphore(0)

    async def round_() -> None:
        came.release()

    async with Timer() as timer:
        timer.every(0.01, "sweep", round_)
        async with asyncio.timeout(30):
            for _ in range(3):
                await came.acquire()


async def test_a_tick_passes_while_the_round_before_is_running() -> None:
    running, most, ticks = 0, 0, 0
    go_on = asyncio.Event()

    async def round_() -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await go_on.wait()
        running -= 1

    async with Timer() as timer:
        assert timer.start("sweep", round_)
        await asyncio.sleep(0)
        for _ in range(5):
            ticks += timer.start("sweep", round_)
            await asyncio.sleep(0)
        go_on.set()
    assert (most, ticks) == (1, 0)


async def test_closing_waits_for_a_running_round_and_starts_no_other() -> None:
    ended = False
    began = asyncio.Event()

    async def round_() -> None:
        nonlocal ended
        began.set()
        await asyncio.sleep(0.05)
        ended = True

    async with Timer() as timer:
        timer.start("courier", round_)
        await began.wait()
    assert ended
    assert not timer.start("courier", round_)


async def test_a_round_that_raises_comes_again() -> None:
    tries = 0
    again = asyncio.Event()

    async def round_() -> None:
        nonlocal tries
        tries += 1
        if tries > 1:
            again.set()
        raise RuntimeError("the store is away")

    async with Timer() as timer:
        timer.every(0.01, "sweep", round_)
        async with asyncio.timeout(30):
            await again.wait()


async def test_other_rounds_go_on_beside_a_slow_one() -> None:
    hold = asyncio.Event()
    came = asyncio.Event()

    async def slow() -> None:
        await hold.wait()

    async def quick() -> None:
        came.set()

    async with Timer() as timer:
        timer.start("slow", slow)
        timer.every(0.01, "quick", quick)
        async with asyncio.timeout(30):
            await came.wait()
        hold.set()
