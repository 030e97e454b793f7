"""The reviewer's desk: the queue, and one reply beside its letter with findings, checklist and the three verdicts."""

from typing import Any

from aiohttp import web

from channels.texts.catalog import N_
from channels.web.forms import form, query
from channels.web.staff import editor, fields, moves, parts, writing
from channels.web.staff.attempt import UNTOUCHED, Attempt
from channels.web.staff.case import _form, _party, _told
from channels.web.staff.frame import Desk, hurry, show, sit
from hub import reading, workbench
from hub.errors import NotFound, Refusal

VIEW = "to_review"
QUEUE = 50


async def show_queue(request: web.Request) -> web.StreamResponse:
    """Replies that wait for a verdict, by due date."""
    desk = await sit(request)
    rows, _ = await desk.office.store.read(reading.inbox, desk.actor, VIEW, {}, desk.book, desk.now, QUEUE)
    done, number = query(request).get("done", ""), query(request).get("number", "")
    word = parts.move_word(desk, done) if done else ""
    return await show(
        desk,
        "reviews.html",
        rows=[{**parts.inbox_row(desk, row), "href": f"/staff/reviews/{row.number}"} for row in rows],
        done=f"{number} {desk.say(N_('已完成：%(move)s'), move=word)}" if word and word != done else "",
    )


async def show_review(request: web.Request) -> web.StreamResponse:
    """One reply beside its letter."""
    return await _render(await sit(request), request.match_info["number"])


async def give_verdict(request: web.Request) -> web.StreamResponse:
    """合格, 退回重办 or 请改格式; then the next in line."""
    desk, number, code = await sit(request), request.match_info["number"], request.match_info["move"]
    if code not in fields.VERDICTS:
        raise NotFound
    hurry(desk)
    asked = moves.posted(code, form(request), desk)
    following = await _next(desk, number)
    try:
        await moves.attempt(desk, number, asked)
    except NotFound:
        raise
    except Refusal as fault:
        return await _render(desk, number, await moves.after(desk, number, asked, fault))
    onward = f"/staff/reviews/{following}" if following else "/staff/reviews"
    raise web.HTTPSeeOther(f"{onward}?done={code}&number={number}")


async def _next(desk: Desk, number: str) -> str:
    look = await desk.office.store.read(workbench.look, number, desk.actor, desk.book, desk.now, VIEW)
    return look.following.number if look.following else ""


async def _render(desk: Desk, number: str, attempt: Attempt = UNTOUCHED) -> web.Response:
    look = await desk.office.store.read(workbench.look, number, desk.actor, desk.book, desk.now, VIEW)
    case = look.case
    if not case.replies:
        raise NotFound
    newest = case.replies[-1]
    found = await desk.office.findings(number, newest.body, newest.translated)
    named = editor.proposed(desk, f"{newest.body}\n{newest.translated}", newest.promised)
    kind = desk.book.kind(look.kind, look.edition)
    reader = fields.Reader(desk.word, desk.say, desk.book, kind)
    done, done_number = query(desk.request).get("done", ""), query(desk.request).get("number", "")
    word = parts.move_word(desk, done) if done else ""
    return await show(
        desk,
        "review.html",
        status=attempt.status,
        case=case,
        head=parts.inbox_row(desk, case.row),
        reply=parts.reply(desk, case.row.number, newest),
        earlier=[parts.reply(desk, case.row.number, r) for r in reversed(case.replies[:-1])],
        thread=parts.said(desk, case, without="reply"),
        party=_party(desk, case),
        contacts=[
            f"{desk.word(fields.choice_word('contact_how', o['data'].get('how', '')))} · "
            f"{desk.word(fields.choice_word('contact_result', o['data'].get('result', '')))} · {o['by']}"
            for o in case.overlays
            if o["kind"] == "contact"
        ],
        findings=writing.finding_rows(desk, found, newest.body),
        promises=named,
        lit=[quote for finding in found for quote in finding.quotes],
        checklist=questions(desk),
        verdicts={
            m.code: _verdict(_form(m, reader, attempt), newest.type, found_a_day=bool(named))
            for m in case.moves
            if m.code in fields.VERDICTS
        },
        attempt=_told(desk, case, attempt),
        history=case.history,
        said=max((m.n for m in case.thread), default=0),
        following=parts.inbox_row(desk, look.following) if look.following else None,
        done=f"{done_number} {desk.say(N_('已完成：%(move)s'), move=word)}" if word and word != done else "",
        keys=[("Ctrl+Enter", desk.say(N_("合格"))), ("n", desk.say(N_("下一件")))],
    )


def _verdict(made: fields.Form, reply_type: str, *, found_a_day: bool) -> fields.Form:
    """A verdict's form; an interim reply's promise is accepted, a final one's day entered where its words name any."""
    shut = {"promised"} if reply_type == "interim" else {"accept_promise"} | (set() if found_a_day else {"promised"})
    kept = tuple(e for e in made.entries if e.name not in shut or e.value)
    return fields.Form(made.code, made.label, kept, made.danger, made.overlay, made.quiet)


def questions(desk: Desk) -> list[dict[str, Any]]:
    """The checklist's questions in the officer's language."""
    return [
        {
            "name": q["code"],
            "label": q["zh" if desk.lang == "zh" else "en"],
            "hint": q.get("hint", "") if desk.lang == "zh" else "",
        }
        for q in desk.book.checklist.questions
    ]
