"""No sentence of the letters that routing was taught with stands in the project; serving never loads the trainer."""

import gzip
import json
import os
import re
from pathlib import Path

import pytest

from tests.structure.house import TOP, program

LETTERS = os.environ.get("MINXIN_LETTERS", "")
LEAST = 15
"""Characters of a piece between two stops that make it somebody's sentence; shorter ones are anybody's."""
_STOPS = re.compile(r"[。！？!?；;\n，,：:]+")
TEXTS = {".py", ".toml", ".md", ".po", ".html", ".json", ".jsonl", ".txt", ".js", ".css"}


def test_only_what_trains_knows_scikit_learn_and_scipy() -> None:
    found = {m.path for m in program() for name, _ in m.imports() if name.split(".")[0] in ("sklearn", "scipy")}
    assert found <= {"routing/training.py", "routing/adapting.py", "bench/routing.py"}


@pytest.mark.skipif(not LETTERS, reason="MINXIN_LETTERS names no file of labelled letters (JSON lines, .gz)")
def test_no_sentence_of_the_letters_stands_in_the_project() -> None:
    with gzip.open(Path(LETTERS), "rt", encoding="utf-8") as lines:
        theirs = {piece for line in lines for piece in _pieces(str(json.loads(line).get("text", "")))}
    hidden = {".git", ".venv", "var", "node_modules"}
    files = [p for p in TOP.rglob("*") if p.suffix in TEXTS and not hidden & set(p.relative_to(TOP).parts)]
    found = [(str(p.relative_to(TOP)), piece) for p in files for piece in _pieces(p.read_text("utf-8")) & theirs]
    assert not found


def _pieces(text: str) -> set[str]:
    pieces = (piece.strip(" \"'“”") for piece in _STOPS.split(text))
    return {piece for piece in pieces if len(piece) >= LEAST and "\u4e00" <= piece[0] <= "\u9fff"}
