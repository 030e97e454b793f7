"""Writing a letter: five pages, one thing a page. Every answer travels along in the form until the letter is sent."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aiohttp import web
from multidict import MultiDict

from channels.texts.catalog import N_, Lang, said
from channels.web.address import client_address
from channels.web.errors import status_of
from channels.web.forms import form, query
from channels.web.keys import GATES, Fields, office_of
from channels.web.limits import prefix
from channels.web.public import forms
from channels.web.public.answering import pick, see_other, step_page
from channels.web.public.attached import ACCEPT, readable, sealer, take, unsealer
from channels.web.public.forms import CONTACT, KIND, MATTER, REVIEW, SHARING, Draft
from channels.web.public.receipt import keep_receipt
from channels.web.public.results import line
from channels.web.render import view_of
from channels.web.session import keep_open
from hub import results
from hub.errors import Invalid, KeyReused, Said, TooMany
from hub.kinds import Kind
from hub.office import Office
from hub.rulebook import Rulebook
from hub.storage.errors import StoreError
from hub.submission import MOST_BODY, MOST_FILES, MOST_TITLE

TEMPLATES = {
    KIND: "public/write_kind.html",
    MATTER: "public/write_matter.html",
    CONTACT: "public/write_contact.html",
    SHARING: "public/write_sharing.html",
    REVIEW: "public/write_review.html",
}
BUSY = Said(
    "系统正忙，还没有收下。您写的都在，请过几秒再按一次“提交”。",
    "We are busy and have not taken it yet. Nothing you wrote is lost; please press “Submit” again in a few seconds.",
)
SENT_BEFORE = Said(
    "您刚才已经提交过一次，内容和现在的不一样。如果这是另一封信，请再按一次“提交”；如果只是想补充，请到“查进度”里写。",
    "You sent this form before, with other words. If this is another letter, press “Submit” again; to add to the"
    " first one, go to “Track”.",
)


async def start(request: web.Request) -> web.Response:
    """`GET /letters/new`"""
    book = await office_of(request).book()
    kind = query(request).get("kind", "")
    draft = Draft(key=fresh_key(), kind=kind if kind in {k.code for k in forms.kinds(book)} else "")
    return await _page(request, draft, KIND)


async def go_on(request: web.Request) -> web.StreamResponse:
    """`POST /letters/new`: from one page to the next, back, to a page to change it, or off to the office."""
    fields = form(request)
    draft = forms.read_draft(fields, fresh_key(), unsealer(request.app))
    step, go = _step(fields), str(fields.get("go", "next"))
    refused: Said | None = None
    if step == MATTER:
        room = MOST_FILES - len(draft.files)
        taken, refused = await take(request, fields.getall("files", []), room)
        draft = forms.with_files(draft, tuple(taken))
    if go == "back":
        return await _page(request, draft, max(KIND, step - 1))
    if go.startswith("drop-") and go[5:].isdecimal():
        return await _page(request, forms.without_file(draft, int(go[5:])), MATTER)
    if go.startswith("to-") and go[3:].isdecimal():
        return await _page(request, draft, min(max(int(go[3:]), KIND), REVIEW))
    book, lang = await office_of(request).book(), view_of(request).lang
    wrong = forms.of_step(forms.faults(draft, book, lang, office_of(request).clock()), step)
    if refused is not None:
        wrong["files"] = refused
    if go == "look":
        return await _page(request, draft, MATTER, {"files": refused} if refused else {})
    if wrong:
        return await _page(request, draft, step, wrong)
    return await _send(request, draft) if go == "send" else await _page(request, draft, min(step + 1, REVIEW))


async def _send(request: web.Request, draft: Draft) -> web.StreamResponse:
    """Hand the letter in. Whatever stands in the way, the words come back on the page."""
    office, lang = office_of(request), view_of(request).lang
    book = await office.book()
    if wrong := forms.faults(draft, book, lang, office.clock()):
        step = min(forms.step_of(name) for name in wrong)
        return await _page(request, draft, step, forms.of_step(wrong, step))
    gates = request.app[GATES]
    try:
        gates.take(gates.letters, prefix(client_address(request)))
        received = await office.receive(forms.submission(draft, forms.kind_of(draft, book), lang))
    except KeyReused as fault:
        return await _page(request, replace(draft, key=fresh_key()), REVIEW, {}, SENT_BEFORE, status_of(fault))
    except TooMany as fault:
        return await _page(request, draft, REVIEW, {}, fault.said, status_of(fault))
    except Invalid as fault:
        step = min(forms.step_of(name) for name in fault.fields)
        return await _page(request, draft, step, fault.fields)
    except StoreError as fault:
        return await _page(request, draft, REVIEW, {}, BUSY, status_of(fault))
    response = see_other("/letters/receipt")
    keep_open(request, response, received.case_id, 1)
    keep_receipt(request, response, received.case_id, 1)
    return response


async def _page(
    request: web.Request,
    draft: Draft,
    step: int,
    wrong: Mapping[str, Said] | None = None,
    stopped: Said | None = None,
    status: int = 0,
) -> web.Response:
    """One step's page, filled in. Without a kind there is no other page than the first."""
    office, lang = office_of(request), view_of(request).lang
    book = await office.book()
    kind = forms.kind_of(draft, book)
    if kind is None:
        step = KIND
    hidden = MultiDict(forms.carried(draft, step, sealer(request.app)))
    return step_page(
        request,
        TEMPLATES[step],
        status=status or (422 if wrong else 200),
        draft=draft,
        kind=kind,
        step=step,
        hidden=hidden,
        errors={name: pick(lang, said) for name, said in (wrong or {}).items()},
        stopped=pick(lang, stopped) if stopped else "",
        **await _more(office, draft, kind, step, book, lang),
    )


