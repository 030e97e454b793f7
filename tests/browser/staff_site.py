"""A whole site with a day's work on it, for looking at the office's pages; everybody and everything is invented."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from channels.pulse import Pulse
from channels.web.keys import PARTS, Parts
from channels.web.passwords import hash_password
from hub.followers import run_followers
from hub.people import citizen
from hub.ports import Draft, Finding
from hub.storage import cases
from hub.storage.migrate import migrate
from hub.storage.schema import STEPS
from hub.storage.store import open_store
from tests.browser.gallery import SWITCHES, Eyes
from tests.builders import GOOD_REPLY, HANDLER, RECEPTION, REVIEWER, SECOND_REVIEWER, SIGNER, a_letter
from tests.by_telegram import something_put_aside
from tests.channels.web_site import PASSWORD, RunningSite, a_site
from tests.conftest import FixedClock

POOR = "您反映的问题已收悉，我们会尽快处理。张大明电话13800002222。"
LETTERS = (
    ("北门路灯不亮，老人晚上出门看不见台阶", "complaint", "塘前社区3栋楼下"),
    ("垃圾桶满了三天没人清运", "complaint", "望溪街道幸福里"),
    ("人行道地砖松动，下雨天踩一脚水", "help", "松坪街道青年路"),
    ("夜里十一点以后还在施工", "complaint", "石渡街道新河湾"),
    ("建议在公园门口加装直饮水", "suggest", "稻香街道中心公园"),
    ("公厕热水一直没有", "complaint", "鹤鸣街道东市场"),
    ("占道经营把盲道堵住了", "complaint", "青枫街道菜场口"),
    ("想问问沿街招牌怎么申请", "consult", "禾塘街道"),
)


@dataclass
class Office:
    """The running site, a browser, and the numbers of the letters by how far they have come."""

    site: RunningSite
    browser: Browser
    numbers: dict[str, str]


def findings(draft: Draft, book: object) -> tuple[Finding, ...]:
    """Two checks that speak about poor words: enough to see the margin filled."""
    found, body = [], draft.body
    if "尽快" in body:
        found.append(Finding("Q4", "写了尽快，没有写哪一天。", "“Soon” names no day.", "我们会尽快处理", False))
    if "13800002222" in body:
        found.append(Finding("Q12", "出现了他人的手机号。", "Another person's number.", "13800002222", True))
    return tuple(found)


async def a_days_work(site: RunningSite, clock: FixedClock) -> dict[str, str]:
    """Letters in every state an office page shows."""
    numbers: dict[str, str] = {}
    clock.now -= timedelta(days=45)
    late = await _letter(site, "late", ("地下车库积水三天无人处理", "complaint", "塘前社区"), 3)
    numbers["late"] = late
    clock.now += timedelta(days=45)
    for place, row in enumerate(LETTERS[:4]):
        numbers[f"working{place}"] = await _letter(site, f"w{place}", row, 3)
    numbers["review"] = await _letter(site, "review", LETTERS[4], 3)
    numbers["fresh"] = await _letter(site, "fresh", ("门口堆了些旧家具没人管", "complaint", "塘前社区"), 0)
    numbers["public"] = await _letter(site, "public", LETTERS[5], 3)
    await _reply(site, numbers["public"], GOOD_REPLY + "感谢您，张女士。")
    await site.office.act(numbers["public"], "qualified", {}, REVIEWER)
    await _reply(site, numbers["review"], POOR.split("张大明", maxsplit=1)[0], "kept")
    await site.office.act(
        numbers["review"], "unqualified", {"reasons": ["Q1", "Q4"], "comment": "请写清去看了没有。"}, REVIEWER
    )
    clock.advance(hours=1)
    await _reply(site, numbers["review"], GOOD_REPLY, "kept")
    await _reply(site, numbers["working1"], POOR.split("张大明", maxsplit=1)[0])
    await site.office.act(
        numbers["working1"], "unqualified", {"reasons": ["Q4"], "comment": "写上日期。"}, SECOND_REVIEWER
    )
    await site.office.act(
        numbers["working0"], "contact", {"how": "phone", "result": "reached", "text": "约好周五去看。"}, HANDLER
    )
    case_id = await site.office.store.read(cases.id_of, numbers["working0"])
    assert case_id is not None
    await site.office.act(numbers["working0"], "add", {"text": "昨晚又有一盏不亮了。"}, citizen(case_id, 1))
    numbers["contested"] = await _letter(site, "contested", LETTERS[6], 2)
    await site.office.act(numbers["contested"], "object", {"reason": "这一段归街道管，请改派。"}, HANDLER)
    await something_put_aside(site.office, "路灯又坏了")
    site.app[PARTS].pulses["telegram"].failed("NetworkError", clock.now)
    await run_followers(site.office)
    return numbers


async def _letter(site: RunningSite, key: str, row: tuple[str, str, str], steps: int) -> str:
    title, kind, place = row
    body = f"{title}。已经有一阵子了，问过物业和社区，都说不归他们管。麻烦看看是哪里负责，什么时候能有个说法？"
    got = await site.office.receive(a_letter(key, title=title, kind=kind, place=place, body=body))
    case = await site.office.store.read(cases.get, got.case_id)
    assert case is not None
    if steps and case.state == "submitted":
        await site.office.act(got.number, "accept", {}, RECEPTION)
        await site.office.act(got.number, "dispatch", {"unit": "urban"}, RECEPTION)
    elif steps and case.unit != "urban":
        await site.office.act(got.number, "redispatch", {"unit": "urban", "reason": "市容管理职责"}, RECEPTION)
    if steps > 2:
        await site.office.act(got.number, "sign", {}, HANDLER)
    return got.number


async def _reply(site: RunningSite, number: str, body: str, result: str = "upheld") -> None:
    values = {"body": body, "result": result, "handling": "11点到现场，拍了照，约了供电公司。"}
    if result == "kept":
        values["reason"] = "今年的预算里没有这一项，先记下来。"
    await site.office.act(number, "draft", values, HANDLER)
    await site.office.act(number, "sign_off", {}, SIGNER)


@asynccontextmanager
async def an_office_at_work() -> AsyncIterator[Office]:
    """The site with its letters, and a browser."""
    clock = FixedClock(datetime(2026, 11, 26, 2, 30, tzinfo=UTC))
    chromium = shutil.which("chromium")
    assert chromium, "Chromium is needed: apt-get install chromium fonts-noto-cjk"
    switches = [*SWITCHES, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite://{folder}/minxin.db"
        await migrate_here(url, clock)
        store = await open_store(url, clock=clock, folder=STEPS)
        try:
            async with (
                a_site(
                    store, clock, Path(folder), hash_password(PASSWORD), parts=Parts(pulses={"telegram": Pulse()})
                ) as site,
                async_playwright() as play,
            ):
                numbers = await a_days_work(site, clock)
                site.office._inspect = findings
                browser = await play.chromium.launch(executable_path=chromium, args=switches)
                try:
                    yield Office(site, browser, numbers)
                finally:
                    await browser.close()
        finally:
            await store.close()


async def migrate_here(url: str, clock: FixedClock) -> None:
    """Make the empty store."""
    await migrate(url, clock=clock, folder=STEPS)


async def at_desk(office: Office, account: str, eyes: Eyes, console: list[str] | None = None) -> Page:
    """A tab in which an officer has signed in, seen with these eyes; close its context when done."""
    context = await office.browser.new_context(
        viewport={"width": eyes.width, "height": 844 if eyes.width < 600 else 900},
        timezone_id="Asia/Shanghai",
        locale="zh-CN" if eyes.lang == "zh" else "en-GB",
    )
    root = office.site.base
    await context.add_cookies(
        [{"name": n, "value": v, "url": root} for n, v in (("lang", eyes.lang), ("mode", eyes.mode))]
    )
    tab = await context.new_page()
    tab.set_default_timeout(15_000)
    if console is not None:
        tab.on("console", lambda message: console.append(message.text))
    await tab.goto(f"{root}/staff/login")
    await tab.locator("#account").fill(account)
    await tab.locator("#password").fill(PASSWORD)
    await tab.locator("main button[type=submit]").click()
    await tab.wait_for_url("**/staff/inbox")
    return tab


def pages_of(office: Office) -> tuple[tuple[str, str, str], ...]:
    """Name, who looks, and address of every page of the office."""
    n = office.numbers
    return (
        ("inbox", "handler", "/staff/inbox?view=working"),
        ("inbox-empty", "signer", "/staff/inbox?view=today"),
        ("search", "supervisor", "/staff/inbox?q=路灯"),
        ("case", "handler", f"/staff/cases/{n['working0']}?view=working"),
        ("case-redo", "handler", f"/staff/cases/{n['working1']}?view=returned"),
        ("case-supervisor", "supervisor", f"/staff/cases/{n['late']}"),
        ("counter-kinds", "reception", "/staff/letters/new"),
        ("counter", "reception", "/staff/letters/new?kind=complaint"),
        ("counter-add", "reception", "/staff/letters/add"),
        ("counter-renew", "reception", "/staff/letters/renew"),
        ("dispatch", "reception", "/staff/dispatch"),
        ("reviews", "reviewer2", "/staff/reviews"),
        ("review", "reviewer2", f"/staff/reviews/{n['review']}"),
        ("publications", "publisher", "/staff/publication"),
        ("publication", "publisher", f"/staff/publication/P{n['public']}"),
        ("board", "supervisor", "/staff/board"),
        ("board-hours", "supervisor", "/staff/board?view=hour"),
        ("ranks", "supervisor", "/staff/board/ranks"),
        ("behind", "supervisor", "/staff/board/cases?what=received.n"),
        ("readings", "reviewer2", "/staff/readings"),
        ("calls", "supervisor", "/staff/calls"),
        ("bulletins", "supervisor", "/staff/bulletins"),
        ("recommendations", "supervisor", "/staff/recommendations"),
        ("contact-log", "supervisor", "/staff/contact-log"),
        ("assign", "signer", "/staff/assign"),
        ("topics", "reception", "/staff/topics"),
        ("absence", "handler", "/staff/absence"),
        ("channels", "reception", "/staff/channels"),
        ("admin", "admin", "/staff/admin"),
        ("admin-rules", "admin", "/staff/admin/rules?text=门口的路灯不亮了"),
        ("admin-routing", "admin", "/staff/admin/routing"),
        ("admin-rule", "admin", "/staff/admin/rules?rule=housing-quality"),
        ("admin-calendar", "admin", "/staff/admin?tab=calendar"),
        ("admin-editions", "admin", "/staff/admin?tab=editions"),
        ("admin-health", "admin", "/staff/admin?tab=health"),
    )
