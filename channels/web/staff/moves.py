"""Making a move from a page: read the form, ask the hub, and on a refusal bring the words back beside what changed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web

from channels.web.forms import form
from channels.web.keys import Fields
from channels.web.staff import drafts, editor, enclosures, fields
from channels.web.staff.attempt import Attempt, Kept
from channels.web.staff.case import render
from channels.web.staff.frame import Desk, hurry, sit, status_of, texts
from channels.web.staff.suggested import must_say_why
from hub import workbench
from hub.errors import Invalid, NotFound, NotNow, Overtaken, Refusal
from hub.machines.machine import Move
from hub.machines.registry import MACHINES

BACK: Mapping[str, str] = {
    "assign": "/staff/assign",
    "dispatch": "/staff/dispatch",
    "reviews": "/staff/reviews",
    "publication": "/staff/publication",
}
"""Lists to which a move made from them returns."""
WORDS = ("text", "reason", "question")


@dataclass(frozen=True, slots=True)
class Posted:
    """A move as it was posted: with what, and what stood on the screen (version, history, last message, draft)."""

    move: Move
    values: dict[str, Any]
    version: int
    lines: int
    said: int
    kept: Kept | None = None


def posted(code: str, given: Fields, desk: Desk) -> Posted:
    """Read a move's form; raises NotFound for a move that no machine has."""
    move = next((m.moves[code] for m in MACHINES.values() if code in m.moves), None)
    if move is None:
        raise NotFound
    values = fields.values_of(move, given, desk.book.directory)
    kept = Kept(drafts.revision(given))
    return Posted(move, values, whole(given, "version"), whole(given, "lines"), whole(given, "said"), kept)


def whole(given: Mapping[str, Any], name: str) -> int:
    """A posted count, 0 for anything that is none."""
    text = texts(given, name)
    return int(text) if text.isdecimal() and len(text) < 10 else 0


async def make(request: web.Request) -> web.StreamResponse:
    """One move from the page of a case."""
    desk, number, code = await sit(request), request.match_info["number"], request.match_info["move"]
    hurry(desk)
    given = form(request)
    asked = posted(code, given, desk)
    wish = texts(given, "do")
    if code in fields.REPLIES:
        try:
            values = await enclosures.with_uploads(desk, number, asked.values, given)
        except enclosures.NotTaken as fault:
            asked = replace(asked, values={**asked.values, "files": fault.kept})
            return await render(desk, number, await after(desk, number, asked, fault))
        asked = replace(asked, values=values)
    if code in fields.REPLIES and (wish in editor.HELP or wish.startswith(editor.PROMISE)):
        return await render(desk, number, await editor.assisted(desk, number, code, asked.values, given))
    if code in fields.REPLIES and wish in drafts.WISHES:
        kept = await drafts.attempted(desk, number, code, asked.values, given)
        return drafts.note(desk, kept) if texts(given, "part") else await render(desk, number, kept)
    try:
        await must_say_why(desk, number, code, asked.values)
        await attempt(desk, number, asked)
    except NotFound:
        raise
    except Refusal as fault:
        return await render(desk, number, await after(desk, number, asked, fault))
    raise web.HTTPSeeOther(_onward(number, code, given))


async def attempt(desk: Desk, number: str, asked: Posted) -> None:
    """Make the move once; the second click of a double one is taken as the first. Raises what the hub refuses."""
    read, move = desk.office.store.read, asked.move
    words = next((asked.values[n] for n in WORDS if n in asked.values), "") if move.quiet else ""
    if words and await read(workbench.said_already, number, desk.actor, words, asked.said):
        return
    try:
        await desk.office.act(number, move.code, asked.values, desk.actor, None if move.quiet else asked.version)
    except (Overtaken, NotNow):
        if not await read(workbench.was_mine, number, move.code, desk.actor, asked.version):
            raise


async def after(desk: Desk, number: str, asked: Posted, fault: Refusal) -> Attempt:
    """What the page shows after a refusal: the words in their places and what changed since the screen was read."""
    wrong, above = fields.wrong_of(fault, asked.move) if isinstance(fault, Invalid) else ({}, (fault.said,))
    findings: list[dict[str, str]] = []
    if asked.move.code in fields.REPLIES and asked.values.get("body"):
        look = await desk.office.store.read(workbench.look, number, desk.actor, desk.book, desk.now)
        findings = await editor.findings(desk, look.case, asked.values)
    return Attempt(
        move=asked.move.code,
        given=asked.values,
        wrong=wrong,
        above=above,
        moved_on=isinstance(fault, Overtaken | NotNow),
        lines=asked.lines,
        said=asked.said,
        findings=findings,
        kept=asked.kept,
        status=status_of(fault),
    )


def _onward(number: str, code: str, given: Mapping[str, Any]) -> str:
    back, view = BACK.get(texts(given, "back"), ""), texts(given, "view")
    if back:
        return f"{back}?done={code}&number={number}"
    kept = f"&view={view}" if view.isidentifier() else ""
    return f"/staff/cases/{number}?done={code}{kept}"
