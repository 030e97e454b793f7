"""How well topics are found on letters that were not seen: `python -m bench.routing LABELLED [MORE …]` prints a table.

LABELLED and MORE are JSON lines (`.gz` too) of labelled letters; figures are on the letters that a person labelled, by
cross-validation over groups of near-duplicates, so that no group stands on both sides.
"""

import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from config import starter
from hub.console import lines_of
from hub.units import read_units
from routing import training
from routing.choose import pointing
from routing.evaluation import figures
from routing.examples import Example, Pointing, example, rows_of
from routing.model import Judgement, Model, judge
from routing.rules import read_rules


def of_files(files: Sequence[Path], pointed: Pointing) -> list[Example]:
    """The examples of the files."""
    examples: list[Example] = []
    for file in files:
        with lines_of(file) as lines:
            examples += [found for row in rows_of(lines, file.name) if (found := example(row, pointed))]
    return examples


def by_majority(examples: Sequence[Example]) -> list[Judgement | None]:
    """Every letter the commonest topic."""
    commonest = Counter(e.label for e in examples).most_common(1)[0][0]
    return [_only(commonest) for e in examples if e.trust == 1.0]


def by_rules(examples: Sequence[Example]) -> list[Judgement | None]:
    """The keyword rules of the starter set alone."""
    said = [max(e.pointed, key=lambda t: sum(e.pointed[t].values()), default="") for e in examples if e.trust == 1.0]
    return [_only(topic) for topic in said]


def by_plain_machine(examples: Sequence[Example]) -> list[Judgement | None]:
    """One- and two-character TF-IDF into a linear machine, nothing else."""
    said: dict[int, str] = {}
    folds = [training.fold_of(e.group) for e in examples]
    for fold in range(training.FOLDS):
        seen = [n for n, f in enumerate(folds) if f != fold]
        away = [n for n, f in enumerate(folds) if f == fold and examples[n].trust == 1.0]
        machine = make_pipeline(TfidfVectorizer(analyzer="char", ngram_range=(1, 2)), LinearSVC(C=0.5))
        machine.fit([examples[n].letter.whole for n in seen], [examples[n].label for n in seen])
        said |= dict(zip(away, machine.predict([examples[n].letter.whole for n in away]), strict=True))
    return [_only(said[n]) for n in sorted(said)]


def _only(label: str) -> Judgement:
    return Judgement(((str(label), 1.0),), (), "")


def _line(name: str, found: dict[str, Any], *, calibrated: bool = False) -> None:
    sure = f"{found['coverage']:.3f} @ {found['precision_at_coverage']:.3f}" if calibrated else "-"
    print(f"{name:24} {found['macro_f1']:.4f}   {found['accuracy']:.4f}   {sure}")


def microseconds(model: Model, examples: Sequence[Example]) -> float:
    """What judging takes a letter, rules left out: time of this thread, the best of three rounds."""
    rounds = []
    for _ in range(3):
        began = time.thread_time()
        for e in examples[:1000]:
            judge(model, e.letter, e.pointed)
        rounds.append(time.thread_time() - began)
    return min(rounds) / len(examples[:1000]) * 1e6


def main(files: Sequence[Path]) -> None:
    content = starter.read()
    district = read_units(content["units"], 1)
    examples = of_files(files, pointing(district, read_rules(content["rules"], district)))
    labels = [e.label for e in examples if e.trust == 1.0]
    print(f"{len(labels)} letters, {len(examples)} examples\n{'':24} macro-F1 accuracy coverage @ precision")
    _line("majority", figures(labels, by_majority(examples)))
    _line("keyword rules", figures(labels, by_rules(examples)))
    _line("plain TF-IDF, linear", figures(labels, by_plain_machine(examples)))
    began = time.perf_counter()
    made = training.train(examples, "bench", "", {})
    _line("the model", dict(made.card["figures"]), calibrated=True)
    for label, row in made.card["figures"]["per_class"].items():
        print(f"  {label}  P {row['precision']:.3f}  R {row['recall']:.3f}  F1 {row['f1']:.3f}  n {row['n']}")
    found = made.card["figures"]
    print(
        f"top 2 {found['top2']:.3f}, top 3 {found['top3']:.3f}, ece {found['ece']:.4f}, sure from {found['threshold']}"
    )
    print(f"a letter takes {microseconds(made.model, examples):.0f} µs")
    print(f"trained in {time.perf_counter() - began:.0f} s, {len(made.model.keys)} runs")


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
