"""Running deeds and questions on a thread, and handing back what became of them."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from contextvars import Context, copy_context
from functools import partial
from types import CoroutineType, GeneratorType
from typing import Any, NamedTuple

from hub.storage.errors import StoreError, Unavailable
from hub.storage.head import Head
from hub.storage.tx import Tx

GROUP_SIZE = 64
GROUP_SECONDS = 0.020
PATIENCE_SECONDS = 15.0
"""How long a deed may wait for a store that another process keeps busy."""


class Answer(NamedTuple):
    """What became of a deed or question: its value, or the exception it ended with."""

    ok: bool
    value: Any


class Job:
    """A deed or a question on its way, with the request's context and the place its answer goes to."""

    __slots__ = ("call", "context", "future", "item", "key", "many", "since")

    def __init__(
        self,
        call: Callable[[Tx], object],
        key: str | None = None,
        many: "Many | None" = None,
        item: object = None,
    ) -> None:
        self.call = call
        self.key = key
        self.many = many
        self.item = item
        self.context: Context = copy_context()
        self.future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.since = time.monotonic()

    @property
    def deadline(self) -> float:
        """Until when (monotonic seconds) this job may wait for its turn."""
        return self.since + PATIENCE_SECONDS


class Bundle:
    """Jobs of one group that share a deed for many: they run as one, and each gets its own answer."""

    __slots__ = ("call", "context", "deadline", "jobs", "key")

    def __init__(self, many: "Many", jobs: list[Job]) -> None:
        self.jobs = jobs
        self.key = jobs[0].key
        self.context = jobs[0].context.copy()
        self.deadline = min(job.deadline for job in jobs)
        self.call: Callable[[Tx], object] = partial(_call, many, ([job.item for job in jobs],), {})


Many = Callable[[Tx, list[Any]], list[Any]]
"""A deed for many items at once: one answer an item, an exception for an item that is refused."""
Task = Job | Bundle


class Outcome(NamedTuple):
    """What a group came to: answers, the tasks that go back to the front, the journal head if it moved."""

    answers: list[tuple[Task, Answer]]
    rest: list[Task]
    head: int


def bundled(jobs: list[Job]) -> list[Task]:
    """The group with those put together that share a deed for many, in the order of the group."""
    tasks: list[Task] = [job for job in jobs if job.many is None]
    for many in dict.fromkeys(job.many for job in jobs if job.many is not None):
        alike = [job for job in jobs if job.many is many]
        tasks.append(Bundle(many, alike) if len(alike) > 1 else alike[0])
    return tasks


def one_of(many: "Many", item: object) -> Callable[[Tx], object]:
    """A deed for many as a deed for one: what it refuses is raised."""

    def call(tx: Tx) -> object:
        (value,) = many(tx, [item])
        if isinstance(value, Exception):
            raise value
        return value

    return call


def attempt(job: Task, tx: Tx) -> Answer:
    """Run the job's function whole on `tx`; nothing it raises escapes."""
    try:
        value = job.context.run(job.call, tx)
        if isinstance(value, CoroutineType | GeneratorType):
            value.close()
            return Answer(False, StoreError("a deed or question is a plain function that answers with plain values"))
    except StopIteration as fault:
        wrapped = RuntimeError("a deed or question let StopIteration escape")
        wrapped.__cause__ = fault
        return Answer(False, wrapped)
    except BaseException as fault:
        return Answer(False, fault)
    finally:
        tx.close()
    return Answer(False, tx.fault) if tx.fault else Answer(True, value)


def bind(function: Callable[..., object], args: tuple[object, ...], kwargs: dict[str, Any]) -> Callable[[Tx], object]:
    """The function waiting only for its tx."""
    return partial(_call, function, args, kwargs) if args or kwargs else function


def _call(function: Callable[..., object], args: tuple[object, ...], kwargs: dict[str, Any], tx: Tx) -> object:
    return function(tx, *args, **kwargs)


async def answer_of(job: Job) -> Any:
    """Wait for the job; a caller that is cancelled leaves it running to its end."""
    ok, value = await job.future
    if ok:
        return value
    try:
        raise value
    finally:
        del value  # the traceback would hold on to this frame


class Pump:
    """Deeds waiting for one thread, which takes them in groups.

    Each deed brings one `turn` to the thread and each turn with deeds waiting answers at least one, so none is
    forgotten and no timer is needed.
    """

    def __init__(self, work: Callable[[list[Task]], Outcome], head: Head) -> None:
        self._work = work
        self._head = head
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[Job] = deque()
        self.fault = ""

    def add(self, job: Job) -> None:
        """Let a job wait; the caller then posts one `turn` to the thread."""
        if self.fault:
            raise Unavailable(f"the writer has stopped: {self.fault}")
        self._waiting.append(job)

    def turn(self) -> None:
        """On the thread: take a group, run it, answer it."""
        batch = self._take(GROUP_SIZE)
        if not batch:
            return
        try:
            outcome = self._spread(self._work(bundled(batch)))
        except BaseException as fault:  # whatever it was, nobody may wait for ever
            self.fault = type(fault).__name__
            stopped = Answer(False, Unavailable(f"the writer has stopped: {self.fault}"))
            outcome = Outcome([(job, stopped) for job in [*batch, *self._take(len(self._waiting))]], [], 0)
        self._waiting.extendleft(job for job in reversed(outcome.rest) if isinstance(job, Job))
        call_in(self._loop, self._deliver, outcome)

    def _spread(self, outcome: Outcome) -> Outcome:
        """Each job of a bundle with its own answer; a bundle that could not stand runs again job by job."""
        answers: list[tuple[Task, Answer]] = []
        head = outcome.head
        for task, answer in outcome.answers:
            if isinstance(task, Job):
                answers.append((task, answer))
            elif answer.ok:
                told = [Answer(not isinstance(value, Exception), value) for value in answer.value]
                answers += zip(task.jobs, told, strict=True)
            else:
                for job in task.jobs:
                    alone = self._work([job])
                    answers += alone.answers
                    head = max(head, alone.head)
        rest = [job for task in outcome.rest for job in (task.jobs if isinstance(task, Bundle) else [task])]
        return Outcome(answers, [*rest], head)

    def _take(self, most: int) -> list[Job]:
        batch: list[Job] = []
        while self._waiting and len(batch) < most:
            batch.append(self._waiting.popleft())
        batch.sort(key=lambda job: (job.key is not None, job.key or ""))
        return batch

    def _deliver(self, outcome: Outcome) -> None:
        self._head.move(outcome.head)
        for job, answer in outcome.answers:
            if isinstance(job, Job):
                deliver(job, answer)


def deliver(job: Job, answer: Answer) -> None:
    """On the loop: hand the answer over, unless the caller has left."""
    if not job.future.done():
        job.future.set_result(answer)


def call_in(loop: asyncio.AbstractEventLoop, function: Callable[..., None], *args: object) -> None:
    """Call back into the loop from a thread; a loop that has closed no longer listens."""
    try:
        loop.call_soon_threadsafe(function, *args)
    except RuntimeError:
        if not loop.is_closed():
            raise
