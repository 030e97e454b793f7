"""The wire to one gateway: a message is posted as signed JSON, and the answer is read for what it means."""

import json
from collections.abc import Mapping
from typing import Any

import aiohttp

from channels.message import Outcome
from channels.webhooks.signing import signed
from hub.moments import Clock

SECONDS = aiohttp.ClientTimeout(total=15.0, sock_connect=5.0)
_TRANSIENT = (408, 425, 500, 502, 503, 504)


class GatewayRefused(Exception):
    """The gateway answered with a status that is none of success; `wait` is its Retry-After in seconds."""

    def __init__(self, status: int, wait: float = 0.0) -> None:
        super().__init__(f"status {status}")
        self.status = status
        self.wait = wait


class NotReached(Exception):
    """No connection to the gateway was made, so that it surely saw nothing."""


class Wire:
    """Where one gateway is and what proves us to it."""

    def __init__(self, http: aiohttp.ClientSession, url: str, secret: str, clock: Clock) -> None:
        self._http = http
        self._url = url
        self._secret = secret
        self._clock = clock

    async def post(self, row: Mapping[str, Any]) -> str:
        """Post one message and return the gateway's id of it. Raises what `classify` understands."""
        body = json.dumps(row, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json; charset=utf-8", **signed(self._secret, body, self._clock())}
        try:
            async with self._http.post(
                self._url, data=body, headers=headers, timeout=SECONDS, allow_redirects=False
            ) as answer:
                if answer.status >= 300:
                    raise GatewayRefused(answer.status, _wait(answer.headers.get("Retry-After", "")))
                return _id_in(await answer.content.read(65536))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as fault:
            raise NotReached(type(fault).__name__) from None


def classify(error: BaseException) -> Outcome:
    """What an error of `post` means: 429 waits, 401, 403 and 404 alarm, 410 is a chat that is gone, silence is
    ambiguous."""
    match error:
        case GatewayRefused(status=429):
            return Outcome("wait", "status 429", wait=error.wait or 60.0)
        case GatewayRefused(status=401 | 403 | 404 as status):
            return Outcome("alarm", f"status {status}")
        case GatewayRefused(status=410):
            return Outcome("unreachable", "status 410")
        case GatewayRefused(status=status) if status in _TRANSIENT:
            return Outcome("transient", f"status {status}")
        case GatewayRefused(status=status):
            return Outcome("permanent", f"status {status}")
        case ValueError():
            return Outcome("permanent", "too long")
        case NotReached():
            return Outcome("transient", "not reached")
        case TimeoutError() | aiohttp.ClientError() | OSError():
            return Outcome("ambiguous", type(error).__name__)
        case _:
            return Outcome("transient", type(error).__name__)


def _wait(header: str) -> float:
    return float(header) if header.isascii() and header.isdigit() and len(header) < 7 else 0.0


def _id_in(body: bytes) -> str:
    """The gateway's id, if it gives one; whatever else it says, it has taken the message."""
    try:
        given = json.loads(body)
    except ValueError:
        return ""
    return str(given.get("id", ""))[:100] if isinstance(given, dict) else ""
