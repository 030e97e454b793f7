"""The timer: a metronome that wakes rounds of work; it keeps no deadlines, those are rows (DESIGN §6)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC
from types import TracebackType
from typing import Self

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler  # type: ignore[import-untyped]

Round = Callable[[], Awaitable[object]]

log = structlog.get_logger("timer")


class Timer:
    """Runs rounds at their intervals while it is open: `async with Timer() as timer: timer.every(20, "sweep", …)`.

    A tick starts a round as a task of our own, and only when the one before has finished. APScheduler cancels what it
    runs when it shuts down; here it runs nothing but ticks, and closing waits for every round to end by itself.
    """

    def __init__(self) -> None:
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)
        self._running: dict[str, asyncio.Task[None]] = {}
        self._closing = False

    async def __aenter__(self) -> Self:
        self._scheduler.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing = True
        self._scheduler.pause()
        await asyncio.gather(*self._running.values())
        self._scheduler.shutdown(wait=False)
        await asyncio.sleep(0)  # the scheduler closes itself in the next turn of the loop

    def every(self, seconds: float, name: str, round_: Round) -> None:
        """Start `round_` every so many seconds, first after that time; a round still running lets the tick pass.

        A round that raises is logged by name and kind of error, and comes again with the next tick.
        """

        async def tick() -> None:
            self.start(name, round_)

        self._scheduler.add_job(tick, "interval", seconds=seconds, id=name)

    def start(self, name: str, round_: Round) -> bool:
        """Start a round now; False while the one before is still running or the timer is closing."""
        if self._closing or name in self._running:
            return False
        task = asyncio.create_task(_run(name, round_), name=f"round {name}")
        self._running[name] = task
        task.add_done_callback(lambda _: self._running.pop(name, None))
        return True


async def _run(name: str, round_: Round) -> None:
    try:
        await round_()
    except Exception as fault:
        log.warning("round_failed", alarm=True, round=name, error=type(fault).__name__)
