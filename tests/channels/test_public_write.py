"""Writing a letter over HTTP without JavaScript: five steps, nothing lost, one letter."""

import io
import re
from pathlib import Path

import pytest
from PIL import Image

from config.settings import Limits, Server, Settings
from hub.storage.contract import Store
from tests.channels.reader import WORDS, Reader, write_letter
from tests.channels.web_site import RunningSite, a_site
from tests.conftest import FixedClock

LONG = "字" * 8001


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "JPEG")
    return out.getvalue()


def code_in(page: str) -> str:
    found = re.search(r'id="query-code">([0-9 ]+)<', page)
    assert found
    return found[1].replace(" ", "")


async def cases(site: RunningSite) -> int:
    def question(tx):  # type: ignore[no-untyped-def]
        return tx.execute("SELECT COUNT(*) AS n FROM cases WHERE about = ''")[0]["n"]

    return int(await site.office.store.read(question))


async def test_a_letter_written_on_five_pages_ends_with_a_receipt_and_can_be_tracked(site: RunningSite) -> None:
    reader = await write_letter(
        Reader(site.client), phone="139 0000 1234", name="李小满", wish="晚上打电话", publish="yes"
    )
    assert (reader.status, reader.url) == (200, f"{site.base}/letters/receipt")
    assert "2026-000001" in reader.text
    code = code_in(reader.text)
    assert len(code) == 12
    assert "最迟" in reader.text
    assert "收到当天不计" in reader.text
    case_id, _ = await site.office.case_by_code("2026-000001", code)
    kept = {"1:name": "李小满", "1:phone": "13900001234", "1:wish": "晚上打电话"}
    assert await site.office.contact(case_id) == kept

    elsewhere = Reader(site.browser())
    await elsewhere.open("/letters/track")
    await elsewhere.press(action="/letters/track", number="2026-000001", code=f"{code[:3]} {code[3:]}")
    assert elsewhere.url == f"{site.base}/letters/mine"
    assert WORDS["title"] in elsewhere.text
    assert WORDS["body"] in elsewhere.text


async def test_the_code_stands_in_no_address_and_only_the_sender_sees_it(site: RunningSite) -> None:
    reader = await write_letter(Reader(site.client))
    code = code_in(reader.text)
    assert not any(code in address or "code" in address for address in reader.seen)
    assert reader.headers["Referrer-Policy"] == "no-referrer"
    assert reader.headers["Cache-Control"] == "no-store"
    qr_address = re.search(r"letters/track\?[^\"]*", reader.text)
    assert qr_address is None, "the address is drawn, not linked"
    stranger = Reader(site.browser())
    await stranger.open("/letters/receipt")
    assert stranger.url == f"{site.base}/letters/track"
    site.clock.advance(minutes=31)
    await reader.open("/letters/receipt")
    assert reader.url == f"{site.base}/letters/track", "the code is not shown for longer than half an hour"


async def test_the_same_form_sent_twice_is_one_letter(site: RunningSite) -> None:
    reader = await write_letter(Reader(site.client), to="review")
    again = Reader(site.client, text=reader.text)
    await reader.press("send")
    await again.press("send")
    assert await cases(site) == 1
    assert code_in(again.text) == code_in(reader.text)


async def test_going_back_after_sending_and_changing_the_words_asks_before_it_makes_a_second_letter(
    site: RunningSite,
) -> None:
    reader = await write_letter(Reader(site.client), to="review")
    before = reader.text
    await reader.press("send")
    reader.text = before
    await reader.press("to-2")
    await reader.press("next", body="其实是四号楼的灯不亮。")
    await reader.press("to-5")
    await reader.press("send")
    assert reader.status == 422
    assert "您刚才已经提交过一次" in reader.text
    assert "其实是四号楼的灯不亮。" in reader.text
    assert await cases(site) == 1
    await reader.press("send")
    assert reader.url.endswith("/letters/receipt")
    assert await cases(site) == 2


