"""The letter being written: its steps in order, which are still open, what each answer means, and the finished wish."""

import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from channels.dialogue.checks import check_date, check_length, check_number, check_phone
from channels.dialogue.commands import plain
from channels.dialogue.facts import Facts
from channels.dialogue.texts import TEXTS
from channels.dialogue.wishes import Attachment, File
from hub.errors import Said
from hub.kinds import FormField, Kind
from hub.submission import headline

Answers = Mapping[str, Any]

TITLE_MOST, TEXT_LEAST, TEXT_MOST, NAME_MOST = 60, 4, 8000, 40
SUMMARY = "summary"
_YES = ("是", "可以", "同意", "行", "好", "yes", "y", "ok")
_NO = ("否", "不", "不可以", "不同意", "不行", "no", "n")
_SKIPPING = ("跳过", "skip")
"""Words that are no answer anywhere, also where a question cannot be skipped."""
_SKIP = (*_SKIPPING, "没有", "无", "不用", "不留", "none", "没有了", "done")
_YES_NO = ("anonymous", "publish", "surname")
_OPTIONAL = ("name", "phone", "wish")
_TYPED = ("text", "longtext", "place")


class Choice(NamedTuple):
    """One thing that can be chosen at a step: its value and its words."""

    value: str
    label: Said


def short(value: str) -> str:
    """A value that fits a button: itself, or 16 hex digits of its hash where it is longer than 20 bytes."""
    raw = value.encode()
    return value if len(raw) <= 20 and b":" not in raw else hashlib.sha256(raw).hexdigest()[:16]


def kind_of(answers: Answers, facts: Facts) -> Kind | None:
    return facts.kind(answers.get("kind"))


def field_of(step: str, answers: Answers, facts: Facts) -> FormField | None:
    """The kind's own question behind a step named field:<name>."""
    kind = kind_of(answers, facts)
    name = step.removeprefix("field:")
    return next((f for f in kind.fields if f.name == name), None) if kind and step != name else None


def steps_of(answers: Answers, facts: Facts) -> tuple[str, ...]:
    """The questions this letter needs, in order, ending with the summary; they follow from kind and answers."""
    kind = kind_of(answers, facts)
    if kind is None:
        return ("kind", "text", SUMMARY)
    steps = ["kind", *(["aim"] if len(kind.aims) > 1 else []), "text"]
    steps += [f"field:{field.name}" for field in kind.fields]
    steps += ["files", *(["anonymous"] if kind.anonymous_allowed else [])]
    if not (kind.anonymous_allowed and answers.get("anonymous") is True):
        steps += ["name", "phone", *(["wish"] if answers.get("phone") else [])]
    if kind.publishable:
        steps.append("publish")
        if answers.get("publish") is True and "name" in steps and answers.get("name"):
            steps.append("surname")
    return (*steps, SUMMARY)


def open_step(answers: Answers, facts: Facts) -> str:
    """The first question without a valid answer, or the summary."""
    return next(step for step in steps_of(answers, facts) if step == SUMMARY or not answered(step, answers, facts))


def answered(step: str, answers: Answers, facts: Facts) -> bool:
    """Whether a step has an answer that is still valid under today's kinds."""
    value = answers.get(step)
    if step == "kind":
        return kind_of(answers, facts) is not None
    if step == "files":
        return bool(answers.get("files_done"))
    if step in ("text", "aim"):
        kind = kind_of(answers, facts)
        return bool(value) and (step == "text" or (kind is not None and value in kind.aims))
    field = field_of(step, answers, facts)
    if field is not None and value and field.type == "choice":
        return any(value == code for code, _, _ in field.options)
    return value is not None and (bool(value) or field is None or not field.required)


EDITION = "edition"


def edition_of(answers: Answers) -> int:
    """The edition of the forms under which the letter was begun; 0: whichever is in force."""
    kept = answers.get(EDITION)
    return kept if isinstance(kept, int) else 0


def begun(answers: Answers) -> bool:
    """Whether a letter is being written."""
    return "draft" in answers


def holds_words(answers: Answers) -> bool:
    """Whether something would be missed if the letter were dropped."""
    return bool(answers.get("text") or answers.get("files"))


