"""Whole conversations, told as they happen: filing, editing, leaving, coming back."""

from dataclasses import replace
from datetime import date

import pytest

from channels.dialogue import (
    Attachment,
    Done,
    File,
    Filed,
    Input,
    LetterLine,
    Letters,
    MyLetters,
    Session,
    Similar,
    session_from_json,
    session_to_json,
)
from hub.errors import Invalid, NotNow, Said
from hub.kinds import read_kind
from tests.talking import LAMP, PHOTO, Citizen, at_summary, facts

RECEIPT = Filed("2026-001234", "384920175663", date(2026, 12, 1), "https://qinghe.example/t/2026-001234")


def test_a_citizen_files_step_by_step_and_gets_number_code_date_and_link() -> None:
    citizen = Citizen().says_("/start")
    assert citizen.read.startswith("如有生命危险，请立即拨打110、119或120")
    citizen.presses("写信")
    assert set(citizen.labels) == {"投诉", "咨询", "求助", "感谢", "检举控告", "违法线索举报", "建议"}
    citizen = at_summary()
    assert "路灯坏了三天" in citizen.read
    assert "确认提交" in citizen.labels
    citizen.presses("确认提交")
    wish = citizen.wish
    assert isinstance(wish, File)
    assert (wish.kind, wish.aim, wish.body, wish.place) == ("complaint", "matter", LAMP, "塘前社区3栋楼下")
    assert wish.title == "我们小区门口的路灯坏了三天"
    assert wish.fields == {"place": "塘前社区3栋楼下", "when": "上周三晚上", "wish": "装一盏新灯"}
    assert wish.files == (PHOTO,)
    assert (wish.name, wish.phone, wish.anonymous) == ("张三", "13800000000", False)
    assert (wish.publish_consent, wish.show_surname, wish.urgent) == (True, False, False)
    citizen.hears(RECEIPT)
    assert "编号 2026-001234" in citizen.read
    assert "384 920 175 663" in citizen.read
    assert "最迟12月1日（星期二）答复您" in citizen.read
    assert RECEIPT.link in citizen.read
    assert citizen.session.case == "2026-001234"
    assert set(citizen.session.answers) == {"sent"}  # ids and hashes, so that a change later is a correction


def test_the_whole_way_works_in_english() -> None:
    citizen = at_summary("en").presses("Send")
    assert isinstance(citizen.wish, File)
    assert citizen.wish.lang == "en"
    citizen.hears(RECEIPT)
    assert "You get an answer by Tuesday 1 December at the latest." in citizen.read


def test_a_day_that_may_still_move_is_called_provisional() -> None:
    citizen = at_summary()
    citizen.presses("确认提交")
    citizen.hears(replace(RECEIPT, provisional=True))
    assert "暂定最迟12月1日（星期二）答复您" in citizen.read
    assert "日期有变会告诉您" in citizen.read


def test_numbers_typed_instead_of_buttons_are_understood() -> None:
    citizen = Citizen().says_("写信").says_("1")
    assert citizen.session.answers["kind"] == "complaint"
    citizen.says_("2")
    assert citizen.session.answers["aim"] == "service"


def test_somebody_who_simply_tells_their_matter_has_begun_a_letter() -> None:
    citizen = Citizen().says_(LAMP)
    assert citizen.session.step == "kind"
    assert citizen.presses("建议").session.answers["text"] == LAMP


def test_an_anonymous_letter_asks_neither_name_nor_phone_nor_surname() -> None:
    citizen = Citizen().says_("/new").presses("投诉").presses("反映违纪违法").says_(LAMP)
    while citizen.session.step != "anonymous":
        citizen.says_("没有")
    citizen.presses("匿名").presses("可以公开").presses("确认提交")
    assert isinstance(citizen.wish, File)
    assert (citizen.wish.anonymous, citizen.wish.name, citizen.wish.aim) == (True, "", "misconduct")


def test_a_phone_that_is_too_short_says_how_many_digits_are_missing() -> None:
    citizen = Citizen().says_(LAMP).presses("咨询")
    while citizen.session.step != "anonymous":
        citizen.says_("没有") if citizen.session.step != "text" else citizen.says_(LAMP)
    citizen.presses("留姓名电话").says_("李四").says_("1380000000")
    assert "电话少了1位" in citizen.read
    assert citizen.session.step == "phone"
    citizen.says_("138-0000-0000 1")
    assert "电话多了1位" in citizen.read
    citizen.says_("０５７１－８８００００００")
    assert citizen.session.answers["phone"] == "057188000000"


def test_every_answer_can_be_changed_from_the_summary_and_the_others_stay() -> None:
    citizen = at_summary().presses("修改标题").says_("路灯坏了，老人摔倒")
    assert citizen.session.step == "summary"
    assert "路灯坏了，老人摔倒" in citizen.read
    citizen.presses("修改电话")
    assert "现在是：13800000000" in citizen.read
    citizen.presses("保持不变").presses("修改公开").presses("不公开").presses("确认提交")
    assert isinstance(citizen.wish, File)
    assert (citizen.wish.title, citizen.wish.phone, citizen.wish.publish_consent) == (
        "路灯坏了，老人摔倒",
        "13800000000",
        False,
    )


