"""Trial: how well the scores part poor replies from genuine ones, as `evaluate replies` and the bench tell it."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from time import process_time
from typing import Any

from supervision.scoring.model import CONCERNS, Scorer
from supervision.scoring.pair import Pair

GOOD = "ok"
FALSE_ALARMS = 0.05
"""The share of genuine replies that may be flagged where recall is told."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """One row of a file of judged replies."""

    pair: Pair
    label: str
    type: str
    letter: str


def labelled(rows: Iterable[Mapping[str, Any]]) -> tuple[Labelled, ...]:
    """Rows of {title, body, reply, label, type?, letter_id?}; raises ValueError for a row that lacks one."""
    found = []
    for n, row in enumerate(rows, 1):
        missing = [name for name in ("title", "body", "reply", "label") if not isinstance(row.get(name), str)]
        if missing:
            raise ValueError(f"第{n}行缺少：{'、'.join(missing)}。(Row {n} lacks these fields.)")
        pair = Pair(row["title"], row["body"], row["reply"])
        letter = str(row.get("letter_id") or pair.whole)
        found.append(Labelled(pair, row["label"], str(row.get("type") or row["label"]), letter))
    if not any(row.label == GOOD for row in found):
        raise ValueError("文件里没有标为ok的答复，无从比较。(No row is labelled ok: nothing to compare with.)")
    return tuple(found)


def evaluate(rows: Sequence[Labelled], scorer: Scorer, tell: Callable[[int], None] = lambda _: None) -> dict[str, Any]:
    """{n, auc, recall_at_5pct, ms_per_pair}: each label and type against the genuine rows; time is of the processor."""
    started = process_time()
    scored = []
    for row in rows:
        scored.append(scorer.scores(row.pair))
        tell(1)
    spent = process_time() - started
    return {"n": len(rows), **told(rows, scored), "ms_per_pair": round(1000 * spent / max(1, len(rows)), 2)}


def told(rows: Sequence[Labelled], scored: Sequence[Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """The two tables of a trial from the scores of every row."""
    areas: dict[str, float] = {}
    recalls: dict[str, float] = {}
    for concern in CONCERNS:
        good = sorted(s[concern] for row, s in zip(rows, scored, strict=True) if row.label == GOOD)
        types = sorted({row.type for row in rows if row.label == concern} - {concern})
        for name in (concern, *types):
            poor = [
                s[concern]
                for r, s in zip(rows, scored, strict=True)
                if r.label == concern and name in (concern, r.type)
            ]
            if poor:
                areas[name] = round(area(good, poor), 4)
                recalls[name] = round(recall(good, poor), 4)
    return {"auc": areas, "recall_at_5pct": recalls}


def area(good: Sequence[float], poor: Sequence[float]) -> float:
    """The chance that a poor reply scores above a good one, ties half; `good` is sorted."""
    below = sum(bisect_left(good, p) + bisect_right(good, p) for p in poor)
    return below / (2 * len(good) * len(poor))


def recall(good: Sequence[float], poor: Sequence[float], alarms: float = FALSE_ALARMS) -> float:
    """The share of poor replies above the score that only `alarms` of the good ones pass; `good` is sorted."""
    limit = cut(good, alarms)
    return sum(p > limit for p in poor) / len(poor)


def cut(good: Sequence[float], alarms: float) -> float:
    """The score that at most a share `alarms` of the good ones lies above; `good` is sorted."""
    return good[max(0, len(good) - 1 - int(alarms * len(good)))]
