"""Every component on invented pages, under the real headers; `python -m tests.browser.gallery shots` takes pictures."""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import web
from aiohttp.test_utils import TestServer
from jinja2 import ChoiceLoader, FileSystemLoader
from playwright.async_api import Browser, Page, async_playwright

from channels.web.render import LOOK, Site, asset_routes, make_look, page

Row = TypeVar("Row")
NOW = datetime(2026, 11, 26, 2, 30, tzinfo=UTC)
PAGES = Path(__file__).with_name("pages")
NAMES = tuple(sorted(p.stem for p in PAGES.glob("*.html")))
SWITCHES = ("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync")

LETTER = (
    "槐荫里小区北门外的路灯从上周三起一直不亮，晚上七点以后整段路都是黑的。\n\n"
    "昨天有一位老人在台阶上绊倒了，幸好没有大碍。请问什么时候能修好？"
)
REPLY = (
    "您好。您反映的槐荫里小区北门路灯不亮一事，我们11月24日到现场查看，是一段电缆受潮。\n\n"
    "电缆已于11月25日换好，12盏灯全部恢复照明。如果还有不亮的，请在这里告诉我们。联系电话：0000-1234567，周工。"
)


def sample() -> dict[str, Any]:
    """The invented values that the pages show; the same for both languages."""
    return {
        "letter": LETTER,
        "reply": REPLY,
        "now": NOW,
        "officer": {"name": "林晓", "unit": "区城市管理局"},
        "nav": [
            ("inbox", "/staff/inbox", "收件箱", 18),
            ("dispatch", "/staff/dispatch", "派单", 4),
            ("reviews", "/staff/reviews", "审核", 3),
            ("board", "/staff/board", "看板", None),
        ],
        "rows": [
            inbox_row("red", "2026-001188", "地下车库积水三天无人处理", "投诉", "超期1个工作日", 2, urgent=True),
            inbox_row("amber", "2026-001234", "槐荫里小区北门路灯不亮", "求助", "今日到期", 1),
            inbox_row(
                "amber",
                "2026-001240",
                "公交站台顶棚漏雨，候车时衣服都湿了，建议同时加装座椅和夜间照明",
                "建议",
                "1个工作日",
                1,
            ),
            inbox_row("green", "2026-001251", "咨询灵活就业人员参保所需材料", "咨询", "4个工作日", 1),
            inbox_row("paused", "2026-001202", "楼道消防栓缺水带", "投诉", "暂停中", 1),
            inbox_row("black", "2026-000871", "临街餐馆油烟扰民", "投诉", "第58天", 3),
        ],
        "counted": [
            {"day": date(2026, 11, 24), "n": 0, "word": "收到当天，不计"},
            {"day": date(2026, 11, 25), "n": 1, "word": ""},
            {"day": date(2026, 11, 26), "n": 2, "word": ""},
            {"day": date(2026, 11, 27), "n": 3, "word": ""},
            {"day": date(2026, 11, 28), "n": 0, "word": "星期六"},
            {"day": date(2026, 11, 29), "n": 0, "word": "星期日"},
            {"day": date(2026, 11, 30), "n": 4, "word": ""},
            {"day": date(2026, 12, 1), "n": 5, "word": "最迟这一天答复"},
        ],
    }


def inbox_row(
    lamp: str, number: str, title: str, kind: str, remaining: str, times: int, urgent: bool = False
) -> dict[str, Any]:
    """One line of the invented inbox."""
    return {
        "href": f"/staff/cases/{number}",
        "lamp": lamp,
        "number": number,
        "title": title,
        "kind": kind,
        "street": "望江街道",
        "remaining": remaining,
        "round": f"第{times}轮",
        "waiting": "承办人",
        "urgent": urgent,
    }


