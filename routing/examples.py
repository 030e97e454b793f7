"""Examples to learn from: a letter with its topic, out of a file's row or out of the store."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.storage.taught import Taught
from routing.model import Document, Model, Pointed, document
from routing.rules import AREA
from routing.words import plain

LONGEST_TITLE = 60
CORRECTED, CONFIRMED = 1.0, 0.3
"""How far a letter is trusted that a person gave to another unit, and one that its first unit answered."""
Pointing = Callable[[str, str], Pointed]
"""Title and body to the weight of the rules that match them."""


@dataclass(frozen=True, slots=True)
class Example:
    """A letter with its topic, how far it is trusted (1: a person said so), its near-duplicate group and its unit.

    `pointed` is the weight of the rules that match it.
    """

    letter: Document
    label: str
    trust: float = 1.0
    group: str = ""
    unit: str = ""
    pointed: Pointed = field(default_factory=dict)


def rows_of(lines: Iterable[str], name: str) -> Iterator[Mapping[str, Any]]:
    """The objects of a file of JSON lines; raises ValueError that names the line of one that cannot be used."""
    for n, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if not isinstance(row, dict) or not any(row.get(key) for key in ("text", "title", "body", "tokens")):
            raise ValueError(
                f"{name} 第{n}行：应是含 label 和 text（或 title、body）的JSON对象。"
                f"(Line {n}: a JSON object with label and text, or title and body.)"
            )
        yield row


def example(row: Mapping[str, Any], pointed: Pointing) -> Example | None:
    """The example in a row of labelled text (`text`, or `title` and `body`, or `tokens`); None without a topic.

    `pointed` asks the rules (`choose.pointing`).

    A row labelled by machine carries `silver` in place of `label` and is trusted half.
    """
    label = row.get("label") or row.get("silver")
    if not label:
        return None
    title, body = parts_of(row)
    letter = document(plain(title), plain(body))
    trust = (0.8 if "tokens" in row else 1.0) if row.get("label") else 0.5
    group, unit = str(row.get("group") or _hash(letter)), str(row.get("unit") or "")
    return Example(letter, str(label), trust, group, unit, pointed(title, body))


def parts_of(row: Mapping[str, Any]) -> tuple[str, str]:
    """Title and body of a row; of a whole `text` the title is its first sentence, where that is short."""
    tokens = row.get("tokens")
    if tokens:
        return "", tokens.replace(" ", "") if isinstance(tokens, str) else "".join(map(str, tokens))
    if row.get("title"):
        return str(row["title"]), str(row.get("body") or "")
    text = str(row.get("text") or row.get("body") or "")
    title, stop, body = text.partition("。")
    return (title, body) if stop and len(title) <= LONGEST_TITLE else ("", text)


def learned(letter: Taught, model: Model, streets: Iterable[str], pointed: Pointing) -> Example | None:
    """What a letter of the store teaches; None where nothing is known of what people made of it.

    An imported letter teaches the topic it came with (half where routing says the same: perhaps it came without).
    Another unit than the one that routing put first is a dispatcher's correction. By its cause: a topic misread is
    another one, that whose usual unit it is; a place misread or a duty that moved leaves the topic as it was; several
    units, or one special letter, teach nothing. Without a cause it is the topic said where the unit fits, else another.
    One that its first unit answered was right, most likely.
    """
    words, found = document(plain(letter.title), plain(letter.body)), pointed(letter.title, letter.body)
    unit = AREA if letter.unit in streets else letter.unit
    said = letter.decision.get("category")
    first = letter.decision.get("unit")
    if letter.imported and letter.category in model.labels:
        return Example(words, letter.category, 1.0 if letter.category != said else 0.5, _hash(words), unit, found)
    if not letter.unit or not first or letter.cause in ("joint", "this_case"):
        return None
    fits = said in model.labels
    if letter.unit == first:
        return Example(words, str(said), CONFIRMED, _hash(words), unit, found) if fits and letter.answered else None
    if letter.cause in ("wrong_place", "duty_changed"):
        return Example(words, str(said), CORRECTED, _hash(words), unit, found) if fits else None
    shares = {topic: units.get(unit, 0.0) for topic, units in model.units.items()}
    if letter.cause == "wrong_topic":
        shares.pop(str(said), None)
    best = said if said and shares.get(said) else max(shares, key=lambda topic: shares[topic], default="")
    return Example(words, best, CORRECTED, _hash(words), unit, found) if best and shares[best] else None


def _hash(letter: Document) -> str:
    return hashlib.sha256(letter.whole.encode()).hexdigest()
