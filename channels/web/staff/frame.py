"""What every page of the office stands in: who looks, in which language, by which rules, and the way on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web

from channels import talks
from channels.texts.catalog import N_, Lang
from channels.texts.catalog import said as say
from channels.web.forms import form_page
from channels.web.keys import GATES, TABLE, office_of
from channels.web.render import view_of
from channels.web.session import current_actor
from hub.errors import Refusal, Said
from hub.machines.letter_outcome import CALLERS
from hub.machines.views import BY_CODE
from hub.office import Office
from hub.people import Actor
from hub.quarantine import MAY
from hub.rulebook import Rulebook
from hub.sight import sight
from hub.storage import lists
from hub.storage import talks as stored_talks
from hub.storage.tx import Tx
from hub.thread import unit_name
from supervision import recommendations
from supervision.bulletins import releasing

DISPATCH = ("dispatcher", "intake", "supervisor")
REVIEWS = ("reviewer", "supervisor")
CALLS = CALLERS
ASSIGN = ("handler", "signer")
PUBLICATION = ("publisher", "supervisor")
BOARD = ("supervisor", "leader", "reviewer", "dispatcher", "signer", "handler")
COUNTER = ("clerk", "intake")
CHANNELS = MAY
BULLETINS = BOARD
TOPICS = ("supervisor", "leader", "dispatcher")
MERGE = ("dispatcher", "supervisor")
TALKS = talks.MAY

PLACES: tuple[tuple[str, str, str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("inbox", "/staff/inbox", N_("收件箱"), (), ()),
    ("new", "/staff/letters/new", N_("代录"), COUNTER, ()),
    ("assign", "/staff/assign", N_("分派"), ASSIGN, ()),
    ("dispatch", "/staff/dispatch", N_("派单"), DISPATCH, ("to_accept", "to_dispatch", "contested")),
    ("talks", "/staff/talks", N_("对话"), TALKS, ()),
    ("reviews", "/staff/reviews", N_("审核"), REVIEWS, ("to_review",)),
    ("readings", "/staff/readings", N_("审读"), REVIEWS, ()),
    ("calls", "/staff/calls", N_("回访"), CALLS, ("calls",)),
    ("publication", "/staff/publication", N_("公开审查"), PUBLICATION, ("to_publish",)),
    ("board", "/staff/board", N_("看板"), BOARD, ()),
    ("bulletins", "/staff/bulletins", N_("通报"), BULLETINS, ()),
    ("contact_log", "/staff/contact-log", N_("查看记录"), ("supervisor",), ()),
    ("channels", "/staff/channels", N_("渠道"), CHANNELS, ()),
    ("topics", "/staff/topics", N_("热点"), TOPICS, ()),
    ("admin", "/staff/admin", N_("管理"), ("admin",), ()),
    ("absence", "/staff/absence", N_("外出"), (), ()),
)
"""Code, address, name, the roles it is for (none: everybody), and the views whose cases are counted beside it."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One request of one officer: everything a page asks for."""

    request: web.Request
    actor: Actor
    office: Office
    book: Rulebook
    now: datetime
    lang: Lang

    def word(self, said: Said) -> str:
        """One sentence of the hub in the officer's language."""
        return said.zh if self.lang == "zh" else said.en

    def say(self, message: str, **values: object) -> str:
        """One sentence of the pages in the officer's language."""
        return say(self.lang, message, **values)

    def unit(self, code: str) -> str:
        """The name of a unit, empty where there is none."""
        return self.word(unit_name(code, self.book))


async def sit(request: web.Request) -> Desk:
    """The desk of whoever makes this request; raises NotSignedIn."""
    actor, office = await current_actor(request), office_of(request)
    return Desk(request, actor, office, await office.book(), office.clock(), view_of(request).lang)


def hurry(desk: Desk) -> None:
    """Count one change against the officer's limit; raises TooMany."""
    gates = desk.request.app[GATES]
    gates.take(gates.moves, desk.actor.id)


async def show(desk: Desk, template: str, *, status: int = 200, **values: Any) -> web.Response:
    """A page of the office with its navigation."""
    counted = await desk.office.store.read(waiting, desk.actor, desk.book, desk.now)
    known = {route.path for route in desk.request.app[TABLE]}
    nav = [
        (code, href, desk.say(label), counted.get(code) or None)
        for code, href, label, roles, _ in PLACES
        if href in known and (not roles or any(desk.actor.has(role) for role in roles))
    ]
    officer = {"name": desk.actor.name, "unit": desk.unit(desk.actor.home)}
    values = {"keys": [], **values}
    return form_page(desk.request, f"staff/{template}", status=status, nav=nav, officer=officer, **values)


def waiting(tx: Tx, actor: Actor, book: Rulebook, now: datetime) -> dict[str, int]:
    """How many cases, citizens in talks, bulletins and recommendations wait behind each entry of the navigation."""
    eye = sight(actor, book.directory)
    counted = {}
    for code, _, _, roles, views in PLACES:
        if views and any(actor.has(role) for role in roles):
            counted[code] = sum(lists.count(tx, eye, wanted(view)) for view in views if _mine(actor, view))
    counted["bulletins"] = releasing.waiting(tx, actor) + recommendations.waiting(tx, actor, book, now)
    if talks.may(actor, book):
        counted["talks"] = stored_talks.waiting(tx)
    return counted


def wanted(view: str) -> dict[str, Any]:
    """What a view of the inbox asks of a list."""
    chosen = BY_CODE[view]
    if chosen.records:
        return {"machine": chosen.machine, "records": chosen.records}
    return {"machine": chosen.machine, "states": chosen.states, "open": not chosen.closed, "alone": True}


def _mine(actor: Actor, view: str) -> bool:
    return any(actor.has(role) for role in BY_CODE[view].roles)


def texts(fields: Mapping[str, Any], name: str) -> str:
    """One posted text without the blanks around it; empty where it is missing or a file."""
    value = fields.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def status_of(fault: Refusal) -> int:
    """The status with which a refusal comes back inside its page."""
    return {"invalid": 422, "forbidden": 403, "not_found": 404}.get(fault.code, 409)
