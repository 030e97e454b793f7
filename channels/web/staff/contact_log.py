"""The read log of contact data, as a page: who opened whose, when, and for which reason."""

from urllib.parse import urlencode

from aiohttp import web

from channels.texts.catalog import N_
from channels.web.forms import query
from channels.web.staff import parts
from channels.web.staff.frame import show, sit
from supervision.contact_log import log


async def show_log(request: web.Request) -> web.StreamResponse:
    """Newest first, by officer or case where one is asked for."""
    desk, asked = await sit(request), query(request)
    officer, number, before = asked.get("officer", ""), asked.get("number", ""), asked.get("before", "")
    place = int(before) if before.isdecimal() and len(before) < 19 else 0
    found = await desk.office.store.read(log, desk.actor, officer, number, place, desk.book)
    kept = {"officer": officer, "number": number}
    return await show(
        desk,
        "contact_log.html",
        rows=[
            (
                f"/staff/cases/{row.number}",
                row.number,
                row.officer,
                row.at,
                desk.word(parts.coded(desk, "contact", row.why)) if row.why else desk.say(N_("未写明")),
            )
            for row in found.rows
        ],
        officers=[("", desk.say(N_("所有人"))), *found.officers],
        who=officer,
        number=number,
        older=f"/staff/contact-log?{urlencode({**kept, 'before': found.older})}" if found.older else "",
    )
