"""The web chat at work: its durable inbox, its readers, and the way on which notices reach a chat."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import structlog

from channels.conversing import Setting
from channels.dialogue import Say
from channels.inbound import Inbound, Kept, Seal, channel_seal, lane
from channels.message import OutboundMessage, Outcome
from channels.web.chat.lines import Line, opened, sealed
from channels.web.chat.readers import Readers
from channels.web.chat.worker import CHANNEL, Event, Worker, packed
from hub.ending import stopped
from hub.office import Office
from hub.storage import chats
from hub.storage.chats import Marks
from hub.storage.errors import StoreError

KEPT_DAYS = 30
"""A chat that was silent for so long is forgotten; its letters stay readable by number and query code."""
TIDY_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Tempo:
    """Seconds: between looks of an idle worker, between looks for what other processes said, patience at the end."""

    idle: float = 1.0
    others: float = 1.0
    patience: float = 10.0


class ChatSender:
    """Notices of the outbox into a chat; to keep a line is to send it, and the same notice is kept once."""

    def __init__(self, office: Office, seal: Seal, readers: Readers) -> None:
        self._office = office
        self._seal = seal
        self._readers = readers

    async def send(self, address: str, message: OutboundMessage, key: str) -> str:
        """Keep the message as a line; the id is its number in the chat. Raises what the store raises."""
        chat = lane(self._office, CHANNEL, address)
        line = sealed(self._seal, f"{chats.NOTICE}{key}", "hub", Say(message.text, message.buttons))
        n = await self._office.store.write(chats.add, CHANNEL, chat, [line], self._office.clock())
        self._readers.wake(chat)
        return str(n)

    def classify(self, error: BaseException) -> Outcome:
        """Only the store can fail here, and it comes back."""
        return Outcome("transient", type(error).__name__)

    def pause(self, address: str) -> float:
        """A chat of our own needs no pause."""
        return 0.0

    def hold(self, address: str, seconds: float) -> None:
        """Nobody outside asks us to wait."""


class ChatChannel:
    """The chat of the site; it takes and answers while it is `at_work`."""

    def __init__(self, office: Office, seal: Seal, setting: Setting, tempo: Tempo) -> None:
        self.readers = Readers()
        self.seal = seal
        self.setting = setting
        self.sender = ChatSender(office, seal, self.readers)
        self._office = office
        self._tempo = tempo
        worker = Worker(office, seal, setting, self.readers.wake)
        self._inbound = Inbound(office, seal, CHANNEL, worker.handle, worker.give_up, tempo.idle)
        self.pulse = self._inbound.pulse
        self._log = structlog.get_logger("chat")

    def digest(self, address: str) -> str:
        """What stands for a chat in the store."""
        return lane(self._office, CHANNEL, address)

    async def keep(self, event: Event) -> bool:
        """Keep what a browser sent, durable when this returns; False when it was here before."""
        digest = self.digest(event.chat)
        return await self._inbound.keep(Kept(f"{digest[:16]}:{event.id}", event.chat), packed(event))

    async def after(self, chat: str, n: int) -> list[Line]:
        """The lines of a chat behind number `n`."""
        return [opened(self.seal, k) for k in await self._office.store.read(chats.after, CHANNEL, chat, n)]

    async def latest(self, chat: str) -> list[Line]:
        """The last lines of a chat."""
        return [opened(self.seal, k) for k in await self._office.store.read(chats.latest, CHANNEL, chat)]

    async def marks(self, chat: str) -> Marks:
        """How far the chat is, and how far its browser has read."""
        return await self._office.store.read(chats.marks, CHANNEL, chat)

    async def waits(self, chat: str) -> bool:
        """Whether something that was sent is not answered yet."""
        return await self._office.store.read(chats.waits, CHANNEL, chat) > 0

    async def mark(self, chat: str, delivered: int, read: int) -> None:
        """Note what the browser has and shows."""
        await self._office.store.write(chats.mark, CHANNEL, chat, delivered, read)

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """What is sent is worked off inside the block; at its end every page is let go."""
        rounds = [
            asyncio.create_task(self.readers.watch(), name="chat readers"),
            asyncio.create_task(self._hear_others(), name="chat of other processes"),
            asyncio.create_task(self._tidy(), name="chat tidying"),
        ]
        try:
            async with self._inbound.at_work(self._tempo.patience):
                yield
        finally:
            self.readers.end()
            await stopped(*rounds)

    async def _hear_others(self) -> None:
        """Wake pages for what another process said; one small question while somebody waits here."""
        since = self._office.clock()
        while True:
            await asyncio.sleep(self._tempo.others)
            if not len(self.readers):
                since = self._office.clock()
                continue
            try:
                found = await self._office.store.read(chats.changed, CHANNEL, since - timedelta(seconds=5))
            except StoreError as fault:
                self._log.warning("other processes are not heard", error=type(fault).__name__)
                continue
            since = self._office.clock()
            for chat in found:
                self.readers.wake(chat)

    async def _tidy(self) -> None:
        while True:
            try:
                before = self._office.clock() - timedelta(days=KEPT_DAYS)
                await self._office.store.write(chats.forget_before, CHANNEL, before)
                await self._inbound.tidy()
            except StoreError as fault:
                self._log.warning("old chats stay", error=type(fault).__name__)
            await asyncio.sleep(TIDY_SECONDS)


@asynccontextmanager
async def chat(office: Office, setting: Setting, tempo: Tempo = Tempo()) -> AsyncIterator[ChatChannel]:
    """The chat of the site, at work inside the block."""
    channel = ChatChannel(office, await channel_seal(office, CHANNEL), setting, tempo)
    async with channel.at_work():
        yield channel
