"""What everybody may read: published letters, units, kinds, and the document itself."""

from datetime import date, datetime
from typing import Any

from pydantic import Field

from channels.web.api.cursors import read_cursor, write_cursor
from channels.web.api.inbox import search_engine
from channels.web.api.moves import MoveTold, schema_of
from channels.web.api.op import Call, Given, Told, op
from channels.web.api.shapes import Name, name
from channels.web.keys import office_of
from channels.web.public.files import public_href
from hub import results
from hub.kinds import FormField, Kind
from hub.machines.registry import MACHINES
from hub.results import Published, Resting, Wish
from hub.rulebook import Rulebook


class ResultsWanted(Given):
    """Which published letters; days like 2026-01-31."""

    q: str = Field("", max_length=200)
    unit: str = ""
    kind: str = ""
    since: date | None = Field(None, alias="from")
    until: date | None = Field(None, alias="to")
    cursor: str = Field("", max_length=400)
    limit: int = Field(20, ge=1, le=100)


class PublicFileTold(Told):
    """A file that the publisher let go public with the reply, and its address on this site."""

    href: str
    mime: str
    size: int


class ResultTold(Told):
    """A published letter, masked; `state` is live, resting (answered anew) or removed, the latter two without words."""

    number: str
    state: str
    title: str = ""
    body: str = ""
    reply: str = ""
    surname: str = ""
    kind: Name | None = None
    unit: Name | None = None
    result: Name | None = None
    received_day: str = ""
    answered_day: str = ""
    workdays: int = 0
    allowed: int = 0
    rounds: int = 0
    score: int = 0
    solved: str = ""
    published_at: datetime | None = None
    corrected_at: datetime | None = None
    removed_at: datetime | None = None
    files: list[PublicFileTold] = []


class Results(Told):
    """One page, newest first."""

    items: list[ResultTold]
    next: str


class UnitTold(Told):
    """One unit of the district's tree."""

    code: str
    name: Name
    type: str
    parent: str | None
    active: bool


class Units(Told):
    """The whole tree."""

    items: list[UnitTold]


class Option(Told):
    """One value of a choice."""

    code: str
    name: Name


class FieldTold(Told):
    """One question of a kind's form."""

    name: str
    label: Name
    type: str
    required: bool
    most: int
    options: list[Option]


class MachineMove(MoveTold):
    """A move of the kind's machine and the roles that make it."""

    who: list[str]


class KindTold(Told):
    """A kind of matter: what its form asks, how it may end, and its machine's moves."""

    code: str
    name: Name
    about: Name
    aims: list[str]
    anonymous_allowed: bool
    publishable: bool
    machine: str
    fields: list[FieldTold]
    results: list[Option]
    moves: list[MachineMove]


class Kinds(Told):
    """All kinds in force."""

    items: list[KindTold]


@op("GET", "/results", "Published letters", query=ResultsWanted, out=Results)
async def listed(call: Call[None, ResultsWanted]) -> Results:
    """Newest first; `q` finds those that hold all its words."""
    office, asked, app = office_of(call.request), call.query, call.request.app
    book, engine = await office.book(), search_engine(office.store.health().engine)
    older = read_cursor(app, "results", asked.cursor, 1)[0] if asked.cursor else ""
    since, until = (day.isoformat() if day else "" for day in (asked.since, asked.until))
    wish = Wish(asked.q, asked.unit, asked.kind, since, until, older=older)
    found = await office.store.read(results.found, engine, wish, book, asked.limit, room="public")
    following = write_cursor(app, "results", found.older) if found.older else ""
    return Results(items=[_told(page) for page in found.rows], next=following)


@op("GET", "/results/{number}", "One published letter", out=ResultTold)
async def one(call: Call[None, None]) -> ResultTold:
    """What was public and rests or was taken down says so, without a word of it."""
    office = office_of(call.request)
    return _told(await office.store.read(results.one, call.number, await office.book(), room="public"))


@op("GET", "/units", "The district's units", out=Units)
async def units(call: Call[None, None]) -> Units:
    """In the order of the tree."""
    book = await office_of(call.request).book()
    return Units(
        items=[
            UnitTold(code=u.code, name=Name(zh=u.zh, en=u.en), type=u.type, parent=u.parent, active=u.active)
            for u in book.directory.units.values()
        ]
    )


@op("GET", "/kinds", "The kinds of matter with their forms and moves", out=Kinds)
async def kinds(call: Call[None, None]) -> Kinds:
    """What a form must ask, and what a case of the kind can go through."""
    book = await office_of(call.request).book()
    return Kinds(items=[_kind(kind, book) for kind in book.kinds.values()])


def _told(page: Published | Resting) -> ResultTold:
    if isinstance(page, Resting):
        return ResultTold(number=page.number, state="removed" if page.gone else "resting", removed_at=page.removed_at)
    plain: dict[str, Any] = {
        key: getattr(page, key)
        for key in ResultTold.model_fields
        if key not in ("state", "kind", "unit", "result", "removed_at", "files")
    }
    files = [PublicFileTold(href=public_href(page.number, f.n), mime=f.mime, size=f.size) for f in page.files]
    names = {"kind": name(page.kind), "unit": name(page.unit), "result": name(page.result)}
    return ResultTold(**plain, **names, state="live", files=files)


def _kind(kind: Kind, book: Rulebook) -> KindTold:
    moves = MACHINES[kind.machine].moves.values()
    return KindTold(
        code=kind.code,
        name=Name(zh=kind.zh, en=kind.en),
        about=Name(zh=kind.about_zh, en=kind.about_en),
        aims=list(kind.aims),
        anonymous_allowed=kind.anonymous_allowed,
        publishable=kind.publishable,
        machine=kind.machine,
        fields=[_field(f) for f in kind.fields],
        results=[Option(code=r.code, name=Name(zh=r.zh, en=r.en)) for r in kind.results],
        moves=[
            MachineMove(code=m.code, name=Name(zh=m.zh, en=m.en), fields=schema_of(m, book, kind), who=list(m.who))
            for m in moves
        ],
    )


def _field(field: FormField) -> FieldTold:
    return FieldTold(
        name=field.name,
        label=Name(zh=field.zh, en=field.en),
        type=field.type,
        required=field.required,
        most=field.most,
        options=[Option(code=code, name=Name(zh=zh, en=en)) for code, zh, en in field.options],
    )


OPS = (listed, one, units, kinds)
