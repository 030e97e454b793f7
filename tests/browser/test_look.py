"""The components as people see them: no barrier known to axe, no sideways scrolling, nothing blocked, large targets."""

from collections.abc import AsyncIterator

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Browser, Page

from tests.browser.gallery import FOUR, NAMES, Eyes, look_at, served, share_of

pytestmark = pytest.mark.browser

TARGETS = "button, .button, .tabs a, .switches a, .views a, .door, input.entry, select, textarea, summary, .choice"


@pytest.fixture
async def gallery() -> AsyncIterator[tuple[str, Browser]]:
    async with served() as place:
        yield place


async def too_small(tab: Page, least: int) -> list[str]:
    """Visible controls under the least height, as their outer markup."""
    found: list[str] = await tab.evaluate(
        """([selector, least]) => [...document.querySelectorAll(selector)]
            .filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < least - 0.5)
            .map((e) => e.outerHTML.slice(0, 120))""",
        [TARGETS, least],
    )
    return found


@pytest.mark.parametrize("eyes", FOUR, ids=str)
async def test_every_component_is_accessible_and_fits(gallery: tuple[str, Browser], eyes: Eyes) -> None:
    root, browser = gallery
    for name in share_of(NAMES, eyes):
        complaints: list[str] = []
        tab = await look_at(browser, root, name, eyes, complaints)
        result = await Axe().run(tab)
        assert not result.violations_count, f"{name} {eyes}\n{result.generate_report()}"
        width = await tab.evaluate("document.documentElement.scrollWidth")
        assert width <= eyes.width, f"{name} {eyes} scrolls sideways to {width}"
        assert not complaints, f"{name} {eyes}: {complaints}"
        assert not await too_small(tab, 60 if "elder" in eyes.mode else 44), f"{name} {eyes}"
        await tab.context.close()


async def test_dark_follows_the_device_until_the_reader_decides(gallery: tuple[str, Browser]) -> None:
    root, browser = gallery
    tab = await look_at(browser, root, "portal", Eyes(390, "zh", "plain.auto"))
    paper = "getComputedStyle(document.body).backgroundColor"
    await tab.emulate_media(color_scheme="dark")
    dark = await tab.evaluate(paper)
    assert await tab.get_by_role("link", name="浅色").is_visible()
    await tab.get_by_role("link", name="浅色").click()
    assert await tab.evaluate(paper) != dark
    await tab.context.close()


async def test_keys_walk_the_inbox_and_can_be_switched_off(gallery: tuple[str, Browser]) -> None:
    root, browser = gallery
    tab = await look_at(browser, root, "inbox", Eyes(1280, "zh", "plain.light"))
    focused = "document.activeElement.textContent"
    await tab.keyboard.press("j")
    await tab.keyboard.press("j")
    assert await tab.evaluate(focused) == "槐荫里小区北门路灯不亮"
    await tab.keyboard.press("k")
    assert await tab.evaluate(focused) == "地下车库积水三天无人处理"
    await tab.keyboard.press("?")
    assert await tab.get_by_role("dialog").is_visible()
    assert not (await Axe().run(tab)).violations_count
    await tab.get_by_text("关闭单键操作").click()
    await tab.keyboard.press("Escape")
    await tab.get_by_role("link", name="槐荫里").focus()
    await tab.keyboard.press("j")
    assert await tab.evaluate(focused) == "槐荫里小区北门路灯不亮"
    await tab.context.close()


async def test_a_draft_survives_leaving_and_goes_when_the_receipt_is_shown(gallery: tuple[str, Browser]) -> None:
    root, browser = gallery
    tab = await look_at(browser, root, "track", Eyes(390, "zh", "plain.light"))
    box = tab.get_by_label("补充内容")
    await box.fill("是北门东侧。")
    await tab.get_by_text("已在本机保存草稿").wait_for()
    assert "994" in (await tab.locator("#more-count").text_content() or "")
    await tab.reload()
    assert await box.input_value() == "是北门东侧。"
    await tab.goto(root + "receipt")
    await tab.goto(root + "track")
    assert await box.input_value() == ""
    await tab.context.close()


async def test_without_javascript_nothing_is_offered_that_would_not_work(gallery: tuple[str, Browser]) -> None:
    root, browser = gallery
    context = await browser.new_context(java_script_enabled=False, locale="zh-CN")
    tab = await context.new_page()
    await tab.goto(root + "receipt")
    assert not await tab.get_by_role("button", name="打印").is_visible()
    assert await tab.get_by_text("384 920 175 663").is_visible()
    await tab.get_by_text("这个日期是怎么算的？").click()
    assert await tab.get_by_text("收到当天，不计").is_visible()
    await tab.get_by_role("link", name="长辈版").click()
    assert await tab.get_by_role("link", name="标准版").is_visible()
    await context.close()


async def test_the_printed_receipt_leaves_the_navigation_behind(gallery: tuple[str, Browser]) -> None:
    root, browser = gallery
    tab = await look_at(browser, root, "receipt", Eyes(1280, "zh", "plain.dark"))
    await tab.emulate_media(media="print")
    assert not await tab.get_by_role("navigation").first.is_visible()
    assert await tab.get_by_text("384 920 175 663").is_visible()
    assert await tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    await tab.context.close()
