"""Lines of a chat: sealed when they are kept, opened when they are shown, and the event in which they travel."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from channels.dialogue import Button, Say
from channels.dialogue.asking import home
from channels.inbound import Seal
from hub.storage.chats import Kept, Side, Spoken


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chat as it is shown: who said it, when, its words, buttons, and the names of its files."""

    n: int
    key: str
    side: str
    at: datetime
    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    files: tuple[str, ...] = ()


def sealed(seal: Seal, key: str, side: Side, say: Say, files: tuple[str, ...] = ()) -> Spoken:
    """A line ready to be kept."""
    row: dict[str, Any] = {"text": say.text, "buttons": [[[b.label, b.code] for b in r] for r in say.buttons]}
    if files:
        row["files"] = list(files)
    return Spoken(key, side, seal.close(key, json.dumps(row, ensure_ascii=False)))


def opened(seal: Seal, kept: Kept) -> Line:
    """A kept line in words; raises CannotOpen."""
    row = json.loads(seal.open(kept.key, kept.sealed))
    buttons = tuple(tuple(Button(label, code) for label, code in line) for line in row["buttons"])
    return Line(kept.n, kept.key, kept.side, kept.at, row["text"], buttons, tuple(row.get("files", ())))


def label_of(lines: list[Line], code: str, lang: str) -> str:
    """The words on the button that has this code, newest first; the code itself is never shown."""
    rows = [row for line in reversed(lines) for row in line.buttons]
    return next((b.label for row in (*rows, *home(lang)) for b in row if b.code == code), "…")
