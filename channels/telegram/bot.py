"""The bot as a whole: it receives, answers and heals by itself; the site never waits for Telegram."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

import structlog
from telegram import Bot
from telegram.error import TelegramError

from channels.inbound import Inbound, Seal, channel_seal
from channels.message import OutboundMessage, Outcome
from channels.telegram.menu import dress
from channels.telegram.pacing import CHAT_PER_SECOND, Pacing
from channels.telegram.polling import Pace, poll
from channels.telegram.request import open_bot
from channels.telegram.sending import classify, send
from channels.telegram.updates import CHANNEL, Unreadable, webhook_secret_ok
from channels.telegram.webhook import deliver_to, fetch_ourselves
from channels.telegram.worker import Setting, Worker, kept_as
from hub.ending import stopped
from hub.office import Office
from hub.storage.errors import StoreError

BODY_BYTES = 1 << 20
"""The largest delivery that is read; Telegram's updates are a few kilobytes."""
LOOK_SECONDS = 300.0
LOOKS_A_TIDYING = 12


@dataclass(frozen=True, slots=True)
class Access:
    """How the bot is reached: token, the webhook's secret, the last part of its path, and the Bot API's address."""

    mode: Literal["off", "polling", "webhook"]
    token: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    path: str = "bot"
    api: str = "https://api.telegram.org"


@dataclass(frozen=True, slots=True)
class Tempo:
    """How fast the bot goes, in seconds: polling, looking for waiting events, reading answers, retries, the end.

    `per_chat` is how many messages a second one chat gets.
    """

    pace: Pace = field(default_factory=Pace)
    idle: float = 1.0
    read: float = 10.0
    retry: float = 2.0
    patience: float = 10.0
    per_chat: float = CHAT_PER_SECOND


class TelegramSender:
    """Telegram as the courier sees it, with its published limits on how fast may be sent."""

    def __init__(self, bot: Bot, per_chat: float = CHAT_PER_SECOND) -> None:
        self._bot = bot
        self._loop = asyncio.get_running_loop()
        self._pacing = Pacing(now=self._loop.time(), per_chat=per_chat)
        self._told_to_wait: tuple[str, float] = ("", 0.0)
        self._sent = 0

    async def send(self, address: str, message: OutboundMessage, key: str) -> str:
        """Send to a chat; raises telegram.error.TelegramError or SentInPart."""
        self._pacing.sent(address, self._loop.time())
        self._sent += 1
        if self._sent % 1000 == 0:
            self._pacing.forget(self._loop.time())
        return await send(self._bot, address, message)

    def classify(self, error: BaseException) -> Outcome:
        """What an error of `send` means."""
        return classify(error)

    def pause(self, address: str) -> float:
        """Seconds until a message to this chat may go."""
        return self._pacing.wait(address, self._loop.time())

    def hold(self, address: str, seconds: float) -> None:
        """A chat was told to wait; when a second one is while the first still waits, everybody does."""
        now = self._loop.time()
        other, until = self._told_to_wait
        self._pacing.hold(None if other not in ("", address) and now < until else address, seconds, now)
        self._told_to_wait = (address, now + seconds)


