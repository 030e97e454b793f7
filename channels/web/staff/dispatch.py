"""The dispatcher's page: each waiting letter with ranked suggestions, one press to send it, and objections."""

from typing import Any

from aiohttp import web

from channels.texts.catalog import N_
from channels.web.forms import form, query
from channels.web.staff import fields, moves, parts
from channels.web.staff.frame import DISPATCH, Desk, hurry, show, sit, status_of, texts
from channels.web.staff.suggested import CAUSE, causes, must_say_why, picks
from channels.web.staff.why import decision_of, whole
from hub import workbench
from hub.errors import Invalid, NotFound, Refusal, Said
from hub.machines.guards import SECOND_OBJECTION, SUPERVISOR_DESIGNATES
from hub.machines.registry import MACHINES
from hub.workbench import Waiting
from routing.duplicates import like_each

VIEWS = ("contested", "to_dispatch", "to_accept")
LETTER = MACHINES["letter"].moves


async def show_dispatch(request: web.Request) -> web.StreamResponse:
    """Everything that waits for the reception desk."""
    return await _render(await sit(request))


async def send(request: web.Request) -> web.StreamResponse:
    """Accept where that is still open, then dispatch (or designate) to the unit that was picked or written."""
    desk, number = await sit(request), request.match_info["number"]
    hurry(desk)
    given = form(request)
    unit = fields.unit_code(texts(given, "pick") or texts(given, "unit"), desk.book.directory)
    version = moves.whole(given, "version")
    written = {name: texts(given, name) for name in ("reason", "grade", CAUSE)}
    try:
        await _send(desk, number, {"unit": unit, **written}, version)
    except NotFound:
        raise
    except Refusal as fault:
        return await _render(desk, number, fault, {"unit": unit, **written})
    raise web.HTTPSeeOther(f"/staff/dispatch?done=dispatch&number={number}")


async def _send(desk: Desk, number: str, written: dict[str, str], version: int) -> None:
    await must_say_why(desk, number, "dispatch", written)
    look = await desk.office.store.read(workbench.look, number, desk.actor, desk.book, desk.now)
    open_now = {m.code for m in look.case.moves}
    if "accept" in open_now:
        asked = moves.Posted(LETTER["accept"], {}, version, 0, 0)
        await moves.attempt(desk, number, asked)
        version += 1
        look = await desk.office.store.read(workbench.look, number, desk.actor, desk.book, desk.now)
        open_now = {m.code for m in look.case.moves}
    code = next((c for c in ("dispatch", "designate", "redispatch") if c in open_now), "dispatch")
    values = {name: value for name, value in written.items() if value}
    await moves.attempt(desk, number, moves.Posted(LETTER[code], values, version, 0, 0))


async def decide(request: web.Request) -> web.StreamResponse:
    """Uphold or overrule an objection."""
    desk, number, code = await sit(request), request.match_info["number"], request.match_info["move"]
    if code not in ("uphold", "overrule"):
        raise NotFound
    hurry(desk)
    given = form(request)
    asked = moves.posted(code, given, desk)
    try:
        await moves.attempt(desk, number, asked)
    except NotFound:
        raise
    except Refusal as fault:
        return await _render(desk, number, fault, {f"{code}-reason": str(asked.values.get("reason", ""))})
    raise web.HTTPSeeOther(f"/staff/dispatch?done={code}&number={number}")


# ---- the page --------------------------------------------------------------------------------------------------------


async def _render(
    desk: Desk, number: str = "", fault: Refusal | None = None, given: dict[str, str] | None = None
) -> web.Response:
    views = VIEWS if any(desk.actor.has(r) for r in DISPATCH) else ()
    found = await desk.office.store.read(workbench.to_dispatch, desk.actor, views, desk.book, desk.now)
    numbers = tuple(w.row.number for w in found)
    alike = await desk.office.store.read(like_each, numbers, desk.actor, desk.book, desk.now, room="heavy")
    cards = [_card(desk, w, number, fault, given or {}) for w in found]
    for card in cards:
        card["alike"] = [parts.alike(desk, a) for a in alike.get(card["number"], ())]
    gone = fault is not None and all(c["number"] != number for c in cards)
    done, done_number = query(desk.request).get("done", ""), query(desk.request).get("number", "")
    word = parts.move_word(desk, done) if done else ""
    return await show(
        desk,
        "dispatch.html",
        status=status_of(fault) if fault else 200,
        objections=[c for c in cards if c["contested"]],
        letters=sorted((c for c in cards if not c["contested"]), key=lambda c: c["asked"] is None),
        units=fields.units_of(desk.book.directory, desk.lang),
        gone=f"{number}：{desk.word(fault.said)}" if fault and gone else "",
        done=f"{done_number} {desk.say(N_('已完成：%(move)s'), move=word)}" if word and word != done else "",
        keys=[("1–4", desk.say(N_("派给第几个建议单位")))],
    )


def _card(desk: Desk, waiting: Waiting, number: str, fault: Refusal | None, given: dict[str, str]) -> dict[str, Any]:
    mine = waiting.row.number == number and fault is not None
    said = _sentences(desk, fault) if mine and fault else []
    sendable = any(c in waiting.moves for c in ("accept", "dispatch", "designate"))
    return {
        **parts.inbox_row(desk, waiting.row),
        "version": waiting.row.version,
        "body": waiting.body,
        "place": waiting.place,
        "picks": picks(desk, waiting) if sendable else [],
        "asked": _asked(desk, fault if mine else None, given),
        "sendable": sendable,
        "accepts": "accept" in waiting.moves,
        "reason_needed": "dispatch" not in waiting.moves and "accept" not in waiting.moves,
        "returns": waiting.returns,
        "third": None if sendable or waiting.returns < SECOND_OBJECTION else SUPERVISOR_DESIGNATES,
        "contested": "uphold" in waiting.moves,
        "objection": waiting.objection,
        "wish": desk.unit(waiting.wish),
        "from_unit": desk.unit(waiting.unit),
        "decided": _decided(desk, waiting),
        "grades": _grades(desk, waiting),
        "errors": said,
        "given": {**given, "unit": desk.unit(given.get("unit", "")) or given.get("unit", "")} if mine else {},
    }


def _grades(desk: Desk, waiting: Waiting) -> list[tuple[str, str]]:
    """The grades to choose from; none where letters of this kind have none."""
    offered = [(g.code, desk.word(Said(g.zh, g.en))) for g in waiting.grades]
    return [("", desk.say(N_("不定级"))), *offered] if offered else []


def _sentences(desk: Desk, fault: Refusal) -> list[str]:
    return (
        [desk.word(fields.unit_said(s)) for name, s in fault.fields.items() if name != CAUSE]
        if isinstance(fault, Invalid)
        else [desk.word(fault.said)]
    )


def _asked(desk: Desk, fault: Refusal | None, given: dict[str, str]) -> dict[str, Any] | None:
    """What is asked before the letter goes elsewhere than suggested; None where nothing is."""
    if not isinstance(fault, Invalid) or CAUSE not in fault.fields:
        return None
    return {
        "code": given["unit"],
        "unit": desk.unit(given["unit"]),
        "causes": causes(desk),
        "said": desk.word(fault.fields[CAUSE]),
    }


def _decided(desk: Desk, waiting: Waiting) -> dict[str, Any] | None:
    decision = decision_of(waiting.decision)
    return whole(desk, decision) if decision else None
