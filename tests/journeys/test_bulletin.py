"""A month's bulletin from its draft to the public page, a correction, and a recall; told as those see it who do it."""

import io
import re
from datetime import UTC, datetime
from html import unescape
from typing import Any

from openpyxl import load_workbook
from pypdf import PdfReader
from pypdf.generic import BooleanObject

from channels.bulletins.page import ROOMY
from hub.errors import Said
from hub.followers import run_followers
from hub.storage import bulletins as rows
from hub.storage.bulletins import Key
from supervision.bulletins.document import Cell, Table, from_text, shown
from supervision.bulletins.sentences import told
from tests.channels.staff_desk import Page, see
from tests.channels.web_site import RunningSite
from tests.journeys.town import Town
from tests.supervision.test_board import answered

LINKED = re.compile(r'href="(/staff/board/cases[^"]*)">([^<]*)<')
PUBLIC = "/bulletins/month/2026-02"
DESK = "/staff/bulletins/month/2026-02"
MONDAY = datetime(2026, 3, 2, 1, tzinfo=UTC)


async def pressed(page: Page, move: str, **values: str) -> Page:
    """A button of the bulletin's page, and the page that comes back."""
    after = await page.press(f"/{move}", **values)
    assert after.status == 200, after.html
    return after


async def test_a_month_is_drawn_up_checked_released_read_corrected_and_recalled(town: Town) -> None:
    site = town.site
    await answered(site.office, "key-1", score=5)
    await run_followers(site.office)
    await town.time_passes(MONDAY)

    supervisor = await site.desk("supervisor")
    listed = await see(supervisor, "/staff/bulletins")
    assert "2026年2月来信办理情况通报" in listed.html
    assert "待督查室审核" in listed.html
    assert await gone(site) == 404, "a draft is nobody's but the office's"
    assert (await see(await site.desk("handler"), f"{DESK}/1")).status == 404

    page = await see(supervisor, f"{DESK}/1")
    await every_number_leads_to_its_cases(page)
    wrong = await page.press("/write", problems_zh="请联系13900001234")
    assert wrong.status == 422
    assert "像是个人信息" in wrong.html
    assert "请联系13900001234" in wrong.html, "what was written is not lost"
    page = await pressed(wrong, "write", problems_zh="路灯报修回复偏慢。", problems_en="Answers about lamps are slow.")
    page = await pressed(page, "check")
    assert "待领导发布" in page.html
    leader = await see(await site.desk("leader"), f"{DESK}/1")
    await pressed(leader, "release")

    assert "2026年2月来信办理情况通报" in await town.reads("/bulletins")
    public = await town.reads(PUBLIC)
    assert "路灯报修回复偏慢。" in public
    assert "/staff/" not in public.replace("/staff/login", ""), "no number leads the public to a case"
    assert "Answers about lamps are slow." in await town.reads(f"{PUBLIC}?lang=en")
    assert PUBLIC in await town.reads("/feeds/bulletins.atom?lang=zh")
    unit = await see(await site.desk("handler"), f"{DESK}/1")
    assert unit.status == 200
    led = [unescape(to) for to, _ in LINKED.findall(unit.html)]
    assert led, "a unit is led to its own cases"
    assert all("unit=urban" in to for to in led)
    assert {(await see(unit.client, to)).status for to in led} == {200}
    await every_form_says_the_same(site)

    await answered(site.office, "key-2")
    await run_followers(site.office)
    page = await see(supervisor, f"{DESK}/1")
    page = await pressed(page, "correct", reason="二月的一件来信漏登了。")
    assert page.url.endswith("/2026-02/2?done=correct")
    page = await pressed(page, "check")
    leader = await see(await site.desk("leader"), f"{DESK}/2")
    await pressed(leader, "release")
    assert "二月的一件来信漏登了。" in await town.reads(f"{PUBLIC}?lang=zh")
    assert "这一版已经更正" in await town.reads(f"{PUBLIC}?version=1")

    leader = await see(await site.desk("leader"), f"{DESK}/2")
    await pressed(leader, "recall", reason="单位名称有误。")
    assert await gone(site) == 410
    async with site.client.get(PUBLIC) as answer:
        tombstone = await answer.text()
    assert "单位名称有误。" in tombstone
    assert "路灯" not in tombstone
    async with site.client.get(f"{PUBLIC}/2/pdf") as answer:
        assert answer.status == 404


async def every_number_leads_to_its_cases(page: Page) -> None:
    """Each linked number opens a list that counts as many as it was counted from."""
    linked = {unescape(to): words for to, words in LINKED.findall(page.html)}
    assert len(linked) > 15
    for to, words in linked.items():
        behind = await see(page.client, to)
        assert behind.status == 200, (to, behind.html)
        assert "路灯坏了半个月没人修" in behind.html, (to, words)


async def gone(site: RunningSite) -> int:
    """How the public page answers."""
    async with site.client.get(PUBLIC) as answer:
        return answer.status


async def every_form_says_the_same(site: RunningSite) -> None:
    """Each number of the document stands word for word on paper, and as a number in the table file."""
    one = await site.office.store.read(rows.one, Key("month", "2026-02", 1))
    assert one is not None
    document = from_text(one.content)
    paper, sheets = await fetched(site, "pdf"), await fetched(site, "xlsx")
    read = PdfReader(io.BytesIO(paper))
    pages, headings = read.pages, [document.title.zh, *(part.title.zh for part in document.parts)]
    assert read.metadata is not None
    assert (read.metadata.title, read.root_object["/Lang"]) == (document.title.zh, "zh-CN")
    assert read.root_object["/ViewerPreferences"]["/DisplayDocTitle"] == BooleanObject(value=True)
    headings = [h for h in headings if h != "下一步工作"]  # nobody wrote anything there, so that it is left out
    assert bookmarks(read.outline) == headings
    words = "".join("".join(page.extract_text().split()) for page in pages)
    book = load_workbook(io.BytesIO(sheets))
    titles = {sheet.title: sheet for sheet in book.worksheets}
    for table in document.tables():
        if not table.rows:
            continue
        sheet = titles[table.title.zh]
        for line, row in enumerate(table.rows, 2):
            assert "".join(on_paper(table, part) for part in (row.name, *row.cells)) in words, (table.code, row.name.zh)
            for n, cell in enumerate(row.cells, 2):
                if isinstance(cell, Cell):
                    assert sheet.cell(line, n).value == (cell.value if cell.value is not None else "—")
    places = [words.index("".join(heading.split())) for heading in headings]
    assert places == sorted(places), "what is copied comes in the order of the page"


def bookmarks(outline: Any) -> list[str]:
    """The titles of an outline, those below each after it."""
    return [title for one in outline for title in (bookmarks(one) if isinstance(one, list) else [str(one.title)])]


def on_paper(table: Table, part: Cell | Said | None) -> str:
    """A cell as the paper has it, without blanks."""
    if not isinstance(part, Cell):
        return "".join(shown(part, "zh").split())
    few = "*" if part.how == "share" and part.value is not None and not part.enough else ""
    words = told(part, "zh") if len(table.columns) <= ROOMY else shown(part, "zh")
    return words.replace(" ", "") + few


async def fetched(site: RunningSite, form: str) -> bytes:
    async with site.client.get(f"{PUBLIC}/1/{form}?lang=zh") as answer:
        assert answer.status == 200
        assert f'filename="month-2026-02-v1.{form}"' in answer.headers["Content-Disposition"]
        return await answer.read()
