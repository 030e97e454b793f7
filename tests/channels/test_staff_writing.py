"""Writing a reply at the desk: the draft that is kept, templates with fields, and exactly what the citizen will get."""

import re
from dataclasses import replace
from typing import Any

import pytest

from channels.courier import Courier, Outlet, Policy
from channels.web.keys import PARTS
from hub.people import citizen
from hub.storage import cases, drafts
from hub.submission import Contact
from tests.builders import GOOD_REPLY, HANDLER, RECEPTION, SIGNER, an_officer
from tests.channels.staff_desk import Page, see, sit_down
from tests.channels.test_staff_flows import a_case, page_of, state_of
from tests.channels.web_site import RunningSite

KEEP = {"do": "keep"}
one_engine = pytest.mark.parametrize("engine", ["sqlite"])
"""For what is only shown: nothing of it depends on how the store stands."""


async def kept(site: RunningSite, case_id: str, officer: str = HANDLER.id) -> drafts.Draft | None:
    return await site.office.store.read(drafts.get, case_id, officer)


def field(page: Page, name: str) -> str:
    return dict(page.form("/moves/draft").fields)[name]


# Drafts ---------------------------------------------------------------------------------------------------------------


async def test_a_draft_is_kept_with_the_case_and_comes_back_on_another_computer(site: RunningSite) -> None:
    number, case_id = await a_case(site, "sign")
    page = await page_of(await sit_down(site, "handler"), number)
    page = await page.press("/moves/draft", draft__body="写到一半", draft__handling="约了周五去看", **KEEP)
    assert page.status == 200
    assert "草稿已保存（10:00），只有您看得到" in page.html
    again = await page_of(await sit_down(site, "handler"), number)
    assert (field(again, "draft-body"), field(again, "draft-handling")) == ("写到一半", "约了周五去看")
    assert "已放回您02-13 10:00存的草稿" in again.html
    assert await state_of(site, case_id) == "working"


@one_engine
async def test_nobody_else_reads_a_draft(site: RunningSite) -> None:
    number, _ = await a_case(site, "sign")
    page = await page_of(await sit_down(site, "handler"), number)
    await page.press("/moves/draft", draft__body="还没想好的话", **KEEP)
    for account in ("signer", "reception", "supervisor"):
        assert "还没想好的话" not in (await page_of(await sit_down(site, account), number)).html
    outsider = await sit_down(site, "other_handler")
    assert (await see(outsider, f"/staff/cases/{number}")).status == 404


async def test_two_pages_of_one_officer_never_write_over_each_other(site: RunningSite) -> None:
    number, case_id = await a_case(site, "sign")
    office, home = await sit_down(site, "handler"), await sit_down(site, "handler")
    first, second = await page_of(office, number), await page_of(home, number)
    await first.press("/moves/draft", draft__body="办公室写的", **KEEP)
    met = await second.press("/moves/draft", draft__body="家里写的", **KEEP)
    assert met.status == 409
    assert "办公室写的" in met.html.split('id="draft-note"')[1].split("</blockquote>")[0]
    assert field(met, "draft-body") == "家里写的"
    there = await kept(site, case_id)
    assert there is not None
    assert there.words["body"] == "办公室写的"
    decided = await met.press("/moves/draft", **KEEP)
    assert decided.status == 200
    there = await kept(site, case_id)
    assert there is not None
    assert there.words["body"] == "家里写的"


@one_engine
async def test_a_draft_thrown_away_in_one_page_may_be_kept_again_from_another(site: RunningSite) -> None:
    number, case_id = await a_case(site, "sign")
    client = await sit_down(site, "handler")
    page = await (await page_of(client, number)).press("/moves/draft", draft__body="写到一半", **KEEP)
    other = await page_of(client, number)
    assert field(await other.press("/moves/draft", do="drop"), "draft-body") == ""
    assert await kept(site, case_id) is None
    assert (await page.press("/moves/draft", draft__body="写到三分之二", **KEEP)).status == 200


@one_engine
async def test_saving_by_itself_answers_with_the_line_about_the_draft_alone(site: RunningSite) -> None:
    number, _ = await a_case(site, "sign")
    page = await page_of(await sit_down(site, "handler"), number)
    note = await page.press("/moves/draft", draft__body="写到一半", part="note", **KEEP)
    assert re.search(r'name="kept" value="1"', note.html)
    assert "<main" not in note.html
    await site.office.act(number, "redispatch", {"unit": "housing", "reason": "改派"}, RECEPTION)
    assert (await page.press("/moves/draft", draft__body="写完了", part="note", **KEEP)).status == 404


