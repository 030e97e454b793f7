"""Inbound: every event of a channel is kept before it is acknowledged, then worked off in the lanes of its chats."""

import asyncio
import hashlib
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from channels.crew import Crew
from channels.dialogue.talk import Say
from channels.pulse import Pulse
from hub.office import Office
from hub.privacy.vault import keyed_hash, new_case_key, open_sealed, seal
from hub.storage import inbox, quarantine
from hub.storage.dialogues import Line
from hub.storage.errors import StoreBusy, Unavailable
from hub.storage.inbox import Arrived, Taken
from hub.storage.tx import Tx

TRIES = 5
"""An event that fails so often is put aside, with an alarm and a polite notice (DESIGN §7)."""
HANDS = 16
LEASE = timedelta(seconds=120)
HANDLING_SECONDS = 90.0
"""Handling ends before its lease does, so that two workers never hold one event."""
KEPT_DAYS = 30
"""How long a done event is remembered, so that a repetition is known (RELIABILITY, rule 13)."""


class LostLease(Exception):
    """Another worker has the event by now: nothing of this deed may stand."""


class PutOff(Exception):
    """The event has to wait a while, through no fault of its own."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds} s")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Seal:
    """How the rows of one channel are sealed: its own key, kept wrapped like the key of a case."""

    owner: str
    key: bytes = field(repr=False)

    def close(self, name: str, text: str) -> str:
        return seal(self.key, self.owner, name, text)

    def open(self, name: str, sealed: str) -> str:
        """Raises CannotOpen."""
        return open_sealed(self.key, self.owner, name, sealed)


async def channel_seal(office: Office, channel: str) -> Seal:
    """The key of a channel's rows; made at the first start."""
    owner = f"channel:{channel}"
    wrapped = await office.store.write(inbox.keep_key, owner, office.ring.wrap(owner, new_case_key()))
    return Seal(owner, office.ring.unwrap(owner, wrapped))


def sealed_line(seal: Seal, key: str, address: str, say: Say) -> Line:
    """What is said to a chat, as it waits in the outbox."""
    rows = [[[b.label, b.code] for b in row] for row in say.buttons]
    packed = json.dumps({"chat": address, "text": say.text, "buttons": rows}, ensure_ascii=False)
    return Line(key, seal.close(key, packed))


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of an event when it is kept: its chat, and whether it waits for more or passes what failed."""

    event_id: str
    chat: str
    wait: float = 0.0
    jump: bool = False


Handle = Callable[[Taken], Awaitable[None]]
GiveUp = Callable[[Taken, str], Awaitable[None]]


class Inbound:
    """The durable inbox of one channel.

    `handle` does an event whole: its last deed finishes the row. `give_up` is called with an event that failed
    `TRIES` times and the kind of its last error; it must put the row aside (`put_aside`).
    """

    def __init__(self, office: Office, seal_: Seal, channel: str, handle: Handle, give_up: GiveUp, idle: float) -> None:
        self.channel = channel
        self.seal = seal_
        self.pulse = Pulse()
        self._office = office
        self._handle = handle
        self._give_up = give_up
        self._name = f"{channel}:{secrets.token_hex(6)}"
        self._log = structlog.get_logger("inbound")
        self._crew = Crew(f"inbound {channel}", self._take, self._do, hands=HANDS, idle=idle)

    @asynccontextmanager
    async def at_work(self, patience: float = 10.0) -> AsyncIterator[None]:
        """Events are worked off inside the block."""
        async with self._crew.at_work(patience):
            yield

    async def keep(self, kept: Kept, raw: bytes) -> bool:
        """Keep an event, durable when this returns; False when it was here before. Raises what the store raises."""
        where = lane(self._office, self.channel, kept.chat) if kept.chat else f"event:{kept.event_id}"
        payload = self.seal.close(f"inbox:{kept.event_id}", raw.decode("utf-8", "backslashreplace"))
        arrived = Arrived(self.channel, kept.event_id, where, payload, kept.wait, kept.jump)
        fresh = await self._office.store.write(inbox.put, arrived, self._office.clock())
        self.pulse.took(self._office.clock())
        if fresh:
            self._crew.wake()
        return fresh

    async def keep_unreadable(self, raw: bytes) -> None:
        """Keep what is no event aside for a person, once, so that the platform need not send it for ever."""
        event_id = f"unreadable:{hashlib.sha256(raw).hexdigest()[:32]}"
        payload = self.seal.close(f"inbox:{event_id}", raw.decode("utf-8", "backslashreplace"))
        arrived = Arrived(self.channel, event_id, event_id, payload, unreadable=True)
        await self._office.store.write(_keep_aside, arrived, self._office.clock())
        self._log.error("an unreadable event was put aside", channel=self.channel)

    def opened(self, taken: Taken) -> bytes:
        """The event as it came in."""
        return self.seal.open(f"inbox:{taken.event_id}", taken.payload).encode()

    async def tidy(self) -> int:
        """Forget done events after their time; returns how many."""
        before = self._office.clock() - timedelta(days=KEPT_DAYS)
        return await self._office.store.write(inbox.forget_before, self.channel, before)

    async def _take(self, limit: int) -> list[Taken]:
        now = self._office.clock()
        return await self._office.store.write(inbox.claim, self.channel, self._name, now, LEASE, limit)

    async def _do(self, taken: Taken) -> None:
        if taken.attempts > TRIES:  # a worker died with it each time
            await self._give_up(taken, "died")
            return
        try:
            async with asyncio.timeout(HANDLING_SECONDS):
                await self._handle(taken)
        except LostLease:
            self._log.warning("an event was taken over", channel=self.channel)
        except PutOff as wait:
            await self._later(taken, wait.seconds, taken.attempts - 1, "")
        except (Unavailable, StoreBusy) as fault:  # the event is not to blame; its lease brings it back
            self._log.warning("the store is away", error=type(fault).__name__)
        except Exception as fault:
            await self._failed(taken, type(fault).__name__)

    async def _failed(self, taken: Taken, error: str) -> None:
        if taken.attempts < TRIES:
            self._log.warning("an event failed", channel=self.channel, error=error, tries=taken.attempts)
            await self._later(taken, 4.0 ** (taken.attempts - 1), taken.attempts, error)
            return
        self._log.error("an event was put aside", channel=self.channel, error=error, tries=taken.attempts)
        await self._give_up(taken, error)

    async def _later(self, taken: Taken, seconds: float, attempts: int, error: str) -> None:
        at = self._office.clock() + timedelta(seconds=seconds)
        await self._office.store.write(inbox.later, taken, at, attempts=attempts, error=error)


def _keep_aside(tx: Tx, arrived: Arrived, now: datetime) -> None:
    if inbox.put(tx, arrived, now):
        quarantine.tell(tx, arrived.channel, now)


def finish(tx: Tx, taken: Taken, *, error: str = "") -> None:
    """The event is done; raises LostLease."""
    if not inbox.finish(tx, taken, error=error):
        raise LostLease


def put_aside(tx: Tx, taken: Taken, error: str, now: datetime) -> None:
    """The event is put aside until a person looks at it; raises LostLease."""
    if not quarantine.put_aside(tx, taken, error, now):
        raise LostLease


def lane(office: Office, channel: str, chat: str) -> str:
    """What stands for a chat in the store: a keyed hash of its address, the same as in the vault's index."""
    return keyed_hash(office.ring, f"chat-{channel}", chat)
