"""What routing is told of a letter, and the decision it hands back with every reason on record."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from hub.kinds import AIMS, LEVELS, Aim, Level
from routing.words import pairs_of, plain

MODEL = "model.topic"
"""The rule by which a reason of the model goes: its words are pieces of words, none of which a person chose."""
MOST_TOLD = 3
"""Words that a citizen is told of why a unit has the letter."""


@dataclass(frozen=True)
class Matter:
    """What routing may know of a case: nothing about who wrote it."""

    kind: str
    aim: Aim
    title: str
    body: str
    place: str | None
    target: str | None
    fields: Mapping[str, str]
    level: Level
    redactor_sure: bool
    urgent: bool

    @cached_property
    def heading(self) -> str:
        """The title, made `plain` once for all who look."""
        return plain(self.title)

    @cached_property
    def content(self) -> str:
        """The body, made `plain` once for all who look."""
        return plain(self.body)

    @cached_property
    def text(self) -> str:
        """Title and body as the rules read them."""
        return f"{self.heading}\n{self.content}"

    @cached_property
    def pairs(self) -> frozenset[str]:
        """Every two characters side by side in `text`: what has none of them in common with it is not in it."""
        return pairs_of(self.text)


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that spoke for a unit: a rule (or a fixed one of `choose.SAID`), its words found, its weight."""

    rule: str
    unit: str | None
    words: tuple[str, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class Tried:
    """A step that was looked at and how it came out: `matched`, or what stood in its way."""

    step: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit in the ranking, its share of the evidence (0 to 1) and the words that spoke for it."""

    unit: str
    score: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """What a decision had to reach to go out without a person, whether it did (`met`), and the edition of the rules.

    `topic` is how likely the model's topic had to be, `lead` the first unit's score over the second's, `score` what
    the rules alone had to reach.
    """

    topic: float
    lead: float
    score: float
    rules: int
    met: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """Where a letter should go and why, in codes and in words of rules and model; `unit` None: the desk decides.

    `topics` are those that the model named with their probabilities, `model` is its name; both empty where it was
    not asked. `known` is the share of the letter that it knows; `bar` is put to it where a living letter is routed
    (routing/port.py).
    """

    unit: str | None
    score: float
    reasons: tuple[Reason, ...]
    tried: tuple[Tried, ...]
    ranked: tuple[Candidate, ...]
    category: str | None
    topics: tuple[tuple[str, float], ...] = ()
    model: str = ""
    known: float = 1.0
    bar: Bar | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the rules that speak for the unit chosen, the loudest first, none inside another."""
        chosen: list[str] = []
        for word in (w for r in self.reasons if r.unit == self.unit and r.rule != MODEL for w in r.words):
            if not any(word in other or other in word for other in chosen):
                chosen.append(word)
        return tuple(chosen[:MOST_TOLD])


def record_of(decision: Decision) -> dict[str, Any]:
    """The record that stays on the case: unit codes, rule codes and rule words, nothing of the letter.

    `told` are the words that its citizen may read of it (hub/because.py).
    """
    return {
        "unit": decision.unit,
        "score": decision.score,
        "reasons": [{"rule": r.rule, "unit": r.unit, "words": r.words, "weight": r.weight} for r in decision.reasons],
        "tried": [{"step": t.step, "outcome": t.outcome} for t in decision.tried],
        "ranked": [{"unit": c.unit, "score": c.score, "words": c.words} for c in decision.ranked],
        "category": decision.category,
        "topics": decision.topics,
        "model": decision.model,
        "known": decision.known,
        "bar": asdict(decision.bar) if decision.bar else None,
        "told": decision.words if decision.unit else (),
    }


def decision_from_json(text: str) -> Decision:
    """The decision as it was recorded; raises ValueError when the text is not such a record."""
    try:
        data: dict[str, Any] = json.loads(text)
        return Decision(
            unit=data["unit"],
            score=data["score"],
            reasons=tuple(Reason(r["rule"], r["unit"], tuple(r["words"]), r["weight"]) for r in data["reasons"]),
            tried=tuple(Tried(t["step"], t["outcome"]) for t in data["tried"]),
            ranked=tuple(Candidate(c["unit"], c["score"], tuple(c["words"])) for c in data["ranked"]),
            category=data["category"],
            topics=tuple((str(topic), float(chance)) for topic, chance in data.get("topics", ())),
            model=data.get("model", ""),
            known=float(data.get("known", 1.0)),
            bar=Bar(**data["bar"]) if data.get("bar") else None,
        )
    except (KeyError, TypeError) as fault:
        raise ValueError(f"not a routing decision: {fault}") from fault


def aim_of(text: str) -> Aim:
    """The aim of this name; raises ValueError when there is none."""
    for aim in AIMS:
        if aim == text:
            return aim
    raise ValueError(f"{text!r} is not an aim")


def level_of(text: str) -> Level:
    """The level of this name; raises ValueError when there is none."""
    for level in LEVELS:
        if level == text:
            return level
    raise ValueError(f"{text!r} is not a level")