class TelegramBot:
    """The bot, ready to send; it takes updates while it is `at_work`.

    `deliver` is what the webhook's route calls, `path` the last part of that route.
    """

    def __init__(self, office: Office, access: Access, bot: Bot, worker: Worker, seal: Seal, tempo: Tempo) -> None:
        self.sender = TelegramSender(bot, tempo.per_chat)
        self.seal = seal
        self.path = _derived("path", access.secret)[:32] + f"-{access.path}"
        self._access = access
        self._bot = bot
        self._worker = worker
        self._tempo = tempo
        self._inbound = Inbound(office, seal, CHANNEL, worker.handle, worker.give_up, tempo.idle)
        self.pulse = self._inbound.pulse
        self._clock = office.clock
        self._connection = asyncio.Event()
        self._dressed = False
        self._draining = False
        self._stop = asyncio.Event()
        self._log = structlog.get_logger("telegram")

    def wakes(self, courier: Callable[[], None]) -> None:
        """Whom to wake when answers wait in the outbox."""
        self._worker.on_said = courier

    @asynccontextmanager
    async def at_work(self, site: str) -> AsyncIterator[None]:
        """Updates are taken and worked off inside the block; Telegram is told to deliver below `site`."""
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._inbound.at_work(self._tempo.patience))
            stack.push_async_callback(self._worker.close)
            stack.push_async_callback(stopped, asyncio.create_task(self._stay_connected(site)))
            if self._access.mode == "polling":
                stack.push_async_callback(stopped, asyncio.create_task(self._poll()))
            stack.callback(self._drain)
            yield

    async def keep(self, _: int, raw: bytes) -> None:
        """Keep one update; raises what the store raises, and then Telegram gives it again."""
        await self._inbound.keep(kept_as(raw), raw)

    async def deliver(self, path: str, secret: str, body: bytes) -> int:
        """One delivery to the webhook; the HTTP status to answer. 200 only when the update is durable."""
        if self._access.mode != "webhook" or path != self.path:
            return 404
        if not webhook_secret_ok(secret, _derived("header", self._access.secret)):
            return 403
        if len(body) > BODY_BYTES:
            return 413
        if self._draining:
            return 503
        try:
            await self._kept(body)
        except StoreError:
            return 503
        return 200

    async def _kept(self, body: bytes) -> None:
        try:
            kept = kept_as(body)
        except Unreadable:
            await self._inbound.keep_unreadable(body)
            return
        await self._inbound.keep(kept, body)

    # Staying connected ------------------------------------------------------------------------------------------

    async def _stay_connected(self, site: str) -> None:
        """Tell Telegram where to deliver, learn our name, and look again now and then; failures wait and double."""
        looks = failures = 0
        while True:
            wait = await self._look(site, first=not self._connection.is_set())
            failures = failures + 1 if wait is None else 0
            if wait is None:
                wait = min(60.0, self._tempo.retry * 2.0 ** min(failures - 1, 10))
            elif looks % LOOKS_A_TIDYING == 0:
                await self._tidy()
            looks += 1
            await asyncio.sleep(wait)

    async def _look(self, site: str, *, first: bool) -> float | None:
        """Seconds until the next look, None where Telegram could not be asked."""
        try:
            self._worker.me = (await self._bot.get_me()).username or ""
            if self._access.mode == "webhook":
                await self._webhook(f"{site}/channels/telegram/{self.path}", first=first)
            elif first:
                await fetch_ourselves(self._bot)
        except Exception as fault:
            if self.pulse.failed(type(fault).__name__, self._clock()):
                self._log.warning("Telegram is not reached", error=self.pulse.fault)
            return None
        if over := self.pulse.answered():
            self._log.warning("Telegram is reached again", count=over)
        self._connection.set()
        await self._dress()
        return LOOK_SECONDS

    async def _dress(self) -> None:
        """Show the menu once; without it every command still works when it is typed, so a failure waits a look."""
        if self._dressed:
            return
        setting = self._worker.setting
        try:
            await dress(self._bot, setting.site, letters=setting.carry != "link")
        except TelegramError as fault:
            self._log.warning("the menu is not shown yet", error=type(fault).__name__)
        else:
            self._dressed = True

    async def _webhook(self, address: str, *, first: bool) -> None:
        if first or (await self._bot.get_webhook_info()).url != address:
            await deliver_to(self._bot, address, _derived("header", self._access.secret))

    async def _tidy(self) -> None:
        try:
            await self._inbound.tidy()
        except StoreError as fault:
            self._log.warning("old events stay", error=type(fault).__name__)

    async def _poll(self) -> None:
        """Fetch updates ourselves, once the connection stands."""
        await self._connection.wait()
        await poll(self._bot, self.keep, self._stop, self._tempo.pace)

    def _drain(self) -> None:
        """Take nothing new; Telegram delivers it again later."""
        self._draining = True
        self._stop.set()


def _derived(purpose: str, secret: str) -> str:
    """Path and header are made from the secret of the settings, so that neither tells the other."""
    return hashlib.sha256(f"minxin telegram {purpose} {secret}".encode()).hexdigest() if secret else ""


@asynccontextmanager
async def bot(
    office: Office, access: Access, setting: Setting, tempo: Tempo = Tempo()
) -> AsyncIterator[TelegramBot | None]:
    """The bot of the settings, ready to send inside the block; None where it is off.

    Nothing is asked of Telegram before it is at work. Raises telegram.error.InvalidToken for an empty token and
    ValueError for a webhook without secret.
    """
    if access.mode == "off":
        yield None
        return
    if access.mode == "webhook" and not access.secret:
        raise ValueError("a webhook needs a secret")
    async with open_bot(access.token, api=access.api, read_seconds=tempo.read) as wire:
        seal = await channel_seal(office, CHANNEL)
        yield TelegramBot(office, access, wire, Worker(office, wire, seal, setting), seal, tempo)
