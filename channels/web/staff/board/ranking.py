"""Ranks of units on the board: those of the last months as they stand, and a leader's buttons to release or recall."""

from typing import Any

from aiohttp import web

from channels.texts.catalog import N_
from channels.web.forms import form, query
from channels.web.public.figures import rank_tables
from channels.web.staff.board.asked import asked_of
from channels.web.staff.frame import Desk, hurry, show, sit, status_of, texts
from hub.errors import NotFound, Refusal
from supervision import ranks
from supervision.ranks import Ranks

PATH = "/staff/board/ranks"
MAY = ("supervisor", "leader")
DONE = {"release": N_("已发布，统计页上现在可以看到。"), "recall": N_("已撤回，统计页上不再显示。")}


async def show_ranks(request: web.Request) -> web.StreamResponse:
    """`/staff/board/ranks`"""
    return await _render(await sit(request))


async def decide(request: web.Request) -> web.StreamResponse:
    """A leader releases the ranks of a month, or recalls them."""
    desk = await sit(request)
    hurry(desk)
    wish, month = texts(form(request), "do"), texts(form(request), "month")
    write = desk.office.store.write
    if wish not in DONE:
        raise NotFound
    try:
        if wish == "release":
            await write(ranks.release, month, desk.actor, desk.book, desk.now)
        else:
            await write(ranks.recall, month, desk.actor, desk.now)
    except Refusal as fault:
        return await _render(desk, fault)
    raise web.HTTPSeeOther(f"{PATH}?done={wish}")


async def _render(desk: Desk, fault: Refusal | None = None) -> web.Response:
    read = desk.office.store.read
    released = await read(ranks.released)
    waiting = await read(ranks.to_release, desk.book, desk.now, room="heavy")
    return await show(
        desk,
        "board_ranks.html",
        status=status_of(fault) if fault else 200,
        above=desk.word(fault.said) if fault else "",
        done=desk.say(DONE.get(query(desk.request).get("done", ""), "")),
        back=asked_of(desk).to(),
        leads="leader" in desk.actor.hub_roles,
        released=[_month(desk, one) for one in released],
        waiting=[_month(desk, one) for one in waiting if one.lines],
    )


def _month(desk: Desk, found: Ranks) -> dict[str, Any]:
    return {"month": found.month, "tables": rank_tables(found, desk.book, desk.lang)}
