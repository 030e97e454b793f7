"""Training: letters with their topics in, a model and its card out; the only module that knows scikit-learn."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags_array, hstack
from sklearn.linear_model import LogisticRegression

from routing.evaluation import figures
from routing.examples import Example
from routing.model import SHARES, Document, Judgement, Model, beginnings, leaning, runs

FOLDS = 5
LEAST_SEEN = 3
"""Letters in which a run of characters must stand: what only one or two letters say is theirs, and stays there."""
MOST_RUNS = 150_000
PRICE = 0.3
"""What weights cost beside the squares of what they miss; a lower one holds closer to the letters seen."""
TELLING = 0.25
"""How much louder runs count that tell topics apart: the power of how far they do."""
ROUNDED = 1e-3
"""Part of a run's squared mean under which its variance is rounding: it weighs the same in every letter."""
MOST_STEPS, CLOSE = 150, 1e-3
"""Steps of the search for the weights, and which part of what was missed may be left."""
MOST_UNITS = 8
FEWEST = 20
"""Letters that a topic needs before it is taught."""
BY_PERSONS = 0.8
"""Trust from which the calibration hears a letter: what machines made of others would have it too sure."""


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
    table, keys, lengths = _table([e.letter for e in taught])
    wanted = np.array([labels.index(e.label) for e in taught])
    trust = np.array([e.trust for e in taught])
    folds = np.array([fold_of(e.group) for e in taught])
    margins, heard = np.zeros((len(taught), len(labels))), np.zeros(len(taught))
    for fold in range(FOLDS):
        seen, away = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        if len(away):
            one = _fit(table[seen], keys, wanted[seen], trust[seen])
            margins[away] = one.margins(table[away])
            heard[away] = np.diff(table[away][:, one.kept].indptr) / np.maximum(1, lengths[away])
        tell(1)
    names, leanings = _leanings(taught)
    known = np.hstack([margins, leanings])
    turn = calm(known, wanted, trust)
    raw = _fit(table, keys, wanted, trust)
    tell(1)
    matrix, heeds = turn.matrix[: len(labels)], turn.matrix[len(labels) :]
    model = Model(
        name,
        labels,
        keys[raw.kept],
        raw.rarity,
        raw.slopes @ matrix,
        raw.offsets @ matrix + turn.offset,
        dict(zip(names, heeds, strict=True)),
        units_of(taught, usual),
    )
    real = np.flatnonzero(trust == 1.0)
    judged = _unseen(known, wanted, trust, folds, labels)
    unseen = [replace(judged[n], known=float(heard[n])) for n in real.tolist()]
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
    known: NDArray[np.float64],
    wanted: NDArray[np.int64],
    trust: NDArray[np.float64],
    folds: NDArray[np.int64],
    labels: tuple[str, ...],
) -> dict[int, Judgement]:
    """What is said of each letter that a person labelled, where neither machine nor calibration saw its group."""
    judged: dict[int, Judgement] = {}
    for fold in set(folds[trust == 1.0].tolist()):
        seen, away = folds != fold, np.flatnonzero((folds == fold) & (trust == 1.0))
        turn = calm(known[seen], wanted[seen], trust[seen])
        judged |= {int(n): judgement(turn.of(known[n]), labels) for n in away}
    return judged


def fold_of(group: str) -> int:
    """The fold of a group, the same in every run."""
    return hashlib.sha256(group.encode()).digest()[0] % FOLDS


@dataclass(frozen=True, slots=True)
class _Raw:
    """One linear machine on the columns it kept, whose zones begin at `zones`; not calibrated yet."""

    kept: NDArray[np.int64]
    zones: tuple[int, ...]
    rarity: NDArray[np.float32]
    slopes: NDArray[np.float32]
    offsets: NDArray[np.float32]

    def margins(self, table: csr_matrix) -> NDArray[np.float32]:
        found = _loads(table[:, self.kept], self.rarity, self.zones) @ self.slopes + self.offsets
        return np.asarray(found, dtype=np.float32)


def _fit(table: csr_matrix, keys: NDArray[np.uint64], wanted: NDArray[np.int64], trust: NDArray[np.float64]) -> _Raw:
    """Fit on all runs that stand in enough of these letters, then keep those that count for most."""
    letters = np.asarray((table > 0).sum(axis=0)).ravel()
    known = np.flatnonzero(letters >= LEAST_SEEN)
    rarity = (np.log((1 + table.shape[0]) / (1 + letters[known])) + 1).astype(np.float32)
    zones = beginnings(keys[known])
    rarity *= telling(_loads(table[:, known], rarity, zones), wanted)
    loads = _loads(table[:, known], rarity, zones)
    slopes, offsets = _least_squares(loads, wanted, trust)
    loud = np.abs(slopes).max(axis=1) * rarity * np.sqrt(letters[known])
    best = np.sort(np.argsort(-loud)[:MOST_RUNS])
    kept = known[best]
    return _Raw(kept, beginnings(keys[kept]), rarity[best], slopes[best].astype(np.float32), offsets.astype(np.float32))


