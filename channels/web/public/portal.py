"""The first page: one big door to write, one to track, one to read; how the month stands; what was answered last."""

from typing import Any

from aiohttp import web

from channels.texts.catalog import Lang
from channels.web.keys import office_of
from channels.web.public.answering import public_page
from channels.web.public.figures import month_tiles
from channels.web.public.results import line
from channels.web.render import view_of
from hub import results

NEWEST = 5


async def show(request: web.Request) -> web.Response:
    """`/`"""
    lang = view_of(request).lang

    async def values() -> dict[str, Any]:
        return await _values(request, lang)

    return await public_page(request, "public/portal.html", values)


async def _values(request: web.Request, lang: Lang) -> dict[str, Any]:
    office = office_of(request)
    book = await office.book()
    newest = await office.store.read(results.newest, book, NEWEST, room="public")
    return {"tiles": await month_tiles(office, lang), "rows": [line(lang, row) for row in newest]}


async def robots(request: web.Request) -> web.Response:
    """`/robots.txt`: published letters may be found; forms, own letters and the office may not."""
    closed = ("/letters/", "/chat", "/staff/", "/api/", "/channels/")
    text = "User-agent: *\n" + "".join(f"Disallow: {path}\n" for path in closed)
    return web.Response(text=text, content_type="text/plain", headers={"Cache-Control": "public, max-age=3600"})
