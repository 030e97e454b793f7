"""The publisher's desk: the queue, and one page exactly as the public will read it, with marks to add and to lift."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from channels.texts.catalog import N_
from channels.web.forms import form, query
from channels.web.staff import fields, moves, parts
from channels.web.staff.attempt import Attempt
from channels.web.staff.case import _form, _told
from channels.web.staff.frame import Desk, hurry, show, sit, status_of, texts
from hub import publishing, reading, workbench
from hub.errors import Invalid, NotFound, NotNow, Overtaken, Refusal
from hub.machines.registry import MACHINES
from hub.privacy.marks import Kind, Mark
from hub.publishing import PLACES, Chosen, Marked, Placed, Where
from hub.storage.publications import Page

VIEW = "to_publish"
QUEUE = 50
OTHERS = ("withhold", "take_down")
PUBLICATION = MACHINES["publication"].moves
KINDS: tuple[tuple[Kind, str], ...] = (("name", N_("姓名（写成某某）")), ("address", N_("其他（写成****）")))
NAMES: Mapping[str, str] = {
    "name": N_("姓名"),
    "phone": N_("电话"),
    "landline": N_("座机"),
    "id_number": N_("证件号"),
    "bank_card": N_("银行账号"),
    "email": N_("邮箱"),
    "plate": N_("车牌"),
    "qq_wechat": N_("社交账号"),
    "address": N_("住址或其他"),
}
WHERE: Mapping[Where, str] = {"title": N_("标题"), "body": N_("来信"), "reply": N_("答复")}


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the publisher wants masked besides, which marks not, and which files of the reply go public."""

    words: str = ""
    kind: Kind = "name"
    added: tuple[Placed, ...] = ()
    lifted: tuple[Placed, ...] = ()
    files: frozenset[int] = frozenset()

    @property
    def chosen(self) -> Chosen:
        """As the hub takes it."""
        return Chosen(self.added, self.lifted, self.files)


async def show_queue(request: web.Request) -> web.StreamResponse:
    """Answered letters whose writers agreed, waiting for the release check."""
    desk = await sit(request)
    rows, _ = await desk.office.store.read(reading.inbox, desk.actor, VIEW, {}, desk.book, desk.now, QUEUE)
    return await show(
        desk,
        "publications.html",
        rows=[{**parts.inbox_row(desk, r), "href": f"/staff/publication/{r.number}"} for r in rows],
        done=_done(desk),
    )


async def show_page(request: web.Request) -> web.StreamResponse:
    """One page before it is public; the marks that a colleague asked to lift are lifted in the preview."""
    desk, number = await sit(request), request.match_info["number"]
    return await _render(desk, number, Wishes(lifted=await _asked_to_lift(desk, number)))


async def act(request: web.Request) -> web.StreamResponse:
    """Look again with other marks, publish what stands there, or ask a colleague to lift marks."""
    desk, number = await sit(request), request.match_info["number"]
    hurry(desk)
    given = form(request)
    wishes = await _wishes(desk, number, given)
    wish = texts(given, "do")
    try:
        if wish == "publish":
            await _publish(desk, number, wishes, moves.whole(given, "version"))
            raise web.HTTPSeeOther(f"/staff/publication?done=publish&number={number}")
        if wish == "lift":
            values = {"masks": publishing.write_marks(wishes.lifted), "reason": texts(given, "ask_lifting-reason")}
            asked = moves.Posted(PUBLICATION["ask_lifting"], values, moves.whole(given, "version"), 0, 0)
            await moves.attempt(desk, number, asked)
            raise web.HTTPSeeOther(f"/staff/publication?done=ask_lifting&number={number}")
    except NotFound:
        raise
    except Refusal as fault:
        return await _render(desk, number, wishes, fault, texts(given, "ask_lifting-reason"))
    return await _render(desk, number, wishes)


async def decide(request: web.Request) -> web.StreamResponse:
    """Withhold or take down, with its reason."""
    desk, number, code = await sit(request), request.match_info["number"], request.match_info["move"]
    if code not in OTHERS:
        raise NotFound
    hurry(desk)
    asked = moves.posted(code, form(request), desk)
    try:
        await moves.attempt(desk, number, asked)
    except NotFound:
        raise
    except Refusal as fault:
        attempt = await moves.after(desk, number, asked, fault)
        return await _render(desk, number, Wishes(), fault, "", attempt)
    raise web.HTTPSeeOther(f"/staff/publication?done={code}&number={number}")


async def _publish(desk: Desk, number: str, wishes: Wishes, version: int) -> None:
    """Publish once; the second click of a double one is taken as the first."""
    try:
        await publishing.publish(desk.office, number, desk.actor, version, wishes.chosen)
    except (Overtaken, NotNow):
        if not await desk.office.store.read(workbench.was_mine, number, "publish", desk.actor, version):
            raise


# ---- marks -----------------------------------------------------------------------------------------------------------


async def _wishes(desk: Desk, number: str, given: Any) -> Wishes:
    """Words to hide become marks wherever they stand; a box that lost its tick is a mark to lift."""
    words = texts(given, "words").replace("\r\n", "\n")
    kind: Kind = "address" if texts(given, "kind") == "address" else "name"
    _, marked = await publishing.preview(desk.office, number, desk.actor)
    added = places_of(words.split("\n"), {w: m.text for w, m in marked.items()}, kind)
    kept = {str(v) for v in given.getall("keep", [])}
    found = all_marks(marked)
    lifted = tuple(m for m in found if publishing.write_marks((m,)) not in kept) if texts(given, "shown") else ()
    public = frozenset(int(n) for n in given.getall("public", []) if str(n).isdecimal() and len(str(n)) < 7)
    return Wishes(words, kind, added, lifted, public)


