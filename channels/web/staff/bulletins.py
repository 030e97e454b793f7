"""Bulletins at the office: what was drawn up, the words beside the numbers, the check, the release and the rest."""

from collections.abc import Mapping
from urllib.parse import urlencode

from aiohttp import web

from channels.bulletins.files import FORMS, version_word
from channels.bulletins.page import Link, pick, shown_in
from channels.texts.catalog import N_
from channels.web.forms import form, query
from channels.web.public.bulletins import file_response
from channels.web.staff.frame import Desk, hurry, show, sit, status_of, texts
from hub.errors import Invalid, NotFound, Overtaken, Refusal
from hub.storage import bulletins as stored
from hub.storage import people
from hub.storage.bulletins import Bulletin, Key
from hub.storage.tx import Tx
from supervision import recommendations as advice
from supervision.bulletins import releasing
from supervision.bulletins.document import Cell, Document, Row, Table, from_text
from supervision.bulletins.drawing import correct, page_of
from supervision.bulletins.kinds import bulletins_of
from supervision.figures import BY_CODE

WORKING = ("supervisor", "leader")
"""Who sees what is not released yet; the others read what was."""
TONES = {"drawn": "amber", "checked": "amber", "released": "jade", "replaced": "", "recalled": "red"}
LATE_NOW, LATE_OPEN_MEASURE = "overdue", "late_open"
DONE = {
    "write": N_("已保存。"),
    "check": N_("已送领导发布。"),
    "send_back": N_("已退回督查室。"),
    "release": N_("已发布，各单位会收到通知。"),
    "recall": N_("已撤回，公开页上只留一句说明。"),
    "correct": N_("已按现在的数字生成新的一版，请审核。"),
}


async def show_list(request: web.Request) -> web.StreamResponse:
    """All bulletins, the newest first."""
    desk = await sit(request)
    rows = await desk.office.store.read(stored.listed, everything=_works(desk))
    names = bulletins_of(desk.book).kinds
    return await show(
        desk,
        "bulletins.html",
        advice=await _advice(desk),
        rows=[
            {
                "href": page_of(one.key),
                "title": pick(from_text(one.content).title, desk.lang),
                "kind": pick(names[one.kind].name, desk.lang) if one.kind in names else one.kind,
                "version": one.version,
                "state": desk.word(releasing.STATES[one.state]),
                "tone": TONES[one.state],
                "due": one.due if one.released_at is None and one.state != "replaced" else "",
                "late": one.due < desk.book.calendar.day_of(desk.now).isoformat(),
                "public": one.public,
            }
            for one in rows
            if may_see(one, desk)
        ],
    )


async def show_one(request: web.Request) -> web.StreamResponse:
    """One version with what may be done with it."""
    desk = await sit(request)
    return await _render(desk, await _one(desk))


async def download(request: web.Request) -> web.StreamResponse:
    """The version as PDF or table file."""
    desk = await sit(request)
    one, wanted = await _one(desk), request.match_info["form"]
    if wanted not in FORMS:
        raise NotFound
    return await file_response(one, wanted, desk.lang)


async def act(request: web.Request) -> web.StreamResponse:
    """Make a move on a version; what was written comes back with its faults."""
    desk, given = await sit(request), form(request)
    hurry(desk)
    move, key = request.match_info["move"], key_of(request)
    if move not in DONE:
        raise NotFound
    words = {name: texts(given, name) for name in given if isinstance(name, str)}
    try:
        key = await _make(desk, move, key, words)
    except NotFound:
        raise
    except Refusal as fault:
        return await _render(desk, await _one(desk), words if move == "write" else None, _ours(fault))
    raise web.HTTPSeeOther(f"{page_of(key)}?{urlencode({'done': move})}")


async def _make(desk: Desk, move: str, key: Key, given: Mapping[str, str]) -> Key:
    """The deed behind a button; answers the version to show next."""
    seen, reason, write = _seen(given), given.get("reason", ""), desk.office.store.write
    if move == "write":
        await write(releasing.write, key, given, seen, desk.actor, desk.book, desk.now)
    elif move == "check":
        await write(releasing.check, key, seen, desk.actor, desk.now)
    elif move == "send_back":
        await write(releasing.send_back, key, reason, seen, desk.actor, desk.now)
    elif move == "release":
        await write(releasing.release, key, seen, desk.actor, desk.now)
    elif move == "recall":
        await write(releasing.recall, key, reason, seen, desk.actor, desk.now)
    else:
        releasing.given_reason(reason)
        key = (await correct(desk.office, key.kind, key.period, reason, desk.actor)).key
    return key


