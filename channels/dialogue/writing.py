"""Writing a letter: what words, files and changed messages do to the draft, and how it goes on from step to step."""

from dataclasses import asdict, replace
from typing import Any

from channels.dialogue import aside, corrections
from channels.dialogue.asking import ask, button, home
from channels.dialogue.commands import is_greeting, plain
from channels.dialogue.corrections import corrected
from channels.dialogue.facts import Facts
from channels.dialogue.lengths import shorten, tidy
from channels.dialogue.letter import (
    EDITION,
    SUMMARY,
    TEXT_LEAST,
    TEXT_MOST,
    begun,
    open_step,
    too_long,
    understand,
    wish_of,
)
from channels.dialogue.session import Session
from channels.dialogue.talk import Attachment, Input, Say, Turn
from channels.dialogue.texts import pick, words
from hub.errors import Said
from hub.machines.guards import SPOKEN
from hub.submission import headline

_CONFIRM = ("确认", "确认提交", "提交", "send", "confirm", "submit")
_HEARD_MOST = 20
_OUTLIVING = ("aside", "resume", corrections.SENT)


def again(session: Session, facts: Facts, sentence: str) -> Turn:
    """Say a sentence, then ask once more what stands open; nothing changes."""
    first = (Say(sentence),) if sentence else ()
    if aside.running(session) is not None:
        return Turn(session, (*first, aside.question(session, facts)))
    if session.step == "idle" and sentence:
        return Turn(session, (Say(sentence, home(session.lang)),))
    return Turn(session, (*first, *ask(session, facts)))


def onward(session: Session, facts: Facts) -> Turn:
    """Leave an answer as it is and go to what is still open."""
    if aside.running(session) is not None or not begun(session.answers):
        return again(session, facts, "")
    return settled(session, dict(session.answers), facts)


def settled(session: Session, answers: dict[str, Any], facts: Facts) -> Turn:
    """Keep changed answers and ask what is open next; an errand under way goes on first."""
    step = open_step(answers, facts)
    if aside.running(session) is not None:
        session = replace(session, answers={**answers, "resume": step})
        return Turn(session, (aside.question(session, facts),))
    session = replace(session, answers=answers, step=step)
    return Turn(session, ask(session, facts))


def begin(session: Session, given: Input, facts: Facts, **known: Any) -> Turn:
    """A new draft; `begun` names the input it began with, `draft` binds its buttons to it."""
    kept = {key: session.answers[key] for key in _OUTLIVING if key in session.answers}
    first = {"draft": session.revision, "begun": given.id, EDITION: facts.edition}
    return settled(session, {**kept, **known, **first}, facts)


def dropped(session: Session) -> Turn:
    """The draft is gone, as the citizen wished."""
    session = replace(session, answers=corrections.kept(session.answers), step="idle")
    return Turn(session, (Say(words(session.lang, "cancelled"), home(session.lang)),))


def confirmed(session: Session, facts: Facts) -> Turn:
    """The letter goes to the hub; the draft stays until the hub has answered. Where forms that changed meanwhile ask
    for more, that is asked first."""
    if open_step(session.answers, facts) != SUMMARY:
        return onward(session, facts)
    return Turn(replace(session, step=SUMMARY), (), wish_of(session.answers, facts, session.lang))


def typed(session: Session, given: Input, facts: Facts) -> Turn:
    """Words of the citizen at the step where the letter stands."""
    step, text = session.step, given.text
    if is_greeting(text) and step != "name":
        return again(session, facts, words(session.lang, "greeting"))
    if step == "idle":
        return _from_words(session, given, facts)
    if step == SUMMARY:
        if plain(text) in _CONFIRM:
            return confirmed(session, facts)
        return Turn(session, (Say(words(session.lang, "summary_hint"), ask(session, facts)[-1].buttons),))
    change = understand(step, text, session.answers, facts)
    if isinstance(change, Said):
        more = too_long(step, text, session.answers, facts) or (step == "files" and len(text) >= TEXT_LEAST)
        added = _added(session, text) if more else None
        if added is not None:
            return again(added, facts, words(session.lang, "kept_more"))
        return again(session, facts, pick(change, session.lang))
    heard = _heard(session, given.id, step)
    return settled(session, {**session.answers, **change, "heard": heard}, facts)


def _from_words(session: Session, given: Input, facts: Facts) -> Turn:
    """Somebody simply tells their matter: that is the beginning of a letter."""
    if facts.carry == "receipts":
        return again(session, facts, words(session.lang, "receipts_only", site=facts.site))
    change = understand("text", given.text, {}, facts)
    if isinstance(change, Said):
        return again(session, facts, pick(change, session.lang))
    return begin(session, given, facts, **change, heard={given.id: "text"})