def test_back_goes_one_question_back_and_keeps_every_answer() -> None:
    citizen = at_summary()
    before = dict(citizen.session.answers)
    citizen.says_("上一步").says_("上一步").says_("上一步").says_("上一步").says_("/back")
    assert citizen.session.step == "name"
    assert citizen.session.answers == before
    assert citizen.presses("保持不变").session.step == "summary"


def test_an_edited_message_changes_the_answer_it_gave() -> None:
    citizen = Citizen().says_("/new").presses("建议").does(Input("text", "m7", "公园里多放几张长椅"))
    citizen.does(Input("text", "m7", "公园里多放几张长椅，最好有靠背", edited=True))
    assert citizen.session.answers["text"] == "公园里多放几张长椅，最好有靠背"
    citizen.does(Input("text", "m1", "别的", edited=True))
    assert "信没有跟着变" in citizen.read


def test_a_danger_word_shows_the_emergency_numbers_marks_the_letter_and_goes_on() -> None:
    citizen = Citizen().says_("/new").presses("求助").says_("楼下有很重的煤气味，老人头晕")
    assert citizen.says[0].text.startswith("如有生命危险，请立即拨打110、119或120")
    assert citizen.session.answers["urgent"] is True
    assert citizen.session.step == "field:place"


def test_a_question_that_must_be_answered_is_not_skipped_by_the_word_for_it() -> None:
    citizen = Citizen().says_("/new").presses("求助").says_(LAMP).says_("跳过")
    assert "不能跳过" in citizen.read
    assert citizen.session.step == "field:place"
    assert "place" not in citizen.says_("塘前社区").session.step


def test_a_letter_about_fire_drills_is_not_called_urgent() -> None:
    assert "urgent" not in Citizen().says_("希望小区开展防止火灾的宣传").session.answers


def test_long_words_at_a_small_question_go_into_the_letter() -> None:
    citizen = Citizen().says_("/new").presses("投诉").presses("反映事情").says_(LAMP).says_("补充一点：" + "很黑" * 100)
    assert citizen.session.answers["text"].startswith(LAMP + "\n补充一点")
    assert citizen.session.step == "field:place"


def test_a_sticker_and_an_empty_message_are_answered_and_change_nothing() -> None:
    citizen = Citizen().says_("/new").presses("建议")
    before = citizen.session
    for given in (Input("sticker", "1"), Input("unknown", "2"), Input("text", "3", " \u200b\x00 ")):
        citizen.does(given)
        assert citizen.says
        assert replace(citizen.session, revision=0) == replace(before, revision=0)


def test_a_voice_message_is_kept_with_the_letter_and_words_are_asked() -> None:
    voice = Attachment("voice.ogg", "V1", "audio/ogg", 9000)
    citizen = Citizen().does(Input("voice", "1", "", voice))
    assert "工作人员会听写成文字" in citizen.read
    citizen.presses("建议")
    assert citizen.session.step != "text"  # what was said is the letter, until somebody has taken it down
    assert citizen.session.answers["text"] == "语音来信"
    assert citizen.session.answers["files"][0]["ref"] == "V1"
    written = Citizen().says_("/new").presses("建议").says_(LAMP).does(Input("voice", "2", "", voice))
    assert written.session.answers["text"] == LAMP


def test_photos_are_kept_at_any_step_and_a_caption_may_be_the_letter() -> None:
    citizen = Citizen().sends(caption=LAMP)
    assert (citizen.session.step, citizen.session.answers["text"]) == ("kind", LAMP)
    for _ in range(9):
        citizen.sends()
    assert len(citizen.session.answers["files"]) == 9
    assert "最多收9份材料" in citizen.read
    citizen.sends(replace(PHOTO, size=21_000_000))
    assert "最大20兆" in citizen.read


def test_cancel_asks_first_when_something_was_written() -> None:
    citizen = Citizen().says_(LAMP).says_("取消")
    assert citizen.session.answers["text"] == LAMP
    citizen.presses("接着写")
    assert citizen.session.answers["text"] == LAMP
    citizen.says_("/cancel").says_("确定取消")
    assert citizen.session.answers.keys() <= {"sent"}
    assert "已取消" in citizen.read


def test_after_days_the_conversation_says_where_it_stands_and_goes_on() -> None:
    citizen = Citizen().says_("/new").presses("建议").says_("公园里多放几张长椅")
    stored = session_from_json(session_to_json(citizen.session))
    assert stored == citizen.session
    later = Citizen(session=stored).away(72).says_("在吗")
    assert "您的信还在，写到“" in later.read
    assert later.session.answers["text"] == "公园里多放几张长椅"
    later.says_("/start")
    assert "没写完的信，写到“" in later.read
    assert "欢迎回来" not in later.read


