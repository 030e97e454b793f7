"""The board's pages: every view opens, every number leads to its own cases, and files hold what the page shows."""

import csv
import io
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest

from channels.tables import BOM, Workbook, csv_text
from channels.web.staff.board.asked import VIEWS
from hub.followers import run_followers
from hub.people import citizen
from tests.builders import GOOD_REPLY, HANDLER, RECEPTION, REVIEWER, SIGNER, a_letter
from tests.channels.staff_desk import Page, see, sit_down
from tests.channels.web_site import RunningSite

LINK = re.compile(r'<a href="(/staff/board/cases\?[^"]+)">(\d+)</a>')

AVERAGES = ("median_days.n", "rounds.n")


async def answered(site: RunningSite, key: str, **changes: object) -> str:
    receipt = await site.office.receive(a_letter(key, **changes))
    act = site.office.act
    if receipt.state == "submitted":
        await act(receipt.number, "accept", {}, RECEPTION)
        await act(receipt.number, "dispatch", {"unit": "urban"}, RECEPTION)
    await act(receipt.number, "sign", {}, HANDLER)
    await act(receipt.number, "draft", {"body": GOOD_REPLY, "result": "upheld"}, HANDLER)
    await act(receipt.number, "sign_off", {}, SIGNER)
    await act(receipt.number, "qualified", {}, REVIEWER)
    await act(receipt.number, "rate", {"score": 5, "solved": "yes"}, citizen(receipt.case_id, 1))
    return receipt.number


def numbers(page: Page) -> list[tuple[str, int]]:
    """Address and number of everything on a page that leads to cases."""
    return [(unescape(href), int(n)) for href, n in LINK.findall(page.html)]


def listed(page: Page) -> int:
    return page.html.count('<td role="cell" class="number">')


async def test_every_view_opens_and_every_number_leads_to_as_many_cases(site: RunningSite) -> None:
    for n in range(3):
        await answered(site, f"key-{n}")
    await site.office.receive(a_letter("open", title="=1+1"))
    await run_followers(site.office)
    desk, followed = await sit_down(site, "supervisor"), set[str]()
    for view, _ in VIEWS:
        page = await see(desk, f"/staff/board?view={view}")
        assert page.status == 200, view
        found = numbers(page)
        assert found, view
        for href, n in found:
            what = parse_qs(urlsplit(href).query)["what"][0]
            if (view, what) not in followed and what not in AVERAGES:  # one of each kind of number of each view
                followed.add((view, what))
                cases = await see(desk, href)
                assert (cases.status, listed(cases)) == (200, n), href


async def test_a_unit_reads_its_own_cases_and_no_figures_of_persons_or_hours(site: RunningSite) -> None:
    await answered(site, "key-1")
    await run_followers(site.office)
    handler, other = await sit_down(site, "handler"), await sit_down(site, "other_handler")
    assert listed(await see(handler, "/staff/board/cases?what=received.n")) == 1
    assert listed(await see(other, "/staff/board/cases?what=received.n")) == 0
    assert (await see(other, "/staff/board/cases?what=received.n&unit=urban")).status == 404
    for cut in ("officer&value=x", "hour&value=5-10"):
        assert (await see(handler, f"/staff/board/cases?what=received.n&cut={cut}")).status == 403
    assert "承办人" not in (await see(handler, "/staff/board")).html.partition("</nav>")[0]
    signer = await see(await sit_down(site, "signer"), "/staff/board?view=officer")
    assert "周亦安" in signer.html or HANDLER.name in signer.html


async def test_days_that_no_calendar_reaches_ask_for_this_month(site: RunningSite) -> None:
    desk, this = await sit_down(site, "supervisor"), site.clock().date().replace(day=1).isoformat()
    for asked in ("from=0001-01-01&to=0001-01-31", "from=9999-12-01&to=9999-12-31", "from=soon"):
        page = await see(desk, f"/staff/board?{asked}")
        assert page.status == 200, asked
        assert f'value="{this}"' in page.html, asked


@pytest.mark.parametrize(
    "asked",
    [
        "what=nothing",
        "what=on_time.x",
        "what=received.of",
        "what=imported.received",
        "what=",
        "cut=street&what=received.n",
    ],
)
async def test_what_is_no_number_is_not_found(site: RunningSite, asked: str) -> None:
    assert (await see(await sit_down(site, "supervisor"), f"/staff/board/cases?{asked}")).status == 404


async def test_files_hold_the_numbers_of_the_page_and_run_nothing(site: RunningSite) -> None:
    await answered(site, "key-1", title="=HYPERLINK(1)")
    await run_followers(site.office)
    desk = await sit_down(site, "supervisor")
    async with desk.get("/staff/board.csv?view=unit") as answer:
        assert answer.headers["Content-Type"] == "text/csv"
        text = await answer.text(encoding="utf-8")
    assert text.startswith(BOM)
    heads, line, *_ = list(csv.reader(io.StringIO(text.removeprefix(BOM))))
    in_csv = dict(zip(heads, line, strict=True))
    assert (in_csv["收到"], float(in_csv["按期答复"])) == ("1", 1.0)
    async with desk.get("/staff/board.xlsx?view=unit") as answer:
        sheet = openpyxl.load_workbook(io.BytesIO(await answer.read())).active
    rows = list(sheet.iter_rows(values_only=True))
    assert [str(head) for head in rows[0]] == heads
    assert [float(x) for x in rows[1][1:] if x is not None] == [float(x) for x in line[1:] if x]
    async with desk.get("/staff/board/cases.csv?what=received.n") as answer:
        assert "'=HYPERLINK(1)" in await answer.text(encoding="utf-8")
    async with desk.get("/staff/board/cases.xlsx?what=received.n") as answer:
        cell = openpyxl.load_workbook(io.BytesIO(await answer.read())).active["D2"]
    assert (cell.value, cell.data_type) == ("=HYPERLINK(1)", "s")


def test_no_text_of_a_file_is_a_formula_and_every_number_stays_one() -> None:
    assert csv_text([["=1+1", "+86", "-5", "@x", "\t=1", -5, 2.5, None, "a,b"]]) == (
        "'=1+1,'+86,'-5,'@x,'\t=1,-5,2.5,,\"a,b\"\r\n"
    )


def test_sheets_take_any_title_each_once() -> None:
    out = io.BytesIO()
    book = Workbook(out)
    for _ in range(2):
        book.sheet("各单位/街道：[按期]" * 4, ["a"])
        book.add([["=1", 2.0]])
    book.close()
    names = openpyxl.load_workbook(out).sheetnames
    assert len({name.casefold() for name in names}) == 2
    assert all(len(name) <= 31 and not set("[]:*?/\\") & set(name) for name in names)
