"""Two letters about one matter are alike in other words too; two matters in like words are not."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.duplicate_figures import area, figures, measure
from routing.similar import BANDS, keys, rarity, score, sketch

LAMP = ("双井巷路灯坏了三天", "双井巷12号门口的路灯三天不亮了，晚上老人出门看不见台阶，请尽快来修。")
LAMP_AGAIN = ("请修一修双井巷的路灯", "我家住双井巷，这几天晚上路灯都不亮，孩子放学回家很害怕。")
OTHER_LAMP = ("柳林路路灯坏了三天", "柳林路小学门口的路灯三天不亮了，晚上接孩子看不见路，请尽快来修。")
LIFT = ("翠湖苑2栋电梯常停在半空", "翠湖苑2栋的电梯这个月第三次停在半空，物业说没有维修资金。")


BRIDGE = ("摆渡口桥头那盏灯又灭了", "摆渡口桥头拐弯的那盏路灯这几天又灭了，桥面窄，骑车的看不清护栏，麻烦修结实一点。")
BLACK = ("过桥一片黑，没有灯", "我在摆渡口桥下卖早点，天不亮就推车过去，桥上那盏灯一灭全凭感觉，求修一下。")
MOORED = ("摆渡口桥头停满了三轮车", "摆渡口桥头天天停满三轮车，公交过不去，请交警来管一管。")


def likeness(a: tuple[str, str], b: tuple[str, str]) -> float:
    return score(sketch(*a, rarity()), sketch(*b, rarity()))


def test_one_matter_in_other_words_is_more_alike_than_another_place_in_the_same_words() -> None:
    assert likeness(LAMP, LAMP_AGAIN) > likeness(LAMP, OTHER_LAMP)
    assert likeness(LAMP, LIFT) < 0.1 < 0.5 < likeness(LAMP, LAMP_AGAIN)


def test_a_short_letter_is_known_again_in_other_words_and_not_for_its_place_alone() -> None:
    assert likeness(BRIDGE, BLACK) > 0.5 > likeness(BRIDGE, MOORED)


def test_the_districts_own_name_makes_no_two_letters_alike() -> None:
    a, b = ("青荷区的停车问题", "青荷区哪里可以停车。"), ("青荷区的入学问题", "青荷区怎么报名入学。")
    known = rarity().knowing(("青荷区",))
    assert score(sketch(*a, known), sketch(*b, known)) < likeness(a, b)


@pytest.mark.parametrize("empty", [("", ""), ("！？", "……"), ("a", "")])
def test_a_letter_without_words_is_like_nothing_and_breaks_nothing(empty: tuple[str, str]) -> None:
    assert likeness(empty, LAMP) < 0.1
    assert len(keys(sketch(*empty, rarity()))) >= 1


@given(st.text(max_size=60), st.text(max_size=60))
def test_likeness_is_the_same_both_ways_and_highest_for_itself(a: str, b: str) -> None:
    first, second = (sketch(text, text, rarity()) for text in (a, b))
    assert score(first, second) == pytest.approx(score(second, first))
    assert 0.0 <= score(first, second) <= 1.0
    assert score(first, second) <= score(first, first) + 1e-9


def test_equal_terms_have_equal_keys_and_a_near_copy_keeps_a_band() -> None:
    whole = sketch(LAMP[0], LAMP[1] * 2 + LIFT[1], rarity())
    near = sketch(LAMP[0], LAMP[1] * 2 + LIFT[1] + "急！", rarity())
    assert keys(whole) == keys(replace(whole, whole=dict(reversed(list(whole.whole.items())))))
    assert set(keys(whole)[:BANDS]) & set(keys(near)[:BANDS])


def test_other_words_share_a_key_by_the_name_of_the_place() -> None:
    assert set(keys(sketch(*LAMP, rarity()))) & set(keys(sketch(*LAMP_AGAIN, rarity())))
    assert not set(keys(sketch(*LAMP, rarity()))) & set(keys(sketch(*LIFT, rarity())))


# Figures ------------------------------------------------------------------------------------------------------------


def rows() -> list[dict[str, str]]:
    letters = {"lamp": LAMP, "again": LAMP_AGAIN, "other": OTHER_LAMP, "lift": LIFT}
    return [{"id": name, "title": title, "body": body} for name, (title, body) in letters.items()]


def test_pairs_are_measured_as_a_person_judged_them() -> None:
    pairs = [{"a": "lamp", "b": "again", "same": 1}, {"a": "lamp", "b": "lift", "same": 0}]
    assert measure(pairs, rows()) == {"n": 2, "auc": 1.0, "f1": 1.0, "precision": 1.0, "recall": 1.0}
    turned = [{**pair, "same": 1 - pair["same"]} for pair in pairs]  # type: ignore[operator]
    assert measure(turned, rows()) == {"n": 2, "auc": 0.0, "f1": 0.0, "precision": 0.0, "recall": 0.0}


def test_the_area_counts_a_tie_as_half_a_win() -> None:
    assert area([0.5, 0.9], [0.5]) == 0.75


def test_a_pair_without_its_letter_or_pairs_of_one_kind_are_refused_with_what_to_do() -> None:
    with pytest.raises(ValueError, match="gone"):
        measure([{"a": "lamp", "b": "gone", "same": 1}], rows())
    with pytest.raises(ValueError, match="both kinds"):
        figures([])
