"""A served site with its chat and courier at work, and a citizen who talks on the page without JavaScript."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from html import unescape

import aiohttp
from aiohttp.test_utils import TestServer

from channels.courier import Courier, Outlet, Policy, courier
from channels.web.app import make_app
from channels.web.chat.channel import ChatChannel, Tempo, chat
from channels.web.chat.worker import setting_of
from channels.web.keys import Parts
from config.settings import Limits, Server, Settings
from hub.office import Office
from tests.by_telegram import DANGERS
from tests.channels.web_site import csrf_in

SETTINGS = Settings(limits=Limits(), server=Server(port=0))
TEMPO = Tempo(idle=0.02, others=0.05, patience=5.0)
_LINE = re.compile(r'<li class="message.*?</li>', re.DOTALL)
_BUTTON = re.compile(r'name="press" value="([^"]*)"[^>]*>([^<]*)<')


@dataclass
class ChatSite:
    """A site whose chat is at work; `base` is its address."""

    base: str
    channel: ChatChannel
    courier: Courier
    office: Office


@asynccontextmanager
async def chatting(office: Office, settings: Settings = SETTINGS, parts: Parts = Parts()) -> AsyncIterator[ChatSite]:
    """Site, chat and courier inside the block."""
    async with AsyncExitStack() as stack:
        talk = await stack.enter_async_context(chat(office, setting_of("https://qinghe.example", DANGERS), TEMPO))
        outlets = {"chat": Outlet(talk.sender, talk.seal, "full")}
        policy = Policy("https://qinghe.example", "short", 0.02, jitter=lambda: 0.5)
        post = await stack.enter_async_context(courier(office, outlets, policy))
        app = make_app(office, settings, replace(parts, chat=talk))
        server = await stack.enter_async_context(TestServer(app))
        yield ChatSite(str(server.make_url("/")).rstrip("/"), talk, post, office)


class Browser:
    """A citizen's browser on the page of the chat: cookies, and the page as it was shown last."""

    def __init__(self, base: str, host: str = "127.0.0.1") -> None:
        """A browser on this host: how much one may say is counted by address."""
        comes_from = aiohttp.TCPConnector(local_addr=(host, 0))
        self.client = aiohttp.ClientSession(base, cookie_jar=aiohttp.CookieJar(unsafe=True), connector=comes_from)
        self.html = ""

    async def opens(self) -> str:
        """Open or reload the page."""
        async with self.client.get("/chat") as page:
            assert page.status == 200, await page.text()
            self.html = await page.text()
        return self.html

    @property
    def lines(self) -> list[str]:
        """What stands in the chat, tags removed."""
        return [unescape(re.sub(r"<[^>]+>", "", line)) for line in _LINE.findall(self.html)]

    async def sends(self, *files: tuple[str, bytes], again: str = "", **fields: str) -> int:
        """Send the form of the page; the status of what is shown in the end."""
        data = aiohttp.FormData({"csrf": csrf_in(self.html), "id": again or secrets.token_hex(16), **fields})
        for name, content in files:
            data.add_field("files", content, filename=name, content_type="image/png")
        async with self.client.post("/chat", data=data) as page:
            self.html = await page.text()
            return page.status

    async def says(self, text: str, answer: str) -> str:
        """Say something; the last line that holds `answer`."""
        return await self._after({"text": text}, answer)

    async def presses(self, label: str, answer: str) -> str:
        """Press the button that says `label`."""
        codes = {unescape(words).strip(): unescape(code) for code, words in _BUTTON.findall(self.html)}
        assert label in codes, f"{label!r} is not among {list(codes)}"
        return await self._after({"press": codes[label]}, answer)

    async def _after(self, fields: dict[str, str], answer: str) -> str:
        before = max(self._numbered(), default=0)
        assert await self.sends(**fields) == 200
        for _ in range(500):  # a notice may come between and bring the page back before the answer is there
            found = [line for n, line in self._numbered().items() if n > before and answer in line]
            if found:
                return found[-1]
            await asyncio.sleep(0.02)
            await self.opens()
        raise AssertionError(f"{answer!r} was not said, but {self.lines[-3:]}")

    def _numbered(self) -> dict[int, str]:
        """The lines by their numbers in the chat; what it begins with has none."""
        numbers = (int(n) for n in re.findall(r'<li class="message[^>]*data-n="(\d+)"', self.html))
        return dict(zip(numbers, self.lines, strict=True))

    async def files_a_letter(self, text: str) -> str:
        """A complaint from the first word to the receipt; the receipt."""
        await self.fills_in(text)
        return await self.says("确认", "已收到您的信")

    async def fills_in(self, text: str) -> None:
        """A complaint from the first word to the summary."""
        await self.presses("写信", "哪一类信")
        await self.presses("投诉", "您主要想反映")
        await self.presses("反映事情", "请说说是什么事")
        await self.says(text, "/5）")
        for _ in range(6):
            last = self.lines[-1]
            if "（3/5）" in last or "照片或文件" in last:
                break
            assert await self.sends(text="跳过" if "可以跳过" in last else "装一盏新灯") == 200
        await self.says("没有了", "怎么联系您")
        await self.presses("留姓名电话", "怎么称呼")
        await self.says("张三", "请留一个电话")
        await self.says("13800000000", "什么时候联系您")
        await self.says("跳过", "可以把信和答复公开")
        await self.presses("不公开", "请核对")


@asynccontextmanager
async def browsing(site: ChatSite) -> AsyncIterator[Browser]:
    """A browser with the page open."""
    browser = Browser(site.base)
    try:
        await browser.opens()
        yield browser
    finally:
        await browser.client.close()
