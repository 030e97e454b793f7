"""What a machine is: one frozen value with its states, moves, and the moves that clocks make by themselves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from hub.case import Assignment, Case, Clock, Dossier, Message, Notice, Overlay, Reply
from hub.errors import Said
from hub.journal import Entry
from hub.kinds import Kind
from hub.people import Actor
from hub.rulebook import Rulebook

Word = Literal["submitted", "handling", "waiting", "answered", "closed"]
"""The five plain words a citizen reads: 已提交, 办理中, 待您补充, 已答复, 已办结."""
Holder = Literal["reception", "unit", "supervision", "citizen", "nobody"]
"""Whose time it is while a case stands in a state; every working minute is booked to one of them."""


@dataclass(frozen=True, slots=True)
class State:
    """One state with its staff word, the citizen's plain word, and who holds the time."""

    code: str
    zh: str
    en: str
    word: Word
    holder: Holder
    final: bool = False


@dataclass(frozen=True, slots=True)
class MoveField:
    """One value that a move takes; `options` names a list of the rulebook for choices, `ahead` refuses days gone by,
    `past` days to come."""

    name: str
    type: Literal["text", "longtext", "choice", "reasons", "unit", "officer", "date", "int", "case", "bool", "files"]
    zh: str
    en: str
    required: bool = True
    most: int = 2000
    options: str = ""
    ahead: bool = False
    past: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """Everything a rule may look at: the dossier, who acts, with what, when, and under which rules.

    `findings` are the codes of checks that spoke (made before the deed); `spare` is a fresh id for a case that the
    move may open.
    """

    dossier: Dossier
    move: "Move"
    actor: Actor
    values: Mapping[str, Any]
    now: datetime
    book: Rulebook
    kind: Kind
    findings: tuple[str, ...] = ()
    spare: str = ""

    @property
    def case(self) -> Case:
        return self.dossier.case


@dataclass(frozen=True, slots=True)
class Opening:
    """A case that a move opens in the same deed: a publication, or the other half of a split."""

    id: str
    kind: str
    machine: str
    title: str
    body: str
    about: str


@dataclass(frozen=True, slots=True)
class Step:
    """What a move changes, as one value: the next case and all rows that go with it in the same deed."""

    case: Case
    entries: tuple[Entry, ...] = ()
    messages: tuple[Message, ...] = ()
    replies: tuple[Reply, ...] = ()
    overlays: tuple[Overlay, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    clocks: tuple[Clock, ...] = ()
    notices: tuple[Notice, ...] = ()
    openings: tuple[Opening, ...] = ()


Guard = Callable[[Turn], Said | None]
Effect = Callable[[Turn, Step], Step]
Target = str | Callable[[Turn], str]


@dataclass(frozen=True, slots=True)
class Move:
    """A named change by an actor: from where, to where, who, with what, under which guards, with which effects.

    `to` is a state, "=" (stays), "@back" (the state the case came from) or a function of the turn. `guards` look at the
    dossier and the actor, `checks` also at the values; a `quiet` move leaves the version alone.
    """

    code: str
    zh: str
    en: str
    frm: frozenset[str]
    to: Target
    who: tuple[str, ...]
    fields: tuple[MoveField, ...] = ()
    guards: tuple[Guard, ...] = ()
    checks: tuple[Guard, ...] = ()
    effects: tuple[Effect, ...] = ()
    quiet: bool = False
    overlay: bool = False


@dataclass(frozen=True, slots=True)
class Lapse:
    """The move that the system makes when a clock has run out: `at` is relative to the due moment."""

    move: str
    at: str = "0"


@dataclass(frozen=True, slots=True)
class Machine:
    """States and moves of one family of kinds. No code outside `hub/machines` names a state."""

    code: str
    start: str
    states: Mapping[str, State]
    moves: Mapping[str, Move]
    lapses: Mapping[str, Lapse] = field(default_factory=dict)
    opening_clocks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a machine that names a state it does not have."""
        for move in self.moves.values():
            to = move.to
            named = set(move.frm) | ({to} if isinstance(to, str) and to[0] not in "=@" else set())
            if named - set(self.states):
                raise ValueError(f"{self.code}.{move.code} names unknown states {sorted(named - set(self.states))}")
        for lapse in self.lapses.values():
            if lapse.move not in self.moves:
                raise ValueError(f"{self.code}: a clock lapses into the unknown move {lapse.move}")


def machine(
    code: str,
    start: str,
    states: tuple[State, ...],
    moves: tuple[Move, ...],
    lapses: Mapping[str, Lapse] | None = None,
    opening_clocks: tuple[str, ...] = (),
) -> Machine:
    """Build a machine from rows, as they stand in the drawing; raises ValueError for a move that is named twice."""
    if twice := {m.code for m in moves if sum(m.code == other.code for other in moves) > 1}:
        raise ValueError(f"{code} names moves twice: {sorted(twice)}")
    return Machine(
        code=code,
        start=start,
        states={s.code: s for s in states},
        moves={m.code: m for m in moves},
        lapses=dict(lapses or {}),
        opening_clocks=opening_clocks,
    )
