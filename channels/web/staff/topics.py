"""Hot topics: what many people write about this week, how it moves, and the letters behind each."""

from typing import Any

from aiohttp import web

from channels.texts.catalog import N_
from channels.web.staff.frame import Desk, show, sit
from routing.topics import Shown, shown

CHARTED = 8
"""Topics of the chart; the table below has them all."""
LONGEST_LABEL = 22


async def show_topics(request: web.Request) -> web.StreamResponse:
    """The topics of the last seven days as far as the officer may see their letters."""
    desk = await sit(request)
    at, found = await desk.office.store.read(shown, desk.actor, desk.book, room="heavy")
    most = max((s.n for s in found), default=1)
    return await show(
        desk,
        "topics.html",
        at=at,
        bars=[_bar(s, most) for s in found[:CHARTED]],
        rows=[_row(desk, s) for s in found],
        topics=[{"title": s.title, "letters": s.letters, "n": s.n} for s in found],
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
    topic = found.topic
    trend = N_("激增") if topic.surges else N_("上升") if topic.weeks[-1] > topic.before else N_("平稳或下降")
    weeks = " → ".join(str(n) for n in topic.weeks)
    return (found.title, str(found.n), str(topic.writers), "、".join(found.places) or "—", weeks, desk.say(trend))
