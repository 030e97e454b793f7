"""What goes into one turn and what comes out: input, spoken messages with buttons, and the turn itself."""

from dataclasses import dataclass
from typing import Literal

from channels.dialogue.session import Session
from channels.dialogue.wishes import Attachment, Wish

__all__ = ["BUTTON_BYTES", "Attachment", "Button", "Input", "Say", "Turn"]

BUTTON_BYTES = 64
"""A button's code may have 1 to 64 bytes (Telegram Bot API, InlineKeyboardButton.callback_data)."""


@dataclass(frozen=True, slots=True)
class Input:
    """One thing the citizen did. `id` is unique in the chat (the message's, or the press's own id).

    `text` is the message, the caption of a file, or the code of the pressed button. `edited` marks a message that the
    citizen changed after sending it; its `id` is the one it had at first.
    """

    kind: Literal["text", "button", "file", "voice", "sticker", "unknown"]
    id: str
    text: str = ""
    file: Attachment | None = None
    private: bool = True
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Button:
    """One button: the words on it, and the code that comes back (ids only, never what a person wrote)."""

    label: str
    code: str


@dataclass(frozen=True, slots=True)
class Say:
    """One message to the citizen, at most 4096 UTF-16 units, with rows of buttons."""

    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """The answer to one input: the next session, what is said, and at most one thing the hub shall do."""

    session: Session
    says: tuple[Say, ...] = ()
    wish: Wish | None = None
