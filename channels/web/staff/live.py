"""The page of a case while it stays open: what is new since it was read, and who else looks. Each request is short."""

import hashlib
from typing import Any

from aiohttp import web

from channels.web.forms import form, query
from channels.web.render import page
from channels.web.staff import parts
from channels.web.staff.frame import Desk, hurry, sit, texts
from hub import presence, reading
from hub.views import StaffCase


async def show_now(request: web.Request) -> web.Response:
    """The parts that change, or 304 where the page still shows them all; raises NotFound.

    `version`, `lines` and `seen` in the address are what stands on the screen.
    """
    desk, number = await sit(request), request.match_info["number"]
    read = desk.office.store.read
    known = await read(presence.standing, number, desk.actor, desk.book, desk.now)
    tag = f'"{hashlib.sha256(repr((known, desk.lang)).encode()).hexdigest()[:20]}"'
    if request.headers.get("If-None-Match") == tag:
        return web.Response(status=304, headers={"ETag": tag})
    case = await read(reading.staff_case, number, desk.actor, desk.book, desk.now)
    response = page(
        request,
        "staff/case_now.html",
        thread=parts.thread(desk, case),
        others=parts.others(desk, known.others),
        news=_news(desk, case),
        said=max((m.n for m in case.thread), default=0),
        last_message=case.last_message,
    )
    response.headers["ETag"] = tag
    return response


async def be_here(request: web.Request) -> web.Response:
    """Say that this officer has the page open, writes, or has closed it; raises NotFound."""
    desk, number = await sit(request), request.match_info["number"]
    hurry(desk)
    given, write = form(request), desk.office.store.write
    if texts(given, "gone"):
        await write(presence.leave, number, desk.actor)
    else:
        writing = bool(texts(given, "writing"))
        await write(presence.look, number, desk.actor, desk.book, desk.now, writing=writing)
    return web.Response(status=204)


def _news(desk: Desk, case: StaffCase) -> dict[str, Any]:
    """What happened since the screen was read: moves of colleagues, and whether the citizen has added something."""
    seen = {name: _count(desk.request, name) for name in ("version", "lines", "seen")}
    moved = case.row.version > seen["version"]
    return {
        "lines": parts.lines(desk, case)[seen["lines"] :] if moved else [],
        "added": case.last_message > seen["seen"],
    }


def _count(request: web.Request, name: str) -> int:
    given = query(request).get(name, "")
    return int(given) if given.isdecimal() and len(given) < 10 else 0
