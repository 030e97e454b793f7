"""What the rules alone reach on labelled letters: `python -m tests.routing.figures FILE [0|1]` prints the figures.

FILE holds JSON lines (`.gz`) with text, label, group and, where known, title and body. The rules were written with
half 0 of the groups in view; half 1 was kept away from them and is the one that counts.
"""

import gzip
import hashlib
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from routing.choose import choose, sure
from routing.matter import Decision, Matter
from tests.routing.letters import district, kind, letter, rules

KEPT_AWAY = 1


@dataclass(frozen=True)
class Figures:
    """Macro-F1 and accuracy over the topics, what would go out by itself at 0.9 and how often its topic is right."""

    letters: int
    macro_f1: float
    accuracy: float
    sure_share: float
    sure_right: float
    microseconds: float


def half(group: object) -> int:
    """0 or 1, the same for all near-duplicates of one group."""
    return hashlib.sha256(str(group).encode()).digest()[0] % 2


def measure(path: Path, side: int) -> Figures:
    """Route every letter of one half as a complaint about a matter."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [row for line in lines if half((row := json.loads(line))["group"]) == side]
    matters = [_letter(row) for row in rows]
    district(), rules()
    began = time.process_time()
    decisions = [choose(matter, district(), rules()) for matter in matters]
    spent = time.process_time() - began
    labels = [row["label"] for row in rows]
    right = [decision.category == label for decision, label in zip(decisions, labels, strict=True)]
    policy = kind("consult")
    out = [sure(decision, policy, matter) for decision, matter in zip(decisions, matters, strict=True)]
    return Figures(
        letters=len(rows),
        macro_f1=_macro_f1(decisions, labels),
        accuracy=sum(right) / len(rows),
        sure_share=sum(out) / len(rows),
        sure_right=sum(r for r, o in zip(right, out, strict=True) if o) / max(1, sum(out)),
        microseconds=spent / len(rows) * 1e6,
    )


def _letter(row: dict[str, Any]) -> Matter:
    title, _, body = row["text"].partition("。") if row.get("whole", True) else ("", "", row["text"])
    return letter(row.get("title", title), row.get("body", body))


def _macro_f1(decisions: list[Decision], labels: list[str]) -> float:
    """Mean F1 over the labels that occur; a topic outside them counts as wrong."""
    given = Counter(decision.category for decision in decisions)
    wanted = Counter(labels)
    hit = Counter(label for d, label in zip(decisions, labels, strict=True) if d.category == label)
    return sum(2 * hit[label] / (given[label] + wanted[label]) for label in wanted) / len(wanted)


if __name__ == "__main__":
    print(measure(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else KEPT_AWAY))
