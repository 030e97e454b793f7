"""The conversation that web chat and bot share: pure functions from a session and an input to the next turn."""

from channels.dialogue.facts import Facts, LetterLine, Similar
from channels.dialogue.outcome import after
from channels.dialogue.session import FLOW, Session, new_session, session_from_json, session_to_json
from channels.dialogue.talk import Attachment, Button, Input, Say, Turn
from channels.dialogue.turn import next_turn
from channels.dialogue.wishes import (
    Answer,
    Done,
    File,
    Filed,
    Letters,
    MyLetters,
    Outcome,
    Rate,
    Reopen,
    Status,
    Supplement,
    Track,
    Wish,
    Withdraw,
)

__all__ = [
    "FLOW",
    "Answer",
    "Attachment",
    "Button",
    "Done",
    "Facts",
    "File",
    "Filed",
    "Input",
    "LetterLine",
    "Letters",
    "MyLetters",
    "Outcome",
    "Rate",
    "Reopen",
    "Say",
    "Session",
    "Similar",
    "Status",
    "Supplement",
    "Track",
    "Turn",
    "Wish",
    "Withdraw",
    "after",
    "new_session",
    "next_turn",
    "session_from_json",
    "session_to_json",
]
