"""A case that stays open in a browser: news, colleagues, a lost connection, and a draft that keeps itself."""

from collections.abc import AsyncIterator

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Page

from hub.people import citizen
from hub.storage import cases, drafts
from tests.browser.gallery import Eyes
from tests.browser.staff_site import Office, an_office_at_work, at_desk
from tests.builders import HANDLER

pytestmark = pytest.mark.browser


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    async with an_office_at_work() as place:
        yield place


async def opened(office: Office, account: str, number: str, eyes: Eyes) -> Page:
    """The page of a case in a browser whose clock the test moves."""
    tab = await at_desk(office, account, eyes)
    await tab.clock.install()
    await tab.goto(f"{office.site.base}/staff/cases/{number}")
    return tab


async def no_barriers(tab: Page, eyes: Eyes) -> None:
    result = await Axe().run(tab)
    assert not result.violations_count, f"{eyes}\n{result.generate_report()}"
    assert await tab.evaluate("document.documentElement.scrollWidth") <= eyes.width


async def test_two_people_and_a_citizen_on_one_case(office: Office) -> None:
    eyes = Eyes(390, "zh", "plain.light")
    number, hub = office.numbers["working0"], office.site.office
    case_id = str(await hub.store.read(cases.id_of, number))
    signer = await opened(office, "signer", number, eyes)
    handler = await opened(office, "handler", number, eyes)
    await handler.locator("#others", has_text="孟长青 也在看").wait_for()
    await handler.locator("#draft-body").fill("写到一半，先去现场")
    await handler.clock.run_for(3000)
    await handler.locator("#draft-note", has_text="草稿已保存").wait_for()
    kept = await hub.store.read(drafts.get, case_id, HANDLER.id)
    assert kept is not None
    assert kept.words["body"] == "写到一半，先去现场"
    await signer.clock.run_for(6000)
    await signer.locator("#others", has_text="周亦安 正在写答复").wait_for()

    await hub.act(number, "add", {"text": "今天下午又灭了两盏。"}, citizen(case_id, 1))
    await handler.clock.run_for(6000)
    await handler.locator("#thread", has_text="今天下午又灭了两盏。").wait_for()
    assert await handler.locator("#draft-body").input_value() == "写到一半，先去现场"
    newest = (await hub.store.read(cases.get, case_id)).last_message  # type: ignore[union-attr]
    assert await handler.locator('input[name="draft-seen"]').input_value() != str(newest)
    await handler.get_by_role("button", name="看过了").click()
    assert await handler.locator('input[name="draft-seen"]').input_value() == str(newest)

    await handler.context.set_offline(True)
    await handler.clock.run_for(6000)
    await handler.locator("[data-lost]").wait_for()
    await handler.context.set_offline(False)
    await handler.locator("[data-lost]").wait_for(state="hidden")

    await handler.locator("#step-remark > summary").click()
    await handler.get_by_text("写@姓名").click()
    await handler.get_by_role("button", name="@孟长青").click()
    assert await handler.locator("#remark-text").input_value() == "@孟长青 "
    await no_barriers(handler, eyes)

    await signer.context.clear_cookies()  # signed out in another tab
    await signer.clock.run_for(30_000)
    await signer.locator("[data-out]").wait_for()
    await signer.context.close()
    await handler.context.close()
