"""What happens, as it happens: the journal's lines on cases that the caller may see, as server-sent events."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from channels.web.api.op import LARGEST, Call, op
from channels.web.errors import Malformed
from channels.web.keys import ACTOR, office_of
from channels.web.session import read_actor
from hub.errors import TooMany
from hub.live import Seen, seen_after
from hub.people import Actor

HEARTBEAT = 15.0
LOOK_EVERY = 1.0
"""Seconds after which a stream notices that its client is gone."""
MOST_EACH, MOST_ALL = 5, 500
BATCH = 100


class Streams:
    """The streams that are open, by person; they end with the site."""

    def __init__(self) -> None:
        self._each: Counter[str] = Counter()
        self.tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def place(self, person: str) -> AsyncIterator[None]:
        """A place for one more stream; raises TooMany. It is free again when the block ends, however it ends."""
        if self._each[person] >= MOST_EACH or self._each.total() >= MOST_ALL:
            raise TooMany(60)
        task = asyncio.current_task()
        self._each[person] += 1
        if task is not None:
            self.tasks.add(task)
        try:
            yield
        finally:
            self._each[person] -= 1
            if not self._each[person]:
                del self._each[person]
            if task is not None:
                self.tasks.discard(task)

    async def end(self, _: web.Application) -> None:
        """End every stream, for a site that stops."""
        for task in tuple(self.tasks):
            task.cancel()


OPEN: web.AppKey[Streams] = web.AppKey("streams", Streams)


@op("GET", "/events", "The journal as it grows", who="officer", auth="bearer", stream=True)
async def events(call: Call[None, None]) -> web.StreamResponse:
    """From `Last-Event-ID` on, or from now. Each event: number, action and time of a line; never a word of a person."""
    request, office = call.request, office_of(call.request)
    after = _last_seen(request.headers.get("Last-Event-ID", ""), office.store.head())
    actor: Actor = request[ACTOR]
    async with request.app[OPEN].place(actor.person):
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"}
        )
        await response.prepare(request)
        try:
            await response.write(b"retry: 3000\n\n")
            await _follow(request, response, after)
        except (ConnectionError, asyncio.CancelledError):
            pass
    return response


async def _follow(request: web.Request, response: web.StreamResponse, after: int) -> None:
    """Send what is new until the client leaves or the sign-in ends; rights are read anew before every batch."""
    office, silent = office_of(request), 0.0
    while request.transport is not None and not request.transport.is_closing():
        head = await office.store.wait_for_change(after, LOOK_EVERY)
        if head <= after:
            silent += LOOK_EVERY
            if silent >= HEARTBEAT:
                if await read_actor(request) is None:
                    return
                await response.write(b": still here\n\n")
                silent = 0.0
            continue
        actor = await read_actor(request)
        if actor is None:
            return
        told = (after, BATCH, actor, await office.book(), office.clock())
        after, seen = await office.store.read(seen_after, *told)
        for line in seen:
            await response.write(_event(line))
            silent = 0.0


def _event(line: Seen) -> bytes:
    data = json.dumps({"number": line.number, "action": line.action, "version": line.version}, ensure_ascii=False)
    return f"id: {line.seq}\nevent: entry\ndata: {data}\n\n".encode()


def _last_seen(given: str, head: int) -> int:
    """The place to go on from; a place that does not exist yet is the present one."""
    if not given:
        return head
    if not (given.isascii() and given.isdecimal()) or len(given) > len(str(LARGEST)) + 8:
        raise Malformed("Last-Event-ID 应是一个编号。", "Last-Event-ID must be a number.")
    return min(int(given), head)


OPS = (events,)
