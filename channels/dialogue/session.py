"""Where a conversation stands: the row that survives restarts, days of silence and new editions of the questions."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

FLOW = 1
"""The version of the questions; a session of another version begins anew and keeps what was written."""

Lang = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Session:
    """One conversation in one chat. It is replaced, never edited; `revision` rises by one with every turn.

    `answers` holds JSON values only: the letter being written, and beside it `aside` (a side errand such as a rating)
    and `resume` (the step of the letter to which the errand returns). `case` is the number spoken of last.
    """

    flow: int = FLOW
    step: str = "idle"
    answers: Mapping[str, Any] = field(default_factory=dict)
    lang: Lang = "zh"
    case: str | None = None
    revision: int = 0


def new_session(lang: Lang = "zh") -> Session:
    """A conversation in which nothing was said yet."""
    return Session(lang=lang)


def session_to_json(session: Session) -> str:
    """The session as one line of JSON, keys sorted, so that equal sessions have equal text."""
    row = {
        "flow": session.flow,
        "step": session.step,
        "answers": dict(session.answers),
        "lang": session.lang,
        "case": session.case,
        "revision": session.revision,
    }
    return json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def session_from_json(text: str) -> Session:
    """Read a session back; raises ValueError where the text is not one."""
    row = json.loads(text)
    if not isinstance(row, dict) or not isinstance(row.get("answers"), dict):
        raise ValueError("a session is a JSON object with answers")  # noqa: TRY004 - wrong content, not a wrong call
    try:
        return Session(
            flow=int(row["flow"]),
            step=str(row["step"]),
            answers=row["answers"],
            lang="en" if row["lang"] == "en" else "zh",
            case=None if row["case"] is None else str(row["case"]),
            revision=int(row["revision"]),
        )
    except (KeyError, TypeError) as fault:
        raise ValueError(f"a session misses {fault}") from fault
