"""Who has it: cases that lie with nobody by name or with somebody away, each with the officer who could take it."""

from collections.abc import Iterable

from aiohttp import web

from channels.texts.catalog import N_
from channels.web.forms import query
from channels.web.staff import parts
from channels.web.staff.frame import Desk, show, sit
from hub import assigning
from hub.assigning import Candidate


async def show_unattended(request: web.Request) -> web.StreamResponse:
    """What must be given to somebody at the officer's units."""
    desk = await sit(request)
    found = await desk.office.store.read(assigning.unattended, desk.actor, desk.book, desk.now)
    number = query(request).get("number", "")[:20]
    return await show(
        desk,
        "assign.html",
        rows=[
            {**parts.inbox_row(desk, f.row), "away": f.officer, "version": f.row.version, "people": _present(desk, f)}
            for f in found
        ],
        done=desk.say(N_("%(number)s 已分派。"), number=number) if number else "",
    )


def _present(desk: Desk, found: assigning.Unattended) -> list[tuple[str, str]]:
    return labels(desk, (c for c in found.candidates if c.away_until is None))


def labels(desk: Desk, officers: Iterable[Candidate]) -> list[tuple[str, str]]:
    """The officers of a list with what lies with each; the first who is there is proposed."""
    rows: list[tuple[str, str]] = []
    for place, one in enumerate(officers):
        words = [one.name, desk.say(N_("%(n)s件在办"), n=one.load.open)]
        if one.load.late:
            words.append(desk.say(N_("%(n)s件超期"), n=one.load.late))
        if one.signs:
            words.append(desk.say(N_("审签人，没有承办人在岗")))
        if one.away_until is not None:
            words.append(desk.say(N_("外出")))
        elif place == 0:
            words.append(desk.say(N_("建议")))
        rows.append((one.id, " · ".join(words)))
    return rows
