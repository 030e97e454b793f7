"""The mail worker: one mail from the inbox becomes a letter, a message on its case, or a bounce, in one deed."""

import asyncio
import base64
import hashlib
import json
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from channels import errands
from channels.dialogue import Done, Rate, Supplement, TellDone
from channels.dialogue.commands import rating_in
from channels.errands import MOST_WORDS, Chat, Deed
from channels.guesses import Guesses
from channels.inbound import Kept, PutOff, Seal, finish, lane, put_aside
from channels.mail import enclosures, words
from channels.mail.bounces import take_report
from channels.mail.guards import no_letter
from channels.mail.marks import PROVEN, Proven, mark_of, marks_in, proven
from channels.mail.quoting import fresh_words, unsigned
from channels.mail.reading import Enclosed, Mail, Unreadable, read_mail
from channels.mail.words import pick
from hub import desk
from hub.case import Notice
from hub.errors import Invalid, NotFound, Refusal, TooMany
from hub.office import Office
from hub.own import own_letter
from hub.rulebook import Rulebook
from hub.storage import cases, dialogues, inbox, outbox, vault
from hub.storage.dialogues import Line
from hub.storage.inbox import Taken
from hub.storage.tx import Tx
from hub.submission import MOST_BODY, MOST_TITLE, Contact, Submission
from routing.danger import Dangers, danger

CHANNEL = "mail"
FLOOD = 20
"""So many mails of one sender waiting beyond the limit are no correspondence any more."""
_NAMES_OF_MARKS = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "in-reply-to", "references")


@dataclass(frozen=True, slots=True)
class Setting:
    """What the channel knows of its district: site, own address, kind of a new letter, limit, words of danger."""

    site: str
    address: str
    kind: str
    per_sender: int
    dangers: Dangers


@dataclass(frozen=True, slots=True)
class Heard:
    """A mail in work at `now`, with what was made of it before the deed."""

    taken: Taken
    mail: Mail
    chat: Chat
    now: datetime
    told: tuple[str, ...] = ()


def packed(raw: bytes) -> bytes:
    """A mail as text that can be sealed, not a byte of it changed."""
    return base64.b64encode(zlib.compress(raw, 3))


def unpacked(text: bytes) -> bytes:
    return zlib.decompress(base64.b64decode(text))


def kept_as(raw: bytes) -> Kept:
    """How a mail is kept: by its Message-ID and words together, in the lane of its sender.

    The same mail fetched twice is one event; another one under a Message-ID that was used before is another event.
    """
    head, _, body = raw.partition(b"\r\n\r\n") if b"\r\n\r\n" in raw else raw.partition(b"\n\n")
    try:
        mail = read_mail(head + b"\r\n\r\n")
        named, sender = mail.header("message-id") or f"{mail.sender} {mail.header('date')} {mail.subject}", mail.sender
    except Unreadable:
        named, sender = "", ""
    digest = hashlib.sha256(named.encode("utf-8", "replace") + b"\n" + body.rstrip()).hexdigest()
    return Kept(digest[:40], sender)


