"""Builders for the routing tests: the district's own units and rules, a small district, and letters of our own."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from config import starter
from hub.kinds import Kind, read_kinds
from hub.units import Directory, read_units
from routing.danger import Dangers, read_dangers
from routing.matter import Matter
from routing.rules import RuleSet, read_rules

CONFIG = Path(__file__).parents[2] / "config"


def load(name: str) -> dict[str, Any]:
    return tomllib.loads((CONFIG / name).read_text("utf-8"))


@cache
def district() -> Directory:
    return read_units(load("units.toml"), 1)


@cache
def rules() -> RuleSet:
    return read_rules(load("rules.toml"), district())


@cache
def dangers() -> Dangers:
    return read_dangers(load("danger.toml"))


@cache
def kind(code: str) -> Kind:
    return read_kinds(starter.read()["kinds"])[code]


def letter(title: str = "", body: str = "", **changes: Any) -> Matter:
    given: dict[str, Any] = {
        "kind": "complaint",
        "aim": "matter",
        "title": title,
        "body": body,
        "place": None,
        "target": None,
        "fields": {},
        "level": "private",
        "redactor_sure": True,
        "urgent": False,
    }
    return Matter(**(given | changes))


def small_district() -> Directory:
    """Two bureaus with a unit below each, a street with an area, and three offices that watch over the others."""
    rows = [
        unit("roads", "道路局"),
        unit("lamps", "路灯所", parent="roads", supervised_by="roads"),
        unit("schools", "学校局"),
        unit("canteens", "食堂科", parent="schools", supervised_by="schools"),
        unit("street", "河东街道", type="street", areas=["河东社区"]),
        unit("watch", "督查室", type="supervision", supervised_by="conduct"),
        unit("conduct", "纪委", type="discipline", supervised_by="party"),
        unit("party", "组织部", type="party", supervised_by="conduct"),
        unit("desk", "受理中心", type="intake"),
        unit("gone", "撤销的局", active=False),
    ]
    content = {
        "district": "测试区",
        "district_en": "Test District",
        "desks": {"reception": "desk", "supervision": "watch"},
        "alternates": {"watch": "conduct", "conduct": "party"},
        "units": rows,
    }
    return read_units(content, 7)


def unit(code: str, zh: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "zh": zh, "en": code, "type": "bureau", "supervised_by": "watch", **more}


def rule(code: str = "lamp", **changes: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "code": code,
        "because_zh": "路灯归路灯所",
        "because_en": "Lamps belong to the lamp office",
        "unit": "lamps",
        "category": "城乡建设",
        "score": 0.9,
        "when": {"words_any": ["路灯"]},
    }
    return given | changes
