"""The hub's call of routing: empty texts for what is missing, and sealed letters only to those whom the kind names."""

from typing import Any

import pytest

from hub import ports
from hub.kinds import Kind
from hub.rulebook import Checklist, Rulebook
from routing.port import chooser
from tests.routing.letters import dangers, district, kind, load


def rulebook(rules: dict[str, Any]) -> Rulebook:
    # Routing reads the directory and the rules of a snapshot and nothing else.
    empty: Any = None
    return Rulebook({"rules": 1}, {}, district(), empty, {}, Checklist({}, ()), {}, rules, {})


def asked(book: Rulebook, kind_code: str = "complaint", **changes: Any) -> ports.Chosen:
    given: dict[str, Any] = {
        "kind": kind_code,
        "aim": "matter",
        "title": "人行道路灯不亮",
        "body": "公园和人行天桥的路灯坏了三天",
        "place": "",
        "target": "",
        "fields": {},
        "level": "private",
        "redactor_sure": True,
        "urgent": False,
    }
    of_kind: Kind = kind(kind_code)
    return chooser(dangers())(ports.Matter(**(given | changes)), of_kind, book)


def test_a_plain_letter_gets_its_unit_topic_and_record() -> None:
    chosen = asked(rulebook(load("rules.toml")))
    assert (chosen.unit, chosen.sure, chosen.category, chosen.aim) == ("urban", True, "城乡建设", "matter")
    assert chosen.danger == ()
    assert chosen.record["unit"] == "urban"
    assert "路灯" in chosen.record["reasons"][0]["words"]


def test_a_letter_that_fits_nowhere_has_an_empty_unit() -> None:
    chosen = asked(rulebook(load("rules.toml")), title="你好", body="今天星期几")
    assert (chosen.unit, chosen.sure, chosen.category, chosen.target) == ("", False, "", "")


def test_danger_and_a_stricter_aim_are_reported_beside_the_unit() -> None:
    chosen = asked(rulebook(load("rules.toml")), body="路灯杆漏电，城管局接线员推诿")
    assert chosen.danger == ("漏电",)
    assert (chosen.aim, chosen.sure, chosen.target) == ("service", False, "urban")


@pytest.mark.parametrize(
    ("target", "receiver"), [("urban", "discipline"), ("discipline", "supervision"), ("supervision", "discipline")]
)
def test_a_sealed_letter_is_recorded_for_its_receiver_alone(target: str, receiver: str) -> None:
    book = rulebook(load("rules.toml"))
    chosen = asked(book, "report_staff", aim="misconduct", target=target, level="confidential")
    assert chosen.unit == receiver
    assert [c["unit"] for c in chosen.record["ranked"]] == [receiver]


def test_a_sealed_letter_about_all_its_receivers_is_given_to_none_of_them() -> None:
    chosen = asked(
        rulebook(load("rules.toml")), "report_staff", aim="misconduct", title="检举", body="纪委和督查室有人受贿"
    )
    assert (chosen.unit, chosen.sure) == ("", False)
    assert not chosen.record["ranked"]


def test_a_new_rulebook_is_read_anew() -> None:
    choose = chooser(dangers())
    given = ports.Matter("complaint", "matter", "路灯不亮", "", "", "", {"photos": [1]}, "private", True, False)
    assert choose(given, kind("complaint"), rulebook(load("rules.toml"))).unit == "urban"
    moved = load("rules.toml")
    for row in moved["rule"]:
        if row["unit"] == "urban":
            row["unit"] = "water"
    assert choose(given, kind("complaint"), rulebook(moved)).unit == "water"


@pytest.mark.parametrize("changes", [{"aim": "fun"}, {"level": "loud"}])
def test_an_aim_or_level_that_is_not_one_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="is not a"):
        asked(rulebook(load("rules.toml")), **changes)
