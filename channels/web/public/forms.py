"""The letter while it is being written: five steps, whose answers travel along in the form and are never lost."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from channels.texts.catalog import N_, Lang
from channels.web.keys import Fields
from hub.errors import Invalid, Said
from hub.kinds import AIMS, Aim, FormField, Kind
from hub.rulebook import Rulebook
from hub.submission import Attached, Contact, Submission, checked

STEPS = 5
KIND, MATTER, CONTACT, SHARING, REVIEW = range(1, STEPS + 1)
MOST_ANSWERS = 40
_NAME = re.compile(r"fields\.[a-z_0-9]{1,40}")
_KEY = re.compile(r"[A-Za-z0-9_\-]{16,64}")
STEP_OF: Mapping[str, int] = {
    "kind": KIND,
    **dict.fromkeys(("title", "body", "place", "aim", "target", "files"), MATTER),
    **dict.fromkeys(("name", "phone", "email", "wish", "anonymous"), CONTACT),
    **dict.fromkeys(("publish", "surname"), SHARING),
}
AIM_WORDS: Mapping[Aim, tuple[str, str]] = {
    "matter": (N_("一件事没有办好"), N_("路灯、噪音、垃圾、收费这样的事。交给管这件事的单位办理。")),
    "service": (N_("工作人员的态度或做法"), N_("交给上级单位办理，被反映的单位不会知道您是谁。")),
    "misconduct": (N_("工作人员违纪违法"), N_("交给有权核查的单位，被反映的单位看不到这封信。")),
}


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything written so far. `key` makes the letter one letter, however often it is sent."""

    key: str
    kind: str = ""
    aim: str = ""
    target: str = ""
    title: str = ""
    body: str = ""
    place: str = ""
    answers: tuple[tuple[str, str], ...] = ()
    name: str = ""
    phone: str = ""
    email: str = ""
    wish: str = ""
    anonymous: bool = False
    publish: bool = False
    surname: bool = False
    files: tuple[Attached, ...] = ()

    def answer(self, name: str) -> str:
        """What was written into one of the kind's own fields."""
        return dict(self.answers).get(name, "")


def read_draft(fields: Fields, fresh_key: str, unsealed: Callable[[str], Attached | None]) -> Draft:
    """The draft that a form carries; unknown fields and references that are not ours are left out."""

    def text(name: str) -> str:
        value = fields.get(name, "")
        return value if isinstance(value, str) else ""

    answers = {n: v for n, v in fields.items() if isinstance(v, str) and v and _NAME.fullmatch(n)}
    kept = (unsealed(ref) for ref in fields.getall("file", []) if isinstance(ref, str))
    return Draft(
        key=text("key") if _KEY.fullmatch(text("key")) else fresh_key,
        **{n: text(n) for n in ("kind", "aim", "target", "title", "body", "place", "name", "phone", "email", "wish")},
        answers=tuple((n.removeprefix("fields."), v) for n, v in list(answers.items())[:MOST_ANSWERS]),
        anonymous=bool(text("anonymous")),
        publish=bool(text("publish")),
        surname=bool(text("surname")),
        files=tuple(file for file in kept if file is not None),
    )


def carried(draft: Draft, step: int, sealed: Callable[[Attached], str]) -> Iterator[tuple[str, str]]:
    """The hidden fields of a step's page: all that was answered on the other steps, and the files everywhere."""
    yield "key", draft.key
    yield "step", str(step)
    for name, at in STEP_OF.items():
        value = "" if name == "files" else getattr(draft, name)
        if at != step and value:
            yield name, "yes" if value is True else str(value)
    if step != MATTER:
        for name, value in draft.answers:
            yield f"fields.{name}", value
    for file in draft.files:
        yield "file", sealed(file)


