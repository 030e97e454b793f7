"""Filing for a citizen: the kind first, then one dense form; it comes back filled in until the letter stands."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aiohttp import web

from channels.texts.catalog import N_
from channels.web import metrics
from channels.web.errors import status_of
from channels.web.forms import form, query
from channels.web.public import forms
from channels.web.public.answering import see_other
from channels.web.public.attached import ACCEPT, readable, sealer, take, unsealer
from channels.web.public.forms import Draft
from channels.web.public.write import fresh_key
from channels.web.staff.counter.entry import ROLES, WAYS, Entry, faults, read_entry, submission
from channels.web.staff.counter.slip import RECEIPT, keep_slip
from channels.web.staff.frame import Desk, hurry, show, sit
from hub.errors import Invalid, KeyReused, Said, TooMany
from hub.kinds import Kind
from hub.storage.errors import StoreError
from hub.submission import MOST_BODY, MOST_FILES, MOST_TITLE

BUSY = Said(
    "系统正忙，还没有收下。填的都在，请过几秒再按一次“登记并出回执”。",
    "The hub is busy and has not taken it yet. Nothing is lost; please press “File and print” again in a few seconds.",
)
FILED_BEFORE = Said(
    "这张表刚才已经登记过一次，内容和现在的不一样。如果这是另一封来信，请再按一次“登记并出回执”。",
    "This form was filed before with other words. If this is another letter, press “File and print” again.",
)


async def start(request: web.Request) -> web.Response:
    """`GET /staff/letters/new`: the kinds, or the empty form of one."""
    desk = await sit(request)
    return await _page(desk, Entry(Draft(key=fresh_key(), kind=query(request).get("kind", ""))))


async def go_on(request: web.Request) -> web.StreamResponse:
    """`POST /staff/letters/new`: keep the files, change the kind, or file the letter."""
    desk, fields = await sit(request), form(request)
    entry = read_entry(fields, fresh_key(), unsealer(request.app))
    taken, refused = await take(request, fields.getall("files", []), MOST_FILES - len(entry.letter.files))
    entry = replace(entry, letter=forms.with_files(entry.letter, tuple(taken)))
    wrong = {"files": refused} if refused else {}
    go = str(fields.get("go", "keep"))
    if go.startswith("drop-") and go[5:].isdecimal():
        entry = replace(entry, letter=forms.without_file(entry.letter, int(go[5:])))
    if go != "send":
        return await _page(desk, entry, wrong)
    wrong = {**faults(entry, desk.actor, desk.book, desk.now), **wrong}
    return await _page(desk, entry, wrong) if wrong else await _file(desk, entry)


async def _file(desk: Desk, entry: Entry) -> web.StreamResponse:
    """Hand the letter in. Whatever stands in the way, the words come back on the page."""
    kind = forms.kind_of(entry.letter, desk.book, "clerk")
    given = submission(entry, kind, desk.actor, desk.book, desk.now)
    try:
        hurry(desk)
        received = await desk.office.receive(given)
    except KeyReused as fault:
        fresh = replace(entry, letter=replace(entry.letter, key=fresh_key()))
        return await _page(desk, fresh, stopped=FILED_BEFORE, status=status_of(fault))
    except TooMany as fault:
        return await _page(desk, entry, stopped=fault.said, status=status_of(fault))
    except Invalid as fault:
        return await _page(desk, entry, fault.fields)
    except StoreError as fault:
        return await _page(desk, entry, stopped=BUSY, status=status_of(fault))
    if not received.repeated:
        metrics.letter_received(given.channel)
    response = see_other(RECEIPT)
    keep_slip(desk, response, received.case_id)
    return response


async def _page(
    desk: Desk, entry: Entry, wrong: Mapping[str, Said] | None = None, *, stopped: Said | None = None, status: int = 0
) -> web.Response:
    """The form, filled in; without a kind the choice of kinds."""
    kind = forms.kind_of(entry.letter, desk.book, "clerk")
    kinds = forms.kinds(desk.book, "clerk")
    if kind is None:
        return await show(desk, "counter_kinds.html", kinds=kinds, status=422 if wrong else 200)
    return await show(
        desk,
        "counter.html",
        status=status or (422 if wrong else 200),
        entry=entry,
        draft=entry.letter,
        kind=kind,
        kinds=kinds,
        hidden=_carried(desk, entry),
        errors={name: desk.word(said) for name, said in (wrong or {}).items()},
        stopped=desk.word(stopped) if stopped else "",
        ways=[(code, desk.say(word)) for code, (word, _) in WAYS.items()],
        roles=[(code, desk.say(word)) for code, word in ROLES.items()],
        languages=[("zh", desk.say(N_("中文"))), ("en", "English")],
        today=desk.book.calendar.day_of(desk.now),
        **_of_kind(desk, kind, entry.letter),
    )


def _of_kind(desk: Desk, kind: Kind, draft: Draft) -> dict[str, Any]:
    """What the kind's declaration asks."""
    units = [(u.code, u.short if desk.lang == "zh" else u.en) for u in desk.book.directory.units.values() if u.active]
    return {
        "aims": [(code, desk.say(word)) for code, word, _ in forms.aims(kind)],
        "units": units if forms.asks_unit(kind) else [],
        "place": forms.place_field(kind),
        "own": forms.own_fields(kind),
        "files": [(f.name, readable(f.size)) for f in draft.files],
        "most": {"title": MOST_TITLE, "body": MOST_BODY, "files": MOST_FILES},
        "accept": ACCEPT,
    }


def _carried(desk: Desk, entry: Entry) -> list[tuple[str, str]]:
    seal = sealer(desk.request.app)
    return [("key", entry.letter.key), *(("file", seal(file)) for file in entry.letter.files)]
