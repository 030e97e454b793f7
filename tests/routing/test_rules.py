"""A rule file that would mislead is refused, and the refusal names the rule."""

import re
from typing import Any

import pytest

from routing.choose import because
from routing.matter import Reason
from routing.rules import read_rules
from tests.routing.letters import district, kind, load, rule, rules, small_district

KINDS = ("consult", "help", "complaint", "suggest", "praise", "report_violation", "report_staff")


def test_the_starter_rules_are_fit_to_use_and_name_only_kinds_that_exist() -> None:
    codes = {kind(code).code for code in KINDS}
    assert len(read_rules(load("rules.toml"), district(), codes)) >= 60


def test_every_rule_gives_its_reason_in_both_languages() -> None:
    for each in rules():
        said = because(Reason(each.code, each.unit, (), 1.0), rules())
        assert re.search("[\u4e00-\u9fff]", said.zh)
        assert re.search("[a-z]", said.en)


FAULTS: list[tuple[str, dict[str, Any], str]] = [
    ("unknown unit", {"unit": "moon"}, "moon is not in the directory"),
    ("closed unit", {"unit": "gone"}, "gone is closed"),
    ("no condition", {"when": {}}, "no condition"),
    ("empty word list", {"when": {"words_any": []}}, "at least one entry"),
    ("only forbidden words", {"when": {"words_none": ["路灯"]}}, "no condition"),
    ("one character", {"when": {"words_any": ["灯"]}}, "two characters"),
    ("word twice", {"when": {"words_any": ["路灯", "路灯"]}}, "twice"),
    ("a text for a list", {"when": {"words_any": "路灯"}}, "must be a list"),
    ("all and none", {"when": {"words_all": ["路灯坏"], "words_none": ["路灯"]}}, "never fire"),
    ("any and none", {"when": {"words_any": ["路灯坏", "路灯灭"], "words_none": ["路灯"]}}, "never fire"),
    ("unknown area", {"when": {"area": ["月球社区"]}}, "月球社区"),
    ("unknown kind", {"when": {"kind": ["song"]}}, "no kind song"),
    ("unknown aim", {"when": {"aim": ["fun"]}}, "fun is not an aim"),
    ("unknown key", {"when": {"word_any": ["路灯"]}}, "word_any"),
    ("supervisor for a matter", {"unit": "supervisor_of_target"}, "aims service and misconduct"),
    ("score", {"score": 1.5}, "score"),
    ("no reason", {"because_en": " "}, "both languages"),
    ("bad code", {"code": "the-lamp!"}, "small letters"),
]


@pytest.mark.parametrize(("changes", "sentence"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_a_faulty_rule_is_refused_by_its_name(changes: dict[str, Any], sentence: str) -> None:
    faulty = rule(**{"code": "the-lamp", **changes})
    with pytest.raises(ValueError, match=r"rule the-lamp.*" + re.escape(sentence)):
        read_rules({"rule": [faulty]}, small_district(), {"complaint"})


@pytest.mark.parametrize("key", ["because_zh", "unit", "score", "when", "category"])
def test_a_rule_with_a_part_missing_says_which(key: str) -> None:
    faulty = rule("half")
    del faulty[key]
    with pytest.raises(ValueError, match=f"rule half: {key} is missing"):
        read_rules({"rule": [faulty]}, small_district())


def test_a_code_may_stand_only_once() -> None:
    other = rule("lamp", when={"words_any": ["灯杆"]})
    with pytest.raises(ValueError, match=r"rule lamp: its code stands twice"):
        read_rules({"rule": [rule("lamp"), other]}, small_district())


def test_two_rules_with_the_same_condition_are_refused_even_for_two_units() -> None:
    with pytest.raises(ValueError, match=r"rule second: it asks exactly what rule lamp asks"):
        read_rules({"rule": [rule("lamp"), rule("second", unit="roads")]}, small_district())


def test_a_rule_that_an_earlier_one_always_precedes_is_refused_as_shadowed() -> None:
    narrow = rule("narrow", when={"words_any": ["路灯"], "kind": ["complaint"]})
    with pytest.raises(ValueError, match=r"rule narrow: it is shadowed: rule lamp"):
        read_rules({"rule": [rule("lamp"), narrow]}, small_district())


def test_a_narrower_rule_that_counts_more_or_goes_elsewhere_is_kept() -> None:
    more = rule("more", score=1.0, when={"words_any": ["路灯"], "words_all": ["村里"]})
    elsewhere = rule("elsewhere", unit="street", when={"words_any": ["路灯"], "area": ["河东社区"]})
    assert len(read_rules({"rule": [rule("lamp"), more, elsewhere]}, small_district())) == 3


def test_after_a_rule_for_every_letter_of_an_aim_a_second_one_is_shadowed() -> None:
    first = rule("all", unit="conduct", when={"aim": ["misconduct"]})
    second = rule("late", unit="party", when={"aim": ["misconduct"], "words_any": ["红包"]})
    with pytest.raises(ValueError, match=r"rule late: it is shadowed: rule all"):
        read_rules({"rule": [first, second]}, small_district())


def test_an_area_rule_needs_a_directory_with_areas() -> None:
    bare = small_district()
    units = {c: u for c, u in bare.units.items() if not u.areas}
    without = type(bare)(1, "区", "District", units, bare.desks, bare.alternates, ())
    with pytest.raises(ValueError, match=r"rule lamp: it can never fire"):
        read_rules({"rule": [rule(unit="area")]}, without)


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        read_rules({}, small_district())
