"""One case on the desk: the thread, who, clocks and why, what is open now, and the reply editor."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from channels.texts.catalog import N_
from channels.web.forms import form, query
from channels.web.render import SECURITY_HEADERS
from channels.web.staff import assign, editor, fields, parts, why
from channels.web.staff.attempt import UNTOUCHED, Attempt
from channels.web.staff.counter.entry import ROLES
from channels.web.staff.frame import DISPATCH, Desk, hurry, show, sit, status_of, texts
from channels.web.staff.inbox import subject
from hub import contact, workbench
from hub.errors import NotFound, Refusal
from hub.files import NoSuchFile
from hub.machines.guards import FIRST, SPOKEN
from hub.machines.machine import Move
from hub.storage.deliveries import PACED
from hub.views import StaffCase
from routing.duplicates import like_case

RETRIABLE = frozenset({"failed", "ambiguous", "undeliverable"})
DELIVERIES: Mapping[str, tuple[str, str]] = {
    "waiting": (N_("等待发送"), ""),
    "retrying": (N_("上次没有发出，等待再试"), "amber"),
    "sent": (N_("已发出"), "jade"),
    "delivered": (N_("已送达"), "jade"),
    "read": (N_("已读"), "jade"),
    "task": (N_("请电话告知"), "amber"),
    "failed": (N_("没有送达"), "red"),
    "ambiguous": (N_("不确定是否送达"), "amber"),
    "undeliverable": (N_("无法送达"), "red"),
    "shown": (N_("已显示"), ""),
    "held": (N_("暂缓发送"), "amber"),
}


async def show_case(request: web.Request) -> web.StreamResponse:
    """The page of one case; raises NotFound where it does not exist for the officer."""
    return await render(await sit(request), request.match_info["number"])


async def show_contact(request: web.Request) -> web.StreamResponse:
    """Name and phone, shown once on this page after the reading is in the journal."""
    desk, number = await sit(request), request.match_info["number"]
    hurry(desk)
    try:
        shown = await contact.show(desk.office, number, desk.actor, texts(form(request), "why"))
    except NotFound:
        raise
    except Refusal as fault:
        return await render(desk, number, Attempt(move="contact.show", above=(fault.said,), status=status_of(fault)))
    return await render(desk, number, Attempt(shown=shown))


async def send_again(request: web.Request) -> web.StreamResponse:
    """Let a notice that did not arrive go once more."""
    desk, number = await sit(request), request.match_info["number"]
    hurry(desk)
    key = texts(form(request), "key")
    await desk.office.store.write(workbench.send_again, number, key, desk.actor, desk.book, desk.now)
    raise web.HTTPSeeOther(f"/staff/cases/{number}?done=again#delivery")


async def show_file(request: web.Request) -> web.StreamResponse:
    """One file of the thread, as a download that no browser runs."""
    desk, place = await sit(request), request.match_info["n"]
    if not place.isdecimal():
        raise NotFound
    number = request.match_info["number"]
    sha256, mime, name = await desk.office.store.read(
        workbench.file_of, number, int(place[:9]), desk.actor, desk.book, desk.now
    )
    try:
        body = desk.office.files.get(sha256)
    except NoSuchFile:
        raise NotFound from None
    kind = "inline" if mime.startswith("image/") else "attachment"
    ending = name.rpartition(".")[2]
    headers = {**SECURITY_HEADERS, "Content-Disposition": f'{kind}; filename="{number}-{place}.{ending}"'}
    return web.Response(body=body, content_type=mime, headers=headers)


# ---- the page --------------------------------------------------------------------------------------------------------


async def render(desk: Desk, number: str, attempt: Attempt = UNTOUCHED) -> web.Response:
    """The page of a case as it stands now, with what somebody wrote still in its place."""
    view = query(desk.request).get("view", "") or texts(form(desk.request), "view")
    look = await desk.office.store.read(workbench.look, number, desk.actor, desk.book, desk.now, view)
    kind = desk.book.kind(look.kind, look.edition)
    reader = fields.Reader(desk.word, desk.say, desk.book, kind, assign.labels(desk, look.officers))
    case = look.case
    alike = await desk.office.store.read(like_case, number, desk.actor, desk.book, desk.now)
    steps, besides = fields.moves_in_order(case.moves)
    forms = {m.code: _form(m, reader, attempt) for m in case.moves}
    done = query(desk.request).get("done", "")
    return await show(
        desk,
        "case.html",
        status=attempt.status,
        case=case,
        head=parts.inbox_row(desk, case.row),
        officer_name=case.row.officer,
        shelf=view,
        following=parts.inbox_row(desk, look.following, view) if look.following else None,
        done=_done(desk, done),
        thread=parts.thread(desk, case),
        history=parts.lines(desk, case),
        said=max((m.n for m in case.thread), default=0),
        party=_party(desk, case),
        steps=[forms[m.code] for m in steps if m.code not in fields.VERDICTS],
        besides=[forms[m.code] for m in besides if m.code not in fields.ELSEWHERE],
        others=parts.others(desk, look.others),
        colleagues=look.colleagues,
        notes=[forms[code] for code in ("contact", "remark") if code in forms],
        contacts=[_contact(desk, o) for o in reversed(case.overlays) if o["kind"] == "contact"],
        english=editor.in_english(case),
        first=FIRST,
        spoken=SPOKEN,
        beneath=[(k, forms[m]) for k, m in (("translation", "translate"), ("dictation", "dictate")) if m in forms],
        verdict_open=any(m.code in fields.VERDICTS for m in case.moves),
        editor=editor.editor(desk, look, kind, forms, attempt),
        clocks=[parts.clock(desk, c, case.overlays) for c in case.clocks],
        assigned=_assigned(desk, case),
        reasons=why.for_unit(desk, case),
        decided=_decided(desk, case),
        overlays=[parts.overlay(desk, o) for o in reversed(case.overlays) if o["kind"] != "contact"],
        replies=[parts.reply(desk, case.row.number, r) for r in reversed(case.replies)],
        notices=[_notice(desk, n, case) for n in look.notices],
        alike=[parts.alike(desk, a) for a in alike],
        may_merge=any(m.code == "merge" for m in case.moves),
        units=fields.units_of(desk.book.directory, desk.lang),
        attempt=_told(desk, case, attempt),
        shown=attempt.shown,
        contact_reasons=parts.choices_of(desk, "contact"),
        now=desk.now,
    )


def _form(move: Move, reader: fields.Reader, attempt: Attempt) -> fields.Form:
    mine = attempt.move == move.code
    return fields.form_of(move, reader, attempt.given if mine else None, attempt.wrong if mine else None)


def _told(desk: Desk, case: StaffCase, attempt: Attempt) -> dict[str, Any]:
    """What stands above the page after an attempt: the sentences, what changed meanwhile, and words without a form."""
    is_open = any(m.code == attempt.move for m in case.moves)
    changed = [
        {"at": line.at, "text": f"{line.by} {desk.word(line.what)}".strip()} for line in case.history[attempt.lines :]
    ]
    new = [parts.message(desk, case.row.number, m) for m in case.thread if m.n > attempt.said and m.who != "note"]
    orphans = fields.words_of(attempt.move, attempt.given) if not is_open else ()
    errors = {f"{attempt.move}-{name}": desk.word(said) for name, said in attempt.wrong.items()} if is_open else {}
    return {
        "move": attempt.move,
        "label": parts.move_word(desk, attempt.move) if attempt.move else "",
        "errors": errors,
        "above": [desk.word(said) for said in attempt.above],
        "moved_on": attempt.moved_on,
        "again": attempt.moved_on and is_open,
        "changed": changed if attempt.moved_on else [],
        "new": new if attempt.moved_on else [],
        "orphans": orphans if attempt.moved_on or attempt.above else (),
        "theirs": _theirs(desk, case) if attempt.moved_on and attempt.move in fields.REPLIES else None,
        "failed": bool(attempt.above or attempt.wrong or attempt.moved_on),
    }


def _theirs(desk: Desk, case: StaffCase) -> dict[str, Any] | None:
    """The version that a colleague handed in meanwhile, to be read beside one's own words."""
    newest = case.replies[-1] if case.replies else None
    return parts.reply(desk, case.row.number, newest) if newest is not None and newest.state == "drafted" else None