def test_new_questions_begin_again_and_keep_what_was_written() -> None:
    old = Session(flow=99, step="colour", answers={"text": LAMP, "mood": 3, "files": [{"odd": 1}]}, revision=7)
    citizen = Citizen(session=old).says_("绿色")
    assert "您写过的内容还在" in citizen.read
    assert (citizen.session.answers["text"], citizen.session.step) == (LAMP, "kind")
    assert "files" not in citizen.session.answers


def test_in_a_group_only_a_call_is_answered_and_only_with_an_invitation() -> None:
    citizen = Citizen()
    assert citizen.does(Input("text", "1", "今天天气不错", private=False)).says == ()
    citizen.does(Input("text", "2", "/status 2026-001234 384920175663", private=False))
    assert "@qinghe_bot" in citizen.read
    assert "2026-001234" not in citizen.read
    assert citizen.wish is None


def test_a_second_press_on_send_does_not_file_twice() -> None:
    citizen = at_summary()
    code = citizen.code("确认提交")
    citizen.presses("确认提交")
    citizen.hears(RECEIPT).does(Input("button", "cb", code))
    assert citizen.wish is None
    assert "这个按钮是以前的" in citizen.read


def test_every_try_of_one_draft_has_the_same_key_and_the_next_letter_another() -> None:
    citizen = at_summary().presses("确认提交")
    first = citizen.wish
    assert citizen.hears(NotNow("现在登记不了，请稍后再试。", "Not now.")).says[0].text == "现在登记不了，请稍后再试。"
    again = citizen.presses("确认提交").wish
    assert again == first
    other = at_summary().says_("/cancel").says_("确定取消").says_(LAMP).session.answers
    assert isinstance(first, File)
    assert first.key != f"{other['begun']}.{other['draft']}"


def test_a_refused_letter_loses_nothing_and_offers_the_field_that_is_meant() -> None:
    citizen = at_summary().presses("确认提交")
    before = dict(citizen.session.answers)
    citizen.hears(Invalid({"contact.phone": Said("电话少了一位，请再看一下。", "One digit is missing.")}))
    assert "电话少了一位" in citizen.read
    assert citizen.session.answers == before
    assert citizen.presses("修改电话").session.step == "phone"


def test_similar_answers_are_shown_before_sending_and_may_end_the_letter() -> None:
    citizen = at_summary().knows(lambda f: replace(f, similar=(Similar("路灯多久修好", "https://qinghe.example/r/1"),)))
    citizen.says_("继续")
    assert "https://qinghe.example/r/1" in citizen.read
    assert citizen.presses("已经解答了").session.answers == {}


def test_where_only_receipts_may_be_carried_a_letter_is_written_on_the_page() -> None:
    citizen = Citizen(replace(facts(), carry="receipts", carrier="Telegram")).says_("/start")
    assert "Telegram不是政府的软件" in citizen.read
    for words in ("/new", LAMP, "/add 2026-001234"):
        citizen.says_(words)
        assert "https://qinghe.example/letters/new" in citizen.read
        assert citizen.session.answers == {}


def test_language_can_be_changed_in_the_middle_and_the_question_comes_again() -> None:
    citizen = Citizen().says_("/new").presses("建议").says_("/lang").presses("English")
    assert citizen.session.lang == "en"
    assert "One message is enough" in citizen.read


def test_the_list_of_own_letters_has_a_button_for_each() -> None:
    citizen = Citizen().says_("我的来信")
    assert isinstance(citizen.wish, MyLetters)
    citizen.hears(Letters((LetterLine("2026-001234", "路灯坏了", "办理中", "In progress"),)))
    assert "2026-001234 · 办理中 · 路灯坏了" in citizen.read
    assert citizen.code("2026-001234") == "see:2026-001234"


@pytest.mark.parametrize("broken", ["[]", "{}", '{"answers":{}}', "null", "{"])
def test_what_is_no_session_is_refused(broken: str) -> None:
    with pytest.raises(ValueError, match=r"session|Expecting"):
        session_from_json(broken)


def test_thanks_for_an_unknown_outcome_never_leaves_the_draft_behind() -> None:
    citizen = at_summary().presses("确认提交").hears(Done())
    assert citizen.session.answers.keys() <= {"sent"}


def test_long_names_of_fields_and_options_still_fit_on_buttons() -> None:
    options = [{"code": f"option-{n}-" + "x" * 60, "zh": f"第{n}种", "en": f"Kind {n}"} for n in range(3)]
    field = {"name": "f" * 70, "zh": "哪一种", "en": "Which", "type": "choice", "required": True, "options": options}
    kind = read_kind(
        {
            "code": "k" * 70,
            "zh": "长名",
            "en": "Long",
            "about_zh": "",
            "about_en": "",
            "machine": "letter",
            "fields": [field],
            "review": {"mode": "all"},
            "source": "test",
        }
    )
    citizen = Citizen(replace(facts(), kinds=(kind,))).says_("/new").presses("长名").says_(LAMP)
    assert max(len(citizen.code(label).encode()) for label in citizen.labels) <= 64
    assert citizen.presses("第2种").session.answers["field:" + "f" * 70] == options[2]["code"]
