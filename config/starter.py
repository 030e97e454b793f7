"""The starter editions as they stand in the files beside this one, ready to become edition 1 of each family."""

import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def read(folder: Path = HERE) -> dict[str, Any]:
    """Family → content: kinds, units, rules, calendar, ladders, checklist, texts.

    Raises OSError or tomllib.TOMLDecodeError for a file that is missing or cannot be read.
    """
    kinds = [_toml(path) for path in sorted((folder / "kinds").glob("*.toml"))]
    order = ("consult", "help", "complaint", "suggest", "praise", "report_violation", "report_staff")
    kinds.sort(key=lambda k: (order.index(k["code"]) if k["code"] in order else len(order), k["code"]))
    rule_sets = [plain(_toml(path)) for path in sorted((folder / "rulesets").glob("*.toml"))]
    return {
        "kinds": {"kinds": kinds, "rule_sets": rule_sets},
        "units": _toml(folder / "units.toml"),
        "rules": _toml(folder / "rules.toml"),
        "calendar": plain(_toml(folder / "calendar.toml")),
        "ladders": _toml(folder / "ladders.toml"),
        "checklist": _toml(folder / "checklist.toml"),
        "texts": {
            "notices": _toml(folder / "texts" / "notices.toml"),
            "templates": _toml(folder / "texts" / "templates.toml"),
            "bulletins": _toml(folder / "texts" / "bulletins.toml"),
            "call_script": _toml(folder / "texts" / "call_script.toml"),
        },
    }


def plain(value: Any) -> Any:
    """The content with dates and times as text, the form in which an edition is stored."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))
