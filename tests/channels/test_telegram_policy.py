"""What a foreign messenger may carry, what its menu says, and what becomes of a message that is changed later."""

from pathlib import Path

import pytest

from channels.telegram.menu import COMMANDS, words
from hub.office import Office
from hub.storage import cases
from hub.storage.contract import Store
from tests.bot_api import BotApi, fault
from tests.builders import a_letter, an_office, office_on
from tests.by_telegram import SITE, Talk, TickingClock, running
from tests.channels.test_telegram_worker import all_rows, number_in
from tests.conftest import FixedClock
from tests.talking import LAMP

LI = 1001


@pytest.fixture
async def office(store: Store, clock: FixedClock, tmp_path: Path) -> Office:
    await an_office(store, clock, tmp_path)
    return office_on(store, TickingClock(clock), tmp_path)


async def bodies(office: Office, number: str) -> list[str]:
    case_id = await office.store.read(cases.id_of, number)
    assert case_id is not None
    return [m.body for m in await office.store.read(cases.messages, case_id)]


async def test_by_default_no_letter_is_written_in_the_chat_and_the_citizen_is_told_why(office: Office) -> None:
    receipt = await office.receive(a_letter())
    async with BotApi() as api, running(office, api, carry="link"):
        li = Talk(api, LI)
        hello = await li.says("/start", "这里可以查进度")
        assert "Telegram不是政府的软件" in hello
        assert f"{SITE}/letters/new" in hello
        assert f"{SITE}/letters/new" in await li.says(LAMP, "这里只发回执、进度和链接")
        await li.says("楼道里有煤气泄漏的味道！", "您刚才的话没有交给部门")
        code = office.code(receipt.case_id)
        told = await li.says(f"/status {receipt.number} {code}", receipt.number)
        assert f"{SITE}/letters/track" in told
        assert not any("路灯" in each for each in li.heard)
    assert len(await office.store.read(all_rows, "cases")) == 1


async def test_where_letters_may_be_written_their_answers_still_stay_on_the_page(office: Office) -> None:
    async with BotApi() as api, running(office, api, carry="letters"):
        li = Talk(api, LI)
        number = number_in(await li.files(LAMP))
        assert "路灯" not in await li.says(f"/status {number}", f"{SITE}/letters/track")


async def test_the_menu_stands_in_both_languages_and_offers_only_what_is_done(office: Office) -> None:
    async with BotApi() as api, running(office, api, carry="link"):
        await api.until(lambda: ("short", "zh") in api.shown)
        chinese, english = (
            {row["command"]: row["description"] for row in api.shown["commands", lang]} for lang in ("zh", "")
        )
        assert chinese["status"] == "查进度：编号和查询码"
        assert english["status"].startswith("How a letter stands")
        assert "add" not in chinese
        assert "Telegram不是政府的软件" in api.shown["description", "zh"]
    assert [c.command for c in words("en", SITE, letters=True).commands] == list(COMMANDS)
    assert all(len(words(lang, SITE, letters=True).short) <= 120 for lang in ("zh", "en"))


async def test_a_menu_that_is_refused_stops_nothing(office: Office) -> None:
    async with BotApi() as api:
        api.faults["setMyCommands"].append(fault(429, "Too Many Requests: retry after 600", retry_after=600))
        async with running(office, api) as process:
            await Talk(api, LI).says("/help", "您可以这样说")
            assert process.bot.pulse.reached


async def test_a_message_changed_before_sending_changes_the_letter_and_after_it_becomes_a_correction(
    office: Office,
) -> None:
    async with BotApi() as api, running(office, api):
        li = Talk(api, LI)
        await li.says("/new", "哪一类信")
        await li.presses("建议", "请说说是什么事")
        said = await api.say(LI, "公园里多放几张长椅。")
        await li.hears("（2/5）")
        await api.edit(said, "公园里多放几张带靠背的长椅。")
        await li.hears("已按您改过的消息更新")
        for answer, next_question in (("跳过", ""), ("跳过", ""), ("没有了", "怎么联系您"), ("匿名", "公开给别人")):
            await li.says(answer, next_question)
        await li.says("不公开", "请核对")
        number = number_in(await li.says("确认", "已收到您的信"))
        assert await bodies(office, number) == ["公园里多放几张带靠背的长椅。"]
        before = len(li.heard)
        await api.edit(said, "公园里多放几张带靠背的长椅。")
        await api.edit(said, "公园里多放十张带靠背的长椅。")
        await li.hears("原来的保留不动", before)
        await li.hears("已加到编号", before)
        assert await bodies(office, number) == [
            "公园里多放几张带靠背的长椅。",
            "（更正先前的一条消息）\n公园里多放十张带靠背的长椅。",
        ]


async def test_an_addition_that_is_changed_is_corrected_too_and_a_moving_place_says_nothing(office: Office) -> None:
    async with BotApi() as api, running(office, api):
        li = Talk(api, LI)
        number = number_in(await li.files(LAMP))
        await li.says(f"/add {number}", "请写要补充的内容")
        added = await api.say(LI, "是东门那一排。")
        await li.hears("已加到编号")
        place = await api.place(LI, 31.2, 121.4)
        await li.hears("哪一类信")
        before = len(li.heard)
        for step in range(3):
            where = {"latitude": 31.2 + step, "longitude": 121.4}
            await api.push(edited_message={**place["message"], "location": where})
        await api.edit(added, "是西门那一排。")
        await li.hears("已加到编号", before)
        assert [t for t in li.heard[before:] if "以前的消息" in t] == []
        assert (await bodies(office, number))[-2:] == ["是东门那一排。", "（更正先前的一条消息）\n是西门那一排。"]