def submission(draft: Draft, kind: Kind | None, lang: Lang) -> Submission:
    """The letter as the hub takes it; answers to questions this kind does not ask stay behind."""
    asked = {f.name for f in kind.fields} if kind else set()
    aim = next((a for a in (kind.aims if kind else ()) if a == draft.aim), None)
    return Submission(
        key=draft.key,
        channel="web",
        kind=draft.kind,
        title=draft.title,
        body=draft.body,
        aim=aim,
        place=draft.place,
        target=draft.target if kind and asks_unit(kind) else "",
        fields={n: v for n, v in draft.answers if n in asked and n != "place"},
        contact=Contact(draft.name, draft.phone, draft.email, draft.wish),
        anonymous=draft.anonymous and bool(kind and kind.anonymous_allowed),
        publish_consent=draft.publish and bool(kind and kind.publishable),
        show_surname=draft.surname and draft.publish and not draft.anonymous,
        lang=lang,
        files=draft.files,
    )


def faults(draft: Draft, book: Rulebook, lang: Lang, now: datetime) -> dict[str, Said]:
    """Every wrong field by name, over all steps; empty where the letter may be sent."""
    kind = kind_of(draft, book)
    return wrong_in(submission(draft, kind, lang), draft, kind, book, now)


def wrong_in(given: Submission, draft: Draft, kind: Kind | None, book: Rulebook, now: datetime) -> dict[str, Said]:
    """Every wrong field of a letter as it stands in its form."""
    found: dict[str, Said] = {}
    try:
        checked(given, book, now)
    except Invalid as invalid:
        found = dict(invalid.fields)
    if kind is not None:
        if len(kind.aims) > 1 and draft.aim not in kind.aims:
            found["aim"] = Said("请选一项：您要反映的是什么。", "Please choose what your letter is about.")
        asked = place_field(kind)
        if asked is not None and asked.required and not draft.place.strip():
            found.setdefault("place", Said("请写一下在哪里，大概的地方就行。", "Please say where; roughly is enough."))
    return found


def of_step(found: Mapping[str, Said], step: int) -> dict[str, Said]:
    """The faults that can be mended on one step's page."""
    return {name: said for name, said in found.items() if step_of(name) == step}


def step_of(name: str) -> int:
    """The step on whose page a field stands."""
    return MATTER if name.startswith("fields.") else STEP_OF.get(name, REVIEW)


def kind_of(draft: Draft, book: Rulebook, by: str = "citizen") -> Kind | None:
    """The kind that was chosen, if a citizen (or a clerk) may file it."""
    return next((k for k in kinds(book, by) if k.code == draft.kind), None)


def kinds(book: Rulebook, by: str = "citizen") -> tuple[Kind, ...]:
    """What a citizen may write, or a clerk enter, in the order of the edition."""
    return tuple(k for k in book.kinds.values() if by in k.file_by)


def place_field(kind: Kind) -> FormField | None:
    """The kind's own question for the place, which takes the general one's stead."""
    return next((f for f in kind.fields if f.type == "place"), None)


def own_fields(kind: Kind) -> tuple[FormField, ...]:
    """The kind's questions beside the place."""
    return tuple(f for f in kind.fields if f.type != "place")


def aims(kind: Kind) -> tuple[tuple[Aim, str, str], ...]:
    """What a letter of this kind can be about, in plain words; empty where there is nothing to choose."""
    return tuple((a, *AIM_WORDS[a]) for a in AIMS if a in kind.aims) if len(kind.aims) > 1 else ()


def asks_unit(kind: Kind) -> bool:
    """Whether it matters which unit is complained about: only where staff can be."""
    return any(aim != "matter" for aim in kind.aims)


def without_file(draft: Draft, place: int) -> Draft:
    """The draft without one of its files."""
    return replace(draft, files=tuple(f for n, f in enumerate(draft.files) if n != place))


def with_files(draft: Draft, more: tuple[Attached, ...]) -> Draft:
    """The draft with more files; the same bytes twice are one file."""
    known: dict[str, Any] = {f.sha256: f for f in (*draft.files, *more)}
    return replace(draft, files=tuple(known.values()))
