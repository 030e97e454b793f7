"""An officer's due dates as a calendar feed (iCalendar, RFC 5545) under a secret address of their own."""

import hashlib
import secrets
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from aiohttp import web

from channels.web.forms import form
from channels.web.keys import OFFICE, SETTINGS
from channels.web.render import view_of
from channels.web.session import hashed
from channels.web.staff import absence
from channels.web.staff.frame import hurry, sit, texts
from hub import staffing
from hub.agenda import Due, agenda
from hub.errors import NotFound, Said
from hub.storage import people
from hub.words import CLOCKS

OCTETS = 75
"""The longest line (RFC 5545 §3.1); what is longer goes on in the next one after a blank."""
FRESH = "PT1H"


async def show_feed(request: web.Request) -> web.StreamResponse:
    """The due dates of whoever holds this address; an unknown or revoked one does not exist."""
    office, key = request.app[OFFICE], hashed(request.match_info["token"])
    now, lang = office.clock(), view_of(request).lang
    lasts = staffing.FEED_LASTS
    actor = await office.store.read(people.signed_in, key, staffing.FEED, now, lasts)
    if actor is None:
        raise NotFound
    dues = await office.store.read(agenda, actor, await office.book())
    public = request.app[SETTINGS].server.public_url
    body = "".join(folded(line) for line in lines(dues, lang == "zh", public)).encode()
    mark = hashlib.sha256(body).hexdigest()[:32]
    if any(tag.value in (mark, "*") for tag in request.if_none_match or ()):
        return web.Response(status=304, headers={"ETag": f'"{mark}"'})
    return web.Response(body=body, content_type="text/calendar", charset="utf-8", headers={"ETag": f'"{mark}"'})


async def change_feed(request: web.Request) -> web.StreamResponse:
    """Make a new address, which ends the one before and is shown this once, or end it."""
    desk, wish = await sit(request), texts(form(request), "do")
    hurry(desk)
    if wish == "end":
        await desk.office.store.write(staffing.end_feed, desk.actor, desk.now)
        raise web.HTTPSeeOther("/staff/absence?done=3")
    if wish != "make":
        raise NotFound
    token = secrets.token_urlsafe(32)
    await desk.office.store.write(staffing.begin_feed, hashed(token), desk.actor, desk.now)
    base = desk.request.app[SETTINGS].server.public_url or str(request.url.origin())
    address = f"{base.rstrip('/')}/staff/calendar/{token}.ics?lang={desk.lang}"
    return await absence.render(desk, {}, None, address=address)


def lines(dues: Iterable[Due], zh: bool, public: str) -> Iterator[str]:
    """The calendar line by line: number, kind, which limit and when; no title and no person leaves the hub."""
    name = "民信：我的期限" if zh else "Minxin: my due dates"
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Minxin//Due dates//ZH", "CALSCALE:GREGORIAN")
    yield from ("METHOD:PUBLISH", f"X-WR-CALNAME:{escaped(name)}", f"REFRESH-INTERVAL;VALUE=DURATION:{FRESH}")
    for due in dues:
        said = CLOCKS.get(due.clock, Said(due.clock, due.clock))
        kind, clock = (due.kind.zh, said.zh) if zh else (due.kind.en, said.en)
        yield "BEGIN:VEVENT"
        yield f"UID:{due.number}-{due.clock}-{due.round}@{urlsplit(public).hostname or 'minxin'}"
        yield f"DTSTAMP:{_utc(due.written)}"
        yield f"SEQUENCE:{due.revision}"
        if due.moment is None:
            yield f"DTSTART;VALUE=DATE:{due.day:%Y%m%d}"
            yield f"DTEND;VALUE=DATE:{due.day + timedelta(days=1):%Y%m%d}"
        else:
            yield f"DTSTART:{_utc(due.moment)}"
        yield f"SUMMARY:{escaped(f'{due.number} {kind} · {clock}')}"
        yield "TRANSP:TRANSPARENT"
        if public:
            yield f"URL:{public.rstrip('/')}/staff/cases/{due.number}"
        yield "END:VEVENT"
    yield "END:VCALENDAR"


def escaped(text: str) -> str:
    """A text value: backslash, semicolon, comma and line break are written with a backslash (RFC 5545 §3.3.11)."""
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return text.replace("\r\n", "\\n").replace("\n", "\\n")


def folded(line: str) -> str:
    """A line as it is sent: at most 75 octets, no character torn apart, ended by CRLF."""
    rows, row = list[str](), ""
    for character in line:
        if len((row + character).encode()) > OCTETS - bool(rows):
            rows.append(row)
            row = ""
        row += character
    return "\r\n ".join([*rows, row]) + "\r\n"


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
