"""What stands before every handler (host, origin, who, body, token) and around it (id, headers, errors, counts)."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from functools import lru_cache
from time import perf_counter
from urllib.parse import urlsplit

import structlog
from aiohttp import web

from channels.web import metrics
from channels.web.address import is_neighbour
from channels.web.errors import API, Foreign, Malformed, NotSignedIn, answer
from channels.web.forms import cleaned, must_be_ours, must_be_text
from channels.web.keys import BY_ITSELF, FORM, OFFICE, OPEN_TO, REQUEST_ID, SETTINGS, Handler, Route, Who
from channels.web.render import SECURITY_HEADERS
from channels.web.session import citizen_by_code, citizen_of, current_actor
from config.settings import Server
from hub.errors import Forbidden, NotFound, OldEdition
from hub.people import ROLES
from hub.privacy.randomness import draw

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
BODY_SECONDS = 20.0
UPLOAD_SECONDS = 300.0
HANDLER_SECONDS = 30.0
UPLOADS = ("multipart/form-data",)
FORMS = ("application/x-www-form-urlencoded", *UPLOADS)
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
_HOST = re.compile(r"[A-Za-z0-9.\-]+|\[[0-9a-fA-F:.]+\]")
HSTS = "max-age=31536000; includeSubDomains"


# ---- around every request --------------------------------------------------------------------------------------------


@web.middleware
async def around(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Name the request for the log, turn whatever goes wrong into an answer, and count it by route and status."""
    request[REQUEST_ID] = draw(8).hex()
    began = perf_counter()
    with structlog.contextvars.bound_contextvars(request=request[REQUEST_ID], route=template_of(request)):
        try:
            response = await handler(request)
            if isinstance(response, web.HTTPException):
                response = answer(request, response)
        except asyncio.CancelledError:
            raise
        except Exception as fault:
            response = answer(request, fault)
    metrics.answered(request.method, template_of(request), response.status, perf_counter() - began)
    return response


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """The guarding headers on every answer, whoever made it; staff pages and the API are never kept by caches."""
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    if REQUEST_ID in request:
        response.headers["X-Request-Id"] = request[REQUEST_ID]
    if request.app[SETTINGS].server.secure_cookies:
        response.headers["Strict-Transport-Security"] = HSTS
    if request.path.startswith(("/staff", API)):
        response.headers.setdefault("Cache-Control", "no-store")
        if request.path.startswith("/staff"):
            response.headers["Cache-Control"] = "no-store"


def template_of(request: web.Request) -> str:
    """The route as it is written in the table, for logs and counts; never the address itself."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "(none)"


# ---- before the handler ----------------------------------------------------------------------------------------------


def guarded(route: Route) -> Handler:
    """The route's handler behind its guards. Raises ValueError for a guard that does not exist."""
    if isinstance(route.who, str) and route.who not in OPEN_TO:
        raise ValueError(f"{route.method} {route.path} names the unknown guard {route.who}")
    if isinstance(route.who, tuple) and (not route.who or set(route.who) - set(ROLES)):
        raise ValueError(f"{route.method} {route.path} names unknown roles {route.who}")

    async def handle(request: web.Request) -> web.StreamResponse:
        request[BY_ITSELF] = route.by_itself
        own = route.who in ("neighbour", "channel")
        if not own:
            must_be_our_host(request)
        must_be_text(request)
        if request.method not in SAFE and route.who != "channel":
            must_be_same_site(request)
        await admit(request, route.who)
        if request.method not in SAFE:
            request = await with_body(request, route)
        if route.stream:
            return await route.handler(request)
        async with asyncio.timeout(HANDLER_SECONDS):
            return await answered(request, route)

    return handle


async def answered(request: web.Request, route: Route) -> web.StreamResponse:
    """The handler's answer; a page that only reads, and met a case of newer rules than it knew, reads once more."""
    try:
        return await route.handler(request)
    except OldEdition:
        if request.method not in SAFE:
            raise
        request.app[OFFICE].look_again()
        return await route.handler(request)


