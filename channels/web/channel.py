"""Where messengers and gateways deliver: the raw bytes go to what was handed in, which keeps them before it answers."""

from aiohttp import web

from channels.web.keys import PARTS, Route
from hub.errors import NotFound

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header


async def telegram(request: web.Request) -> web.Response:
    """One delivery of Telegram; 404 where the bot is off, so that nobody learns whether there is one."""
    deliver = request.app[PARTS].telegram
    if deliver is None:
        raise NotFound
    secret = request.headers.get(SECRET_HEADER, "")
    return web.Response(status=await deliver(request.match_info["secret"], secret, await request.read()))


async def webhook(request: web.Request) -> web.Response:
    """One event of a gateway, answered once it is durable; whether it was here before."""
    gate = request.app[PARTS].gates.get(request.match_info["name"])
    if gate is None:
        raise NotFound
    fresh = await gate.take(request.headers, await request.read())
    return web.json_response({"kept": True, "repeated": not fresh})


ROUTES = (
    Route("POST", "/channels/telegram/{secret}", telegram, "channel"),
    Route("POST", "/channels/webhooks/{name}", webhook, "channel"),
)
