"""Stock replies put together of phrases offices are fond of: the boilerplate score learns more than one file's."""

import random
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from supervision.scoring.pair import Pair

PHRASES = Path(__file__).parent / "stock.toml"
EVERY = 4
"""One made-up reply to so many letters."""


def made_up(pairs: Sequence[Pair]) -> Iterator[Pair]:
    """A stock reply to every so manieth letter, always the same ones."""
    phrases = tomllib.loads(PHRASES.read_text("utf-8"))
    draw = random.Random(20)
    for pair in pairs[::EVERY]:
        parts = [draw.choice([*phrases["openings"], ""]), draw.choice(phrases["taken_up"]).format(title=pair.title)]
        parts += draw.sample(phrases["fillings"], draw.choice((0, 1, 1, 2, 3, 4)))
        parts += [draw.choice([*phrases["closings"], ""]), draw.choice([*phrases["days"], ""])]
        yield Pair(pair.title, pair.letter, "".join(parts))
