"""No sentence of the letters that routing was taught with stands in the project; serving never loads the trainer."""

import gzip
import json
import os
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.structure.house import TOP, program

LETTERS = os.environ.get("MINXIN_LETTERS", "")
"""Files of letters (JSON lines, `.gz`), several parted as in PATH."""
SENTENCE = 20
"""Chinese characters in a row that make it somebody's sentence; a law's name is shorter, or anybody's."""
_SIGNS = re.compile("[\u4e00-\u9fff]+")
_BETWEEN = re.compile("[\\s\"'“”‘’，。、；：！？,.;:!?()（）《》…—-]+")
TEXTS = {".py", ".toml", ".md", ".po", ".html", ".json", ".jsonl", ".txt", ".js", ".css"}
WORDS_OF_LETTERS = ("text", "title", "body")


def test_only_what_trains_knows_scikit_learn_and_scipy() -> None:
    found = {m.path for m in program() for name, _ in m.imports() if name.split(".")[0] in ("sklearn", "scipy")}
    assert found <= {"routing/training.py", "routing/adapting.py", "bench/routing.py"}


def test_a_sentence_of_a_letter_would_be_found_however_it_is_wrapped() -> None:
    theirs = stretches(["我们院子里那口老井，去年冬天以后水就发黄，大家都不敢再喝了。"])
    assert stretches(['a_letter(body="那口老井，去年冬天以后水就发黄，"\n    "大家都不敢再喝了")']) & theirs
    assert stretches(["# 那口老井去年冬天以后水就发黄大家都不敢再喝"]) & theirs
    assert not stretches(["院子里有一口井，水发黄，今年冬天以后请不要再喝，等检测结果出来。"]) & theirs


@pytest.mark.skipif(not LETTERS, reason="MINXIN_LETTERS names no file of labelled letters (JSON lines, .gz)")
def test_no_sentence_of_the_letters_stands_in_the_project() -> None:
    theirs: set[int] = set()
    for path in LETTERS.split(os.pathsep):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            rows = (json.loads(line) for line in lines)
            theirs |= stretches(str(row[name]) for row in rows for name in WORDS_OF_LETTERS if row.get(name))
    hidden = {".git", ".venv", "var", "node_modules"}
    files = [p for p in TOP.rglob("*") if p.suffix in TEXTS and not hidden & set(p.relative_to(TOP).parts)]
    assert [str(p.relative_to(TOP)) for p in files if stretches([_read(p)]) & theirs] == []


def stretches(texts: Iterable[str]) -> set[int]:
    """Marks of every stretch of SENTENCE Chinese characters, whatever stops, quotes and line ends stand between."""
    runs = (run for text in texts for run in _SIGNS.findall(_BETWEEN.sub("", text)))
    return {hash(run[at : at + SENTENCE]) for run in runs for at in range(len(run) - SENTENCE + 1)}


def _read(path: Path) -> str:
    return path.read_text("utf-8")
