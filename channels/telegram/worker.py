"""The bot's worker: one update from the inbox becomes a turn of the conversation, its deed and its answers, at once."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Literal

from telegram import Bot
from telegram.error import TelegramError

from channels import errands
from channels.alike import alike
from channels.conversing import COLLISIONS, SORRY, Collision
from channels.dialogue import (
    Answer,
    Facts,
    File,
    Input,
    Say,
    Session,
    Supplement,
    Track,
    Turn,
    Wish,
    after,
    new_session,
    next_turn,
    session_from_json,
    session_to_json,
)
from channels.dialogue.commands import command_in
from channels.dialogue.wishes import LetterLine
from channels.errands import Chat, Deed
from channels.guesses import Guesses
from channels.inbound import Kept, LostLease, PutOff, Seal, finish, lane, put_aside, sealed_line
from channels.telegram.files import Fetched, fetched
from channels.telegram.sending import acknowledge
from channels.telegram.updates import CHANNEL, InboundEvent, glance, parse
from hub.errors import NotFound, Refusal
from hub.files import MOST_BYTES
from hub.office import Office
from hub.rulebook import Rulebook
from hub.storage import dialogues, inbox, talks
from hub.storage.dialogues import Line
from hub.storage.inbox import Taken
from hub.storage.tx import Tx
from hub.submission import MOST_FILES
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


@dataclass(frozen=True, slots=True)
class Heard:
    """What one turn goes by: the event in work, those of its album, and the conversation as it was read."""

    taken: Taken
    event: InboundEvent
    inputs: tuple[Input, ...]
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """The conversation as the store has it, read at `now`."""

    now: datetime
    session: Session
    seen: int | None
    away_hours: float
    letters: tuple[LetterLine, ...]
    talking: bool


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
        self._guesses = Guesses()
        self._acknowledging: set[asyncio.Task[None]] = set()

    async def handle(self, taken: Taken) -> None:
        """Do one update whole. Raises LostLease, PutOff, and whatever keeps it from being done now."""
        event = parse(self._raw(taken))
        if event.input is None:
            await self._office.store.write(finish, taken)
            return
        heard = await self._album(taken, event) if event.album else Heard(taken, event, (event.input,), ())
        for left in reversed(range(COLLISIONS)):
            try:
                await self._office.with_rules(partial(self._turn, heard))
                break
            except Collision:
                if not left:
                    raise
        self.on_said()
        self._acknowledge(event)

    async def give_up(self, taken: Taken, error: str) -> None:
        """Put an update aside that cannot be done, and tell the citizen politely."""
        with suppress(Exception):
            event = parse(self._raw(taken))
            if event.input is not None and event.input.private:
                book = await self._office.book()
                text = SORRY[event.lang == "en"].format(phone=book.desk_phone)
                key = f"say:{CHANNEL}:{taken.event_id}:sorry"  # an answer after a later try has a key of its own
                lines = [sealed_line(self._seal, key, event.chat, Say(text))]
                digest = lane(self._office, CHANNEL, event.chat)
                await self._office.store.write(_put_aside, taken, error, digest, lines, self._office.clock())
                self.on_said()
                return
        await self._office.store.write(put_aside, taken, error, self._office.clock())

    async def close(self) -> None:
        """Let go of what is still being acknowledged."""
        for task in self._acknowledging:
            task.cancel()
        await asyncio.gather(*self._acknowledging, return_exceptions=True)

    def _raw(self, taken: Taken) -> bytes:
        return self._seal.open(f"inbox:{taken.event_id}", taken.payload).encode()

    async def _album(self, taken: Taken, event: InboundEvent) -> Heard:
        """All photos of an album that have come, those with words last; raises PutOff while more may come."""
        waiting = await self._office.store.read(inbox.lane_of, taken)
        found = [(row, parse(self._raw(row))) for row in waiting]
        mine = [(row, each) for row, each in found if each.album == event.album and each.input is not None]
        quiet = (self._office.clock() - max(row.received_at for row, _ in mine)).total_seconds()
        if quiet < QUIET_SECONDS:
            raise PutOff(QUIET_SECONDS - quiet)
        inputs = sorted((each.input for _, each in mine if each.input is not None), key=lambda i: bool(i.text))
        others = tuple(row.event_id for row, _ in mine if row.event_id != taken.event_id)
        return Heard(taken, event, tuple(inputs), others)

    # One turn ---------------------------------------------------------------------------------------------------

    async def _turn(self, heard: Heard, book: Rulebook) -> None:
        office, event = self._office, heard.event
        digest, full = lane(office, CHANNEL, event.chat), self.setting.carry == "full"
        chat = Chat(CHANNEL, event.chat, digest, event.lang, self.setting.site, full)
        known = await self._known(chat, event, book)
        chat = replace(chat, lang=known.session.lang)
        facts = replace(self._facts(known, book), similar=await alike(office, known.session, book, self.setting.site))
        turn = _turns(known.session, heard.inputs, facts)
        if turn.wish is None:
            await office.store.write(self._keep, heard, chat, known, turn.session, turn.says)
            return
        files = await self._files(turn.wish, turn.session.lang, heard.taken)
        ready = await self._ready(chat, turn.wish, files, book)
        try:
            await office.store.write(self._do, heard, chat, known, turn, (ready, facts, files.told))
        except Refusal as no:  # whatever the deed had done is undone; now the refusal is what is told
            await office.store.write(self._do, heard, chat, known, turn, (no, facts, files.told))

    def _do(
        self,
        tx: Tx,
        heard: Heard,
        chat: Chat,
        known: Known,
        turn: Turn,
        what: tuple[Deed | Refusal, Facts, tuple[Say, ...]],
    ) -> None:
        """The deed: the wish, the conversation after it, its answers, and the update done, all or nothing.

        Sealing draws nonces here, because words and number are known only here; run again, it seals again.
        """
        ready, facts, told = what
        assert turn.wish is not None
        outcome = ready if isinstance(ready, Refusal) else ready(tx)
        end = after(turn.session, turn.wish, outcome, facts)
        self._keep(tx, heard, chat, known, end.session, (*turn.says, *told, *end.says))

    def _keep(self, tx: Tx, heard: Heard, chat: Chat, known: Known, session: Session, says: Sequence[Say]) -> None:
        """Keep the conversation and its answers, and finish the update; raises Collision and LostLease."""
        now = known.now
        if heard.inputs[0].private:
            sealed = self._seal.close(f"session:{chat.digest}", session_to_json(session))
            if not dialogues.save(tx, CHANNEL, chat.digest, sealed, session.revision, known.seen, now):
                raise Collision
        dialogues.say(tx, CHANNEL, chat.digest, self._lines(heard.taken, chat.address, says), now)
        if not inbox.finish(tx, heard.taken, others=heard.others):
            raise LostLease

    async def _known(self, chat: Chat, event: InboundEvent, book: Rulebook) -> Known:
        now = self._office.clock()
        kept, letters, talking = await self._office.store.read(_read, chat, book)
        if kept is None:
            return Known(now, new_session(event.lang), None, 0.0, letters, talking)
        session = session_from_json(self._seal.open(f"session:{chat.digest}", kept.session))
        away = (now - kept.updated_at).total_seconds() / 3600
        return Known(now, session, kept.revision, max(0.0, away), letters, talking)

    def _facts(self, known: Known, book: Rulebook) -> Facts:
        return Facts(
            kinds=tuple(book.kinds.values()),
            district_zh=book.directory.district,
            district_en=book.directory.district_en,
            today=book.calendar.day_of(known.now),
            dangers=self.setting.dangers,
            carry="receipts" if self.setting.carry == "link" else "all",
            desk_phone=book.desk_phone,
            site=f"{self.setting.site}/letters/new",
            carrier="Telegram",
            bot=f"@{self.me}" if self.me else "",
            letters=known.letters,
            away_hours=known.away_hours,
            talking=known.talking,
            talk_at="" if self.setting.carry == "full" else f"{self.setting.site}/chat",
            files_most=MOST_FILES,
            file_bytes_most=MOST_BYTES,
        )

    async def _files(self, wish: Wish, lang: str, taken: Taken) -> Fetched:
        if not isinstance(wish, File | Supplement | Answer) or not wish.files:
            return Fetched()
        return await fetched(self._bot, self._office.files, wish.files, lang, taken.attempts)

    async def _ready(self, chat: Chat, wish: Wish, files: Fetched, book: Rulebook) -> Deed | Refusal:
        guess = isinstance(wish, Track) and bool(wish.code)
        now: datetime = self._office.clock()
        try:
            if guess:
                self._guesses.must_have_room(chat.digest, now)
            return await errands.made_ready(self._office, chat, wish, files.kept, book)
        except Refusal as no:
            if guess and isinstance(no, NotFound):
                self._guesses.wrong(chat.digest, now)
            return no

    # What is said -----------------------------------------------------------------------------------------------

    def _lines(self, taken: Taken, address: str, says: Sequence[Say]) -> list[Line]:
        keys = [f"say:{CHANNEL}:{taken.event_id}:{n}" for n in range(len(says))]
        return [sealed_line(self._seal, key, address, say) for key, say in zip(keys, says, strict=True)]

    def _acknowledge(self, event: InboundEvent) -> None:
        """Let a pressed button stop turning; nothing depends on it, so it neither waits nor fails anything."""
        if event.press:
            task = asyncio.create_task(self._stop_turning(event.press))
            self._acknowledging.add(task)
            task.add_done_callback(self._acknowledging.discard)

    async def _stop_turning(self, press: str) -> None:
        with suppress(TelegramError):
            await acknowledge(self._bot, press)


def _turns(session: Session, inputs: tuple[Input, ...], facts: Facts) -> Turn:
    """The turn of one input, or of an album's photos one after the other: only the last answer is said."""
    turn = next_turn(session, inputs[0], facts)
    for given in inputs[1:]:
        turn = next_turn(turn.session, given, facts)
    return turn


def _read(tx: Tx, chat: Chat, book: Rulebook) -> tuple[dialogues.Kept | None, tuple[LetterLine, ...], bool]:
    talking = talks.of_chat(tx, CHANNEL, chat.digest) is not None
    return dialogues.get(tx, CHANNEL, chat.digest), errands.lines(tx, chat, book), talking


def _put_aside(tx: Tx, taken: Taken, error: str, digest: str, lines: list[Line], now: datetime) -> None:
    dialogues.say(tx, CHANNEL, digest, lines, now)
    put_aside(tx, taken, error, now)
