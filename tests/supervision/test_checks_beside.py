"""Checks that look beyond the reply's own words: at the letter, at earlier rounds, at other cases, at the limit."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from config import starter
from hub.case import Case, Reply
from hub.ports import Draft, Finding
from hub.rulebook import FAMILIES, Rulebook, read_rulebook
from hub.wording import marks, sentences
from supervision.checks import inspect
from supervision.checks.beside import requests
from tests.supervision.test_scoring import CANTEEN, CANTEEN_REPLY, LAMP, LAMP_REPLY, STOCK_REPLY

NOW = datetime(2026, 11, 6, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def book() -> Rulebook:
    content = starter.read()
    return read_rulebook({f: (1, content[f]) for f in FAMILIES}, {1: content["kinds"]})


def a_draft(body: str, letter: tuple[str, str] = LAMP, **changes: object) -> Draft:
    case = Case(
        "c", "2026-000001", "complaint", "letter", 1, "web", "matter", "private", False, "", NOW, NOW, letter[0]
    )
    return replace(Draft(case, letter[1], body), **changes)  # type: ignore[arg-type]


def look(book: Rulebook, body: str, letter: tuple[str, str] = LAMP, **changes: object) -> dict[str, Finding]:
    return {f.code: f for f in inspect(a_draft(body, letter, **changes), book)}


def earlier(body: str) -> tuple[Reply, ...]:
    return (Reply(1, 1, "final", "", body, "", "page", "", "", NOW, "o", "p"),)


def test_a_reply_to_its_letter_passes(book: Rulebook) -> None:
    assert look(book, LAMP_REPLY) == {}
    assert look(book, CANTEEN_REPLY, CANTEEN) == {}


def test_a_reply_to_another_letter_names_the_request_that_has_no_answer(book: Rulebook) -> None:
    found = look(book, CANTEEN_REPLY)["Q2"]
    assert set(found.quotes) == {"请问什么时候能修好？", "以后坏了找谁？"}
    assert not found.blocks


def test_the_requests_of_a_letter_are_its_sentences_that_ask() -> None:
    assert requests(LAMP[1]) == ["请问什么时候能修好？", "以后坏了找谁？"]


def test_stock_phrases_are_shown_word_for_word(book: Rulebook) -> None:
    long = STOCK_REPLY + "我们将举一反三，把各项工作做细做实，努力让群众满意。欢迎您继续监督。"
    found = look(book, long)["Q1"]
    assert found.quotes
    assert all(quote in long for quote in found.quotes)


def test_a_sentence_that_breaks_off_is_shown(book: Rulebook) -> None:
    found = look(book, LAMP_REPLY.removesuffix("有人接。"))["Q1"]
    assert "断在半截" in found.zh
    assert found.evidence.endswith("，24小时")


def test_models_that_read_chinese_say_nothing_of_other_languages(book: Rulebook) -> None:
    body = "Hello, the police station of your street registers you within 24 hours. Please call 0555-0100123."
    assert "Q1" not in look(book, body)
    assert "Q2" not in look(book, body)


def test_passing_on_to_nobody_is_shirking_and_to_somebody_by_name_is_not(book: Rulebook) -> None:
    away = look(book, LAMP_REPLY + "路面的事不属于我局职责范围，建议您向有关部门反映。")
    assert "不属于我局" in away["Q3"].evidence
    named = LAMP_REPLY + "路面的事不属于我局职责范围，已替您转给区住建局市政科，电话0555-0100789。"
    assert "Q3" not in look(book, named)


def test_the_same_reply_once_more_after_it_was_sent_back_is_a_copy(book: Rulebook) -> None:
    assert "前一轮" in look(book, LAMP_REPLY, earlier=earlier(LAMP_REPLY))["Q7"].zh
    reworked = "您好！青石巷六盏路灯已经全部换成新灯，照明所11月9日又去看了一次，居委会王主任在场。电话0555-0100123。"
    assert "Q7" not in look(book, reworked, earlier=earlier(LAMP_REPLY))


def test_sentences_of_another_case_are_a_copy_and_courtesies_are_nobodys(book: Rulebook) -> None:
    own = frozenset(marks(LAMP_REPLY).values())
    found = look(book, LAMP_REPLY, elsewhere=own)["Q7"]
    assert set(found.quotes) == own
    thanks = "感谢您对我们城市管理工作的关心和支持！"
    assert "Q7" not in look(book, LAMP_REPLY + thanks, elsewhere=frozenset({thanks}))


def test_one_sentence_in_common_is_no_copy(book: Rulebook) -> None:
    assert "Q7" not in look(book, LAMP_REPLY, elsewhere=frozenset(sentences(LAMP_REPLY)[-1:]))


def test_a_late_reply_says_that_it_is_late(book: Rulebook) -> None:
    assert "Q8" in look(book, LAMP_REPLY, late=True)
    assert "Q8" not in look(book, LAMP_REPLY + "答复晚了三天，向您致歉。", late=True)
    assert "Q8" not in look(book, LAMP_REPLY)


@pytest.mark.parametrize(
    ("then", "now"),
    [
        ("经查，您反映的情况不属实。", "经查，您反映的情况属实。"),
        ("您符合发放条件。", "您不符合发放条件，依据是《区补贴办法》第六条。"),
        ("路灯已经全部修复。", "路灯尚未修复，11月20日前完成。"),
    ],
)
def test_the_contrary_of_an_earlier_answer_wants_a_word_of_explanation(book: Rulebook, then: str, now: str) -> None:
    assert "Q15" in look(book, now, earlier=earlier(then))
    assert "Q15" in look(book, then, earlier=earlier(now))
    assert "Q15" not in look(book, now, earlier=earlier(now))
    assert "Q15" not in look(book, "上次答复有误，现更正：" + now, earlier=earlier(then))
    assert "Q15" not in look(book, now)


def test_every_code_is_a_reason_that_the_reviewer_can_choose_and_only_personal_data_block(book: Rulebook) -> None:
    body = "不属于我局职责，请向有关部门反映，尽快处理，路灯尚未修复，不予受理。别有用心。手机13812345678。XXX。"
    found = look(book, body, late=True, earlier=earlier("路灯已经修复。" + body))
    assert set(found) >= {"Q1", "Q4", "Q5", "Q8", "Q12", "Q13", "Q14"}
    assert all(book.checklist.known("review", code) for code in (*found, "Q7", "Q15"))
    assert [code for code, f in found.items() if f.blocks] == ["Q12"]
    assert list(found) == sorted(found, key=lambda code: int(code[1:]))
