"""A hub with a gateway running over real HTTP in both directions, for citizens who write by a messenger or by SMS."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

import aiohttp
from aiohttp import web

from channels.conversing import Setting
from channels.courier import Courier, Outlet, Policy, courier
from channels.inbound import channel_seal
from channels.sms.gateway import gateway
from channels.sms.worker import Setting as TextSetting
from channels.sms.worker import Worker as TextWorker
from channels.web.app import make_app, make_runner
from channels.web.keys import Parts
from channels.webhooks.gate import Gate
from channels.webhooks.opening import Access, webhook
from channels.webhooks.signing import must_be_signed, signed
from config.settings import Server, Settings
from hub.office import Office
from hub.storage.traffic import Waiting, waiting
from tests.by_mail import until
from tests.by_telegram import DANGERS, SITE

NAME, SECRET = "wechat", "a secret of the gateway"


class GatewayDouble:
    """A gateway: checks what it is posted, keeps it by key, serves files, and posts events to the hub.

    `answers` are its next answers ("hang" says nothing); `mute` swallows an answer after the message was taken.
    """

    def __init__(self, office: Office, name: str = NAME) -> None:
        self.name = name
        self.base = self.hub = ""
        self.posts: list[dict[str, Any]] = []
        self.answers: list[int | str] = []
        self.mute = 0
        self.files: dict[str, bytes] = {}
        self._ids = count(1)
        self._clock = office.clock
        self._http: aiohttp.ClientSession | None = None

    @asynccontextmanager
    async def served(self, port: int = 0) -> AsyncIterator["GatewayDouble"]:
        app = web.Application()
        app.router.add_post("/out", self._out)
        app.router.add_get("/files/{name}", self._file)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        self.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            async with aiohttp.ClientSession() as self._http:
                yield self
        finally:
            await runner.cleanup()

    async def _out(self, request: web.Request) -> web.Response:
        body = await request.read()
        must_be_signed(SECRET, request.headers, body, self._clock())
        if self.answers:
            answer = self.answers.pop(0)
            if answer == "hang":
                assert request.transport is not None
                request.transport.close()
                raise ConnectionResetError
            return web.Response(status=int(answer), headers={"Retry-After": "40"} if answer == 429 else {})
        self.posts.append(json.loads(body))
        if self.mute:
            self.mute -= 1
            assert request.transport is not None
            request.transport.close()
        return web.json_response({"id": f"m{len(self.posts)}"})

    async def _file(self, request: web.Request) -> web.Response:
        content = self.files.get(request.match_info["name"])
        if content is None:
            return web.Response(status=302, headers={"Location": f"{self.base}/files/other"})
        return web.Response(body=content)

    def once(self) -> list[dict[str, Any]]:
        """What was posted, each key once: what a gateway hands on."""
        return list({row["key"]: row for row in self.posts}.values())

    def to(self, chat: str) -> list[str]:
        return [row["text"] for row in self.once() if row["to"] == chat]

    async def event(self, **row: Any) -> tuple[int, dict[str, Any]]:
        """Post one event, with an id of its own where none is given; status and JSON."""
        row.setdefault("id", f"e{next(self._ids)}")
        body = json.dumps(row).encode()
        return await self.raw(body, signed(SECRET, body, self._clock()))

    async def raw(self, body: Any, headers: dict[str, str], name: str = "") -> tuple[int, dict[str, Any]]:
        assert self._http is not None
        url = f"{self.hub}/channels/webhooks/{name or self.name}"
        async with self._http.post(url, data=body, headers=headers) as answer:
            return answer.status, await answer.json(content_type=None)

    async def delivered(self, key: str, status: str = "delivered") -> None:
        assert (await self.event(event="delivery", key=key, status=status))[0] == 200


@dataclass
class Running:
    """One process: the gateway's gate, the courier, and the gateway it talks with."""

    gateway: GatewayDouble
    gate: Gate
    courier: Courier

    async def waiting(self) -> Waiting:
        """What waits behind the gate."""
        office = self.gate._office
        return (await office.store.read(waiting)).get(self.gate.channel, Waiting())

    async def worked_off(self) -> None:
        """Every event was done."""
        async with asyncio.timeout(30):
            while (await self.waiting()).came.n:
                await asyncio.sleep(0.01)


