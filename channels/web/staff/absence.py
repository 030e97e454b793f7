"""Absences: everybody enters the own days and a deputy, admins for all; what a deputy holds today is shown."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from aiohttp import web

from channels.texts.catalog import N_
from channels.web.forms import form, query
from channels.web.staff.frame import Desk, hurry, show, sit, status_of, texts
from hub import staffing
from hub.errors import Invalid, NotFound, Refusal, Said
from hub.moments import from_text, to_text
from hub.people import ROLES, Grant
from hub.storage import people
from hub.storage.people import Absence, Officer
from hub.storage.tx import Tx


@dataclass(frozen=True, slots=True)
class Staff:
    """Officers with their roles, and absences that are not over."""

    officers: list[tuple[Officer, tuple[Grant, ...]]]
    away: list[Absence]


def staff(tx: Tx, now: datetime) -> Staff:
    """The question behind the pages about people."""
    return Staff(people.everyone(tx), people.away(tx, now))


async def show_absence(request: web.Request) -> web.StreamResponse:
    """The own absences, or all of them for an admin."""
    return await render(await sit(request), {}, None)


async def enter(request: web.Request) -> web.StreamResponse:
    """Enter days and a deputy."""
    desk = await sit(request)
    hurry(desk)
    given = {name: texts(form(request), name) for name in ("officer", "first", "last", "deputy")}
    officer = given["officer"] or desk.actor.id
    try:
        first, last = _day(given, "first"), _day(given, "last")
        await desk.office.store.write(
            staffing.set_away, officer, first, last, given["deputy"], desk.actor, desk.book, desk.now
        )
    except NotFound:
        raise
    except Refusal as fault:
        return await render(desk, given, fault)
    raise web.HTTPSeeOther("/staff/absence?done=1")


async def end(request: web.Request) -> web.StreamResponse:
    """Take an absence back."""
    desk = await sit(request)
    hurry(desk)
    given = form(request)
    try:
        since = from_text(texts(given, "since"))
    except ValueError:
        raise NotFound from None
    await desk.office.store.write(staffing.end_away, texts(given, "officer"), since, desk.actor, desk.now)
    raise web.HTTPSeeOther("/staff/absence?done=2")


def _day(given: dict[str, str], name: str) -> date:
    try:
        return date.fromisoformat(given[name])
    except ValueError:
        raise Invalid({name: Said("请选择日期。", "Please choose a day.")}) from None


async def render(desk: Desk, given: dict[str, str], fault: Refusal | None, *, address: str = "") -> web.Response:
    """The page; `address` is that of a calendar feed that was made just now."""
    known = await desk.office.store.read(staff, desk.now)
    feed = await desk.office.store.read(people.issued, desk.actor.id, staffing.FEED, desk.now)
    names = {o.id: o.name for o, _ in known.officers}
    admin = desk.actor.has("admin")
    mine = [a for a in known.away if admin or desk.actor.id in (a.officer_id, a.deputy_id)]
    wrong = fault.fields if isinstance(fault, Invalid) else {}
    done = {"1": N_("已登记。代办人从第一天起可以办理您的来信。"), "2": N_("已取消。"), "3": N_("日历地址已停用。")}
    code = query(desk.request).get("done", "")
    return await show(
        desk,
        "absence.html",
        status=status_of(fault) if fault else 200,
        rows=[_row(desk, a, names, admin) for a in mine],
        people=[(o.id, f"{o.name} · {desk.unit(o.home)}") for o, _ in known.officers if o.active],
        me=desk.actor.id,
        admin=admin,
        given=given,
        errors={name: desk.word(said) for name, said in wrong.items()},
        above=desk.word(fault.said) if fault and not wrong else "",
        lent=_lent(desk, names),
        feed=feed,
        address=address,
        today=desk.book.calendar.day_of(desk.now).isoformat(),
        done=desk.say(done[code]) if code in done else "",
    )


def _row(desk: Desk, absence: Absence, names: dict[str, str], admin: bool) -> dict[str, Any]:
    return {
        "officer": absence.officer_id,
        "name": names.get(absence.officer_id, absence.officer_id),
        "deputy": names.get(absence.deputy_id, absence.deputy_id),
        "first": desk.book.calendar.day_of(absence.since),
        "last": desk.book.calendar.day_of(absence.until - timedelta(microseconds=1)),
        "since": to_text(absence.since),
        "now": absence.since <= desk.now,
        "may_end": admin or absence.officer_id == desk.actor.id,
    }


def _lent(desk: Desk, names: dict[str, str]) -> list[str]:
    """What the officer holds today in somebody's place."""
    return [f"{names.get(g.deputy_for, g.deputy_for)}：{role_word(desk, g)}" for g in desk.actor.grants if g.deputy_for]


def role_word(desk: Desk, grant: Grant) -> str:
    """A role with its unit, as people say it."""
    word = ROLES.get(grant.role, grant.role) if desk.lang == "zh" else grant.role
    return f"{word} · {desk.unit(grant.unit)}" if grant.unit else word