async def test_every_word_is_there_again_after_going_back_and_forth(site: RunningSite) -> None:
    reader = await write_letter(Reader(site.client), to="review", phone="13900001234", publish="yes")
    for _ in range(4):
        await reader.press("back")
    assert reader.value("kind") == "help"
    await reader.press("next")
    assert {n: reader.value(n) for n in WORDS} == WORDS
    await reader.press("to-5")
    assert "13900001234" in reader.text
    assert "公开，不显示姓氏" in reader.text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"body": ""}, "请说说是什么事"),
        ({"body": "短"}, "请说说是什么事"),
        ({"body": LONG}, "最多8000字，现在是8001字"),
        ({"title": "长" * 61}, "最多60字，现在是61字"),
        ({"place": ""}, "请写一下在哪里"),
        ({"fields.for_whom": "martian"}, "里选一项"),
    ],
)
async def test_what_is_wrong_about_the_matter_is_said_beside_the_field(
    site: RunningSite, words: dict[str, str], said: str
) -> None:
    reader = Reader(site.client)
    await reader.open("/letters/new")
    await reader.press("next", kind="help")
    await reader.press("next", **{**WORDS, **words})
    assert reader.status == 422
    assert said in reader.text
    field = next(iter(words))
    assert f'href="#{field}"' in reader.text
    assert f'id="{field}-error"' in reader.text
    for name, value in {**WORDS, **words}.items():
        if not name.startswith("fields."):
            assert reader.value(name) == value, name


@pytest.mark.parametrize(
    ("phone", "said"),
    [("1390000123", "电话少了一位"), ("139000012345", "电话多了一位"), ("abc", "电话好像不对")],
)
async def test_a_wrong_phone_says_how_many_digits_are_missing(site: RunningSite, phone: str, said: str) -> None:
    reader = Reader(site.client)
    await reader.open("/letters/new")
    await reader.press("next", kind="help")
    await reader.press("next", **WORDS)
    await reader.press("next", phone=phone, name="王女士")
    assert reader.status == 422
    assert said in reader.text
    assert reader.value("phone") == phone
    assert reader.value("name") == "王女士"
    assert reader.value("body") == WORDS["body"]


async def test_a_kind_that_is_none_and_a_unit_that_is_none_come_back(site: RunningSite) -> None:
    reader = Reader(site.client)
    await reader.open("/letters/new")
    await reader.press("next", kind="bribe")
    assert reader.status == 422
    assert "请选择信件类别" in reader.text
    await reader.press("next", kind="complaint")
    await reader.press("next", **WORDS, aim="matter", target="no-such-unit")
    assert reader.status == 422
    assert "没有这个单位" in reader.text
    assert reader.value("title") == WORDS["title"]


async def test_a_complaint_asks_in_plain_words_what_it_is_about(site: RunningSite) -> None:
    reader = Reader(site.client)
    await reader.open("/letters/new?kind=complaint")
    assert reader.value("kind") == "complaint"
    await reader.press("next")
    await reader.press("next", **WORDS)
    assert reader.status == 422
    assert "请选一项：您要反映的是什么" in reader.text
    await reader.press("next", aim="service", target="urban")
    assert reader.status == 200


async def test_hostile_words_stay_words(site: RunningSite) -> None:
    reader = Reader(site.client)
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)> {{ 7*7 }} %(n)s \u202e"
    await write_letter(reader, to="review", title=evil[:50], body=evil * 3, place=evil[:40])
    assert reader.status == 200
    assert "<script>alert" not in reader.text
    assert "<img src=x" not in reader.text
    assert "{{ 7*7 }}" in reader.text
    await reader.press("send")
    await reader.open("/letters/mine")
    assert "<script>alert" not in reader.text


