"""Several people on one case: what is new while the page stays open, who else looks, and colleagues named in notes."""

import json

import aiohttp
import pytest

from hub.people import citizen
from hub.presence import LASTS
from hub.storage import cases, outbox, people
from tests.builders import HANDLER, RECEPTION, SIGNER, an_officer
from tests.channels.staff_desk import Page, see, sit_down
from tests.channels.test_staff_counter import hired
from tests.channels.test_staff_flows import a_case, page_of
from tests.channels.web_site import RunningSite, csrf_in

one_engine = pytest.mark.parametrize("engine", ["sqlite"])


@pytest.fixture
async def handler(site: RunningSite) -> aiohttp.ClientSession:
    return await sit_down(site, "handler")


async def now(client: aiohttp.ClientSession, number: str, tag: str = "", **seen: int) -> tuple[int, str, str]:
    """Status, words and tag of the parts that change."""
    asked = {"version": 99, "lines": 99, "seen": 99, **seen}
    headers = {"If-None-Match": tag} if tag else {}
    address = f"/staff/cases/{number}/now"
    async with client.get(address, params=asked, headers=headers, allow_redirects=False) as answer:
        return answer.status, await answer.text(), answer.headers.get("ETag", "")


async def is_here(client: aiohttp.ClientSession, number: str, **more: str) -> int:
    page = await see(client, "/staff/absence")
    fields = {"csrf": csrf_in(page.html), **more}
    async with client.post(f"/staff/cases/{number}/here", data=fields) as answer:
        return answer.status


# What is new ----------------------------------------------------------------------------------------------------------


@one_engine
async def test_a_page_that_stays_open_asks_again_and_is_told_only_what_changed(
    site: RunningSite, handler: aiohttp.ClientSession
) -> None:
    number, case_id = await a_case(site, "sign")
    status, words, tag = await now(handler, number)
    assert (status, "路灯从月初" in words, "刚刚补充" in words) == (200, True, False)
    assert await now(handler, number, tag) == (304, "", tag)
    await site.office.act(number, "add", {"text": "昨晚又有一盏不亮了。"}, citizen(case_id, 1))
    status, words, newer = await now(handler, number, tag, seen=1)
    assert (status, newer != tag) == (200, True)
    assert "昨晚又有一盏不亮了。" in words
    assert "来信人刚刚补充了内容" in words


@one_engine
async def test_a_colleagues_move_is_told_with_what_happened(site: RunningSite, handler: aiohttp.ClientSession) -> None:
    number, _ = await a_case(site, "sign")
    page = await page_of(handler, number)
    shown = {name: int(page.html.split(f'data-{name}="')[1].split('"')[0]) for name in ("version", "lines")}
    await site.office.act(number, "urgent", {}, RECEPTION)
    _, words, _ = await now(handler, number, **shown)
    news = words.split('id="news"')[1].split("</ul>")[0]
    assert "标为紧急" in news
    assert "乔满仓" in news
    assert "签收" not in news


@one_engine
async def test_who_lost_the_case_or_signed_out_is_told_nothing_more(
    site: RunningSite, handler: aiohttp.ClientSession
) -> None:
    number, _ = await a_case(site, "sign")
    _, _, tag = await now(handler, number)
    await site.office.act(number, "redispatch", {"unit": "housing", "reason": "改派"}, RECEPTION)
    status, words, _ = await now(handler, number, tag)
    assert (status, "路灯从月初" in words) == (404, False)
    assert (await now(site.browser(), number))[0] == 303


@one_engine
async def test_odd_numbers_in_the_address_are_taken_for_a_screen_that_saw_nothing(
    site: RunningSite, handler: aiohttp.ClientSession
) -> None:
    number, _ = await a_case(site, "sign")
    async with handler.get(f"/staff/cases/{number}/now?version=x&lines=-1&seen=99999999999999") as answer:
        assert answer.status == 200


@one_engine
async def test_a_page_left_open_does_not_keep_a_sign_in_alive(
    site: RunningSite, handler: aiohttp.ClientSession
) -> None:
    number, _ = await a_case(site, "sign")
    page = await page_of(handler, number)
    token = csrf_in(page.html)
    for _ in range(4):
        site.clock.advance(minutes=20)
        status = (await now(handler, number))[0]
        async with handler.post(f"/staff/cases/{number}/here", data={"csrf": token}, allow_redirects=False) as answer:
            assert (status, answer.status) in ((200, 204), (303, 303))
    assert status == 303