async def _advice(desk: Desk) -> dict[str, int]:
    """How many recommendations that the officer may see are open, and how many of them late."""
    counts = await desk.office.store.read(advice.standing, desk.actor, desk.book, "", desk.now)
    return {"open": counts["open"], "late": counts["late"]}


def key_of(request: web.Request) -> Key:
    """The version an address names; raises NotFound."""
    kind, period, version = (request.match_info[name] for name in ("kind", "period", "version"))
    if not (version.isascii() and version.isdecimal()) or len(version) > 6:
        raise NotFound
    return Key(kind, period, int(version))


def may_see(one: Bulletin, desk: Desk) -> bool:
    """Supervision and leaders see every version; the units what was released and stands."""
    return _works(desk) or (one.released_at is not None and one.recalled_at is None)


def _works(desk: Desk) -> bool:
    return any(desk.actor.has(role) for role in WORKING)


async def _one(desk: Desk) -> Bulletin:
    one = await desk.office.store.read(stored.one, key_of(desk.request))
    if one is None or not may_see(one, desk):
        raise NotFound
    return one


def _ours(fault: Refusal) -> Refusal:
    """A colleague who was first changed a bulletin here, no letter."""
    if not isinstance(fault, Overtaken):
        return fault
    return Refusal("同事刚刚改了这一期，请再看一下。", "A colleague changed this bulletin a moment ago: look again.")


def _seen(given: Mapping[str, str]) -> int:
    seen = given.get("seen", "")
    return int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 9 else 0


async def _render(
    desk: Desk, one: Bulletin, given: Mapping[str, str] | None = None, fault: Refusal | None = None
) -> web.Response:
    document = from_text(one.content)
    versions = await desk.office.store.read(stored.versions, one.kind, one.period)
    wrong = {n: desk.word(s) for n, s in fault.fields.items()} if isinstance(fault, Invalid) else {}
    moves, done = releasing.open_moves(one, desk.actor), query(desk.request).get("done", "")
    newest = next(v.version for v in versions)
    return await show(
        desk,
        "bulletin.html",
        status=status_of(fault) if fault else 200,
        it=shown_in(document, one.words, desk.lang, cases_of(document, desk)),
        one=one,
        state=desk.word(releasing.STATES[one.state]),
        tone=TONES[one.state],
        as_of=document.as_of,
        line=document.head,
        address=page_of(one.key),
        versions=[(page_of(v.key), version_word(v, desk.lang), v.key == one.key) for v in versions if may_see(v, desk)],
        fields=_fields(desk, document, one, given) if "write" in moves else [],
        moves=moves,
        may_correct=desk.actor.has("supervisor") and one.version == newest,
        people=await desk.office.store.read(_names, one),
        public_href=f"/bulletins/{one.kind}/{one.period}" if one.public and one.state == "released" else "",
        errors=wrong,
        above=desk.word(fault.said) if fault and not wrong else "",
        done=desk.say(DONE[done]) if done in DONE else "",
    )


def _fields(desk: Desk, document: Document, one: Bulletin, given: Mapping[str, str] | None) -> list[dict[str, str]]:
    """What supervision may write: each part in Chinese, and in English where it likes."""
    kept = one.words if given is None else given
    english = desk.say(N_("英文"))
    return [
        {
            "name": name,
            "label": desk.word(title) if name.endswith("_zh") else f"{desk.word(title)} · {english}",
            "value": kept.get(name, ""),
            "lang": name[-2:],
        }
        for name, title in releasing.names_of(document)
    ]


def _names(tx: Tx, one: Bulletin) -> dict[str, str]:
    """Who checked and who released it."""
    return people.names(tx, [who for who in (one.checked_by, one.released_by) if who])


def cases_of(document: Document, desk: Desk) -> Link:
    """Where a number leads: the cases it counts, as they stand now. A unit is led to its own alone."""
    own = {below for unit in desk.actor.units() for below in desk.book.directory.below(unit)}

    def link(table: Table, row: Row, column: int, it: Cell) -> str:
        if not _works(desk) and row.unit not in own:
            return ""
        if it.figure == LATE_NOW and it.n:
            return "/staff/inbox?view=late"
        whole = it.figure in BY_CODE
        if not (it.of if whole else it.n) or not (whole or ":" in it.figure or it.figure == LATE_OPEN_MEASURE):
            return ""
        part = "" if not whole else ".n" if it.how == "count" else ".of"
        since, until = table.spans[column] if table.spans else (document.since, document.until)
        asked = {"from": since.isoformat(), "to": until.isoformat(), "what": f"{it.figure}{part}"}
        asked |= {"unit": row.unit, "alone": "1"} if row.unit else {}
        asked |= {"kind": row.kind} if row.kind else {}
        return f"/staff/board/cases?{urlencode(asked)}"

    return link
