"""Words that say somebody may be in danger right now: they only ever add urgency, never delay a letter."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any

from routing.words import WordIndex, index, pairs_of, plain


@dataclass(frozen=True, slots=True)
class Dangers:
    """The words of the danger list, and the phrases within which a word means no danger."""

    words: WordIndex
    harmless: WordIndex
    kinds: Mapping[str, str]


def read_dangers(content: Mapping[str, Any]) -> Dangers:
    """Build the list from `config/danger.toml`; raises ValueError with a sentence that names the entry."""
    kinds: dict[str, str] = {}
    harmless: list[str] = []
    for row in content.get("danger", ()):
        code = row.get("code", "?")
        if not row.get("words"):
            raise ValueError(f"danger {code}: it lists no words")
        for word in row["words"]:
            if plain(word) in kinds:
                raise ValueError(f"danger {code}: the word “{word}” stands twice")
            kinds[plain(word)] = code
        for phrase in row.get("harmless", ()):
            if not any(plain(word) in plain(phrase) for word in row["words"]):
                raise ValueError(f"danger {code}: the harmless phrase “{phrase}” holds none of its words")
            harmless.append(plain(phrase))
    if not kinds:
        raise ValueError("the danger list is empty")
    try:
        return Dangers(index(kinds), index(harmless), kinds)
    except ValueError as fault:
        raise ValueError(f"danger list: {fault}") from fault


def danger(text: str, dangers: Dangers) -> tuple[str, ...]:
    """The danger words of a text in the order of the text; empty when nothing points to a present danger."""
    return danger_in(read := plain(text), pairs_of(read), dangers)


def danger_in(text: str, pairs: Set[str], dangers: Dangers) -> tuple[str, ...]:
    """The same for a `plain` text whose pairs of characters are known.

    A word inside a harmless phrase (“着火点”, “防触电”) does not count; elsewhere in the same text it does.
    """
    words = dangers.words.places(text, pairs)
    spans = [(at, at + len(phrase)) for at, phrase in dangers.harmless.places(text, pairs)] if words else []
    found = (word for at, word in words if not any(start <= at and at + len(word) <= end for start, end in spans))
    return tuple(dict.fromkeys(found))
