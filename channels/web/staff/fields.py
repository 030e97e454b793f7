"""Moves as forms: a declaration of fields becomes entries, and what was posted becomes values again. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from channels.texts.catalog import N_
from hub.errors import Invalid, Said
from hub.kinds import Kind
from hub.machines.fields import CHOICES
from hub.machines.machine import Move, MoveField
from hub.machines.registry import MACHINES
from hub.move import choices, fields_of
from hub.rulebook import Rulebook
from hub.units import Directory

HIDDEN = frozenset({"seen", "files", "voice", "masks", "message"})
DANGEROUS = frozenset(
    {"reject", "stop", "unqualified", "recall", "transfer_out", "withhold", "take_down", "refuse_pause"}
)
REPLIES = frozenset({"draft", "correct"})
VERDICTS = frozenset({"qualified", "unqualified", "touch_up"})
NOTES = frozenset({"remark", "contact"})
ELSEWHERE = frozenset({"translate", "dictate", "read_again"})
"""Moves with a place of their own: beside the message that is translated or taken down, and on a page without names."""
FIRST: Mapping[str, str] = {"type": "final", "delivery": "page"}
"""What a choice shows when nobody has chosen yet."""
HINTS: Mapping[str, str] = {
    "into": N_("写另一件来信的编号，例如 2026-000012"),
    "of": N_("写另一件来信的编号，例如 2026-000012"),
    "due": N_("要求这一天之前完成"),
    "where": N_("来信人会看到这句话：单位、地址、电话"),
    "handling": N_("来信人看不到：查了什么、找了谁、还差什么"),
    "promised": N_("答复里写了哪一天之前办好，就登记那一天；到时会问来信人办好了没有"),
    "translated": N_("来信人用英文写信：这里写的会和上面的中文一起发出，英文在前"),
    "day": N_("今天联系的不用填；补记的写真正联系的那一天"),
    "leak_reason": N_("答复里有他人个人信息、又确需保留时填写，审签人会看到"),
}
NO_UNIT = Said("没有这个单位，请从列表里选择。", "There is no such unit; please choose from the list.")
Choice = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a form as the template draws it; `id` is unlike any other on the page."""

    id: str
    name: str
    type: str
    label: str
    required: bool
    most: int
    hint: str
    options: tuple[Choice, ...]
    value: str
    values: tuple[str, ...]
    error: str


@dataclass(frozen=True, slots=True)
class Form:
    """One move as a form."""

    code: str
    label: str
    entries: tuple[Entry, ...]
    danger: bool
    overlay: bool
    quiet: bool

    def has(self, name: str) -> bool:
        """Whether the form has an entry of this name."""
        return any(e.name == name for e in self.entries)


@dataclass(frozen=True, slots=True)
class Reader:
    """What the entries of a form are drawn with: language, rules, kind of the case, and who may be named."""

    word: Callable[[Said], str]
    say: Callable[[str], str]
    book: Rulebook
    kind: Kind
    officers: Sequence[Choice] = ()


def form_of(
    move: Move, reader: Reader, given: Mapping[str, Any] | None = None, wrong: Mapping[str, Said] | None = None
) -> Form:
    """The form of a move, filled with what was given, each wrong entry with its sentence."""
    given, wrong = given or {}, wrong or {}
    shown = (
        f for f in fields_of(move, reader.kind) if f.name not in HIDDEN and (f.type != "officer" or reader.officers)
    )
    return Form(
        code=move.code,
        label=reader.word(Said(move.zh, move.en)),
        entries=tuple(_entry(move.code, f, reader, given, wrong) for f in shown),
        danger=move.code in DANGEROUS,
        overlay=move.overlay,
        quiet=move.quiet,
    )