async def _more(
    office: Office, draft: Draft, kind: Kind | None, step: int, book: Rulebook, lang: Lang
) -> dict[str, Any]:
    """What only some steps show."""
    if step == KIND or kind is None:
        return {"kinds": forms.kinds(book)}
    if step == MATTER:
        return {
            "aims": [(code, said(lang, word), said(lang, hint)) for code, word, hint in forms.aims(kind)],
            "units": _units(book, lang) if forms.asks_unit(kind) else [],
            "place": forms.place_field(kind),
            "own": forms.own_fields(kind),
            "files": [(f.name, readable(f.size)) for f in draft.files],
            "most": {"title": MOST_TITLE, "body": MOST_BODY, "files": MOST_FILES},
            "accept": ACCEPT,
            "alike": await _alike(office, draft, kind, book, lang),
        }
    if step == CONTACT:
        return {"alike": await _alike(office, draft, kind, book, lang)}
    if step == REVIEW:
        return {"rows": _rows(draft, kind, book, lang)}
    return {}


async def _alike(office: Office, draft: Draft, kind: Kind, book: Rulebook, lang: Lang) -> list[dict[str, Any]]:
    """Letters like this one that were answered already; a sealed matter is not compared with anything."""
    if kind.sealed or not draft.title.strip():
        return []
    engine = results.engine_of(office.store.health().engine)
    try:
        found = await office.store.read(results.alike, engine, draft.title[:MOST_TITLE], book, room="public")
    except StoreError:
        return []  # a hint that can be missed; the letter goes on
    return [line(lang, row) for row in found]


def _units(book: Rulebook, lang: Lang) -> list[tuple[str, str]]:
    return [(u.code, u.short if lang == "zh" else u.en) for u in book.directory.units.values() if u.active]


def _rows(draft: Draft, kind: Kind, book: Rulebook, lang: Lang) -> list[tuple[str, str, int]]:
    """The last look: what was asked, what was answered, on which step."""
    unit = book.directory.get(draft.target)
    aim = next((word for code, word, _ in forms.aims(kind) if code == draft.aim), "")
    rows = [
        (said(lang, N_("类别")), kind.zh if lang == "zh" else kind.en, KIND),
        (said(lang, N_("标题")), draft.title, MATTER),
        (said(lang, N_("正文")), draft.body, MATTER),
        (said(lang, N_("在哪里")), draft.place, MATTER),
        (said(lang, N_("反映的是什么")), said(lang, aim) if aim else "", MATTER),
        (
            said(lang, N_("反映哪个单位")),
            (unit.short if lang == "zh" else unit.en) if unit and forms.asks_unit(kind) else "",
            MATTER,
        ),
    ]
    rows += [
        (f.zh if lang == "zh" else f.en, _answer(f, draft.answer(f.name), lang), MATTER) for f in forms.own_fields(kind)
    ]
    rows.append((said(lang, N_("照片或材料")), "\n".join(f.name for f in draft.files), MATTER))
    return [row for row in rows if row[1]]


def _answer(field: Any, value: str, lang: Lang) -> str:
    option = next(((zh, en) for code, zh, en in field.options if code == value), None)
    return value if option is None else option[0 if lang == "zh" else 1]


def _step(fields: Fields) -> int:
    value = str(fields.get("step", "1"))
    return int(value) if value in "12345" and len(value) == 1 else KIND


def fresh_key() -> str:
    """The key that makes a form one letter."""
    return secrets.token_urlsafe(18)
