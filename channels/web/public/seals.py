"""The seals of the journal for everybody: the newest by day, and a look whether one kept earlier still holds."""

import json
from typing import Any

from aiohttp import web

from channels.web.forms import query
from channels.web.keys import office_of
from channels.web.public.answering import public_page
from channels.web.render import view_of
from hub.errors import Invalid
from hub.office import Office
from hub.seals import SHORT, holds, read_seal
from hub.storage import seals

SHOWN = 31
LONGEST_GIVEN = 200


async def show(request: web.Request) -> web.StreamResponse:
    """`/seals`"""
    office, given, lang = (
        office_of(request),
        query(request).get("kept", "")[:LONGEST_GIVEN].strip(),
        view_of(request).lang,
    )

    async def values() -> dict[str, Any]:
        rows = await office.store.read(seals.newest, SHOWN, room="public")
        verdict, error = await _compared(office, given, zh=lang == "zh")
        return {"rows": rows, "short": SHORT, "kept": given, "verdict": verdict, "error": error}

    return await public_page(request, "public/seals.html", values)


async def _compared(office: Office, given: str, *, zh: bool) -> tuple[str, str]:
    """`same` or `other` and no sentence; or the sentence about what was written."""
    if not given:
        return "", ""
    try:
        kept = read_seal(given)
    except Invalid as fault:
        return "", fault.zh if zh else fault.en
    return ("same" if await office.store.read(holds, kept, room="public") else "other"), ""


async def as_json(request: web.Request) -> web.Response:
    """`/seals.json`: day, number and hash of every seal of a year, for whoever keeps them."""
    rows = await office_of(request).store.read(seals.newest, 366, room="public")
    text = json.dumps({"algorithm": "SHA-256", "seals": [row._asdict() for row in rows]}, indent=1)
    return web.Response(text=text, content_type="application/json", headers={"Cache-Control": "public, max-age=600"})
