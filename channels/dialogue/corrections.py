"""Corrections: a message changed after it went with a letter is added to that letter; what was sent never changes."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from channels.dialogue.session import Session
from channels.dialogue.talk import Input, Say, Turn
from channels.dialogue.texts import words
from channels.dialogue.wishes import Answer, Supplement, Wish

SENT = "sent"
"""The answer under which a session keeps which message went with which letter: id → number and a hash of its words."""
MOST = 30
_OWN_WORDS = ("text", "title", "field:")
"""Steps whose words are the matter; a changed name or phone number is corrected on the page, never in the text."""


def kept(answers: Mapping[str, Any]) -> dict[str, Any]:
    """What outlives the letter: nothing but the list of what was sent."""
    return {SENT: answers[SENT]} if answers.get(SENT) else {}


def filed(answers: Mapping[str, Any], number: str) -> dict[str, Any]:
    """The answers after a letter went in: its messages are known by their ids, and its words are gone."""
    heard = answers.get("heard", {}).items()
    told = {id_: str(answers.get(step) or "") for id_, step in heard if step.startswith(_OWN_WORDS)}
    new = {id_: [number, _hash(said)] for id_, said in told.items() if said}
    return _with(answers, new)


def noted(turn: Turn, given: Input) -> Turn:
    """The turn with its message remembered, where it was words for a letter that is there already."""
    if not isinstance(turn.wish, Supplement | Answer) or given.text != turn.wish.text:
        return turn
    new = {given.id: [turn.wish.number, _hash(given.text)]}
    session = replace(turn.session, answers={**turn.session.answers, **_with(turn.session.answers, new)})
    return replace(turn, session=session)


def refused(session: Session, wish: Wish) -> Session:
    """The session without a message whose words the hub did not take after all."""
    if not isinstance(wish, Supplement | Answer):
        return session
    gone = [wish.number, _hash(wish.text)]
    rows = {id_: row for id_, row in session.answers.get(SENT, {}).items() if row != gone}
    rest = {key: value for key, value in session.answers.items() if key != SENT}
    return replace(session, answers={**rest, **({SENT: rows} if rows else {})})


def corrected(session: Session, given: Input) -> Turn | None:
    """What follows from changing a message that was sent: nothing where its words are the same (Telegram tells of other
    changes too), else an addition that says what it is; None for a message that went with no letter."""
    known = session.answers.get(SENT, {}).get(given.id)
    if known is None:
        return None
    number, before = known
    if _hash(given.text) == before:
        return Turn(session)
    new = _with(session.answers, {given.id: [number, _hash(given.text)]})
    changed = replace(session, answers={**session.answers, **new})
    says = (Say(words(session.lang, "edited_sent", number=number)),)
    return Turn(changed, says, Supplement(number, words(session.lang, "correction", text=given.text)))


def _with(answers: Mapping[str, Any], new: Mapping[str, list[str]]) -> dict[str, Any]:
    rows = {**answers.get(SENT, {}), **new}
    return {SENT: dict(list(rows.items())[-MOST:])} if rows else {}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
