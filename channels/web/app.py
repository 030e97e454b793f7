"""The site as one aiohttp application: one table of routes, each with its guard, and what stands around them."""

from collections import OrderedDict
from collections.abc import AsyncIterator

from aiohttp import web

from channels.web import guard, session
from channels.web.api import events
from channels.web.api.routes import ROUTES as API_ROUTES
from channels.web.channel import ROUTES as CHANNEL_ROUTES
from channels.web.chat.routes import ROUTES as CHAT_ROUTES
from channels.web.health import ROUTES as HEALTH_ROUTES
from channels.web.keys import GATES, LOOK, OFFICE, PARTS, SETTINGS, TABLE, Parts, Route
from channels.web.limits import Gates
from channels.web.passwords import Passwords
from channels.web.public.routes import ROUTES as PUBLIC_ROUTES
from channels.web.render import asset_routes, make_look
from channels.web.staff.routes import ROUTES as STAFF_ROUTES
from config.settings import Settings
from hub.office import Office


def table() -> tuple[Route, ...]:
    """Every route of the site, in the order in which they are tried."""
    return (*PUBLIC_ROUTES, *CHAT_ROUTES, *STAFF_ROUTES, *API_ROUTES, *CHANNEL_ROUTES, *HEALTH_ROUTES)


def make_app(office: Office, settings: Settings, parts: Parts | None = None) -> web.Application:
    """The site on this office. Raises ValueError for a route without a known guard."""
    parts = parts or Parts()
    app = web.Application(middlewares=[guard.around], client_max_size=settings.limits.upload_bytes)
    app[OFFICE], app[SETTINGS], app[PARTS] = office, settings, parts
    app[GATES] = Gates(settings.limits)
    app[LOOK] = make_look(site=parts.site, now=office.clock)
    app[session.RECENT] = OrderedDict()
    app[session.PASSWORDS] = Passwords()
    app[TABLE] = table()
    for route in app[TABLE]:
        _add(app, route)
    app.router.add_routes(asset_routes(app[LOOK].assets))
    app[events.OPEN] = events.Streams()
    app.on_shutdown.append(app[events.OPEN].end)
    app.on_shutdown.append(_end_chat)
    app.on_response_prepare.append(guard.add_headers)
    app.cleanup_ctx.append(_open_parts)
    return app


def _add(app: web.Application, route: Route) -> None:
    """Bind a route; what can be read can also be asked for by HEAD, but for streams."""
    handler = guard.guarded(route)
    if route.method == "GET":
        app.router.add_get(route.path, handler, allow_head=not route.stream)
    else:
        app.router.add_route(route.method, route.path, handler)


async def _open_parts(app: web.Application) -> AsyncIterator[None]:
    yield
    app[session.PASSWORDS].close()


async def _end_chat(app: web.Application) -> None:
    """Let go whoever waits in the chat, for a site that stops."""
    talk = app[PARTS].chat
    if talk is not None:
        talk.readers.end()


def make_runner(app: web.Application) -> web.AppRunner:
    """The site ready to be served, with the limits of the wire: short lines, few headers, no reading past a refusal."""
    return web.AppRunner(
        app,
        access_log=None,
        handle_signals=False,
        keepalive_timeout=30.0,
        lingering_time=1.0,
        max_line_size=8190,
        max_field_size=8190,
        shutdown_timeout=10.0,
    )
