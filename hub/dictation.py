"""Dictation 听写: what a citizen said by voice is taken down by an officer, and stands as their words from then on."""

from collections.abc import Iterable, Sequence

from hub.case import Message
from hub.machines.guards import DICTATION
from hub.storage import cases
from hub.storage.tx import Tx


def is_voice(mime: str) -> bool:
    """Whether a file is a voice message or another recording of sound."""
    return mime.startswith("audio/")


def has_voice(tx: Tx, case_id: str, places: Iterable[object]) -> bool:
    """Whether one of a case's files at these places is to be listened to."""
    wanted = {str(n) for n in places}
    return any(str(r["n"]) in wanted and is_voice(str(r["mime"])) for r in cases.files_of(tx, case_id))


def letter_of(thread: Sequence[Message]) -> str:
    """The words of a letter: as they were written, or with what was taken down of its voice message."""
    if not thread:
        return ""
    heard = next((m.body for m in reversed(thread) if m.kind == DICTATION and m.refs.get("of") == thread[0].n), "")
    return f"{thread[0].body}\n\n{heard}" if heard else thread[0].body
