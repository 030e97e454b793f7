"""Tracking over HTTP without JavaScript: the right pair opens, everything a citizen may do is a form that works."""

import logging
from pathlib import Path

import pytest

from config.settings import Limits, Server, Settings
from hub.storage import cases
from hub.storage.contract import Store
from tests.builders import HANDLER, RECEPTION, a_letter
from tests.channels.published import answered
from tests.channels.reader import Reader, write_letter
from tests.channels.test_public_write import code_in, photo
from tests.channels.web_site import RunningSite, a_site
from tests.conftest import FixedClock


async def opened(site: RunningSite, **words: str) -> tuple[Reader, str, str]:
    """A letter written and opened in the same browser: reader, number, code."""
    reader = await write_letter(Reader(site.client), **words)
    code = code_in(reader.text)
    await reader.open("/letters/mine")
    return reader, "2026-000001", code


async def test_from_writing_to_rating(site: RunningSite) -> None:
    reader, number, code = await opened(site, phone="13900001234")
    assert "已提交" in reader.text
    await answered(site.office, number)
    await reader.open("/letters/mine")
    assert "已答复" in reader.text
    assert "三盏灯都亮了" in reader.text
    assert "正式答复" in reader.text
    await reader.press(action="/letters/mine/rate", score="4", solved="yes", comment="谢谢周工")
    assert reader.url.startswith(f"{site.base}/letters/mine?done=rate")
    assert "谢谢您的评价" in reader.text
    assert reader.value("score", "/letters/mine/rate") == "4"
    await reader.press(action="/letters/mine/rate", score="2", solved="no")
    case_id, _ = await site.office.case_by_code(number, code)
    case = await site.office.store.read(cases.get, case_id)
    assert case is not None
    assert (case.score, case.solved) == (2, "no")
    await reader.press(action="/letters/mine/reopen", reason="第二天又不亮了，三号楼还是黑的。")
    assert "已收到您的申请" in reader.text
    assert "第二天又不亮了" in reader.text


async def test_a_wrong_code_and_an_unknown_number_read_the_same(site: RunningSite) -> None:
    await opened(site)
    said = []
    for number, code in (("2026-000001", "1" * 12), ("2026-009999", "1" * 12)):
        stranger = Reader(site.browser())
        await stranger.open("/letters/track")
        await stranger.press(action="/letters/track", number=number, code=code)
        assert stranger.status == 422
        assert stranger.value("number", "/letters/track") == number
        assert "没有找到这封信" in stranger.text
        assert code not in stranger.text
        said.append(stranger.text.replace(number, ""))
    strip = [page.split('name="csrf" value="')[0] for page in said]
    assert strip[0] == strip[1]


async def test_guessing_ends_after_a_few_tries(
    store: Store, clock: FixedClock, tmp_path: Path, officers_password: str
) -> None:
    few = Settings(limits=Limits(lookups_per_quarter=3), server=Server(port=0))
    async with a_site(store, clock, tmp_path, officers_password, few) as site:
        reader = Reader(site.client)
        for status in (422, 422, 422, 429):
            await reader.open("/letters/track")
            await reader.press(action="/letters/track", number="2026-000001", code="1" * 12)
            assert reader.status == status
        assert "分钟后再试" in reader.text


async def test_an_own_page_needs_an_opened_letter_and_signing_off_closes_it(site: RunningSite) -> None:
    stranger = Reader(site.browser())
    await stranger.open("/letters/mine")
    assert stranger.url == f"{site.base}/letters/track"
    reader, _, _ = await opened(site)
    await reader.press(action="/letters/leave")
    assert reader.url == f"{site.base}/letters/track"
    await reader.open("/letters/mine")
    assert reader.url == f"{site.base}/letters/track"
    await reader.open("/letters/receipt")
    assert reader.url == f"{site.base}/letters/track"


