"""The stream of one reader: lines as they are said, and a sign of life in between."""

import asyncio
from collections.abc import Callable

from aiohttp import web

from channels.web.chat.channel import ChatChannel
from channels.web.chat.lines import Line
from channels.web.chat.readers import Reader
from hub.storage.chats import BATCH

HEARTBEAT = 20.0
WRITE_SECONDS = 30.0
"""A browser that takes nothing for so long is let go; it comes back with the number of its last line."""


async def follow(
    channel: ChatChannel,
    chat: str,
    after: int,
    reader: Reader,
    response: web.StreamResponse,
    drawn: Callable[[Line], str],
) -> None:
    """Send what is said until the browser leaves. Raises ConnectionError and TimeoutError where it is gone."""
    await _write(response, "retry: 2000\n\n")
    while not reader.gone:
        lines = await channel.after(chat, after)
        for line in lines:
            await _write(response, f"id: {line.n}\nevent: line\ndata: {drawn(line)}\n\n")
            after = line.n
        if len(lines) == BATCH:
            continue
        while not await reader.wait(HEARTBEAT):
            await _write(response, ": still here\n\n")


async def _write(response: web.StreamResponse, text: str) -> None:
    async with asyncio.timeout(WRITE_SECONDS):
        await response.write(text.encode())
