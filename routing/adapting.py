"""Adapting: a model and what people made of its decisions in, a model out that knows this too and keeps the rest.

The letters a model was trained on are seldom at hand where it is used. So its weights are only moved, each step away
from them at a price, until it says of the letters here what people said (docs/adr/0017).
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from routing.evaluation import figures
from routing.examples import CORRECTED, Example
from routing.model import Model, leaning, loaded
from routing.training import FOLDS, Trained, fold_of, judgement, units_of

FEWEST = 20
"""Corrections without which there is nothing to learn from but chance."""
PRICE = 0.5
"""What it costs to move away from the model there was: one correction turns a letter that was in doubt, and letters
that share half of its words a little."""


@dataclass(frozen=True, slots=True)
class _Move:
    """What is added to weights and bias."""

    weights: NDArray[np.float64]
    bias: NDArray[np.float64]


def adapt(
    model: Model, examples: Sequence[Example], name: str, at: str, tell: Callable[[int], None] = lambda n: None
) -> Trained:
    """The model with what the examples add; the card says how both do on them, each letter judged without its group.

    Raises ValueError where fewer than `FEWEST` of the examples are corrections.
    """
    said = [e for e in examples if e.label in model.labels]
    if (n := sum(e.trust >= CORRECTED for e in said)) < FEWEST:
        raise ValueError(
            f"人工改派只有{n}封，满{FEWEST}封才能接着学；也可以给出标注好的来信文件。"
            f"({n} corrections; {FEWEST} are needed, or files of labelled letters.)"
        )
    table, before, known = _read(model, said)
    wanted = np.array([model.labels.index(e.label) for e in said])
    trust = np.array([e.trust for e in said])
    folds = np.array([fold_of(e.group) for e in said])
    after = before.copy()
    for fold in range(FOLDS):
        seen, away = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        if len(away) and len(seen):
            step = _moved(table[seen], before[seen], wanted[seen], trust[seen])
            after[away] += table[away] @ step.weights + step.bias
        tell(1)
    whole = _moved(table, before, wanted, trust)
    tell(1)
    made = replace(
        model,
        name=name,
        weights=(model.weights + whole.weights).astype(np.float32),
        bias=(model.bias + whole.bias).astype(np.float32),
        units=units_of(said, model.units),
    )
    labels = [e.label for e in said]
    found, were = (
        figures(labels, [judgement(s, model.labels, k) for s, k in zip(scores, known, strict=True)])
        for scores in (after, before)
    )
    card: dict[str, Any] = {
        "name": name,
        "trained_at": at,
        "letters": dict(Counter(labels)),
        "runs": len(made.keys),
        "by": f"{model.name} moved by what people said here, {FOLDS}-fold cross-validation over groups",
        "figures": found,
        "before": {"name": model.name, **{key: were[key] for key in ("accuracy", "macro_f1")}},
    }
    return Trained(made, card)


def _read(model: Model, examples: Sequence[Example]) -> tuple[csr_matrix, NDArray[np.float64], list[float]]:
    """What the runs of each letter weigh, what the model says of it before it is turned into chances, what it knows."""
    found = [loaded(model, e.letter) for e in examples]
    ends = np.cumsum([0, *(len(at) for at, _, _ in found)])
    loads, places = np.concatenate([w for _, w, _ in found]), np.concatenate([at for at, _, _ in found])
    table = csr_matrix((loads, places, ends), shape=(len(examples), len(model.keys)))
    scores = np.asarray(table @ model.weights + model.bias, dtype=np.float64)
    for n, e in enumerate(examples):
        for name, load in leaning(e.pointed).items():
            if name in model.heeds:
                scores[n] += load * model.heeds[name]
    return table, scores, [known for _, _, known in found]


def _moved(
    table: csr_matrix, before: NDArray[np.float64], wanted: NDArray[np.int64], trust: NDArray[np.float64]
) -> _Move:
    """The cheapest move after which letters are judged as wanted: logistic loss and the squared length of the move."""
    columns = np.unique(table.indices)
    loads, many = table[:, columns].astype(np.float64), before.shape[1]
    target = np.eye(many)[wanted]

    def cost(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        step = flat.reshape(-1, many)
        scores = before + loads @ step[:-1] + step[-1]
        scores -= scores.max(axis=1, keepdims=True)
        logs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        wrong = trust[:, None] * (np.exp(logs) - target)
        slope = np.vstack((loads.T @ wrong, wrong.sum(axis=0))) + PRICE * step
        return float(-(trust @ logs[np.arange(len(wanted)), wanted]) + PRICE * (step**2).sum() / 2), slope.ravel()

    found = minimize(cost, np.zeros((len(columns) + 1) * many), jac=True, method="L-BFGS-B").x.reshape(-1, many)
    weights = np.zeros((table.shape[1], many))
    weights[columns] = found[:-1]
    return _Move(weights, found[-1])
