"""What the API tells of cases, field by field, made from the views that pages show too."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from channels.web.api.op import Told
from channels.web.daycount import reason
from hub.case import Case
from hub.daylines import DayLine
from hub.errors import Said
from hub.views import CitizenView, ClockView, FileView, ReplyView, Row, Spoken


class Name(Told):
    """A name in both languages."""

    zh: str
    en: str


class File(Told):
    """A file on a message."""

    n: int
    name: str
    mime: str
    size: int


class Message(Told):
    """One message of the thread; `who` is citizen, office, note or system."""

    n: int
    at: datetime
    who: str
    by: Name
    kind: str
    body: str
    files: list[File]


class Moved(Told):
    """A case after a move."""

    number: str
    state: str
    version: int


class DayTold(Told):
    """One local day of a count: whether it counted, the how-manieth it is (or seconds so far), and why."""

    day: date
    counted: bool
    count: int
    seconds: int
    why: Name
    provisional: bool


class StepTold(Told):
    """What happened to a clock: start, pause, resume, extend, restart, recalc, met, stop, breached."""

    at: datetime
    what: str
    said: Name


class ClockTold(Told):
    """One clock: its limit and legal basis, when it ends, what happened to it, and how the date was counted."""

    name: str
    round: int
    phase: str
    limit: str
    source: str
    limit_said: Name
    basis: Name
    due: datetime | None
    day: date | None
    provisional: bool
    late: bool
    breached: bool
    breached_by: Name
    steps: list[StepTold]
    days: list[DayTold]


class AskedTold(Told):
    """An open question whether it was done; `promised` is the day that the answer named, null for the limit's end."""

    n: int
    promised: date | None


class Letter(Told):
    """A case as its citizen reads it."""

    number: str
    kind: Name
    title: str
    word: str
    state: str
    says: Name
    unit: Name
    because: Name
    received_at: datetime
    next_day: date | None
    provisional: bool
    late_days: int
    main: ClockTold | None
    messages: list[Message]
    moves: list[str]
    score: int
    solved: str
    rate_until: date | None
    answered_at: datetime | None
    published: str
    result: Name
    version: int
    asked: AskedTold | None


class LampTold(Told):
    """How a case stands with its limit: `left` in working days, `staffed` in seconds of office time; negative: late."""

    colour: str
    left: int | None
    day: date | None
    provisional: bool
    staffed: int | None


class RowTold(Told):
    """One line of a list of cases."""

    number: str
    title: str
    kind: Name
    area: str
    state: str
    state_word: Name
    lamp: LampTold
    unit: Name
    officer: str
    round: int
    waits_for: str
    urgent: bool
    level: str
    received_day: date
    received_at: datetime | None
    version: int


class Rows(Told):
    """One page of a list; `next` is the cursor of the following one, empty on the last. A page may hold fewer."""

    items: list[RowTold]
    next: str


class ReplyTold(Told):
    """One version of the reply on its way through signature and review."""

    n: int
    round: int
    type: str
    state: str
    body: str
    handling: str
    delivery: str
    result: Name
    drafted_at: datetime
    handler: str
    signer: str
    reviewer: str
    verdict: str
    reasons: list[Name]
    comment: str
    promised: str
    translated: str
    files: list[File]


def name(said: Said) -> Name:
    """Both languages of a name."""
    return Name(zh=said.zh, en=said.en)


def moved(case: Case) -> Moved:
    """What a caller needs for the next move."""
    return Moved(number=case.number, state=case.state, version=case.version)


def message(m: Spoken) -> Message:
    """One message."""
    files = [file(f) for f in m.files]
    return Message(n=m.n, at=m.at, who=m.who, by=name(m.by), kind=m.kind, body=m.body, files=files)


def file(f: FileView) -> File:
    """A file by its place, neutral name, type and size."""
    return File(n=f.n, name=f.name, mime=f.mime, size=f.size)


def letter(view: CitizenView) -> Letter:
    """The citizen's view."""
    return Letter(
        number=view.number,
        kind=name(view.kind),
        title=view.title,
        word=view.word,
        state=view.state,
        says=name(view.says),
        unit=name(view.unit),
        because=name(view.because),
        received_at=view.received_at,
        next_day=view.next_day,
        provisional=view.provisional,
        late_days=view.late_days,
        main=clock(view.main) if view.main else None,
        messages=[message(m) for m in view.thread],
        moves=list(view.moves),
        score=view.score,
        solved=view.solved,
        rate_until=view.rate_until,
        answered_at=view.answered_at,
        published=view.published,
        result=name(view.result),
        version=view.version,
        asked=AskedTold(n=view.asked.n, promised=view.asked.promised) if view.asked else None,
    )


def row(r: Row, names: Mapping[str, str]) -> RowTold:
    """One line; `names` turns the officer's id into a name."""
    shown = LampTold(
        colour=r.lamp.colour,
        left=r.lamp.left,
        day=r.lamp.day,
        provisional=r.lamp.provisional,
        staffed=r.lamp.staffed,
    )
    return RowTold(
        number=r.number,
        title=r.title,
        kind=name(r.kind),
        area=r.area,
        state=r.state,
        state_word=name(r.state_word),
        lamp=shown,
        unit=name(r.unit),
        officer=names.get(r.officer, ""),
        round=r.round,
        waits_for=r.waits_for,
        urgent=r.urgent,
        level=r.level,
        received_day=r.received_day,
        received_at=r.received_at,
        version=r.version,
    )


def clock(c: ClockView) -> ClockTold:
    """A clock with its reckoning: the same steps and days that pages show."""
    return ClockTold(
        name=c.name,
        round=c.round,
        phase=c.phase,
        limit=c.limit.zh,
        source=c.source.zh,
        limit_said=name(c.limit),
        basis=name(c.source),
        due=c.due,
        day=c.day,
        provisional=c.provisional,
        late=c.late,
        breached=c.breached,
        breached_by=name(c.breached_by),
        steps=[StepTold(at=s.at, what=s.what, said=name(s.said)) for s in c.steps],
        days=[_day(line) for line in c.lines],
    )


def _day(line: DayLine) -> DayTold:
    return DayTold(
        day=line.day,
        counted=line.counted,
        count=line.count,
        seconds=line.seconds,
        why=Name(zh=line.why, en=reason(line.why, "en")),
        provisional=line.provisional,
    )


def reply(r: ReplyView) -> ReplyTold:
    """A version of the reply."""
    made = {"result": name(r.result), "reasons": list(map(name, r.reasons)), "files": list(map(file, r.files))}
    plain: dict[str, Any] = {key: getattr(r, key) for key in ReplyTold.model_fields if key not in made}
    return ReplyTold(**plain, **made)
