"""Model: what is learnt of poor replies, as a few named weights in a file; a score is a sum a person can check."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from supervision.scoring.measures import measures
from supervision.scoring.pair import Pair
from supervision.scoring.rarity import Rarity

WEIGHTS = Path(__file__).parent / "weights"
CONCERNS = ("mismatch", "boilerplate", "incomplete")
"""What a score is of: beside the letter, stock phrases, unfinished."""


@dataclass(frozen=True, slots=True)
class Model:
    """One concern: standardised measures, their weights, and the score from which a finding is made."""

    names: tuple[str, ...]
    means: tuple[float, ...]
    spreads: tuple[float, ...]
    weights: tuple[float, ...]
    intercept: float
    threshold: float

    def score(self, measured: Mapping[str, float]) -> float:
        """From 0 (as good replies are) to 1."""
        parts = zip(self.names, self.means, self.spreads, self.weights, strict=True)
        total = self.intercept + sum(w * (measured[n] - m) / s for n, m, s, w in parts)
        return sigmoid(total)


def sigmoid(x: float) -> float:
    """The logistic function, safe far from zero."""
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


@dataclass(frozen=True)
class Scorer:
    """The models of every concern with the rarity they were learnt under."""

    rarity: Rarity
    models: Mapping[str, Model]

    def scores(self, pair: Pair) -> dict[str, float]:
        """One score for each concern."""
        measured = measures(pair, self.rarity)
        return {concern: model.score(measured) for concern, model in self.models.items()}


@cache
def scorer() -> Scorer:
    """The scorer that is shipped."""
    return read(WEIGHTS)


def read(folder: Path) -> Scorer:
    """A scorer from its files; raises OSError, ValueError, KeyError."""
    told = json.loads((folder / "replies.json").read_text("utf-8"))
    rarity = Rarity(*((folder / f"{name}.bin").read_bytes() for name in ("letters", "replies")))
    return Scorer(rarity, {concern: _model(told[concern]) for concern in CONCERNS})


def write(scorer_: Scorer, folder: Path) -> None:
    """Write a scorer as `read` takes it: two tables of bytes and one readable file of weights."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "letters.bin").write_bytes(scorer_.rarity.letters)
    (folder / "replies.bin").write_bytes(scorer_.rarity.replies)
    told = {concern: _told(model) for concern, model in scorer_.models.items()}
    (folder / "replies.json").write_text(json.dumps(told, indent=1) + "\n", "utf-8")


def _told(model: Model) -> dict[str, object]:
    named = zip(model.names, model.means, model.spreads, model.weights, strict=True)
    weights = {name: [round(mean, 5), round(spread, 5), round(weight, 4)] for name, mean, spread, weight in named}
    return {"threshold": round(model.threshold, 4), "intercept": round(model.intercept, 4), "weights": weights}


def _model(told: Mapping[str, Any]) -> Model:
    weights: Mapping[str, tuple[float, float, float]] = told["weights"]
    means, spreads, given = zip(*weights.values(), strict=True)
    return Model(tuple(weights), means, spreads, given, told["intercept"], told["threshold"])
