"""Voice messages: kept, listened to at the desk, and taken down as the words of whoever spoke."""

import re
from pathlib import Path

import pytest

from hub import publishing
from hub.errors import Refusal
from hub.office import Office
from hub.storage import cases
from hub.storage.contract import Store
from hub.submission import Attached
from tests.bot_api import BotApi
from tests.builders import GOOD_REPLY, HANDLER, PUBLISHER, RECEPTION, an_office, office_on
from tests.by_telegram import Talk, TickingClock, running
from tests.channels.published import answered
from tests.channels.staff_desk import see, sit_down
from tests.channels.test_public_track import opened
from tests.channels.test_staff_flows import a_case, page_of
from tests.channels.web_site import RunningSite
from tests.conftest import FixedClock

LI = 1001
OGG = b"OggS\x00\x02" + bytes(22) + b"\x01\x13OpusHead" + bytes(40)
WORDS = "我是三号楼的，门口的路灯不亮，老人摔了一跤。"
one_engine = pytest.mark.parametrize("engine", ["sqlite"])


async def records(office: Office, case_id: str) -> list[tuple[str, str, object]]:
    whole = await office.store.read(cases.dossier, case_id)
    assert whole is not None
    return [(o.kind, o.state, o.data.get("message")) for o in whole.overlays if o.kind == "dictation"]


async def test_a_letter_spoken_to_the_bot_goes_to_the_desk_and_its_words_come_back(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    await an_office(store, clock, tmp_path)
    office = office_on(store, TickingClock(clock), tmp_path)
    async with BotApi() as api, running(office, api) as _:
        li = Talk(api, LI)
        await api.voice(LI, OGG)
        await li.hears("工作人员会听写成文字")
        await li.hears("哪一类信")
        await li.presses("建议", "/5）")
        for _ in range(6):
            if "照片或文件" in li.heard[-1]:
                break
            await li.says("跳过", "/5）")
        await li.says("没有了", "怎么")
        if "怎么联系您" in li.heard[-1]:
            await li.presses("匿名", "公开")
        else:
            await li.says("跳过", "电话")
            await li.says("跳过", "公开")
        await li.says("不公开", "请核对")
        receipt = await li.says("确认", "已收到您的信")
        number = re.findall(r"\d{4}-\d{6}", receipt)[0]
        case_id = str(await store.read(cases.id_of, number))
        assert await records(office, case_id) == [("dictation", "open", 1)]
        await office.act(number, "dictate", {"text": WORDS, "message": 1}, RECEPTION)
        assert await records(office, case_id) == [("dictation", "done", 1)]
        assert await title_of(office, case_id) == "我是三号楼的，门口的路灯不亮，老人摔了一跤"
        await office.act(number, "dictate", {"text": WORDS, "message": 1, "title": "路灯不亮"}, RECEPTION)
        assert await title_of(office, case_id) == "路灯不亮"
        assert number in await li.hears("的语音已写成文字")  # a letter without a name is hidden: no word of it


async def title_of(office: Office, case_id: str) -> str:
    case = await office.store.read(cases.get, case_id)
    assert case is not None
    return case.title


@one_engine
async def test_the_desk_finds_a_voice_message_on_its_shelf_and_writes_beneath_it(site: RunningSite) -> None:
    reader, number, _ = await opened(site, phone="13900001234")
    await reader.press(action="/letters/mine/add", files=[("留言.ogg", OGG)], text="我录了一段话。")
    assert "已收到您的补充" in reader.text
    desk = await sit_down(site, "reception")
    shelf = f"/staff/cases/{number}?view=to_dictate"
    assert shelf in (await see(desk, "/staff/inbox?view=to_dictate")).html
    page = await page_of(desk, number)
    assert "待听写" in page.html
    titled = {"text": WORDS, "message": 2, "title": "路灯"}
    with pytest.raises(Refusal, match="letter itself"):
        await site.office.act(number, "dictate", titled, RECEPTION)
    page = await page.press("/moves/dictate", dictate__text=WORDS)
    assert page.status == 200, page.html
    assert WORDS in page.html.split('id="m2"')[1].split('<section class="notes"')[0]
    assert shelf not in (await see(desk, "/staff/inbox?view=to_dictate")).html
    await reader.open("/letters/mine")
    assert WORDS in reader.text
    assert "听写您的语音" in reader.text
    status, problem = await site.call(
        "POST", f"/inbox/{number}/moves/dictate", by="reception", json={"version": 1, "text": "无", "message": 1}
    )
    assert status in (409, 422), problem


@one_engine
async def test_of_a_hidden_letter_the_words_are_taken_down_redacted(site: RunningSite) -> None:
    voice = (Attached(site.office.files.put(OGG), "a.ogg", "audio/ogg", len(OGG)),)
    number, case_id = await a_case(site, aim="service", body="语音来信", title="语音来信", files=voice)
    said = {"text": f"我电话13900001234，{WORDS}", "title": "13900001234的信", "message": 1}
    await site.office.act(number, "dictate", said, RECEPTION)
    assert "13900001234" not in await title_of(site.office, case_id)
    thread = await site.office.store.read(cases.messages, case_id)
    assert "13900001234" not in thread[-1].body
    assert "路灯不亮" in thread[-1].body


@one_engine
async def test_the_public_page_shows_what_was_taken_down(site: RunningSite) -> None:
    voice = (Attached(site.office.files.put(OGG), "a.ogg", "audio/ogg", len(OGG)),)
    number, _ = await a_case(site, "sign", body="语音来信", publish_consent=True, files=voice)
    await site.office.act(number, "dictate", {"text": WORDS, "message": 1}, HANDLER)
    await site.office.act(number, "draft", {"body": GOOD_REPLY, "result": "upheld"}, HANDLER)
    await answered(site.office, number, signed=True)
    page, _ = await publishing.preview(site.office, number, PUBLISHER)
    assert "门口的路灯不亮" in page.body