async def admit(request: web.Request, who: Who) -> None:
    """Let in whoever the route is for; pages send others to where they can sign in."""
    if who == "neighbour":
        if not is_neighbour(request):
            raise NotFound
        return
    if who in ("public", "channel"):
        return
    if who == "citizen" and request.path.startswith(API):
        await citizen_by_code(request)
        return
    try:
        if who == "citizen":
            citizen_of(request)
            return
        actor = await current_actor(request)
    except NotSignedIn:
        if request.path.startswith(API):
            raise
        raise _to_the_door(request, "/letters/track" if who == "citizen" else "/staff/login") from None
    if isinstance(who, tuple) and not any(actor.has(role) for role in who):
        raise Forbidden


def _to_the_door(request: web.Request, door: str) -> web.HTTPSeeOther:
    url = request.rel_url.build(path=door)
    return web.HTTPSeeOther(
        url.with_query(next=request.path_qs) if request.method == "GET" and door == "/staff/login" else url
    )


def must_be_our_host(request: web.Request) -> None:
    """Raise Malformed for a Host that is not ours: no link and no cache is built from a stranger's name."""
    name, known = host_name(request.host), our_hosts(request.app[SETTINGS].server)
    if not _HOST.fullmatch(name):
        raise Malformed
    if known and name.lower() not in known:
        raise Malformed(f"本站没有“{name[:60]}”这个地址。", "This site is not known under that name.")


@lru_cache(maxsize=256)
def host_name(given: str) -> str:
    """The name in a Host header, without port and without what may stand before it."""
    host = urlsplit(f"//{given}").netloc.rpartition("@")[2]
    if host.endswith("]"):
        return host
    return host.rpartition(":")[0] if host.startswith("[") else host.partition(":")[0]


@lru_cache(maxsize=4)
def our_hosts(server: Server) -> frozenset[str]:
    """The names this site answers to; empty (any) where it listens everywhere and was told no public address."""
    public = urlsplit(server.public_url).hostname or ""
    if not public and server.host in ("", "0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        return frozenset()
    return LOOPBACK | {name.lower() for name in (public, server.host) if name}


def must_be_same_site(request: web.Request) -> None:
    """Raise Foreign for a change that another site asks a browser to make; programs send neither header."""
    fetched = request.headers.get("Sec-Fetch-Site")
    if fetched is not None:
        if fetched not in ("same-origin", "none"):
            raise Foreign
        return
    origin = request.headers.get("Origin")
    if origin is None:
        return
    public = urlsplit(request.app[SETTINGS].server.public_url).netloc
    if urlsplit(origin).netloc.lower() not in {n.lower() for n in (request.host, public) if n}:
        raise Foreign


async def with_body(request: web.Request, route: Route) -> web.Request:
    """The request with its body read under the route's limits; a form is clean, and a page's has a token of ours."""
    limits = request.app[SETTINGS].limits
    most = limits.upload_bytes if route.upload else limits.body_bytes
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise web.HTTPUnsupportedMediaType
    if request.content_length is not None and request.content_length > most:
        raise web.HTTPRequestEntityTooLarge(max_size=most, actual_size=request.content_length)
    sized = request if request.content_length is not None else request.clone(client_max_size=most)
    page = route.who != "channel" and not request.path.startswith(API)
    as_form = page or route.upload
    if as_form and request.can_read_body and request.content_type not in (FORMS if page else UPLOADS):
        raise web.HTTPUnsupportedMediaType
    try:
        async with asyncio.timeout(UPLOAD_SECONDS if route.upload else BODY_SECONDS):
            fields = await sized.post() if as_form else await sized.read()
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except (ValueError, LookupError, UnicodeError, AssertionError):
        raise Malformed from None
    if not isinstance(fields, bytes):
        sized[FORM] = cleaned(fields.items())
        if page:
            must_be_ours(sized)
    return sized
