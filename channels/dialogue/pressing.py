"""What a pressed button means: an answer, a change, the final send, an errand; old buttons mean nothing."""

import re
from dataclasses import replace
from typing import Literal

from channels.dialogue import aside, writing
from channels.dialogue.asking import ask
from channels.dialogue.facts import Facts
from channels.dialogue.letter import SUMMARY, answered, begun, choices, put, short, steps_of
from channels.dialogue.session import Session
from channels.dialogue.talk import Input, Say, Turn
from channels.dialogue.texts import words

_ANSWER = re.compile(r"a(\d+):([^:]+):([^:]*)")
_EDIT = re.compile(r"e(\d+):([^:]+)")
_DRAFT = re.compile(r"(ok|drop)(\d+)")
_ERRAND = re.compile(r"(see|add|rate|tell|reopen|withdraw|answer):([^:]+)")
_TOLD = re.compile(r"tell:([^:]+):(\d{1,6}):(yes|partly|no)")
_SLOT = re.compile(r"s:([a-z]+):(.*)")


def pressed(session: Session, given: Input, facts: Facts) -> Turn | None:
    """The turn a button makes, or None where its code is unknown, out of date or a command."""
    code = given.text
    if code == "go":
        return writing.onward(session, facts)
    if code == "again":
        return aside.go_on(session, facts) if aside.running(session) is not None else None
    if code in ("lang:zh", "lang:en"):
        return _language(session, "en" if code == "lang:en" else "zh", facts)
    if found := _ANSWER.fullmatch(code):
        return _answer(session, found[1], found[2], found[3], facts)
    if found := _EDIT.fullmatch(code):
        return _edit(session, found[1], found[2], facts)
    if found := _DRAFT.fullmatch(code):
        return _draft(session, found[1], found[2], facts)
    if found := _SLOT.fullmatch(code):
        return aside.press(session, found[1], found[2], facts)
    if found := _TOLD.fullmatch(code):
        return aside.begin(session, "tell", found[1], facts, about=found[2], told=found[3])
    if found := _ERRAND.fullmatch(code):
        return aside.begin(session, "track" if found[1] == "see" else found[1], found[2], facts)
    return None


def _this_draft(session: Session, draft: str) -> bool:
    return begun(session.answers) and str(session.answers["draft"]) == draft


def _answer(session: Session, draft: str, step_token: str, value_token: str, facts: Facts) -> Turn | None:
    if not _this_draft(session, draft):
        return None
    step = next((s for s in steps_of(session.answers, facts) if short(s) == step_token), None)
    if step is None:
        return None
    current = step == session.step
    if not current and (step.startswith("field:") or not answered(step, session.answers, facts)):
        return None
    choice = next((c for c in choices(step, session.answers, facts) if short(c.value) == value_token), None)
    if choice is None:
        return None
    return writing.settled(session, {**session.answers, **put(step, choice.value)}, facts)


def _edit(session: Session, draft: str, step_token: str, facts: Facts) -> Turn | None:
    if not _this_draft(session, draft):
        return None
    steps = ("title", *steps_of(session.answers, facts))
    step = next((s for s in steps if short(s) == step_token and s != SUMMARY), None)
    if step is None or not session.answers.get("text"):
        return None
    session = replace(aside.end(session) if aside.running(session) is not None else session, step=step)
    return Turn(session, ask(session, facts, editing=True))


def _draft(session: Session, verb: str, draft: str, facts: Facts) -> Turn | None:
    if not _this_draft(session, draft) or aside.running(session) is not None:
        return None
    if verb == "drop":
        return writing.dropped(session)
    return writing.confirmed(session, facts)


def _language(session: Session, lang: Literal["zh", "en"], facts: Facts) -> Turn:
    session = replace(session, lang=lang)
    turn = writing.again(session, facts, "")
    return replace(turn, says=(Say(words(lang, "lang_set")), *turn.says))
