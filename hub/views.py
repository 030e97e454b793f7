"""Views: what each audience may read of a case, chosen field by field; nothing is handed on as it lies in the store."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from hub.daylines import DayLine
from hub.errors import Said
from hub.lamps import Lamp
from hub.machines.machine import Move


@dataclass(frozen=True, slots=True)
class FileView:
    """A file on a case, by its place; the name is neutral for everybody but its owner."""

    n: int
    name: str
    mime: str
    size: int


@dataclass(frozen=True, slots=True)
class Spoken:
    """One message as its reader sees it: `who` is citizen, office, note or system; `by` the name shown."""

    n: int
    at: datetime
    who: str
    by: Said
    kind: str
    body: str
    files: tuple[FileView, ...]
    channel: str = ""
    """`counter` or `phone` where a clerk entered it; the clerk's name is for officers."""
    clerk: str = ""
    of: int = 0
    """The message that this one translates."""


@dataclass(frozen=True, slots=True)
class ClockStep:
    """One line of a clock's ledger: when, what (start, pause, extend …), and in words."""

    at: datetime
    what: str
    said: Said


@dataclass(frozen=True, slots=True)
class ClockView:
    """One clock with its reckoning day by day: the answer to 这个日期是怎么算的？"""

    name: str
    round: int
    phase: str
    limit: Said
    source: Said
    due: datetime | None
    day: date | None
    provisional: bool
    late: bool
    breached: bool
    breached_by: Said
    """Whose time it was when the limit passed; empty for readers who are not told."""
    lines: tuple[DayLine, ...]
    steps: tuple[ClockStep, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to the citizen whether it was done: its place on the case, and the day where a promise named one."""

    n: int
    promised: date | None


@dataclass(frozen=True, slots=True)
class CitizenView:
    """A case as its citizen reads it: five plain words, who has it, the next date, the thread, what is open to do."""

    case_id: str
    number: str
    kind: Said
    title: str
    word: str
    state: str
    says: Said
    unit: Said
    because: Said
    """Why that unit has it (hub/because.py); empty where nobody should know what the letter holds."""
    received_at: datetime
    next_day: date | None
    provisional: bool
    late_days: int
    main: ClockView | None
    thread: tuple[Spoken, ...]
    moves: tuple[str, ...]
    score: int
    solved: str
    rate_until: date | None
    answered_at: datetime | None
    published: str
    result: Said
    version: int
    asked: Asked | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the inbox."""

    number: str
    title: str
    kind: Said
    area: str
    state: str
    state_word: Said
    lamp: Lamp
    unit: Said
    officer: str
    round: int
    waits_for: str
    urgent: bool
    level: str
    received_day: date
    received_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class PartyView:
    """The citizen as staff see one: an alias, which channels exist, and what may be shown on asking."""

    alias: str
    channel: str
    lang: str
    phone: bool
    email: bool
    named: bool
    reachable: bool
    may_show: bool
    consent: bool
    surname: bool
    role: str = "writer"


@dataclass(frozen=True, slots=True)
class ReplyView:
    """One version of the reply with its way through signature and review."""

    n: int
    round: int
    type: str
    state: str
    body: str
    handling: str
    delivery: str
    result: Said
    drafted_at: datetime
    handler: str
    signer: str
    reviewer: str
    verdict: str
    reasons: tuple[Said, ...]
    comment: str
    promised: str
    translated: str
    files: tuple[FileView, ...] = ()


@dataclass(frozen=True, slots=True)
class LineView:
    """One line of the case's history, in words."""

    at: datetime
    by: str
    what: Said


@dataclass(frozen=True, slots=True)
class StaffCase:
    """A case as an officer reads it, with the moves open to this officer now."""

    row: Row
    case_id: str
    aim: Said
    aim_code: str
    target: Said
    place: str
    fields: tuple[tuple[Said, str], ...]
    party: PartyView
    thread: tuple[Spoken, ...]
    replies: tuple[ReplyView, ...]
    overlays: tuple[Mapping[str, Any], ...]
    assignments: tuple[Mapping[str, Any], ...]
    clocks: tuple[ClockView, ...]
    decision: Mapping[str, Any]
    moves: tuple[Move, ...]
    history: tuple[LineView, ...]
    held: tuple[tuple[Said, int], ...]
    """Holder and staffed seconds: whose time it was so far."""
    lead: str
    followers: tuple[str, ...]
    last_message: int
    back_to: str
    recorded_day: date | None
    """The day a clerk entered it, where it came in before; None for a letter entered as it came."""
    results: tuple[tuple[str, Said], ...]
