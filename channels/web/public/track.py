"""Tracking: number and code open a letter; the own page shows who has it, until when, and what to do."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from aiohttp import web

from channels.texts.catalog import N_, Lang, said
from channels.web.address import client_address
from channels.web.daycount import counted, steps
from channels.web.errors import NotSignedIn, status_of
from channels.web.forms import form, form_page, query
from channels.web.keys import CITIZEN, GATES, office_of
from channels.web.limits import prefix
from channels.web.public.answering import pick, see_other
from channels.web.public.attached import ACCEPT, readable, take
from channels.web.public.receipt import forget_receipt
from channels.web.public.results import SCORES, SOLVED
from channels.web.render import view_of
from channels.web.session import citizen_of, forget_letter, keep_open, open_letter
from hub import own
from hub.errors import Invalid, NotFound, Refusal, Said
from hub.machines.fields import CHOICES
from hub.people import citizen
from hub.rulebook import Rulebook
from hub.submission import MOST_FILES, Attached
from hub.views import CitizenView, Spoken
from supervision.rungs import NEXT_NEWS_WORKDAYS

HOME = "/letters/mine"
STEPS: Mapping[str, str] = {
    "submitted": "submitted",
    "handling": "working",
    "waiting": "asked",
    "answered": "answered",
    "closed": "closed",
}
"""The five plain words as the journey names them."""
TAKES: Mapping[str, tuple[str, ...]] = {
    "add": ("text",),
    "supply": ("text",),
    "rate": ("score", "solved", "comment"),
    "tell_done": ("done", "comment", "about"),
    "reopen": ("reason",),
    "withdraw": ("reason",),
    "open_contact": (),
    "appeal": ("reason",),
}
"""What each form of the own page brings; nothing else reaches the move."""
DONE: Mapping[str, str] = {
    "add": N_("已收到您的补充，办理的人会看到。"),
    "supply": N_("已收到您的补充，来信接着往下办。"),
    "rate": N_("谢谢您的评价。截止前还可以改。"),
    "tell_done": N_("已记下您的回答。没有办好的，督查单位会看，决定后把结果和理由告诉您。"),
    "reopen": N_("已收到您的申请，督查单位看过后会把决定和理由告诉您。"),
    "withdraw": N_("来信已撤回。"),
    "open_contact": N_("您的电话已给办理这件事的人，其他人看不到。"),
    "appeal": N_("已收到您的申诉，督查单位会再看一遍。"),
}
ENTERED: Mapping[str, str] = {"counter": N_("窗口代录"), "phone": N_("电话代录")}
"""How a message came that a clerk entered for the citizen."""
WRONG_PAIR = Said(
    "没有找到这封信。请核对编号和查询码，查询码是12位数字。",
    "We did not find this letter. Please check the number and the query code, which has 12 digits.",
)


# ---- the door --------------------------------------------------------------------------------------------------------


async def ask(request: web.Request) -> web.Response:
    """`GET /letters/track`; the number may stand in the address (QR code), the code never."""
    return form_page(
        request, "public/track.html", number=query(request).get("number", "")[:20], errors={}, opened=_is_open(request)
    )


async def open_own(request: web.Request) -> web.StreamResponse:
    """`POST /letters/track`: the right pair opens the letter for two hours on this device."""
    fields, lang = form(request), view_of(request).lang
    number, code = str(fields.get("number", ""))[:40], str(fields.get("code", ""))[:40]
    wrong: dict[str, Said] = {}
    if not number.strip():
        wrong["number"] = Said("请填写编号，例如 2026-000123。", "Please enter the number, for example 2026-000123.")
    if not code.strip():
        wrong["code"] = Said("请填写查询码，12位数字。", "Please enter the query code, 12 digits.")
    status = 422
    if not wrong:
        try:
            case_id, party = await open_letter(request, number, code)
        except NotFound:
            wrong, status = {"number": WRONG_PAIR}, 422
        except Refusal as refusal:
            wrong, status = {"number": refusal.said}, status_of(refusal)
        else:
            response = see_other(HOME)
            keep_open(request, response, case_id, party)
            return response
    errors = {name: pick(lang, sentence) for name, sentence in wrong.items()}
    return form_page(request, "public/track.html", status=status, number=number, errors=errors, opened=False)


async def leave(request: web.Request) -> web.StreamResponse:
    """`POST /letters/leave`: this device forgets the letter."""
    response = see_other("/letters/track")
    forget_letter(request, response)
    forget_receipt(request, response)
    return response


def _is_open(request: web.Request) -> bool:
    try:
        citizen_of(request)
    except NotSignedIn:
        return False
    return True


# ---- the own page ----------------------------------------------------------------------------------------------------


async def show(request: web.Request) -> web.Response:
    """`GET /letters/mine`"""
    done = DONE.get(query(request).get("done", ""), "")
    return await _page(request, done=done)


async def ask_withdraw(request: web.Request) -> web.StreamResponse:
    """`GET /letters/mine/withdraw`: asked once more before it is done."""
    letter = (await _slip(request)).letter
    if "withdraw" not in letter.moves:
        return see_other(HOME)
    return form_page(request, "public/withdraw.html", letter=letter)


async def do(request: web.Request) -> web.StreamResponse:
    """`POST /letters/mine/{deed}`: what the citizen wants done; what is refused comes back filled in."""
    deed, fields = request.match_info["deed"], form(request)
    if deed not in TAKES:
        raise web.HTTPNotFound
    values = {n: v for n in TAKES[deed] if isinstance(v := fields.get(n, ""), str) and v}
    files, refused = await take(request, fields.getall("files", []), MOST_FILES if deed in ("add", "supply") else 0)
    if refused is not None:
        return await _page(request, deed=deed, values=values, wrong={"files": refused})
    gates = request.app[GATES]
    try:
        gates.take(gates.messages, prefix(client_address(request)))
        await _act(request, deed, values, tuple(files))
    except Invalid as invalid:
        return await _page(request, deed=deed, values=values, wrong=invalid.fields)
    except Refusal as refusal:
        return await _page(request, deed=deed, values=values, stopped=refusal)
    return see_other(f"{HOME}?done={deed}#done")


async def _act(request: web.Request, deed: str, values: Mapping[str, Any], files: tuple[Attached, ...]) -> None:
    """Lay the files on the case, then make the move that shows them; files without a message are seen by nobody."""
    office, (case_id, party) = office_of(request), request[CITIZEN]
    me = citizen(case_id, party)
    number = await office.store.read(own.number_of, case_id, room="public")
    if files:
        slip = await _slip(request)
        if deed in slip.letter.moves and values.get("text"):
            values = {**values, "files": await office.store.write(own.attach, number, party, files, office.clock())}
    await office.act(number, deed, values, me)


async def _slip(request: web.Request) -> own.Slip:
    office, (case_id, party) = office_of(request), request[CITIZEN]
    return await office.store.read(own.slip, case_id, party, await office.book(), office.clock(), room="public")


async def _page(
    request: web.Request,
    *,
    deed: str = "",
    values: Mapping[str, str] | None = None,
    wrong: Mapping[str, Said] | None = None,
    stopped: Refusal | None = None,
    done: str = "",
) -> web.Response:
    """The own page; after a refusal with the words that were sent and what to change."""
    office, lang = office_of(request), view_of(request).lang
    slip, book = await _slip(request), await office.book()
    letter = slip.letter
    questions = _open_questions(letter)
    asked = letter.word == "handling" and bool(questions) and "add" in letter.moves
    status = status_of(stopped) if stopped else 422 if wrong else 200
    return form_page(
        request,
        "public/mine.html",
        status=status,
        letter=letter,
        at="asked" if asked else STEPS[letter.word],
        question=questions[-1] if questions and (asked or letter.word == "waiting") else None,
        contact_asked=slip.contact_asked and "open_contact" in letter.moves,
        news=_next_news(letter, book, office.clock()),
        rows=counted(letter.main, lang),
        steps=steps(letter.main, lambda words: pick(lang, words)),
        thread=[_spoken(m, lang) for m in letter.thread],
        deed=deed,
        given=dict(values or {}),
        errors={name: pick(lang, sentence) for name, sentence in (wrong or {}).items()},
        stopped=pick(lang, stopped.said) if stopped else "",
        done=said(lang, done) if done else "",
        scores=[(n, said(lang, word)) for n, word in SCORES.items()],
        outcomes=[(code, pick(lang, Said(zh, en))) for code, zh, en in CHOICES["done"]],
        ends=[(code, said(lang, word)) for code, word in SOLVED.items()],
        accept=ACCEPT,
    )


def _open_questions(letter: CitizenView) -> list[Spoken]:
    """What the office asked after the citizen's last word."""
    last = max((m.n for m in letter.thread if m.who == "citizen"), default=0)
    return [m for m in letter.thread if m.kind == "question" and m.n > last]


def _next_news(letter: CitizenView, book: Rulebook, now: datetime) -> date | None:
    """While an answer is late: the day by which the citizen hears again, some working days on."""
    if not letter.late_days or letter.next_day is None:
        return None
    rounds = -(-letter.late_days // NEXT_NEWS_WORKDAYS)
    return book.calendar.add_workdays(letter.next_day, rounds * NEXT_NEWS_WORKDAYS)


def _spoken(message: Spoken, lang: Lang) -> dict[str, Any]:
    return {
        "n": message.n,
        "side": "citizen" if message.who == "citizen" else "office",
        "by": pick(lang, message.by),
        "at": message.at,
        "body": message.body,
        "kind": message.kind,
        "entered": said(lang, ENTERED[message.channel]) if message.channel else "",
        "files": [{"href": f"/letters/files/{f.n}", "name": f.name, "size": readable(f.size)} for f in message.files],
    }
