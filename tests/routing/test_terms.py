"""Terms find Chinese words inside sentences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.terms import search_terms, single_characters, terms


def holds(text: str, query: str) -> bool:
    """What an index does: every phrase side by side among the terms, one character in the second column."""
    found, singles = terms(text), single_characters(text)
    for phrase in search_terms(query):
        alone = len(phrase) == 1 and phrase[0] in singles
        inside = any(found[at : at + len(phrase)] == phrase for at in range(len(found)))
        if not alone and not inside:
            return False
    return True


def test_chinese_becomes_overlapping_pairs_and_the_rest_words() -> None:
    assert terms("加装电梯 ABC，3号楼") == ("加装", "装电", "电梯", "abc", "3", "号楼")


def test_a_single_character_between_other_signs_is_a_term_of_its_own() -> None:
    assert terms("A路B") == ("a", "路", "b")


@pytest.mark.parametrize("query", ["电梯", "加装电梯", "梯", "小区", "电梯 小区", "ＷＩＦＩ", "cafe"])
def test_a_word_inside_a_sentence_is_found(query: str) -> None:
    assert holds("我们小区想加装电梯，大厅有WiFi和Café", query)


@pytest.mark.parametrize("query", ["梯电", "学校", "电梯 学校", "路"])
def test_what_is_not_there_is_not_found(query: str) -> None:
    assert not holds("我们小区想加装电梯", query)


@pytest.mark.parametrize("query", ["", "  ", "，。！", '"*():^', "\x00", "\u200b"])
def test_a_query_of_signs_alone_asks_for_nothing(query: str) -> None:
    assert search_terms(query) == ()


@given(st.text(max_size=100))
def test_terms_are_clean_tokens_of_any_text(text: str) -> None:
    for term in terms(text):
        assert term
        assert not any(c.isspace() or c in "\"'*()^:" for c in term)
        term.encode("utf-8")


def test_an_endless_word_is_cut() -> None:
    assert len(terms("x" * 5000)[0]) == 64