def choices(step: str, answers: Answers, facts: Facts) -> tuple[Choice, ...]:
    """What can be pressed at a step, in the order shown and numbered."""
    if step == "kind":
        return tuple(Choice(kind.code, Said(kind.zh, kind.en)) for kind in facts.offered())
    if step == "aim":
        kind = kind_of(answers, facts)
        return tuple(Choice(aim, TEXTS[f"aim_{aim}"]) for aim in kind.aims) if kind else ()
    if step == "anonymous":
        return (Choice("no", TEXTS["anonymous_no"]), Choice("yes", TEXTS["anonymous_yes"]))
    if step in _YES_NO:
        return (Choice("yes", TEXTS[f"{step}_yes"]), Choice("no", TEXTS[f"{step}_no"]))
    if step == "files":
        clear = (Choice("clear", TEXTS["b_clear"]),) if answers.get("files") else ()
        return (Choice("done", TEXTS["b_done"]), *clear)
    field = field_of(step, answers, facts)
    options = tuple(Choice(code, Said(zh, en)) for code, zh, en in field.options) if field else ()
    if step == "wish":
        options = tuple(Choice(said.zh, said) for said in (TEXTS["wish_day"], TEXTS["wish_evening"], TEXTS["wish_sms"]))
    optional = step in _OPTIONAL or (field is not None and not field.required)
    return (*options, Choice("", TEXTS["b_skip"])) if optional else options


def chosen(step: str, typed: str, offered: tuple[Choice, ...]) -> str | None:
    """The value of the choice that typed words mean: its words in either language, its number, yes, no or skip."""
    said = plain(typed)
    for at, choice in enumerate(offered, 1):
        numbered = choice.value != "" and said == str(at) and step not in ("files", "name", "phone")
        if numbered or said in (plain(choice.label.zh), plain(choice.label.en)):
            return choice.value
    values = {choice.value for choice in offered}
    if step in ("publish", "surname"):
        return "yes" if said in _YES else "no" if said in _NO else None
    if said in _SKIP:
        return "" if "" in values else "done" if step == "files" else None
    return None


def understand(step: str, typed: str, answers: Answers, facts: Facts) -> dict[str, Any] | Said:
    """What typed words change in the answers at a step, or the sentence that asks again."""
    offered = choices(step, answers, facts)
    value = chosen(step, typed, offered)
    if value is not None:
        return put(step, value)
    field = field_of(step, answers, facts)
    if step in ("kind", "aim", "files", *_YES_NO) or (field is not None and field.type == "choice"):
        return TEXTS["choose"]
    if plain(typed) in _SKIPPING:
        return TEXTS["needed"]
    kept = _free(step, typed, field, facts)
    if isinstance(kept, Said):
        return kept
    return {"text": kept, "title": answers.get("title_own") or headline(kept)} if step == "text" else put(step, kept)


def put(step: str, value: str) -> dict[str, Any]:
    """A chosen or checked value as a change of the answers."""
    if step == "files":
        return {"files_done": True} if value == "done" else {"files": [], "files_done": False}
    if step == "title":
        return {"title": value, "title_own": value}
    return {step: value == "yes" if step in _YES_NO else value}


def _free(step: str, typed: str, field: FormField | None, facts: Facts) -> str | Said:
    if step == "phone":
        return check_phone(typed)
    if field is not None and field.type == "number":
        return check_number(typed)
    if field is not None and field.type == "date":
        return check_date(typed, facts.today)
    if field is not None:
        return check_length(typed, 1, field.most)
    least, most = {"text": (TEXT_LEAST, TEXT_MOST), "title": (2, TITLE_MOST)}.get(step, (1, NAME_MOST))
    return check_length(typed, least, most)


def too_long(step: str, typed: str, answers: Answers, facts: Facts) -> bool:
    """Whether words are too long for a question about one detail, and so are rather part of the letter itself."""
    field = field_of(step, answers, facts)
    return field is not None and field.type in _TYPED and len(typed) > field.most


def attachments(rows: object) -> tuple[Attachment, ...]:
    """Stored rows of files as values."""
    return tuple(Attachment(**row) for row in rows) if isinstance(rows, list) else ()


def wish_of(answers: Answers, facts: Facts, lang: str) -> File:
    """The letter as the hub shall file it; only answers that its kind still asks for go in."""
    kind = kind_of(answers, facts)
    if kind is None:
        raise ValueError("a letter without a kind cannot be filed")
    asked = steps_of(answers, facts)
    told: dict[str, Any] = {step: answers.get(step) for step in asked if answered(step, answers, facts)}
    return File(
        key=f"{answers.get('begun', '')}.{answers.get('draft', 0)}",
        kind=kind.code,
        aim=told.get("aim") or kind.aims[0],
        title=answers.get("title") or headline(answers["text"]),
        body=answers["text"],
        place=next((told.get(f"field:{f.name}") or "" for f in kind.fields if f.type == "place"), ""),
        fields={f.name: told[f"field:{f.name}"] for f in kind.fields if told.get(f"field:{f.name}")},
        files=attachments(answers.get("files")),
        name=told.get("name") or "",
        phone=told.get("phone") or "",
        wish=told.get("wish") or "",
        anonymous=told.get("anonymous") is True,
        publish_consent=told.get("publish") is True,
        show_surname=told.get("surname") is True,
        urgent=answers.get("urgent") is True,
        lang=lang,
    )
