"""On letters kept away from whoever wrote the rules, the rules alone keep what they promise."""

import os
from pathlib import Path

import pytest

from tests.routing.figures import KEPT_AWAY, measure

LETTERS = os.environ.get("MINXIN_LETTERS", "")


@pytest.mark.skipif(not LETTERS, reason="MINXIN_LETTERS names no file of labelled letters (JSON lines, .gz)")
def test_on_letters_kept_away_the_rules_find_the_topic_and_are_right_when_they_are_sure() -> None:
    figures = measure(Path(LETTERS), KEPT_AWAY)
    assert figures.macro_f1 >= 0.82
    assert figures.sure_right >= 0.95
    assert figures.sure_share >= 0.30
