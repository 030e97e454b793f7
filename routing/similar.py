"""How alike two letters are, by the terms they share: for “is this already being handled?”."""

import math
from collections import Counter
from collections.abc import Sequence

from hub.terms import search_terms, single_characters, terms

__all__ = ["likeness", "search_terms", "single_characters", "terms"]


def likeness(a: Sequence[str], b: Sequence[str]) -> float:
    """Weighted Jaccard of two lists of terms: 0 = nothing in common, 1 = the same terms equally often.

    A term counts with 1 + ln(times), so that a word repeated ten times does not drown the others
    (sublinear term frequency: Manning, Raghavan, Schütze, Introduction to Information Retrieval, §6.4.1).
    """
    left, right = _weights(a), _weights(b)
    if not left or not right:
        return 0.0
    shared = sum(min(weight, right[term]) for term, weight in left.items() if term in right)
    whole = sum(left.values()) + sum(right.values()) - shared
    return min(1.0, shared / whole)


def _weights(found: Sequence[str]) -> dict[str, float]:
    return {term: 1.0 + math.log(times) for term, times in Counter(found).items()}
