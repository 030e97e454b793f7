"""Errands: what a conversation wished, made ready before the deed and done inside it, for every chat channel alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from channels.dialogue import (
    Answer,
    Attachment,
    Called,
    CallPerson,
    Done,
    EndTalk,
    File,
    Filed,
    LetterLine,
    Letters,
    MyLetters,
    Outcome,
    Rate,
    Reopen,
    Status,
    Supplement,
    Talked,
    TellDone,
    ToPerson,
    Track,
    Wish,
)
from channels.talks import hours, seal_of
from hub import desk, own
from hub.case import Case
from hub.dictation import is_voice
from hub.errors import NotFound
from hub.machines.registry import MACHINES
from hub.office import Office
from hub.own import own_letter
from hub.people import citizen
from hub.privacy.randomness import draw
from hub.rulebook import Rulebook
from hub.storage import cases, dialogues, talks, vault
from hub.storage.tx import Tx
from hub.submission import Attached, Contact, Submission
from hub.thread import unit_name
from hub.views import CitizenView
from hub.words import WORDS

MOST_WORDS = 3000
"""What a supplement may hold; a letter with its captions stays below it too (hub/machines/fields.py, TEXT)."""

Deed = Callable[[Tx], Outcome]
"""Does the wish inside the deed in which conversation and inbox row are kept; raises a Refusal before it writes."""


@dataclass(frozen=True, slots=True)
class Chat:
    """Who speaks: the channel, the address on it, and its keyed hash. `words` says whether texts may be carried."""

    channel: str
    address: str
    digest: str
    lang: str
    site: str
    words: bool

    @property
    def kind(self) -> str:
        """How the vault's index calls a chat of this channel."""
        return f"chat-{self.channel}"

    def link(self, number: str) -> str:
        return f"{self.site}/letters/track?number={number}"


async def made_ready(office: Office, chat: Chat, wish: Wish, files: tuple[Attached, ...], book: Rulebook) -> Deed:
    """All thinking of a wish: masking, routing, sealing, the query code; raises Refusal.

    A number alone opens nothing: the letter must be the chat's own, or its query code given with it; both failures
    answer with the same sentence.
    """
    match wish:
        case File():
            return _file(office, chat, wish, files, book)
        case Track(code=code) if code:
            case_id, party = await office.case_by_code(wish.number, code)
            return lambda tx: _bound(tx, office, chat, case_id, party, book)
        case Track():
            return lambda tx: _status(tx, office, chat, *_own(tx, chat, wish.number), book)
        case MyLetters():
            return lambda tx: Letters(lines(tx, chat, book))
        case Supplement() | Answer():
            return await _said(office, chat, wish, files, book)
        case CallPerson() | ToPerson() | EndTalk():
            return await _talk(office, chat, wish, book)
        case Rate():
            values = {"score": wish.score, "solved": wish.solved, "comment": wish.comment}
            return await _moved(office, chat, wish.number, "rate", values, book)
        case TellDone():
            told = {"done": wish.done, "about": wish.about or ""}
            return await _moved(office, chat, wish.number, "tell_done", told, book)
        case Reopen():
            return await _moved(office, chat, wish.number, "reopen", {"reason": wish.reason}, book)
        case _:
            return await _moved(office, chat, wish.number, "withdraw", {}, book)


def lines(tx: Tx, chat: Chat, book: Rulebook) -> tuple[LetterLine, ...]:
    """The chat's own letters, newest first."""
    found = dialogues.letters(tx, chat.kind, chat.digest)
    asked = dialogues.asked(tx, (case.id for case in found)) if found else {}
    return tuple(_line(case, chat, book, asked.get(case.id, 0)) for case in found)


def _line(case: Case, chat: Chat, book: Rulebook, asked: int = 0) -> LetterLine:
    machine = MACHINES[case.machine]
    word, rate = WORDS[machine.states[case.state].word], machine.moves.get("rate")
    rates = rate is not None and case.state in rate.frm
    return LetterLine(case.number, _title(case.title, case.kind, chat, book), word.zh, word.en, asked, rates)


def _title(title: str, kind: str, chat: Chat, book: Rulebook) -> str:
    """The letter's title, or only its kind where a messenger may not carry words."""
    if chat.words:
        return title
    named = book.kinds.get(kind)
    return "" if named is None else named.en if chat.lang == "en" else named.zh


