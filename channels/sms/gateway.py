"""The gateway for text messages: each one is posted as signed JSON, and its answer is read for what it means."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from channels.letters import SMS_MOST
from channels.message import OutboundMessage, Outcome
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


class Gateway:
    """One gateway. What is posted: {"to", "text", "key"}; `key` is the same for every try of one message.

    The headers X-Minxin-Timestamp (seconds since 1970) and X-Minxin-Signature (`sha256=` and the hex HMAC-SHA-256 of
    timestamp, a dot, and the body) let the gateway refuse what is forged or old.
    """

    def __init__(self, http: aiohttp.ClientSession, url: str, secret: str, clock: Clock) -> None:
        self._http = http
        self._url = url
        self._secret = secret
        self._clock = clock

    async def send(self, address: str, message: OutboundMessage, key: str) -> str:
        """Post one message and return the gateway's id of it. Raises what `classify` understands."""
        if not 0 < len(message.text) <= SMS_MOST:
            raise ValueError("a text message has 1 to 70 characters")
        body = json.dumps({"to": address, "text": message.text, "key": key}, ensure_ascii=False).encode()
        try:
            async with self._http.post(self._url, data=body, headers=self._signed(body), timeout=SECONDS) as answer:
                if answer.status >= 300:
                    raise GatewayRefused(answer.status, _wait(answer.headers.get("Retry-After", "")))
                return _id_in(await answer.content.read(65536))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as fault:
            raise NotReached(type(fault).__name__) from None

    def classify(self, error: BaseException) -> Outcome:
        """What an error of `send` means: 429 waits, 401, 403 and 404 alarm, silence is ambiguous."""
        match error:
            case GatewayRefused(status=429):
                return Outcome("wait", "status 429", wait=error.wait or 60.0)
            case GatewayRefused(status=401 | 403 | 404 as status):
                return Outcome("alarm", f"status {status}")
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

    def pause(self, address: str) -> float:
        """The gateway paces by itself."""
        return 0.0

    def hold(self, address: str, seconds: float) -> None:
        """Waiting is left to the row that was told to wait."""

    def _signed(self, body: bytes) -> dict[str, str]:
        stamp = str(int(self._clock().timestamp()))
        mark = hmac.new(self._secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        return {
            "Content-Type": "application/json; charset=utf-8",
            "X-Minxin-Timestamp": stamp,
            "X-Minxin-Signature": f"sha256={mark}",
        }


def _wait(header: str) -> float:
    return float(header) if header.isascii() and header.isdigit() and len(header) < 7 else 0.0


def _id_in(body: bytes) -> str:
    """The gateway's id, if it gives one; whatever else it says, it has taken the message."""
    try:
        given = json.loads(body)
    except ValueError:
        return ""
    return str(given.get("id", ""))[:100] if isinstance(given, dict) else ""


@asynccontextmanager
async def gateway(url: str, secret: str, clock: Clock) -> AsyncIterator[Gateway | None]:
    """The gateway of the settings; None without an address: then citizens are told by phone (电话告知)."""
    if not url:
        yield None
        return
    async with aiohttp.ClientSession() as http:
        yield Gateway(http, url, secret, clock)
