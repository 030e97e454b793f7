"""The store on PostgreSQL: each deed its own transaction on a thread, intake alone in groups."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from functools import partial
from typing import Any, Concatenate, ParamSpec, Self, TypeVar, cast

import psycopg

from hub.ending import stopped
from hub.moments import Clock
from hub.storage import journal
from hub.storage.contract import LANES, SECONDS, Room, StoreHealth
from hub.storage.errors import StoreError, Unavailable
from hub.storage.head import Head
from hub.storage.postgres_driver import COLUMNS, Idle, PostgresDriver, Raw, in_our_words
from hub.storage.postgres_hold import hold_store, let_go, share_again, take_hold
from hub.storage.postgres_writer import CHANNEL, PostgresWriter
from hub.storage.pump import (
    PATIENCE_SECONDS,
    Answer,
    Job,
    Pump,
    answer_of,
    attempt,
    bind,
    call_in,
    deliver,
    one_of,
)
from hub.storage.schema import Step, check_schema
from hub.storage.tx import Catalog, Driver, Tx, read_catalog

T = TypeVar("T")
Item = TypeVar("Item")
P = ParamSpec("P")

DEED_LANES = 4
RECONNECT_SECONDS = 0.2


class PostgresStore:
    """See `Store`; `await open(…)` before anything else."""

    def __init__(self, url: str, clock: Clock, *, writes: bool) -> None:
        self._url = url
        self._clock = clock
        self._writes = writes
        self._loop = asyncio.get_running_loop()
        self._head = Head()
        self._stack = AsyncExitStack()
        self._catalog = Catalog()
        self._rooms: dict[Room, tuple[ThreadPoolExecutor, Idle]] = {}
        self._version = ""
        self._listen_error = ""
        self._is_open = False

    async def open(self, steps: list[Step]) -> Self:
        """Take hold of the database, check its schema, start listening; whatever fails, nothing stays open."""
        try:
            await self._open(steps)
        except BaseException:
            await self.close()
            raise
        return self

    async def _open(self, steps: list[Step]) -> None:
        self._hold = await asyncio.to_thread(hold_store, self._url)
        self._stack.push_async_callback(asyncio.to_thread, self._let_go)
        for room, count in LANES.items():
            idle = Idle(self._url, SECONDS[room])
            self._stack.callback(idle.close)
            self._rooms[room] = self._threads(count, room), idle
        self._is_open = True
        await check_schema(self, steps)
        self._catalog = await self.read(read_catalog, COLUMNS, room="heavy")
        self._writer = PostgresWriter(self._url, self._catalog, self._clock)
        self._stack.callback(self._writer.idle.close)
        self._deeds = self._threads(DEED_LANES, "deeds")
        self._intake = self._threads(1, "intake")
        self._pump = Pump(self._writer.work, self._head)
        listening = asyncio.Event()
        self._stack.push_async_callback(stopped, asyncio.create_task(self._listen(listening)))
        try:
            await asyncio.wait_for(listening.wait(), PATIENCE_SECONDS)
        except TimeoutError:
            raise Unavailable(f"PostgreSQL does not let us listen: {self._listen_error}") from None

    async def write(self, deed: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Store`."""
        self._check_open()
        job = Job(bind(deed, args, kwargs))
        self._deeds.submit(self._deed, job)
        return cast(T, await answer_of(job))

    async def intake(self, key: str, deed: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Store`."""
        self._check_open()
        job = Job(bind(deed, args, kwargs), key)
        self._pump.add(job)
        self._intake.submit(self._pump.turn)
        return cast(T, await answer_of(job))

    async def intake_many(self, key: str, deed: Callable[[Tx, list[Item]], list[T | Exception]], item: Item, /) -> T:
        """See `Store`."""
        self._check_open()
        job = Job(one_of(deed, item), key, deed, item)
        self._pump.add(job)
        self._intake.submit(self._pump.turn)
        return cast(T, await answer_of(job))

    def _check_open(self) -> None:
        if not self._is_open or not self._writes:
            raise Unavailable("the store is closed" if self._writes else "this store was opened for reading")

    def _deed(self, job: Job) -> None:
        try:
            answer, head = self._writer.alone(job)
        except BaseException as fault:  # whatever it was, the caller must hear of it
            answer, head = Answer(False, fault), 0
        call_in(self._loop, self._deliver, job, answer, head)

    def _deliver(self, job: Job, answer: Answer, head: int) -> None:
        self._head.move(head)
        deliver(job, answer)

    async def read(
        self, question: Callable[Concatenate[Tx, ...], T], /, *args: Any, room: Room = "staff", **kwargs: Any
    ) -> T:
        """See `Store`."""
        if not self._is_open:
            raise Unavailable("the store is closed")
        job = Job(bind(question, args, kwargs))
        threads, idle = self._rooms[room]
        threads.submit(self._question, job, idle, SECONDS[room])
        return cast(T, await answer_of(job))

    def _question(self, job: Job, idle: Idle, seconds: float) -> None:
        try:
            answer = self._ask(job, idle, seconds)
        except BaseException as fault:  # whatever it was, the caller must hear of it
            answer = Answer(False, fault)
        call_in(self._loop, deliver, job, answer)

    def _ask(self, job: Job, idle: Idle, seconds: float) -> Answer:
        """Answer a question from one snapshot; once more if its connection turns out to be lost."""
        while True:
            raw = idle.take(job.deadline)
            tx = Tx(PostgresDriver(raw, time.monotonic() + seconds), self._catalog, writing=False)
            answer = attempt(job, tx)
            lost = raw.closed
            idle.give_back(raw)
            if not (tx.fault and lost) or time.monotonic() > job.deadline:
                return answer

    def head(self) -> int:
        """See `Store`."""
        return self._head.seq

    async def wait_for_change(self, after_seq: int, timeout: float) -> int:
        """See `Store`."""
        return await self._head.wait(after_seq, timeout)

    def health(self) -> StoreHealth:
        """See `Store`."""
        return StoreHealth(
            engine="postgresql",
            version=self._version,
            careful=False,
            pump_alive=self._is_open and not self._pump.fault,
            last_error=self._pump.fault or self._writer.last_error or self._listen_error,
        )

    @asynccontextmanager
    async def exclusive(self) -> AsyncIterator[None]:
        """See `Store`."""
        await asyncio.to_thread(take_hold, self._hold, alone=True)
        try:
            yield
        finally:
            await asyncio.to_thread(share_again, self._hold)

    async def close(self) -> None:
        """See `Store`."""
        self._is_open = False
        await self._stack.aclose()

    def _let_go(self) -> None:
        let_go(self._hold)

    def _threads(self, count: int, name: str) -> ThreadPoolExecutor:
        threads = ThreadPoolExecutor(count, thread_name_prefix=f"store-{name}")
        self._stack.push_async_callback(asyncio.to_thread, threads.shutdown)
        return threads

    async def _listen(self, listening: asyncio.Event) -> None:
        """Notice what other processes commit; after a lost connection take hold and read on from the head."""
        while True:
            try:
                if self._hold.closed:
                    self._hold = await asyncio.to_thread(hold_store, self._url)
                async with await psycopg.AsyncConnection.connect(self._url, autocommit=True, keepalives_idle=30) as ear:
                    await ear.execute(f"LISTEN {CHANNEL}")
                    self._version = str(ear.info.parameter_status("server_version"))
                    self._head.move((await self.read(journal.head, room="heavy")).seq)
                    listening.set()
                    async for notice in ear.notifies():
                        self._head.move(int(notice.payload))
            except (psycopg.Error, StoreError) as fault:
                self._listen_error = type(fault).__name__
            await asyncio.sleep(RECONNECT_SECONDS)


@contextmanager
def schema_session(url: str) -> Iterator[tuple[Driver, Callable[[str], None]]]:
    """For `migrate`: the database alone; each script given is one transaction."""
    raw = hold_store(url, alone=True)
    try:
        raw.execute("SET statement_timeout = 0")
        yield PostgresDriver(raw), partial(_run_script, raw)
    finally:
        let_go(raw)


def _run_script(raw: Raw, text: str) -> None:
    try:
        with raw.transaction():
            raw.execute(text)  # without parameters: a whole script at once
    except psycopg.Error as fault:
        raise in_our_words(fault) from None
