"""The trained model: which topic a letter is about, how sure that is, and the words that spoke for it.

A linear model over short runs of characters, beside the topics that the words of the rules point to. It needs no
segmentation, so a misspelt or unheard-of word still counts by its parts, and every score is a sum of parts that can be
shown (docs/adr/0017).
"""

import json
import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

MOST_JUDGED = 2_000
"""Characters of a letter that are judged; what it is about stands in the beginning."""
MOST_WORDS = 4
HEADING, OPENING = 20, 80
"""Characters of the body that stand for a missing title, and that count as its opening."""
EACH = 0.5
"""How loud the rules are each by itself beside their topics together."""
SHARES = (1.0, 0.5, 0.5)
"""How much the zones of a letter weigh beside each other: the whole of it, its heading, its opening."""
_MAGIC = b"minxin-model-2\n"
_SIGN = np.uint64(16)
ZONES = np.arange(len(SHARES), dtype=np.uint64) << np.uint64(48)
"""Added to the key of a run in a zone: there it is another run, with weights of its own."""

Pointed = Mapping[str, Mapping[str, float]]
"""The weight of each rule that matches a letter, by its topic and its code."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """Topics with their calibrated probabilities, the likeliest first, and the words that spoke for that one.

    `known` is the share of the letter's runs that the model has weights for: it falls where people write of new things.
    """

    ranked: tuple[tuple[str, float], ...]
    words: tuple[str, ...]
    model: str
    known: float = 1.0

    @property
    def category(self) -> str:
        return self.ranked[0][0]

    @property
    def confidence(self) -> float:
        return self.ranked[0][1]


@dataclass(frozen=True)
class Model:
    """Weights of a trained model; `units` says how often each unit (or `area`) answers letters of a topic.

    `keys` are its runs in rising order (`runs`), `rarity` and `weights` stand beside them. `heeds` says how strongly
    the rules of a topic, and each rule by itself, speak for each label (`leaning`).
    """

    name: str
    labels: tuple[str, ...]
    keys: NDArray[np.uint64]
    rarity: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    heeds: Mapping[str, NDArray[np.float32]]
    units: Mapping[str, Mapping[str, float]]


class Document(NamedTuple):
    """What is judged of a letter: the whole of it with its title twice, its heading, and the opening of its body.

    What it is about stands in the title and in the first sentences; further down everybody thanks and threatens alike.
    """

    whole: str
    heading: str
    opening: str


def document(title: str, body: str) -> Document:
    """The document of a letter whose parts are `plain`."""
    whole = f"{title}\n{title}\n{body}" if title else body
    return Document(whole[:MOST_JUDGED], (title or body[:HEADING])[:MOST_JUDGED], body[:OPENING])


def runs(letter: Document) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The runs of one to three characters in each zone of a letter and how often each stands there.

    They come as keys in rising order. A key holds the signs of its run in UTF-16, sixteen bits each, the first lowest.
    """
    found: list[NDArray[np.uint64]] = []
    for text, zone in zip(letter, ZONES, strict=True):
        signs = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), "<u2").astype(np.uint64)
        pairs = signs[:-1] | signs[1:] << _SIGN
        triples = pairs[:-1] | signs[2:] << 2 * _SIGN
        found += (signs | zone, pairs | zone, triples | zone)
    return np.unique(np.concatenate(found), return_counts=True)


def beginnings(keys: NDArray[np.uint64]) -> tuple[int, ...]:
    """Where the runs of each zone begin among keys in rising order, and where the last zone ends."""
    return (*np.searchsorted(keys, ZONES).tolist(), len(keys))


def run_of(key: int) -> str:
    """The run that a key stands for, in whichever zone."""
    return (key % int(ZONES[1])).to_bytes(8, "little").decode("utf-16-le", "replace").rstrip("\0")


def leaning(pointed: Pointed) -> dict[str, float]:
    """Where the words of the rules lean: once by topic, all together of length one, and once by rule, of length `EACH`.

    A rule counts under its topic: one that was given another topic is heard again once that is learnt.
    """
    topics = {topic: sum(rules.values()) for topic, rules in pointed.items()}
    each = {f"{topic}/{code}": weight for topic, rules in pointed.items() for code, weight in rules.items()}
    return _leaning(topics, 1.0) | _leaning(each, EACH)