async def test_adding_words_and_a_photo_shows_both_and_an_empty_one_says_what_is_missing(site: RunningSite) -> None:
    reader, number, _ = await opened(site)
    await reader.press(action="/letters/mine/add", text="是东边那一盏。", files=[("东边.jpg", photo())])
    assert "已收到您的补充" in reader.text
    assert "是东边那一盏。" in reader.text
    assert "东边.jpg" in reader.text
    await reader.press(action="/letters/mine/add", text="")
    assert reader.status == 422
    assert "请填写" in reader.text
    await reader.press(action="/letters/mine/add", text="还有一张", files=[("假.jpg", b"MZ program")])
    assert reader.status == 422
    assert "假.jpg：" in reader.text
    assert reader.value("text", "/letters/mine/add") == "还有一张"
    assert number in reader.text


async def test_a_question_of_the_office_stands_out_and_can_be_answered(site: RunningSite) -> None:
    reader, number, _ = await opened(site)
    if "正在办理" not in reader.text:
        await site.office.act(number, "accept", {}, RECEPTION)
        await site.office.act(number, "dispatch", {"unit": "urban"}, RECEPTION)
    await site.office.act(number, "sign", {}, HANDLER)
    await site.office.act(number, "ask_citizen", {"question": "是东侧还是西侧的灯？"}, HANDLER)
    await reader.open("/letters/mine")
    assert "想请您补充" in reader.text
    assert "待您补充" in reader.text
    await reader.press(action="/letters/mine/add", text="西侧。")
    assert "想请您补充" not in reader.text


async def test_a_request_to_fix_is_answered_and_the_letter_goes_on(site: RunningSite) -> None:
    received = await site.office.receive(a_letter(body="我们那边的那个东西坏了，麻烦看看。", title="东西坏了"))
    if received.state == "submitted":
        await site.office.act(received.number, "ask_fix", {"question": "请问在哪里、什么东西坏了？"}, RECEPTION)
    reader = Reader(site.client)
    await reader.open("/letters/track")
    await reader.press(action="/letters/track", number=received.number, code=site.office.code(received.case_id))
    assert "请问在哪里" in reader.text
    await reader.press(action="/letters/mine/supply", text="塘前社区三号楼的单元门。")
    assert "来信接着往下办" in reader.text


async def test_withdrawing_asks_once_more(site: RunningSite) -> None:
    reader, _, _ = await opened(site)
    await reader.open("/letters/mine/withdraw")
    assert "撤回这封来信吗" in reader.text
    await reader.press(action="/letters/mine/withdraw", reason="已经修好了")
    assert "来信已撤回" in reader.text
    assert "已办结" in reader.text
    await reader.open("/letters/mine/withdraw")
    assert reader.url == f"{site.base}/letters/mine"


async def test_a_late_answer_is_said_openly_with_the_next_day(site: RunningSite) -> None:
    reader, number, code = await opened(site)
    site.clock.advance(days=60)
    await reader.open("/letters/track")
    await reader.press(action="/letters/track", number=number, code=code)
    assert "抱歉，答复已超过时限" in reader.text
    assert "下次告知您的日期是" in reader.text
    assert "个工作日。" in reader.text


async def test_what_may_not_be_done_now_says_why_and_keeps_the_words(site: RunningSite) -> None:
    reader, number, _ = await opened(site)
    await answered(site.office, number)
    await reader.open("/letters/mine")
    stale = reader.text
    await reader.press(action="/letters/mine/reopen", reason="还是不亮")
    reader.text = stale
    await reader.press(action="/letters/mine/reopen", reason="还是不亮，第二次")
    assert reader.status == 409
    assert 'role="status"' in reader.text


async def test_a_deed_that_is_none_does_not_exist(site: RunningSite) -> None:
    reader, _, _ = await opened(site)
    csrf = reader.value("csrf", "/letters/leave")
    for deed in ("dispatch", "set_level", "withdrawal"):
        async with site.client.post(f"/letters/mine/{deed}", data={"csrf": csrf}) as answer:
            assert answer.status == 404


async def test_the_code_is_in_no_log_and_no_referrer_leaves_the_site(
    site: RunningSite, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    reader, number, code = await opened(site)
    await reader.open("/letters/track")
    await reader.press(action="/letters/track", number=number, code=code)
    assert code not in caplog.text
    assert not any(code in address for address in reader.seen)
    assert reader.headers["Referrer-Policy"] in ("same-origin", "no-referrer")
