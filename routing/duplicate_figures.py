"""How well likeness tells pairs about one matter from pairs about two, on pairs that a person judged."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from routing.similar import rarity, score, sketch

SAME = 0.5
"""From this score on a pair counts as one matter in precision, recall and F1."""


class Judged(NamedTuple):
    """A pair's score, and whether a person called it one matter."""

    score: float
    same: bool


def measure(pairs: Iterable[Mapping[str, Any]], messages: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """`n`, `auc`, `f1`, `precision` and `recall` of pairs {a, b, same} over messages {id, title, body}.

    Raises ValueError for a pair whose message is not there, and where all pairs were judged alike.
    """
    table, known = rarity(), {str(m["id"]): m for m in messages}
    judged = []
    for n, pair in enumerate(pairs, 1):
        if missing := [str(pair[side]) for side in "ab" if str(pair[side]) not in known]:
            raise ValueError(f"第{n}对：没有来信 {missing[0]}，请核对 --messages。(Pair {n}: no such message.)")
        a, b = (known[str(pair[side])] for side in "ab")
        likeness = score(*(sketch(str(m.get("title", "")), str(m.get("body", "")), table) for m in (a, b)))
        judged.append(Judged(likeness, bool(pair["same"])))
    return figures(judged)


def figures(judged: Sequence[Judged]) -> dict[str, float]:
    """The figures of judged pairs. Pure; raises ValueError where there are not both kinds."""
    same = [pair.score for pair in judged if pair.same]
    other = [pair.score for pair in judged if not pair.same]
    if not same or not other:
        raise ValueError("需要同一件事和不同事的来信各至少一对。(Pairs of both kinds are needed.)")
    found = [pair for pair in judged if pair.score >= SAME]
    right = sum(pair.same for pair in found)
    precision, recall = right / len(found) if found else 0.0, right / len(same)
    return {
        "n": len(judged),
        "auc": round(area(same, other), 4),
        "f1": round(2 * precision * recall / (precision + recall), 4) if right else 0.0,
        "precision": round(precision, 4),
        "recall": round(recall, 4),
    }


def area(higher: Iterable[float], lower: Sequence[float]) -> float:
    """How often one of the first outranks one of the second; a tie is half a win (the area under the ROC curve)."""
    wins = [(h > other) + 0.5 * (h == other) for h in higher for other in lower]
    return sum(wins) / len(wins)
