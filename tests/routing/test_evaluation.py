"""Every figure of `evaluate routing`, computed a second time in the plainest way on judgements drawn by lot."""

from random import Random
from typing import Any

import numpy as np
import pytest
from sklearn import metrics

from channels.console.judging import measure
from hub.ports import Chosen, Matter
from hub.rulebook import Checklist, Rulebook
from routing.evaluation import figures
from routing.model import Judgement
from tests.routing.letters import district, kind, load, rules

TOPICS = ("城乡建设", "交通运输", "教育文体", "环境保护")
SURE = 0.6


def drawn(n: int = 400) -> tuple[list[str], list[Judgement | None]]:
    """Labels, and judgements that are right more often the surer they are; of a few letters nothing is known."""
    lot = Random(5)
    labels, judged = [], list[Judgement | None]()
    for _ in range(n):
        weights = sorted((lot.random() ** 3 + 0.01 for _ in TOPICS), reverse=True)
        shares = [round(weight / sum(weights), 4) for weight in weights]
        order = lot.sample(TOPICS, len(TOPICS))
        labels.append(lot.choices(order, shares)[0])
        known = Judgement(tuple(zip(order, shares, strict=True)), (), "m", round(lot.random(), 4))
        judged.append(known if lot.random() > 0.03 else None)
    return labels, judged


LABELS, JUDGED = drawn()
SAID = [one.category if one else "" for one in JUDGED]
PAIRS = list(zip(LABELS, JUDGED, strict=True))


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    return figures(LABELS, JUDGED, SURE)


def test_accuracy_and_f1_are_those_of_another_library(found: dict[str, Any]) -> None:
    assert found["n"] == len(LABELS)
    assert found["accuracy"] == pytest.approx(metrics.accuracy_score(LABELS, SAID), abs=1e-4)
    f1 = metrics.f1_score(LABELS, SAID, labels=list(TOPICS), average="macro")
    assert found["macro_f1"] == pytest.approx(f1, abs=1e-4)
    table = metrics.precision_recall_fscore_support(LABELS, SAID, labels=list(TOPICS))
    for topic, *row in zip(TOPICS, *table, strict=True):
        given = found["per_class"][topic]
        assert [given[name] for name in ("precision", "recall", "f1")] == pytest.approx(row[:3], abs=1e-4)
        assert given["n"] == row[3]


@pytest.mark.parametrize("k", [2, 3])
def test_the_right_topic_is_among_the_first_ones(found: dict[str, Any], k: int) -> None:
    among = [one is not None and label in dict(one.ranked[:k]) for label, one in PAIRS]
    assert found[f"top{k}"] == pytest.approx(np.mean(among), abs=1e-4)


def test_coverage_counts_all_letters_and_precision_those_over_the_threshold(found: dict[str, Any]) -> None:
    over = [label == one.category for label, one in PAIRS if one is not None and one.confidence >= SURE]
    assert 0 < len(over) < len(LABELS)
    assert found["coverage"] == pytest.approx(len(over) / len(LABELS), abs=1e-4)
    assert found["precision_at_coverage"] == pytest.approx(np.mean(over), abs=1e-4)


def test_the_calibration_error_is_the_gap_of_each_bin_by_its_size(found: dict[str, Any]) -> None:
    sure = np.array([one.confidence for one in JUDGED if one])
    right = np.array([label == one.category for label, one in PAIRS if one])
    bins = np.digitize(sure, np.arange(1, 10) / 10)
    gap = sum(abs(sure[bins == b].mean() - right[bins == b].mean()) * (bins == b).sum() for b in set(bins.tolist()))
    assert found["ece"] == pytest.approx(gap / len(LABELS), abs=2e-4)
    assert found["confidence"] == pytest.approx(sure.mean(), abs=1e-4)
    assert found["known"] == pytest.approx(np.mean([one.known for one in JUDGED if one]), abs=1e-4)


def test_what_is_sure_is_asked_of_the_living_routing_and_the_topic_of_its_record() -> None:
    rows = [{"title": str(n), "body": "正文", "label": label} for n, label in enumerate(LABELS)]
    sure = [n % 3 == 0 for n in range(len(rows))]

    def choose(matter: Matter, *_: Any) -> Chosen:
        n = int(matter.title)
        one = JUDGED[n]
        topics = one.ranked[:3] if one else ()
        record = {"topics": topics, "known": one.known if one else 1.0}
        return Chosen("", sure[n], one.category if one else "", "", "matter", (), record)

    empty: Any = None
    kinds = {"consult": kind("consult")}
    book = Rulebook({"kinds": 1}, {1: kinds}, district(), empty, {}, Checklist({}, ()), {}, load("rules.toml"), {})
    found = measure(rows, choose, book)
    right = [SAID[n] == label for n, label in enumerate(LABELS) if sure[n]]
    assert found["coverage"] == pytest.approx(np.mean(sure), abs=1e-4)
    assert found["precision_at_coverage"] == pytest.approx(np.mean(right), abs=1e-4)
    assert found["doubted"] == 0
    assert found["coverage_undoubted"] == found["coverage"]
    assert found["threshold"] == rules().sure.topic
    assert found["top3"] == figures(LABELS, JUDGED)["top3"]
    assert 0 < found["us_per_letter"] < 10_000
