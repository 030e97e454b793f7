"""Pictures of the site's own pages on a small invented district; `python -m tests.browser.shots public shots/`."""

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, async_playwright

from channels.web.app import make_app
from channels.web.keys import Parts
from channels.web.render import Site
from config.settings import Server, Settings
from hub.office import Office
from hub.people import citizen
from hub.storage.migrate import migrate
from hub.storage.store import open_store
from tests.browser.gallery import EYES, LETTER, SWITCHES, Eyes
from tests.builders import HANDLER, RECEPTION, a_letter, an_office
from tests.channels.published import answered, published
from tests.conftest import FixedClock

NOON = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
TITLES = (
    ("槐荫里小区北门路灯不亮", "help", 1, 5),
    ("咨询灵活就业人员参保所需材料", "consult", 2, 0),
    ("建议在望江路口加装行人过街信号灯", "suggest", 7, 3),
    ("公交站台顶棚漏雨，候车时衣服都湿了，建议同时加装座椅和夜间照明", "suggest", 3, 4),
    ("感谢塘前社区帮老人代办证件", "help", 1, 5),
    ("楼道堆放杂物多次反映没有清理", "complaint", 4, 2),
)


@asynccontextmanager
async def district() -> AsyncIterator[tuple[str, Office, FixedClock]]:
    """A served site with some letters answered and published: its address, its office, its clock."""
    with tempfile.TemporaryDirectory() as name:
        folder, clock = Path(name), FixedClock(NOON)
        url = f"sqlite://{folder / 'minxin.db'}"
        await migrate(url, clock=clock)
        store = await open_store(url, clock=clock)
        try:
            office = await an_office(store, clock, folder)
            await furnish(office, clock)
            app = make_app(office, Settings(server=Server(port=0)), Parts(site=Site(demo=True)))
            async with TestServer(app) as server:
                yield str(server.make_url("/")).rstrip("/"), office, clock
        finally:
            await store.close()


async def furnish(office: Office, clock: FixedClock) -> None:
    """Six published letters."""
    for n, (title, kind, workdays, score) in enumerate(TITLES):
        received = await office.receive(a_letter(key=f"shots-{n:012d}", title=title, kind=kind, aim=None))
        await answered(office, received.number)
        if score:
            me = citizen(received.case_id, 1)
            await office.act(received.number, "rate", {"score": score, "solved": "yes" if score > 3 else "no"}, me)
        clock.advance(minutes=7)
        await published(
            office,
            received.number,
            title=title,
            body=LETTER,
            reply="您好，您反映的问题我们已到现场看过，设备已于11月23日换好。如果还有问题，请在这里告诉我们。",
            received_day="2026-11-20",
            answered_day="2026-11-24",
            workdays=workdays,
            allowed=5,
            score=score,
            solved="yes" if score > 3 else "no" if score else "",
        )


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Debian's browser."""
    path = shutil.which("chromium")
    assert path, "Chromium is needed: apt-get install chromium fonts-noto-cjk"
    switches = [*SWITCHES, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=path, args=switches)
        try:
            yield browser
        finally:
            await browser.close()


async def a_tab(browser: Browser, root: str, eyes: Eyes, *, javascript: bool = True) -> Page:
    """A tab with these eyes' width, language and mode."""
    context = await browser.new_context(
        viewport={"width": eyes.width, "height": 844 if eyes.width < 600 else 900},
        timezone_id="Asia/Shanghai",
        locale="zh-CN" if eyes.lang == "zh" else "en-GB",
        java_script_enabled=javascript,
    )
    await context.add_cookies(
        [{"name": n, "value": v, "url": root} for n, v in (("lang", eyes.lang), ("mode", eyes.mode))]
    )
    tab = await context.new_page()
    tab.set_default_timeout(15_000)
    return tab


Look = Callable[[str], Awaitable[None]]


