"""Every setting is documented in config/default.toml with one sentence, and nothing there is unknown."""

import re
import tomllib
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

from config.settings import Settings, load

FILE = Path(__file__).parents[2] / "config" / "default.toml"
LINE = re.compile(r"^#?\s?(\w+) = (?:\"[^\"]*\"|[^#]+?)\s*(?:#\s*(.+))?$")
SECTION = re.compile(r"^(?:# \[)?\[(\w+)]]?$")


def known(model: type[BaseModel] = Settings, above: str = "") -> set[str]:
    """The dotted name of every setting."""
    names: set[str] = set()
    for name, field in model.model_fields.items():
        inner: Any = (get_args(field.annotation) or (field.annotation,))[0]  # a tuple of parts is a list of tables
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            names |= known(inner, f"{above}{name}.")
        else:
            names.add(above + name)
    return names


def documented() -> dict[str, str]:
    """Every setting named in the file, with the sentence that stands beside or above it."""
    section, above, found = "", "", {}
    for line in FILE.read_text("utf-8").splitlines():
        if head := SECTION.match(line):
            section = f"{head[1]}."
        elif setting := LINE.match(line):
            found[section + setting[1]] = setting[2] or above
        above = line.lstrip("# ") if line.startswith("#") else ""
    return found


def test_every_setting_is_documented_and_every_documented_setting_exists() -> None:
    assert set(documented()) == known()


def test_every_setting_is_explained_or_explains_itself() -> None:
    silent = {name for name, words in documented().items() if not words}
    assert silent <= {"telegram.api_base"}


def test_the_file_says_the_defaults_of_the_program() -> None:
    assert load(FILE, {}) == Settings()
    assert tomllib.loads(FILE.read_text("utf-8"))["server"]["port"] == Settings().server.port