# A new letter -------------------------------------------------------------------------------------------------------


def _file(office: Office, chat: Chat, wish: File, files: tuple[Attached, ...], book: Rulebook) -> Deed:
    places = {f.name for f in book.kinds[wish.kind].fields if f.type == "place"} if wish.kind in book.kinds else set()
    given = Submission(
        key=wish.key,
        scope=f"{chat.channel}:{chat.digest}",
        channel=chat.channel,
        kind=wish.kind,
        aim=wish.aim,  # type: ignore[arg-type]  # checked() refuses what is no aim of the kind
        title=wish.title,
        body=_with_notes(wish.body, wish.files),
        place=wish.place,
        fields={k: v for k, v in wish.fields.items() if k not in places},
        contact=Contact(name=wish.name, phone=wish.phone, wish=wish.wish),
        chat=chat.address,
        anonymous=wish.anonymous,
        publish_consent=wish.publish_consent,
        show_surname=wish.show_surname,
        urgent=wish.urgent,
        lang=wish.lang,
        files=files,
    )
    ready, now = office.prepared(given, book), office.clock()

    def deed(tx: Tx) -> Outcome:
        got = desk.receive(tx, ready, book, now)
        day = _day(got.due, book)
        provisional = day is not None and book.calendar.is_provisional(day)
        unit, code = unit_name(got.unit, book), office.code(got.case_id)
        return Filed(got.number, code, day, chat.link(got.number), provisional, unit.zh, unit.en)

    return deed


def _day(due: datetime | None, book: Rulebook) -> date | None:
    return book.calendar.day_of(due - timedelta(microseconds=1)) if due else None


# How it stands ------------------------------------------------------------------------------------------------------


def _own(tx: Tx, chat: Chat, number: str) -> tuple[str, int]:
    """Case and party of the chat's own letter; raises NotFound for every other number."""
    case_id = cases.id_of(tx, number)
    party = dialogues.party_of(tx, chat.kind, chat.digest, case_id) if case_id else None
    if case_id is None or party is None:
        raise NotFound
    return case_id, party


def _bound(tx: Tx, office: Office, chat: Chat, case_id: str, party: int, book: Rulebook) -> Outcome:
    """Number and right code were given: from now on the letter is this chat's own."""
    status = _status(tx, office, chat, case_id, party, book)
    vault.index(tx, case_id, party, {chat.kind: chat.digest})
    return status


def _status(tx: Tx, office: Office, chat: Chat, case_id: str, party: int, book: Rulebook) -> Status:
    view = own_letter(tx, case_id, party, book, office.clock())
    case = cases.get(tx, case_id)
    if case is None:
        raise NotFound
    question = _question(view)
    reply = next((s.body for s in reversed(view.thread) if s.who == "office" and s.kind == "reply"), "")
    return Status(
        _line(case, chat, book),
        view.unit.zh,
        view.unit.en,
        view.because.zh if chat.words else "",
        view.because.en if chat.words else "",
        view.next_day,
        question if chat.words else "",
        reply if view.answered_at is not None and chat.words else "",
        chat.link(view.number),
        _open(view, question),
        view.provisional,
    )


def _question(view: CitizenView) -> str:
    """What the office asked and the citizen has not answered yet."""
    for said in reversed(view.thread):
        if said.who == "citizen":
            return ""
        if said.kind == "question":
            return said.body
    return ""


def _open(view: CitizenView, question: str) -> tuple[str, ...]:
    """What the citizen may do now, as the conversation names it."""
    says = "add" in view.moves or "supply" in view.moves
    offered = (
        ("answer", says and bool(question)),
        ("add", says and not question),
        ("tell", "tell_done" in view.moves),
        ("rate", "rate" in view.moves),
        ("reopen", "reopen" in view.moves),
        ("withdraw", "withdraw" in view.moves),
    )
    return tuple(name for name, is_open in offered if is_open)


# Moves --------------------------------------------------------------------------------------------------------------


