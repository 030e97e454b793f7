"""A crew: hands that take waiting work from the store as it comes, several at once, and rest when there is none."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

import structlog

from hub.ending import stopped

Job = TypeVar("Job")


class Crew(Generic[Job]):
    """Asks `take(limit)` for work whenever woken, when a job ends, and every `idle` seconds; `do` handles one job.

    What `take` or `do` raises is logged by kind and never ends the crew.
    """

    def __init__(
        self,
        name: str,
        take: Callable[[int], Awaitable[list[Job]]],
        do: Callable[[Job], Awaitable[None]],
        *,
        hands: int,
        idle: float,
    ) -> None:
        self.name = name
        self.last_error = ""
        self._take = take
        self._do = do
        self._hands = hands
        self._idle = idle
        self._news = asyncio.Event()
        self._closing = False
        self._busy: set[asyncio.Task[None]] = set()
        self._log = structlog.get_logger(name)

    def wake(self) -> None:
        """There is work."""
        self._news.set()

    @asynccontextmanager
    async def at_work(self, patience: float = 10.0) -> AsyncIterator[None]:
        """The crew works inside the block; then it takes nothing new and ends within `patience` seconds."""
        self._closing = False
        loop = asyncio.create_task(self._run(), name=self.name)
        try:
            yield
        finally:
            self._closing = True
            self._news.set()
            if patience > 0:  # what was just claimed is still done, so that no lease has to run out
                await asyncio.wait({loop}, timeout=patience)
                await asyncio.wait({loop, *self._busy}, timeout=patience)
            await stopped(loop, *self._busy)

    async def _run(self) -> None:
        while not self._closing:
            self._news.clear()
            free = self._hands - len(self._busy)
            jobs = await self._next(free) if free > 0 else []
            for job in jobs:
                task = asyncio.create_task(self._one(job))
                self._busy.add(task)
                task.add_done_callback(self._ended)
            if not self._closing and (len(jobs) < free or free <= 0):
                await self._rest()

    async def _next(self, free: int) -> list[Job]:
        try:
            jobs = await self._take(free)
        except Exception as fault:
            self.last_error = type(fault).__name__
            self._log.warning("nothing could be taken", error=self.last_error)
            return []
        self.last_error = ""
        return jobs

    async def _one(self, job: Job) -> None:
        try:
            await self._do(job)
        except Exception as fault:  # a job says by itself what becomes of it; this is the last net
            self._log.error("a job fell", error=type(fault).__name__)

    async def _rest(self) -> None:
        try:
            await asyncio.wait_for(self._news.wait(), self._idle)
        except TimeoutError:
            return

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._busy.discard(task)
        self._news.set()
