"""The public page of an answered letter: what a publisher sees before, and publishes as it stands."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from hub.case import Case, Dossier, Reply
from hub.clocks import due_day
from hub.desk import visible
from hub.dictation import letter_of
from hub.errors import Invalid, NotFound, NotNow, Said
from hub.office import Office
from hub.people import Actor
from hub.privacy import masking
from hub.privacy.marks import Kind, Mark
from hub.rulebook import Rulebook
from hub.storage import cases, vault
from hub.storage.publications import Page
from hub.storage.rows import to_json
from hub.storage.tx import Row, Tx
from hub.thread import file_view
from hub.views import FileView

Where = Literal["title", "body", "reply"]
PLACES: tuple[Where, ...] = ("title", "body", "reply")


class Placed(NamedTuple):
    """A mark with the text it stands in; places are code points of the text before masking."""

    where: Where
    start: int
    end: int
    kind: Kind


class Marked(NamedTuple):
    """A text before masking with the marks that stand in it."""

    text: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a publisher decided: marks set besides, marks lifted, and which of the reply's files go public, by place."""

    added: tuple[Placed, ...] = ()
    lifted: tuple[Placed, ...] = ()
    files: frozenset[int] = frozenset()


AS_FOUND = Chosen()
"""The marks that were found, and no file."""


@dataclass(frozen=True, slots=True)
class _Source:
    """What a page is made of."""

    record: Case
    letter: Dossier
    reply: Reply
    body: str
    owner: str
    kept: tuple[str, dict[str, str]] | None
    asked_to_lift: str
    files: tuple[Row, ...]


async def preview(
    office: Office, number: str, actor: Actor, chosen: Chosen = AS_FOUND
) -> tuple[Page, Mapping[Where, Marked]]:
    """The page as it would be published, and each text with its marks.

    `number` is the publication record's or the letter's. A hidden letter is shown by its redacted words: nobody needs
    its original to publish it. Raises NotFound, NotNow (nothing was released yet), Invalid (a mark outside its text).
    """

    async def run(book: Rulebook) -> tuple[Page, Mapping[Where, Marked]]:
        source = await office.store.read(_source, number, actor, book)
        return _made(source, office.opened(source.owner, source.kept), chosen, book)

    return await office.with_rules(run)


async def publish(office: Office, number: str, actor: Actor, seen: int | None, chosen: Chosen = AS_FOUND) -> Case:
    """Publish what `preview` shows for the same choice. Lifting is what another publisher asked for first."""
    book = await office.book()
    source = await office.store.read(_source, number, actor, book)
    if set(chosen.lifted) - set(read_marks(source.asked_to_lift)):
        raise NotNow(
            "取消遮盖要先申请，写明理由，再由另一位公开审查员公开。",
            "Lifting a mark is asked for with a reason first; another publisher then publishes.",
        )
    page, _ = _made(source, office.opened(source.owner, source.kept), chosen, book)
    values = {"lifted": True} if chosen.lifted else {}
    return await office.publish(source.record.number, values, page, actor, seen)


def enclosed(tx: Tx, number: str, actor: Actor, book: Rulebook) -> tuple[FileView, ...]:
    """The files that went to the citizen with the reply on the page; none before its release. Raises NotFound."""
    try:
        source = _source(tx, number, actor, book)
    except NotNow:
        return ()
    return tuple(file_view(row, named=True) for row in source.files)


def write_marks(marks: Iterable[Placed]) -> str:
    """Marks as the short text that the move ask_lifting keeps: `body:10-13:name;…`."""
    return ";".join(f"{m.where}:{m.start}-{m.end}:{m.kind}" for m in marks)


def read_marks(text: str) -> tuple[Placed, ...]:
    """The marks of such a text; what cannot be read is left out."""
    found = []
    for part in text.split(";"):
        where, _, rest = part.partition(":")
        span, _, kind = rest.partition(":")
        start, _, end = span.partition("-")
        if where in PLACES and start.isdecimal() and end.isdecimal():
            found.append(Placed(where, int(start), int(end), kind))  # type: ignore[arg-type]
    return tuple(found)


# ---- the question ----------------------------------------------------------------------------------------------------


