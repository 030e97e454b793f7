"""The office's pages as officers see them: no barrier known to axe, nothing sideways, and a day's work by keyboard."""

from collections.abc import AsyncIterator

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Page

from hub.storage import cases
from tests.browser.gallery import FOUR, Eyes, share_of
from tests.browser.staff_site import Office, an_office_at_work, at_desk, pages_of
from tests.builders import GOOD_REPLY
from tests.hub.notices import COMING, whole

pytestmark = pytest.mark.browser


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    async with an_office_at_work() as place:
        yield place


async def no_barriers(tab: Page, where: str) -> None:
    result = await Axe().run(tab)
    assert not result.violations_count, f"{where}\n{result.generate_report()}"


@pytest.mark.parametrize("eyes", FOUR, ids=str)
async def test_every_page_of_the_office_is_accessible_and_fits(office: Office, eyes: Eyes) -> None:
    tabs: dict[str, tuple[Page, list[str]]] = {}
    for name, account, path in share_of(pages_of(office), eyes):
        if account not in tabs:
            console: list[str] = []
            tabs[account] = await at_desk(office, account, eyes, console), console
        tab, said = tabs[account]
        await tab.goto(office.site.base + path)
        await tab.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
        await no_barriers(tab, f"{name} {eyes}")
        width = await tab.evaluate("document.documentElement.scrollWidth")
        assert width <= eyes.width, f"{name} {eyes} scrolls sideways to {width}"
        assert not said, f"{name} {eyes}: {said}"


@pytest.mark.parametrize("width", [390, 1280])
async def test_from_the_inbox_to_a_reply_by_keyboard(office: Office, width: int) -> None:
    tab = await at_desk(office, "handler", Eyes(width, "zh", "plain.light"))
    await tab.goto(f"{office.site.base}/staff/inbox?view=working")
    for _ in range(4):
        await tab.keyboard.press("j")
        if "北门路灯" in str(await tab.evaluate("document.activeElement.textContent")):
            break
    await tab.keyboard.press("Enter")
    await tab.wait_for_url(f"**/staff/cases/{office.numbers['working0']}**")
    await tab.locator("#draft-body").fill("我们会尽快处理。")
    await tab.get_by_role("button", name="检查一下").click()
    await tab.locator("#findings .finding").wait_for()
    assert "写了尽快" in (await tab.locator("#findings").inner_text())
    assert await tab.locator("#draft-body").input_value() == "我们会尽快处理。"
    await tab.locator("#draft-result").select_option("upheld")
    await tab.locator("#draft-body").fill(GOOD_REPLY)
    await tab.locator("#draft-body").press("Control+Enter")
    await tab.get_by_text("已完成：提交答复").wait_for()
    case_id = await office.site.office.store.read(cases.id_of, office.numbers["working0"])
    assert case_id is not None
    case = await office.site.office.store.read(cases.get, case_id)
    assert case is not None
    assert case.state == "drafted"
    await tab.context.close()


@pytest.mark.parametrize("width", [390, 1280])
async def test_a_review_and_a_publication(office: Office, width: int) -> None:
    look = Eyes(width, "zh", "plain.light")
    tab = await at_desk(office, "reviewer2", look)
    await tab.goto(f"{office.site.base}/staff/reviews")
    await tab.get_by_role("link", name="直饮水").click()
    await tab.get_by_text("来信人问的每一件事都答了吗？").click()
    await tab.keyboard.press("Control+Enter")
    await tab.get_by_text("已完成：合格").wait_for()
    await tab.context.close()

    tab = await at_desk(office, "publisher", look)
    await tab.goto(f"{office.site.base}/staff/publication/P{office.numbers['review']}")
    await tab.get_by_label("还要遮盖的词").fill("照明所")
    await tab.get_by_role("button", name="按这样预览").click()
    await tab.locator("#public-reply").wait_for()
    assert "照明所" not in await tab.locator("#public-reply").inner_text()
    await tab.get_by_role("button", name="公开", exact=True).click()
    await tab.get_by_text("已完成：公开").wait_for()
    await tab.context.close()


async def test_a_digit_sends_a_letter_to_the_unit_of_that_number(office: Office) -> None:
    tab = await at_desk(office, "reception", Eyes(1280, "zh", "plain.light"))
    await tab.goto(f"{office.site.base}/staff/dispatch")
    for _ in range(2):
        await tab.keyboard.press("j")
    assert "旧家具" in str(await tab.evaluate("document.activeElement.textContent"))
    await tab.keyboard.press("1")
    await tab.get_by_text("已完成：派单").wait_for()
    await tab.context.close()


@pytest.mark.parametrize("eyes", [Eyes(390, "zh", "plain.light"), Eyes(1280, "en", "plain.dark")], ids=str)
async def test_an_admin_announces_a_year_after_a_preview(office: Office, eyes: Eyes) -> None:
    tab = await at_desk(office, "admin", eyes)
    await tab.goto(f"{office.site.base}/staff/admin?tab=calendar")
    await tab.fill("#notice", whole(COMING, 2027))
    await tab.click("form:has(#notice) button")
    await tab.wait_for_selector("#preview-title")
    await no_barriers(tab, f"preview {eyes}")
    width = await tab.evaluate("document.documentElement.scrollWidth")
    assert width <= eyes.width
    await tab.click("button[value=publish]")
    await tab.wait_for_url("**year=2027**")
    await no_barriers(tab, f"published {eyes}")


@pytest.mark.parametrize("eyes", FOUR[::3], ids=str)
async def test_a_letter_is_entered_its_receipt_printed_and_something_added(office: Office, eyes: Eyes) -> None:
    tab = await at_desk(office, "reception", eyes)
    await tab.goto(f"{office.site.base}/staff/letters/new?kind=help")
    await tab.locator("label[for=way-2]").click()
    await tab.locator("#title").fill("楼道灯不亮")
    await tab.locator("#title").press("Enter")  # keeps, files nothing
    assert await tab.locator("#title").input_value() == "楼道灯不亮"
    await tab.locator("#body").fill("三单元楼道的灯坏了一个月，老人晚上看不见，请来修。")
    await tab.locator("#body").press("Control+Enter")
    await tab.locator("[data-errors]").wait_for()
    await no_barriers(tab, f"counter refused {eyes}")
    await tab.locator("#place").fill("塘前社区3栋")
    await tab.locator("#place").press("Control+Enter")
    await tab.wait_for_url("**/staff/letters/receipt")
    await no_barriers(tab, f"receipt {eyes}")
    assert await tab.evaluate("document.documentElement.scrollWidth") <= eyes.width
    await tab.emulate_media(media="print")
    assert not await tab.locator(".bench").is_visible()
    assert await tab.locator("#query-code").is_visible()
    await tab.emulate_media(media="screen")
    number = await tab.locator(".receipt .number").inner_text()

    await tab.goto(f"{office.site.base}/staff/letters/add")
    await tab.locator("#number").fill(number)
    await tab.locator("#number").press("Enter")
    await tab.locator("#body").wait_for()
    await no_barriers(tab, f"adding {eyes}")
    await tab.locator("label[for=way-2]").click()
    await tab.locator("#body").fill("昨晚又有一盏不亮了。")
    await tab.locator("#body").press("Control+Enter")
    await tab.locator(".flash").wait_for()
    assert number in await tab.locator(".flash").inner_text()
    await tab.context.close()
