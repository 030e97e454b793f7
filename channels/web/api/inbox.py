"""An officer's operations on cases: lists, one case with its open moves, moves, notes, contact data."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import ConfigDict, Field

from channels.web.api.cursors import read_cursor, write_cursor
from channels.web.api.op import LARGEST, NO_SUCH_FIELD, Call, Given, Told, op
from channels.web.api.shapes import File, Moved, Rows, moved, row
from channels.web.api.staff_case import Opened, opened
from channels.web.forms import form
from channels.web.keys import ACTOR, GATES, office_of
from channels.web.public.attached import take
from hub import contact, drafting, reading, workbench
from hub.errors import Invalid, NotFound, Said
from hub.kinds import Kind
from hub.machines.registry import MACHINES
from hub.machines.views import BY_CODE
from hub.people import Actor
from hub.repeats import act_once
from hub.rulebook import Rulebook
from hub.storage import cases, lists, people
from hub.storage.tx import Tx
from hub.views import Row, StaffCase

FOUND = 50
NO_FILE = Said("请至少附上一个文件，并写上文件名。", "Please send at least one file, with its name.")
Colour = Literal["green", "amber", "red", "grey", "black"]


class Wanted(Given):
    """Which cases: a view, or a state; the rest narrows. `q` looks for words and finds at most fifty."""

    view: str = ""
    state: str = ""
    lamp: Colour | None = None
    kind: str = ""
    unit: str = ""
    q: str = Field("", max_length=200)
    cursor: str = Field("", max_length=400)
    limit: int = Field(50, ge=1, le=100)


class Paged(Given):
    """Where to go on, and how many."""

    cursor: str = Field("", max_length=400)
    limit: int = Field(50, ge=1, le=100)


class MoveGiven(Given):
    """The version on the caller's screen, and the fields of the move (GET /inbox/{number} gives their schema)."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True)
    version: int = Field(ge=1, le=LARGEST)


class NoteGiven(Given):
    """An internal note, never shown to the citizen."""

    text: str


class Laid(Told):
    """The files as they lie on the case."""

    files: list[File]


class ContactTold(Told):
    """How the citizen can be reached."""

    name: str
    phone: str
    email: str
    wish: str


@op(
    "GET",
    "/inbox",
    "Cases by view, state, lamp, kind, unit or words",
    who="officer",
    auth="bearer",
    query=Wanted,
    out=Rows,
)
async def inbox(call: Call[None, Wanted]) -> Rows:
    """By due date; closed ones newest first."""
    wanted = call.query
    if wanted.view and wanted.view not in BY_CODE:
        raise Invalid({"view": Said("没有这个列表。", "There is no such view.")})
    if wanted.state and not any(wanted.state in machine.states for machine in MACHINES.values()):
        raise Invalid({"state": Said("没有这个状态。", "There is no such state.")})
    if wanted.q.strip():
        return await _found(call)
    view = wanted.view or ("all" if wanted.state else "open")
    return await page_of(call, view, _asked(wanted), wanted.lamp)


@op(
    "GET",
    "/reviews",
    "Replies waiting for review",
    who=("reviewer", "supervisor"),
    auth="bearer",
    query=Paged,
    out=Rows,
)
async def reviews(call: Call[None, Paged]) -> Rows:
    """The review queue, by due date."""
    return await page_of(call, "to_review", {}, None)


@op(
    "GET",
    "/inbox/{number}",
    "One case with the moves open to the caller",
    who="officer",
    auth="bearer",
    out=Opened,
    faults=(409,),
)
async def read_case(call: Call[None, None]) -> Opened:
    """A case that does not exist for the caller answers like one that does not exist; 409 until they have read its
    reply again, where that waits for them."""
    office, actor = office_of(call.request), call.request[ACTOR]
    book = await office.book()
    case, kind = await office.store.read(_case, call.number, actor, book, office.clock())
    return opened(case, book, kind)


@op(
    "POST",
    "/inbox/{number}/moves/{move}",
    "Make a move",
    who="officer",
    auth="bearer",
    body=MoveGiven,
    out=Moved,
    keyed=True,
    faults=(409,),
)
async def make_move(call: Call[MoveGiven, None]) -> Moved:
    """Every move of the machine, overlays included; 409 when a colleague was first."""
    values = {k: v for k, v in (call.body.model_extra or {}).items() if v is not None}
    return await _act(call, call.request.match_info["move"], values, call.body.version)


@op(
    "POST",
    "/inbox/{number}/notes",
    "Add an internal note",
    who="officer",
    auth="bearer",
    status=201,
    body=NoteGiven,
    out=Moved,
    keyed=True,
    faults=(409,),
)
async def add_note(call: Call[NoteGiven, None]) -> Moved:
    """For colleagues; the version stays."""
    return await _act(call, "remark", {"text": call.body.text}, None)


@op(
    "POST",
    "/inbox/{number}/files",
    "Lay files on a case for the reply one writes",
    who="officer",
    auth="bearer",
    status=201,
    upload=True,
    out=Laid,
    faults=(409,),
)
async def lay_files(call: Call[None, None]) -> Laid:
    """Their places go with the move that writes the reply, as its `files`; all are taken or none.

    The same bytes once more keep their place. Nobody else sees them before a version names them.
    """
    actor, given, office = _counted(call), form(call.request), office_of(call.request)
    if wrong := {name: NO_SUCH_FIELD for name in given if name != "files"}:
        raise Invalid(wrong)
    files, refused = await take(call.request, given.getall("files", []))
    if refused is not None or not files:
        raise Invalid({"files": refused or NO_FILE})
    book, now = await office.book(), office.clock()
    places = await office.store.write(drafting.lay, call.number, tuple(files), actor, book, now)
    by_hash = dict(zip(dict.fromkeys(f.sha256 for f in files), places, strict=True))
    laid = {by_hash[f.sha256]: f for f in files}
    return Laid(files=[File(n=n, name=f.name, mime=f.mime, size=f.size) for n, f in laid.items()])


