"""A whole case as the API tells it to an officer."""

from datetime import datetime
from typing import Any

from channels.web.api.moves import MoveTold, move_told
from channels.web.api.op import Told
from channels.web.api.shapes import ClockTold, Message, Name, ReplyTold, RowTold, clock, message, name, reply, row
from hub.kinds import Kind
from hub.rulebook import Rulebook
from hub.views import StaffCase


class PartyTold(Told):
    """The citizen as staff see one: an alias and which channels exist; never name or number."""

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


class OverlayTold(Told):
    """A record on the case that is not a state."""

    n: int
    kind: str
    state: str
    at: datetime
    by: str
    due: datetime | None
    decided_at: datetime | None
    decided_by: str
    unit: str
    data: dict[str, Any]


class AssignmentTold(Told):
    """Which unit had the case, since when, why."""

    unit: Name
    since: datetime
    until: datetime | None
    why: str


class HeldTold(Told):
    """Whose time it was so far, in staffed seconds; the parts add up to the whole."""

    holder: Name
    seconds: int


class LineTold(Told):
    """One line of the history."""

    at: datetime
    by: str
    what: Name


class Answer(Told):
    """The answer to one question of the kind's form."""

    question: Name
    answer: str


class Opened(Told):
    """One case with everything on it, `version`, and the moves open to the caller."""

    case: RowTold
    version: int
    aim: str
    target: Name
    place: str
    fields: list[Answer]
    party: PartyTold
    messages: list[Message]
    replies: list[ReplyTold]
    overlays: list[OverlayTold]
    assignments: list[AssignmentTold]
    clocks: list[ClockTold]
    held: list[HeldTold]
    decision: dict[str, Any]
    moves: list[MoveTold]
    history: list[LineTold]
    lead: str
    followers: list[str]
    last_message: int


def opened(case: StaffCase, book: Rulebook, kind: Kind) -> Opened:
    """The case field by field."""
    party = PartyTold(**{key: getattr(case.party, key) for key in PartyTold.model_fields})
    return Opened(
        case=row(case.row, {case.row.officer: case.row.officer}),
        version=case.row.version,
        aim=case.aim_code,
        target=name(case.target),
        place=case.place,
        fields=[Answer(question=name(asked), answer=given) for asked, given in case.fields],
        party=party,
        messages=[message(m) for m in case.thread],
        replies=[reply(r) for r in case.replies],
        overlays=[OverlayTold(**{**overlay, "data": dict(overlay["data"])}) for overlay in case.overlays],
        assignments=[
            AssignmentTold(unit=name(a["unit"]), since=a["since"], until=a["until"], why=a["why"])
            for a in case.assignments
        ],
        clocks=[clock(c) for c in case.clocks],
        held=[HeldTold(holder=name(who), seconds=seconds) for who, seconds in case.held],
        decision=dict(case.decision),
        moves=[move_told(move, book, kind) for move in case.moves],
        history=[LineTold(at=line.at, by=line.by, what=name(line.what)) for line in case.history],
        lead=case.lead,
        followers=list(case.followers),
        last_message=case.last_message,
    )
