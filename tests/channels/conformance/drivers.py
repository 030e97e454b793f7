"""Drivers: how a citizen does each thing on one channel. What a channel cannot do is done with the receipt it gave.

A new channel is one more class with `file`, whatever else its citizens do there, and a line in DRIVERS.
"""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import date
from pathlib import Path

from channels.dialogue.outcome import day_words
from hub.office import Office
from hub.words import WORDS
from tests import by_chat, by_mail, by_telegram, by_webhook
from tests.bot_api import BotApi
from tests.builders import RECEPTION, office_on
from tests.by_mail import a_mail, an_answer, until
from tests.channels import test_staff_counter as counter
from tests.channels.reader import Reader, write_letter
from tests.channels.test_public_write import code_in
from tests.channels.web_site import RunningSite

TITLE = "小区门口的路灯归谁修"
BODY = f"{TITLE}。灯坏了三天，晚上看不见路，要找哪个部门报修？"
NAME, PHONE, MAIL = "李小满", "13900001234", "li@citizen.example"


class ByReceipt:
    """Everything with number and query code on the page: what every citizen can do, whichever way the letter came."""

    def __init__(self, site: RunningSite) -> None:
        self.site = site
        self.number = self.code = ""

    def took(self, receipt: str) -> None:
        """Number and code as they stand in a receipt."""
        number, code = re.search(r"\d{4}-\d{6}", receipt), re.search(r"(?:\d{3} ){3}\d{3}", receipt)
        assert number is not None
        assert code is not None, receipt
        self.number, self.code = number[0], code[0].replace(" ", "")

    async def track(self) -> str:
        return (await self._opened()).text

    async def supplement(self, words: str) -> None:
        await (await self._opened()).press(action="/letters/mine/add", text=words)

    async def rate(self) -> None:
        """The worst there is: one star, not solved."""
        await (await self._opened()).press(action="/letters/mine/rate", score="1", solved="no")

    async def tell_not_done(self) -> None:
        await (await self._opened()).press(action="/letters/mine/tell_done", done="no")

    async def reopen(self, reason: str) -> None:
        await (await self._opened()).press(action="/letters/mine/reopen", reason=reason)

    async def _opened(self) -> Reader:
        reader = Reader(self.site.browser())
        await reader.open("/letters/track")
        return await reader.press(action="/letters/track", number=self.number, code=self.code)


class Page(ByReceipt):
    """The form on the site."""

    origin = "web"

    async def file(self) -> None:
        words = {"title": TITLE, "body": BODY, "place": "", "name": NAME, "phone": PHONE}
        reader = await write_letter(Reader(self.site.browser()), kind="consult", **words)
        self.number, self.code = re.search(r"\d{4}-\d{6}", reader.text)[0], code_in(reader.text)  # type: ignore[index]


class Api(ByReceipt):
    """Another system, over the API."""

    origin = "api"

    async def file(self) -> None:
        letter = {"kind": "consult", "title": TITLE, "body": BODY, "contact": {"name": NAME, "phone": PHONE}}
        status, receipt = await self.site.call("POST", "/cases", json=letter)
        assert status == 201, receipt
        self.number, self.code = receipt["number"], receipt["query_code"]

    async def track(self) -> str:
        _, own = await self.site.call("GET", f"/cases/{self.number}", code=self.code)
        day = date.fromisoformat(own["next_day"] or own["answered_at"][:10])
        return f"{WORDS[own['word']].zh} {day_words(day, 'zh', self.site.clock().date())}"

    async def supplement(self, words: str) -> None:
        await self._post("messages", text=words)

    async def rate(self) -> None:
        await self._post("rating", score=1, solved="no")

    async def tell_not_done(self) -> None:
        await self._post("outcome", done="no")

    async def reopen(self, reason: str) -> None:
        await self._post("reopen", reason=reason)

    async def _post(self, what: str, **row: object) -> None:
        status, told = await self.site.call("POST", f"/cases/{self.number}/{what}", code=self.code, json=row)
        assert status < 300, told


class Counter(ByReceipt):
    """A clerk who writes down what a caller says; the rest is done with the printed receipt."""

    origin = "phone"

    async def file(self) -> None:
        self.clerk = await counter.clerk_of(self.site)
        words = {"way": "phone", "title": TITLE, "body": BODY, "place": "", "name": NAME, "phone": PHONE}
        self.number, self.code = await counter.filed(self.clerk, "consult", **words)

    async def supplement(self, words: str) -> None:
        page = await counter.found(self.clerk, self.number)
        await counter.send(page, counter.ADD, way="phone", body=words, go="send")


class Chat(ByReceipt):
    """A conversation; `talk` says and presses there."""

    def __init__(
        self, site: RunningSite, origin: str, talk: "by_telegram.Talk | by_webhook.Talk | by_chat.Browser"
    ) -> None:
        super().__init__(site)
        self.origin = origin
        self.talk = talk

    async def file(self) -> None:
        await self.talk.says("/new", "哪一类信")
        await self.talk.presses("咨询", "请说说")
        await self.talk.says(BODY, "和哪个地方有关")
        await self.talk.says("跳过", "照片或文件")
        await self.talk.says("没有了", "怎么联系您")
        await self.talk.presses("留姓名电话", "怎么称呼")
        await self.talk.says(NAME, "请留一个电话")
        await self.talk.says(PHONE, "什么时候联系您")
        await self.talk.says("跳过", "可以把信和答复公开")
        await self.talk.says("不公开", "请核对")
        self.took(await self.talk.says("确认", "已收到您的信"))

    async def track(self) -> str:
        return await self.talk.says(f"/status {self.number}", "详情")

    async def supplement(self, words: str) -> None:
        await self.talk.says(f"/add {self.number}", "请写要补充的内容")
        await self.talk.says(words, "已加到编号")

    async def rate(self) -> None:
        await self.talk.says(f"/rate {self.number}", "满意吗")
        await self.talk.says("1", "问题解决了吗")
        await self.talk.says("没解决", "还有什么想说的")
        await self.talk.says("跳过", "您的评价已记下")

    async def tell_not_done(self) -> None:
        await self.talk.says("3", "已记下：没有办好")

    async def reopen(self, reason: str) -> None:
        await self.talk.presses("请求重办", "为什么希望重新办理")
        await self.talk.says(reason, "已收到重办")