class ContactWanted(Given):
    """Why it is opened: a code of the checklist's group `contact`."""

    why: str = ""


@op(
    "POST",
    "/inbox/{number}/contact",
    "Show who wrote",
    who="officer",
    auth="bearer",
    query=ContactWanted,
    out=ContactTold,
    faults=(410, 422),
)
async def show_contact(call: Call[None, ContactWanted]) -> ContactTold:
    """Each showing is a line of the journal, with its reason."""
    actor = _counted(call)
    shown = await contact.show(office_of(call.request), call.number, actor, call.query.why)
    return ContactTold(name=shown.name, phone=shown.phone, email=shown.email, wish=shown.wish)


def _case(tx: Tx, number: str, actor: Actor, book: Rulebook, now: datetime) -> tuple[StaffCase, Kind]:
    case = reading.staff_case(tx, number, actor, book, now)
    stored = cases.get(tx, case.case_id)
    if stored is None:
        raise NotFound
    return case, book.kind(stored.kind, stored.kinds_edition)


async def page_of(call: Call[None, Any], view: str, asked: Mapping[str, Any], lamp: Colour | None) -> Rows:
    """One page of a view of the inbox."""
    app, office, actor = call.request.app, office_of(call.request), call.request[ACTOR]
    book, now, name = await office.book(), office.clock(), f"inbox {view}"
    cursor = lists.Cursor(*read_cursor(app, name, call.query.cursor, 2)) if call.query.cursor else None
    narrowed = {**asked, **_between(lamp, book, now)}
    rows, following, names = await office.store.read(
        _listed, actor, view, narrowed, book, now, call.query.limit, cursor
    )
    shown = [row(r, names) for r in rows if lamp is None or r.lamp.colour == lamp]
    return Rows(items=shown, next=write_cursor(app, name, following.at, following.after) if following else "")


def _listed(
    tx: Tx, actor: Actor, view: str, asked: Mapping[str, Any], book: Rulebook, now: datetime, limit: int,
    cursor: lists.Cursor | None,
) -> tuple[tuple[Row, ...], lists.Cursor | None, dict[str, str]]:  # fmt: skip
    rows, following = reading.inbox(tx, actor, view, asked, book, now, limit, cursor)
    return rows, following, people.names(tx, (r.officer for r in rows))


def _asked(wanted: Wanted) -> dict[str, Any]:
    asked: dict[str, Any] = {"kind": wanted.kind, "unit": wanted.unit}
    if wanted.state:
        asked["states"] = (wanted.state,)
        asked["machine"] = next(code for code, machine in MACHINES.items() if wanted.state in machine.states)
    return {name: value for name, value in asked.items() if value}


def _between(lamp: Colour | None, book: Rulebook, now: datetime) -> dict[str, Any]:
    """The due moments a lamp can stand for, so that few rows are read in vain; the lamp itself decides."""
    calendar = book.calendar
    soon = calendar.midnight_after(calendar.next_workday(calendar.day_of(now))) + timedelta(seconds=1)
    bounds: dict[str, dict[str, Any]] = {
        "red": {"due_before": now},
        "amber": {"due_from": now, "due_before": soon},
        "green": {"due_from": now},
    }
    return bounds.get(lamp or "", {})


async def _found(call: Call[None, Wanted]) -> Rows:
    """Cases of every state that hold the words or have the number; no further pages."""
    office, actor, wanted = office_of(call.request), call.request[ACTOR], call.query
    book, now = await office.book(), office.clock()
    asked = {name: value for name, value in _asked(wanted).items() if name != "machine"}
    rows, names = await office.store.read(
        _matching, search_engine(office.store.health().engine), wanted.q, actor, asked, book, now
    )
    shown = [row(r, names) for r in rows if wanted.lamp is None or r.lamp.colour == wanted.lamp]
    return Rows(items=shown[: wanted.limit], next="")


def _matching(
    tx: Tx, engine: str, words: str, actor: Actor, asked: Mapping[str, Any], book: Rulebook, now: datetime
) -> tuple[tuple[Row, ...], dict[str, str]]:
    rows = workbench.found(tx, engine, words, actor, asked, book, now, FOUND)
    return rows, people.names(tx, (r.officer for r in rows))


def search_engine(engine: str) -> str:
    """The search's own name of the store's engine."""
    return "sqlite" if engine == "sqlite" else "postgres"


def _counted(call: Call[Any, Any]) -> Actor:
    actor: Actor = call.request[ACTOR]
    call.request.app[GATES].take(call.request.app[GATES].moves, actor.person)
    return actor


async def _act(call: Call[Any, None], move: str, values: dict[str, Any], seen: int | None) -> Moved:
    actor = _counted(call)
    return moved(await act_once(office_of(call.request), call.key, call.number, move, values, actor, seen))


OPS = (inbox, reviews, read_case, make_move, add_note, lay_files, show_contact)
