"""Talks: who waits for a person in a chat, and the page on which the reception desk answers one of them."""

import secrets
from datetime import datetime
from typing import Any

from aiohttp import web

from channels import talks
from channels.texts.catalog import N_
from channels.web.forms import form, form_page, query
from channels.web.staff import parts
from channels.web.staff.frame import COUNTER, Desk, hurry, show, sit, status_of, texts
from hub.errors import Forbidden, Invalid, NotFound, Refusal
from hub.storage import people
from hub.storage import talks as stored
from hub.storage.talks import Line, Talk
from hub.storage.tx import Tx

PAGE = "/staff/talks"
DONE = {"ended": N_("对话已结束，来信人回到自助对话。"), "taken": N_("您已接手这个对话。")}
ENDS = {
    "citizen": N_("来信人结束"),
    "desk": N_("受理台结束"),
    "silence": N_("久无应答，已请来信人写信"),
}


async def show_talks(request: web.Request) -> web.StreamResponse:
    """The open talks, who waits longest first, and those that ended last."""
    desk = await sit(request)
    if not talks.may(desk.actor, desk.book):
        raise Forbidden
    opened, ended, names = await desk.office.store.read(_all)
    code = query(request).get("done", "")
    return await show(
        desk,
        "talks.html",
        rows=[_row(desk, talk, names) for talk in opened],
        ended=[_row(desk, talk, names) for talk in ended],
        hours=talks.hours(desk.book),
        minutes=desk.book.calendar.office.answer_minutes,
        done=desk.say(DONE[code]) if code in DONE else "",
    )


async def show_talk(request: web.Request) -> web.StreamResponse:
    """One talk, with the place to answer it while it is open."""
    return await _render(await sit(request), None, "")


async def show_now(request: web.Request) -> web.StreamResponse:
    """What of the page changes while it stays open."""
    desk = await sit(request)
    return form_page(desk.request, "staff/talk_now.html", **await _shown(desk))


async def act(request: web.Request) -> web.StreamResponse:
    """Answer, take over, or end the talk."""
    desk, given = await sit(request), form(request)
    hurry(desk)
    talk, wish, text = request.match_info["talk"], texts(given, "do"), texts(given, "text")
    try:
        if wish == "say":
            await talks.answer(desk.office, talk, text, texts(given, "id"), desk.actor)
        elif wish == "take":
            await talks.take(desk.office, talk, texts(given, "seen"), desk.actor)
        elif wish == "end":
            await talks.end(desk.office, talk, desk.actor)
            raise web.HTTPSeeOther(f"{PAGE}?done=ended")
    except NotFound:
        raise
    except Refusal as fault:
        return await _render(desk, fault, text)
    raise web.HTTPSeeOther(f"{PAGE}/{talk}{'?done=taken' if wish == 'take' else ''}#say")


async def _render(desk: Desk, fault: Refusal | None, text: str) -> web.Response:
    """The page; what was being written stays in it when it could not be said."""
    values = await _shown(desk)
    invalid = fault.fields["text"] if isinstance(fault, Invalid) else None
    code = query(desk.request).get("done", "")
    return await show(
        desk,
        "talk.html",
        status=status_of(fault) if fault else 200,
        **values,
        text=text,
        id=secrets.token_hex(8),
        errors={"text": desk.word(invalid)} if invalid else {},
        above=desk.word(fault.said) if fault and not invalid else "",
        most=talks.MOST,
        may_file=any(desk.actor.has(role) for role in COUNTER),
        done=desk.say(DONE[code]) if code in DONE else "",
    )


async def _shown(desk: Desk) -> dict[str, Any]:
    """The talk as it stands; raises NotFound where it does not exist for the officer."""
    id_ = desk.request.match_info["talk"]
    if not talks.may(desk.actor, desk.book):
        raise NotFound
    talk, lines, names = await desk.office.store.read(_one, id_)
    bodies = await talks.words_of(desk.office, lines)
    return {
        "talk": _row(desk, talk, names),
        "lines": [_line(line, body, names) for line, body in zip(lines, bodies, strict=True)],
        "mine": talk.taken_by in ("", desk.actor.id),
    }


def _row(desk: Desk, talk: Talk, names: dict[str, str]) -> dict[str, Any]:
    return {
        "id": talk.id,
        "channel": desk.say(parts.CHANNELS.get(talk.channel, talk.channel)),
        "opened": talk.opened_at,
        "waits": talk.waits_since,
        "minutes": _minutes(talk.waits_since, desk.now),
        "urgent": talk.urgent,
        "english": talk.lang == "en",
        "taken_by": talk.taken_by,
        "officer": names.get(talk.taken_by, ""),
        "ended": talk.ended_at,
        "how": desk.say(ENDS[talk.ended_by]) if talk.ended_by in ENDS else "",
    }


def _minutes(since: datetime | None, now: datetime) -> int:
    return max(0, int((now - since).total_seconds() // 60)) if since else 0


def _line(line: Line, body: str, names: dict[str, str]) -> dict[str, Any]:
    return {"n": line.n, "officer": names.get(line.officer, ""), "own": not line.officer, "at": line.at, "text": body}


def _all(tx: Tx) -> tuple[list[Talk], list[Talk], dict[str, str]]:
    opened, ended = stored.standing(tx), stored.ended(tx)
    return opened, ended, people.names(tx, {t.taken_by for t in (*opened, *ended) if t.taken_by})


def _one(tx: Tx, id_: str) -> tuple[Talk, list[Line], dict[str, str]]:
    talk = stored.get(tx, id_)
    if talk is None:
        raise NotFound
    lines = stored.lines(tx, id_)
    return talk, lines, people.names(tx, {name for name in (talk.taken_by, *(x.officer for x in lines)) if name})
