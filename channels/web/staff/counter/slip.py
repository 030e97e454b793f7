"""The receipt that a clerk prints: it shows once, to the one who filed, within ten minutes; then the code is gone."""

from datetime import timedelta

from aiohttp import web

from channels.web.daycount import counted
from channels.web.keys import SETTINGS
from channels.web.public.receipt import public_root
from channels.web.session import OPENED_FOR, derived_key, read_note, set_cookie, write_note
from channels.web.staff.frame import Desk, show, sit
from hub import own

RECEIPT = "/staff/letters/receipt"
SHOWN_FOR = timedelta(minutes=10)


async def show_slip(request: web.Request) -> web.StreamResponse:
    """`GET /staff/letters/receipt`: for the printer, then forgotten; later it says how the citizen gets a new one."""
    desk = await sit(request)
    note = request.cookies.get(_cookie(request.app), "")
    opened = read_note(_key(desk), note, desk.now) if note else None
    if opened is None:
        return await show(desk, "counter_receipt.html", letter=None, status=410)
    case_id, party = opened
    slip = await desk.office.store.read(own.slip, case_id, party, desk.book, desk.now)
    response = await show(
        desk,
        "counter_receipt.html",
        letter=slip.letter,
        urgent=slip.urgent,
        code=desk.office.code(case_id, slip.epoch),
        door=f"{public_root(request)}/letters/track",
        rows=counted(slip.letter.main, desk.lang),
    )
    response.headers["Referrer-Policy"] = "no-referrer"
    response.del_cookie(_cookie(request.app), path="/", secure=request.app[SETTINGS].server.secure_cookies)
    return response


def keep_slip(desk: Desk, response: web.StreamResponse, case_id: str) -> None:
    """Let this clerk see the receipt once; the letter itself is not opened."""
    earlier = desk.now - (OPENED_FOR - SHOWN_FOR)  # a note lasts OPENED_FOR from the time it carries
    name = _cookie(desk.request.app)
    set_cookie(desk.request, response, name, write_note(_key(desk), case_id, 1, earlier), SHOWN_FOR)


def _cookie(app: web.Application) -> str:
    return "__Host-slip" if app[SETTINGS].server.secure_cookies else "slip"


def _key(desk: Desk) -> bytes:
    """Bound to the officer: at a shared counter the next one does not see it."""
    return derived_key(desk.request.app, f"printed receipt {desk.actor.id}")
