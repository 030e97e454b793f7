"""The feed of published answers (Atom, RFC 4287)."""

from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from aiohttp import web

from channels.web.keys import PARTS, office_of
from channels.web.public.answering import kept, pick
from channels.web.public.receipt import public_root
from channels.web.render import view_of
from hub import results
from hub.results import Published

ATOM = "http://www.w3.org/2005/Atom"
ENTRIES = 30


async def atom(request: web.Request) -> web.Response:
    """`/feeds/results.atom`"""
    lang, root = view_of(request).lang, public_root(request)

    async def made() -> bytes:
        office = office_of(request)
        book = await office.book()
        rows = await office.store.read(results.newest, book, ENTRIES, room="public")
        feed = Element("feed", {"xmlns": ATOM, "xml:lang": "zh-CN"})
        site = request.app[PARTS].site
        atom_text(feed, "title", site.zh if lang == "zh" else site.en)
        atom_text(feed, "id", f"{root}/feeds/results.atom")
        atom_text(feed, "updated", atom_moment(max((_changed(r) for r in rows), default=None)))
        SubElement(feed, "link", {"rel": "self", "href": f"{root}/feeds/results.atom"})
        SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "href": f"{root}/results"})
        for row in rows:
            entry = SubElement(feed, "entry")
            atom_text(entry, "title", row.title)
            atom_text(entry, "id", f"{root}/results/{row.number}")
            SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": f"{root}/results/{row.number}"})
            atom_text(entry, "published", atom_moment(row.published_at))
            atom_text(entry, "updated", atom_moment(_changed(row)))
            atom_text(SubElement(entry, "author"), "name", pick(lang, row.unit))
            SubElement(entry, "category", {"term": pick(lang, row.kind)})
            atom_text(entry, "content", row.reply).set("type", "text")
        return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(feed, encoding="unicode")}'.encode()

    return await kept(request, lang, "application/atom+xml", made)


def _changed(row: Published) -> datetime:
    return row.corrected_at or row.published_at


def atom_moment(moment: datetime | None) -> str:
    """A moment as the format wants it; of a feed in which nothing ever stood, one that does not change."""
    moment = moment or datetime(2026, 1, 1, tzinfo=UTC)
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def atom_text(parent: Element, name: str, value: str) -> Element:
    """Add an element with text, without what XML cannot hold."""
    element = SubElement(parent, name)
    element.text = "".join(c for c in value if c in "\t\n" or c >= " ")
    return element
