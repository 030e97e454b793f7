"""The trained model: which topic a letter is about, how sure that is, and the words that spoke for it.

A linear model over short runs of characters, beside the topics that the words of the rules point to. It needs no
segmentation, so a misspelt or unheard-of word still counts by its parts, and every score is a sum of parts that can be
shown (docs/adr/0017).
"""

import json
import math
import zlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, repeat
from operator import add
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_JUDGED = 2_000
"""Characters of a letter that are judged; what it is about stands in the beginning."""
MOST_WORDS = 4
_MAGIC = b"minxin-model-1\n"


@dataclass(frozen=True, slots=True)
class Judgement:
    """Topics with their calibrated probabilities, the likeliest first, and the words that spoke for that one."""

    ranked: tuple[tuple[str, float], ...]
    words: tuple[str, ...]
    model: str

    @property
    def category(self) -> str:
        return self.ranked[0][0]

    @property
    def confidence(self) -> float:
        return self.ranked[0][1]


@dataclass(frozen=True)
class Model:
    """Weights of a trained model; `units` says how often each unit (or `area`) answers letters of a topic.

    `heeds` says how strongly the rules' evidence for a topic of theirs speaks for each label.
    """

    name: str
    labels: tuple[str, ...]
    vocabulary: Mapping[str, int]
    rarity: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    heeds: Mapping[str, NDArray[np.float32]]
    units: Mapping[str, Mapping[str, float]]

    @cached_property
    def runs(self) -> tuple[str, ...]:
        """The runs by their places."""
        return tuple(self.vocabulary)


def document(title: str, body: str) -> str:
    """What is judged of a letter whose parts are `plain`: the title twice, because it names the matter."""
    return f"{title}\n{title}\n{body}"[:MOST_JUDGED] if title else body[:MOST_JUDGED]


def runs(text: str) -> Counter[str]:
    """How often each run of one, two and three characters stands in a text."""
    pairs = list(map(add, text, text[1:]))
    return Counter(chain(text, pairs, map(add, pairs, text[2:])))


def leaning(pointed: Mapping[str, float]) -> dict[str, float]:
    """Where the words of the rules lean: the logarithm of their weight for each topic, all together of length one."""
    loads = {topic: math.log1p(weight) for topic, weight in pointed.items() if weight > 0}
    length = math.hypot(*loads.values())
    return {topic: load / length for topic, load in loads.items()}


def judge(model: Model, text: str, pointed: Mapping[str, float] = MappingProxyType({})) -> Judgement | None:
    """The topic of a `document`; None where the model knows nothing of what it says.

    `pointed` is the weight of the rules that match it, by their topics.
    """
    counted = runs(text)
    places = np.fromiter(map(model.vocabulary.get, counted, repeat(-1)), np.int64, len(counted))
    known = places >= 0
    at = places[known]
    if not len(at):
        return None
    counts = np.fromiter(counted.values(), np.float32, len(counted))[known]
    loads = (1.0 + np.log(counts)) * model.rarity[at]
    loads /= np.sqrt(loads @ loads)
    rows = model.weights[at]
    scores = loads @ rows + model.bias
    for topic, load in leaning(pointed).items():
        if topic in model.heeds:
            scores += load * model.heeds[topic]
    odds = np.exp(scores - scores.max())
    shares = odds / odds.sum()
    order = np.argsort(-shares)
    spoke = loads * (rows[:, order[0]] - rows.mean(axis=1))
    ranked = tuple((model.labels[n], round(float(shares[n]), 4)) for n in order)
    return Judgement(ranked, _words(model, at, spoke), model.name)


def _words(model: Model, at: NDArray[np.int64], spoke: NDArray[np.float32]) -> tuple[str, ...]:
    """The runs that spoke loudest, Chinese ones of two characters and more, none inside another."""
    chosen: list[str] = []
    for place in at[np.argsort(-spoke)[: 12 * MOST_WORDS]]:
        run = model.runs[place]
        if len(run) < 2 or not all("\u4e00" <= sign <= "\u9fff" for sign in run):
            continue
        if not any(run in other or other in run or run[1:] == other[:-1] or other[1:] == run[:-1] for other in chosen):
            chosen.append(run)
        if len(chosen) == MOST_WORDS:
            break
    return tuple(chosen)


def packed(model: Model) -> bytes:
    """A model as the bytes of its file: weights in one byte each, scaled by topic."""
    most = np.abs(model.weights).max(axis=0)
    scale = np.where(most > 0, most, 1.0) / 127
    head = {
        "name": model.name,
        "labels": model.labels,
        "scale": scale.tolist(),
        "bias": model.bias.tolist(),
        "heeds": {topic: row.tolist() for topic, row in model.heeds.items()},
        "units": model.units,
        "runs": list(model.vocabulary),
    }
    rows = np.rint(model.weights / scale).astype(np.int8)
    text = json.dumps(head, ensure_ascii=False).encode()
    parts = (len(text).to_bytes(4, "big"), text, model.rarity.astype("<f2").tobytes(), rows.tobytes())
    return _MAGIC + zlib.compress(b"".join(parts), 9)


def read_model(data: bytes) -> Model:
    """The model of a file's bytes; raises ValueError for what is no model file or is cut off."""
    if not data.startswith(_MAGIC):
        raise ValueError("不是模型文件。(This is not a model file.)")
    try:
        content = zlib.decompress(data[len(_MAGIC) :])
        end = 4 + int.from_bytes(content[:4], "big")
        head: dict[str, Any] = json.loads(content[4:end])
        names = head["runs"]
        rarity = np.frombuffer(content, "<f2", len(names), end).astype(np.float32)
        rows = np.frombuffer(content, np.int8, len(names) * len(head["labels"]), end + 2 * len(names))
        weights = rows.reshape(len(names), -1).astype(np.float32) * np.array(head["scale"], dtype=np.float32)
        return Model(
            head["name"],
            tuple(head["labels"]),
            {run: place for place, run in enumerate(names)},
            rarity,
            weights,
            np.array(head["bias"], dtype=np.float32),
            {topic: np.array(row, dtype=np.float32) for topic, row in head["heeds"].items()},
            head["units"],
        )
    except (zlib.error, KeyError, IndexError, UnicodeDecodeError) as fault:
        raise ValueError(f"模型文件已损坏：{fault}。(The model file is damaged.)") from fault
