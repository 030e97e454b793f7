"""Training: letters with their topics in, a model and its card out; the only module that knows scikit-learn."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import normalize
from sklearn.svm import LinearSVC

from routing.evaluation import figures
from routing.examples import Example
from routing.model import Judgement, Model, leaning, runs

FOLDS = 5
LEAST_SEEN = 3
"""Letters in which a run of characters must stand: what only one or two letters say is theirs, and stays there."""
MOST_RUNS = 120_000
SOFT = 1.5
"""How soft the margin of the machine is; a larger one holds closer to the letters it has seen."""
COUNTS_SHARE = 0.25
"""How strongly plain counts speak beside the machine."""
LEAST_COUNT = 0.1
"""What every run is taken to weigh in every topic beforehand."""
MOST_UNITS = 8
FEWEST = 20
"""Letters that a topic needs before it is taught."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A model, and the card that says from what and how well it was made."""

    model: Model
    card: Mapping[str, Any]


def train(
    examples: Sequence[Example],
    name: str,
    at: str,
    usual: Mapping[str, Mapping[str, float]],
    tell: Callable[[int], None] = lambda n: None,
) -> Trained:
    """Train, calibrate by cross-fitting over groups, and report on letters of groups that were not seen.

    `usual` says which units answered letters of a topic before; the more examples name units, the less it counts.

    Raises ValueError where fewer than two topics have `FEWEST` letters.
    """
    enough = {label for label, n in Counter(e.label for e in examples).items() if n >= FEWEST}
    taught = [e for e in examples if e.label in enough]
    if len(enough) < 2:
        raise ValueError(f"至少两个类别各有{FEWEST}封信才能训练。(Two topics with {FEWEST} letters each are needed.)")
    labels = tuple(sorted(enough))
    table, keys, lengths = _table([e.text for e in taught])
    wanted = np.array([labels.index(e.label) for e in taught])
    trust = np.array([e.trust for e in taught])
    folds = np.array([fold_of(e.group) for e in taught])
    margins, heard = np.zeros((len(taught), len(labels))), np.zeros(len(taught))
    for fold in range(FOLDS):
        seen, away = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        if len(away):
            one = _fit(table[seen], wanted[seen], trust[seen])
            margins[away] = one.margins(table[away])
            heard[away] = np.diff(table[away][:, one.kept].indptr) / np.maximum(1, lengths[away])
        tell(1)
    topics = tuple(sorted({topic for e in taught for topic in e.pointed}))
    known = np.hstack([margins, _leanings(taught, topics)])
    real = np.flatnonzero(trust == 1.0)
    turn = _calm(known[real], wanted[real])
    raw = _fit(table, wanted, trust)
    tell(1)
    matrix, heeds = turn.matrix[: len(labels)], turn.matrix[len(labels) :]
    model = Model(
        name,
        labels,
        keys[raw.kept],
        raw.rarity,
        raw.slopes @ matrix,
        raw.offsets @ matrix + turn.offset,
        dict(zip(topics, heeds, strict=True)),
        _units(taught, usual),
    )
    judged = _unseen(known[real], wanted[real], folds[real], labels)
    unseen = [replace(one, known=float(heard[n])) for n, one in zip(real, judged, strict=True)]
    card = {
        "name": name,
        "trained_at": at,
        "letters": dict(Counter(e.label for e in taught)),
        "runs": len(model.keys),
        "by": f"{FOLDS}-fold cross-validation over groups of near-duplicates",
        "figures": figures([labels[wanted[n]] for n in real], unseen),
    }
    return Trained(model, card)


def _unseen(
    known: NDArray[np.float64], wanted: NDArray[np.int64], folds: NDArray[np.int64], labels: tuple[str, ...]
) -> list[Judgement]:
    """What is said of each letter where neither machine nor calibration saw its group."""
    judged: dict[int, Judgement] = {}
    for fold in set(folds.tolist()):
        turn = _calm(known[folds != fold], wanted[folds != fold])
        judged |= {int(n): _judged(turn.of(known[n]), labels) for n in np.flatnonzero(folds == fold)}
    return [judged[n] for n in range(len(known))]


def fold_of(group: str) -> int:
    """The fold of a group, the same in every run."""
    return hashlib.sha256(group.encode()).digest()[0] % FOLDS


@dataclass(frozen=True, slots=True)
class _Raw:
    """One linear machine on the columns it kept; its margins are not calibrated yet."""

    kept: NDArray[np.int64]
    rarity: NDArray[np.float32]
    slopes: NDArray[np.float32]
    offsets: NDArray[np.float32]

    def margins(self, table: csr_matrix) -> NDArray[np.float32]:
        found = _loads(table[:, self.kept], self.rarity) @ self.slopes + self.offsets
        return np.asarray(found, dtype=np.float32)


