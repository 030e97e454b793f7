"""How the citizen's pages answer: in the reader's language, after a change by another address, and from memory."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from aiohttp import web

from channels.texts.catalog import Lang
from channels.web.forms import csrf, remember_seed
from channels.web.keys import office_of
from channels.web.render import LOOK, YEAR, page, render, view_of
from hub.errors import Said
from hub.office import Office

KEPT_SECONDS = 1.0
MOST_KEPT = 512


@dataclass(frozen=True, slots=True)
class Kept:
    """A public page as it was rendered a moment ago."""

    body: bytes
    etag: str
    at: float


_SHELVES: "WeakKeyDictionary[Office, OrderedDict[tuple[str, str], Kept]]" = WeakKeyDictionary()


def pick(lang: Lang, said: Said) -> str:
    """One sentence in the reader's language."""
    return said.zh if lang == "zh" else said.en


def see_other(address: str) -> web.Response:
    """After a change the browser asks for the next page, so that reloading changes nothing again."""
    return web.Response(status=303, headers={"Location": address, "Cache-Control": "no-store"})


def step_page(request: web.Request, template: str, *, status: int = 200, **values: Any) -> web.Response:
    """A page of a form with several steps. The browser may keep it for its Back button: no word is lost."""
    token = csrf(request)
    response = page(request, template, status=status, csrf=token, token=token, **values)
    response.headers["Cache-Control"] = "private, no-cache"
    remember_seed(request, response)
    return response


async def public_page(
    request: web.Request, template: str, values: Callable[[], Awaitable[dict[str, Any]]]
) -> web.Response:
    """A page that is the same for everybody with the same view: rendered once a second at most, with its ETag."""
    view = view_of(request)

    async def made() -> bytes:
        return render(request.app[LOOK], view, template, **await values()).encode()

    response = await kept(request, view.key, "text/html", made)
    response.headers["Content-Language"] = "zh-CN" if view.lang == "zh" else "en"
    for name, value in (("lang", view.lang), ("mode", view.mode)):
        if name in request.query:
            response.set_cookie(name, value, max_age=YEAR, path="/", samesite="Lax", httponly=True)
    return response


async def kept(request: web.Request, key: str, content_type: str, made: Callable[[], Awaitable[bytes]]) -> web.Response:
    """Bytes that are the same for everybody under one address and key; 304 where the browser has them already."""
    shelf = _SHELVES.setdefault(office_of(request), OrderedDict())
    now = asyncio.get_running_loop().time()
    name = (f"{request.host}{request.path_qs}", key)
    there = shelf.get(name)
    if there is None or now >= there.at + KEPT_SECONDS:
        body = await made()
        there = Kept(body, f'"{hashlib.sha256(body).hexdigest()[:20]}"', now)
        shelf[name] = there
        shelf.move_to_end(name)
        if len(shelf) > MOST_KEPT:
            shelf.popitem(last=False)
    fresh = there.etag in request.headers.get("If-None-Match", "")
    response = (
        web.Response(status=304) if fresh else web.Response(body=there.body, content_type=content_type, charset="utf-8")
    )
    response.headers.update(
        {"ETag": there.etag, "Cache-Control": "private, no-cache", "Vary": "Cookie, Accept-Language"}
    )
    return response
