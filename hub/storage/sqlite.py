"""The store on SQLite: one writing thread that commits in groups, and readers that never write."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Self, TypeVar, cast

from hub.ending import stopped
from hub.moments import Clock
from hub.storage import journal
from hub.storage.contract import LANES, SECONDS, Room, StoreHealth
from hub.storage.errors import Unavailable
from hub.storage.head import Head
from hub.storage.hold import FileHold
from hub.storage.pump import Answer, Job, Pump, answer_of, attempt, bind, call_in, deliver, one_of
from hub.storage.schema import Step, check_schema, refuse_older
from hub.storage.sqlite_driver import (
    COLUMNS,
    Lane,
    SqliteDriver,
    in_our_words,
    loses_commits,
    open_reader,
    open_writer,
    sqlite,
)
from hub.storage.sqlite_writer import SqliteWriter
from hub.storage.tx import Catalog, Driver, Tx, read_catalog

T = TypeVar("T")
Item = TypeVar("Item")
P = ParamSpec("P")

POLL_SECONDS = 0.2
"""How often the commits of other processes are looked for."""


class SqliteStore:
    """See `Store`; `await open(…)` before anything else."""

    def __init__(self, path: Path, clock: Clock, *, writes: bool) -> None:
        self._path = path
        self._clock = clock
        self._writes = writes
        self._careful = loses_commits(sqlite.sqlite_version_info)
        self._loop = asyncio.get_running_loop()
        self._head = Head()
        self._stack = AsyncExitStack()
        self._rooms: dict[Room, asyncio.LifoQueue[Lane]] = {room: asyncio.LifoQueue() for room in LANES}
        self._catalog = Catalog()
        self._watch_error = ""
        self._is_open = False

    async def open(self, steps: list[Step]) -> Self:
        """Take hold of the file, start the threads, check the schema; whatever fails, nothing stays open."""
        try:
            await self._open(steps)
        except BaseException:
            await self.close()
            raise
        return self

    async def _open(self, steps: list[Step]) -> None:
        if not self._path.exists():
            refuse_older([], steps)
        self._hold = FileHold(beside(self._path, "hold"))
        self._stack.callback(self._hold.release)
        if self._careful and self._writes:
            self._stack.callback(FileHold(beside(self._path, "writer"), alone=True).release)
        if self._writes:  # opened first and closed last: the readers must have left when the log is cut
            self._writing = await self._lane(partial(open_writer, self._path))
            self._stack.push_async_callback(self._writing.run, partial(_cut_log, self._writing))
        for room, count in LANES.items():
            for _ in range(count):
                lane = await self._lane(partial(open_reader, self._path))
                await lane.run(lane.limit_time)
                self._rooms[room].put_nowait(lane)
        self._is_open = True
        await check_schema(self, steps)
        self._catalog = await self.read(read_catalog, COLUMNS, room="heavy")
        if self._writes:
            self._writer = await self._writing.run(partial(SqliteWriter, self._writing.raw, self._catalog, self._clock))
            self._pump = Pump(self._writer.work, self._head)
        self._head.move((await self.read(journal.head, room="heavy")).seq)
        self._stack.push_async_callback(stopped, asyncio.create_task(self._watch(await self._watcher())))

    async def write(self, deed: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Store`."""
        return cast(T, await self._do(Job(bind(deed, args, kwargs))))

    async def intake(self, key: str, deed: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Store`."""
        return cast(T, await self._do(Job(bind(deed, args, kwargs), key)))

    async def intake_many(self, key: str, deed: Callable[[Tx, list[Item]], list[T | Exception]], item: Item, /) -> T:
        """See `Store`."""
        return cast(T, await self._do(Job(one_of(deed, item), key, deed, item)))

    async def _do(self, job: Job) -> object:
        if not self._is_open or not self._writes:
            raise Unavailable("the store is closed" if self._writes else "this store was opened for reading")
        self._pump.add(job)
        self._writing.post(self._pump.turn)
        return await answer_of(job)

    async def read(
        self, question: Callable[Concatenate[Tx, ...], T], /, *args: Any, room: Room = "staff", **kwargs: Any
    ) -> T:
        """See `Store`."""
        lanes = self._rooms[room]
        lane = await lanes.get()
        if not self._is_open:
            lanes.put_nowait(lane)
            raise Unavailable("the store is closed")
        job = Job(bind(question, args, kwargs))
        lane.post(partial(self._ask, lane, lanes, job, SECONDS[room]))
        return cast(T, await answer_of(job))

    def _ask(self, lane: Lane, lanes: "asyncio.LifoQueue[Lane]", job: Job, seconds: float) -> None:
        try:
            answer = ask(lane, job, self._catalog, seconds)
        except BaseException as fault:  # whatever it was, the caller must hear of it
            answer = Answer(False, fault)
        call_in(self._loop, self._answered, lane, lanes, job, answer)

    def _answered(self, lane: Lane, lanes: "asyncio.LifoQueue[Lane]", job: Job, answer: Answer) -> None:
        lanes.put_nowait(lane)
        deliver(job, answer)

    def head(self) -> int:
        """See `Store`."""
        return self._head.seq

    async def wait_for_change(self, after_seq: int, timeout: float) -> int:
        """See `Store`."""
        return await self._head.wait(after_seq, timeout)

    def health(self) -> StoreHealth:
        """See `Store`."""
        return StoreHealth(
            engine="sqlite",
            version=sqlite.sqlite_version,
            careful=self._careful,
            pump_alive=self._is_open and not (self._writes and self._pump.fault),
            last_error=(self._writes and (self._pump.fault or self._writer.last_error)) or self._watch_error,
        )

    @asynccontextmanager
    async def exclusive(self) -> AsyncIterator[None]:
        """See `Store`."""
        with self._hold.exclusive():
            yield

    async def close(self) -> None:
        """See `Store`."""
        self._is_open = False
        await self._stack.aclose()

    async def _lane(self, connect: Callable[[], "sqlite.Connection"]) -> Lane:
        lane = Lane(connect)
        await lane.begin()
        self._stack.push_async_callback(lane.close)
        return lane

    async def _watcher(self) -> Lane:
        return await self._lane(partial(open_reader, self._path))

    async def _watch(self, lane: Lane) -> None:
        """Notice what other processes commit, for followers and caches."""
        seen = -1
        while True:
            try:
                seen, head = await lane.run(partial(_look, lane, seen))
                self._head.move(head)
            except sqlite.Error as fault:
                self._watch_error = type(fault).__name__
            await asyncio.sleep(POLL_SECONDS)


def ask(lane: Lane, job: Job, catalog: Catalog, seconds: float) -> Answer:
    """On a reader's thread: answer a question from one snapshot within its time."""
    tx = Tx(SqliteDriver(lane.raw), catalog, writing=False)
    lane.raw.execute("BEGIN")
    lane.deadline = time.monotonic() + seconds
    try:
        return attempt(job, tx)
    finally:
        lane.deadline = float("inf")
        lane.raw.execute("ROLLBACK")


def beside(path: Path, ending: str) -> Path:
    """A side file of the database."""
    return path.with_name(f"{path.name}-{ending}")


def _cut_log(lane: Lane) -> None:
    with suppress(sqlite.Error):  # another process may still be reading: the next to close cuts it
        lane.raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _look(lane: Lane, seen: int) -> tuple[int, int]:
    version = lane.raw.execute("PRAGMA data_version").fetchone()[0]
    if version == seen:
        return seen, 0
    return version, lane.raw.execute("SELECT seq FROM journal_head WHERE id = 1").fetchone()[0]


@contextmanager
def schema_session(path: Path) -> Iterator[tuple[Driver, Callable[[str], None]]]:
    """For `migrate`: the file alone, made if there is none; each script given is one transaction."""
    hold = FileHold(beside(path, "hold"), alone=True)
    raw = None
    try:
        raw = open_writer(path, create=True)
        yield SqliteDriver(raw), partial(_run_script, raw)
    finally:
        if raw:
            raw.close()
        hold.release()


def _run_script(raw: "sqlite.Connection", text: str) -> None:
    try:
        raw.executescript(f"BEGIN IMMEDIATE; {text}; COMMIT;")
    except sqlite.Error as fault:
        if raw.in_transaction:
            raw.execute("ROLLBACK")
        raise in_our_words(fault) from None
