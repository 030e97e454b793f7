"""Wording of a reply: its sentences, and the mark by which the same sentence is found again in another reply."""

import re
from collections.abc import Mapping
from hashlib import blake2b

_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;\n]*")
LEAST_MARKED = 12
"""Letters and figures that a sentence has at least before it is marked: shorter ones are everybody's."""
MOST_MARKED = 40
"""So many sentences of one reply are marked, the longest."""


def sentences(text: str, least: int = 1) -> tuple[str, ...]:
    """The sentences of a text that have at least so many characters."""
    return tuple(s for found in _SENTENCE.findall(text) if len(s := found.strip()) >= least)


def marks(text: str) -> Mapping[str, str]:
    """Mark → sentence for what may be recognised in another reply; blanks and punctuation make no difference."""
    bare = {s: re.sub(r"\W+", "", s) for s in sentences(text)}
    longest = sorted((s for s in bare if len(bare[s]) >= LEAST_MARKED), key=lambda s: -len(bare[s]))[:MOST_MARKED]
    return {blake2b(bare[s].encode(), digest_size=8).hexdigest(): s for s in longest}
