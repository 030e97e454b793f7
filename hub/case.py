"""Case and all that stands on it: plain frozen values, the same for every kind and machine."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hub.clocks import LedgerEvent
from hub.kinds import Aim, Level


@dataclass(frozen=True, slots=True)
class Case:
    """One matter. `version` rises with every move that changes which moves are open, not with messages."""

    id: str
    number: str
    kind: str
    machine: str
    kinds_edition: int
    origin: str
    aim: Aim
    level: Level
    sealed: bool
    state: str
    received_at: datetime
    recorded_at: datetime
    title: str
    about: str = ""
    """The case this one speaks about (a publication's letter); empty for a letter."""
    place: str = ""
    area: str = ""
    target: str = ""
    """The unit that the citizen complains about; it never sees the case where the aim is service or misconduct."""
    category: str = ""
    unit: str = ""
    officer: str = ""
    lead: str = ""
    """The case whose answer this merged case follows."""
    back_to: str = ""
    """The state to which hand_back, touch_up and overrule return."""
    round: int = 1
    version: int = 1
    messages: int = 1
    """How many messages stand on the thread."""
    last_message: int = 1
    """The newest message of a citizen: what a reply must have seen."""
    urgent: bool = False
    unreviewed: bool = False
    designated: bool = False
    returns: int = 0
    """Objections upheld so far; after the second only `designate` is open."""
    reopened: bool = False
    passed_on: bool = False
    anonymous: bool = False
    publish_consent: bool = False
    show_surname: bool = False
    reachable: bool = True
    """Whether the citizen can be asked back on some channel."""
    answered_at: datetime | None = None
    closed_at: datetime | None = None
    score: int = 0
    solved: str = ""
    main_due: datetime | None = None
    unit_due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """A person or organisation on a case with its own channel and receipt; contact data stay in the vault."""

    n: int
    role: str
    channel: str
    alias: str
    lang: str
    phone: bool
    email: bool
    named: bool


@dataclass(frozen=True, slots=True)
class Message:
    """What was said on a case; `audience` is who may read it: `party:1`, `parties`, `unit`, `hub`."""

    n: int
    at: datetime
    author: str
    author_name: str
    audience: str
    kind: str
    body: str
    refs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """One version of an answer. What was written never changes; signature and verdict are filled in once."""

    n: int
    round: int
    type: str
    state: str
    body: str
    handling: str
    delivery: str
    result: str
    reason: str
    drafted_at: datetime
    handler: str
    handler_person: str
    signer: str = ""
    signer_person: str = ""
    signed_at: datetime | None = None
    reviewer: str = ""
    reviewer_person: str = ""
    decided_at: datetime | None = None
    verdict: str = ""
    reasons: tuple[str, ...] = ()
    comment: str = ""
    promised: str = ""
    """The dated promise of an interim reply, as YYYY-MM-DD."""
    translated: str = ""
    """The same answer in the language of a letter in English; empty where none was written."""
    bureau: str = ""
    """The topmost unit of the branch that answers; the reviewer's is another one."""
    reviewer_bureau: str = ""
    files: tuple[int, ...] = ()
    """What goes to the citizen with it, by place among the files of the case."""

    @property
    def to_citizen(self) -> str:
        """What the citizen reads of it."""
        return read_by_citizen(self.body, self.translated)


def read_by_citizen(body: str, translated: str) -> str:
    """A reply in the words that go out: the writer's own language first, then those that were signed and reviewed."""
    return f"{translated}\n\n{body}" if translated else body


@dataclass(frozen=True, slots=True)
class Overlay:
    """A record on a case that is not a state: extension, pause, joint work, order, request, contact …"""

    n: int
    kind: str
    state: str
    opened_at: datetime
    opened_by: str
    opened_person: str
    unit: str = ""
    due_at: datetime | None = None
    decided_at: datetime | None = None
    decided_by: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Assignment:
    """Which unit has had the case, since when, and why."""

    n: int
    unit: str
    officer: str
    since: datetime
    by: str
    reason: str
    until: datetime | None = None
    designated: bool = False


@dataclass(frozen=True, slots=True)
class Clock:
    """A named limit on a case and round, with its append-only ledger; the due moment is computed from it."""

    name: str
    round: int
    ladder: str
    ledger: tuple[LedgerEvent, ...]
    due_at: datetime | None
    phase: str
    rung: str = ""
    rung_at: datetime | None = None
    breached_at: datetime | None = None
    calendar: int = 0
    """The edition of the working calendar it is counted under; 0: the one in force when it is next computed."""

    @property
    def revision(self) -> int:
        return len(self.ledger)

    @property
    def key(self) -> tuple[str, int]:
        """Name and round: which clock of the case it is."""
        return self.name, self.round


@dataclass(frozen=True, slots=True)
class Notice:
    """A message that will wait in the outbox: a text's name and references, rendered when it is sent.

    `to` is `party:1`, or `role@unit` / `role@` for officers. `key` makes it unique for ever.
    """

    to: str
    text: str
    key: str
    refs: Mapping[str, Any] = field(default_factory=dict)
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Dossier:
    """A case with everything a move may ask about, read inside the deed."""

    case: Case
    parties: tuple[Party, ...] = ()
    replies: tuple[Reply, ...] = ()
    overlays: tuple[Overlay, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    clocks: tuple[Clock, ...] = ()

    @property
    def reply(self) -> Reply | None:
        """The newest version of the reply."""
        return self.replies[-1] if self.replies else None

    def open(self, kind: str) -> Overlay | None:
        """The newest open overlay of a kind."""
        return next((o for o in reversed(self.overlays) if o.kind == kind and o.state == "open"), None)

    def overlay(self, n: int) -> Overlay | None:
        return next((o for o in self.overlays if o.n == n), None)

    def clock(self, name: str) -> Clock | None:
        """The newest clock of a name."""
        return next((c for c in reversed(self.clocks) if c.name == name), None)