def _added(session: Session, text: str) -> Session | None:
    """The letter with a further part, or None where there is no letter yet or no room."""
    before = session.answers.get("text")
    if not before or len(before) + len(text) + 1 > TEXT_MOST:
        return None
    heard = {key: step for key, step in session.answers.get("heard", {}).items() if step != "text"}
    return replace(session, answers={**session.answers, "text": f"{before}\n{text}", "heard": heard})


def _heard(session: Session, id_: str, step: str) -> dict[str, str]:
    """Which message gave which answer, so that editing the message edits the answer; the last twenty."""
    rows = {**session.answers.get("heard", {}), id_: step}
    return dict(list(rows.items())[-_HEARD_MOST:])


def edited(session: Session, given: Input, facts: Facts) -> Turn:
    """A message changed after it was sent: the answer it gave changes with it while the letter is still here; what the
    office has already is corrected by an addition."""
    step = session.answers.get("heard", {}).get(given.id)
    late = corrected(session, given) if step is None and given.text and facts.carry == "all" else None
    if late is not None:
        return late
    if step is None or not given.text:
        return Turn(session, (Say(words(session.lang, "edited_late")),))
    change = understand(step, given.text, session.answers, facts)
    if isinstance(change, Said):
        return again(session, facts, pick(change, session.lang))
    turn = settled(session, {**session.answers, **change}, facts)
    return replace(turn, says=(Say(words(session.lang, "edited")), *turn.says))


def file(session: Session, given: Input, facts: Facts) -> Turn:
    """A photo, document or voice message: kept with the errand or the letter at hand, whichever step it is at."""
    lang, sent = session.lang, given.file
    if sent is None:
        return again(session, facts, words(lang, "voice" if given.kind == "voice" else "unknown"))
    if facts.carry == "receipts":
        return again(session, facts, words(lang, "receipts_only", site=facts.site))
    if sent.size > facts.file_bytes_most:
        most = facts.file_bytes_most // 1_000_000
        return again(session, facts, words(lang, "file_big", name=shorten(sent.name, 80), most=most, site=facts.site))
    sent = replace(sent, name=shorten(tidy(sent.name), 120) or "file", note=shorten(given.text, 1024))
    if session.step == "idle" and not begun(session.answers):
        return _first_file(session, given, sent, facts)
    if aside.running(session) is not None:
        return _to_errand(session, given, sent, facts)
    return _to_letter(session, given, sent, facts)


def _first_file(session: Session, given: Input, sent: Attachment, facts: Facts) -> Turn:
    """A file out of the blue: it goes with the letter spoken of last, or begins a new one."""
    if session.case:
        asked = aside.begin(session, "add", session.case, facts)
        return _to_errand(asked.session, given, sent, facts)
    turn = begin(session, given, facts)
    return _to_letter(turn.session, given, sent, facts)


def _to_errand(session: Session, given: Input, sent: Attachment, facts: Facts) -> Turn:
    if not aside.takes_files(session):
        return again(session, facts, words(session.lang, "file_first"))
    kept = (aside.running(session) or {}).get("files", ())
    if len(kept) >= facts.files_most:
        return again(session, facts, words(session.lang, "file_many", most=facts.files_most))
    session = aside.keep_file(session, sent)
    if given.text:
        return aside.hear(session, given.text, facts)
    return again(session, facts, words(session.lang, "file_kept", n=len(kept) + 1))


def _to_letter(session: Session, given: Input, sent: Attachment, facts: Facts) -> Turn:
    kept = list(session.answers.get("files", ()))
    if len(kept) >= facts.files_most:
        return again(session, facts, words(session.lang, "file_many", most=facts.files_most))
    answers = {**session.answers, "files": [*kept, asdict(sent)]}
    if not answers.get("text") and len(given.text) >= TEXT_LEAST:
        answers |= {"text": given.text, "title": headline(given.text)}
    elif not answers.get("text") and given.kind == "voice":
        answers |= {"text": SPOKEN, "title": SPOKEN}
    session = replace(session, answers=answers)
    key = "voice_kept" if given.kind == "voice" else "file_kept"
    told = words(session.lang, key, n=len(kept) + 1)
    if session.step == "files":
        done = ask(session, facts)[0].buttons or ((button(session.lang, "b_done", "go"),),)
        return Turn(session, (Say(told, done),))
    if session.step == "text" and answers.get("text"):
        turn = settled(session, answers, facts)
        return replace(turn, says=(Say(told), *turn.says))
    return again(session, facts, told)