# Who else looks -------------------------------------------------------------------------------------------------------


def looking(html: str) -> str:
    return html.split('id="others"')[1].split("</p>")[0]


async def test_colleagues_see_each_other_for_as_long_as_the_page_is_open(
    site: RunningSite, handler: aiohttp.ClientSession
) -> None:
    number, _ = await a_case(site, "sign")
    signer = await sit_down(site, "signer")
    assert looking((await page_of(handler, number)).html).count("other") == 0
    assert await is_here(signer, number) == 204
    assert "孟长青 也在看" in looking((await page_of(handler, number)).html)
    assert "孟长青" not in looking((await page_of(signer, number)).html)
    assert await is_here(signer, number, writing="yes") == 204
    assert "孟长青 正在写答复" in looking((await now(handler, number))[1])
    assert await is_here(signer, number, gone="yes") == 204
    assert "孟长青" not in looking((await now(handler, number))[1])


@one_engine
async def test_whoever_fell_silent_is_no_longer_shown(site: RunningSite, handler: aiohttp.ClientSession) -> None:
    number, _ = await a_case(site, "sign")
    await is_here(await sit_down(site, "signer"), number)
    _, words, tag = await now(handler, number)
    assert "孟长青" in words
    site.clock.advance(seconds=LASTS.total_seconds() + 1)
    status, words, _ = await now(handler, number, tag)
    assert (status, "孟长青" in looking(words)) == (200, False)


@one_engine
async def test_a_case_that_does_not_exist_for_somebody_does_not_know_them(site: RunningSite) -> None:
    number, _ = await a_case(site, "sign")
    outsider = await sit_down(site, "other_handler")
    assert await is_here(outsider, number) == 404
    assert await is_here(outsider, "2026-999999") == 404
    async with outsider.post(f"/staff/cases/{number}/here", data={"csrf": "forged"}) as answer:
        assert answer.status == 403
    assert "韩住建" not in (await now(await sit_down(site, "handler"), number))[1]


@one_engine
async def test_a_second_account_of_the_same_person_is_nobody_else(site: RunningSite) -> None:
    number, _ = await a_case(site, "sign")
    twin = an_officer("周亦安二", "handler@urban")
    second = await hired(site, "twin", type(twin)(**{**_of(twin), "person": HANDLER.person}))
    await is_here(second, number)
    assert "周亦安二" not in looking((await page_of(await sit_down(site, "handler"), number)).html)


def _of(actor: object) -> dict[str, object]:
    return {name: getattr(actor, name) for name in actor.__dataclass_fields__}  # type: ignore[attr-defined]


# Colleagues named in notes --------------------------------------------------------------------------------------------


async def told(site: RunningSite, case_id: str) -> list[str]:
    rows = await site.office.store.read(outbox.of_case, case_id)
    return [str(row["recipient"]) for row in rows if row["text"] == "mentioned"]


async def noted(page: Page, text: str) -> Page:
    return await page.press("/moves/remark", remark__text=text)


async def test_a_colleague_named_in_a_note_hears_of_it_and_nobody_else_does(
    site: RunningSite, handler: aiohttp.ClientSession
) -> None:
    number, case_id = await a_case(site, "sign")
    page = await page_of(handler, number)
    assert "@孟长青" in page.html.split('data-mention="remark-text"')[1].split("</ul>")[0]
    page = await noted(page, "@孟长青 请看第二段，@孟长青，照明所电话要不要写？")
    assert "已完成：内部备注" in page.html
    assert await told(site, case_id) == [f"officer:{SIGNER.id}"]
    signer = await sit_down(site, "signer")
    assert f"{number}的备注里提到了您" in (await see(signer, "/staff/inbox")).html
    assert "备注里提到了您" not in (await see(await sit_down(site, "reception"), "/staff/inbox")).html
    (row,) = [r for r in await site.office.store.read(outbox.of_case, case_id) if r["text"] == "mentioned"]
    assert set(json.loads(row["refs"])) == {"message"}


