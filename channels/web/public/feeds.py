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
        _text(feed, "title", site.zh if lang == "zh" else site.en)
        _text(feed, "id", f"{root}/feeds/results.atom")
        _text(feed, "updated", _moment(max((_changed(r) for r in rows), default=datetime(2026, 1, 1, tzinfo=UTC))))
        SubElement(feed, "link", {"rel": "self", "href": f"{root}/feeds/results.atom"})
        SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "href": f"{root}/results"})
        for row in rows:
            entry = SubElement(feed, "entry")
            _text(entry, "title", row.title)
            _text(entry, "id", f"{root}/results/{row.number}")
            SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": f"{root}/results/{row.number}"})
            _text(entry, "published", _moment(row.published_at))
            _text(entry, "updated", _moment(_changed(row)))
            _text(SubElement(entry, "author"), "name", pick(lang, row.unit))
            SubElement(entry, "category", {"term": pick(lang, row.kind)})
            _text(entry, "content", row.reply).set("type", "text")
        return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(feed, encoding="unicode")}'.encode()

    return await kept(request, lang, "application/atom+xml", made)


def _changed(row: Published) -> datetime:
    return row.corrected_at or row.published_at


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _text(parent: Element, name: str, value: str) -> Element:
    element = SubElement(parent, name)
    element.text = "".join(c for c in value if c in "\t\n" or c >= " ")
    return element
