"""Query codes that cannot be guessed and are never stored, and ids that sort by time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.privacy.codes import new_id, query_code, same_code, spell

KEY = bytes(range(32))
CODES = st.from_regex(r"[0-9]{12}", fullmatch=True)


@given(st.text(alphabet="0123456789abcdefghjk", min_size=1), st.integers(0, 1000))
def test_a_code_is_twelve_digits_and_always_the_same(case_id: str, epoch: int) -> None:
    code = query_code(KEY, case_id, epoch)
    assert len(code) == 12
    assert code.isdecimal()
    assert code == query_code(KEY, case_id, epoch)


def test_another_case_epoch_or_key_has_another_code() -> None:
    codes = [query_code(KEY, f"case{n}", epoch) for n in range(500) for epoch in (0, 1)]
    assert len({*codes, query_code(KEY[::-1], "case0", 0)}) == 1001


def test_every_first_digit_is_drawn_about_as_often() -> None:
    firsts = [query_code(KEY, str(n), 0)[0] for n in range(5000)]
    assert all(400 < firsts.count(digit) < 600 for digit in "0123456789")


def test_a_code_is_spelled_in_threes() -> None:
    assert spell("384920175663") == "384 920 175 663"


@given(CODES, st.sampled_from([" ", "-", "—", "\u3000", "\u200b", "\t", ""]), st.booleans())
def test_a_code_is_known_however_it_is_typed(code: str, joint: str, full: bool) -> None:
    typed = spell(code).replace(" ", joint)
    if full:
        typed = typed.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert same_code(f" {typed} ", code)


@given(CODES, CODES)
def test_two_codes_are_the_same_only_when_they_are(one: str, two: str) -> None:
    assert same_code(one, two) == (one == two)


@given(st.text(max_size=100), CODES)
def test_anything_else_is_no_code_and_no_error(typed: str, code: str) -> None:
    assert not same_code(typed + "x", code)


def test_a_broken_letter_is_no_code() -> None:
    assert not same_code("\ud800", "384920175663")


@given(st.integers(0, 2**48 - 1), st.integers(0, 2**48 - 1), st.binary(min_size=10, max_size=10))
def test_ids_sort_by_their_time(one: int, two: int, drawn: bytes) -> None:
    first, second = new_id(one, drawn), new_id(two, drawn)
    assert (first < second) == (one < two)
    assert len(first) == 26
    assert set(first) <= set("0123456789abcdefghjkmnpqrstvwxyz")


@given(st.sets(st.binary(min_size=10, max_size=10), max_size=20))
def test_ids_of_one_moment_differ_by_what_was_drawn(drawn: set[bytes]) -> None:
    assert len({new_id(1_700_000_000_000, each) for each in drawn}) == len(drawn)


@pytest.mark.parametrize(("now_ms", "drawn"), [(-1, 10), (2**48, 10), (0, 9), (0, 11)])
def test_an_id_out_of_range_is_an_error(now_ms: int, drawn: int) -> None:
    with pytest.raises(ValueError, match="48 bits"):
        new_id(now_ms, bytes(drawn))
