"""Bulletins for everybody: the list, each one as page, PDF and table file, the feed, and a word where one is gone."""

from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from aiohttp import web

from channels.bulletins.files import FORMS, file_of, version_word
from channels.bulletins.page import pick, shown_in
from channels.texts.catalog import N_, Lang
from channels.texts.catalog import said as say
from channels.web.forms import query
from channels.web.keys import PARTS, office_of
from channels.web.public.answering import kept, public_page
from channels.web.public.feeds import ATOM, atom_moment, atom_text
from channels.web.public.receipt import public_root
from channels.web.render import page, view_of
from hub.errors import NotFound
from hub.office import Office
from hub.storage import bulletins as stored
from hub.storage.bulletins import Bulletin
from supervision.bulletins.document import from_text
from supervision.bulletins.kinds import bulletins_of

NAMED = 30


async def show_list(request: web.Request) -> web.Response:
    """`/bulletins`"""
    lang = view_of(request).lang

    async def values() -> dict[str, Any]:
        office = office_of(request)
        found = await office.store.read(stored.public, room="public")
        return {"rows": [await _line(office, one, lang) for one in found]}

    return await public_page(request, "public/bulletins.html", values)


async def show_one(request: web.Request) -> web.Response:
    """`/bulletins/{kind}/{period}`: the version in force, or an earlier one by `?version=`; 410 for one recalled."""
    office, lang = office_of(request), view_of(request).lang
    versions = await _public_versions(request)
    one = _wanted(request, versions)
    if one.recalled_at is not None:
        name = pick((await _name(office, one.kind)), lang)
        values = {"name": name, "period": one.period, "day": one.recalled_at, "reason": one.note}
        return page(request, "public/bulletin_gone.html", status=410, **values)

    async def values_of() -> dict[str, Any]:
        document = from_text(one.content)
        base = f"/bulletins/{one.kind}/{one.period}"
        in_force = versions[0]
        return {
            "it": shown_in(document, one.words, lang),
            "released": one.released_at,
            "as_of": document.as_of,
            "line": document.head,
            "versions": [(f"{base}?version={v.version}", version_word(v, lang), v.key == one.key) for v in versions],
            "newest": base if in_force.key != one.key and in_force.recalled_at is None else "",
            "files": f"{base}/{one.version}",
        }

    return await public_page(request, "public/bulletin.html", values_of)


async def download(request: web.Request) -> web.StreamResponse:
    """`/bulletins/{kind}/{period}/{version}/{form}`: the version as PDF or table file."""
    versions, form = await _public_versions(request), request.match_info["form"]
    one = next((v for v in versions if str(v.version) == request.match_info["version"]), None)
    if one is None or form not in FORMS or one.recalled_at is not None:
        raise NotFound
    return await file_response(one, form, view_of(request).lang)


async def file_response(one: Bulletin, form: str, lang: Lang) -> web.Response:
    """A version as a file to keep."""
    body = await file_of(one, form, lang)
    name = f"{one.kind}-{one.period}-v{one.version}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-cache"}
    return web.Response(body=body, content_type=FORMS[form].content_type, headers=headers)


async def atom(request: web.Request) -> web.Response:
    """`/feeds/bulletins.atom`: what was released, the newest first (RFC 4287)."""
    lang, root = view_of(request).lang, public_root(request)

    async def made() -> bytes:
        rows = await office_of(request).store.read(stored.public, NAMED, room="public")
        site, address = request.app[PARTS].site, f"{root}/feeds/bulletins.atom"
        feed = Element("feed", {"xmlns": ATOM, "xml:lang": "zh-CN" if lang == "zh" else "en"})
        name = say(lang, N_("通报和报告"))
        atom_text(feed, "title", f"{site.zh if lang == 'zh' else site.en} · {name}")
        atom_text(feed, "id", address)
        atom_text(feed, "updated", atom_moment(max((one.released_at for one in rows if one.released_at), default=None)))
        SubElement(feed, "link", {"rel": "self", "href": address})
        SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "href": f"{root}/bulletins"})
        for one in rows:
            document, where = from_text(one.content), f"{root}/bulletins/{one.kind}/{one.period}"
            entry = SubElement(feed, "entry")
            atom_text(entry, "title", pick(document.title, lang))
            atom_text(entry, "id", f"{where}?version={one.version}")
            SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": where})
            atom_text(entry, "updated", atom_moment(one.released_at))
            atom_text(SubElement(entry, "author"), "name", pick(document.office, lang))
        return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(feed, encoding="unicode")}'.encode()

    return await kept(request, lang, "application/atom+xml", made)


async def _public_versions(request: web.Request) -> list[Bulletin]:
    """What everybody may know of a period, the newest first: versions that were released once; NotFound where none."""
    kind, period = request.match_info["kind"], request.match_info["period"]
    found = await office_of(request).store.read(stored.versions, kind, period, room="public")
    public = [one for one in found if one.public and one.released_at is not None]
    if not public:
        raise NotFound
    return public


def _wanted(request: web.Request, versions: list[Bulletin]) -> Bulletin:
    asked = query(request).get("version", "")
    one = next((v for v in versions if str(v.version) == asked), None) if asked else versions[0]
    if one is None:
        raise NotFound
    return one


async def _name(office: Office, kind: str) -> Any:
    known = bulletins_of(await office.book()).kinds.get(kind)
    return known.name if known else {"zh": kind, "en": kind}


async def _line(office: Office, one: Bulletin, lang: Lang) -> tuple[str, str, str, Any, bool]:
    document = from_text(one.content)
    name = pick(await _name(office, one.kind), lang)
    corrected = document.parts[0].code == "correction"
    return f"/bulletins/{one.kind}/{one.period}", pick(document.title, lang), name, one.released_at, corrected
