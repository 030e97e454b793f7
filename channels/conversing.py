"""A conversation over a chat channel: one event from the inbox becomes a turn, its deed and its answers, at once."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from channels import errands
from channels.alike import alike
from channels.dialogue import (
    Answer,
    Attachment,
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
from channels.dialogue.wishes import LetterLine
from channels.errands import Chat, Deed
from channels.guesses import Guesses
from channels.inbound import LostLease, Seal, lane, sealed_line
from hub.errors import NotFound, Refusal, Said
from hub.files import MOST_BYTES
from hub.office import Office
from hub.rulebook import Rulebook
from hub.storage import dialogues, inbox, talks
from hub.storage.dialogues import Line
from hub.storage.inbox import Taken
from hub.storage.tx import Tx
from hub.submission import MOST_FILES, Attached
from routing.danger import Dangers

COLLISIONS = 3
"""So often a turn is tried anew where the conversation moved on meanwhile."""
SORRY = Said(
    "刚才那条消息没有处理成功，已请工作人员查看。您之前写的都还在，请换个说法再发一次，或者打电话{phone}。",
    "Your last message could not be handled; a colleague will look at it. What you wrote before is safe. Please try "
    "other words, or call {phone}.",
)


class Collision(Exception):
    """The conversation moved on between reading and keeping it: read it again."""


@dataclass(frozen=True, slots=True)
class Material:
    """What was kept of the files that came, and what the citizen is told of the rest."""

    kept: tuple[Attached, ...] = ()
    told: tuple[Say, ...] = ()


Fetch = Callable[[tuple[Attachment, ...], str, int], Awaitable[Material]]
"""Fetches and keeps files, by language and number of the try; raises what lets the whole event come again."""


@dataclass(frozen=True, slots=True)
class Setting:
    """The channel and its district: name, address of the site, whether words of letters may be carried, and who
    carries them where the citizen should know it; the language where nobody says it; words of danger."""

    channel: str
    site: str
    words: bool
    dangers: Dangers
    carrier: str = ""
    lang: str = "zh"


@dataclass(frozen=True, slots=True)
class Heard:
    """What one turn goes by: the event in work, whose chat it is, and what the citizen did there."""

    taken: Taken
    address: str
    lang: str
    given: Input


@dataclass(frozen=True, slots=True)
class Known:
    """The conversation as the store has it, read at `now`."""

    now: datetime
    session: Session
    seen: int | None
    away_hours: float
    letters: tuple[LetterLine, ...]
    talking: bool


class Conversation:
    """The conversations of one channel."""

    def __init__(self, office: Office, seal: Seal, setting: Setting, fetch: Fetch) -> None:
        self._office = office
        self._seal = seal
        self._setting = setting
        self._fetch = fetch
        self._guesses = Guesses()

    async def hear(self, heard: Heard) -> None:
        """Do one event whole. Raises LostLease, and whatever keeps it from being done now."""
        for left in reversed(range(COLLISIONS)):
            try:
                await self._office.with_rules(partial(self._turn, heard))
                return
            except Collision:
                if not left:
                    raise

    async def apologise(self, heard: Heard, error: str) -> None:
        """Put an event aside that cannot be done, and tell the citizen politely."""
        with suppress(Exception):
            text = SORRY[heard.lang == "en"].format(phone=(await self._office.book()).desk_phone)
            lines = self._lines(heard, (Say(text),))
            await self._office.store.write(self._put_aside, heard, error, lines, self._office.clock())
            return
        await self._office.store.write(finish, heard.taken, "poison", error=error)

    # One turn ---------------------------------------------------------------------------------------------------

    async def _turn(self, heard: Heard, book: Rulebook) -> None:
        office, setting = self._office, self._setting
        digest = lane(office, setting.channel, heard.address)
        chat = Chat(setting.channel, heard.address, digest, heard.lang, setting.site, setting.words)
        known = await self._known(chat, book)
        chat = replace(chat, lang=known.session.lang)
        facts = replace(self._facts(known, book), similar=await alike(office, known.session, book, setting.site))
        turn = next_turn(known.session, heard.given, facts)
        if turn.wish is None:
            await office.store.write(self._keep, heard, chat, known, turn.session, turn.says)
            return
        material = await self._material(turn.wish, turn.session.lang, heard.taken)
        ready = await self._ready(chat, turn.wish, material, book)
        try:
            await office.store.write(self._do, heard, chat, known, turn, (ready, facts, material.told))
        except Refusal as no:  # whatever the deed had done is undone; now the refusal is what is told
            await office.store.write(self._do, heard, chat, known, turn, (no, facts, material.told))

    def _do(
        self,
        tx: Tx,
        heard: Heard,
        chat: Chat,
        known: Known,
        turn: Turn,
        what: tuple[Deed | Refusal, Facts, tuple[Say, ...]],
    ) -> None:
        """The deed: the wish, the conversation after it, its answers, and the event done, all or nothing.

        Sealing draws nonces here, because words and number are known only here; run again, it seals again.
        """
        ready, facts, told = what
        assert turn.wish is not None
        outcome = ready if isinstance(ready, Refusal) else ready(tx)
        end = after(turn.session, turn.wish, outcome, facts)
        self._keep(tx, heard, chat, known, end.session, (*turn.says, *told, *end.says))

    def _keep(self, tx: Tx, heard: Heard, chat: Chat, known: Known, session: Session, says: Sequence[Say]) -> None:
        """Keep the conversation and its answers, and finish the event; raises Collision and LostLease."""
        sealed = self._seal.close(f"session:{chat.digest}", session_to_json(session))
        if not dialogues.save(tx, chat.channel, chat.digest, sealed, session.revision, known.seen, known.now):
            raise Collision
        dialogues.say(tx, chat.channel, chat.digest, self._lines(heard, says), known.now)
        finish(tx, heard.taken)

    async def _known(self, chat: Chat, book: Rulebook) -> Known:
        now = self._office.clock()
        kept, letters, talking = await self._office.store.read(_read, chat, book)
        if kept is None:
            return Known(now, new_session("en" if chat.lang == "en" else "zh"), None, 0.0, letters, talking)
        session = session_from_json(self._seal.open(f"session:{chat.digest}", kept.session))
        away = (now - kept.updated_at).total_seconds() / 3600
        return Known(now, session, kept.revision, max(0.0, away), letters, talking)

    def _facts(self, known: Known, book: Rulebook) -> Facts:
        return Facts(
            kinds=tuple(book.kinds.values()),
            district_zh=book.directory.district,
            district_en=book.directory.district_en,
            today=book.calendar.day_of(known.now),
            dangers=self._setting.dangers,
            desk_phone=book.desk_phone,
            site=f"{self._setting.site}/letters/new",
            carrier=self._setting.carrier,
            letters=known.letters,
            away_hours=known.away_hours,
            talking=known.talking,
            talk_at="" if self._setting.words else f"{self._setting.site}/chat",
            files_most=MOST_FILES,
            file_bytes_most=MOST_BYTES,
        )

    async def _material(self, wish: Wish, lang: str, taken: Taken) -> Material:
        if not isinstance(wish, File | Supplement | Answer) or not wish.files:
            return Material()
        return await self._fetch(wish.files, lang, taken.attempts)

    async def _ready(self, chat: Chat, wish: Wish, material: Material, book: Rulebook) -> Deed | Refusal:
        guess = isinstance(wish, Track) and bool(wish.code)
        now = self._office.clock()
        try:
            if guess:
                self._guesses.must_have_room(chat.digest, now)
            return await errands.made_ready(self._office, chat, wish, material.kept, book)
        except Refusal as no:
            if guess and isinstance(no, NotFound):
                self._guesses.wrong(chat.digest, now)
            return no

    # What is said -----------------------------------------------------------------------------------------------

    def _lines(self, heard: Heard, says: Sequence[Say]) -> list[Line]:
        keys = [f"say:{self._setting.channel}:{heard.taken.event_id}:{n}" for n in range(len(says))]
        return [sealed_line(self._seal, k, heard.address, say) for k, say in zip(keys, says, strict=True)]

    def _put_aside(self, tx: Tx, heard: Heard, error: str, lines: list[Line], now: datetime) -> None:
        channel = self._setting.channel
        dialogues.say(tx, channel, lane(self._office, channel, heard.address), lines, now)
        finish(tx, heard.taken, "poison", error=error)


def finish(tx: Tx, taken: Taken, state: str = "done", *, error: str = "") -> None:
    """The event is done (or `poison`), with the effects of the deed this stands in; raises LostLease."""
    if not inbox.finish(tx, taken, state, error=error):
        raise LostLease


def _read(tx: Tx, chat: Chat, book: Rulebook) -> tuple[dialogues.Kept | None, tuple[LetterLine, ...], bool]:
    talking = talks.of_chat(tx, chat.channel, chat.digest) is not None
    return dialogues.get(tx, chat.channel, chat.digest), errands.lines(tx, chat, book), talking
