"""Errands beside a letter: status, supplement, rating, reopening, and how refusals are told."""

from dataclasses import replace
from datetime import date

import pytest

from channels.dialogue import (
    Answer,
    Done,
    Input,
    LetterLine,
    MyLetters,
    Rate,
    Reopen,
    Session,
    Status,
    Supplement,
    Track,
    Wish,
    Withdraw,
)
from channels.dialogue.lengths import units
from hub.errors import NotFound, NotNow
from tests.talking import PHOTO, Citizen, facts

LINE = LetterLine("2026-001234", "路灯坏了", "已答复", "Answered")
STATUS = Status(
    LINE,
    unit_zh="区园林绿化局",
    unit_en="Parks Bureau",
    due=date(2026, 12, 1),
    link="https://qinghe.example/t",
    open=("add", "rate", "reopen"),
)


def owner(**known: object) -> Citizen:
    """A citizen of whose chat one letter came."""
    return Citizen(replace(facts(), letters=(LINE,)), Session(case="2026-001234"))


def test_number_and_code_in_one_message_show_the_status() -> None:
    citizen = Citizen().says_("2026-001234  384 920 175 663")
    assert citizen.wish == Track("2026-001234", "384920175663")
    citizen.hears(STATUS)
    assert "编号 2026-001234：已答复" in citizen.read
    assert "由区园林绿化局办理。" in citizen.read
    assert "最迟12月1日（星期二）答复您" in citizen.read
    assert citizen.labels == ["补充", "评价", "请求重办"]


def test_a_letter_that_cannot_be_rated_now_is_said_to_be_so_before_the_first_question() -> None:
    waiting = replace(LINE, word_zh="办理中", word_en="Being handled", rates=False)
    citizen = Citizen(replace(facts(), letters=(waiting,)), Session(case=LINE.number)).says_("评价")
    assert "现在是“办理中”，不能评价" in citizen.read
    assert citizen.labels == ["写信", "我的来信", "查进度"]
    citizen.says_("写信")
    assert "哪一类信" in citizen.read


def test_status_asks_for_number_then_code_and_a_wrong_code_can_be_typed_again() -> None:
    citizen = Citizen().says_("/status").says_("２０２６－００１２３４")
    assert "12位查询码" in citizen.read
    citizen.says_("38492017566")
    assert "收到的是11位" in citizen.read
    citizen.says_("384920175660")
    assert citizen.wish == Track("2026-001234", "384920175660")
    citizen.hears(NotFound())
    assert citizen.says[0].text.startswith("没有找到。")
    assert citizen.says_("384920175663").wish == Track("2026-001234", "384920175663")


def test_an_own_letter_needs_no_code() -> None:
    assert owner().says_("/status 2026-001234").wish == Track("2026-001234", "")
    assert isinstance(owner().says_("查进度").wish, MyLetters)


@pytest.mark.parametrize(
    ("typed", "score"), [("5", 5), ("★★★", 3), ("⭐", 1), ("不满意", 2), ("四星", 4), ("Very satisfied", 5)]
)
def test_a_rating_may_be_a_number_stars_or_words(typed: str, score: int) -> None:
    citizen = owner().says_("评价").says_(typed).says_("2").says_("跳过")
    assert citizen.wish == Rate("2026-001234", score, "partly", "")


def test_a_low_rating_offers_to_ask_that_it_be_handled_again() -> None:
    citizen = owner().says_("/rate").presses("非常不满意").presses("没解决").says_("灯还是不亮")
    assert citizen.wish == Rate("2026-001234", 1, "no", "灯还是不亮")
    asked = citizen.hears(Done()).presses("请求重办").says_("灯还是不亮").wish
    assert asked == Reopen("2026-001234", "灯还是不亮")
    assert citizen.hears(Done()).session.answers.keys() <= {"sent"}


