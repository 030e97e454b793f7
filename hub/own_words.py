"""Own words: what a citizen writes on a hidden case is redacted before the deed, and the original goes to the vault."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.case import Case
from hub.kinds import LEVELS, Kind, Level
from hub.machines.guards import DICTATION, TRANSLATION
from hub.people import Actor
from hub.privacy import masking
from hub.privacy.vault import KeyRing, open_sealed, seal
from hub.rulebook import Rulebook
from hub.storage import cases, vault
from hub.storage.rows import to_json
from hub.storage.tx import Tx

HIDDEN_LEVELS = ("confidential", "anonymous")
"""Levels whose original words stay in the vault; everybody else reads the redacted text (DESIGN §10)."""
WORDS = frozenset({"text", "reason", "comment", "title"})
"""Values of a citizen's moves, and of what is taken down for one, that are free text."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """What a deed writes besides the move: originals for the vault, and words that are replaced when a level rises.

    `messages` holds the redacted body of each message that stood on the thread when it was read; `seen` is how many.
    """

    sealed: Mapping[str, str] = field(default_factory=dict)
    title: str = ""
    place: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    messages: Mapping[int, str] = field(default_factory=dict)
    seen: int = 0


THEIRS = (TRANSLATION, DICTATION)
"""Kinds of an officer's messages that hold a citizen's words."""


@dataclass(frozen=True, slots=True)
class Known:
    """A case with its opened vault and its citizen's messages, translations among them, read before the deed."""

    case: Case
    owner: str
    case_key: bytes
    opened: Mapping[str, str]
    fields: Mapping[str, Any]
    messages: Mapping[int, str]


def is_hidden(case: Case) -> bool:
    return case.sealed or case.level in HIDDEN_LEVELS


def hide_values(
    known: Known, values: Mapping[str, Any], book: Rulebook, name: str
) -> tuple[Mapping[str, Any], Hidden | None]:
    """The move's values with redacted words, and their originals sealed under `name`; pure but for the nonce."""
    words = {k: v for k, v in values.items() if k in WORDS and isinstance(v, str) and v}
    if not is_hidden(known.case) or not words:
        return values, None
    redact = redactor(known.opened, book)
    sealed = {name: seal(known.case_key, known.owner, name, to_json(words))}
    return {**values, **{k: redact(v) for k, v in words.items()}}, Hidden(sealed=sealed)


def hide_case(known: Known, book: Rulebook) -> Hidden:
    """Everything of a case that must be redacted because its level rises; the original goes to the vault."""
    case, redact = known.case, redactor(known.opened, book)
    original = {"title": case.title, "place": case.place, "fields": dict(known.fields), "messages": known.messages}
    return Hidden(
        sealed={"original": seal(known.case_key, known.owner, "original", to_json(original))},
        title=redact(case.title),
        place=redact(case.place),
        fields={k: redact(v) if isinstance(v, str) else v for k, v in known.fields.items()},
        messages={n: redact(body) for n, body in known.messages.items()},
        seen=case.messages,
    )


def raises_level(case: Case, kind: Kind, move: str, values: Mapping[str, Any], actor: Actor) -> bool:
    """Whether a move takes an open or private case to a hidden level."""
    to: Level | None = None
    if move == "set_level" and values.get("level") in LEVELS:
        to = values["level"]
    elif move == "accept" and values.get("aim") in kind.level:
        to = kind.level[values["aim"]]
    return to in HIDDEN_LEVELS and not is_hidden(case) and actor.kind != "import"


def redactor(opened: Mapping[str, str], book: Rulebook) -> Any:
    """A function that redacts a text, knowing the writer's own name and phone."""
    names = tuple(v for k, v in opened.items() if k.endswith(":name") and v)
    phones = tuple(v for k, v in opened.items() if k.endswith(":phone") and v)
    known = masking.Known(directory=book.public, names=names, phones=phones)
    return lambda text: masking.redact(text, masking.find(text, known))


def read_known(tx: Tx, number: str, ring: KeyRing) -> Known | None:
    """The case and its vault; None where there is no case, or its person was forgotten."""
    row = cases.row(tx, number)
    if row is None:
        return None
    case = cases.get(tx, row["id"])
    kept = vault.read(tx, row["vault"])
    if case is None or kept is None:
        return None
    wrapped, sealed = kept
    case_key = ring.unwrap(row["vault"], wrapped)
    opened = {
        n: open_sealed(case_key, row["vault"], n, s)
        for n, s in sealed.items()
        if n.endswith((":name", ":phone", ":email"))
    }
    said = {m.n: m.body for m in cases.messages(tx, case.id) if m.author.startswith("party:") or m.kind in THEIRS}
    return Known(case, row["vault"], case_key, opened, json.loads(row["fields"]), said)


def write(tx: Tx, case_id: str, hidden: Hidden) -> None:
    """Keep the originals, and replace the words where the level rose."""
    vault.put(tx, cases.vault_of(tx, case_id), hidden.sealed)
    if hidden.messages:
        cases.replace_words(tx, case_id, hidden.title, hidden.place, dict(hidden.fields), hidden.messages)
