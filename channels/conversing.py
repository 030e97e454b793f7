"""A conversation over a chat channel: one event from the inbox becomes a turn, its deed and its answers, at once."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from channels import errands
from channels.alike import alike
from channels.dialogue import (
    Attachment,
    Facts,
    Input,
    Say,
    Session,
    Track,
    Turn,
    Wish,
    after,
    new_session,
    next_turn,
    session_from_json,
    session_to_json,
)
from channels.dialogue.letter import edition_of
from channels.dialogue.wishes import LetterLine
from channels.errands import Chat, Deed
from channels.guesses import Guesses
from channels.inbound import LostLease, Seal, lane, put_aside, sealed_line
from hub.errors import NotFound, Refusal, Said
from hub.files import MOST_BYTES
from hub.kinds import Kind
from hub.office import Office
from hub.rulebook import Rulebook
from hub.storage import dialogues, inbox, talks
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


@dataclass(frozen=True, slots=True)
class Setting:
    """The channel and its district: name, address of the site, whether the office's words may be carried, and who
    carries them where the citizen should know it; the language where nobody says it; words of danger.

    `letters`: whether citizens may write letters here; where not, only receipts, states, buttons and links pass.
    """

    channel: str
    site: str
    words: bool
    dangers: Dangers
    carrier: str = ""
    lang: str = "zh"
    letters: bool = True


@dataclass(frozen=True, slots=True)
class Heard:
    """What one turn goes by: the event in work, whose chat it is, and what the citizen did there.

    `inputs` are several where files came together; `others` are further events that are done with this one. `place`
    stands for where it came from, where wrong query codes count by that and not by the chat. `bot` is our own name in
    a group. `label` are the words on a pressed button. `sorry`: the answer is only that it was put aside.
    """

    taken: Taken
    address: str
    lang: str
    inputs: tuple[Input, ...]
    others: tuple[str, ...] = ()
    place: str = ""
    bot: str = ""
    label: str = ""
    sorry: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """The conversation as the store has it, read at `now`."""

    now: datetime
    session: Session
    seen: int | None
    away_hours: float
    letters: tuple[LetterLine, ...]
    talking: bool


Fetch = Callable[[tuple[Attachment, ...], str, int], Awaitable[Material]]
"""Fetches and keeps files, by language and number of the try; raises what lets the whole event come again."""
Speak = Callable[[Tx, Heard, Chat, Sequence[Say], datetime], None]
"""Keeps what is said to a chat, in the deed of its turn."""


class Conversation:
    """The conversations of one channel; `speak` is how it answers where not by the outbox."""

    def __init__(self, office: Office, seal: Seal, setting: Setting, fetch: Fetch, speak: Speak | None = None) -> None:
        self._office = office
        self._seal = seal
        self._setting = setting
        self._fetch = fetch
        self._speak = speak or self._to_outbox
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

    async def apologise(self, taken: Taken, error: str, understood: Callable[[Taken], Heard | None]) -> None:
        """Put an event aside that cannot be done, and tell the citizen politely, where somebody waits for an answer.

        `understood` reads the event; where that fails too, nobody can be told. In a group nobody is.
        """
        now = self._office.clock()
        with suppress(Exception):
            heard = understood(taken)
            if heard is not None and heard.inputs[0].private:
                text = SORRY[heard.lang == "en"].format(phone=(await self._office.book()).desk_phone)
                await self._office.store.write(self._put_aside, heard, error, (Say(text),), now)
                return
        await self._office.store.write(put_aside, taken, error, now)

    # One turn ---------------------------------------------------------------------------------------------------

    async def _turn(self, heard: Heard, book: Rulebook) -> None:
        office, chat = self._office, self._chat(heard)
        known = await self._known(chat, book)
        chat = replace(chat, lang=known.session.lang)
        similar = await alike(office, known.session, book, self._setting.site)
        facts = facts_of(book, self._setting, known, bot=heard.bot)
        facts = replace(facts, similar=similar)
        turn = _turns(known.session, heard.inputs, facts)
        if turn.wish is None:
            await office.store.write(self._keep, heard, chat, known, turn.session, turn.says)
            return
        material = await self._material(turn.wish, turn.session.lang, heard.taken)
        ready = await self._ready(heard, chat, turn.wish, material, book)
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
        """Keep the conversation and its answers, and finish the event; raises Collision and LostLease.

        What is said in a group belongs to nobody's conversation.
        """
        if heard.inputs[0].private:
            sealed = self._seal.close(f"session:{chat.digest}", session_to_json(session))
            if not dialogues.save(tx, chat.channel, chat.digest, sealed, session.revision, known.seen, known.now):
                raise Collision
        self._speak(tx, heard, chat, says, known.now)
        if not inbox.finish(tx, heard.taken, others=heard.others):
            raise LostLease

    def _chat(self, heard: Heard) -> Chat:
        setting = self._setting
        digest = lane(self._office, setting.channel, heard.address)
        return Chat(setting.channel, heard.address, digest, heard.lang, setting.site, setting.words)

    async def _known(self, chat: Chat, book: Rulebook) -> Known:
        now = self._office.clock()
        kept, letters, talking = await self._office.store.read(_read, chat, book)
        if kept is None:
            return Known(now, new_session("en" if chat.lang == "en" else "zh"), None, 0.0, letters, talking)
        session = session_from_json(self._seal.open(f"session:{chat.digest}", kept.session))
        away = (now - kept.updated_at).total_seconds() / 3600
        return Known(now, session, kept.revision, max(0.0, away), letters, talking)

    async def _material(self, wish: Wish, lang: str, taken: Taken) -> Material:
        sent: tuple[Attachment, ...] = getattr(wish, "files", ())
        return await self._fetch(sent, lang, taken.attempts) if sent else Material()

    async def _ready(self, heard: Heard, chat: Chat, wish: Wish, material: Material, book: Rulebook) -> Deed | Refusal:
        guess = isinstance(wish, Track) and bool(wish.code)
        place, now = heard.place or chat.digest, self._office.clock()
        try:
            if guess:
                self._guesses.must_have_room(place, now)
            return await errands.made_ready(self._office, chat, wish, material.kept, book)
        except Refusal as no:
            if guess and isinstance(no, NotFound):
                self._guesses.wrong(place, now)
            return no

    # What is said -----------------------------------------------------------------------------------------------

    def _to_outbox(self, tx: Tx, heard: Heard, chat: Chat, says: Sequence[Say], now: datetime) -> None:
        keys = [f"{line_key(heard, chat)}:{n}" for n in range(len(says))]
        lines = [sealed_line(self._seal, k, heard.address, say) for k, say in zip(keys, says, strict=True)]
        dialogues.say(tx, chat.channel, chat.digest, lines, now)

    def _put_aside(self, tx: Tx, heard: Heard, error: str, says: tuple[Say, ...], now: datetime) -> None:
        """The answer to a later try has keys of its own, so this one is said under another."""
        self._speak(tx, replace(heard, sorry=True), self._chat(heard), says, now)
        put_aside(tx, heard.taken, error, now)


def line_key(heard: Heard, chat: Chat) -> str:
    """How the lines of one turn begin their keys, the same at every try."""
    return f"say:{chat.channel}:{heard.taken.event_id}{':sorry' if heard.sorry else ''}"


def facts_of(book: Rulebook, setting: Setting, known: Known, *, bot: str = "") -> Facts:
    """What a turn on a channel goes by."""
    return Facts(
        kinds=_kinds(known.session, book),
        district_zh=book.directory.district,
        district_en=book.directory.district_en,
        today=book.calendar.day_of(known.now),
        dangers=setting.dangers,
        carry="all" if setting.letters else "receipts",
        desk_phone=book.desk_phone,
        site=f"{setting.site}/letters/new",
        carrier=setting.carrier,
        bot=bot,
        letters=known.letters,
        away_hours=known.away_hours,
        edition=book.numbers["kinds"],
        talking=known.talking,
        talk_at="" if setting.words else f"{setting.site}/chat",
        files_most=MOST_FILES,
        file_bytes_most=MOST_BYTES,
    )


def _kinds(session: Session, book: Rulebook) -> tuple[Kind, ...]:
    """The kinds in force; a letter goes on under the forms it was begun with, as long as its kind still exists."""
    began = book.kinds_by_edition.get(edition_of(session.answers), {})
    chosen = began.get(str(session.answers.get("kind", "")))
    return tuple(chosen if chosen is not None and kind.code == chosen.code else kind for kind in book.kinds.values())


def _turns(session: Session, inputs: tuple[Input, ...], facts: Facts) -> Turn:
    """The turn of one input, or of several files one after the other: only the last answer is said."""
    turn = next_turn(session, inputs[0], facts)
    for given in inputs[1:]:
        turn = next_turn(turn.session, given, facts)
    return turn


def _read(tx: Tx, chat: Chat, book: Rulebook) -> tuple[dialogues.Kept | None, tuple[LetterLine, ...], bool]:
    talking = talks.of_chat(tx, chat.channel, chat.digest) is not None
    return dialogues.get(tx, chat.channel, chat.digest), errands.lines(tx, chat, book), talking