async def test_handing_in_the_reply_ends_its_draft_and_a_refusal_does_not(site: RunningSite) -> None:
    number, case_id = await a_case(site, "sign")
    page = await page_of(await sit_down(site, "handler"), number)
    page = await page.press("/moves/draft", draft__body=GOOD_REPLY, **KEEP)
    assert (await page.press("/moves/draft", draft__result="")).status == 422
    assert await kept(site, case_id) is not None
    await page.press("/moves/draft", draft__result="upheld")
    assert await state_of(site, case_id) == "drafted"
    assert await kept(site, case_id) is None


@one_engine
async def test_a_colleague_who_was_first_leaves_both_texts_on_the_page(site: RunningSite) -> None:
    number, case_id = await a_case(site, "sign")
    page = await page_of(await sit_down(site, "handler"), number)
    page = await page.press("/moves/draft", draft__body="我写的这一版", **KEEP)
    colleague = an_officer("冯同事", "handler@urban")
    await site.office.act(number, "draft", {"body": GOOD_REPLY, "result": "upheld"}, colleague)
    back = await page.press("/moves/draft", draft__result="upheld")
    assert back.status == 409
    assert GOOD_REPLY in back.html
    assert "我写的这一版" in back.html
    assert "upheld</blockquote>" not in back.html
    await site.office.act(number, "hand_back", {"reason": "请补上日期。"}, SIGNER)
    again = await page_of(page.client, number)
    assert field(again, "draft-body") == "我写的这一版"
    assert "写在第1版答复之前" in again.html
    assert await kept(site, case_id) is not None


# What the citizen will get --------------------------------------------------------------------------------------------