class Worker:
    """Handles mails; `on_said` is called when answers wait."""

    def __init__(self, office: Office, seal: Seal, setting: Setting) -> None:
        self.on_said: Callable[[], None] = lambda: None
        self._office = office
        self._seal = seal
        self._setting = setting
        self._senders = Guesses(one=setting.per_sender, all=1_000_000)

    async def handle(self, taken: Taken) -> None:
        """Do one mail whole. Raises LostLease, PutOff, and whatever keeps it from being done now."""
        office = self._office
        try:
            mail = await asyncio.to_thread(self._read, taken)
        except Unreadable:
            await office.store.write(put_aside, taken, "unreadable", office.clock())
            return
        if mail.report is not None:
            await office.store.write(take_report, taken, mail.report, office, office.clock())
            self.on_said()
            return
        if reason := no_letter(mail, self._setting.address):
            await office.store.write(finish, taken, error=reason)
            return
        if not mail.sender:  # nobody to answer; a person looks at it
            await office.store.write(put_aside, taken, "no sender", office.clock())
            return
        if await self._is_flood(taken, mail):
            await office.store.write(finish, taken, error="flood")
            return
        await office.with_rules(partial(self._letter, taken, mail))
        self.on_said()

    async def give_up(self, taken: Taken, error: str) -> None:
        """Put a mail aside that cannot be done, and tell its sender politely."""
        with suppress(Exception):
            mail = await asyncio.to_thread(self._read, taken)
            if mail.report is None and mail.sender and not no_letter(mail, self._setting.address):
                heard = Heard(taken, mail, self._chat(mail), self._office.clock())
                book = await self._office.book()
                await self._office.store.write(self._put_aside, heard, error, book.desk_phone)
                self.on_said()
                return
        await self._office.store.write(put_aside, taken, error, self._office.clock())

    def _read(self, taken: Taken) -> Mail:
        return read_mail(unpacked(self._seal.open(f"inbox:{taken.event_id}", taken.payload).encode()))

    def _chat(self, mail: Mail) -> Chat:
        lang = "zh" if any("\u4e00" <= sign <= "\u9fff" for sign in mail.subject + mail.text) else "en"
        digest = lane(self._office, CHANNEL, mail.sender)
        return Chat(CHANNEL, mail.sender, digest, lang, self._setting.site, words=True)

    async def _is_flood(self, taken: Taken, mail: Mail) -> bool:
        """Count this mail; raises PutOff where the sender has to wait, and answers whether there are far too many."""
        digest, now = lane(self._office, CHANNEL, mail.sender), self._office.clock()
        try:
            self._senders.must_have_room(digest, now)
        except TooMany as too_many:
            if len(await self._office.store.read(inbox.lane_of, taken)) >= FLOOD:
                return True
            raise PutOff(too_many.wait) from None
        self._senders.wrong(digest, now)
        return False

    # A letter, or a message on one ------------------------------------------------------------------------------

    async def _letter(self, taken: Taken, mail: Mail, book: Rulebook) -> None:
        office = self._office
        heard = Heard(taken, mail, self._chat(mail), self._office.clock())
        marks = marks_in(" ".join(mail.header(name) for name in _NAMES_OF_MARKS))
        owner = await office.store.read(proven, marks, office) if marks else None
        if owner is not None:
            index = {heard.chat.kind: heard.chat.digest, PROVEN: heard.chat.digest}
            await office.store.write(vault.index, owner.case_id, owner.party, index)
            if await self._message(heard, owner, book):
                return
        await self._new(heard, owner, book)

    async def _message(self, heard: Heard, owner: Proven, book: Rulebook) -> bool:
        """Take the mail as said on its case; False where nothing can be added there any more."""
        office, chat = self._office, heard.chat
        try:
            view = await office.store.read(own_letter, owner.case_id, owner.party, book, office.clock())
        except NotFound:
            return False
        said = fresh_words(heard.mail.text) or heard.mail.subject
        rating = rating_in(said) if not heard.mail.files else None
        if rating is not None and view.asked:
            ready = await errands.made_ready(office, chat, TellDone(owner.number, rating[1]), (), book)
            await office.store.write(self._add, heard, owner, ready, "told_done")
            return True
        if rating is not None and "rate" in view.moves:
            ready = await errands.made_ready(office, chat, Rate(owner.number, *rating, ""), (), book)
            await office.store.write(self._add, heard, owner, ready, "rated")
            return True
        if not {"add", "supply"} & set(view.moves):
            return False
        said, files = _fitting(said, heard.mail.files, MOST_WORDS - 200, chat.lang)
        kept = await enclosures.kept(office.files, files, chat.lang)
        wish = Supplement(owner.number, said, (), bool(danger(said, self._setting.dangers)))
        ready = await errands.made_ready(office, chat, wish, kept.files, book)
        told = replace(heard, told=kept.told)
        try:
            await office.store.write(self._add, told, owner, ready, "message_added")
        except Invalid as no:  # the letter has all the files it may have: the words stand without them
            ready = await errands.made_ready(office, chat, wish, (), book)
            told = replace(heard, told=(*kept.told, pick(no.said, chat.lang)))
            await office.store.write(self._add, told, owner, ready, "message_added")
        return True

    async def _new(self, heard: Heard, follows: Proven | None, book: Rulebook) -> None:
        """Take the mail as a new letter."""
        mail, lang = heard.mail, heard.chat.lang
        said = (fresh_words(mail.text) if follows else unsigned(mail.text)) or mail.subject
        if len(said) < 4:
            said = f"{said}\n{pick(words.SEE_FILES, lang)}".strip()
        if follows:
            said = f"{said}\n{pick(words.LINKED, lang).format(number=follows.number)}"
        said, files = _fitting(said, mail.files, MOST_BODY - 200, lang)
        kept = await enclosures.kept(self._office.files, files, lang)
        title = mail.subject if len(mail.subject) <= MOST_TITLE else mail.subject[: MOST_TITLE - 1] + "…"
        given = Submission(
            key=heard.taken.event_id,
            scope=f"{CHANNEL}:{heard.chat.digest}",
            channel=CHANNEL,
            kind=self._setting.kind,
            title=title,
            body=said,
            contact=Contact(name=mail.name[:40], email=mail.sender),
            chat=mail.sender,
            lang=lang,
            files=kept.files,
        )
        ready = self._office.prepared(given, book)
        await self._office.store.write(self._file, replace(heard, told=kept.told), ready, book)

    # The deeds --------------------------------------------------------------------------------------------------

    def _file(self, tx: Tx, heard: Heard, ready: desk.Prepared, book: Rulebook) -> None:
        """The deed of a new letter: the case, its receipt by mail, and the mail done, all or nothing."""
        now = heard.now
        got = desk.receive(tx, ready, book, now)
        outbox.put(tx, got.case_id, [Notice("party:1", "received", f"{got.case_id}:received")], now)
        self._end(tx, heard, Proven(got.number, got.case_id, 1))

    def _add(self, tx: Tx, heard: Heard, owner: Proven, ready: Deed, notice: str) -> None:
        """The deed of a message or a rating: the move, its receipt, and the mail done. Raises Refusal."""
        outcome = ready(tx)
        if isinstance(outcome, Refusal):
            raise outcome
        assert isinstance(outcome, Done)
        key = f"{owner.case_id}:{notice}:{heard.taken.event_id}"
        outbox.put(tx, owner.case_id, [Notice(f"party:{owner.party}", notice, key)], heard.now)
        self._end(tx, heard, owner)

    def _end(self, tx: Tx, heard: Heard, owner: Proven) -> None:
        """Tell of the files that were not taken, and finish the mail; raises LostLease."""
        if heard.told:
            lang = heard.chat.lang
            head = pick(words.FILES_HEAD, lang).format(number=owner.number)
            subject = pick(words.FILES_SUBJECT, lang).format(number=owner.number)
            epoch = next((e for c, n, e in cases.receipts(tx, owner.number) if (c, n) == owner[1:]), 1)
            mark = mark_of(self._office, owner.number, owner.case_id, owner.party, epoch)
            text = "\n".join((head, *heard.told, "", pick(words.FOOTER, lang)))
            self._say(tx, heard, subject, text, mark)
        finish(tx, heard.taken)

    def _put_aside(self, tx: Tx, heard: Heard, error: str, phone: str) -> None:
        text = pick(words.SORRY, heard.chat.lang).format(phone=phone, site=self._setting.site)
        self._say(tx, heard, pick(words.SORRY_SUBJECT, heard.chat.lang), text, "", "sorry")
        put_aside(tx, heard.taken, error, heard.now)

    def _say(self, tx: Tx, heard: Heard, subject: str, text: str, mark: str, part: str = "0") -> None:
        key = f"say:{CHANNEL}:{heard.taken.event_id}:{part}"
        row = {"chat": heard.chat.address, "text": text, "buttons": [], "subject": subject, "mark": mark}
        line = Line(key, self._seal.close(key, json.dumps(row, ensure_ascii=False)))
        dialogues.say(tx, CHANNEL, heard.chat.digest, [line], heard.now)


def _fitting(said: str, files: tuple[Enclosed, ...], most: int, lang: str) -> tuple[str, tuple[Enclosed, ...]]:
    """Words that are too long are cut, and stand whole in a file of their own before the others."""
    if len(said) <= most:
        return said, files
    whole = Enclosed(pick(words.FULL, lang), said.encode())
    return f"{said[:most]}…\n{pick(words.GOES_ON, lang)}", (whole, *files)
