"""Adding for a citizen: somebody calls or comes about an open letter; the clerk finds it and enters what they say."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web

from channels.texts.catalog import N_
from channels.web.errors import status_of
from channels.web.forms import form, query
from channels.web.keys import Fields
from channels.web.public import forms
from channels.web.public.answering import see_other
from channels.web.public.attached import ACCEPT, readable, sealer, take, unsealer
from channels.web.public.forms import Draft
from channels.web.public.write import fresh_key
from channels.web.session import open_letter
from channels.web.staff.counter.entry import WAYS
from channels.web.staff.frame import Desk, hurry, show, sit, texts
from hub import counter
from hub.counter import Found
from hub.errors import Invalid, NotFound, Refusal, Said
from hub.submission import MOST_FILES
from hub.words import WORDS

ADD = "/staff/letters/add"
MOST_WORDS = 3000
"""What a supplement may hold (hub/machines/fields.py, TEXT)."""
NO_SUCH = Said(
    "没有找到这封来信。请再核对编号；对方有查询码的，请一并填上。",
    "No such letter. Please check the number; where the caller has the query code, enter it too.",
)


@dataclass(frozen=True, slots=True)
class Told:
    """What stands in the form: which letter, the code if it was told, what was said (`draft.body`), files kept."""

    draft: Draft
    number: str = ""
    code: str = ""
    way: str = ""


async def ask(request: web.Request) -> web.Response:
    """`GET /staff/letters/add`: which letter is it about?"""
    desk = await sit(request)
    return await _page(desk, Told(Draft(key=fresh_key())), None, done=query(request).get("done", "")[:20])


async def go_on(request: web.Request) -> web.StreamResponse:
    """`POST /staff/letters/add`: find the letter, keep the files, or enter what was said."""
    desk, fields = await sit(request), form(request)
    told, go = _told(fields, request.app), str(fields.get("go", "find"))
    hurry(desk)
    try:
        proven = await _proven(request, told)
        found = await desk.office.store.read(counter.find, told.number, proven, desk.actor, desk.book, desk.now)
    except NotFound as fault:
        return await _page(desk, told, None, {"number": NO_SUCH}, status=status_of(fault))
    except Refusal as fault:
        return await _page(desk, told, None, {"number": fault.said}, status=status_of(fault))
    taken, refused = await take(request, fields.getall("files", []), MOST_FILES - len(told.draft.files))
    told = replace(told, draft=forms.with_files(told.draft, tuple(taken)))
    wrong = {"files": refused} if refused else {}
    if go.startswith("drop-") and go[5:].isdecimal():
        told = replace(told, draft=forms.without_file(told.draft, int(go[5:])))
    if go != "send":
        return await _page(desk, told, found, wrong)
    wrong = {**_faults(told), **wrong}
    return await _page(desk, told, found, wrong) if wrong else await _enter(desk, told, found, proven)


async def _enter(desk: Desk, told: Told, found: Found, proven: str) -> web.StreamResponse:
    """Enter it once; what is refused comes back filled in."""
    said = counter.Heard(
        key=told.draft.key,
        number=found.number,
        proven=proven,
        channel=WAYS[told.way][1],
        text=told.draft.body.strip(),
        files=told.draft.files,
    )
    try:
        await counter.hear(desk.office, said, desk.actor)
    except Invalid as fault:
        return await _page(desk, told, found, {"body" if n == "text" else n: s for n, s in fault.fields.items()})
    except Refusal as fault:
        return await _page(desk, told, found, stopped=fault.said, status=status_of(fault))
    return see_other(f"{ADD}?done={found.number}")


async def _proven(request: web.Request, told: Told) -> str:
    """The case whose query code was given; wrong codes are counted as a citizen's are. Raises NotFound, TooMany."""
    if not told.code:
        return ""
    case_id, _ = await open_letter(request, told.number, told.code)
    return case_id


def _told(fields: Fields, app: web.Application) -> Told:
    draft = forms.read_draft(fields, fresh_key(), unsealer(app))
    return Told(draft, texts(fields, "number").upper()[:40], texts(fields, "code")[:40], texts(fields, "way"))


def _faults(told: Told) -> dict[str, Said]:
    wrong: dict[str, Said] = {}
    if told.way not in WAYS:
        wrong["way"] = Said("请选择对方是怎么来的。", "Please choose how they came.")
    if not told.draft.body.strip():
        wrong["body"] = Said("请写下对方补充的话。", "Please write down what they add.")
    elif (length := len(told.draft.body.strip())) > MOST_WORDS:
        wrong["body"] = Said(
            f"最多{MOST_WORDS}字，现在是{length}字，请删掉一些。",
            f"At most {MOST_WORDS} characters; this has {length}. Please shorten it.",
        )
    return wrong


async def _page(
    desk: Desk,
    told: Told,
    found: Found | None,
    wrong: Mapping[str, Said] | None = None,
    *,
    stopped: Said | None = None,
    status: int = 0,
    done: str = "",
) -> web.Response:
    """The search, and under it the letter that was found with the form for what is added."""
    seal = sealer(desk.request.app)
    files: list[tuple[str, Any]] = [("file", seal(file)) for file in told.draft.files]
    return await show(
        desk,
        "counter_add.html",
        status=status or (422 if wrong else 200),
        told=told,
        found=found,
        word=desk.word(WORDS[found.word]) if found else "",
        hidden=[("key", told.draft.key), *files],
        errors={name: desk.word(said) for name, said in (wrong or {}).items()},
        stopped=desk.word(stopped) if stopped else "",
        done=desk.say(N_("已记入%(number)s，承办的同事会看到。"), number=done) if done else "",
        ways=[(code, desk.say(word)) for code, (word, _) in WAYS.items()],
        files=[(f.name, readable(f.size)) for f in told.draft.files],
        most={"body": MOST_WORDS, "files": MOST_FILES},
        accept=ACCEPT,
    )
