"""The caller's desk: the calls that are owed, one by one, with letter, script, and the number behind "show"."""

from typing import Any

from aiohttp import web

from channels.texts.catalog import N_
from channels.web.forms import form, query
from channels.web.staff import fields, moves, parts
from channels.web.staff.attempt import UNTOUCHED, Attempt
from channels.web.staff.case import _form, _told
from channels.web.staff.frame import Desk, hurry, show, sit, status_of
from hub import calling, contact, workbench
from hub.errors import NotFound, Refusal

CODE = "call_back"


async def show_calls(request: web.Request) -> web.StreamResponse:
    """Every call that is owed: now, and those that nobody answered for later."""
    desk = await sit(request)
    owed = await desk.office.store.read(calling.calls, desk.actor, desk.book, desk.now)
    return await show(
        desk,
        "calls.html",
        now_due=[_row(desk, call) for call in owed if call.again is None],
        later=[_row(desk, call) for call in owed if call.again is not None],
        done=_done(desk),
    )


async def show_call(request: web.Request) -> web.StreamResponse:
    """One call."""
    return await _render(await sit(request), request.match_info["number"])


async def show_number(request: web.Request) -> web.StreamResponse:
    """Name and number, shown once on this page after the reading is in the journal."""
    desk, number = await sit(request), request.match_info["number"]
    hurry(desk)
    try:
        shown = await contact.show(desk.office, number, desk.actor, "call_back")
    except NotFound:
        raise
    except Refusal as fault:
        return await _render(desk, number, Attempt(move="contact.show", above=(fault.said,), status=status_of(fault)))
    return await _render(desk, number, Attempt(shown=shown))


async def note_call(request: web.Request) -> web.StreamResponse:
    """How the call went; then the next one."""
    desk, number = await sit(request), request.match_info["number"]
    hurry(desk)
    asked = moves.posted(CODE, form(request), desk)
    try:
        await moves.attempt(desk, number, asked)
    except NotFound:
        raise
    except Refusal as fault:
        return await _render(desk, number, await moves.after(desk, number, asked, fault))
    owed = await desk.office.store.read(calling.calls, desk.actor, desk.book, desk.office.clock())
    following = next((c.row.number for c in owed if c.again is None and c.row.number != number), "")
    raise web.HTTPSeeOther(f"/staff/calls{'/' + following if following else ''}?done={number}")


async def _render(desk: Desk, number: str, attempt: Attempt = UNTOUCHED) -> web.Response:
    try:
        task = await desk.office.store.read(calling.task, number, desk.actor, desk.book, desk.now)
    except NotFound:
        if attempt is UNTOUCHED:
            raise
        raise web.HTTPSeeOther("/staff/calls") from None  # a colleague was first: nothing is left to say here
    look = await desk.office.store.read(workbench.look, number, desk.actor, desk.book, desk.now)
    reader = fields.Reader(desk.word, desk.say, desk.book, desk.book.kind(look.kind, look.edition))
    case = task.case
    letter = next((m for m in case.thread if m.who == "citizen"), None)
    note = next((_form(m, reader, attempt) for m in case.moves if m.code == CODE), None)
    return await show(
        desk,
        "call.html",
        status=attempt.status,
        case=case,
        call=_row(desk, task.call),
        script=task.script,
        english=case.party.lang == "en",
        letter=parts.message(desk, number, letter) if letter else None,
        reply=task.reply,
        form=note,
        said=max((m.n for m in case.thread), default=0),
        history=len(case.history),
        attempt=_told(desk, case, attempt),
        shown=attempt.shown,
        done=_done(desk),
    )


def _row(desk: Desk, call: calling.Call) -> dict[str, Any]:
    """One call as the page shows it, with its tries in words."""
    words = {"href": f"/staff/calls/{call.row.number}", "until": call.until, "again": call.again}
    tries = [{"at": at, "word": desk.word(fields.choice_word("call_result", result))} for at, result in call.tries]
    return {**parts.inbox_row(desk, call.row), **words, "tries": tries}


def _done(desk: Desk) -> str:
    number = query(desk.request).get("done", "")[:20]
    return desk.say(N_("%(number)s 已登记。"), number=number) if number else ""
