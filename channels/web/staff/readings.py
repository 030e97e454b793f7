"""Readings after the answer: one reply at a time, blind; for the supervision office agreement, first pass and draws."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from channels.texts.catalog import N_
from channels.web.forms import form, query
from channels.web.staff import fields, writing
from channels.web.staff.board.asked import period
from channels.web.staff.board.sheets import shown
from channels.web.staff.frame import Desk, hurry, show, sit, status_of, texts
from channels.web.staff.reviews import questions
from hub.blind import MOVE
from hub.errors import Invalid, NotFound, Refusal, Said
from hub.kinds import Kind
from hub.machines.registry import MACHINES
from hub.privacy.randomness import draw
from supervision import readings, sampling
from supervision.figures import MINIMUM
from supervision.readings import FirstPass

SEED_BYTES = 8
NOTHING: Mapping[str, str] = {}


async def show_queue(request: web.Request) -> web.StreamResponse:
    """What waits for this reader; for the supervision office also how readings turned out, and the draw of a sample."""
    return await _queue(await sit(request))


async def draw_sample(request: web.Request) -> web.StreamResponse:
    """Draw from what went out unread; the seed is the form's, or a fresh one."""
    desk, given = await sit(request), form(request)
    hurry(desk)
    asked = {name: texts(given, name) for name in ("from", "to", "n", "seed")}
    since, until = period(asked["from"], asked["to"], desk.book.calendar.day_of(desk.now))
    seed, n = asked["seed"][:64] or draw(SEED_BYTES).hex(), int(asked["n"]) if asked["n"].isdecimal() else 0
    try:
        sample = await sampling.draw_sample(desk.office, (since, until), n, seed, desk.actor)
    except Refusal as fault:
        wrong = fault.fields if isinstance(fault, Invalid) else {"n": fault.said}
        return await _queue(desk, {name: desk.word(said) for name, said in wrong.items()}, asked, status_of(fault))
    told = N_("从%(pool)s件里抽了%(n)s件，种子%(seed)s。")
    return await _queue(desk, done=desk.say(told, pool=sample.pool, n=len(sample.numbers), seed=seed))


async def show_reading(request: web.Request) -> web.StreamResponse:
    """One reply beside its letter, without names."""
    return await _reading(await sit(request), request.match_info["reading"])


async def give_finding(request: web.Request) -> web.StreamResponse:
    """What the reader found; then the next one."""
    desk, reading = await sit(request), request.match_info["reading"]
    hurry(desk)
    found = await desk.office.store.read(readings.blind, reading, desk.actor, desk.book, desk.now)
    values = fields.values_of(MACHINES["letter"].moves[MOVE], form(request), desk.book.directory)
    try:
        await desk.office.act(found.number, MOVE, values, desk.actor)
    except NotFound:
        raise
    except Refusal as fault:
        return await _reading(desk, reading, values, fault)
    waits = await desk.office.store.read(readings.queue, desk.actor, desk.book, desk.now)
    raise web.HTTPSeeOther(f"/staff/readings/{waits[0].id}?done=1" if waits else "/staff/readings?done=1")


async def _queue(
    desk: Desk,
    errors: Mapping[str, str] = NOTHING,
    asked: Mapping[str, str] = NOTHING,
    status: int = 200,
    done: str = "",
) -> web.Response:
    read, today = desk.office.store.read, desk.book.calendar.day_of(desk.now)
    wanted = asked or query(desk.request)
    since, until = period(wanted.get("from", ""), wanted.get("to", ""), today)
    rows = await read(readings.queue, desk.actor, desk.book, desk.now)
    supervises = "supervisor" in desk.actor.hub_roles
    return await show(
        desk,
        "readings.html",
        status=status,
        rows=[(f"/staff/readings/{w.id}", n, _kind(desk, w.kind), w.due) for n, w in enumerate(rows, 1)],
        done=done or _done(desk),
        since=since,
        until=until,
        supervises=supervises,
        agreement=await _agreement(desk, since, until) if supervises else None,
        **(await _passes(desk, since, until) if supervises else {}),
        most=sampling.MOST,
        errors=errors,
        asked=asked,
    )


async def _agreement(desk: Desk, since: Any, until: Any) -> dict[str, Any]:
    """The agreement rate of the period, as the board reckons it."""
    value = await desk.office.store.read(readings.agreement, since, until, room="heavy")
    return {"value": shown(value), "n": value.n, "of": value.of, "enough": value.enough}


async def _passes(desk: Desk, since: Any, until: Any) -> dict[str, Any]:
    """First passes by unit and officer; in one line those with too few replies to be compared."""
    read = desk.office.store.read
    found = await read(readings.first_pass, desk.actor, since, until, desk.book, room="heavy")
    names = await read(readings.names, found)

    def name(line: FirstPass) -> tuple[str, str]:
        whole = names.get(line.officer, line.officer) or desk.say(N_("全单位"))
        return desk.unit(line.unit) or line.unit, whole

    few = [f"{' '.join(name(x))} {x.value.n}/{x.value.of}" for x in found if not x.value.enough]
    told = N_("不足%(n)s件，件数太少，不比较：%(lines)s")
    return {
        "passes": [(*name(x), shown(x.value), str(x.value.n), str(x.value.of)) for x in found if x.value.enough],
        "few": desk.say(told, n=MINIMUM, lines=("、" if desk.lang == "zh" else ", ").join(few)) if few else "",
    }


async def _reading(
    desk: Desk, reading: str, given: dict[str, Any] | None = None, fault: Refusal | None = None
) -> web.Response:
    found = await desk.office.store.read(readings.blind, reading, desk.actor, desk.book, desk.now)
    findings = await desk.office.findings(found.number, found.body, found.translated)
    wrong: dict[str, Said] = dict(fault.fields) if isinstance(fault, Invalid) else {}
    move = MACHINES["letter"].moves[MOVE]
    made = fields.form_of(move, fields.Reader(desk.word, desk.say, desk.book, found.kind), given, wrong)
    return await show(
        desk,
        "reading.html",
        status=status_of(fault) if fault else 200,
        reading=found,
        kind=_kind(desk, found.kind),
        letter=found.letter,
        findings=writing.finding_rows(desk, findings, found.body),
        lit=[quote for finding in findings for quote in finding.quotes],
        checklist=questions(desk),
        form=made,
        errors={f"{move.code}-{name}": desk.word(said) for name, said in wrong.items()},
        above=desk.word(fault.said) if fault and not wrong else "",
        done=_done(desk),
    )


def _kind(desk: Desk, kind: Kind) -> str:
    return desk.word(Said(kind.zh, kind.en))


def _done(desk: Desk) -> str:
    return desk.say(N_("审读意见已记下。")) if query(desk.request).get("done") else ""