async def _moved(office: Office, chat: Chat, number: str, move: str, values: Mapping[str, Any], book: Rulebook) -> Deed:
    case_id, party = await office.store.read(_own, chat, number)
    actor = citizen(case_id, party)
    asked = await office.asked(number, move, {k: v for k, v in values.items() if v != ""}, actor, book)
    now = office.clock()

    def deed(tx: Tx) -> Outcome:
        _own(tx, chat, number)
        desk.act(tx, number, asked, actor, book, now)
        return Done(chat.link(number))

    return deed


async def _said(
    office: Office, chat: Chat, wish: Supplement | Answer, files: tuple[Attached, ...], book: Rulebook
) -> Deed:
    """Words and files on an own letter: what was asked for, where something was; marked urgent on danger words."""
    case_id, party = await office.store.read(_own, chat, wish.number)
    view = await office.store.read(own_letter, case_id, party, book, office.clock())
    move = "supply" if "supply" in view.moves else "add"
    actor, now = citizen(case_id, party), office.clock()
    spoken = any(is_voice(f.mime) for f in files)
    text = _with_notes(wish.text, wish.files) or ("（语音）" if spoken else "（见材料）" if files else "")
    asked = await office.asked(wish.number, move, {"text": text}, actor, book)

    def deed(tx: Tx) -> Outcome:
        _own(tx, chat, wish.number)
        numbers = own.attach(tx, wish.number, party, files, now) if files else []
        values = {**asked.values, "files": numbers} if numbers else asked.values
        case = desk.act(tx, wish.number, replace(asked, values=values), actor, book, now)
        if wish.urgent:
            _mark_urgent(tx, case.id, book, now)
        return Done(chat.link(wish.number))

    return deed


def _with_notes(text: str, files: tuple[Attachment, ...]) -> str:
    """The words with those that came under photos, unless they are the same words."""
    notes = [f.note for f in files if f.note and f.note not in text]
    whole = "\n".join(part for part in (text, *notes) if part)
    return whole if len(whole) <= MOST_WORDS else text


def _mark_urgent(tx: Tx, case_id: str, book: Rulebook, now: datetime) -> None:
    dossier = cases.dossier(tx, case_id)
    machine = MACHINES[dossier.case.machine].moves.get("urgent") if dossier else None
    if dossier is None or machine is None or dossier.case.urgent or dossier.case.state not in machine.frm:
        return
    if dossier.open("urgent") is None:
        desk.act_by_system(tx, dossier, "urgent", {}, book, now)


# A talk with a person -----------------------------------------------------------------------------------------------


async def _talk(office: Office, chat: Chat, wish: CallPerson | ToPerson | EndTalk, book: Rulebook) -> Deed:
    """Call a person, pass words on, end it; outside office hours nobody is called, and that is said at once."""
    now, kept = office.clock(), book.calendar.office
    if isinstance(wish, EndTalk):
        return lambda tx: _talk_ended(tx, chat, now)
    seal, until = await seal_of(office), now + timedelta(minutes=kept.answer_minutes)
    if isinstance(wish, CallPerson):
        called, name = Called(book.calendar.is_staffed(now), hours(book), kept.answer_minutes), draw(8).hex()
        address = seal.close(name, chat.address)
        talk = talks.Talk(name, chat.channel, chat.digest, address, chat.lang, now, now, until, False, "", None, "")
        return lambda tx: _called(tx, talk, called)
    key = f"talk:{chat.channel}:{chat.digest[:16]}:{wish.id}"
    line = (key, seal.close(key, wish.text))
    return lambda tx: _talk_heard(tx, chat, line, (now, until), urgent=wish.urgent)


def _called(tx: Tx, talk: talks.Talk, called: Called) -> Outcome:
    if called.staffed:
        talks.begin(tx, talk)
    return called


def _talk_heard(
    tx: Tx, chat: Chat, line: tuple[str, str], times: tuple[datetime, datetime], *, urgent: bool
) -> Outcome:
    talk = talks.of_chat(tx, chat.channel, chat.digest)
    return Talked(talk is not None and talks.heard(tx, talk.id, *line, times, urgent=urgent))


def _talk_ended(tx: Tx, chat: Chat, now: datetime) -> Outcome:
    talk = talks.of_chat(tx, chat.channel, chat.digest)
    return Talked(talk is not None and talks.end(tx, talk.id, "citizen", now))
