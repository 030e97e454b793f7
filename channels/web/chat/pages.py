"""The pages of the chat: where one talks, what is sent from there, the stream of answers, marks of what arrived."""

import hashlib
import hmac
import json
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web

from channels.conversing import Known, facts_of
from channels.dialogue import Input, new_session, next_turn
from channels.web.address import client_address
from channels.web.chat.channel import KEPT_DAYS, ChatChannel
from channels.web.chat.lines import Line
from channels.web.chat.stream import follow
from channels.web.chat.worker import Event
from channels.web.errors import Malformed
from channels.web.forms import form, form_page
from channels.web.keys import GATES, PARTS, SETTINGS, office_of
from channels.web.limits import prefix
from channels.web.public.answering import pick, see_other
from channels.web.public.attached import ACCEPT, take
from channels.web.render import LOOK, render, view_of
from channels.web.session import derived_key, set_cookie
from hub.errors import NotFound, Said
from hub.submission import MOST_FILES

TEXT_MOST = 8000
PATIENCE = 4.0
"""So long a page without JavaScript waits for its answer before it is shown without."""
_ID = re.compile(r"[0-9a-zA-Z-]{8,64}")
_TOKEN = re.compile(r"[0-9A-Za-z_-]{43}")
_EMPTY = Said("请写几个字，或者选一个文件。", "Please write a few words or choose a file.")
_LONG = Said(
    f"一次最多{TEXT_MOST}字，请分几次发。", f"At most {TEXT_MOST} characters at a time; please send it in parts."
)


@dataclass(frozen=True, slots=True)
class Seat:
    """One browser at the chat: the secret it keeps, the chat's address made from it, and its digest in the store."""

    channel: ChatChannel
    token: str
    address: str
    digest: str


def seat_of(request: web.Request) -> Seat:
    """The chat of this browser, a fresh one where it has none; raises NotFound where no chat is served.

    The address that is kept with letters is made from the cookie by a key: who reads it cannot speak in the chat.
    """
    channel = request.app[PARTS].chat
    if channel is None:
        raise NotFound
    token = request.cookies.get(chat_cookie(request.app), "")
    if not _TOKEN.fullmatch(token):
        token = secrets.token_urlsafe(32)
    address = address_of(request.app, token)
    return Seat(channel, token, address, channel.digest(address))


def address_of(app: web.Application, token: str) -> str:
    """The chat's address behind a browser's secret."""
    return hmac.new(derived_key(app, "chat"), token.encode(), hashlib.sha256).hexdigest()[:40]


def chat_cookie(app: web.Application) -> str:
    """The name of the cookie that a chat belongs to."""
    return "__Host-chat" if app[SETTINGS].server.secure_cookies else "chat"


async def show(request: web.Request) -> web.Response:
    """`GET /chat`: what was said so far, and the entry to go on."""
    return await _page(request, seat_of(request))


async def say(request: web.Request) -> web.StreamResponse:
    """`POST /chat`: one sending, durable before it is answered; a page without JavaScript waits for the answer."""
    seat, fields, gates = seat_of(request), form(request), request.app[GATES]
    place = prefix(client_address(request))
    gates.take(gates.turns, place)
    live = "application/json" in request.headers.get("Accept", "")
    press, text = str(fields.get("press", ""))[:64], str(fields.get("text", ""))[: TEXT_MOST + 1].strip()
    id_ = str(fields.get("id", ""))
    if not _ID.fullmatch(id_):
        raise Malformed
    files, wrong = await take(request, fields.getall("files", []), MOST_FILES)
    if wrong is None and not (press or text or files):
        wrong = _EMPTY
    if wrong is None and len(text) > TEXT_MOST:
        wrong = _LONG
    lang = view_of(request).lang
    if wrong is not None:
        if live:
            return web.json_response({"error": pick(lang, wrong)}, status=422)
        return await _page(request, seat, text=text, error=pick(lang, wrong))
    if str(fields.get("shown", "")).isdecimal():  # a page that was sent back was shown
        await seat.channel.mark(seat.digest, 0, _number(fields.get("shown")))
    key = derived_key(request.app, "chat place")
    where = hmac.new(key, place.encode(), hashlib.sha256).hexdigest()[:32]
    kind = "button" if press else "text"
    await _keep(request, seat, Event(seat.address, id_, where, lang, kind, press or text, tuple(files)), wait=not live)
    response = web.json_response({"kept": id_}, status=202) if live else see_other("/chat#now")
    set_cookie(request, response, chat_cookie(request.app), seat.token, timedelta(days=KEPT_DAYS))
    return response