class Mail(ByReceipt):
    """Mails to the hub's mailbox and answers to its mails; how it stands and reopening stand behind the link."""

    origin = "mail"

    def __init__(self, site: RunningSite, process: by_mail.Running) -> None:
        super().__init__(site)
        self.process = process

    async def file(self) -> None:
        self.process.box.deliver(bytes(a_mail(BODY, subject=TITLE)))
        self.receipt = await self.process.post.brings(MAIL, "查询码")
        self.took(self.receipt["Subject"] + self.receipt.get_content())

    async def supplement(self, words: str) -> None:
        self.process.box.deliver(bytes(an_answer(self.receipt, words)))
        await self.process.post.brings(MAIL, "补充已收到")

    async def rate(self) -> None:
        answered = await self.process.post.brings(MAIL, "控制箱进水")
        self.process.box.deliver(bytes(an_answer(answered, "3")))
        await self.process.post.brings(MAIL, "谢谢您的评价")

    async def tell_not_done(self) -> None:
        asked = await self.process.post.brings(MAIL, "现在办好了吗")
        self.process.box.deliver(bytes(an_answer(asked, "3")))
        await self.process.post.brings(MAIL, "已经记下")


class Sms(Page):
    """A letter from the page whose writer left a number: answers to the text messages that went there."""

    def __init__(self, site: RunningSite, process: by_webhook.Running) -> None:
        super().__init__(site)
        self.process = process

    async def track(self) -> str:
        return await self._texts("进度", f"来信{self.number}：")

    async def supplement(self, words: str) -> None:
        await until(lambda: self.process.gateway.to(PHONE))  # only a number we wrote to may speak
        await self._texts(words, "补充已收到")

    async def rate(self) -> None:
        await until(lambda: [t for t in self.process.gateway.to(PHONE) if "已答复" in t])
        await self._texts("3", "的评价已记下")

    async def tell_not_done(self) -> None:
        await until(lambda: [t for t in self.process.gateway.to(PHONE) if "承诺的事办好了吗" in t])
        await self._texts("3", "没办好已记下")

    async def _texts(self, words: str, answer: str) -> str:
        await until(lambda: self.process.gateway.to(PHONE))
        talk = by_webhook.Talk(self.process.gateway, PHONE)
        return await talk.says(words, answer)


Driver = Page | Api | Counter | Chat | Mail | Sms
Opening = Callable[[RunningSite, Office], AbstractAsyncContextManager[Driver]]


def _alone(made: Callable[[RunningSite], Driver]) -> Opening:
    @asynccontextmanager
    async def opened(site: RunningSite, _: Office) -> AsyncIterator[Driver]:
        yield made(site)

    return opened


@asynccontextmanager
async def _telegram(site: RunningSite, office: Office) -> AsyncIterator[Driver]:
    async with BotApi() as api, by_telegram.running(office, api):
        yield Chat(site, "telegram", by_telegram.Talk(api, 1001))


@asynccontextmanager
async def _webhook(site: RunningSite, office: Office) -> AsyncIterator[Driver]:
    async with by_webhook.town(office) as process:
        yield Chat(site, by_webhook.NAME, by_webhook.Talk(process.gateway))


@asynccontextmanager
async def _chat(site: RunningSite, office: Office) -> AsyncIterator[Driver]:
    async with by_chat.chatting(office) as process, by_chat.browsing(process) as browser:
        yield Chat(site, "chat", browser)


@asynccontextmanager
async def _mail(site: RunningSite, office: Office) -> AsyncIterator[Driver]:
    async with by_mail.town(office) as process:
        yield Mail(site, process)


@asynccontextmanager
async def _sms(site: RunningSite, office: Office) -> AsyncIterator[Driver]:
    async with by_webhook.town(office, "sms") as process:
        yield Sms(site, process)


DRIVERS: dict[str, Opening] = {
    "page": _alone(Page),
    "api": _alone(Api),
    "counter": _alone(Counter),
    "chat": _chat,
    "telegram": _telegram,
    "webhook": _webhook,
    "mail": _mail,
    "sms": _sms,
}


@asynccontextmanager
async def driven(name: str, site: RunningSite, folder: Path) -> AsyncIterator[Driver]:
    """A citizen on this channel; the channel works beside the site, as a process of its own would."""
    office = office_on(site.office.store, by_telegram.TickingClock(site.clock), folder)
    async with DRIVERS[name](site, office) as driver:
        yield driver


async def taken_up(site: RunningSite, number: str) -> None:
    """Reception sends the letter to its unit, where routing has not."""
    status, seen = await site.call("GET", f"/inbox/{number}", by="reception")
    assert status == 200
    if "accept" in {m["code"] for m in seen["moves"]}:
        await site.office.act(number, "accept", {}, RECEPTION)
        await site.office.act(number, "dispatch", {"unit": "urban"}, RECEPTION)
