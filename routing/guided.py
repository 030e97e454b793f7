"""The model beside the rules: which unit of the likely topic answers, in two stages, topic then unit."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from hub.units import Directory
from routing.matter import MODEL, Reason
from routing.model import Judgement
from routing.rules import AREA, RuleSet

PRIOR = 1.0
"""How much the topic's usual unit counts beside the rules: about as much as one word of theirs."""
LEAST_SHARE = 0.05
"""Topics and units that are less likely than this are not suggested."""


def guided(
    reasons: tuple[Reason, ...],
    judged: Judgement,
    usual: Mapping[str, Mapping[str, float]],
    street: str | None,
    directory: Directory,
    rules: RuleSet,
) -> tuple[Reason, ...]:
    """The rules' reasons, each counting as far as its topic is likely, and the usual units of the likely topics.

    A rule of a topic that the model does not know, and a unit that the writer named, count as they are.
    """
    likely = dict(judged.ranked)
    agreed = [replace(r, weight=round(r.weight * likely.get(rules.topic_of(r.rule), 1.0), 4)) for r in reasons]
    shares: defaultdict[str, float] = defaultdict(float)
    for topic, chance in judged.ranked:
        if chance >= LEAST_SHARE:
            for unit, share in usual.get(topic, {}).items():
                code = street if unit == AREA else unit
                found = directory.get(code) if code else None
                if found is not None and found.active:
                    shares[found.code] += chance * share
    whole = sum(shares.values())
    usually = [
        Reason(MODEL, unit, judged.words, round(PRIOR * share / whole, 4))
        for unit, share in shares.items()
        if share / whole >= LEAST_SHARE
    ]
    return tuple(sorted((r for r in (*agreed, *usually) if r.weight > 0), key=lambda r: -r.weight))
