"""The gateway for text messages: each one is posted as signed JSON, and one message holds what one message may."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from channels.letters import is_one_sms
from channels.message import OutboundMessage, Outcome
from channels.webhooks.wire import Wire, classify
from hub.moments import Clock


class Gateway:
    """One gateway. What is posted: {"to", "text", "key"}; `key` is the same for every try of one message, so that the
    gateway can know a repeated one, and its delivery receipts name it."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def send(self, address: str, message: OutboundMessage, key: str) -> str:
        """Post one message and return the gateway's id of it. Raises what `classify` understands."""
        if not message.text or not is_one_sms(message.text):
            raise ValueError("a text message has at most 70 characters, 160 in plain Latin signs")
        return await self._wire.post({"to": address, "text": message.text, "key": key})

    def classify(self, error: BaseException) -> Outcome:
        """What an error of `send` means."""
        return classify(error)

    def pause(self, address: str) -> float:
        """The gateway paces by itself."""
        return 0.0

    def hold(self, address: str, seconds: float) -> None:
        """Waiting is left to the row that was told to wait."""


@asynccontextmanager
async def gateway(url: str, secret: str, clock: Clock) -> AsyncIterator[Gateway | None]:
    """The gateway of the settings; None without an address: then citizens are told by phone (电话告知)."""
    if not url:
        yield None
        return
    async with aiohttp.ClientSession() as http:
        yield Gateway(Wire(http, url, secret, clock))
