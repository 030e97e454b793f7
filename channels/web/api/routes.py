"""The API's part of the table of routes, and its document at /api/v1/openapi.json."""

from functools import cache
from typing import Any

from aiohttp import web

from channels.web.api import behind, citizens, events, figures, inbox, public, releases, signing
from channels.web.api.document import document
from channels.web.api.op import PREFIX, Op
from channels.web.keys import Route

OPS: tuple[Op, ...] = (
    *citizens.OPS,
    *signing.OPS,
    *inbox.OPS,
    *releases.OPS,
    *public.OPS,
    *figures.OPS,
    *behind.OPS,
    *events.OPS,
)


@cache
def whole_document() -> dict[str, Any]:
    """The OpenAPI document of this site; the command `openapi` prints the same."""
    return document(OPS)


async def openapi(request: web.Request) -> web.Response:
    """The document."""
    return web.json_response(whole_document())


ROUTES: tuple[Route, ...] = (*(op.route for op in OPS), Route("GET", f"{PREFIX}/openapi.json", openapi, "public"))
