"""The chat in a real browser: a letter filed, answered and rated, live and without JavaScript, and no barrier."""

import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Page

from channels.web.keys import Parts
from channels.web.render import Site
from hub.errors import NotNow
from hub.storage import cases
from hub.storage.migrate import migrate
from hub.storage.store import open_store
from tests.browser.gallery import Eyes
from tests.browser.shots import NOON, a_tab, chromium
from tests.browser.test_look import too_small
from tests.builders import GOOD_REPLY, HANDLER, RECEPTION, REVIEWER, SIGNER, an_office, office_on
from tests.by_chat import ChatSite, chatting
from tests.by_telegram import TickingClock
from tests.conftest import FixedClock
from tests.talking import LAMP

pytestmark = pytest.mark.browser


@asynccontextmanager
async def a_chat() -> AsyncIterator[ChatSite]:
    """A served site with its chat at work."""
    with tempfile.TemporaryDirectory() as name:
        folder, clock = Path(name), FixedClock(NOON)
        url = f"sqlite://{folder / 'minxin.db'}"
        await migrate(url, clock=clock)
        store = await open_store(url, clock=clock)
        try:
            await an_office(store, clock, folder)
            office = office_on(store, TickingClock(clock), folder)
            async with chatting(office, parts=Parts(site=Site(demo=True))) as site:
                yield site
        finally:
            await store.close()


async def say(tab: Page, text: str, answer: str) -> None:
    """Type something, send it, and see the answer."""
    before = await tab.locator("#chat li").count()
    await tab.locator("#text").fill(text)
    await tab.locator("[data-primary]").click()
    await heard(tab, before, answer)


async def press(tab: Page, label: str, answer: str) -> None:
    """Press the newest button with these words and see the answer."""
    before = await tab.locator("#chat li").count()
    await tab.locator("#chat").get_by_role("button", name=label, exact=True).last.click()
    await heard(tab, before, answer)


async def heard(tab: Page, before: int, answer: str) -> None:
    """Wait for a new line from the office that holds `answer`."""
    lines = tab.locator("#chat li")
    await lines.nth(before).wait_for()
    await lines.filter(has_text=answer).last.wait_for()


async def files_a_letter(tab: Page, root: str) -> str:
    """From the first word to the receipt; the number."""
    await tab.goto(f"{root}/chat")
    await say(tab, LAMP, "哪一类信")
    await press(tab, "咨询", "/5）")
    await press(tab, "跳过", "照片或文件")
    await press(tab, "没有了", "怎么联系您")
    await press(tab, "留姓名电话", "怎么称呼")
    await say(tab, "张三", "请留一个电话")
    await say(tab, "13800000000", "什么时候联系您")
    await say(tab, "跳过", "可以把信和答复公开")
    await press(tab, "不公开", "请核对")
    await press(tab, "确认提交", "查询码")
    return re.findall(r"\d{4}-\d{6}", await tab.locator("#chat").inner_text())[-1]


async def answer(site: ChatSite, number: str) -> None:
    """The office answers."""
    office = site.office
    case_id = await office.store.read(cases.id_of, number)
    case = await office.store.read(cases.get, case_id)
    assert case is not None
    if not case.unit:
        await office.act(number, "accept", {}, RECEPTION)
        await office.act(number, "dispatch", {"unit": "urban"}, RECEPTION)
    await office.act(number, "sign", {}, HANDLER)
    await office.act(number, "draft", {"body": GOOD_REPLY, "result": "answered"}, HANDLER)
    await office.act(number, "sign_off", {}, SIGNER)
    with suppress(NotNow):  # the sample of reviews did not draw it
        await office.act(number, "qualified", {}, REVIEWER)


async def rate(tab: Page) -> None:
    """Rate by numbers."""
    await say(tab, "评价", "满意吗")
    await say(tab, "5", "问题解决了吗")
    await say(tab, "1", "还有什么想说的")
    await press(tab, "跳过", "您的评价已记下")


async def must_be_open_to_all(tab: Page, eyes: Eyes) -> None:
    """No axe violation, no sideways scrolling, nothing too small to hit."""
    result = await Axe().run(tab)
    assert not result.violations_count, result.generate_report()
    assert await tab.evaluate("document.documentElement.scrollWidth") <= eyes.width
    small = await too_small(tab, 44)
    assert not small, small


async def test_a_letter_is_filed_answered_and_rated_live() -> None:
    eyes = Eyes(390, "zh", "plain.light")
    async with chromium() as browser, a_chat() as site:
        tab = await a_tab(browser, site.base, eyes)
        complaints: list[str] = []
        tab.on("console", lambda message: complaints.append(message.text))
        number = await files_a_letter(tab, site.base)
        await must_be_open_to_all(tab, eyes)
        await answer(site, number)
        await tab.locator("#chat").get_by_text("控制箱进水跳闸").last.wait_for()
        await rate(tab)
        before = await tab.locator("#chat li").count()
        await tab.reload()
        assert await tab.locator("#chat li").count() == before - 1  # the welcome was never kept
        assert not complaints, complaints
        wide = Eyes(1280, "en", "plain.dark")
        await must_be_open_to_all(await opened(await a_tab(browser, site.base, wide), site.base), wide)


async def test_a_letter_is_filed_answered_and_rated_without_javascript() -> None:
    async with chromium() as browser, a_chat() as site:
        tab = await a_tab(browser, site.base, Eyes(390, "zh", "plain.light"), javascript=False)
        number = await files_a_letter(tab, site.base)
        await answer(site, number)
        while not await tab.locator("#chat").get_by_text("控制箱进水跳闸").count():
            await tab.goto(f"{site.base}/chat")
        await rate(tab)


async def opened(tab: Page, root: str) -> Page:
    """The tab with the chat open."""
    await tab.goto(f"{root}/chat")
    return tab