def test_words_and_photos_are_added_to_a_letter() -> None:
    citizen = owner().says_("补充").sends().says_("昨天又有人摔倒")
    assert citizen.wish == Supplement("2026-001234", "昨天又有人摔倒", (PHOTO,))
    assert "已加到编号 2026-001234 的信里" in citizen.hears(Done()).read


def test_a_photo_after_the_letter_goes_with_it_even_without_words() -> None:
    citizen = owner().sends().presses("没有了")
    assert citizen.wish == Supplement("2026-001234", "", (PHOTO,))


def test_danger_in_a_supplement_makes_it_urgent() -> None:
    citizen = owner().says_("/add").says_("现在有人触电昏迷了")
    assert isinstance(citizen.wish, Supplement)
    assert citizen.wish.urgent
    assert "120" in citizen.says[0].text


def test_a_question_of_the_office_is_answered_by_its_button() -> None:
    citizen = owner().does(Input("button", "cb", "answer:2026-001234")).says_("是3号楼东侧")
    assert citizen.wish == Answer("2026-001234", "是3号楼东侧")


def test_withdrawing_asks_whether_it_is_meant() -> None:
    citizen = owner().does(Input("button", "cb", "withdraw:2026-001234"))
    assert citizen.wish is None
    assert citizen.presses("确定撤回").wish == Withdraw("2026-001234")


def test_a_refused_errand_is_told_as_it_is_and_can_be_tried_again() -> None:
    citizen = owner().says_("/add").says_("昨天又有人摔倒").hears(NotNow("这件来信已办结。", "Closed."))
    assert citizen.says[0].text == "这件来信已办结。"
    assert citizen.presses("再试一次").wish == Supplement("2026-001234", "昨天又有人摔倒")
    assert citizen.says_("取消").session.answers == {}


def test_a_letter_in_writing_waits_while_another_is_looked_up() -> None:
    citizen = owner().says_("/new").presses("建议").says_("公园里多放几张长椅")
    step, answers = citizen.session.step, dict(citizen.session.answers)
    citizen.says_("/rate").says_("3").says_("/back")
    assert (citizen.session.step, citizen.session.answers) == (step, answers)
    citizen.says_("/status 2026-001234").hears(STATUS)
    assert (citizen.session.step, citizen.session.answers) == (step, answers)
    assert len(citizen.says) == 2


def test_a_long_reply_is_told_in_parts_that_each_fit_one_message() -> None:
    citizen = owner().says_("/status 2026-001234").hears(replace(STATUS, reply="已经修好。" * 2000))
    assert len(citizen.says) > 2
    assert all(units(say.text) <= 4096 for say in citizen.says)
    assert citizen.says[-1].buttons


def test_where_only_receipts_may_be_carried_the_reply_is_a_link() -> None:
    citizen = owner().knows(lambda f: replace(f, carry="receipts")).says_("/status 2026-001234")
    citizen.hears(replace(STATUS, reply="灯已修好", question="几号楼？"))
    assert "灯已修好" not in citizen.read
    assert "路灯坏了" not in citizen.read
    assert "答复请看：https://qinghe.example/t" in citizen.read
    citizen.presses("评价").says_("4").says_("1")
    assert citizen.wish == Rate("2026-001234", 4, "yes", "")


def test_with_several_letters_the_one_meant_is_chosen_by_button() -> None:
    other = replace(LINE, number="2026-000077", title="停车")
    citizen = Citizen(replace(facts(), letters=(LINE, other))).says_("/add").presses("2026-000077").says_("车还在")
    assert citizen.wish == Supplement("2026-000077", "车还在")


@pytest.mark.parametrize("wish", [Track("2026-001234", ""), MyLetters(), Withdraw("2026-001234")])
def test_a_refusal_without_an_errand_keeps_the_draft(wish: Wish) -> None:
    citizen = owner().says_("/new").presses("建议").says_("公园里多放几张长椅")
    before = dict(citizen.session.answers)
    citizen.wish = wish
    citizen.hears(NotFound())
    assert citizen.session.answers == before
    assert len(citizen.says) == 2