async def _keep(request: web.Request, seat: Seat, event: Event, *, wait: bool) -> None:
    """Keep a sending; with `wait`, until it was answered or patience ends."""
    if not wait:
        await seat.channel.keep(event)
        return
    transport = request.transport
    before = (await seat.channel.marks(seat.digest)).last
    with seat.channel.readers.place(seat.digest, lambda: transport is None or transport.is_closing()) as reader:
        fresh = await seat.channel.keep(event)
        while fresh and (await seat.channel.marks(seat.digest)).last == before:
            if not await reader.wait(PATIENCE):
                return


async def leave(request: web.Request) -> web.StreamResponse:
    """`POST /chat/leave`: this device forgets the chat; letters stay readable by number and query code."""
    response = see_other("/chat")
    response.del_cookie(chat_cookie(request.app), path="/", secure=request.app[SETTINGS].server.secure_cookies)
    return response


async def mark(request: web.Request) -> web.Response:
    """`POST /chat/marks`: the browser has lines up to `delivered`, and shows them up to `read`."""
    seat, fields = seat_of(request), form(request)
    request.app[GATES].take(request.app[GATES].marks, prefix(client_address(request)))
    await seat.channel.mark(seat.digest, _number(fields.get("delivered")), _number(fields.get("read")))
    return web.Response(status=204)


async def stream(request: web.Request) -> web.StreamResponse:
    """`GET /chat/events`: what is said from `Last-Event-ID` (or `after`) on, as it is said."""
    seat = seat_of(request)
    after = _number(request.headers.get("Last-Event-ID") or request.query.get("after", "0"))
    transport, view, look = request.transport, view_of(request), request.app[LOOK]

    def drawn(line: Line) -> str:
        html = render(look, view, "public/chat_line.html", line=line, current=True)
        return json.dumps({"n": line.n, "side": line.side, "key": line.key.rpartition(":")[2], "html": html})

    with seat.channel.readers.place(seat.digest, lambda: transport is None or transport.is_closing()) as reader:
        response = web.StreamResponse(
            headers={
                "Content-Type": "text/event-stream; charset=utf-8",
                "Cache-Control": "no-store",
                "X-Accel-Buffering": "no",
            }
        )
        await response.prepare(request)
        try:
            await follow(seat.channel, seat.digest, after, reader, response, drawn)
        except (ConnectionError, TimeoutError):
            pass  # the browser left, or takes nothing
    return response


# ---- the page --------------------------------------------------------------------------------------------------------


async def _page(request: web.Request, seat: Seat, *, text: str = "", error: str = "") -> web.Response:
    lines, marks = await seat.channel.latest(seat.digest), await seat.channel.marks(seat.digest)
    fresh = not lines
    if fresh:
        lines = await _welcome(request, seat)
    response = form_page(
        request,
        "public/chat.html",
        status=422 if error else 200,
        lines=lines,
        own_last=max((at for at, line in enumerate(lines) if line.side == "citizen"), default=-1),
        last=marks.last,
        id=secrets.token_hex(16),
        text=text,
        errors={"text": error} if error else {},
        accept=ACCEPT,
        text_most=TEXT_MOST,
        fresh=fresh,
        waits=await seat.channel.waits(seat.digest),
    )
    if request.cookies.get(chat_cookie(request.app), "") != seat.token:
        set_cookie(request, response, chat_cookie(request.app), seat.token, timedelta(days=KEPT_DAYS))
    return response


async def _welcome(request: web.Request, seat: Seat) -> list[Line]:
    """What a chat begins with, said before anything is kept: to look at the page leaves nothing in the store."""
    office, lang = office_of(request), view_of(request).lang
    now, session = office.clock(), new_session(lang)
    facts = facts_of(await office.book(), seat.channel.setting, Known(now, session, None, 0.0, (), talking=False))
    said = next_turn(session, Input("text", "", "/start"), facts).says
    return [Line(0, "", "hub", now, s.text, s.buttons) for s in said]


def _number(given: object) -> int:
    text = str(given or "0")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 12 else 0
