"""Administration: accounts and roles, the calendar, units and kinds with their editions, and what got stuck."""

from dataclasses import replace
from typing import Any

from aiohttp import web

from channels.texts.catalog import N_
from channels.web.forms import form, query
from channels.web.keys import SETTINGS, Fields
from channels.web.passwords import hash_password
from channels.web.staff import calendar, running
from channels.web.staff.absence import Staff, role_word, staff
from channels.web.staff.admin_tabs import tabs
from channels.web.staff.frame import Desk, hurry, show, sit, status_of, texts
from hub import officers, staffing
from hub.errors import Invalid, NotFound, Refusal, Said
from hub.people import ROLES, UNIT_ROLES
from hub.rulebook import FAMILIES
from hub.storage import desk_rows

TABS = ("people", "calendar", "editions", "health")
DONE = {"1": N_("已保存。"), "over": N_("这一项已经不需要处理。")}
ADDED = ("account", "name", "role", "unit", "home", "same_person_as")


async def show_admin(request: web.Request) -> web.StreamResponse:
    """One of the pages of administration."""
    return await _render(await sit(request), query(request).get("tab", "people"))


async def add(request: web.Request) -> web.StreamResponse:
    """Add an account with its first role."""
    desk = await sit(request)
    hurry(desk)
    given = {name: texts(form(request), name) for name in ADDED}
    password = form(request).get("password", "")
    role = f"{given['role']}@{given['unit']}" if given["unit"] else given["role"]
    asked = officers.Asked(
        account=given["account"],
        name=given["name"],
        roles=(role,) if given["role"] else (),
        password=password if isinstance(password, str) else "",
        home=given["home"] or given["unit"],
        same_person_as=given["same_person_as"],
    )
    otp = desk.request.app[SETTINGS].staff.otp == "required"
    try:
        grants = officers.grants_of(asked.roles, desk.book.directory)
        new = officers.officer(asked, "", desk.office.fresh_id(), desk.now, otp=otp)
        new = replace(new, password_hash=hash_password(asked.password))
        await desk.office.store.write(staffing.add_officer, new, grants, asked.same_person_as, desk.actor, desk.now)
    except Refusal as fault:
        return await _render(desk, "people", given, fault)
    return await _render(
        desk, "people", secret=officers.otp_uri(new), done=desk.say(N_("已添加账号 %(account)s。"), account=new.account)
    )


async def change(request: web.Request) -> web.StreamResponse:
    """Give or take a role, reset a password, close or open an account."""
    desk, officer = await sit(request), request.match_info["officer"]
    hurry(desk)
    try:
        await _change(desk, officer, form(request))
    except NotFound:
        raise
    except Refusal as fault:
        return await _render(desk, "people", {"officer": officer}, fault)
    raise web.HTTPSeeOther(f"/staff/admin?tab=people&done=1#o-{officer}")


async def _change(desk: Desk, officer: str, given: Fields) -> None:
    write, wish, unit = desk.office.store.write, texts(given, "do"), texts(given, "unit")
    if wish in ("grant", "revoke"):
        role = f"{texts(given, 'role')}@{unit}" if unit else texts(given, "role")
        (held,) = officers.grants_of((role,), desk.book.directory)
        await write(staffing.grant if wish == "grant" else staffing.revoke, officer, held, desk.actor, desk.now)
    elif wish == "password":
        password, least = given.get("password", ""), officers.LEAST_PASSWORD
        if not isinstance(password, str) or len(password) < least:
            raise Invalid({"password": Said(f"密码至少{least}个字符。", f"At least {least} characters, please.")})
        await write(staffing.reset_password, officer, hash_password(password), desk.actor, desk.now)
    elif wish in ("close", "open"):
        await write(staffing.set_active, officer, desk.actor, desk.now, active=wish == "open")
    else:
        raise NotFound


async def change_calendar(request: web.Request) -> web.StreamResponse:
    """Look at a change of the calendar, or publish the one that was looked at."""
    desk, given = await sit(request), form(request)
    hurry(desk)
    asked, seen = calendar.asked_of(given), texts(given, "seen")
    found = None
    try:
        if texts(given, "do") == "publish" and seen.isdecimal():
            year = await calendar.publish(desk, asked, int(seen[:9]))
            raise web.HTTPSeeOther(f"/staff/admin?tab=calendar&year={year}&done=1")
        found = await calendar.preview(desk, asked)
    except Refusal as fault:
        return await _render(desk, "calendar", {name: getattr(asked, name) for name in calendar.FIELDS}, fault)
    return await _render(desk, "calendar", found=found)


# ---- the pages -------------------------------------------------------------------------------------------------------


async def _render(
    desk: Desk,
    tab: str,
    given: dict[str, str] | None = None,
    fault: Refusal | None = None,
    *,
    secret: str = "",
    done: str = "",
    found: calendar.Preview | None = None,
) -> web.Response:
    tab = tab if tab in TABS else "people"
    given = given or {}
    wrong = fault.fields if isinstance(fault, Invalid) and "officer" not in given else {}
    above = "" if fault is None or wrong else desk.word(fault.said)
    return await show(
        desk,
        "admin.html",
        status=status_of(fault) if fault else 200,
        tab=tab,
        pages=tabs(desk, tab),
        given=given,
        errors={name: desk.word(said) for name, said in wrong.items()},
        above=above,
        secret=secret,
        done=done or desk.say(DONE.get(query(desk.request).get("done", ""), "")),
        nag=calendar.nag(desk),
        **await _values(desk, tab, found),
    )


async def _values(desk: Desk, tab: str, found: calendar.Preview | None) -> dict[str, Any]:
    if tab == "calendar":
        return calendar.values(desk, found)
    if tab == "editions":
        rows = await desk.office.store.read(desk_rows.edition_list)
        return _editions(desk, rows)
    if tab == "health":
        return await running.values(desk)
    return _people(desk, await desk.office.store.read(staff, desk.now))


def _people(desk: Desk, known: Staff) -> dict[str, Any]:
    away = {a.officer_id for a in known.away if a.since <= desk.now}
    directory = desk.book.directory
    return {
        "officers": [
            {
                "id": o.id,
                "account": o.account,
                "name": o.name,
                "home": desk.unit(o.home),
                "active": o.active,
                "otp": bool(o.otp_secret),
                "away": o.id in away,
                "grants": [{"role": g.role, "unit": g.unit or "", "word": role_word(desk, g)} for g in held],
            }
            for o, held in known.officers
        ],
        "roles": [(code, zh if desk.lang == "zh" else code) for code, zh in ROLES.items()],
        "unit_roles": sorted(UNIT_ROLES),
        "units": [
            ("", desk.say(N_("全区"))),
            *((u.code, u.zh if desk.lang == "zh" else u.en) for u in directory.units.values() if u.active),
        ],
    }


def _editions(desk: Desk, rows: list[Any]) -> dict[str, Any]:
    book, zh = desk.book, desk.lang == "zh"
    newest = {str(r["family"]): r for r in rows}
    return {
        "families": [
            (f, book.numbers[f], newest[f]["by_whom"], newest[f]["effective_from"]) for f in FAMILIES if f in newest
        ],
        "kinds": [
            (
                k.zh if zh else k.en,
                ", ".join(f"{c.name} {c.limit.words if zh else c.limit.words_en}" for c in k.clocks.values()),
                k.review.mode,
                k.source,
            )
            for k in book.kinds.values()
        ],
        "unit_rows": [
            (u.zh if zh else u.en, u.code, u.type, desk.unit(u.parent or ""), desk.unit(u.supervised_by))
            for u in book.directory.units.values()
        ],
    }
