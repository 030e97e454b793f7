"""The demo district: its letters, officers and story agree with the starter editions and with each other."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config import starter
from hub.kinds import Kind, read_kinds
from hub.people import ROLES, UNIT_ROLES, Actor, Grant
from hub.units import Directory, read_units

CONFIG = Path(__file__).parents[2] / "config"
DIGITS = re.compile(r"0\d{2,3}-\d{7,8}")


def load(name: str) -> Any:
    return tomllib.loads((CONFIG / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def directory() -> Directory:
    return read_units(load("units.toml"), 1)


@pytest.fixture(scope="module")
def kinds() -> dict[str, Kind]:
    return read_kinds(starter.read()["kinds"])


@pytest.fixture(scope="module")
def letters() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = load("demo/letters.toml")["letters"]
    return found


@pytest.fixture(scope="module")
def officers() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = load("demo/officers.toml")["officers"]
    return found


def grants(officer: dict[str, Any]) -> tuple[Grant, ...]:
    return tuple(Grant(role, unit or None) for role, _, unit in (r.partition("@") for r in officer["roles"]))


def actors(officers: list[dict[str, Any]]) -> list[Actor]:
    return [Actor("officer", o["account"], o["account"], o["name"], grants(o)) for o in officers]


def holders(officers: list[dict[str, Any]], role: str, unit: str, directory: Directory) -> set[str]:
    return {a.id for a in actors(officers) if a.holds(role, unit, directory)}


def written(letter: dict[str, Any]) -> Iterator[dict[str, str]]:
    """The letters that one table makes: title, body and replies with all slots filled."""
    for variant in letter["variants"]:
        words = {**variant, "visit_day": "11月18日", "promise_day": "12月15日"}
        yield {k: letter[k].format(**words) for k in ("title", "body", "reply", "poor_reply") if k in letter}


# Demo letters -----------------------------------------------------------------------------------------------------


def test_the_demo_letters_are_many_and_all_different(letters: list[dict[str, Any]]) -> None:
    assert len({x["id"] for x in letters}) == len(letters) >= 70
    made = [(w["title"], w["body"]) for x in letters for w in written(x)]
    assert len(made) == len(set(made)) >= 200


def test_the_demo_letters_name_known_kinds_units_results_and_places(
    letters: list[dict[str, Any]], kinds: dict[str, Kind], directory: Directory
) -> None:
    for x in letters:
        kind = kinds[x["kind"]]
        assert x["aim"] in kind.aims, x["id"]
        assert x["unit"] in directory.units, x["id"]
        assert x["channel"] in ("web", "telegram", "counter", "phone"), x["id"]
        result = kind.result(x["result"])
        assert result is not None, x["id"]
        assert bool(x.get("result_reason")) == result.needs_reason, x["id"]
        for variant in x["variants"]:
            street = directory.areas[variant["place"]]
            assert x["unit"] == street or directory.units[x["unit"]].type != "street", x["id"]


def test_a_demo_letter_answers_the_required_questions_of_its_kind(
    letters: list[dict[str, Any]], kinds: dict[str, Kind]
) -> None:
    for x in letters:
        fields = kinds[x["kind"]].fields
        given = {"place", *x.get("fields", {})}
        assert {f.name for f in fields if f.required} <= given, x["id"]
        assert set(x.get("fields", {})) <= {f.name for f in fields}, x["id"]


def test_a_letter_about_service_or_misconduct_is_not_with_the_accused(
    letters: list[dict[str, Any]], directory: Directory
) -> None:
    about = [x for x in letters if "target" in x]
    assert {x["aim"] for x in about} == {"service", "misconduct"}
    for x in about:
        assert x["unit"] != x["target"]
        if x["aim"] == "service":
            assert x["unit"] == directory.supervisor_of(x["target"]), x["id"]
        else:
            assert x["unit"] == "discipline"


def test_demo_letters_and_replies_have_the_length_of_real_ones(letters: list[dict[str, Any]]) -> None:
    for x in letters:
        for w in written(x):
            if x["lang"] == "zh":
                assert 60 <= len(w["body"]) <= 300, x["id"]
                assert 100 <= len(w["reply"]) <= 300, x["id"]
            assert "{" not in "".join(w.values()), x["id"]


def test_phones_in_demo_replies_are_those_of_the_answering_unit(
    letters: list[dict[str, Any]], directory: Directory
) -> None:
    for x in letters:
        assert set(DIGITS.findall(x["reply"])) <= set(directory.units[x["unit"]].phones), x["id"]


def test_poor_demo_replies_carry_coded_reasons(letters: list[dict[str, Any]]) -> None:
    known = {row["code"] for row in load("checklist.toml")["review"]}
    poor = [x for x in letters if "poor_reply" in x]
    assert len(poor) >= 10
    for x in poor:
        assert x["reasons"], x["id"]
        assert set(x["reasons"]) <= known, x["id"]
    assert all("reasons" not in x for x in letters if "poor_reply" not in x)


def test_each_demo_objection_has_a_reason_of_its_own_and_names_another_unit_that_exists(
    letters: list[dict[str, Any]], directory: Directory
) -> None:
    mistaken = [letter["not_ours"] for letter in letters if "not_ours" in letter]
    contested = [(letter["unit"], letter["objection"]) for letter in letters if "objection" in letter]
    reasons = [*mistaken, *(said["reason"] for _, said in contested), *(said["overruled"] for _, said in contested)]
    assert len(reasons) == len(set(reasons)) >= 12
    assert min(map(len, reasons)) >= 20
    assert all(said["unit"] != unit and directory.units[said["unit"]].active for unit, said in contested)


def test_ratings_stand_only_where_the_kind_is_rated(letters: list[dict[str, Any]], kinds: dict[str, Kind]) -> None:
    rated = [x for x in letters if "score" in x]
    assert rated
    for x in rated:
        assert kinds[x["kind"]].rating, x["id"]
        assert 1 <= x["score"] <= 5, x["id"]
        assert x["solved"] in ("yes", "partly", "no"), x["id"]


def test_the_demo_letters_hold_the_cases_that_a_district_knows(
    letters: list[dict[str, Any]], kinds: dict[str, Kind]
) -> None:
    topics = {"城乡建设", "环境保护", "交通运输", "教育文体", "劳动和社会保障", "商贸旅游", "卫生计生"}
    assert topics < {x["category"] for x in letters}
    assert {x["kind"] for x in letters} == set(kinds)
    assert sum(x.get("merge") == "lamp-trio" for x in letters) == 3
    assert sum(x.get("urgent", False) for x in letters) == 1
    assert sum(x["lang"] == "en" for x in letters) == 2
    assert sum(x["kind"] == "report_staff" for x in letters) == 2
    assert any(x.get("level") == "confidential" for x in letters)


def test_writers_are_there_unless_the_letter_is_anonymous_and_phones_are_not_shared(
    letters: list[dict[str, Any]],
) -> None:
    phones = []
    for x in letters:
        for v in x["variants"]:
            assert ("writer" in v) != x.get("anonymous", False), x["id"]
            assert ("phone" in v) == ("writer" in v), x["id"]
            phones += [v["phone"]] if "phone" in v else []
    assert len(phones) == len(set(phones))
    assert all(re.fullmatch(r"139-0000-\d{4}", p) for p in phones)


# The story and the officers ---------------------------------------------------------------------------------------


def test_the_story_runs_from_receipt_to_publication(
    officers: list[dict[str, Any]], kinds: dict[str, Kind], directory: Directory
) -> None:
    story = load("demo/story.toml")
    assert kinds[story["kind"]].result(story["result"]) is not None
    assert directory.areas[story["place"]] in directory.units
    accounts = {o["account"] for o in officers} | {"citizen", "system"}
    moves = [s["move"] for s in story["steps"]]
    assert moves[0] == "submit"
    assert moves[-1] == "publish"
    assert moves.index("unqualified") < moves.index("qualified")
    times = [(s["day"], s["time"]) for s in story["steps"]]
    assert times == sorted(times)
    for step in story["steps"]:
        assert step["by"] in accounts, step
        assert step.get("text", "body") in story, step


def test_the_storys_publication_shows_none_of_what_is_masked() -> None:
    story = load("demo/story.toml")
    for mark in story["publication"]["masks"]:
        assert mark["text"] in story["body"]
        assert mark["text"] not in story["publication"]["body"] + story["publication"]["title"] + story["reply"]
    assert story["writer"] not in story["publication"]["body"]


def test_every_unit_has_a_handler_and_a_signer_who_are_two_people(
    officers: list[dict[str, Any]], directory: Directory
) -> None:
    for code in directory.units:
        handlers, signers = (holders(officers, r, code, directory) for r in ("handler", "signer"))
        assert handlers, code
        assert signers, code
        assert not any({h} == signers for h in handlers), code


def test_every_unit_has_a_supervisor_and_two_reviewers_of_another_bureau(
    officers: list[dict[str, Any]], directory: Directory
) -> None:
    at = {o["account"]: o["unit"] for o in officers}
    for code in directory.units:
        assert holders(officers, "supervisor", code, directory), code
        outside = {
            r
            for r in holders(officers, "reviewer", code, directory)
            if directory.bureau(at[r]) != directory.bureau(code)
        }
        assert len(outside) >= (1 if code == "supervision" else 2), code


def test_officers_hold_known_roles_at_known_units_and_each_role_is_held(
    officers: list[dict[str, Any]], directory: Directory
) -> None:
    for what in ("account", "name"):
        values = [o[what] for o in officers]
        assert len(values) == len(set(values)), what
    held = set()
    for o in officers:
        assert o["unit"] in directory.units, o["account"]
        for grant in grants(o):
            assert grant.role in ROLES, o["account"]
            assert grant.unit is None or grant.unit in directory.units, o["account"]
            assert grant.unit is not None or grant.role not in UNIT_ROLES, o["account"]
            held.add(grant.role)
    assert held == set(ROLES)


def test_the_sealed_kind_finds_a_supervisor_at_each_desk_it_names(
    officers: list[dict[str, Any]], kinds: dict[str, Kind], directory: Directory
) -> None:
    for desk in kinds["report_staff"].sealed_to:
        assert holders(officers, "supervisor", desk, directory), desk


def test_named_officials_are_the_districts_leaders(officers: list[dict[str, Any]], directory: Directory) -> None:
    leaders = {o["name"] for o in officers if "leader" in o["roles"]}
    assert leaders <= set(directory.officials)
