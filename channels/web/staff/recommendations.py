"""Recommendations at the office: supervision issues and reads them, a unit answers, promises and reports."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from channels.texts.catalog import N_
from channels.web.forms import form, query
from channels.web.staff.frame import Desk, hurry, show, sit, status_of, texts
from hub.clocks import due_day
from hub.errors import Invalid, NotFound, Overtaken, Refusal, Said
from hub.moments import to_text
from hub.storage import people
from hub.storage import recommendations as stored
from hub.storage.recommendations import Recommendation
from supervision import recommendations as advice
from supervision.recommendations import ADOPTED, KINDS, SHELVES, STATES, Given

TONES = {"owed": "amber", "offered": "blue", "agreed": "amber", "reported": "blue", "settled": "jade", "dropped": ""}
WORDS = {
    "issue": N_("提出建议"),
    "answer": N_("答复"),
    "agree": N_("认可答复"),
    "report": N_("报告结果"),
    "settle": N_("了结"),
    "send_back": N_("退回重答"),
    "drop": N_("撤销"),
}
DONE = N_("已登记，对方会收到通知。")


async def show_list(request: web.Request) -> web.StreamResponse:
    """Those that exist for the officer, the open ones first, with the form for a new one."""
    return await _list(await sit(request))


def to_shelf(shelf: str, unit: str = "") -> str:
    """The address of a part of the list."""
    asked = {"shelf": shelf, **({"at": unit} if unit else {})}
    return f"/staff/recommendations?{urlencode(asked)}"


async def issue(request: web.Request) -> web.StreamResponse:
    """A new one."""
    desk = await sit(request)
    hurry(desk)
    given = {name: texts(form(request), name) for name in ("unit", "kind", "about", "text", "day")}
    try:
        new = await desk.office.store.write(
            advice.issue,
            given["unit"],
            given["kind"],
            given["about"][:60],
            _given(given),
            desk.actor,
            desk.book,
            desk.now,
        )
    except Refusal as fault:
        return await _list(desk, given, _ours(fault))
    raise web.HTTPSeeOther(f"/staff/recommendations/{new.n}?{urlencode({'done': 1})}")


async def show_one(request: web.Request) -> web.StreamResponse:
    """One with its steps and what may be done."""
    return await _one(await sit(request))


async def act(request: web.Request) -> web.StreamResponse:
    """Make a move; what was written comes back with its faults."""
    desk = await sit(request)
    hurry(desk)
    n, move = _number(request), request.match_info["move"]
    given = {name: texts(form(request), name) for name in ("text", "adopted", "day", "seen")}
    seen = int(given["seen"]) if given["seen"].isascii() and given["seen"].isdecimal() and len(given["seen"]) < 9 else 0
    try:
        await desk.office.store.write(advice.act, n, move, _given(given), seen, desk.actor, desk.book, desk.now)
    except NotFound:
        raise
    except Refusal as fault:
        return await _one(desk, {**given, "move": move}, _ours(fault))
    raise web.HTTPSeeOther(f"/staff/recommendations/{n}?{urlencode({'done': 1})}")


def _given(given: dict[str, str]) -> Given:
    try:
        day = date.fromisoformat(given["day"]) if given["day"] else None
    except ValueError:
        raise Invalid({"day": Said("请选择日期。", "Please choose a day.")}) from None
    return Given(given["text"], given.get("adopted", ""), day)


def _number(request: web.Request) -> int:
    n = request.match_info["n"]
    if not (n.isascii() and n.isdecimal()) or len(n) > 9:
        raise NotFound
    return int(n)


def _ours(fault: Refusal) -> Refusal:
    """A colleague who was first changed a recommendation here, no letter."""
    if not isinstance(fault, Overtaken):
        return fault
    return Refusal("同事刚刚办了这一条，请再看一下。", "A colleague was first with this one: please look again.")


async def _list(desk: Desk, given: dict[str, str] | None = None, fault: Refusal | None = None) -> web.Response:
    read, asked = desk.office.store.read, query(desk.request)
    shelf, unit = asked.get("shelf", ""), asked.get("at", "")
    shelf = shelf if shelf in SHELVES else "all"
    rows = await read(advice.visible, desk.actor, desk.book, shelf, unit, desk.now)
    counts = await read(advice.standing, desk.actor, desk.book, unit, desk.now)
    wrong = fault.fields if isinstance(fault, Invalid) else {}
    units = desk.book.directory.units.values()
    kept = given or {"unit": asked.get("unit", ""), "about": asked.get("about", "")}
    return await show(
        desk,
        "recommendations.html",
        status=status_of(fault) if fault else 200,
        rows=[_row(desk, of) for of in rows],
        shelves=[(to_shelf(code, unit), desk.word(s.name), counts[code], code == shelf) for code, s in SHELVES.items()],
        at=desk.unit(unit),
        narrowed=shelf != "all" or bool(unit),
        may_issue=desk.actor.has("supervisor"),
        given=kept,
        units=[
            ("", desk.say(N_("请选择"))),
            *((u.code, u.zh if desk.lang == "zh" else u.en) for u in units if u.active),
        ],
        kinds=[(code, desk.word(said)) for code, said in KINDS.items()],
        errors={name: desk.word(said) for name, said in wrong.items()},
        above=desk.word(fault.said) if fault and not wrong else "",
    )


async def _one(desk: Desk, given: dict[str, str] | None = None, fault: Refusal | None = None) -> web.Response:
    n = _number(desk.request)
    of = await desk.office.store.read(stored.one, n)
    if of is None or not advice.may_see(of, desk.actor, desk.book):
        raise NotFound
    steps = await desk.office.store.read(stored.steps, n)
    names = await desk.office.store.read(people.names, [step.officer for step in steps])
    wrong = fault.fields if isinstance(fault, Invalid) else {}
    return await show(
        desk,
        "recommendation.html",
        status=status_of(fault) if fault else 200,
        of=_row(desk, of),
        revision=of.revision,
        steps=[
            {
                "at": to_text(step.at),
                "who": names.get(step.officer, step.officer),
                "what": desk.say(WORDS[step.what]),
                "text": step.text,
                "day": step.day,
            }
            for step in steps
        ],
        moves=[(code, desk.say(WORDS[code])) for code in advice.open_moves(of, desk.actor, desk.book)],
        adopted=[(code, desk.word(said)) for code, said in ADOPTED.items()],
        given=given or {},
        tomorrow=(desk.book.calendar.day_of(desk.now) + timedelta(days=1)).isoformat(),
        errors={name: desk.word(said) for name, said in wrong.items()},
        above=desk.word(fault.said) if fault and not wrong else "",
        done=desk.say(DONE) if query(desk.request).get("done") else "",
    )


def _row(desk: Desk, of: Recommendation) -> dict[str, Any]:
    counts = of.state in advice.COUNTING
    return {
        "n": of.n,
        "href": f"/staff/recommendations/{of.n}",
        "unit": desk.unit(of.unit),
        "kind": desk.word(KINDS[of.kind]),
        "state": desk.word(STATES[of.state]),
        "tone": TONES[of.state],
        "adopted": desk.word(ADOPTED[of.adopted]) if of.adopted else "",
        "about": f"/staff/bulletins/{of.about}" if of.about else "",
        "round": of.round,
        "due": due_day(of.due_at, desk.book.calendar) if counts else None,
        "late": counts and desk.now >= of.due_at,
    }
