"""A fault in the file of rules is told with its line."""

import tomllib
from pathlib import Path

import pytest

from routing.rules import Unfit
from routing.rules_file import read_rules_of
from tests.routing.letters import small_district

RULE = """
[[rule]]
code = "{code}"
because_zh = "路灯归街道管"
because_en = "Lamps belong to the street office"
unit = "{unit}"
category = "城市管理"
score = 0.9
[rule.when]
words_any = ["{word}"]
"""


def written(folder: Path, *rules: tuple[str, str, str]) -> Path:
    file = folder / "rules.toml"
    file.write_text("".join(RULE.format(code=c, unit=u, word=w) for c, u, w in rules), "utf-8")
    return file


def test_an_unknown_unit_is_told_with_the_line_of_its_rule(tmp_path: Path) -> None:
    unit = next(iter(small_district().units))
    file = written(tmp_path, ("lamps", unit, "路灯"), ("trees", "moon", "大树"))
    with pytest.raises(Unfit) as refused:
        read_rules_of(file, tomllib.loads(file.read_text("utf-8")), small_district())
    assert refused.value.said.zh == "rules.toml 第13行，规则 trees：没有单位 moon。"


def test_of_two_rules_of_one_code_the_second_is_named(tmp_path: Path) -> None:
    unit = next(iter(small_district().units))
    file = written(tmp_path, ("lamps", unit, "路灯"), ("lamps", unit, "灯杆"))
    with pytest.raises(Unfit, match="第13行"):
        read_rules_of(file, tomllib.loads(file.read_text("utf-8")), small_district())
