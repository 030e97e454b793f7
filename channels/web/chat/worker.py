"""The chat's worker: what a citizen said becomes a turn of the conversation, its deed and its answers, all at once."""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from channels import errands
from channels.alike import alike
from channels.conversing import COLLISIONS, SORRY, Collision
from channels.dialogue import (
    Attachment,
    Facts,
    Input,
    LetterLine,
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
from channels.errands import Chat, Deed
from channels.guesses import Guesses
from channels.inbound import LostLease, Seal, lane
from channels.web.chat.lines import Line, label_of, opened, sealed
from hub.errors import NotFound, Refusal
from hub.files import MOST_BYTES
from hub.office import Office
from hub.rulebook import Rulebook
from hub.storage import chats, dialogues, inbox, talks
from hub.storage.chats import Spoken
from hub.storage.inbox import Taken
from hub.storage.tx import Tx
from hub.submission import MOST_FILES, Attached
from routing.danger import Dangers

CHANNEL = "chat"
RECENT = 40
"""So many lines back a pressed button's words are looked for."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What the chat knows of its district: address of the site, words of danger, published letters alike."""

    site: str
    dangers: Dangers


@dataclass(frozen=True, slots=True)
class Event:
    """What came in from a browser: the chat's address, and what was typed, pressed and attached in one sending.

    `place` stands for where it came from (a keyed hash), so that wrong query codes count by place, not by chat.
    """

    chat: str
    id: str
    place: str
    lang: str
    kind: str
    text: str
    files: tuple[Attached, ...] = ()

    def inputs(self) -> tuple[Input, ...]:
        """As the conversation takes it: each file by itself, the words with the last."""
        if self.kind == "button":
            return (Input("button", self.id, self.text),)
        if not self.files:
            return (Input("text", self.id, self.text),)
        *first, last = self.files
        rows = [Input(_kind(f), f"{self.id}.{n}", file=_attachment(f)) for n, f in enumerate(first)]
        return (*rows, Input(_kind(last), self.id, self.text, _attachment(last)))


def packed(event: Event) -> bytes:
    """An event as the durable inbox keeps it."""
    files = [[f.sha256, f.name, f.mime, f.size] for f in event.files]
    names = ("chat", "id", "place", "lang", "kind", "text")
    row = {name: getattr(event, name) for name in names}
    return json.dumps({**row, "files": files}, ensure_ascii=False).encode()


def unpacked(raw: str) -> Event:
    """An event from the inbox."""
    row: dict[str, Any] = json.loads(raw)
    files = tuple(Attached(*f) for f in row.pop("files"))
    return Event(**row, files=files)


def _kind(file: Attached) -> Any:
    return "voice" if file.mime.startswith("audio/") else "file"


def _attachment(file: Attached) -> Attachment:
    """A file that is kept already: its reference says all that a letter needs."""
    return Attachment(file.name, json.dumps([file.sha256, file.mime]), file.mime, file.size)


def _attached(sent: Attachment) -> Attached:
    sha256, mime = json.loads(sent.ref)
    return Attached(sha256, sent.name, mime, sent.size)


@dataclass(frozen=True, slots=True)
class Known:
    """The conversation as the store has it, read at `now`."""

    now: datetime
    session: Session
    seen: int | None
    away_hours: float
    letters: tuple[LetterLine, ...]
    recent: list[Line]
    talking: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """What one turn goes by: the row in work, the event in it, and the chat it belongs to."""

    taken: Taken
    event: Event
    chat: Chat


class Worker:
    """Handles what browsers sent; `wake` is called with the chat in which something was said."""

    def __init__(self, office: Office, seal: Seal, setting: Setting, wake: Callable[[str], None]) -> None:
        self._office = office
        self._seal = seal
        self._setting = setting
        self._wake = wake
        self._guesses = Guesses()

    async def handle(self, taken: Taken) -> None:
        """Do one event whole. Raises LostLease and whatever keeps it from being done now."""
        event = unpacked(self._seal.open(f"inbox:{taken.event_id}", taken.payload))
        digest = lane(self._office, CHANNEL, event.chat)
        heard = Heard(taken, event, Chat(CHANNEL, event.chat, digest, event.lang, self._setting.site, words=True))
        for left in reversed(range(COLLISIONS)):
            try:
                await self._office.with_rules(partial(self._turn, heard))
                break
            except Collision:
                if not left:
                    raise
        self._wake(digest)

    async def give_up(self, taken: Taken, error: str) -> None:
        """Put an event aside that cannot be done, and tell the citizen politely."""
        with suppress(Exception):
            event = unpacked(self._seal.open(f"inbox:{taken.event_id}", taken.payload))
            digest = lane(self._office, CHANNEL, event.chat)
            text = SORRY[event.lang == "en"].format(phone=(await self._office.book()).desk_phone)
            key = f"say:{CHANNEL}:{taken.event_id}:sorry"
            lines = [sealed(self._seal, key, "hub", Say(text))]
            await self._office.store.write(_put_aside, taken, error, digest, lines, self._office.clock())
            self._wake(digest)
            return
        await self._office.store.write(_put_aside, taken, error, "", [], self._office.clock())

    # One turn ---------------------------------------------------------------------------------------------------

    async def _turn(self, heard: Heard, book: Rulebook) -> None:
        known = await self._known(heard, book)
        heard = replace(heard, chat=replace(heard.chat, lang=known.session.lang))
        similar = await alike(self._office, known.session, book, self._setting.site)
        facts = replace(self._facts(known, book), similar=similar)
        turn = _turns(known.session, heard.event.inputs(), facts)
        if turn.wish is None:
            await self._office.store.write(self._keep, heard, known, turn.session, turn.says)
            return
        ready = await self._ready(heard, turn.wish, book)
        try:
            await self._office.store.write(self._do, heard, known, turn, (ready, facts))
        except Refusal as no:  # whatever the deed had done is undone; now the refusal is what is told
            await self._office.store.write(self._do, heard, known, turn, (no, facts))

    def _do(self, tx: Tx, heard: Heard, known: Known, turn: Turn, what: tuple[Deed | Refusal, Facts]) -> None:
        """The deed: the wish, the conversation after it, its answers, and the event done, all or nothing.

        Sealing draws nonces here, because words and number are known only here; run again, it seals again.
        """
        ready, facts = what
        assert turn.wish is not None
        outcome = ready if isinstance(ready, Refusal) else ready(tx)
        end = after(turn.session, turn.wish, outcome, facts)
        self._keep(tx, heard, known, end.session, (*turn.says, *end.says))

    def _keep(self, tx: Tx, heard: Heard, known: Known, session: Session, says: Sequence[Say]) -> None:
        """Keep the conversation, what was said on both sides, and the event; raises Collision and LostLease."""
        digest, now = heard.chat.digest, known.now
        kept = self._seal.close(f"session:{digest}", session_to_json(session))
        if not dialogues.save(tx, CHANNEL, digest, kept, session.revision, known.seen, now):
            raise Collision
        chats.add(tx, CHANNEL, digest, self._lines(heard, known, says), now)
        if not inbox.finish(tx, heard.taken):
            raise LostLease

    def _lines(self, heard: Heard, known: Known, says: Sequence[Say]) -> list[Spoken]:
        event, key = heard.event, f"say:{CHANNEL}:{heard.taken.event_id}"
        own = label_of(known.recent, event.text, heard.chat.lang) if event.kind == "button" else event.text
        files = tuple(f.name for f in event.files)
        said = [sealed(self._seal, f"{key}:{n}", "hub", say) for n, say in enumerate(says)]
        return [sealed(self._seal, key, "citizen", Say(own), files), *said]

    async def _known(self, heard: Heard, book: Rulebook) -> Known:
        now = self._office.clock()
        kept, letters, recent, talking = await self._office.store.read(_read, heard.chat, book)
        lines = [opened(self._seal, line) for line in recent]
        if kept is None:
            return Known(
                now, new_session("en" if heard.event.lang == "en" else "zh"), None, 0.0, letters, lines, talking
            )
        session = session_from_json(self._seal.open(f"session:{heard.chat.digest}", kept.session))
        away = (now - kept.updated_at).total_seconds() / 3600
        return Known(now, session, kept.revision, max(0.0, away), letters, lines, talking)

    def _facts(self, known: Known, book: Rulebook) -> Facts:
        facts = facts_of(book, self._setting, known.now, known.letters, known.away_hours)
        return replace(facts, talking=known.talking)

    async def _ready(self, heard: Heard, wish: Wish, book: Rulebook) -> Deed | Refusal:
        guess = isinstance(wish, Track) and bool(wish.code)
        now: datetime = self._office.clock()
        files = tuple(_attached(f) for f in getattr(wish, "files", ()))
        try:
            if guess:
                self._guesses.must_have_room(heard.event.place, now)
            return await errands.made_ready(self._office, heard.chat, wish, files, book)
        except Refusal as no:
            if guess and isinstance(no, NotFound):
                self._guesses.wrong(heard.event.place, now)
            return no


def facts_of(
    book: Rulebook,
    setting: Setting,
    now: datetime,
    letters: tuple[LetterLine, ...] = (),
    away_hours: float = 0.0,
) -> Facts:
    """What a turn in the chat of the site goes by."""
    return Facts(
        kinds=tuple(book.kinds.values()),
        district_zh=book.directory.district,
        district_en=book.directory.district_en,
        today=book.calendar.day_of(now),
        dangers=setting.dangers,
        desk_phone=book.desk_phone,
        site=f"{setting.site}/letters/new",
        letters=letters,
        away_hours=away_hours,
        files_most=MOST_FILES,
        file_bytes_most=MOST_BYTES,
    )


def _turns(session: Session, inputs: tuple[Input, ...], facts: Facts) -> Turn:
    """The turn of one input, or of several files one after the other: only the last answer is said."""
    turn = next_turn(session, inputs[0], facts)
    for given in inputs[1:]:
        turn = next_turn(turn.session, given, facts)
    return turn


def _read(
    tx: Tx, chat: Chat, book: Rulebook
) -> tuple[dialogues.Kept | None, tuple[LetterLine, ...], list[chats.Kept], bool]:
    recent = chats.latest(tx, CHANNEL, chat.digest, RECENT)
    talking = talks.of_chat(tx, CHANNEL, chat.digest) is not None
    return dialogues.get(tx, CHANNEL, chat.digest), errands.lines(tx, chat, book), recent, talking


def _put_aside(tx: Tx, taken: Taken, error: str, digest: str, lines: list[Spoken], now: datetime) -> None:
    if lines:
        chats.add(tx, CHANNEL, digest, lines, now)
    if not inbox.finish(tx, taken, "poison", error=error):
        raise LostLease