def telling(loads: csr_matrix, wanted: NDArray[np.int64]) -> NDArray[np.float32]:
    """How much more each run counts that some topics use and others do not; 1 where chance would do as much.

    It is the variance between topics beside that of all letters, times their number: what analysis of variance asks.
    """
    many = len(wanted)
    topics = csr_matrix((np.ones(many, dtype=np.float32), (wanted, np.arange(many))))
    letters = np.asarray(topics.sum(axis=1))
    usual = np.asarray(loads.mean(axis=0)).ravel()
    spread = np.asarray(loads.power(2).mean(axis=0)).ravel() - usual**2
    apart = (letters * np.square((topics @ loads).toarray() / letters - usual)).sum(axis=0)
    beyond = apart / np.maximum(spread, ROUNDED * usual**2 + np.finfo(np.float32).tiny) - (len(letters) - 1)
    return np.asarray((1 + np.maximum(beyond, 0)) ** TELLING, dtype=np.float32)


def _least_squares(
    loads: csr_matrix, wanted: NDArray[np.int64], trust: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights and offset by which each topic comes nearest to 1 on its letters and to -1 on others (ridge regression).

    The weights are a sum of the letters seen; how much each counts is found by conjugate gradients, for all topics at
    once. A letter that is trusted less may be missed by more.
    """
    target = 2.0 * np.eye(int(wanted.max()) + 1)[wanted] - 1
    offset, soft = target.mean(axis=0), (PRICE / trust)[:, None]
    turned = loads.T.tocsr()
    rest = target - offset
    part, step, size = np.zeros_like(rest), rest.copy(), (rest**2).sum(axis=0)
    close = CLOSE**2 * size
    for _ in range(MOST_STEPS):
        moved = loads @ (turned @ step) + soft * step
        pace = size / np.maximum((step * moved).sum(axis=0), np.finfo(float).tiny)
        part, rest = part + pace * step, rest - pace * moved
        now = (rest**2).sum(axis=0)
        if (now <= close).all():
            break
        step, size = rest + now / np.maximum(size, np.finfo(float).tiny) * step, now
    return np.asarray(turned @ part), offset


def _loads(table: csr_matrix, rarity: NDArray[np.float32], zones: tuple[int, ...]) -> csr_matrix:
    """Counts as weights: their logarithm times the rarity of the run, each zone of a letter of its own length."""
    loads = table.copy()
    loads.data = (1 + np.log(loads.data)) * rarity[loads.indices]
    parts = zip(zones, zones[1:], SHARES, strict=False)
    return hstack([_even(loads[:, start:end], share) for start, end, share in parts], format="csr")


def _even(loads: csr_matrix, length: float) -> csr_matrix:
    """Every row of one length; an empty one stays so."""
    lengths = np.sqrt(np.asarray(loads.power(2).sum(axis=1), dtype=np.float32)).ravel()
    return diags_array(np.float32(length) / np.where(lengths > 0, lengths, np.float32(1))) @ loads


def _table(letters: Sequence[Document]) -> tuple[csr_matrix, NDArray[np.uint64], NDArray[np.int64]]:
    """How often each run stands in each letter, a row for each, the keys of its columns, and how many runs one has.

    Runs that too few letters have stand in no column.
    """
    found = [runs(letter) for letter in letters]
    keys, columns = np.unique(np.concatenate([k for k, _ in found]), return_inverse=True)
    counts = np.concatenate([n for _, n in found]).astype(np.float32)
    ends = np.cumsum([0, *(len(k) for k, _ in found)])
    often = np.bincount(columns) >= LEAST_SEEN
    return csr_matrix((counts, columns, ends), shape=(len(letters), len(keys)))[:, often], keys[often], np.diff(ends)


def _leanings(examples: Sequence[Example]) -> tuple[list[str], NDArray[np.float64]]:
    """The topics and rules that any example matches, and where they lean: a row for each example, a column for each."""
    found = [leaning(e.pointed) for e in examples]
    names = sorted({name for lean in found for name in lean})
    return names, np.array([[lean.get(name, 0.0) for name in names] for lean in found]).reshape(len(found), len(names))


@dataclass(frozen=True, slots=True)
class Turn:
    """A calibration: a matrix on the margins and the rules' leanings, and an offset."""

    matrix: NDArray[np.float32]
    offset: NDArray[np.float32]

    def of(self, known: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(known @ self.matrix + self.offset, dtype=np.float64)


def calm(known: NDArray[np.float64], wanted: NDArray[np.int64], trust: NDArray[np.float64]) -> Turn:
    """The calibration that fits margins and leanings of letters labelled by persons best, each as far as it is trusted.

    Two topics share one row in scikit-learn.
    """
    said = trust >= BY_PERSONS
    found = LogisticRegression(C=1.0, max_iter=1000).fit(known[said], wanted[said], trust[said])
    matrix, offset = found.coef_.T, found.intercept_
    if len(offset) == 1:
        matrix, offset = np.hstack([-matrix, matrix]) / 2, np.array([-offset[0], offset[0]]) / 2
    return Turn(matrix.astype(np.float32), offset.astype(np.float32))


def judgement(scores: NDArray[np.float64], labels: tuple[str, ...], known: float = 1.0) -> Judgement:
    """What scores before they are turned into chances say."""
    odds = np.exp(scores - scores.max())
    shares = odds / odds.sum()
    return Judgement(tuple((labels[n], float(shares[n])) for n in np.argsort(-shares)), (), "", known)


def units_of(examples: Iterable[Example], usual: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
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
