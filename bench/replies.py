"""Poor replies told from genuine ones on letters, replies and stock phrases never seen, beside two plain ways."""

import argparse
import gzip
import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from supervision.scoring.model import CONCERNS
from supervision.scoring.pair import Pair
from supervision.scoring.rarity import counted
from supervision.scoring.training import cross
from supervision.scoring.trial import Labelled, labelled, told

TARGETS = {"mismatch": 0.94, "swap_nearest": 0.90, "boilerplate": 0.95, "hollowed": 0.93}
"""What is wanted of unseen pairs."""
Scores = Sequence[Mapping[str, float]]


def by_length(rows: Sequence[Labelled]) -> Scores:
    """The shorter, the poorer."""
    return [dict.fromkeys(CONCERNS, -float(len(row.pair.reply))) for row in rows]


def by_words(rows: Sequence[Labelled]) -> Scores:
    """The less alike by plain TF-IDF cosine of letter and reply, the poorer."""
    texts = [text for row in rows for text in (row.pair.whole, row.pair.reply)]
    seen = Counter(piece for text in set(texts) for piece in counted(text))
    many = len(set(texts))

    def weights(text: str) -> dict[str, float]:
        return {p: (1 + math.log(n)) * math.log(many / seen[p]) for p, n in counted(text).items()}

    def alike(pair: Pair) -> float:
        a, b = weights(pair.whole), weights(pair.reply)
        size = math.hypot(*a.values()) * math.hypot(*b.values())
        return sum(w * b[p] for p, w in a.items() if p in b) / size if size else 0.0

    return [dict.fromkeys(CONCERNS, -alike(row.pair)) for row in rows]


def main() -> None:
    """Print one line for each label and type."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("file", type=Path, help="JSON lines of {title, body, reply, label, type, letter_id}")
    file = asked.parse_args().file
    reading = gzip.open if file.suffix == ".gz" else open
    with reading(file, "rt", encoding="utf-8") as lines:
        rows = labelled([json.loads(line) for line in lines])
    crossed = list(cross(rows))
    seen_apart = tuple(row for row, _ in crossed)
    tables = {
        "scores": told(seen_apart, [scores for _, scores in crossed]),
        "length": told(rows, by_length(rows)),
        "TF-IDF": told(rows, by_words(rows)),
    }
    show(tables)


def show(tables: Mapping[str, Mapping[str, Mapping[str, float]]]) -> None:
    """AUC of every way, then recall at 5 % false alarms of ours."""
    print(f"{'':20}" + "".join(f"{way:>9}" for way in tables) + "   recall@5%   wanted")
    for name, area in tables["scores"]["auc"].items():
        wanted = TARGETS.get(name)
        label = name if name in CONCERNS else f"  {name}"
        areas = "".join(f"{table['auc'][name]:9.3f}" for table in tables.values())
        met = "" if wanted is None else f"   ≥ {wanted:.2f} {'met' if area >= wanted else 'MISSED'}"
        print(f"{label:20}{areas}{tables['scores']['recall_at_5pct'][name]:12.3f}{met}")


if __name__ == "__main__":
    main()
