"""Updates of Telegram become deeds exactly once, whatever order, repetition, breakage or mischief they come with."""

import asyncio
import json
import random
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from channels.conversing import Conversation, Heard
from hub.office import Office
from hub.reading import staff_case
from hub.storage import cases, quarantine
from hub.storage.contract import Store
from hub.storage.tx import Tx
from tests.bot_api import BotApi, fault
from tests.builders import RECEPTION, a_letter, an_office, an_officer, office_on
from tests.by_telegram import TEMPO, Talk, TickingClock, running, waits
from tests.conftest import FixedClock
from tests.hub.test_files import picture
from tests.talking import LAMP

LI, WANG = 1001, 1002


@pytest.fixture
async def office(store: Store, clock: FixedClock, tmp_path: Path) -> Office:
    await an_office(store, clock, tmp_path)
    return office_on(store, TickingClock(clock), tmp_path)


def number_in(receipt: str) -> str:
    found = re.search(r"\d{4}-\d{6}", receipt)
    assert found is not None
    return found[0]


def all_rows(tx: Tx, table: str) -> list[dict[str, Any]]:
    return tx.execute(f"SELECT * FROM {table}")


async def test_the_same_update_fifty_times_at_once_makes_one_letter(office: Office) -> None:
    async with BotApi() as api, running(office, api, mode="webhook"):
        li = Talk(api, LI)
        await li.files(LAMP)
        again = api.message(LI, text="/new"), api.message(LI, text="确认")
        before = len(li.heard)
        update = {"update_id": 5, "message": again[0]}
        await asyncio.gather(*(api.redeliver(update) for _ in range(50)))
        await li.hears("哪一类信", before)
        await asyncio.sleep(0.1)
        assert len([t for t in li.heard[before:] if "哪一类信" in t]) == 1
    assert len(await office.store.read(all_rows, "cases")) == 1
    rows = await office.store.read(all_rows, "inbox")
    assert len([r for r in rows if r["event_id"] == "5"]) == 1
    assert {r["state"] for r in rows} == {"done"}


async def test_confirming_fifty_times_files_one_letter(office: Office) -> None:
    async with BotApi() as api, running(office, api, mode="webhook"):
        li = Talk(api, LI)
        await li.files(LAMP)
        presses = [m for m in api.outbox(LI) if "请核对" in m.get("text", "")]
        code = next(
            b["callback_data"]
            for row in presses[-1]["reply_markup"]["inline_keyboard"]
            for b in row
            if "确认" in b["text"]
        )
        query = {"from": {"id": LI, "is_bot": False, "first_name": "李"}, "chat_instance": "1", "data": code}
        for n in range(50):
            await api.push(callback_query={**query, "id": f"again{n}", "message": presses[-1]})
        await api.until(lambda: len([t for t in li.heard if "这个按钮是以前的" in t]) == 50)
    assert len(await office.store.read(all_rows, "cases")) == 1


async def test_updates_in_any_order_are_all_taken(office: Office) -> None:
    async with BotApi() as api, running(office, api, mode="webhook"):
        updates = [
            {"update_id": 7_000_000 - 13 * n, "message": api.message(2000 + n % 10, text="/help")} for n in range(60)
        ]
        random.Random(7).shuffle(updates)
        await asyncio.gather(*(api.redeliver(u) for u in updates))
        await api.until(lambda: sum("您可以这样说" in t for c in range(10) for t in Talk(api, 2000 + c).heard) == 60)
    assert {r["state"] for r in await office.store.read(all_rows, "inbox")} == {"done"}


async def test_a_sticker_and_a_message_of_the_future_get_one_answer_each(office: Office) -> None:
    async with BotApi() as api, running(office, api, mode="webhook") as process:
        await api.sticker(LI)
        await Talk(api, LI).hears("看不懂表情")
        await api.push(message=api.message(WANG, hologram={"size": 3}))
        await Talk(api, WANG).hears("这种消息我收不了")
        await api.push(business_message={"what": "ever"})
        status = await process.bot.deliver(process.bot.path, "", b"{}")
        assert status == 403
        async with asyncio.timeout(30):
            while (left := await waits(office)).came.n:
                await asyncio.sleep(0.01)
    assert not api.undelivered
    assert len(Talk(api, LI).heard) == len(Talk(api, WANG).heard) == 1
    assert left.aside.n == 0


async def test_what_is_no_update_is_kept_aside_and_not_sent_for_ever(office: Office) -> None:
    async with BotApi() as api, running(office, api, mode="webhook") as process:
        assert api.hook is not None
        secret = api.hook["secret_token"]
        for body in (b"[]", b"\xff\xfe", b"{}"):
            assert await process.bot.deliver(process.bot.path, secret, body) == 200
        assert await process.bot.deliver("elsewhere", secret, b"{}") == 404
        assert await process.bot.deliver(process.bot.path, secret, b" " * (1 << 20) + b"{}") == 413
        assert (await waits(office)).aside.n == 3


