"""Hot topics: what many people write about this week, how it moves, the letters behind each, and one answer to many."""

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from channels.texts.catalog import N_
from channels.web.forms import form, query
from channels.web.staff.frame import MERGE, Desk, hurry, show, sit, texts
from hub import workbench
from hub.errors import Invalid, NotFound, Refusal
from routing.topics import Shown, Topic, shown

CHARTED = 8
"""Topics of the chart; the table below has them all."""
LONGEST_LABEL = 22
MOST_MERGED = 200
"""Letters that are merged at one press; a topic with more is merged in two."""


async def show_topics(request: web.Request) -> web.StreamResponse:
    """The topics of the last seven days as far as the officer may see their letters."""
    desk = await sit(request)
    n, lead = query(request).get("merged", ""), query(request).get("lead", "")[:20]
    return await _page(desk, done=_done(desk, int(n), lead) if n.isdecimal() and len(n) < 4 and lead else "")


async def _page(
    desk: Desk, *, status: int = 200, done: str = "", above: str = "", refused: Sequence[tuple[str, str]] = ()
) -> web.Response:
    at, found = await desk.office.store.read(shown, desk.actor, desk.book, room="heavy")
    most = max((s.n for s in found), default=1)
    return await show(
        desk,
        "topics.html",
        status=status,
        done=done,
        above=above,
        refused=refused,
        may_merge=any(desk.actor.has(role) for role in MERGE),
        at=at,
        bars=[_bar(s, most) for s in found[:CHARTED]],
        rows=[_row(desk, s) for s in found],
        topics=[
            {"title": s.title, "letters": s.letters, "n": s.n, "standing": [x.number for x in s.letters if x.stands]}
            for s in found
        ],
    )


def _bar(found: Shown, most: int) -> dict[str, Any]:
    title = found.title
    return {
        "label": title if len(title) <= LONGEST_LABEL else title[:LONGEST_LABEL] + "…",
        "share": found.n / most,
        "value": str(found.n),
        "n": found.topic.writers,
        "tone": "red" if found.topic.surges else "blue",
    }


def _row(desk: Desk, found: Shown) -> tuple[str, ...]:
    """Title, letters, writers, places, the weeks one by one, and how it moves in a word."""
    topic, places = found.topic, "、".join(found.places) or "—"
    weeks = " → ".join(str(n) for n in topic.weeks)
    return (found.title, str(found.n), str(topic.writers), places, weeks, desk.say(trend(topic)))


def trend(topic: Topic) -> str:
    """How it moves, in a word: up against the weeks before and the last one, down against the last one."""
    last, now = topic.weeks[-2:]
    if topic.surges:
        return N_("激增")
    if now > max(last, topic.before):
        return N_("上升")
    return N_("回落") if now < last else N_("平稳")


# Many letters, one answer ---------------------------------------------------------------------------------------------


async def merge(request: web.Request) -> web.StreamResponse:
    """Merge the letters that are ticked into the one that leads, each by a deed of its own; who refuses says why."""
    desk = await sit(request)
    hurry(desk)
    given = form(request)
    lead, chosen = texts(given, "lead"), [str(n) for n in given.getall("letter", [])][:MOST_MERGED]
    followers = [number for number in dict.fromkeys(chosen) if number != lead]
    if not lead or not followers:
        return await _page(desk, status=422, above=desk.say(N_("请选一件牵头的来信，再勾选至少一件并进去。")))
    refused = []
    for number in followers:
        try:
            await desk.office.act(number, "merge", {"into": lead}, desk.actor)
        except Refusal as fault:
            if not await _follows(desk, number, lead):
                said = next(iter(fault.fields.values())) if isinstance(fault, Invalid) else fault.said
                refused.append((number, desk.word(said)))
    done = len(followers) - len(refused)
    if not refused:
        raise web.HTTPSeeOther(f"/staff/topics?merged={done}&lead={lead}")
    return await _page(desk, status=409, refused=refused, done=_done(desk, done, lead) if done else "")


async def _follows(desk: Desk, number: str, lead: str) -> bool:
    """Whether it follows that lead already: the second press of a double one."""
    try:
        case, _ = await desk.office.store.read(workbench.routed, number, desk.actor, desk.book)
        leading, _ = await desk.office.store.read(workbench.routed, lead, desk.actor, desk.book)
    except NotFound:
        return False
    return case.lead == leading.id


def _done(desk: Desk, n: int, lead: str) -> str:
    return desk.say(N_("已有%(n)s件并入 %(lead)s。它答复时，每件都会以自己的编号收到同样的答复。"), n=n, lead=lead)
