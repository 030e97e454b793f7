"""Every notice that a machine or a ladder tells has its texts in both languages."""

import ast
from typing import Any

from config import starter
from supervision import digests, rungs
from tests.structure.house import program

BULLETINS = {f"bulletin_{what}" for what in ("drawn", "checked", "back", "released", "late")} | {
    f"advice_{what}" for what in ("given", "answered", "agreed", "ended", "due", "late")
}
NOTICES: dict[str, dict[str, Any]] = starter.read()["texts"]["notices"]


def told() -> dict[str, str]:
    """Text name → where the program says it with tells(to, text)."""
    found: dict[str, str] = {}
    for module in program():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "tells":
                text = node.args[-1]
                assert isinstance(text, ast.Constant), f"{module.path}:{node.lineno}: the text's name is a constant"
                found[str(text.value)] = f"{module.path}:{node.lineno}"
    return found


def test_every_notice_that_machines_tell_has_its_texts() -> None:
    assert not {name: place for name, place in told().items() if name not in NOTICES}


def test_every_notice_that_rungs_and_mornings_tell_has_its_texts() -> None:
    said = {*rungs._STAFF_TEXT.values(), *rungs._RECORD_TEXT.values(), *rungs._CITIZEN_TEXT.values(), "overdue"}
    ladders = starter.read()["ladders"]
    watches = {name for name, table in ladders.items() if isinstance(table, dict) and "watch" in str(table["rungs"])}
    assert watches == {"veto", "site_publication", "site_statistics"}
    assert said | watches | {digests.DIGEST, "work_list", "topic_surge", *BULLETINS} <= set(NOTICES)


def test_every_notice_says_the_same_parts_in_both_languages() -> None:
    for name, forms in NOTICES.items():
        spoken = {language: _parts(forms, language) for language in ("zh", "en")}
        assert spoken["zh"] == spoken["en"], name
        assert "body" in spoken["zh"], name


def _parts(forms: dict[str, Any], language: str) -> set[str]:
    return {
        key.removeprefix(f"{language}_") for key, words in forms.items() if key.startswith(f"{language}_") and words
    }


def test_tells_is_found_in_the_machines() -> None:
    assert all(place.startswith("hub/machines/") for place in told().values())
    assert "answered" in told()
