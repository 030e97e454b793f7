"""The worker of text messages: one that came in rates, adds or asks how it stands, for a letter we wrote about there.

A sender's number is quickly forged and a form takes any number, so that it proves little. It speaks only for a letter
about which a text message of ours went to it and did not come back; it may rate (which the citizen can change), add
words, and ask for what every notice says: number, state and day. It opens no text, takes nothing back, asks for no
new handling; and what it did is told to the number itself, with a way to object.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from channels import errands
from channels.dialogue import Rate, Say, Supplement, TellDone
from channels.dialogue.commands import command_in, number_in, rating_in
from channels.dialogue.outcome import day_words
from channels.errands import MOST_WORDS, Chat, Deed
from channels.guesses import Guesses
from channels.inbound import PutOff, Seal, finish, lane, put_aside, sealed_line
from channels.sms import words
from channels.webhooks.events import Delivery, Event, read_event
from channels.webhooks.receipts import heard_of, take_receipt
from hub.errors import Refusal, Said, TooMany
from hub.office import Office
from hub.own import own_letter
from hub.privacy.vault import keyed_hash
from hub.rulebook import Rulebook
from hub.storage import cases, deliveries, dialogues, vault
from hub.storage.inbox import Taken
from hub.storage.tx import Tx
from hub.views import CitizenView
from hub.words import WORDS
from routing.danger import Dangers, danger

CHANNEL = "sms"
PER_QUARTER = 10
"""So many messages of one number are taken in 15 minutes; the rest waits, so that two machines never talk for ever."""
_MOBILE = re.compile(r"(?:\+?86)?(1[3-9]\d{9})")


@dataclass(frozen=True, slots=True)
class Setting:
    """What the channel knows of its district: address of the site, words of danger."""

    site: str
    dangers: Dangers


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter of the number that wrote: whose, how it stands, and in which language its writer is answered."""

    case_id: str
    party: int
    view: CitizenView
    lang: str


@dataclass(frozen=True, slots=True)
class Heard:
    """A message in work: from which number, what it says, and the number of the desk to call instead."""

    taken: Taken
    number: str
    text: str
    phone: str
    now: datetime