def places_of(words: Sequence[str], texts_: Mapping[Where, str], kind: Kind) -> tuple[Placed, ...]:
    """Every place in the texts where one of the words stands. Pure."""
    found = []
    for word in {w.strip() for w in words if w.strip()}:
        for where in PLACES:
            start = texts_[where].find(word)
            while start >= 0:
                found.append(Placed(where, start, start + len(word), kind))
                start = texts_[where].find(word, start + len(word))
    return tuple(sorted(found))


def all_marks(marked: Mapping[Where, Marked]) -> tuple[Placed, ...]:
    """The marks of all texts with their places, in order. Pure."""
    return tuple(Placed(w, m.start, m.end, m.kind) for w in PLACES for m in marked[w].marks)


def pieces(text: str, marks: Sequence[Mark]) -> list[tuple[str, bool]]:
    """The text in pieces, each marked or not, for showing the original. Pure."""
    out, at = [], 0
    for mark in sorted(marks):
        out += [(text[at : mark.start], False), (text[mark.start : mark.end], True)]
        at = mark.end
    return [(piece, is_marked) for piece, is_marked in (*out, (text[at:], False)) if piece]


async def _asked_to_lift(desk: Desk, number: str) -> tuple[Placed, ...]:
    look = await desk.office.store.read(workbench.look, number, desk.actor, desk.book, desk.now)
    lifting = next((o for o in look.case.overlays if o["kind"] == "lifting" and o["state"] == "open"), None)
    return publishing.read_marks(str(lifting["data"].get("masks", ""))) if lifting else ()


# ---- the page --------------------------------------------------------------------------------------------------------


async def _render(
    desk: Desk,
    number: str,
    wishes: Wishes,
    fault: Refusal | None = None,
    reason: str = "",
    attempt: Attempt | None = None,
) -> web.Response:
    look = await desk.office.store.read(workbench.look, number, desk.actor, desk.book, desk.now)
    case = look.case
    page, marked, found = await _previewed(desk, number, wishes)
    kind = desk.book.kind(look.kind, look.edition)
    reader = fields.Reader(desk.word, desk.say, desk.book, kind)
    attempt = attempt or Attempt()
    lifting = next((o for o in case.overlays if o["kind"] == "lifting" and o["state"] == "open"), None)
    said = [desk.word(s) for s in fault.fields.values()] if isinstance(fault, Invalid) else []
    open_now = {m.code for m in case.moves}
    return await show(
        desk,
        "publication.html",
        status=status_of(fault) if fault else 200,
        case=case,
        page=page,
        marks=[_mark_row(desk, m, found, wishes) for m in all_marks(found)] if found else [],
        original=[(desk.say(WHERE[w]), pieces(marked[w].text, marked[w].marks)) for w in PLACES] if marked else [],
        words=wishes.words,
        kind=wishes.kind,
        kinds=[(code, desk.say(word)) for code, word in KINDS],
        lifted=len(wishes.lifted),
        files=[{**row, "ticked": row["n"] in wishes.files} for row in await _files(desk, number)],
        lifting={"by": lifting["by"], "reason": lifting["data"].get("reason", ""), "at": lifting["at"]}
        if lifting
        else None,
        reason=reason,
        open_now=open_now,
        others=[_form(m, reader, attempt) for m in case.moves if m.code in OTHERS],
        attempt=_told(desk, case, attempt),
        above=(said or [desk.word(fault.said)]) if fault and not attempt.wrong else [],
        history=case.history,
        letter=number.removeprefix("P"),
    )


async def _files(desk: Desk, number: str) -> list[dict[str, Any]]:
    """The files that went to the citizen with the reply; none of them is public unless it is ticked."""
    letter = number.removeprefix("P")
    there = await desk.office.store.read(publishing.enclosed, number, desk.actor, desk.book)
    return parts.files(letter, there)


async def _previewed(
    desk: Desk, number: str, wishes: Wishes
) -> tuple[Page | None, Mapping[Where, Marked], Mapping[Where, Marked]]:
    """The page with these wishes, its texts with their marks, and the texts with the marks found by themselves."""
    try:
        _, found = await publishing.preview(desk.office, number, desk.actor)
        page, marked = await publishing.preview(desk.office, number, desk.actor, wishes.chosen)
    except NotNow:
        return None, {}, {}
    return page, marked, found


def _mark_row(desk: Desk, mark: Placed, found: Mapping[Where, Marked], wishes: Wishes) -> dict[str, Any]:
    return {
        "value": publishing.write_marks((mark,)),
        "where": desk.say(WHERE[mark.where]),
        "words": found[mark.where].text[mark.start : mark.end],
        "kind": desk.say(NAMES.get(mark.kind, mark.kind)),
        "kept": mark not in wishes.lifted,
    }


def _done(desk: Desk) -> str:
    done, number = query(desk.request).get("done", ""), query(desk.request).get("number", "")
    word = parts.move_word(desk, done) if done else ""
    return f"{number} {desk.say(N_('已完成：%(move)s'), move=word)}" if word and word != done else ""
