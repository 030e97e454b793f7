"""A gate: where one gateway's events come in; each is kept before it is acknowledged, and worked off behind it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Protocol

import structlog

from channels.dialogue.commands import command_in
from channels.inbound import Inbound, Kept, Seal
from channels.webhooks.events import Choice, Delivery, Event, File, Text, read_event
from channels.webhooks.fetching import is_allowed
from channels.webhooks.signing import must_be_signed
from hub.ending import stopped
from hub.errors import Invalid, Said
from hub.office import Office
from hub.storage import inbox
from hub.storage.errors import StoreError
from hub.storage.inbox import Taken

TIDY_SECONDS = 3600.0
_FOREIGN = Said(
    "“url”不在这个网关的文件地址（file_origins）之内。", "“url” lies on none of this gateway's file_origins."
)
_NOT_HERE = Said("这个网关不收这种事件。", "This gateway takes no events of this kind.")
_REUSED = Said(
    "这个“id”已经用于另一个事件，请给每个事件一个新的。",
    "This “id” was used for another event. Give each event a new one.",
)


class Working(Protocol):
    """What works off the events of a gate."""

    on_said: Callable[[], None]

    async def handle(self, taken: Taken) -> None:
        """Do one event whole."""
        ...

    async def give_up(self, taken: Taken, error: str) -> None:
        """Put an event aside."""
        ...


class Gate:
    """The way in of one gateway. `origins` are where its files lie; None where it sends words and receipts alone."""

    def __init__(
        self,
        office: Office,
        seal: Seal,
        channel: str,
        secret: str,
        worker: Working,
        origins: tuple[str, ...] | None = None,
        idle: float = 1.0,
    ) -> None:
        self.channel = channel
        self.seal = seal
        self._office = office
        self._secret = secret
        self._worker = worker
        self._origins = origins
        self._inbound = Inbound(office, seal, channel, worker.handle, worker.give_up, idle)
        self.pulse = self._inbound.pulse

    def wakes(self, courier: Callable[[], None]) -> None:
        """Whom to wake when answers wait in the outbox."""
        self._worker.on_said = courier

    async def take(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Take one event, durable when this returns; False when it was here before.

        Raises Unsigned, Invalid, and what the store raises: then the gateway has to post it again.
        """
        must_be_signed(self._secret, headers, body, self._office.clock())
        event = read_event(body)
        self._must_be_for_here(event)
        fresh = await self._inbound.keep(_kept(event), body)
        if not fresh:
            await self._must_be_the_same(event)
        return fresh

    def _must_be_for_here(self, event: Event) -> None:
        if isinstance(event, Choice | File) and self._origins is None:
            raise Invalid({"event": _NOT_HERE})
        if isinstance(event, File) and not is_allowed(event.url, self._origins or ()):
            raise Invalid({"url": _FOREIGN})

    async def _must_be_the_same(self, event: Event) -> None:
        """The same id for other words would lose them without a sound."""
        before = await self._office.store.read(inbox.payload, self.channel, event.id)
        if before is not None and read_event(self.seal.open(f"inbox:{event.id}", before).encode()) != event:
            raise Invalid({"id": _REUSED})

    @asynccontextmanager
    async def at_work(self, patience: float = 10.0) -> AsyncIterator[None]:
        """Events are worked off inside the block, and old ones forgotten."""
        async with self._inbound.at_work(patience):
            tidying = asyncio.create_task(self._tidy(), name=f"tidy {self.channel}")
            try:
                yield
            finally:
                await stopped(tidying)

    async def _tidy(self) -> None:
        while True:
            try:
                await self._inbound.tidy()
            except StoreError as fault:
                structlog.get_logger("webhooks").warning("old events stay", error=type(fault).__name__)
            await asyncio.sleep(TIDY_SECONDS)


def _kept(event: Event) -> Kept:
    """How an event is kept: in the lane of its chat; 取消 passes what failed there, a receipt waits for nobody."""
    if isinstance(event, Delivery):
        return Kept(event.id, "")
    command = command_in(event.text) if isinstance(event, Text) else None
    stops = command is not None and command.name in ("cancel", "drop")
    return Kept(event.id, event.chat, jump=stops)