def _contact(desk: Desk, row: Mapping[str, Any]) -> dict[str, Any]:
    """One contact record: when it was entered, the day it was made, how, with whom, and whether anybody was reached."""
    data = row["data"]
    words = [
        desk.word(fields.choice_word(group, str(data.get(name, ""))))
        for group, name in (("contact_how", "how"), ("contact_whom", "whom"), ("contact_result", "result"))
    ]
    reached = data.get("result") == "reached"
    return {
        "words": [w for w in words if w],
        "reached": reached,
        "at": row["at"],
        "by": row["by"],
        "day": data.get("day"),
    }


def _party(desk: Desk, case: StaffCase) -> dict[str, Any]:
    party, yes, no = case.party, desk.say(N_("有")), desk.say(N_("没有"))
    return {
        "alias": party.alias,
        "channel": desk.say(parts.CHANNELS.get(party.channel, party.channel)),
        "phone": yes if party.phone else no,
        "email": yes if party.email else no,
        "level": desk.say(parts.LEVELS.get(case.row.level, case.row.level)),
        "consent": desk.say(N_("同意公开")) if party.consent else desk.say(N_("不公开")),
        "reachable": party.reachable,
        "may_show": party.may_show,
        "hidden": case.row.level in ("confidential", "anonymous"),
        "lang": party.lang,
        "role": desk.say(ROLES[party.role]) if party.role != "writer" else "",
    }


def _assigned(desk: Desk, case: StaffCase) -> list[dict[str, Any]]:
    return [
        {
            "unit": desk.word(a["unit"]),
            "since": a["since"],
            "until": a["until"],
            "why": parts.move_word(desk, str(a["why"])),
        }
        for a in reversed(case.assignments)
    ]


def _decided(desk: Desk, case: StaffCase) -> dict[str, Any] | None:
    """The whole routing decision, for those who send letters; a unit reads only what spoke for itself."""
    decision = why.decision_of(case.decision) if any(desk.actor.has(r) for r in DISPATCH) else None
    return why.whole(desk, decision) if decision else None


def _notice(desk: Desk, row: Mapping[str, Any], case: StaffCase) -> dict[str, Any]:
    tried = row["state"] == "waiting" and int(row["attempts"]) > 0 and row["lease_until"] is None
    state = "retrying" if tried and PACED not in str(row["error"]) else str(row["state"])
    word, tone = DELIVERIES.get(state, (state, ""))
    channel = str(row["channel"])
    return {
        "key": row["key"],
        "text": subject(desk, str(row["text"]), case.row.number, str(row["refs"]), desk.word(case.row.unit)),
        "word": desk.say(word),
        "tone": tone,
        "channel": desk.say(parts.CHANNELS.get(channel, channel)),
        "at": row["settled_at"] or row["created_at"],
        "again": row["state"] in RETRIABLE,
    }


def _done(desk: Desk, code: str) -> str:
    """What the officer has just done, as the page says it; empty for a word that is no move."""
    if code == "again":
        return desk.say(N_("已重新排队发送。"))
    word = parts.move_word(desk, code) if code else ""
    return desk.say(N_("已完成：%(move)s"), move=word) if word and word != code else ""
