"""Checks on replies: each speaks up for what it is for, quotes its evidence, and lets a good reply pass."""

from datetime import UTC, datetime

import pytest

from config import starter
from hub.case import Case
from hub.ports import Draft, Finding
from hub.rulebook import FAMILIES, Rulebook, read_rulebook
from supervision.checks import inspect
from tests.builders import GOOD_REPLY

LETTER = "我们小区门口的路灯从月初就不亮了，晚上老人出门看不见台阶。请问什么时候能修好？"


@pytest.fixture(scope="module")
def book() -> Rulebook:
    content = starter.read()
    return read_rulebook({f: (1, content[f]) for f in FAMILIES}, {1: content["kinds"]})


@pytest.fixture(scope="module")
def case() -> Case:
    now = datetime(2026, 2, 13, 2, tzinfo=UTC)
    return Case("c", "2026-000001", "complaint", "letter", 1, "web", "matter", "private", False, "", now, now, "路灯")


def look(case: Case, book: Rulebook, body: str, letter: str = LETTER) -> dict[str, Finding]:
    return {f.code: f for f in inspect(Draft(case, letter, body), book)}


def test_a_good_reply_passes(case: Case, book: Rulebook) -> None:
    assert look(case, book, GOOD_REPLY) == {}


def test_greeting_and_handing_over_alone_are_an_empty_reply(case: Case, book: Rulebook) -> None:
    body = "尊敬的市民：您好！您反映的问题已收悉，我局已转相关部门处理。感谢您对城管工作的关心和支持！"
    assert "Q1" in look(case, book, body)


def test_a_short_reply_with_substance_beyond_the_courtesies_is_not_empty(case: Case, book: Rulebook) -> None:
    body = "您好！" + GOOD_REPLY + "感谢您对我们工作的支持！"
    assert "Q1" not in look(case, book, body)


def test_numbered_requests_want_numbered_answers(case: Case, book: Rulebook) -> None:
    letter = "我有三个问题：1、路灯什么时候修？2、谁来赔摔坏的车？3、以后找谁？"
    one = f"{GOOD_REPLY}"
    each = f"1、{GOOD_REPLY}\n2、赔偿请带发票到区城管局一楼窗口。\n3、以后请打照明所电话。"
    assert "Q2" in look(case, book, one, letter)
    assert "Q2" not in look(case, book, each, letter)


def test_a_decimal_or_a_date_is_no_numbered_request(case: Case, book: Rulebook) -> None:
    letter = "我2.5公里的路走了半小时，1月1日起就这样，3.2米宽的路只剩2.1米。"
    assert "Q2" not in look(case, book, GOOD_REPLY, letter)


def test_soon_without_a_date_is_vague_and_with_one_is_not(case: Case, book: Rulebook) -> None:
    vague = look(case, book, GOOD_REPLY + "其余路段我们将尽快安排。")
    assert "尽快" in vague["Q4"].evidence
    assert "Q4" not in look(case, book, GOOD_REPLY + "其余路段我们将尽快安排，3月10日前完成。")


def test_the_title_of_a_document_promises_nothing(case: Case, book: Rulebook) -> None:
    assert "Q4" not in look(case, book, GOOD_REPLY + "依据是《关于加快推进照明改造近期工作的通知》。")


def test_a_refusal_names_its_rule(case: Case, book: Rulebook) -> None:
    refusal = GOOD_REPLY + "您申请的补贴不符合发放条件，不予批准。"
    assert "不符合" in look(case, book, refusal)["Q5"].evidence
    assert "Q5" not in look(case, book, refusal + "依据是《区路灯补贴办法》第六条。")


def test_somebody_can_be_reached(case: Case, book: Rulebook) -> None:
    silent = GOOD_REPLY.replace("电话0555-0100123，", "，")
    assert "Q6" in look(case, book, silent)


def test_a_persons_data_block_a_reply(case: Case, book: Rulebook) -> None:
    found = look(case, book, GOOD_REPLY + "投诉人手机13812345678，身份证号11010119900307451X。")["Q12"]
    assert found.blocks
    assert "13812345678" in found.evidence


def test_office_numbers_the_greeting_and_office_streets_pass(case: Case, book: Rulebook) -> None:
    body = f"尊敬的李女士：您好！{GOOD_REPLY}也可以到临江大道12号办理。"
    assert "Q12" not in look(case, book, body)


@pytest.mark.parametrize("words", ["您这是无理取闹。", "觉得不好就另谋高就。", "这与您无关。"])
def test_words_that_hurt_are_named(case: Case, book: Rulebook, words: str) -> None:
    assert look(case, book, GOOD_REPLY + words)["Q13"].evidence


def test_what_was_left_unfilled_is_named(case: Case, book: Rulebook) -> None:
    assert "XXX" in look(case, book, GOOD_REPLY + "联系人XXX。")["Q14"].evidence


def test_only_personal_data_block(case: Case, book: Rulebook) -> None:
    body = "已收悉，会尽快处理，不予受理。别有用心。联系人XXX，手机13812345678。"
    found = look(case, book, body)
    assert {code for code, f in found.items() if f.blocks} == {"Q12"}
    assert list(found) == sorted(found, key=lambda code: int(code[1:]))


def test_every_finding_is_a_reason_the_reviewer_can_choose(case: Case, book: Rulebook) -> None:
    bodies = ("已收悉。", "已收悉，会尽快处理，不予受理。别有用心。联系人XXX，手机13812345678。")
    found = {code for body in bodies for code in look(case, book, body, "1、什么时候修？2、谁来修？")}
    assert len(found) == 8
    assert all(book.checklist.known("review", code) for code in found)
