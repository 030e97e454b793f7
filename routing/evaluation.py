"""How well topics are found: the figures of one set of judged letters."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from routing.model import Judgement

SURE = 0.69
"""Confidence from which a topic counts as sure where no edition says otherwise."""
BINS = 10


def figures(labels: Sequence[str], judged: Sequence[Judgement | None], sure: float = SURE) -> dict[str, Any]:
    """n, accuracy, macro-F1, per class, top 2 and 3, coverage and precision at the threshold, calibration error.

    `confidence` and `known` are means over the judged letters: what a living hub is watched by (routing/monitor.py).
    """
    n = max(1, len(labels))
    said = [j.category if j else "" for j in judged]
    over = [(label, j) for label, j in zip(labels, judged, strict=True) if j and j.confidence >= sure]
    classes = per_class(labels, said)
    return {
        "n": len(labels),
        "accuracy": _share(sum(a == b for a, b in zip(labels, said, strict=True)), n),
        "macro_f1": round(sum(row["f1"] for row in classes.values()) / max(1, len(classes)), 4),
        "per_class": classes,
        "top2": _share(sum(_among(label, j, 2) for label, j in zip(labels, judged, strict=True)), n),
        "top3": _share(sum(_among(label, j, 3) for label, j in zip(labels, judged, strict=True)), n),
        "threshold": sure,
        "coverage": _share(len(over), n),
        "precision_at_coverage": _share(sum(j.category == label for label, j in over), len(over)),
        "ece": calibration_error(labels, judged),
        "confidence": _mean([j.confidence for j in judged if j]),
        "known": _mean([j.known for j in judged if j]),
    }


def per_class(labels: Sequence[str], said: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Precision, recall and F1 of every label that occurs; an answer outside them is only ever wrong."""
    wanted, given = Counter(labels), Counter(said)
    hit = Counter(label for label, answer in zip(labels, said, strict=True) if label == answer)
    return {
        label: {
            "n": wanted[label],
            "precision": _share(hit[label], given[label]),
            "recall": _share(hit[label], wanted[label]),
            "f1": _share(2 * hit[label], given[label] + wanted[label]),
        }
        for label in sorted(wanted)
    }


def calibration_error(labels: Sequence[str], judged: Sequence[Judgement | None]) -> float:
    """The mean gap between how sure and how right the answers are, over ten bins of confidence, weighted by size."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for label, j in zip(labels, judged, strict=True):
        if j:
            bins[min(BINS - 1, int(j.confidence * BINS))].append((j.confidence, j.category == label))
    gaps = (abs(sum(c for c, _ in rows) - sum(right for _, right in rows)) for rows in bins)
    return round(sum(gaps) / max(1, len(labels)), 4)


def _among(label: str, judged: Judgement | None, places: int) -> bool:
    return judged is not None and label in [name for name, _ in judged.ranked[:places]]


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 4) if values else 0.0


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
