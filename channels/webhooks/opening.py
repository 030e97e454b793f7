"""Opening a gateway of the settings: its wire out, its gate in, and the conversation between."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp

from channels.conversing import Conversation, Setting
from channels.inbound import channel_seal
from channels.webhooks.fetching import Files
from channels.webhooks.gate import Gate
from channels.webhooks.sending import WebhookSender
from channels.webhooks.wire import Wire
from channels.webhooks.worker import Worker
from hub.office import Office


@dataclass(frozen=True, slots=True)
class Access:
    """How one gateway is reached, what proves it and us, how much one message carries, where its files lie."""

    url: str
    secret: str = field(repr=False)
    most: int = 2000
    origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Webhook:
    """One gateway, ready to send; it takes events while its gate is at work."""

    sender: WebhookSender
    gate: Gate


@asynccontextmanager
async def webhook(office: Office, access: Access, setting: Setting, idle: float = 1.0) -> AsyncIterator[Webhook]:
    """One gateway inside the block; nothing is asked of it before there is something to say."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        seal = await channel_seal(office, setting.channel)
        files = Files(http, access.origins, office.files)
        worker = Worker(office, seal, setting, Conversation(office, seal, setting, files))
        gate = Gate(office, seal, setting.channel, access.secret, worker, access.origins, idle)
        yield Webhook(WebhookSender(Wire(http, access.url, access.secret, office.clock), access.most), gate)
