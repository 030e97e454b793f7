"""Training: from judged replies to a scorer, with thresholds set on letters that the weights have not seen."""

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from supervision.scoring.fitting import fit
from supervision.scoring.measures import measures
from supervision.scoring.model import CONCERNS, Model, Scorer
from supervision.scoring.rarity import learn
from supervision.scoring.stock import made_up
from supervision.scoring.trial import GOOD, Labelled, cut

FOLDS = 4
OPENING = 8
"""Characters by which a stock reply is known again."""
ALARMS: Mapping[str, float] = {"mismatch": 0.02, "boilerplate": 0.02, "incomplete": 0.01}
"""The share of genuine replies that a finding may be made of: checks that cry wolf are not read."""
_SHAPE = frozenset({"ends", "hangs"})
LEFT_OUT: Mapping[str, frozenset[str]] = {"mismatch": _SHAPE, "boilerplate": _SHAPE, "incomplete": frozenset()}
"""Measures that a concern leaves out: how a reply ends says nothing of what it is about."""
Told = Callable[[str], None]


def train(rows: Sequence[Labelled], tell: Told = lambda _: None) -> Scorer:
    """A scorer fitted to all rows; its thresholds come from rows that were left out in turn."""
    unseen = list(cross(rows, tell))
    scorer = fitted(rows)
    return Scorer(scorer.rarity, {c: replace(m, threshold=_threshold(c, unseen)) for c, m in scorer.models.items()})


def _threshold(concern: str, unseen: Sequence[tuple[Labelled, Mapping[str, float]]]) -> float:
    return cut(sorted(scores[concern] for row, scores in unseen if row.label == GOOD), ALARMS[concern])


def cross(rows: Sequence[Labelled], tell: Told = lambda _: None) -> Iterator[tuple[Labelled, Mapping[str, float]]]:
    """Every row, scored by models that saw neither its letter nor its reply, nor a stock reply that opens alike."""
    for fold in range(FOLDS):
        left_out = [row for row in rows if fold_of(row) == fold]
        scorer = fitted(apart_from(rows, left_out))
        tell(f"{fold + 1}/{FOLDS}")
        for row in left_out:
            yield row, scorer.scores(row.pair)


def fold_of(row: Labelled) -> int:
    """The fold of a letter, or of a stock reply by its opening: stock sentences are left out whole."""
    key = row.pair.core[:OPENING] if row.label == "boilerplate" else row.letter
    return zlib.crc32(key.encode()) % FOLDS


def apart_from(rows: Sequence[Labelled], left_out: Sequence[Labelled]) -> list[Labelled]:
    """The rows that share neither letter nor reply with those left out."""
    own = {row.pair.reply: row.letter for row in rows if row.label == GOOD}
    letters = {row.letter for row in left_out} | {own[r.pair.reply] for r in left_out if r.pair.reply in own}
    return [row for row in rows if row.letter not in letters and own.get(row.pair.reply) not in letters]


def fitted(rows: Sequence[Labelled]) -> Scorer:
    """Rarity and the weights of every concern from these rows; boilerplate also from stock replies made up here."""
    letters = {row.letter: row.pair.whole for row in rows}
    rarity = learn(letters.values(), {row.pair.reply for row in rows if row.label == GOOD})
    measured = [(row.label, measures(row.pair, rarity)) for row in rows]
    stock = [
        ("boilerplate", measures(pair, rarity)) for pair in made_up([row.pair for row in rows if row.label == GOOD])
    ]
    return Scorer(rarity, {concern: _model(concern, [*measured, *stock]) for concern in CONCERNS})


def _model(concern: str, measured: Sequence[tuple[str, Mapping[str, float]]]) -> Model:
    rows = [(label == concern, row) for label, row in measured if label in (GOOD, concern)]
    names = [name for name in rows[0][1] if name not in LEFT_OUT[concern]]
    return fit(names, [row for _, row in rows], [poor for poor, _ in rows])