def _fit(table: csr_matrix, wanted: NDArray[np.int64], trust: NDArray[np.float64]) -> _Raw:
    """Fit on all runs that stand in enough of these letters, then keep those that count for most."""
    letters = np.asarray((table > 0).sum(axis=0)).ravel()
    known = np.flatnonzero(letters >= LEAST_SEEN)
    rarity = (np.log((1 + table.shape[0]) / (1 + letters[known])) + 1).astype(np.float32)
    loads = _loads(table[:, known], rarity)
    machine = LinearSVC(C=SOFT, random_state=0).fit(loads, wanted, trust)
    slopes, offsets = machine.coef_.T, machine.intercept_
    if len(offsets) == 1:
        slopes, offsets = np.hstack([-slopes, slopes]), np.array([-offsets[0], offsets[0]])
    slopes, offsets = _with_counts(loads, wanted, slopes, offsets)
    loud = np.abs(slopes).max(axis=1) * rarity * np.sqrt(letters[known])
    best = np.sort(np.argsort(-loud)[:MOST_RUNS])
    return _Raw(known[best], rarity[best], slopes[best].astype(np.float32), offsets.astype(np.float32))


def _with_counts(
    loads: csr_matrix, wanted: NDArray[np.int64], slopes: NDArray[np.float64], offsets: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The machine's weights and, a quarter as strong, how much oftener a run stands in a topic than elsewhere.

    The machine listens to what tells the letters it saw apart; plain counts steady it on those it did not see.
    """
    whole = np.asarray(loads.sum(axis=0)).ravel()
    counts = np.zeros_like(slopes)
    for topic in range(slopes.shape[1]):
        inside = np.asarray(loads[wanted == topic].sum(axis=0)).ravel()
        outside = whole - inside
        inside, outside = inside + LEAST_COUNT, outside + LEAST_COUNT
        counts[:, topic] = np.log(inside / inside.sum()) - np.log(outside / outside.sum())
    strong, steady = _spread(loads @ slopes), _spread(loads @ counts)
    return slopes / strong + COUNTS_SHARE * counts / steady, offsets / strong


def _spread(scores: NDArray[np.float64]) -> float:
    return float((scores - scores.mean(axis=1, keepdims=True)).std()) or 1.0


def _loads(table: csr_matrix, rarity: NDArray[np.float32]) -> csr_matrix:
    """Counts as weights: their logarithm times the rarity of the run, each letter of length one."""
    loads = table.copy()
    loads.data = (1 + np.log(loads.data)) * rarity[loads.indices]
    return normalize(loads)


def _table(texts: Sequence[str]) -> tuple[csr_matrix, NDArray[np.uint64], NDArray[np.int64]]:
    """How often each run stands in each text, a row for each, the keys of its columns, and how many runs a text has.

    Runs that too few texts have stand in no column.
    """
    found = [runs(text) for text in texts]
    keys, columns = np.unique(np.concatenate([k for k, _ in found]), return_inverse=True)
    counts = np.concatenate([n for _, n in found]).astype(np.float32)
    ends = np.cumsum([0, *(len(k) for k, _ in found)])
    often = np.bincount(columns) >= LEAST_SEEN
    return csr_matrix((counts, columns, ends), shape=(len(texts), len(keys)))[:, often], keys[often], np.diff(ends)


def _leanings(examples: Sequence[Example], topics: Sequence[str]) -> NDArray[np.float64]:
    """Where the rules lean, a row for each example and a column for each of their topics."""
    found = [leaning(e.pointed) for e in examples]
    return np.array([[lean.get(topic, 0.0) for topic in topics] for lean in found]).reshape(len(found), len(topics))


@dataclass(frozen=True, slots=True)
class _Turn:
    """A calibration: a matrix on the margins and the rules' leanings, and an offset."""

    matrix: NDArray[np.float32]
    offset: NDArray[np.float32]

    def of(self, known: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(known @ self.matrix + self.offset, dtype=np.float64)


def _calm(known: NDArray[np.float64], wanted: NDArray[np.int64]) -> _Turn:
    """The calibration that fits margins and leanings best; two topics share one row in scikit-learn."""
    calm = LogisticRegression(C=1.0, max_iter=1000).fit(known, wanted)
    matrix, offset = calm.coef_.T, calm.intercept_
    if len(offset) == 1:
        matrix, offset = np.hstack([-matrix, matrix]) / 2, np.array([-offset[0], offset[0]]) / 2
    return _Turn(matrix.astype(np.float32), offset.astype(np.float32))


def _judged(scores: NDArray[np.float64], labels: tuple[str, ...]) -> Judgement:
    odds = np.exp(scores - scores.max())
    shares = odds / odds.sum()
    return Judgement(tuple((labels[n], float(shares[n])) for n in np.argsort(-shares)), (), "")


def _units(examples: Iterable[Example], usual: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """For each topic the share of its letters that each unit answers: the more examples, the less what was before."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for e in examples:
        if e.unit:
            counts[e.label][e.unit] += 1
    found: dict[str, dict[str, float]] = {}
    for label in sorted({*counts, *usual}):
        before, now = usual.get(label, {}), counts[label]
        trust = now.total() / (now.total() + FEWEST)
        shares = {u: trust * now[u] / max(1, now.total()) + (1 - trust) * before.get(u, 0.0) for u in {*before, *now}}
        found[label] = {u: round(shares[u], 4) for u in sorted(shares, key=lambda u: (-shares[u], u))[:MOST_UNITS]}
    return found
