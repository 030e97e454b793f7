"""Fitting: weights of a model from measured rows by penalised logistic regression, Newton's way, without a library."""

import math
from collections.abc import Mapping, Sequence
from operator import mul

from supervision.scoring.model import Model, sigmoid

Row = Mapping[str, float]
PENALTY = 3.0
"""Ridge on standardised weights; the intercept is free."""
STEPS = 8


def fit(names: Sequence[str], rows: Sequence[Row], poor: Sequence[bool]) -> Model:
    """The model that tells poor rows from good ones; both sides weigh alike whatever their number.

    Iteratively reweighted least squares (Hastie, Tibshirani, Friedman, The Elements of Statistical Learning, §4.4.1).
    """
    means = [sum(row[name] for row in rows) / len(rows) for name in names]
    spreads = [
        max(1e-6, math.sqrt(sum((row[name] - mean) ** 2 for row in rows) / len(rows)))
        for name, mean in zip(names, means, strict=True)
    ]
    columns = [[1.0] * len(rows)]
    columns += [[(row[n] - m) / s for row in rows] for n, m, s in zip(names, means, spreads, strict=True)]
    share = sum(poor) / len(poor)
    weigh = [0.5 / share if is_poor else 0.5 / (1 - share) for is_poor in poor]
    weights = [0.0] * len(columns)
    for _ in range(STEPS):
        weights = _step(weights, columns, poor, weigh)
    return Model(tuple(names), tuple(means), tuple(spreads), tuple(weights[1:]), weights[0], 1.0)


def _step(
    weights: Sequence[float], columns: Sequence[Sequence[float]], poor: Sequence[bool], weigh: Sequence[float]
) -> list[float]:
    """One step of Newton towards the best weights."""
    totals = [sum(map(mul, weights, point)) for point in zip(*columns, strict=True)]
    chances = [sigmoid(total) for total in totals]
    off = [heavy * (is_poor - c) for heavy, is_poor, c in zip(weigh, poor, chances, strict=True)]
    bend = [heavy * max(c * (1 - c), 1e-6) for heavy, c in zip(weigh, chances, strict=True)]
    slope, curve = [], []
    for i, column in enumerate(columns):
        held = PENALTY if i else 0.0
        slope.append(sum(map(mul, off, column)) - held * weights[i])
        bent = list(map(mul, bend, column))
        curve.append([sum(map(mul, bent, columns[j])) + (held if j == i else 0.0) for j in range(i + 1)])
    return [w + change for w, change in zip(weights, _solved(curve, slope), strict=True)]


def _solved(matrix: list[list[float]], right: list[float]) -> list[float]:
    """The solution of a positive definite system, given by its lower half, by Cholesky's factors."""
    size = len(right)
    lower = [[0.0] * size for _ in range(size)]
    for i in range(size):
        for j in range(i + 1):
            rest = matrix[i][j] - sum(lower[i][k] * lower[j][k] for k in range(j))
            lower[i][j] = math.sqrt(rest) if i == j else rest / lower[j][j]
    forward: list[float] = []
    for i in range(size):
        forward.append((right[i] - sum(lower[i][k] * forward[k] for k in range(i))) / lower[i][i])
    found = [0.0] * size
    for i in reversed(range(size)):
        found[i] = (forward[i] - sum(lower[k][i] * found[k] for k in range(i + 1, size))) / lower[i][i]
    return found