def _source(tx: Tx, number: str, actor: Actor, book: Rulebook) -> _Source:
    record = _record(tx, number)
    if record is None or not visible(record, actor, book):
        raise NotFound
    letter = cases.dossier(tx, record.case.about)
    if letter is None:
        raise NotFound
    reply = next((r for r in reversed(letter.replies) if r.verdict == "qualified" or r.state == "signed"), None)
    if reply is None or letter.case.answered_at is None:
        raise NotNow("这件来信还没有对外答复，不能公开。", "This letter has no released reply yet.")
    owner = cases.vault_of(tx, letter.case.id)
    lifting = record.open("lifting")
    return _Source(
        record=record.case,
        letter=letter,
        reply=reply,
        body=letter_of(cases.messages(tx, letter.case.id)),
        owner=owner,
        kept=vault.read(tx, owner),
        asked_to_lift=str(lifting.data.get("masks", "")) if lifting else "",
        files=tuple(r for r in cases.files_of(tx, letter.case.id) if r["n"] in reply.files),
    )


def _record(tx: Tx, number: str) -> Dossier | None:
    case_id = cases.id_of(tx, number)
    case = cases.get(tx, case_id) if case_id else None
    if case is not None and not case.about:
        case_id = cases.about(tx, case.id, "publication")
    return cases.dossier(tx, case_id) if case_id else None


# ---- the page --------------------------------------------------------------------------------------------------------


def _made(
    source: _Source, opened: Mapping[str, str], chosen: Chosen, book: Rulebook
) -> tuple[Page, Mapping[Where, Marked]]:
    name, phone = opened.get("1:name", ""), opened.get("1:phone", "")
    known = masking.Known(
        book.public, tuple(filter(None, (name, opened.get("1:behalf:name", "")))), tuple(filter(None, (phone,)))
    )
    texts: dict[Where, str] = {"title": source.letter.case.title, "body": source.body, "reply": source.reply.body}
    for mark in (*chosen.added, *chosen.lifted):
        if not 0 <= mark.start < mark.end <= len(texts[mark.where]):
            raise Invalid({"masks": Said("有一处遮盖超出了文字的范围。", "A mark lies outside its text.")})
    marked = {
        where: Marked(
            text, masking.merge(masking.find(text, known), _of(where, chosen.added), _of(where, chosen.lifted))
        )
        for where, text in texts.items()
    }
    surname = source.letter.case.show_surname
    shown = {where: masking.mask(text, marks, surname=surname) for where, (text, marks) in marked.items()}
    page = _page(source, shown, marked, name if surname else "", book)
    public = [[r["n"], r["sha256"], r["mime"], r["size"]] for r in source.files if r["n"] in chosen.files]
    return replace(page, files=to_json(public)), marked


def _of(where: Where, marks: Iterable[Placed]) -> list[Mark]:
    return [Mark(m.start, m.end, m.kind) for m in marks if m.where == where]


def _page(
    source: _Source, shown: Mapping[Where, str], marked: Mapping[Where, Marked], name: str, book: Rulebook
) -> Page:
    case, calendar = source.letter.case, book.calendar
    answered = case.answered_at or case.received_at
    received_day, answered_day = calendar.day_of(case.received_at), calendar.day_of(answered)
    kinds = Counter(mark.kind for entry in marked.values() for mark in entry.marks)
    return Page(
        case_id=case.id,
        record=source.record.id,
        number=case.number,
        title=shown["title"],
        body=shown["body"],
        reply=shown["reply"],
        surname=masking.mask(name, [Mark(0, len(name), "name")], surname=True) if name else "",
        masks=json.dumps(dict(sorted(kinds.items()))),
        kind=case.kind,
        unit=case.unit,
        area=case.area,
        result=source.reply.result or "",
        received_day=received_day.isoformat(),
        answered_day=answered_day.isoformat(),
        workdays=calendar.count_workdays(received_day, answered_day),
        allowed=_allowed(source.letter, book),
        rounds=case.round,
        score=case.score,
        solved=case.solved,
    )


def _allowed(letter: Dossier, book: Rulebook) -> int:
    """The working days from the receipt to the day by which the answer was due, extensions and rests included."""
    main, calendar = letter.clock("main"), book.calendar
    if main is None or main.due_at is None:
        return 0
    return calendar.count_workdays(calendar.day_of(letter.case.received_at), due_day(main.due_at, calendar))