async def test_an_update_that_cannot_be_handled_is_put_aside_politely(
    office: Office, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = Conversation._turn

    async def ill(self: Conversation, heard: Heard, book: Any) -> None:
        if heard.inputs[0].text == "毒药":
            raise RuntimeError
        await turn(self, heard, book)

    monkeypatch.setattr(Conversation, "_turn", ill)
    async with BotApi() as api, running(office, api, mode="webhook"):
        await api.say(LI, "毒药")
        await Talk(api, WANG).says("/help", "您可以这样说")
        for _ in range(200):
            clock.advance(seconds=10)
            if Talk(api, LI).heard:
                break
            await asyncio.sleep(0.02)
        assert "已请工作人员查看" in await Talk(api, LI).hears("没有处理成功")
        await Talk(api, LI).says("/help", "您可以这样说")
        assert (await waits(office)).aside.n == 1
        monkeypatch.undo()  # the fault is mended, and somebody lets it be tried again
        (aside,) = await office.store.read(quarantine.listed)
        assert aside["error"] == "RuntimeError"
        before = len(Talk(api, LI).heard)
        assert await office.store.write(quarantine.again, aside["channel"], aside["event_id"], clock.now)
        await api.until(lambda: len(Talk(api, LI).heard) > before)
        assert (await waits(office)).aside.n == 0


async def test_what_was_decided_before_a_crash_is_still_said_after_it(office: Office, clock: FixedClock) -> None:
    async with BotApi() as api:
        async with running(office, api, mode="polling", tempo=replace(TEMPO, patience=0.0)) as process:
            await Talk(api, LI).says("/help", "您可以这样说")
            process.courier._crew._take = _nothing  # the process dies before it can send anything more
            await api.say(LI, "/new")
            await api.until(lambda: not api.updates or api.offsets[-1] > api.updates[-1]["update_id"])
            async with asyncio.timeout(30):
                while not [r for r in await office.store.read(all_rows, "outbox") if r["state"] == "waiting"]:
                    await asyncio.sleep(0.01)
        before = len(Talk(api, LI).heard)
        async with running(office, api):
            await Talk(api, LI).hears("哪一类信", before)
            await asyncio.sleep(0.1)
        heard = Talk(api, LI).heard
    assert len([t for t in heard if "哪一类信" in t]) == 1
    assert not any("可能重复" in t for t in heard)


async def _nothing(_: int) -> list[Any]:
    return []


async def test_the_site_does_not_wait_for_telegram_and_the_bot_recovers_by_itself(office: Office) -> None:
    async with BotApi() as api:
        api.faults["getMe"].extend(fault(502, "Bad Gateway") for _ in range(3))
        async with running(office, api) as process:
            receipt = await office.receive(a_letter())
            assert receipt.number
            await api.say(LI, "/help")
            await Talk(api, LI).hears("您可以这样说")
            assert process.bot.pulse.reached
            assert api.calls.count(("getMe", {})) == 4


async def test_an_unreachable_api_leaves_the_bot_red_and_the_rest_alone(office: Office) -> None:
    api = BotApi()
    api.base = "http://127.0.0.1:9"
    async with running(office, api) as process:
        assert (await office.receive(a_letter())).number
        await api.until(lambda: process.bot.pulse.fault)
        pulse = process.bot.pulse
    assert (pulse.reached, pulse.fault) == (False, "NetworkError")


async def test_a_number_alone_opens_no_letter_and_the_right_code_makes_it_ones_own(office: Office) -> None:
    receipt = await office.receive(a_letter())
    code = office.code(receipt.case_id)
    async with BotApi() as api, running(office, api):
        wang = Talk(api, WANG)
        for words in (f"/add {receipt.number}", "/add 2026-999999"):
            await wang.says(words, "请写要补充的内容")
            assert "没有找到" in await wang.says("我来看看别人的信", "没有找到")
            await wang.says("/cancel", "这一项不做了")
        assert "没有找到" in await wang.says(f"/status {receipt.number} 000000000000", "没有找到")
        assert "路灯" in await wang.says(f"/status {receipt.number} {code}", receipt.number)
        await wang.says(f"/add {receipt.number}", "请写要补充的内容")
        await wang.says("补充一句。", "已加到编号")
    thread = await office.store.read(cases.messages, receipt.case_id)
    assert [m.body for m in thread[1:]] == ["补充一句。"]


async def test_codes_cannot_be_guessed_from_a_chat(office: Office) -> None:
    receipt = await office.receive(a_letter())
    async with BotApi() as api, running(office, api):
        wang = Talk(api, WANG)
        for n in range(10):
            await wang.says(f"/status {receipt.number} {n:012d}", "没有找到")
        await wang.says(f"/status {receipt.number} {office.code(receipt.case_id)}", "尝试次数太多")


async def test_a_department_never_reads_the_phone_that_a_hidden_citizen_adds(office: Office) -> None:
    letter = a_letter(aim="service", body="窗口的人态度很不好，让我跑了三趟也不说缺什么。", target="")
    receipt = await office.receive(letter)
    number, code = receipt.number, office.code(receipt.case_id)
    case = await office.store.read(cases.get, receipt.case_id)
    assert case is not None
    assert case.level == "confidential"
    said = "我叫李小满，电话 13912345678，请快一点。"
    async with BotApi() as api, running(office, api):
        li = Talk(api, LI)
        await li.says(f"/status {number} {code}", number)
        await li.says(f"/add {number}", "请写要补充的内容")
        await li.says(said, "已加到编号")
    book = await office.book()
    seen = await office.store.read(staff_case, number, RECEPTION, book, office.clock())
    assert "13912345678" not in str(seen)
    assert "李小满" not in str(seen)
    for table in ("messages", "inbox", "dialogues", "outbox", "vault"):
        assert "13912345678" not in str(await office.store.read(all_rows, table))
    opened = await office.contact(receipt.case_id)
    assert [json.loads(v)["text"] for k, v in opened.items() if k.startswith("said:")] == [said]


async def test_photos_of_one_album_are_one_addition(office: Office, clock: FixedClock) -> None:
    async with BotApi() as api, running(office, api) as _:
        li = Talk(api, LI)
        number = number_in(await li.files(LAMP))
        await li.says(f"/add {number}", "请写要补充的内容")
        shots = [api.keep("", "", picture("JPEG", (40 + n, 30))) for n in range(3)]
        before = len(li.heard)
        for n, shot in enumerate(shots):
            sizes = [{k: shot[k] for k in ("file_id", "file_unique_id", "file_size")} | {"width": 40, "height": 30}]
            caption = {"caption": "三个角度拍的。"} if n == 0 else {}
            await api.push(message=api.message(LI, photo=sizes, media_group_id="album", **caption))
        for _ in range(200):
            clock.advance(seconds=1)
            if len(li.heard) > before:
                break
            await asyncio.sleep(0.02)
        await li.hears("已加到编号", before)
    case_id = await office.store.read(cases.id_of, number)
    assert case_id is not None
    thread = await office.store.read(cases.messages, case_id)
    assert [(m.body, len(m.refs.get("files", ()))) for m in thread[1:]] == [("三个角度拍的。", 3)]
    assert len(await office.store.read(all_rows, "files")) == 3


async def test_a_file_that_cannot_be_taken_never_holds_the_letter_up(office: Office) -> None:
    async with BotApi() as api, running(office, api):
        li = Talk(api, LI)
        number = number_in(await li.files(LAMP))
        await li.says(f"/add {number}", "请写要补充的内容")
        await api.upload(LI, "程序.exe", "application/octet-stream", b"MZ" + bytes(100))
        await li.hears("已收到第1份材料")
        await api.photo(LI, picture("JPEG"))
        await li.hears("已收到第2份材料")
        before = len(li.heard)
        await li.says("都在这里了。", "已加到编号")
        assert "这种文件不能上传" in await li.hears("没有收下", before)
    case_id = await office.store.read(cases.id_of, number)
    assert case_id is not None
    assert [m.body for m in await office.store.read(cases.messages, case_id)][-1] == "都在这里了。"
    assert len(await office.store.read(all_rows, "files")) == 1


async def test_nothing_of_a_chat_can_be_read_in_the_store_without_the_key(office: Office) -> None:
    async with BotApi() as api, running(office, api):
        await Talk(api, 987654321).files(LAMP)
    for table in ("inbox", "dialogues", "outbox", "vault", "vault_index", "parties"):
        rows = str(await office.store.read(all_rows, table))
        assert "987654321" not in rows
        assert "13800000000" not in rows
        if table != "parties":
            assert "路灯" not in rows


async def test_danger_words_in_an_addition_make_the_letter_urgent(office: Office) -> None:
    async with BotApi() as api, running(office, api):
        li = Talk(api, LI)
        number = number_in(await li.files(LAMP))
        await li.says(f"/add {number}", "请写要补充的内容")
        await li.says("楼道里有煤气泄漏的味道，有人晕倒了！", "已加到编号")
    case_id = await office.store.read(cases.id_of, number)
    assert case_id is not None
    case = await office.store.read(cases.get, case_id)
    assert case is not None
    assert case.urgent


async def test_a_question_is_answered_in_the_chat(office: Office) -> None:
    async with BotApi() as api, running(office, api):
        li = Talk(api, LI)
        number = number_in(await li.files(LAMP))
        case_id = await office.store.read(cases.id_of, number)
        assert case_id is not None
        case = await office.store.read(cases.get, case_id)
        assert case is not None
        if not case.unit:
            await office.act(number, "accept", {}, RECEPTION)
            case = await office.act(number, "dispatch", {"unit": "urban"}, RECEPTION)
        handler = an_officer("周亦安", f"handler@{case.unit}")
        await office.act(number, "sign", {}, handler)
        await office.act(number, "ask_citizen", {"question": "请问是东门还是西门的路灯？"}, handler)
        assert "东门还是西门" in await li.hears("想向您问清楚")
        await li.presses("看看进展", "办理的人想问您")
        await li.presses("回答", "请写您的回答")
        await li.says("是东门。", "您的回答已加到")
    whole = await office.store.read(cases.dossier, case_id)
    assert whole is not None
    assert [o.data.get("question") is None and o.kind for o in whole.overlays if o.kind == "question"] == ["question"]
    assert whole.open("question") is None
