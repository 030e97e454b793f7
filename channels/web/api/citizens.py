"""A citizen's operations: file a letter, read it by its code, add, rate, ask to reopen, withdraw."""

import secrets
from datetime import datetime
from typing import Any, Literal

from aiohttp import web
from pydantic import Field

from channels.web import metrics
from channels.web.address import client_address
from channels.web.api.op import Call, Given, Told, op
from channels.web.api.shapes import Letter, Moved, letter, moved
from channels.web.keys import GATES, office_of
from channels.web.limits import prefix
from channels.web.session import citizen_of, current_actor
from hub.errors import Forbidden, Invalid
from hub.own import own_letter
from hub.people import citizen
from hub.repeats import act_once
from hub.submission import BAD_OUTSIDE_DUE, MOST_BODY, MOST_TITLE, Contact, Submission, read_outside_due
from hub.views import CitizenView


def most(length: int) -> Any:
    """A length that the document tells and the hub itself checks, in its own words."""
    return {"maxLength": length}


OUTSIDE = (
    "Only with the token of a clerk, intake, dispatcher or supervisor: the due date that somebody outside set, on an "
    "order of the city's hotline, as a day (2026-03-05, the last in time) or a moment (2026-03-05T18:00)."
)
MAY_SET_DUE = ("clerk", "intake", "dispatcher", "supervisor")


class ContactGiven(Given):
    """How the citizen can be reached; every part may be left out."""

    name: str = Field("", json_schema_extra=most(40))
    phone: str = Field("", json_schema_extra=most(30))
    email: str = Field("", json_schema_extra=most(254))
    wish: str = Field("", json_schema_extra=most(40), description="How and when they like to be reached.")


class NewCase(Given):
    """A letter; `fields` are the answers to the questions of its kind (GET /kinds)."""

    kind: str
    title: str = Field("", json_schema_extra=most(MOST_TITLE))
    body: str = Field(json_schema_extra=most(MOST_BODY))
    aim: Literal["matter", "service", "misconduct"] | None = None
    place: str = Field("", json_schema_extra=most(120))
    target: str = ""
    contact: ContactGiven = ContactGiven()
    fields: dict[str, str] = {}
    publish_consent: bool = False
    show_surname: bool = False
    anonymous: bool = False
    urgent: bool = False
    lang: Literal["zh", "en"] = "zh"
    outside_due: str = Field("", json_schema_extra=most(40), description=OUTSIDE)


class Receipt(Told):
    """All that a citizen needs to come back: number and query code."""

    number: str
    query_code: str
    state: str
    due: datetime | None


class MessageGiven(Given):
    """What the citizen adds."""

    text: str


class Rating(Given):
    """How satisfied the citizen is."""

    score: int = Field(ge=1, le=5)
    solved: Literal["yes", "partly", "no"]
    comment: str = ""


class Outcome(Given):
    """What the citizen says when asked whether it was done; `about` is the question's `n`, the newest if left out."""

    done: Literal["yes", "partly", "no"]
    comment: str = ""
    about: int | None = Field(default=None, ge=1)


class ReasonGiven(Given):
    """Why."""

    reason: str


class Withdrawal(Given):
    """Why the letter is taken back; may be left out."""

    reason: str = ""


@op("POST", "/cases", "File a letter", status=201, body=NewCase, out=Receipt, keyed=True, faults=(401, 403))
async def file_letter(call: Call[NewCase, None]) -> Receipt:
    """Durable when this answers; the same key and content is the same receipt."""
    request, given, office = call.request, call.body, office_of(call.request)
    request.app[GATES].take(request.app[GATES].letters, prefix(client_address(request)))
    received = await office.receive(
        Submission(
            key=call.key or secrets.token_urlsafe(24),
            channel="api",
            kind=given.kind,
            title=given.title,
            body=given.body,
            aim=given.aim,
            place=given.place,
            target=given.target,
            fields=given.fields,
            contact=Contact(**given.contact.model_dump()),
            anonymous=given.anonymous,
            publish_consent=given.publish_consent,
            show_surname=given.show_surname,
            urgent=given.urgent,
            lang=given.lang,
            outside_due=await _outside_due(call),
        )
    )
    if not received.repeated:
        metrics.letter_received("api")
    code = office.code(received.case_id)
    return Receipt(number=received.number, query_code=code, state=received.state, due=received.due)