def gallery_app() -> web.Application:
    """An application that serves each invented page at /{name}, through the product's own page()."""
    look = make_look(site=Site(demo=True), now=lambda: NOW)
    for env in look.environments.values():
        env.loader = ChoiceLoader([env.loader or FileSystemLoader(PAGES), FileSystemLoader(PAGES)])

    async def show(request: web.Request) -> web.Response:
        if request.match_info["name"] not in NAMES:
            raise web.HTTPNotFound
        return page(request, f"{request.match_info['name']}.html", **sample())

    app = web.Application()
    app[LOOK] = look
    app.add_routes([*asset_routes(look.assets), web.get("/{name}", show)])
    return app


@dataclass(frozen=True, slots=True)
class Eyes:
    """Who looks: width in pixels, language, and the words of the mode cookie."""

    width: int
    lang: str
    mode: str

    def __str__(self) -> str:
        return f"{self.width}-{self.lang}-{self.mode}"


EYES = tuple(
    Eyes(*row)
    for row in (
        (390, "zh", "plain.light"),
        (1280, "zh", "plain.light"),
        (390, "en", "plain.dark"),
        (1280, "en", "plain.light"),
        (1280, "zh", "plain.dark"),
        (390, "zh", "elder.light"),
        (390, "en", "elder.light"),
        (1280, "en", "elder.dark"),
    )
)

FOUR = (
    Eyes(390, "zh", "plain.light"),
    Eyes(1280, "en", "elder.dark"),
    Eyes(1280, "zh", "plain.dark"),
    Eyes(390, "en", "elder.light"),
)
"""Two pairs of opposites: either pair has both widths, languages, sizes and schemes."""


def share_of(rows: Sequence[Row], eyes: Eyes) -> Sequence[Row]:
    """What one of FOUR looks at: every other row, as its opposite does; every row where EVERY_LOOK is set."""
    return rows if "EVERY_LOOK" in os.environ else rows[FOUR.index(eyes) // 2 :: 2]


@asynccontextmanager
async def served() -> AsyncIterator[tuple[str, Browser]]:
    """The gallery's address and a browser to look at it with."""
    chromium = shutil.which("chromium")
    assert chromium, "Chromium is needed: apt-get install chromium fonts-noto-cjk"
    switches = [*SWITCHES, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    async with TestServer(gallery_app()) as server, async_playwright() as play:
        browser = await play.chromium.launch(executable_path=chromium, args=switches)
        try:
            yield str(server.make_url("/")), browser
        finally:
            await browser.close()


async def look_at(browser: Browser, root: str, name: str, eyes: Eyes, console: list[str] | None = None) -> Page:
    """Open one page as these eyes see it, the browser's complaints into `console`; close its context when done."""
    context = await browser.new_context(
        viewport={"width": eyes.width, "height": 844 if eyes.width < 600 else 900},
        timezone_id="Asia/Shanghai",
        locale="zh-CN" if eyes.lang == "zh" else "en-GB",
    )
    await context.add_cookies(
        [{"name": n, "value": v, "url": root} for n, v in (("lang", eyes.lang), ("mode", eyes.mode))]
    )
    tab = await context.new_page()
    tab.set_default_timeout(15_000)
    if console is not None:
        tab.on("console", lambda message: console.append(message.text))
    answer = await tab.goto(root + name)
    assert answer, name
    assert answer.ok, f"{name}: {answer.status}"
    return tab


async def photograph(folder: Path, names: tuple[str, ...]) -> None:
    """Every page for every pair of eyes, whole, as PNG."""
    folder.mkdir(parents=True, exist_ok=True)
    async with served() as (root, browser):
        for name in names:
            for eyes in EYES:
                tab = await look_at(browser, root, name, eyes)
                await tab.screenshot(path=folder / f"{name}-{eyes}.png", full_page=True)
                await tab.context.close()


if __name__ == "__main__":
    asyncio.run(photograph(Path(sys.argv[1] if len(sys.argv) > 1 else "shots"), tuple(sys.argv[2:]) or NAMES))
