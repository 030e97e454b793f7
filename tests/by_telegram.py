"""A hub with its bot and courier running against the Bot API double, for tests that talk like citizens."""

import tomllib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from aiohttp import web

from channels.courier import Courier, Outlet, Policy, courier
from channels.inbound import channel_seal, lane, put_aside
from channels.message import Sender
from channels.telegram.bot import Access, TelegramBot, Tempo, bot
from channels.telegram.polling import Pace
from channels.telegram.worker import Carry, Setting
from hub.office import Office
from hub.storage import inbox, traffic
from hub.storage.inbox import Arrived
from hub.storage.traffic import Waiting
from routing.danger import read_dangers
from tests.bot_api import TOKEN, BotApi
from tests.builders import CONFIG
from tests.conftest import FixedClock

SITE = "https://qinghe.example"
SECRET = "a secret of the deployment"
TEMPO = Tempo(Pace(hold=1, least=0.01, conflict=0.01), idle=0.02, read=1.0, retry=0.02, patience=5.0, per_chat=1000.0)
DANGERS = read_dangers(tomllib.loads((CONFIG / "danger.toml").read_text("utf-8")))


class TickingClock:
    """The test's clock, a millisecond further at each look, so that what follows is later than what came before."""

    def __init__(self, clock: FixedClock) -> None:
        self._clock = clock

    def __call__(self) -> Any:
        return self._clock.advance(milliseconds=1)


@dataclass
class Running:
    """The bot and the courier of one process."""

    bot: TelegramBot
    courier: Courier


@asynccontextmanager
async def running(
    office: Office,
    api: BotApi,
    *,
    carry: Carry = "full",
    mode: Literal["polling", "webhook"] = "polling",
    tempo: Tempo = TEMPO,
    lease: float = 60.0,
) -> AsyncIterator[Running]:
    """One process: bot and courier work inside the block, the webhook's route is served where it is wanted."""
    async with AsyncExitStack() as stack:
        site = SITE
        hook = Hook()
        if mode == "webhook":
            site = await stack.enter_async_context(hook.served())
        access = Access(mode, TOKEN, SECRET, api=api.base)
        telegram = await stack.enter_async_context(bot(office, access, Setting(site, carry, DANGERS), tempo))
        assert telegram is not None
        hook.bot = telegram
        outlets = {"telegram": Outlet(telegram.sender, telegram.seal, pulse=telegram.pulse, attaches=50_000_000)}
        policy = Policy(site, "full" if carry == "full" else "short", 0.02, lease, tempo.patience, jitter=lambda: 0.5)
        post = await stack.enter_async_context(courier(office, outlets, policy))
        telegram.wakes(post.wake)
        await stack.enter_async_context(telegram.at_work(site))
        if mode == "webhook":
            await api.until(lambda: telegram.pulse.reached)
        yield Running(telegram, post)


async def waits(office: Office, channel: str = "telegram") -> Waiting:
    """What waits on a channel and what was put aside."""
    return (await office.store.read(traffic.waiting)).get(channel, Waiting())


async def something_put_aside(office: Office, words: str, event: str = "900000001", chat: str = "1001") -> None:
    """An event of a chat that was tried five times and raised each time."""
    seal, now = await channel_seal(office, "telegram"), office.clock()
    arrived = Arrived("telegram", event, lane(office, "telegram", chat), seal.close(f"inbox:{event}", words))
    await office.store.write(inbox.put, arrived, now)
    for _ in range(5):
        (taken,) = await office.store.write(inbox.claim, "telegram", "worker", now, timedelta(0), 5)
    await office.store.write(put_aside, taken, "RuntimeError", now)


@asynccontextmanager
async def posting(office: Office, senders: dict[str, Sender], **policy: Any) -> AsyncIterator[Courier]:
    """A courier alone, with these channels."""
    outlets = {name: Outlet(sender, keyed=name == "sms") for name, sender in senders.items()}
    given = {"idle": 0.02, "jitter": lambda: 0.5, **policy}
    async with courier(office, outlets, Policy(SITE, **given)) as post:
        yield post


class Hook:
    """The route of the webhook, as the site mounts it."""

    def __init__(self) -> None:
        self.bot: TelegramBot | None = None

    @asynccontextmanager
    async def served(self) -> AsyncIterator[str]:
        app = web.Application()
        app.router.add_post("/channels/telegram/{secret}", self._deliver)
        runner = web.AppRunner(app)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()

    async def _deliver(self, request: web.Request) -> web.Response:
        assert self.bot is not None
        header = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        return web.Response(status=await self.bot.deliver(request.match_info["secret"], header, await request.read()))


class Talk:
    """One citizen's chat: say or press something, and wait for the answers that hold certain words."""

    def __init__(self, api: BotApi, citizen: int) -> None:
        self.api = api
        self.citizen = citizen

    @property
    def heard(self) -> list[str]:
        return [m.get("text", "") for m in self.api.outbox(self.citizen)]

    async def says(self, text: str, answer: str) -> str:
        """Say something; the answer that holds `answer`."""
        return await self._after(self.api.say(self.citizen, text), answer)

    async def presses(self, label: str, answer: str) -> str:
        return await self._after(self.api.press(self.citizen, label), answer)

    async def sends(self, photo: bytes, caption: str, answer: str) -> str:
        return await self._after(self.api.photo(self.citizen, photo, caption), answer)

    async def hears(self, words: str, since: int = 0) -> str:
        try:
            found: str = await self.api.until(lambda: next((t for t in self.heard[since:] if words in t), ""))
        except AssertionError:
            raise AssertionError(f"{words!r} was not said, but {self.heard[since:]}") from None
        return found

    async def _after(self, does: Any, answer: str) -> str:
        before = len(self.heard)
        await does
        return await self.hears(answer, before)

    async def files(self, text: str) -> str:
        """A complaint from the first word to the receipt; the receipt."""
        await self.fills_in(text)
        return await self.says("确认", "已收到您的信")

    async def fills_in(self, text: str) -> None:
        """A complaint from the first word to the summary."""
        await self.says("/new", "哪一类信")
        await self.presses("投诉", "您主要想反映")
        await self.presses("反映事情", "请说说是什么事")
        await self.says(text, "/5）")
        for _ in range(6):
            last = self.heard[-1]
            if "（3/5）" in last or "照片或文件" in last:
                break
            before = len(self.heard)
            await self.api.say(self.citizen, "装一盏新灯" if "跳过" not in last and "可以跳过" not in last else "跳过")
            await self.api.until(lambda n=before: len(self.heard) > n)
        await self.says("没有了", "怎么联系您")
        await self.presses("留姓名电话", "怎么称呼")
        await self.says("张三", "请留一个电话")
        await self.says("13800000000", "什么时候联系您")
        await self.says("跳过", "可以把信和答复公开")
        await self.says("不公开", "请核对")
