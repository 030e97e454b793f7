"""The citizen's pages in a real browser: every page without a barrier, a letter written with and without JavaScript."""

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Page

from tests.browser.gallery import LETTER, Eyes
from tests.browser.shots import a_tab, chromium, district, following, own_page, walk
from tests.browser.test_look import too_small

pytestmark = pytest.mark.browser

THREE = (Eyes(390, "zh", "elder.light"), Eyes(390, "zh", "plain.dark"), Eyes(1280, "en", "plain.light"))


@pytest.mark.parametrize("eyes", THREE, ids=str)
async def test_every_page_on_the_way_from_writing_to_rating_is_accessible_and_fits(eyes: Eyes) -> None:
    async with chromium() as browser, district() as (root, office, _):
        tab = await a_tab(browser, root, eyes)
        complaints: list[str] = []
        tab.on("console", lambda message: complaints.append(message.text) if "422" not in message.text else None)
        seen = []

        async def look(name: str) -> None:
            result = await Axe().run(tab)
            assert not result.violations_count, f"{name} {eyes}\n{result.generate_report()}"
            width = await tab.evaluate("document.documentElement.scrollWidth")
            assert width <= eyes.width, f"{name} {eyes} scrolls sideways to {width}"
            assert not complaints, f"{name} {eyes}: {complaints}"
            small = await too_small(tab, 60 if "elder" in eyes.mode else 44)
            assert not small, f"{name} {eyes}: {small}"
            seen.append(name)

        number, code = await walk(tab, root, look)
        await own_page(tab, root, office, number, look)
        assert len(seen) > 15
        assert code.replace(" ", "") not in tab.url


async def test_a_letter_is_written_and_tracked_without_javascript() -> None:
    async with chromium() as browser, district() as (root, _, _):
        tab = await a_tab(browser, root, Eyes(390, "zh", "plain.light"), javascript=False)
        seen: list[str] = []

        async def look(name: str) -> None:
            seen.append(name)

        number, code = await walk(tab, root, look)
        assert number == "2026-000007"
        assert len(code.replace(" ", "")) == 12
        assert await tab.get_by_text("槐荫里小区北门外的路灯").first.is_visible()


async def test_the_back_button_of_the_browser_loses_no_word() -> None:
    async with chromium() as browser, district() as (root, _, _):
        for javascript in (True, False):
            tab = await a_tab(browser, root, Eyes(390, "zh", "plain.light"), javascript=javascript)
            await to_matter(tab, root)
            await tab.locator("#title").fill("北门路灯不亮")
            await tab.locator("#body").fill(LETTER)
            await tab.locator("#place").fill("槐荫里")
            await following(tab)
            await tab.locator("#name").fill("王女士")
            await following(tab)
            await tab.go_back()
            assert await tab.locator("#name").input_value() == "王女士", javascript
            await tab.go_back()
            assert await tab.locator("#body").input_value() == LETTER, javascript
            await tab.context.close()


async def test_pressing_enter_goes_on_and_pressing_send_twice_is_one_letter() -> None:
    async with chromium() as browser, district() as (root, office, _):
        tab = await a_tab(browser, root, Eyes(1280, "zh", "plain.light"))
        await to_matter(tab, root)
        await tab.locator("#body").fill(LETTER)
        await tab.locator("#place").fill("槐荫里")
        await tab.locator("#title").press("Enter")
        await tab.get_by_role("heading", name="怎么联系您").wait_for()
        await following(tab)
        await following(tab)
        await tab.locator("[data-primary]").dblclick()
        await tab.wait_for_url("**/letters/receipt")
        rows = await office.store.read(_count)
        assert rows == 7


async def test_words_that_were_wrong_are_focused_and_a_line_leads_to_its_field() -> None:
    async with chromium() as browser, district() as (root, _, _):
        tab = await a_tab(browser, root, Eyes(390, "zh", "plain.light"))
        await to_matter(tab, root)
        await following(tab)
        assert await tab.evaluate("document.activeElement.hasAttribute('data-errors')")
        await tab.locator("[data-errors] a").first.click()
        assert await tab.evaluate("document.activeElement.id") in ("body", "place", "title")


async def to_matter(tab: Page, root: str) -> None:
    """The second step, with a request for help."""
    await tab.goto(f"{root}/letters/new")
    await tab.get_by_text("求助", exact=True).click()
    await following(tab)


def _count(tx):  # type: ignore[no-untyped-def]
    return tx.execute("SELECT COUNT(*) AS n FROM cases WHERE about = ''")[0]["n"]
