"""The bot's worker: an update is read from the inbox, with those of its album, and heard as a conversation."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Literal

from telegram import Bot
from telegram.error import TelegramError

from channels.conversing import Conversation, Heard
from channels.conversing import Setting as ChatSetting
from channels.dialogue import Input
from channels.dialogue.commands import command_in
from channels.inbound import Kept, PutOff, Seal, finish
from channels.telegram.files import fetched
from channels.telegram.sending import acknowledge
from channels.telegram.updates import CHANNEL, InboundEvent, glance, parse
from hub.ending import stopped
from hub.office import Office
from hub.storage import inbox
from hub.storage.inbox import Taken
from routing.danger import Dangers

QUIET_SECONDS = 1.5
"""Photos of one album come as messages of their own; after this pause the album is complete."""


Carry = Literal["link", "letters", "full"]


@dataclass(frozen=True, slots=True)
class Setting:
    """What the bot knows of its district: address of the site, how much text may be carried, words of danger.

    `carry`: with `link` receipts, states, buttons and links alone; with `letters` citizens may also write in the chat;
    with `full` questions and answers are written there too.
    """

    site: str
    carry: Carry
    dangers: Dangers

    @property
    def of_chat(self) -> ChatSetting:
        """The same as a conversation takes it."""
        words, letters = self.carry == "full", self.carry != "link"
        return ChatSetting(CHANNEL, self.site, words, self.dangers, "Telegram", letters=letters)


def kept_as(raw: bytes) -> Kept:
    """How an update is kept: its id and chat, a pause for albums, and a way past failures for 取消.

    Raises Unreadable for what is no update; everything else is understood later, by the worker.
    """
    seen = glance(raw)
    command = command_in(seen.text) if seen.text else None
    stops = command is not None and command.name in ("cancel", "drop")
    return Kept(seen.event_id, seen.chat, QUIET_SECONDS if seen.album else 0.0, stops)


class Worker:
    """Handles updates; `me` is the bot's own name once Telegram told it, `on_said` is called when answers wait."""

    def __init__(self, office: Office, bot: Bot, seal: Seal, setting: Setting) -> None:
        self.me = ""
        self.setting = setting
        self.on_said: Callable[[], None] = lambda: None
        self._office = office
        self._bot = bot
        self._seal = seal
        self._conversation = Conversation(office, seal, setting.of_chat, partial(fetched, bot, office.files))
        self._acknowledging: set[asyncio.Task[None]] = set()

    async def handle(self, taken: Taken) -> None:
        """Do one update whole. Raises LostLease, PutOff, and whatever keeps it from being done now."""
        event = self._event(taken)
        if event.input is None:
            await self._office.store.write(finish, taken)
            return
        inputs, others = await self._album(taken, event) if event.album else ((event.input,), ())
        await self._conversation.hear(self._heard(taken, event, inputs, others))
        self.on_said()
        self._acknowledge(event)

    async def give_up(self, taken: Taken, error: str) -> None:
        """Put an update aside that cannot be done, and tell the citizen politely."""
        await self._conversation.apologise(taken, error, self._alone)
        self.on_said()

    async def close(self) -> None:
        """Let go of what is still being acknowledged."""
        await stopped(*self._acknowledging)

    def _event(self, taken: Taken) -> InboundEvent:
        return parse(self._seal.open(f"inbox:{taken.event_id}", taken.payload).encode())

    def _alone(self, taken: Taken) -> Heard | None:
        event = self._event(taken)
        return self._heard(taken, event, (event.input,), ()) if event.input is not None else None

    def _heard(self, taken: Taken, event: InboundEvent, inputs: tuple[Input, ...], others: tuple[str, ...]) -> Heard:
        me = f"@{self.me}" if self.me else ""
        return Heard(taken, event.chat, event.lang, inputs, others, bot=me)

    async def _album(self, taken: Taken, event: InboundEvent) -> tuple[tuple[Input, ...], tuple[str, ...]]:
        """All photos of an album that have come, those with words last; raises PutOff while more may come."""
        waiting = await self._office.store.read(inbox.lane_of, taken)
        found = [(row, self._event(row)) for row in waiting]
        mine = [(row, each) for row, each in found if each.album == event.album and each.input is not None]
        quiet = (self._office.clock() - max(row.received_at for row, _ in mine)).total_seconds()
        if quiet < QUIET_SECONDS:
            raise PutOff(QUIET_SECONDS - quiet)
        inputs = sorted((each.input for _, each in mine if each.input is not None), key=lambda i: bool(i.text))
        return tuple(inputs), tuple(row.event_id for row, _ in mine if row.event_id != taken.event_id)

    def _acknowledge(self, event: InboundEvent) -> None:
        """Let a pressed button stop turning; nothing depends on it, so it neither waits nor fails anything."""
        if event.press:
            task = asyncio.create_task(self._stop_turning(event.press))
            self._acknowledging.add(task)
            task.add_done_callback(self._acknowledging.discard)

    async def _stop_turning(self, press: str) -> None:
        with suppress(TelegramError):
            await acknowledge(self._bot, press)