async def test_photos_travel_along_and_a_disguised_file_is_refused_beside_its_field(site: RunningSite) -> None:
    reader = Reader(site.client)
    await reader.open("/letters/new")
    await reader.press("next", kind="help")
    fake = ("假的.jpg", b"MZ\x90\x00 this is a program")
    await reader.press("next", **WORDS, files=[("北门.jpg", photo()), fake])
    assert reader.status == 422
    assert "假的.jpg：" in reader.text
    assert "扩展名" in reader.text
    assert "北门.jpg" in reader.text, "the good one was kept"
    assert reader.value("body") == WORDS["body"]
    await reader.press("next")
    assert reader.status == 200
    await reader.press("next")
    await reader.press("next")
    assert "北门.jpg" in reader.text
    await reader.press("send")
    await reader.open("/letters/mine")
    link = re.search(r'href="(/letters/files/\d+)"', reader.text)
    assert link
    async with site.client.get(link[1]) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert (await answer.read())[:2] == b"\xff\xd8"
    async with site.browser().get(link[1], allow_redirects=False) as answer:
        assert answer.status == 303


async def test_a_file_that_is_too_big_or_one_too_many_is_refused_and_nothing_else_is_lost(site: RunningSite) -> None:
    reader = Reader(site.client)
    await reader.open("/letters/new")
    await reader.press("next", kind="help")
    await reader.press("next", **WORDS, files=[("大.pdf", b"%PDF-1.4" + b"0" * (10 << 20))])
    assert reader.status == 422
    assert "超过10MB" in reader.text
    assert reader.value("title") == WORDS["title"]
    many = [(f"{n}.txt", f"第{n}份材料".encode()) for n in range(6)]
    await reader.press("next", files=many)
    assert reader.status == 422
    assert "最多附5个文件" in reader.text
    assert "4.txt" in reader.text
    await reader.press("drop-0")
    assert "0.txt" not in reader.text
    assert "4.txt" in reader.text


async def test_a_file_reference_that_is_not_ours_is_left_out(site: RunningSite) -> None:
    reader = Reader(site.client)
    await reader.open("/letters/new")
    await reader.press("next", kind="help")
    forged = "WyJhIiwgImIudHh0IiwgInRleHQvaHRtbCIsIDFd.0000"
    await reader.press("next", **WORDS, file=forged)
    assert reader.status == 200
    assert "b.txt" not in reader.text
    assert forged not in reader.text


async def test_an_anonymous_letter_sends_no_name_and_no_number(site: RunningSite) -> None:
    reader = await write_letter(Reader(site.client), name="李小满", phone="13900001234", anonymous="yes")
    case_id, _ = await site.office.case_by_code("2026-000001", code_in(reader.text))
    assert set(await site.office.contact(case_id)) <= {"original"}


async def test_a_life_in_danger_is_told_to_call_on_the_receipt(site: RunningSite) -> None:
    reader = await write_letter(Reader(site.client), body="家里煤气泄漏了，老人已经晕倒，叫不醒，快来人！")
    assert "看起来很急，请先打电话" in reader.text
    calm = await write_letter(Reader(site.browser()))
    assert "看起来很急" not in calm.text


async def test_too_many_letters_from_one_place_keep_their_words(
    store: Store, clock: FixedClock, tmp_path: Path, officers_password: str
) -> None:
    few = Settings(limits=Limits(letters_per_hour=1), server=Server(port=0))
    async with a_site(store, clock, tmp_path, officers_password, few) as site:
        await write_letter(Reader(site.client))
        reader = await write_letter(Reader(site.browser()))
        assert reader.status == 429
        assert "分钟后再试" in reader.text
        assert WORDS["body"] in reader.text
        assert await cases(site) == 1


async def test_a_form_of_another_site_is_refused(site: RunningSite) -> None:
    reader = await write_letter(Reader(site.client), to="review")
    stranger = Reader(site.browser(), text=reader.text)
    await stranger.press("send")
    assert stranger.status == 403
    assert await cases(site) == 0


async def test_every_step_reads_in_english_too(site: RunningSite) -> None:
    reader = Reader(site.client)
    await reader.open("/letters/new?lang=en")
    await reader.press("next", kind="complaint")
    chinese = re.compile("[\u4e00-\u9fff]{2,}")
    text = re.sub(r"<[^>]*>", " ", reader.text)
    left = set(chinese.findall(text)) - {"中文"}
    assert not left
    assert "Step 2 of 5" in reader.text