class Worker:
    """Handles text messages and receipts; `on_said` is called when answers wait."""

    def __init__(self, office: Office, seal: Seal, setting: Setting) -> None:
        self.on_said: Callable[[], None] = lambda: None
        self._office = office
        self._seal = seal
        self._setting = setting
        self._senders = Guesses(one=PER_QUARTER, all=1_000_000)

    async def handle(self, taken: Taken) -> None:
        """Do one event whole. Raises LostLease, PutOff, and whatever keeps it from being done now."""
        event = self._event(taken)
        if isinstance(event, Delivery):
            phone = await heard_of(self._office, event)
            await self._office.store.write(take_receipt, taken, event, phone, self._office.clock())
        elif (found := _MOBILE.fullmatch(event.chat)) is None:  # a service number; nobody reads an answer there
            await self._office.store.write(finish, taken, error="no mobile number")
        else:
            self._must_have_room(found[1])
            await self._office.with_rules(partial(self._said, taken, found[1], _words(event)))
        self.on_said()

    async def give_up(self, taken: Taken, error: str) -> None:
        """Put a message aside that cannot be done, and tell its sender politely."""
        event = self._event(taken)
        number = None if isinstance(event, Delivery) else _MOBILE.fullmatch(event.chat)
        if number is None:
            await self._office.store.write(put_aside, taken, error, self._office.clock())
            return
        phone = (await self._office.book()).desk_phone
        heard = Heard(taken, number[1], "", phone, self._office.clock())
        await self._office.store.write(self._sorry, heard, error)
        self.on_said()

    def _event(self, taken: Taken) -> Event:
        return read_event(self._seal.open(f"inbox:{taken.event_id}", taken.payload).encode())

    def _must_have_room(self, number: str) -> None:
        digest, now = lane(self._office, CHANNEL, number), self._office.clock()
        try:
            self._senders.must_have_room(digest, now)
        except TooMany as too_many:
            raise PutOff(too_many.wait) from None
        self._senders.wrong(digest, now)

    # What it means ----------------------------------------------------------------------------------------------

    async def _said(self, taken: Taken, number: str, text: str, book: Rulebook) -> None:
        office = self._office
        heard = Heard(taken, number, text, book.desk_phone, office.clock())
        letters = await office.store.read(self._letters, number, book, heard.now)
        named = number_in(text)
        meant = [one for one in letters if one.view.number == named] if named else letters
        bare = text.replace(named, "").strip(" ：:，,") if named else text
        command, rating = command_in(bare) if bare else None, rating_in(bare)
        if not meant:
            await self._answer(heard, "zh", words.UNKNOWN)
        elif rating is not None and any(one.view.asked for one in meant):
            await self._tell_done(heard, meant, rating[1], book)
        elif rating is not None:
            await self._rate(heard, meant, rating, book)
        elif not bare or (command is not None and command.name in ("status", "my")):
            await self._tell(heard, meant[0], book)
        else:
            await self._add(heard, meant, bare, book)

    def _letters(self, tx: Tx, number: str, book: Rulebook, now: datetime) -> list[Letter]:
        """The letters about which a text message went to this number, the last written about first."""
        found: list[Letter] = []
        for case_id, party in deliveries.told(tx, "phone", keyed_hash(self._office.ring, "phone", number), CHANNEL):
            dossier = cases.dossier(tx, case_id)
            one = next((p for p in dossier.parties if p.n == party), None) if dossier else None
            if one is not None:
                found.append(Letter(case_id, party, own_letter(tx, case_id, party, book, now), one.lang))
        return found

    async def _rate(self, heard: Heard, meant: list[Letter], rating: tuple[int, str], book: Rulebook) -> None:
        letter = next((one for one in meant if "rate" in one.view.moves), None)
        if letter is None:
            await self._answer(heard, meant[0].lang, words.NOTHING_TO_RATE)
            return
        score, solved = rating
        ready = await self._ready(heard, letter, Rate(letter.view.number, score, solved, ""), book)
        await self._do(heard, letter, ready, words.LOW if solved == "no" else words.RATED)

    async def _tell_done(self, heard: Heard, meant: list[Letter], said: str, book: Rulebook) -> None:
        """What was asked last is what a number answers."""
        letter = next(one for one in meant if one.view.asked)
        ready = await self._ready(heard, letter, TellDone(letter.view.number, said), book)
        await self._do(heard, letter, ready, words.NOT_DONE if said == "no" else words.TOLD)

    async def _add(self, heard: Heard, meant: list[Letter], said: str, book: Rulebook) -> None:
        letter = next((one for one in meant if {"add", "supply"} & set(one.view.moves)), None)
        if letter is None:
            await self._answer(heard, meant[0].lang, words.OVER, number=meant[0].view.number)
            return
        urgent = bool(danger(said, self._setting.dangers))
        wish = Supplement(letter.view.number, said[:MOST_WORDS], (), urgent)
        await self._do(heard, letter, await self._ready(heard, letter, wish, book), words.ADDED)

    async def _ready(self, heard: Heard, letter: Letter, wish: Rate | Supplement | TellDone, book: Rulebook) -> Deed:
        """The wish made ready as the number's own: from now on the letter may be spoken of from there."""
        digest = lane(self._office, CHANNEL, heard.number)
        chat = Chat(CHANNEL, heard.number, digest, letter.lang, self._setting.site, words=False)
        await self._office.store.write(vault.index, letter.case_id, letter.party, {chat.kind: chat.digest})
        return await errands.made_ready(self._office, chat, wish, (), book)

    # What is done and said --------------------------------------------------------------------------------------

    async def _do(self, heard: Heard, letter: Letter, ready: Deed, told: Said) -> None:
        await self._office.store.write(self._done, heard, letter, ready, told)

    def _done(self, tx: Tx, heard: Heard, letter: Letter, ready: Deed, told: Said) -> None:
        """The deed: the move, what is told of it, and the message done, all or nothing. Raises Refusal."""
        outcome = ready(tx)
        if isinstance(outcome, Refusal):
            raise outcome
        self._end(tx, heard, letter.lang, told, {"number": letter.view.number})

    async def _tell(self, heard: Heard, letter: Letter, book: Rulebook) -> None:
        """How it stands, in what every notice says too."""
        view, at, day = letter.view, letter.lang == "en", letter.view.next_day
        due = words.DUE[at].format(day=day_words(day, letter.lang, book.calendar.day_of(heard.now))) if day else ""
        await self._answer(heard, letter.lang, words.STATUS, number=view.number, word=WORDS[view.word][at], due=due)

    async def _answer(self, heard: Heard, lang: str, said: Said, **fill: str) -> None:
        await self._office.store.write(self._end, heard, lang, said, fill)

    def _end(
        self,
        tx: Tx,
        heard: Heard,
        lang: str,
        said: Said,
        fill: Mapping[str, str],
    ) -> None:
        """Answer the number, whom to call in danger first, and finish the message; raises LostLease."""
        self._say(tx, heard, lang, said, fill)
        finish(tx, heard.taken)

    def _sorry(self, tx: Tx, heard: Heard, error: str) -> None:
        self._say(tx, heard, "zh", words.SORRY, {})
        put_aside(tx, heard.taken, error, heard.now)

    def _say(self, tx: Tx, heard: Heard, lang: str, said: Said, fill: Mapping[str, str]) -> None:
        texts = [words.fitted(said, lang, self._setting.site, phone=heard.phone, **fill)]
        if heard.text and danger(heard.text, self._setting.dangers):
            texts.insert(0, words.fitted(words.DANGER, lang))
        keys = (f"say:{CHANNEL}:{heard.taken.event_id}:{n}" for n in range(len(texts)))
        lines = [sealed_line(self._seal, k, heard.number, Say(t)) for k, t in zip(keys, texts, strict=False)]
        dialogues.say(tx, CHANNEL, lane(self._office, CHANNEL, heard.number), lines, heard.now)


def _words(event: Event) -> str:
    return str(getattr(event, "text", ""))
