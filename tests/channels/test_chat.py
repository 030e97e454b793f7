"""The chat of the site: the same dialogue on a page, durable, live, and true about what arrived."""

import asyncio
import io
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from PIL import Image

from channels.web.chat import stream
from channels.web.chat.readers import MOST_EACH, Readers
from hub import workbench
from hub.errors import TooMany
from hub.storage import cases, chats, outbox
from hub.storage.contract import Store
from hub.storage.tx import Tx
from tests.builders import GOOD_REPLY, HANDLER, RECEPTION, REVIEWER, SIGNER, a_letter, an_office, office_on
from tests.by_chat import Browser, ChatSite, browsing, chatting
from tests.by_telegram import TickingClock
from tests.channels.published import answered, published
from tests.channels.web_site import csrf_in
from tests.conftest import FixedClock
from tests.talking import LAMP


def handled(tx: Tx) -> int:
    """How many sendings of the chat were worked off."""
    return int(tx.execute("SELECT COUNT(*) AS n FROM inbox WHERE channel = 'chat' AND state = 'done'")[0]["n"])


async def test_a_letter_lives_its_whole_life_on_the_page_without_javascript(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    await an_office(store, clock, tmp_path)
    office = office_on(store, TickingClock(clock), tmp_path)
    async with chatting(office) as site, browsing(site) as li:
        receipt = await li.files_a_letter(LAMP)
        number = re.search(r"\d{4}-\d{6}", receipt)[0]  # type: ignore[index]
        case_id = await store.read(cases.id_of, number)
        assert case_id is not None
        await li.presses("补充", "请写要补充的内容")
        await li.says("昨天又有一位老人摔倒了。", "已加到编号")

        case = await store.read(cases.get, case_id)
        assert case is not None
        if not case.unit:
            await office.act(number, "accept", {}, RECEPTION)
            await office.act(number, "dispatch", {"unit": "urban"}, RECEPTION)
        await office.act(number, "sign", {}, HANDLER)
        await office.act(number, "draft", {"body": GOOD_REPLY, "result": "upheld"}, HANDLER)
        await office.act(number, "sign_off", {}, SIGNER)
        await office.act(number, "qualified", {}, REVIEWER)
        while "控制箱进水跳闸" not in await li.opens():
            site.courier.wake()

        await li.says("评价", "满意吗")
        await li.says("2", "问题解决了吗")
        await li.says("3", "还有什么想说的")
        await li.says("灯还是不亮", "您的评价已记下")
        await li.presses("请求重办", "为什么希望重新办理")
        await li.says("换了灯还是不亮，请再来看看。", "已收到重办")
        sent = [r for r in await store.read(outbox.of_case, case_id) if r["text"] == "answered"]
        assert [(r["state"], r["channel"]) for r in sent] == [("sent", "chat")]
        await said_to_be_read(li, number, site, "sent", delivered=99_999)  # more than was said says nothing
        await said_to_be_read(li, number, site, "read", read=int(sent[0]["provider_id"]))


async def said_to_be_read(li: Browser, number: str, site: ChatSite, state: str, **marks: int) -> None:
    """The browser marks what it has; the handler sees how the answer stands."""
    fields = {"csrf": csrf_in(li.html), **{name: str(n) for name, n in marks.items()}}
    async with li.client.post("/chat/marks", data=fields) as answer:
        assert answer.status == 204
    office = site.office
    look = await office.store.read(workbench.look, number, HANDLER, await office.book(), office.clock())
    assert {str(n["state"]) for n in look.notices if n["text"] == "answered"} == {
        "sent" if 99_999 in marks.values() else state
    }


@pytest.fixture
async def site(store: Store, clock: FixedClock, tmp_path: Path) -> AsyncIterator[ChatSite]:
    """A site with its chat at work."""
    await an_office(store, clock, tmp_path)
    async with chatting(office_on(store, TickingClock(clock), tmp_path)) as running:
        yield running


async def next_line(answer: aiohttp.ClientResponse) -> tuple[int, str]:
    """The next line of a stream: its number and its HTML."""
    async with asyncio.timeout(30):
        while True:
            text = (await answer.content.readline()).decode()
            if text.startswith("data: "):
                row = json.loads(text[6:])
                return row["n"], row["html"]


async def test_a_stream_goes_on_where_it_broke_off_and_brings_what_is_said_meanwhile(site: ChatSite) -> None:
    async with browsing(site) as li:
        await li.says("写信", "哪一类信")
        first = await li.client.get("/chat/events")
        numbers = [(await next_line(first))[0] for _ in range(3)]
        first.close()
        assert numbers == [1, 2, 3]
        again = await li.client.get("/chat/events", headers={"Last-Event-ID": "2"})
        assert (await next_line(again))[0] == 3
        assert (await li.sends(text="投诉")) == 200
        assert "投诉" in (await next_line(again))[1]
        again.close()


async def test_a_sending_that_comes_twice_is_one_turn_and_a_stranger_sees_nothing(site: ChatSite) -> None:
    async with browsing(site) as li, browsing(site) as stranger:
        for _ in range(2):
            assert await li.sends(again="a" * 32, text="写信") == 200
        assert await site.office.store.read(handled) == 1
        assert sum("哪一类信" in line for line in li.lines) == 1
        assert "哪一类信" not in await stranger.opens()
        assert "哪一类信" in await li.opens()


async def test_a_letter_of_the_form_goes_on_in_the_chat_by_number_and_code(site: ChatSite) -> None:
    received = await site.office.receive(a_letter())
    async with browsing(site) as li:
        await li.says(f"{received.number} 000000000000", "没有找到")
        code = site.office.code(received.case_id)
        await li.says(f"{received.number} {code}", f"编号 {received.number}")
        await li.presses("补充", "请写要补充的内容")
        await li.says("又坏了一盏。", "已加到编号")
    thread = await site.office.store.read(cases.messages, received.case_id)
    assert thread[-1].body == "又坏了一盏。"


async def test_a_photo_sent_in_the_chat_stands_in_the_letter_and_a_program_is_refused(site: ChatSite) -> None:
    async with browsing(site) as li:
        await li.says(LAMP, "哪一类信")
        photo = io.BytesIO()
        Image.new("RGB", (8, 8), "red").save(photo, "PNG")
        assert await li.sends(("灯.png", photo.getvalue())) == 200
        assert "已收到第1份材料" in li.html
        assert await li.sends(("x.exe", b"MZ" + bytes(200))) == 422
        assert "x.exe" in li.html


async def test_what_is_empty_foreign_or_malformed_gets_a_sentence_and_changes_nothing(site: ChatSite) -> None:
    async with browsing(site) as li:
        assert await li.sends(text="   ") == 422
        assert "请写几个字" in li.html
        await li.opens()
        assert await li.sends(text="字" * 8001) == 422
        await li.opens()
        assert await li.sends(again="不对", text="写信") == 400
        async with li.client.post("/chat", data={"text": "写信", "id": "a" * 32, "csrf": "0"}) as answer:
            assert answer.status == 403
        assert await site.office.store.read(handled) == 0


async def test_no_reader_is_left_when_browsers_leave(site: ChatSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT", 0.05)
    before = len(asyncio.all_tasks())
    async with browsing(site) as li:
        opened = [await li.client.get("/chat/events") for _ in range(MOST_EACH)]
        async with li.client.get("/chat/events") as more:
            assert more.status == 429
        for answer in opened:
            answer.close()
    async with asyncio.timeout(30):
        while len(site.channel.readers) or len(asyncio.all_tasks()) > before + 2:
            await asyncio.sleep(0.02)


async def test_a_chat_silent_for_a_month_is_forgotten_and_its_letters_are_not(site: ChatSite) -> None:
    async with browsing(site) as li:
        await li.says("写信", "哪一类信")
        digest = (await site.office.store.read(lambda tx: tx.execute("SELECT chat_hash FROM chats", {})))[0][
            "chat_hash"
        ]
        assert await site.office.store.write(chats.forget_before, "chat", site.office.clock()) == 1
        assert await site.office.store.read(chats.after, "chat", digest, 0) == []
        assert "哪一类信" not in await li.opens()


async def test_a_woken_reader_reads_once_and_places_end_with_their_block() -> None:
    readers = Readers(most_each=1)
    with readers.place("chat", lambda: False) as reader:
        for _ in range(1000):
            readers.wake("chat")
        assert await reader.wait(0.01)
        assert not await reader.wait(0.01)
        with pytest.raises(TooMany), readers.place("chat", lambda: False):
            pass
    assert len(readers) == 0


async def test_an_answer_to_a_matter_like_it_is_shown_before_sending_and_may_be_enough(site: ChatSite) -> None:
    office = site.office
    received = await office.receive(a_letter(title="槐荫里北门路灯不亮"))
    await answered(office, received.number)
    await published(office, received.number, title="槐荫里北门路灯不亮", body="路灯不亮", reply="已经修好。")
    async with browsing(site) as li:
        await li.says("槐荫里北门路灯不亮，请来看看", "哪一类信")
        await li.presses("咨询", "/5）")
        await li.presses("跳过", "照片或文件")
        await li.presses("没有了", "怎么联系您")
        await li.presses("匿名", "可以把信和答复公开")
        await li.presses("不公开", "有人问过相近的事")
        assert f"/results/{received.number}" in li.html
        await li.presses("已经解答了，不用写了", "没有提交任何内容")
