"""Talks with a person: asked for in a chat, answered at the desk, ended by either side or by silence."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from channels import talks
from channels.courier import Outlet, Policy, courier
from channels.dialogue import Called, CallPerson, EndTalk, Talked, ToPerson
from channels.web.chat.channel import ChatChannel, chat
from channels.web.chat.worker import setting_of
from channels.web.keys import PARTS
from hub.errors import NotFound, NotNow, Overtaken
from hub.storage import talks as stored
from hub.storage.tx import Tx
from tests.bot_api import BotApi
from tests.builders import HANDLER, RECEPTION, an_officer, office_on
from tests.by_chat import TEMPO, Browser, ChatSite, browsing
from tests.by_telegram import DANGERS, Talk, TickingClock, running
from tests.channels.staff_desk import see, sit_down
from tests.channels.web_site import RunningSite
from tests.talking import Citizen, facts

ON_ONE_ENGINE = pytest.mark.parametrize("engine", ["sqlite"])
"""For stories whose every statement the other tests here run on both engines."""
COLLEAGUE = an_officer("沈接班", "intake", home="intake")


@asynccontextmanager
async def town(site: RunningSite) -> AsyncIterator[Browser]:
    """The site with its chat and courier at work, and a citizen on the page of the chat."""
    async with at_work(site) as talk, browsing(ChatSite(site.base, talk, None, site.office)) as li:  # type: ignore[arg-type]
        yield li


@asynccontextmanager
async def at_work(site: RunningSite) -> AsyncIterator[ChatChannel]:
    """Chat and courier of one process; left, the process has ended."""
    async with AsyncExitStack() as stack:
        talk = await stack.enter_async_context(chat(site.office, setting_of("https://qinghe.example", DANGERS), TEMPO))
        outlets = {"chat": Outlet(talk.sender, talk.seal, "full")}
        await stack.enter_async_context(courier(site.office, outlets, Policy("https://qinghe.example", idle=0.02)))
        site.app._state[PARTS] = replace(site.app[PARTS], chat=talk)  # a started application is frozen
        yield talk


async def hears(li: Browser, words: str) -> None:
    """The citizen looks at the page until it holds the words."""
    async with asyncio.timeout(30):
        while words not in await li.opens():
            await asyncio.sleep(0.02)


async def tells(li: Browser, site: RunningSite, words: str) -> None:
    """The citizen writes in the talk, and the words have come to it."""
    id_ = (await the_talk(site)).id
    before = len(await site.office.store.read(stored.lines, id_))
    assert await li.sends(text=words) == 200
    async with asyncio.timeout(30):
        while len(await site.office.store.read(stored.lines, id_)) == before:
            await asyncio.sleep(0.01)


async def the_talk(site: RunningSite) -> stored.Talk:
    (talk,) = await site.office.store.read(stored.standing)
    return talk


def journal_of(tx: Tx) -> str:
    return str(tx.execute("SELECT * FROM followers", {})) + str(tx.execute("SELECT key, refs FROM outbox", {}))


async def test_a_citizen_speaks_with_the_desk_and_goes_back_to_the_dialogue(site: RunningSite) -> None:
    async with town(site) as li:
        await li.says("人工", "已请受理台的工作人员")
        await tells(li, site, "社保卡在哪里补办？")
        desk = await sit_down(site, "reception")
        listed = await see(desk, "/staff/talks")
        assert "等了0分钟" in listed.html
        assert re.search(r"对话[^<]*<span[^>]*>1<", listed.html), "the navigation counts who waits"
        talk = await the_talk(site)
        page = await see(desk, f"/staff/talks/{talk.id}")
        assert "社保卡在哪里补办？" in page.html
        after = await page.press(f"/staff/talks/{talk.id}", do="say", text="您好，政务大厅二楼8号窗口。")
        assert "政务大厅二楼8号窗口" in after.html
        await hears(li, "【受理台】您好，政务大厅二楼8号窗口。")
        assert (await the_talk(site)).taken_by == RECEPTION.id
        assert "社保卡" not in await site.office.store.read(journal_of)
        assert "8号窗口" not in await site.office.store.read(journal_of)
        await li.presses("结束对话", "对话已结束")
        await li.says("写信", "哪一类信")
        assert "对话已经结束，不能再回复" in (await see(desk, f"/staff/talks/{talk.id}")).html


@ON_ONE_ENGINE
async def test_words_of_danger_bring_the_numbers_at_once_and_the_talk_to_the_top(site: RunningSite) -> None:
    async with town(site) as li:
        await li.says("人工", "已请受理台的工作人员")
        await li.says("家里煤气泄漏了，救命", "110、119或120")
        assert (await the_talk(site)).urgent
        assert (
            "危险的字样"
            in (await see(await sit_down(site, "reception"), f"/staff/talks/{(await the_talk(site)).id}")).html
        )


async def test_a_desk_that_is_silent_gives_the_citizen_back_after_its_minutes_and_not_before(site: RunningSite) -> None:
    async with town(site) as li:
        await li.says("人工", "已请受理台的工作人员")
        site.clock.advance(minutes=9)
        await tells(li, site, "有人吗，我还在等")
        assert await talks.end_silent(site.office) == 0
        site.clock.advance(minutes=1, seconds=1)
        assert await talks.end_silent(site.office) == 1, "more words do not make the desk's silence younger"
        await hears(li, "没有人应答")
        assert await talks.end_silent(site.office) == 0
        await li.says("写信", "哪一类信")


@ON_ONE_ENGINE
async def test_a_citizen_who_has_gone_is_let_go_after_half_an_hour(site: RunningSite) -> None:
    async with town(site) as li:
        await li.says("人工", "已请受理台的工作人员")
        await talks.answer(site.office, (await the_talk(site)).id, "请讲。", "k1", RECEPTION)
        site.clock.advance(minutes=29)
        assert await talks.end_silent(site.office) == 0
        site.clock.advance(minutes=2)
        assert await talks.end_silent(site.office) == 1
        await hears(li, "好一会儿没有您的消息")


@ON_ONE_ENGINE
async def test_words_that_come_while_silence_is_noticed_keep_the_talk_open(site: RunningSite) -> None:
    async with town(site) as li:
        await li.says("人工", "已请受理台的工作人员")
        talk = await the_talk(site)
        await talks.answer(site.office, talk.id, "请讲。", "k1", RECEPTION)
        later = site.clock.advance(minutes=31)
        assert await site.office.store.read(stored.silent, later)
        await tells(li, site, "我在")
        assert not await site.office.store.write(stored.end, talk.id, "silence", later)


@ON_ONE_ENGINE
async def test_outside_office_hours_nobody_is_called_and_that_is_said_at_once(site: RunningSite) -> None:
    site.clock.advance(hours=12)
    async with town(site) as li:
        told = await li.says("人工", "现在不是工作时间")
        assert "9:00–12:00, 13:30–17:30" in told
        assert await site.office.store.read(stored.standing) == []


async def test_of_two_officers_one_has_the_talk_and_the_other_may_take_it_over_knowingly(site: RunningSite) -> None:
    async with town(site) as li:
        await li.says("人工", "已请受理台的工作人员")
        id_ = (await the_talk(site)).id
        await talks.take(site.office, id_, "", RECEPTION)
        with pytest.raises(Overtaken):
            await talks.take(site.office, id_, "", COLLEAGUE)
        with pytest.raises(Overtaken):
            await talks.answer(site.office, id_, "我来答。", "k1", COLLEAGUE)
        await talks.take(site.office, id_, RECEPTION.id, COLLEAGUE)
        await talks.answer(site.office, id_, "我来答。", "k1", COLLEAGUE)
        await talks.answer(site.office, id_, "我来答。", "k1", COLLEAGUE)
        assert len(await site.office.store.read(stored.lines, id_)) == 1, "the same form sent twice is said once"
        page = await see(await sit_down(site, "reception"), f"/staff/talks/{id_}")
        assert "由我接手" in page.html
        await talks.end(site.office, id_, COLLEAGUE)
        with pytest.raises(NotNow):
            await talks.answer(site.office, id_, "还有一句。", "k2", COLLEAGUE)
        await hears(li, "工作人员结束了对话")


@ON_ONE_ENGINE
async def test_a_talk_goes_on_after_the_hub_was_stopped_and_started(site: RunningSite) -> None:
    async with town(site) as li:
        await li.says("人工", "已请受理台的工作人员")
        await tells(li, site, "第一句")
    id_ = (await the_talk(site)).id
    await talks.answer(site.office, id_, "请接着说。", "k1", RECEPTION)
    async with at_work(site):
        lines = await site.office.store.read(stored.lines, id_)
        assert await talks.words_of(site.office, lines) == ["第一句", "请接着说。"]
        async with asyncio.timeout(30):
            while not await site.office.store.read(said_in_chat, "请接着说"):
                await asyncio.sleep(0.02)


def said_in_chat(tx: Tx, _: str) -> bool:
    """Whether what the desk said has become a line of the chat."""
    return bool(tx.execute("SELECT key FROM chat_lines WHERE key LIKE 'notice:talk:%'", {}))


@ON_ONE_ENGINE
async def test_only_the_reception_desk_knows_of_talks(site: RunningSite) -> None:
    handler = await see(await sit_down(site, "handler"), "/staff/inbox")
    assert "/staff/talks" not in handler.html
    assert (await see(await sit_down(site, "handler"), "/staff/talks")).status == 403
    async with town(site) as li:
        await li.says("人工", "已请受理台的工作人员")
        id_ = (await the_talk(site)).id
        for stranger in (HANDLER, an_officer("外单位", "intake@urban", home="urban")):
            with pytest.raises(NotFound):
                await talks.take(site.office, id_, "", stranger)


async def test_what_ended_long_ago_is_forgotten(site: RunningSite) -> None:
    async with town(site) as li:
        await li.says("人工", "已请受理台的工作人员")
        await tells(li, site, "一句话")
        id_ = (await the_talk(site)).id
        await li.says("结束", "对话已结束")
        later = site.clock() + timedelta(days=31)
        await site.office.store.write(stored.forget_before, later - timedelta(days=talks.KEPT_DAYS))
        assert await site.office.store.read(stored.get, id_) is None
        assert await site.office.store.read(stored.lines, id_) == []


@ON_ONE_ENGINE
async def test_over_telegram_a_talk_goes_on_where_words_may_be_carried_and_elsewhere_the_site_is_named(
    site: RunningSite, tmp_path: Path
) -> None:
    office = office_on(site.office.store, TickingClock(site.clock), tmp_path)
    async with BotApi() as api:
        async with running(office, api):
            citizen = Talk(api, 1001)
            await citizen.says("/person", "已请受理台的工作人员")
            await talks.answer(site.office, (await the_talk(site)).id, "请讲。", "k1", RECEPTION)
            await citizen.hears("【受理台】请讲。")
            await citizen.says("结束", "对话已结束")
        async with running(office, api, carry="link"):
            assert "/chat" in await Talk(api, 1002).says("人工", "不能和人直接对话")


# The dialogue by itself ---------------------------------------------------------------------------------------------


def in_a_talk() -> Citizen:
    return Citizen(replace(facts(), talking=True))


def test_asking_for_a_person_leaves_the_letter_where_it_was() -> None:
    citizen = Citizen().says_("/new").presses("咨询")
    before = citizen.session
    citizen.says_("人工")
    assert citizen.wish == CallPerson()
    assert (citizen.session.step, citizen.session.answers) == (before.step, before.answers)


@pytest.mark.parametrize("text", ["补充", "取消", "写信", "1", "2026-001234 查询", "没有了"])
def test_in_a_talk_every_plain_word_goes_to_the_person(text: str) -> None:
    wish = in_a_talk().says_(text).wish
    assert isinstance(wish, ToPerson)
    assert wish.text == text


@pytest.mark.parametrize("text", ["结束", "/end", "结束对话", "END"])
def test_in_a_talk_its_end_is_understood(text: str) -> None:
    assert in_a_talk().says_(text).wish == EndTalk()


def test_in_a_talk_commands_buttons_and_files_are_answered_and_not_passed_on() -> None:
    for citizen in (in_a_talk().says_("/new"), in_a_talk().sends()):
        assert citizen.wish is None
        assert citizen.labels == ["结束对话"]
    assert isinstance(in_a_talk().sends(caption="这是照片里的字").wish, ToPerson)


def test_what_reached_nobody_is_said_so() -> None:
    citizen = in_a_talk().says_("还在吗")
    citizen.hears(Talked(stands=False))
    assert "没有转给工作人员" in citizen.read
    citizen = Citizen().says_("人工")
    citizen.hears(Called(staffed=False, hours="9:00–12:00", minutes=10))
    assert "现在不是工作时间" in citizen.read
