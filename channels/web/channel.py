"""Where messengers deliver: the raw bytes go to the handler that was handed in, which answers with a status."""

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


ROUTES = (Route("POST", "/channels/telegram/{secret}", telegram, "channel"),)