async def walk(tab: Page, root: str, look: Look) -> tuple[str, str]:
    """Every citizen's page in the order in which one meets them; `look` is called on each. The number and code."""
    for name, path in (("portal", "/"), ("results", "/results"), ("result", "/results/2026-000003")):
        await tab.goto(root + path)
        await look(name)
    await tab.goto(f"{root}/results?q=%E8%B7%AF%E7%81%AF&unit=urban")
    await look("results-search")
    await tab.goto(f"{root}/statistics?period=year")
    await look("statistics")
    await tab.goto(f"{root}/seals?kept=1:{'0' * 16}")
    await look("seals")
    await tab.goto(f"{root}/letters/new")
    await look("write-1")
    await tab.locator("label[for=kind-3]").click()
    await following(tab)
    await following(tab)
    await look("write-2-errors")
    await tab.locator("label[for=aim]").click()
    await tab.locator("#title").fill("小区北门路灯不亮")
    await tab.locator("#body").fill(LETTER)
    await tab.locator("#place").fill("槐荫里小区北门")
    await tab.locator("button[value=look]").click()
    await look("write-2")
    await following(tab)
    await tab.locator("#name").fill("王女士")
    await tab.locator("#phone").fill("1390000123")
    await following(tab)
    await look("write-3-errors")
    await tab.locator("#phone").fill("13900001234")
    await following(tab)
    await tab.locator("label[for=publish]").click()
    await look("write-4")
    await following(tab)
    await look("write-5")
    await tab.locator("[data-primary]").click()
    await tab.wait_for_url("**/letters/receipt")
    await tab.locator(".receipt summary").click()
    await look("receipt")
    number = (await tab.locator(".receipt .number").inner_text()).strip()
    code = (await tab.locator("#query-code").inner_text()).strip()
    await tab.goto(f"{root}/letters/track?number={number}")
    await look("track")
    await tab.locator("#code").fill(code)
    await tab.locator("main form button[type=submit]").first.click()
    await tab.wait_for_url("**/letters/mine")
    await look("mine-new")
    return number, code


async def following(tab: Page) -> None:
    """Press the main button of a writing step."""
    await tab.locator("[data-primary]").click()
    await tab.wait_for_load_state()


async def own_page(tab: Page, root: str, office: Office, number: str, look: Look) -> None:
    """The own page while the office asks, when it has answered, and once withdrawn is asked."""
    case = await office.store.read(_case, number)
    if case["state"] == "submitted":
        await office.act(number, "accept", {}, RECEPTION)
        await office.act(number, "dispatch", {"unit": "urban"}, RECEPTION)
    await office.act(number, "sign", {}, HANDLER)
    await office.act(number, "ask_citizen", {"question": "请告诉我们是北门东侧还是西侧的路灯。"}, HANDLER)
    await tab.goto(f"{root}/letters/mine/withdraw")
    await look("withdraw")
    await tab.goto(f"{root}/letters/mine")
    await look("mine-asked")
    await office.act(number, "draft", {"body": "您好，灯已经修好，12盏全部亮了。", "result": "upheld"}, HANDLER)
    await answered(office, number, signed=True)
    await tab.goto(f"{root}/letters/mine")
    await look("mine-answered")


def _case(tx, number):  # type: ignore[no-untyped-def]
    return tx.execute("SELECT state FROM cases WHERE number = :n", {"n": number})[0]


async def photograph(folder: Path, which: tuple[Eyes, ...]) -> None:
    """Every page for every pair of eyes, whole, as PNG."""
    folder.mkdir(parents=True, exist_ok=True)
    async with chromium() as browser:
        for eyes in which:
            async with district() as (root, office, _):
                tab = await a_tab(browser, root, eyes)

                async def look(name: str, tab: Page = tab, eyes: Eyes = eyes) -> None:
                    await tab.screenshot(path=folder / f"public-{name}-{eyes}.png", full_page=True)

                number, _code = await walk(tab, root, look)
                await own_page(tab, root, office, number, look)
                await tab.context.close()


ROOMS = {"public": photograph}

if __name__ == "__main__":
    room, place = [*sys.argv[1:3], *("public", "shots")[len(sys.argv) - 1 :]]
    wanted = tuple(e for e in EYES if len(sys.argv) < 4 or str(e) in sys.argv[3:])
    asyncio.run(ROOMS[room](Path(place), wanted))