@one_engine
async def test_whoever_cannot_see_the_case_cannot_be_named_and_the_note_is_not_kept(
    site: RunningSite, handler: aiohttp.ClientSession
) -> None:
    number, case_id = await a_case(site, "sign")
    page = await page_of(handler, number)
    assert "韩住建" not in page.html
    back = await noted(page, "@韩住建 您看呢？")
    assert back.status == 422
    assert "“@韩住建”不在能看到这件来信的同事里" in back.html
    assert "@韩住建 您看呢？" in dict(back.form("/moves/remark").fields)["remark-text"]
    assert await told(site, case_id) == []
    assert all("您看呢" not in m.body for m in await site.office.store.read(cases.messages, case_id))
    await site.office.act(number, "joint_open", {"unit": "housing", "task": "看灯杆"}, HANDLER)
    await noted(await page_of(handler, number), "@韩住建 您看呢？")
    assert await told(site, case_id) == ["officer:o-韩住建"]


@one_engine
async def test_of_a_complaint_about_a_unit_none_of_its_people_can_be_named(site: RunningSite) -> None:
    about = {
        "aim": "service",
        "target": "urban",
        "title": "窗口的人说话难听",
        "body": "城管局窗口的人让我滚出去，请管一管。",
    }
    number, _ = await a_case(site, **about)
    page = await page_of(await sit_down(site, "reception"), number)
    listed = page.html.split('data-mention="remark-text"')[1].split("</ul>")[0]
    assert "@陶知微" in listed
    assert "周亦安" not in listed
    assert "孟长青" not in listed


async def test_a_deputy_can_be_named_while_the_other_is_away_and_a_closed_account_never(site: RunningSite) -> None:
    number, case_id = await a_case(site, "sign")
    days = people.Absence(HANDLER.id, site.clock(), site.clock.now.replace(day=20), "o-韩住建")
    await site.office.store.write(people.set_away, days, "tests")
    await site.office.act(number, "remark", {"text": "@韩住建 今天您代办。"}, SIGNER)
    assert await told(site, case_id) == ["officer:o-韩住建"]
    await site.office.store.write(people.set_active, HANDLER.id, active=False)
    status, problem = await site.call("POST", f"/inbox/{number}/notes", by="signer", json={"text": "@周亦安 好的"})
    assert (status, "@周亦安" in str(problem)) == (422, True)


@one_engine
async def test_two_of_one_name_are_told_apart_by_their_accounts(site: RunningSite) -> None:
    number, case_id = await a_case(site, "sign")
    for account in ("liwei1", "liwei2"):
        twin = an_officer("李伟", "handler@urban")
        await hired(site, account, type(twin)(**{**_of(twin), "id": f"o-{account}", "person": account}))
    page = await page_of(await sit_down(site, "handler"), number)
    assert (await noted(page, "@李伟 去看一下")).status == 422
    await noted(page, "@李伟(liwei2) 去看一下，电子信箱写li@example.com")
    assert await told(site, case_id) == ["officer:o-liwei2"]


@one_engine
async def test_no_note_and_no_name_in_it_ever_reaches_the_citizen(site: RunningSite) -> None:
    status, receipt = await site.call(
        "POST", "/cases", json={"kind": "help", "title": "灯不亮", "body": "门口的灯不亮，请来看看。"}, key="k-1"
    )
    assert status == 201, receipt
    number, case_id = receipt["number"], await site.office.store.read(cases.id_of, receipt["number"])
    await site.office.act(number, "remark", {"text": "@陶知微 这位来信人反映过多次"}, RECEPTION)
    _, page = await site.call("GET", f"/cases/{number}", code=receipt["query_code"])
    assert "陶知微" not in json.dumps(page, ensure_ascii=False)
    assert await told(site, str(case_id)) == ["officer:o-陶知微"]


# Contact records ------------------------------------------------------------------------------------------------------


@one_engine
async def test_a_call_is_kept_with_whom_how_and_on_which_day(site: RunningSite, handler: aiohttp.ClientSession) -> None:
    number, _ = await a_case(site, "sign")
    page = await page_of(handler, number)
    call = {
        "contact__how": "phone",
        "contact__whom": "family",
        "contact__result": "reached",
        "contact__text": "约好周五",
    }
    back = await page.press("/moves/contact", **call, contact__day="2026-02-14")
    assert back.status == 422
    assert "“哪一天”不能晚于今天。" in back.html
    page = await back.press("/moves/contact", contact__day="2026-02-12")
    record = page.html.split('id="contacts"')[1].split("</ul>")[0]
    assert "电话 · 家人 · 已联系上" in record
    assert "有效联系" in record
    assert "实际联系：2月12日" in record
