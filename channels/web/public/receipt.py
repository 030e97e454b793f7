"""The receipt: number, query code, by when the answer comes. The code shows for half an hour, here alone."""

from datetime import timedelta
from typing import Any

from aiohttp import web

from channels.web.daycount import counted
from channels.web.forms import form_page
from channels.web.keys import SETTINGS, office_of
from channels.web.public.answering import see_other
from channels.web.render import view_of
from channels.web.session import OPENED_FOR, derived_key, read_note, set_cookie, write_note
from hub import own
from hub.seals import SHORT
from hub.storage import seals

SHOWN_FOR = timedelta(minutes=30)


async def show(request: web.Request) -> web.StreamResponse:
    """`/letters/receipt`; whoever has no fresh receipt is asked for number and code."""
    office = office_of(request)
    note = request.cookies.get(receipt_cookie(request.app), "")
    opened = read_note(_key(request.app), note, office.clock()) if note else None
    if opened is None:
        return see_other("/letters/track")
    case_id, party = opened
    book, now, lang = await office.book(), office.clock(), view_of(request).lang
    slip = await office.store.read(own.slip, case_id, party, book, now, room="public")
    values: dict[str, Any] = {
        "letter": slip.letter,
        "urgent": slip.urgent,
        "code": office.code(case_id, slip.epoch),
        "address": f"{public_root(request)}/letters/track?number={slip.letter.number}",
        "rows": counted(slip.letter.main, lang),
        "seal": next(iter(await office.store.read(seals.newest, 1, room="public")), None),
        "short": SHORT,
    }
    response = form_page(request, "public/receipt.html", **values)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def keep_receipt(request: web.Request, response: web.StreamResponse, case_id: str, party: int) -> None:
    """Let this browser see the receipt for half an hour."""
    earlier = office_of(request).clock() - (OPENED_FOR - SHOWN_FOR)  # a note lasts two hours from the time it carries
    set_cookie(
        request,
        response,
        receipt_cookie(request.app),
        write_note(_key(request.app), case_id, party, earlier),
        SHOWN_FOR,
    )


def forget_receipt(request: web.Request, response: web.StreamResponse) -> None:
    """Take the receipt from this browser."""
    response.del_cookie(receipt_cookie(request.app), path="/", secure=request.app[SETTINGS].server.secure_cookies)


def receipt_cookie(app: web.Application) -> str:
    """The name of the cookie that shows the receipt."""
    return "__Host-receipt" if app[SETTINGS].server.secure_cookies else "receipt"


def public_root(request: web.Request) -> str:
    """What whole addresses begin with: the configured public one, else the host the reader came to."""
    return request.app[SETTINGS].server.public_url.rstrip("/") or str(request.url.origin())


def _key(app: web.Application) -> bytes:
    return derived_key(app, "fresh receipt")
