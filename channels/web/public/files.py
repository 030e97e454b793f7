"""Files of one's own letter: only through the opened letter, always as a download that no browser runs."""

import asyncio
from urllib.parse import quote

from aiohttp import web

from channels.file_links import linked
from channels.web.keys import CITIZEN, office_of
from hub import own, results
from hub.errors import NotFound
from hub.files import NoSuchFile, ending
from hub.results import Published
from hub.storage.tx import Row

SANDBOX = "default-src 'none'; sandbox"


async def download(request: web.Request) -> web.Response:
    """`/letters/files/{n}`; raises NotFound for every file that this citizen did not send."""
    office, (case_id, party) = office_of(request), request[CITIZEN]
    n = request.match_info["n"]
    if not n.isascii() or not n.isdecimal() or len(n) > 6:
        raise NotFound
    file = await office.store.read(own.own_file, case_id, party, int(n), room="public")
    return await _downloaded(request, file)


async def sent(request: web.Request) -> web.Response:
    """`/letters/sent/{link}`: a file of an answer, where its channel carries no files; raises NotFound, LinkOver."""
    office = office_of(request)
    file = await office.store.read(linked, request.match_info["link"], office, office.clock(), room="public")
    return await _downloaded(request, file)


async def public(request: web.Request) -> web.Response:
    """`/results/{number}/files/{n}`; raises NotFound for what no publisher let go public, or whose page rests."""
    office, number, n = office_of(request), request.match_info["number"].strip().upper(), request.match_info["n"]
    it = await office.store.read(results.one, number, await office.book(), room="public")
    files = it.files if isinstance(it, Published) else ()
    file = next((f for f in files if str(f.n) == n), None)
    if file is None:
        raise NotFound
    try:
        body = await asyncio.to_thread(office.files.get, file.sha256)
    except NoSuchFile:
        raise NotFound from None
    return as_download(body, f"{number}-{n}{ending(file.mime)}", file.mime)


async def _downloaded(request: web.Request, file: Row) -> web.Response:
    try:
        body = await asyncio.to_thread(office_of(request).files.get, file["sha256"])
    except NoSuchFile:
        raise NotFound from None
    return as_download(body, str(file["name"]), str(file["mime"]))


def public_href(number: str, n: int) -> str:
    """Where a file that is public can be had."""
    return f"/results/{number}/files/{n}"


def as_download(body: bytes, name: str, mime: str) -> web.Response:
    """Bytes that are saved, never shown in place (RFC 6266; RELIABILITY S8)."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name)
    return web.Response(
        body=body,
        headers={
            "Content-Type": mime,
            "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
            "Content-Security-Policy": SANDBOX,
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "private, no-store",
        },
    )
