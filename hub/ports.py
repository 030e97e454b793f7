"""What the hub needs from outside, as plain callables that `run.py` hands in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.case import Case, Reply
from hub.kinds import Aim, Kind, Level
from hub.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Matter:
    """What routing may know of a letter."""

    kind: str
    aim: Aim
    title: str
    body: str
    place: str
    target: str
    fields: Mapping[str, Any]
    level: Level
    redactor_sure: bool
    urgent: bool


@dataclass(frozen=True, slots=True)
class Chosen:
    """Routing's answer: a unit (empty: a person decides), whether it is sure enough to dispatch without a person, the
    categories and accused unit it read, danger words it saw, and the record that stays on the case."""

    unit: str
    sure: bool
    category: str
    target: str
    aim: Aim
    danger: tuple[str, ...]
    record: Mapping[str, Any]


Choose = Callable[[Matter, Kind, Rulebook], Chosen]
"""Pure: which unit should answer, and why. Runs before the deed on an immutable snapshot."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check objects to in a reply: a coded reason, its sentence, and the words it means.

    `quotes` are the places to light up in letter and reply where they are more than `evidence`, each word for word.
    """

    code: str
    zh: str
    en: str
    evidence: str
    blocks: bool
    quotes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A reply that is looked at, with what stands beside it."""

    case: Case
    letter: str
    body: str
    earlier: tuple[Reply, ...] = ()
    """The replies of earlier rounds."""
    elsewhere: frozenset[str] = field(default_factory=frozenset)
    """Sentences of the body that stand word for word in the reply to another case."""
    late: bool = False
    """Whether the citizen's limit is over."""
    translated: str = ""
    """The English of it, of which only what blocks is said."""


Inspect = Callable[[Draft, Rulebook], tuple[Finding, ...]]
"""Pure: what to say about a reply before it is submitted and when it is reviewed."""