def _leaning(weights: Mapping[str, float], length: float) -> dict[str, float]:
    """The logarithms of weights, all together of one length."""
    loads = {name: math.log1p(weight) for name, weight in weights.items() if weight > 0}
    whole = math.hypot(*loads.values())
    return {name: length * load / whole for name, load in loads.items()}


def loaded(model: Model, letter: Document) -> tuple[NDArray[np.int64], NDArray[np.float32], float]:
    """The places of the runs of a letter that the model knows, how much each weighs there, and what share that is."""
    keys, counts = runs(letter)
    places = np.minimum(np.searchsorted(model.keys, keys), len(model.keys) - 1)
    known = model.keys[places] == keys
    at = places[known]
    loads = (1 + np.log(counts[known], dtype=np.float32)) * model.rarity[at]
    bounds = beginnings(model.keys[at])
    for start, end, share in zip(bounds, bounds[1:], SHARES, strict=False):
        part = loads[start:end]
        part *= share / (math.sqrt(part @ part) or 1.0)
    return at, loads, len(at) / max(1, len(keys))


def judge(model: Model, letter: Document, pointed: Pointed = MappingProxyType({})) -> Judgement | None:
    """The topic of a letter; None where the model knows nothing of what it says.

    `pointed` is the weight of the rules that match it.
    """
    at, loads, known = loaded(model, letter)
    if not len(at):
        return None
    rows = model.weights[at]
    scores = loads @ rows + model.bias
    for name, load in leaning(pointed).items():
        if name in model.heeds:
            scores += load * model.heeds[name]
    odds = np.exp(scores - scores.max())
    shares = odds / odds.sum()
    order = np.argsort(-shares)
    beside = np.full(len(order), -1 / len(order), dtype=np.float32)
    beside[order[0]] += 1
    spoke = loads * (rows @ beside)
    ranked = tuple((model.labels[n], round(float(shares[n]), 4)) for n in order)
    return Judgement(ranked, _words(model, at, spoke), model.name, round(known, 4))


def _words(model: Model, at: NDArray[np.int64], spoke: NDArray[np.float32]) -> tuple[str, ...]:
    """The runs that spoke loudest, Chinese ones of two characters and more, none inside another."""
    chosen: list[str] = []
    for place in at[np.argsort(-spoke)[: 12 * MOST_WORDS]]:
        run = run_of(int(model.keys[place]))
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
        "heeds": {name: row.tolist() for name, row in model.heeds.items()},
        "units": model.units,
        "runs": len(model.keys),
    }
    rows = np.rint(model.weights / scale).astype(np.int8)
    text = json.dumps(head, ensure_ascii=False).encode()
    steps = np.diff(model.keys, prepend=np.uint64(0)).astype("<u8")
    parts = (len(text).to_bytes(4, "big"), text, steps.tobytes(), model.rarity.astype("<f2").tobytes(), rows.tobytes())
    return _MAGIC + zlib.compress(b"".join(parts), 6)


def read_model(data: bytes) -> Model:
    """The model of a file's bytes; raises ValueError for what is no model file or is cut off."""
    if not data.startswith(_MAGIC):
        raise ValueError("不是模型文件。(This is not a model file.)")
    try:
        content = zlib.decompress(data[len(_MAGIC) :])
        end = 4 + int.from_bytes(content[:4], "big")
        head: dict[str, Any] = json.loads(content[4:end])
        many, width = int(head["runs"]), len(head["labels"])
        steps = np.frombuffer(content, "<u8", many, end)
        rarity = np.frombuffer(content, "<f2", many, end + 8 * many).astype(np.float32)
        rows = np.frombuffer(content, np.int8, many * width, end + 10 * many).reshape(many, width)
        return Model(
            head["name"],
            tuple(head["labels"]),
            np.cumsum(steps, dtype=np.uint64),
            rarity,
            rows.astype(np.float32) * np.array(head["scale"], dtype=np.float32),
            np.array(head["bias"], dtype=np.float32),
            {name: np.array(row, dtype=np.float32) for name, row in head["heeds"].items()},
            head["units"],
        )
    except (zlib.error, KeyError, IndexError, ValueError) as fault:
        raise ValueError(f"模型文件已损坏：{fault}。(The model file is damaged.)") from fault
