"""What comes in is kept in one form, whatever it was typed or sent with."""

from __future__ import annotations

import sqlite3
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.privacy.words import NotText, clean, clean_anything, limit_problem

ANY = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=200)


@given(ANY)
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(ANY | st.text("字 \nab\u3000\u0301é\ufeff", max_size=20))
def test_the_short_way_for_plain_text_ends_where_the_long_way_does(text: str) -> None:
    assert clean(text) == clean_anything(text)


@given(ANY)
def test_what_is_clean_can_be_stored_and_read_back(text: str) -> None:
    kept = clean(text)
    with sqlite3.connect(":memory:") as database:
        (back,) = database.execute("SELECT ?", (kept,)).fetchone()
    database.close()
    assert back == kept
    assert unicodedata.is_normalized("NFC", kept)
    assert not set(kept) & set("\x00\r\x0b\x1b\x7f\x85\u2028\u202e\u2066\ufeff\ufffe")


@pytest.mark.parametrize("broken", ["a\ud83d", "\udc00", "a\x00b"])
def test_what_is_no_text_is_refused_with_a_sentence(broken: str) -> None:
    with pytest.raises(NotText, match="not valid text") as refused:
        clean(broken)
    assert "无法识别" in refused.value.zh
    assert isinstance(refused.value, ValueError)


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        ("一\r\n二\r三\x0b四", "一\n二\n三\n四"),
        ("路灯坏了  \n请修 \t\n\n  ", "路灯坏了\n请修"),
        ("  首行缩进", "  首行缩进"),
        ("cafe\u0301", "café"),
        ("付\u202e款\u2066码\x07", "付款码"),
        ("👨\u200d👩\u200d👧 ok\ufe0f", "👨\u200d👩\u200d👧 ok\ufe0f"),
        ("{{7*7}} %s %00 <script>", "{{7*7}} %s %00 <script>"),
        ("אבג \u200fעברית", "אבג \u200fעברית"),
    ],
)
def test_a_text_is_kept_in_one_form(given_text: str, kept: str) -> None:
    assert clean(given_text) == kept


def test_a_flood_of_accents_is_cut_and_does_not_hang() -> None:
    flood = "a" + "\u0301\u0316" * 500_000 + "b"
    assert len(clean(flood)) < 12


def test_a_long_line_of_blanks_is_read_in_one_go() -> None:
    assert clean(" " * 200_000 + "字" + " " * 200_000 + "\n") == " " * 200_000 + "字"


def test_the_limit_says_how_much_is_too_much() -> None:
    assert limit_problem("四个字吧", 4) is None
    problem = limit_problem("五个字的信", 4)
    assert problem is not None
    assert problem.zh == "最多可写4个字，现在有5个字，请删减1个字。"