async def _outside_due(call: Call[NewCase, None]) -> datetime | None:
    """The outside due date of a letter that an officer files; raises NotSignedIn, Forbidden, Invalid."""
    if not call.body.outside_due:
        return None
    actor, office = await current_actor(call.request), office_of(call.request)
    if not any(actor.has(role) for role in MAY_SET_DUE):
        raise Forbidden
    try:
        return read_outside_due(call.body.outside_due.strip(), office.clock(), (await office.book()).calendar)
    except (ValueError, OverflowError):
        raise Invalid({"outside_due": BAD_OUTSIDE_DUE}) from None


@op("GET", "/cases/{number}", "Read one's own letter", who="citizen", auth="query", out=Letter)
async def read_letter(call: Call[None, None]) -> Letter:
    """The letter as its citizen sees it."""
    return letter(await _own(call.request))


@op(
    "POST",
    "/cases/{number}/messages",
    "Add to one's letter",
    who="citizen",
    auth="query",
    status=201,
    body=MessageGiven,
    out=Moved,
    keyed=True,
    faults=(409,),
)
async def add_message(call: Call[MessageGiven, None]) -> Moved:
    """A supplement, or the answer to what was asked; the case goes on where it waited for it."""
    view = await _own(call.request)
    return await _move(call, "supply" if "supply" in view.moves else "add", {"text": call.body.text})


@op(
    "POST",
    "/cases/{number}/rating",
    "Rate the answer",
    who="citizen",
    auth="query",
    body=Rating,
    out=Moved,
    faults=(409,),
)
async def rate(call: Call[Rating, None]) -> Moved:
    """Changeable until the window ends."""
    return await _move(call, "rate", call.body.model_dump())


@op(
    "POST",
    "/cases/{number}/outcome",
    "Say whether it was done",
    who="citizen",
    auth="query",
    body=Outcome,
    out=Moved,
    faults=(409,),
)
async def tell_done(call: Call[Outcome, None]) -> Moved:
    """The answer to an open question (`asked` of the letter), once."""
    return await _move(call, "tell_done", call.body.model_dump(exclude_none=True))


@op(
    "POST",
    "/cases/{number}/reopen",
    "Ask for another handling",
    who="citizen",
    auth="query",
    body=ReasonGiven,
    out=Moved,
    keyed=True,
    faults=(409,),
)
async def reopen(call: Call[ReasonGiven, None]) -> Moved:
    """A request, once; the supervision office decides."""
    return await _move(call, "reopen", {"reason": call.body.reason})


@op(
    "POST",
    "/cases/{number}/withdraw",
    "Take the letter back",
    who="citizen",
    auth="query",
    body=Withdrawal,
    out=Moved,
    keyed=True,
    bare=True,
    faults=(409,),
)
async def withdraw(call: Call[Withdrawal, None]) -> Moved:
    """Possible until it is answered."""
    return await _move(call, "withdraw", {"reason": call.body.reason})


async def _own(request: web.Request) -> CitizenView:
    """The citizen's view of the letter whose code was given; raises NotFound."""
    office, (case_id, party) = office_of(request), citizen_of(request)
    book = await office.book()
    return await office.store.read(own_letter, case_id, party, book, office.clock(), room="public")


async def _move(call: Call[Any, None], move: str, values: dict[str, Any]) -> Moved:
    request, (case_id, party) = call.request, citizen_of(call.request)
    request.app[GATES].take(request.app[GATES].messages, case_id)
    case = await act_once(office_of(request), call.key, call.number, move, values, citizen(case_id, party))
    return moved(case)


OPS = (file_letter, read_letter, add_message, rate, tell_done, reopen, withdraw)
