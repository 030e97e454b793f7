"""Talks with a person: what citizen and reception desk say to each other in any chat, and how a talk ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import structlog

from channels.dialogue import Say
from channels.dialogue import person as spoken
from channels.dialogue.talk import Button
from channels.dialogue.texts import words
from channels.inbound import Seal, channel_seal, sealed_line
from hub.ending import stopped
from hub.errors import Invalid, NotFound, NotNow, Overtaken, Said
from hub.office import Office
from hub.people import Actor
from hub.rulebook import Rulebook
from hub.storage import dialogues, talks
from hub.storage.errors import StoreError
from hub.storage.talks import Talk
from hub.storage.tx import Tx

MAY = ("intake", "dispatcher")
"""Who answers at the reception desk."""
MOST = 2000
"""So many characters an officer says at once; every messenger carries them."""
IDLE = timedelta(minutes=30)
"""A citizen so long without words after an answer has left; the next thing they write is for the dialogue again."""
LOOK_SECONDS = 5.0
KEPT_DAYS = 30
"""A talk that ended so long ago is forgotten, like the chat it was in."""


async def seal_of(office: Office) -> Seal:
    """How the words of talks are sealed."""
    return await channel_seal(office, "talks")


def hours(book: Rulebook) -> str:
    """The local office hours as people read them: 9:00–12:00, 13:30–17:30."""
    return ", ".join(f"{a.hour}:{a.minute:02}–{b.hour}:{b.minute:02}" for a, b in book.calendar.office.spans)


# The desk -----------------------------------------------------------------------------------------------------------


def may(actor: Actor, book: Rulebook) -> bool:
    """Whether an officer answers at the reception desk: for everybody else its talks do not exist."""
    reception = book.directory.desks["reception"]
    return any(actor.holds(role, reception, book.directory) for role in MAY)


async def words_of(office: Office, lines: list[talks.Line]) -> list[str]:
    """What was said, opened; raises CannotOpen."""
    seal = await seal_of(office)
    return [seal.open(line.key, line.sealed) for line in lines]


async def answer(office: Office, id_: str, text: str, key: str, actor: Actor) -> None:
    """Say something to the citizen; `key` is the same for every try of the same words, and who answers has the talk.

    Raises NotFound, Invalid (no words, or too many), NotNow (it has ended), Overtaken (a colleague has it).
    """
    book, now = await office.book(), office.clock()
    talk = await _talk(office, id_, actor, book)
    if not text or len(text) > MOST:
        raise Invalid({"text": Said(f"请写要说的话，{MOST}字以内。", f"Please write at most {MOST} characters.")})
    own, outer = await seal_of(office), await channel_seal(office, talk.channel)
    name = f"talk:{talk.id}:{actor.id}:{key[:64]}"
    head = words(talk.lang, "talk_desk")
    say = Say(f"{head}{text}", ((Button(words(talk.lang, "b_end"), "cmd:end"),),))
    line = sealed_line(outer, name, own.open(talk.id, talk.address), say)
    await office.store.write(_answer, talk, actor, (name, own.close(name, text)), line, now)


def _answer(tx: Tx, talk: Talk, actor: Actor, kept: tuple[str, str], line: dialogues.Line, now: datetime) -> None:
    if talks.said(tx, kept[0]):
        return
    if not talks.answered(tx, talk.id, actor.id, *kept, (now, now + IDLE)):
        raise _lost(tx, talk.id)
    dialogues.say(tx, talk.channel, talk.chat, [line], now)


async def take(office: Office, id_: str, seen: str, actor: Actor) -> None:
    """Have a talk, which `seen` had on the screen (empty: nobody). Raises NotFound, NotNow, Overtaken."""
    book = await office.book()
    talk = await _talk(office, id_, actor, book)
    until = office.clock() + timedelta(minutes=book.calendar.office.answer_minutes)
    await office.store.write(_take, talk.id, actor.id, seen, until)


def _take(tx: Tx, id_: str, officer: str, seen: str, until: datetime) -> None:
    if not talks.take(tx, id_, officer, seen, until):
        raise _lost(tx, id_)


async def end(office: Office, id_: str, actor: Actor) -> None:
    """Give the citizen back to the dialogue. Raises NotFound; a talk that has ended stays ended."""
    talk = await _talk(office, id_, actor, await office.book())
    await _give_back(office, talk, "desk")


def _lost(tx: Tx, id_: str) -> Exception:
    talk = talks.get(tx, id_)
    if talk is None or talk.ended_at is None:
        return Overtaken()
    return NotNow("对话已经结束，这句没有发出。", "The talk has ended; your words were not sent.")


async def _talk(office: Office, id_: str, actor: Actor, book: Rulebook) -> Talk:
    talk = await office.store.read(talks.get, id_) if may(actor, book) else None
    if talk is None:
        raise NotFound
    return talk


# Its end ------------------------------------------------------------------------------------------------------------


async def end_silent(office: Office) -> int:
    """End the talks in which the desk or the citizen has been silent too long, and say so; how many there were."""
    found = await office.store.read(talks.silent, office.clock())
    for talk in found:
        await _give_back(office, talk, "silence")
    return len(found)


async def _give_back(office: Office, talk: Talk, by: str) -> None:
    """End a talk and say why; what a citizen said a moment ago keeps silence from ending it."""
    own, outer, now = await seal_of(office), await channel_seal(office, talk.channel), office.clock()
    why = "idle" if by == "silence" and talk.waits_since is None else by
    key = f"talk:{talk.id}:end"
    say = spoken.over(talk.lang, why, (await office.book()).desk_phone)
    line = sealed_line(outer, key, own.open(talk.id, talk.address), say)
    await office.store.write(_end, talk, by, line, now)


def _end(tx: Tx, talk: Talk, by: str, line: dialogues.Line, now: datetime) -> None:
    if talks.end(tx, talk.id, by, now):
        dialogues.say(tx, talk.channel, talk.chat, [line], now)


@asynccontextmanager
async def watched(office: Office) -> AsyncIterator[None]:
    """Silence ends talks inside the block, in whichever process looks first."""
    looking = asyncio.create_task(_look(office), name="silent talks")
    try:
        yield
    finally:
        await stopped(looking)


async def _look(office: Office) -> None:
    log = structlog.get_logger("talks")
    while True:
        try:
            await end_silent(office)
            await office.store.write(talks.forget_before, office.clock() - timedelta(days=KEPT_DAYS))
        except StoreError as fault:
            log.warning("talks are not looked at", error=type(fault).__name__)
        await asyncio.sleep(LOOK_SECONDS)
