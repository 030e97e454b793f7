"""Telegram's requests on aiohttp's client; its errors tell what was never sent from what may have arrived."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from telegram import Bot
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0
ANSWER_BYTES = 21_000_000
"""An answer longer than this is not read: the Bot API hands out files of at most 20 MB (getFile)."""
_DEFAULT = BaseRequest.DEFAULT_NONE


class AiohttpRequest(BaseRequest):
    """One pool of connections to the Bot API.

    Raises TimedOut where Telegram may have acted on the request although no answer came, NetworkError where it
    surely did not see it, or where an answer was received that is none. The sentences hold no address, because the
    address holds the bot's token.
    """

    def __init__(self, *, read_seconds: float = READ_SECONDS, connections: int = 64) -> None:
        self._read_seconds = read_seconds
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        return self._read_seconds

    async def initialize(self) -> None:
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=self._connections))

    async def shutdown(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = _DEFAULT,
        write_timeout: Any = _DEFAULT,
        connect_timeout: Any = _DEFAULT,
        pool_timeout: Any = _DEFAULT,
    ) -> tuple[int, bytes]:
        if self._session is None:
            raise NetworkError("the connection pool is not open")
        limits = aiohttp.ClientTimeout(
            total=None,
            sock_connect=_seconds(connect_timeout, CONNECT_SECONDS),
            sock_read=_seconds(read_timeout, self._read_seconds),
        )
        data = _form(request_data) if request_data is not None else None
        try:
            async with self._session.request(method, url, data=data, timeout=limits) as response:
                return response.status, await _whole(response)
        except aiohttp.ConnectionTimeoutError:
            raise NetworkError("no connection in time") from None
        except (aiohttp.ClientConnectorError, aiohttp.InvalidURL) as fault:
            raise NetworkError(f"not connected: {type(fault).__name__}") from None
        except (TimeoutError, aiohttp.ClientError, OSError) as fault:
            raise TimedOut(f"no whole answer: {type(fault).__name__}") from None


def _seconds(given: Any, default: float) -> float | None:
    """A limit as given (None = without end), or ours where the caller left it open."""
    return default if given is _DEFAULT else given


def _form(request_data: RequestData) -> aiohttp.FormData:
    form = aiohttp.FormData(quote_fields=False)  # quoting would percent-encode Chinese file names
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, (file_name, content, mime) in (request_data.multipart_data or {}).items():
        form.add_field(name, content, filename=file_name, content_type=mime)
    return form


async def _whole(response: aiohttp.ClientResponse) -> bytes:
    parts, size = [], 0
    async for part in response.content.iter_chunked(65536):
        size += len(part)
        if size > ANSWER_BYTES:
            raise NetworkError(f"an answer of more than {ANSWER_BYTES} bytes")
        parts.append(part)
    return b"".join(parts)


@asynccontextmanager
async def open_bot(
    token: str,
    *,
    api: str = "https://api.telegram.org",
    read_seconds: float = READ_SECONDS,
) -> AsyncIterator[Bot]:
    """A bot that can call at once; nothing is asked of Telegram, so it opens while Telegram cannot be reached.

    `api` is the address of a Bot API server without a path. Raises telegram.error.InvalidToken for an empty token.
    """
    logging.getLogger("telegram").setLevel(logging.CRITICAL)  # below that the library logs what citizens write
    calls = AiohttpRequest(read_seconds=read_seconds)
    bot = Bot(token, f"{api}/bot", f"{api}/file/bot", request=calls, get_updates_request=calls)
    await calls.initialize()
    try:
        yield bot
    finally:
        await calls.shutdown()