@asynccontextmanager
async def running(
    office: Office,
    double: GatewayDouble,
    *,
    full: bool = True,
    most: int = 2000,
    lease: float = 60.0,
    url: str = "",
    **more: Any,
) -> AsyncIterator[Running]:
    """One process: the site takes events, gate and courier work inside the block."""
    async with AsyncExitStack() as stack:
        if double.name == "sms":
            sms = await stack.enter_async_context(gateway(f"{double.base}/out", SECRET, office.clock))
            assert sms is not None
            seal = await channel_seal(office, "sms")
            worker = TextWorker(office, seal, TextSetting(SITE, DANGERS))
            gate, outlet = Gate(office, seal, "sms", SECRET, worker, idle=0.02), Outlet(sms, seal, keyed=True)
        else:
            access = Access(url or f"{double.base}/out", SECRET, most, (double.base,))
            setting = Setting(double.name, SITE, full, DANGERS, **more)
            hook = await stack.enter_async_context(webhook(office, access, setting, idle=0.02))
            gate, form = hook.gate, "full" if full else "short"
            outlet = Outlet(hook.sender, gate.seal, form, keyed=True)  # type: ignore[arg-type]
        policy = Policy(SITE, "short", 0.02, lease, 5.0, jitter=lambda: 0.5)
        post = await stack.enter_async_context(courier(office, {double.name: outlet}, policy))
        gate.wakes(post.wake)
        await stack.enter_async_context(gate.at_work(5.0))
        app = make_app(office, Settings(server=Server(port=0)), Parts(gates={double.name: gate}))
        runner = make_runner(app)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        double.hub = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield Running(double, gate, post)


@asynccontextmanager
async def town(office: Office, name: str = NAME, **how: Any) -> AsyncIterator[Running]:
    """A gateway, and one process beside it."""
    async with GatewayDouble(office, name).served() as double, running(office, double, **how) as process:
        yield process


class Talk:
    """One citizen's chat at the gateway: say or press something, and wait for the answer that holds certain words."""

    def __init__(self, at: GatewayDouble, chat: str = "u-li") -> None:
        self.at = at
        self.chat = chat

    @property
    def heard(self) -> list[str]:
        return self.at.to(self.chat)

    async def says(self, text: str, answer: str) -> str:
        return await self._after({"event": "text", "text": text}, answer)

    async def presses(self, label: str, answer: str) -> str:
        """Press the button whose words hold `label`, on the latest message that has one."""
        rows = [b for m in self.at.once() if m["to"] == self.chat for line in m["buttons"] for b in line]
        code = next(b["code"] for b in reversed(rows) if label in b["label"])
        return await self._after({"event": "choice", "code": code}, answer)

    async def sends(self, name: str, answer: str, caption: str = "", url: str = "") -> str:
        url = url or f"{self.at.base}/files/{name}"
        return await self._after({"event": "file", "name": name, "url": url, "text": caption}, answer)

    async def hears(self, words: str, since: int = 0) -> str:
        try:
            found: str = await until(lambda: next((t for t in self.heard[since:] if words in t), ""))
        except TimeoutError:
            raise AssertionError(f"{words!r} was not said, but {self.heard[since:]}") from None
        return found

    async def _after(self, event: dict[str, str], answer: str) -> str:
        before = len(self.heard)
        status, told = await self.at.event(chat=self.chat, **event)
        assert status == 200, told
        return await self.hears(answer, before)

    async def files(self, text: str, kind: str = "咨询") -> str:
        """A letter from the first word to the receipt; the receipt."""
        await self.says("/new", "哪一类信")
        await self.presses(kind, "请说说")
        await self.says(text, "/")
        for _ in range(6):
            if "照片或文件" in self.heard[-1]:
                break
            before = len(self.heard)
            await self.at.event(event="text", chat=self.chat, text="跳过")
            await until(lambda n=before: len(self.heard) > n)
        await self.says("没有了", "怎么联系您")
        await self.presses("留姓名电话", "怎么称呼")
        await self.says("李小满", "请留一个电话")
        await self.says("13900001234", "什么时候联系您")
        await self.says("跳过", "可以把信和答复公开")
        await self.says("不公开", "请核对")
        return await self.says("确认", "已收到您的信")