class Postbox:
    """A channel that only remembers; nothing of a preview may ever arrive in it."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    async def send(self, address: str, message: Any, key: str) -> str:
        self.sent.append(message.text)
        return "1"

    def classify(self, error: BaseException) -> Any:
        raise AssertionError(error)

    def pause(self, address: str) -> float:
        return 0.0

    def hold(self, address: str, seconds: float) -> None:
        """Never."""


def with_channels(site: RunningSite, *names: str, form: Any = "short") -> Postbox:
    """The site with a courier that has these channels, as the program hands it over."""
    box = Postbox()
    outlets = {name: Outlet(box, form="full" if name == "mail" else None) for name in names}
    courier = Courier(site.office, outlets, Policy("https://minxin.example", form))
    site.app._state[PARTS] = replace(site.app[PARTS], preview=courier.would_send)
    return box


async def previewed(site: RunningSite, number: str, body: str = GOOD_REPLY, **more: str) -> str:
    page = await page_of(await sit_down(site, "handler"), number)
    page = await page.press("/moves/draft", draft__body=body, do="preview", **more)
    assert page.status == 200
    return page.html.split('id="preview"')[1].split("</section>")[0]


@one_engine
async def test_a_phone_gets_one_text_message_without_a_word_of_the_answer(site: RunningSite) -> None:
    box = with_channels(site, "telegram", "sms")
    number, _ = await a_case(site, "sign")
    shown = await previewed(site, number)
    message = re.findall(r'class="as-sent"><p>(.*?)</p>', shown, re.S)
    assert len(message) == 1
    assert number in message[0]
    assert "控制箱进水" not in message[0]
    assert f"{len(message[0])}字，一条短信最多70字" in shown
    assert GOOD_REPLY in shown  # on the page
    assert "13900001234" not in shown
    assert box.sent == []


@one_engine
@pytest.mark.parametrize("form", ["short", "full"])
async def test_a_messenger_is_shown_as_much_as_the_district_lets_it_carry(site: RunningSite, form: Any) -> None:
    with_channels(site, "telegram", form=form)
    number, _ = await a_case(site, "sign", channel="telegram", chat="1001")
    shown = await previewed(site, number, GOOD_REPLY)
    assert "Telegram 消息" in shown
    assert ("控制箱进水" in shown.split("Telegram 消息")[1]) == (form == "full")
    assert "看看进展" in shown


@one_engine
async def test_a_long_answer_is_shown_in_the_parts_it_is_sent_in(site: RunningSite) -> None:
    with_channels(site, "telegram", form="full")
    number, _ = await a_case(site, "sign", channel="telegram", chat="1001")
    shown = await previewed(site, number, "一句话，说得很长。" * 500)
    assert shown.count('class="as-sent"') == 2
    assert "太长，分2条发出" in shown


@one_engine
async def test_a_mail_shows_its_subject_and_its_whole_words(site: RunningSite) -> None:
    with_channels(site, "mail")
    number, _ = await a_case(
        site, "sign", channel="mail", chat="li@example.com", contact=Contact(email="li@example.com")
    )
    shown = await previewed(site, number)
    assert "电子邮件" in shown
    assert shown.split("电子邮件")[1].count("控制箱进水") == 1
    assert "li@example.com" not in shown


@one_engine
async def test_without_a_gateway_the_officer_reads_that_a_call_is_needed(site: RunningSite) -> None:
    with_channels(site)
    number, _ = await a_case(site, "sign")
    assert "会请您打电话告诉来信人" in await previewed(site, number)
    unreachable, _ = await a_case(site, "sign", key="key-2", contact=Contact(name="李小满"))
    assert "来信人没有留联系方式" in await previewed(site, unreachable)


@one_engine
async def test_of_a_hidden_letter_the_unit_is_not_told_the_way(site: RunningSite) -> None:
    with_channels(site, "telegram", form="full")
    number, _ = await a_case(site, "sign", channel="telegram", chat="1001")
    await site.office.act(number, "set_level", {"level": "confidential"}, RECEPTION)
    shown = await previewed(site, number)
    assert "渠道不显示" in shown
    assert "Telegram" not in shown


# Letters in English ---------------------------------------------------------------------------------------------------

ENGLISH = (
    "The street lamp at the gate of our compound (塘前社区3栋) has been dark since the first of the month. "
    "My father cannot see the steps at night. When will somebody repair it?"
)


@one_engine
async def test_a_letter_in_english_waits_for_its_translation_and_is_answered_in_english(site: RunningSite) -> None:
    number, case_id = await a_case(site, "sign", title="A dark street lamp", body=ENGLISH, lang="en")
    handler = await sit_down(site, "handler")
    shelf = f"/staff/cases/{number}?view=to_translate"
    assert shelf in (await see(handler, "/staff/inbox?view=to_translate")).html
    page = await page_of(handler, number)
    assert "英文来信" in page.html
    page = await page.press("/moves/translate", translate__text="小区门口的路灯从月初就不亮了，老人晚上看不见台阶。")
    assert "老人晚上看不见台阶" in page.html.split('id="m1"')[1].split("</li>")[0]
    assert shelf not in (await see(handler, "/staff/inbox?view=to_translate")).html

    page = await page.press("/moves/draft", draft__body=GOOD_REPLY, do="check")
    assert "来信是英文，还没有英文答复" in page.html
    english = "We looked at the lamp on 13 February and replaced its controller; all three lamps are lit again."
    await page.press("/moves/draft", draft__body=GOOD_REPLY, draft__translated=english, draft__result="upheld")
    signer = await page_of(await sit_down(site, "signer"), number)
    assert english in signer.html
    await signer.press("/moves/sign_off")
    review = await see(await sit_down(site, "reviewer"), f"/staff/reviews/{number}")
    assert english in review.html
    assert "老人晚上看不见台阶" in review.html
    await review.press("/qualified")
    thread = await site.office.store.read(cases.messages, case_id)
    assert thread[-1].body == f"{english}\n\n{GOOD_REPLY}"


@one_engine
async def test_a_chinese_letter_asks_for_no_translation_and_offers_no_english(site: RunningSite) -> None:
    number, _ = await a_case(site, "sign", body="路灯LED型号ABC-123不亮，报修电话打不通，请派人来看看什么时候能修好。")
    page = await page_of(await sit_down(site, "handler"), number)
    assert not page.offers("/moves/translate")
    assert "draft-translated" not in page.html


@one_engine
async def test_a_translation_is_redacted_with_its_letter_when_the_level_rises(site: RunningSite) -> None:
    number, case_id = await a_case(site, "sign", body=ENGLISH, lang="en")
    words = "我叫李小满，电话13900001234，门口的路灯不亮。"
    await site.office.act(number, "translate", {"text": words, "message": 1}, HANDLER)
    await site.office.act(number, "set_level", {"level": "confidential"}, RECEPTION)
    thread = await site.office.store.read(cases.messages, case_id)
    (translation,) = [m.body for m in thread if m.kind == "translation"]
    assert "13900001234" not in translation
    assert "李小满" not in translation
    assert "路灯不亮" in translation


@one_engine
async def test_a_supplement_in_english_asks_again_and_a_translation_can_be_bettered(site: RunningSite) -> None:
    number, case_id = await a_case(site, "sign", body=ENGLISH, lang="en")
    added = {"text": "Last night one more lamp went dark, the one next to the school gate."}
    await site.office.act(number, "add", added, citizen(case_id, 1))
    page = await page_of(await sit_down(site, "handler"), number)
    assert page.html.count('name="translate-message"') == 2
    for words in ("译得不好", "译得好些"):
        await site.office.act(number, "translate", {"text": words, "message": 1}, HANDLER)
    page = await page_of(page.client, number)
    assert "译得好些" in page.html
    assert "译得不好" not in page.html
    status, problem = await site.call(
        "POST", f"/inbox/{number}/moves/translate", by="handler", json={"version": 1, "text": "无", "message": 7}
    )
    assert status in (409, 422), problem