def _entry(code: str, field: MoveField, reader: Reader, given: Mapping[str, Any], wrong: Mapping[str, Said]) -> Entry:
    value = given.get(field.name)
    several = tuple(value) if isinstance(value, list | tuple) else ()
    text = "" if value is None or several else str(value)
    if field.type == "unit" and text in reader.book.directory.units:
        unit = reader.book.directory.units[text]
        text = reader.word(Said(unit.zh, unit.en))
    hint = HINTS.get(field.name, "")
    return Entry(
        id=f"{code}-{field.name}",
        name=field.name,
        type=field.type,
        label=reader.word(Said(field.zh, field.en)),
        required=field.required or (field.name == "result" and bool(reader.kind.results)),
        most=field.most if field.type in ("text", "longtext") else 0,
        hint=reader.say(hint) if hint else "",
        options=_options(field, reader),
        value=text or (FIRST.get(field.name, "") if field.type == "choice" else ""),
        values=several,
        error=reader.word(wrong[field.name]) if field.name in wrong else "",
    )


def _options(field: MoveField, reader: Reader) -> tuple[Choice, ...]:
    if field.type == "officer":
        return (("", reader.say(N_("请选择"))), *reader.officers)
    if field.type not in ("choice", "reasons"):
        return ()
    rows = tuple((c, reader.word(Said(zh, en))) for c, zh, en in choices(field, reader.book, reader.kind))
    if field.type == "reasons" or field.name in FIRST:
        return rows
    return (("", reader.say(N_("不改") if field.name == "aim" else N_("请选择"))), *rows)


def values_of(move: Move, posted: Mapping[str, Any], directory: Directory) -> dict[str, Any]:
    """What was posted for a move, under its own field names, empty entries left out; units by their codes."""
    values: dict[str, Any] = {}
    for field in move.fields:
        name = f"{move.code}-{field.name}"
        if field.type in ("reasons", "files"):
            several = posted.getall(name, []) if hasattr(posted, "getall") else posted.get(name, [])
            if several:
                values[field.name] = [str(v) for v in several]
            continue
        value = posted.get(name, "")
        value = value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""
        if value:
            values[field.name] = unit_code(value, directory) if field.type == "unit" else value
    return values


def unit_code(text: str, directory: Directory) -> str:
    """The code of a unit as somebody names it: code, full name, short name or English; unknown words stay."""
    if text in directory.units:
        return text
    named = [u.code for u in directory.units.values() if text in (u.zh, u.short, u.en, *u.aliases) and u.active]
    return named[0] if len(set(named)) == 1 else text


def units_of(directory: Directory, lang: str) -> tuple[Choice, ...]:
    """Every active unit for a picker: the name that is written, and a second word to find it by."""
    return tuple(
        (u.zh, u.short if u.short != u.zh else u.en) if lang == "zh" else (u.en, u.zh)
        for u in directory.units.values()
        if u.active
    )


def wrong_of(fault: Invalid, move: Move) -> tuple[dict[str, Said], tuple[Said, ...]]:
    """The sentences of a refusal: those that belong to an entry, and those that stand above the form."""
    shown = {f.name for f in move.fields} - HIDDEN
    units = {f.name for f in move.fields if f.type == "unit"}
    return (
        {name: unit_said(said) if name in units else said for name, said in fault.fields.items() if name in shown},
        tuple(said for name, said in fault.fields.items() if name not in shown),
    )


def unit_said(said: Said) -> Said:
    """What to do about a unit that was written and not found, instead of the general sentence about a wrong value."""
    return NO_UNIT if "填得不对" in said.zh else said


def words_of(code: str, given: Mapping[str, Any]) -> tuple[str, ...]:
    """What somebody wrote into a move's form in their own words, without what was chosen from lists."""
    move = next((m.moves[code] for m in MACHINES.values() if code in m.moves), None)
    wrote = (f.name for f in move.fields if f.type in ("text", "longtext")) if move else ()
    return tuple(str(given[name]) for name in wrote if given.get(name))


def choice_word(group: str, code: str) -> Said:
    """The words of a choice of the machine; an unknown code stands for itself."""
    return next((Said(zh, en) for c, zh, en in CHOICES.get(group, ()) if c == code), Said(code, code))


def moves_in_order(moves: Sequence[Move]) -> tuple[tuple[Move, ...], tuple[Move, ...]]:
    """Steps that lead on, and what can be done beside them; replies, verdicts and notes have places of their own."""
    plain = [m for m in moves if m.code not in REPLIES | NOTES]
    return tuple(m for m in plain if not m.overlay), tuple(m for m in plain if m.overlay)
