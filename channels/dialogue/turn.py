"""The next turn of a conversation: one pure function from where it stands and what was said to what follows."""

from dataclasses import replace

from channels.dialogue import aside, corrections, person, writing
from channels.dialogue.asking import ask, button, emergency, home, step_name
from channels.dialogue.checks import check_length
from channels.dialogue.commands import Command, command_in, number_in, query_code_in
from channels.dialogue.facts import Facts
from channels.dialogue.lengths import tidy
from channels.dialogue.letter import Answers, attachments, begun, holds_words, open_step, steps_of
from channels.dialogue.pressing import pressed
from channels.dialogue.session import FLOW, Session
from channels.dialogue.talk import Button, Input, Say, Turn
from channels.dialogue.texts import words
from channels.dialogue.wishes import Answer, MyLetters, Supplement
from routing.danger import danger

AWAY_HOURS = 12.0
"""After so long a silence the conversation first says where it stands."""


def next_turn(session: Session, given: Input, facts: Facts) -> Turn:
    """What follows from one input. Never raises for anything a citizen can send, and forgets an answer only on cancel.

    The wish, if any, is done by the caller, who then asks `after` how to tell its outcome; until then the session
    stands where the wish was spoken, so that a refusal or a crash loses nothing.
    """
    if not given.private:
        return replace(_in_group(session, given, facts), session=replace(session, revision=session.revision + 1))
    text = tidy(given.text)
    given = replace(given, text=text)
    if facts.talking:
        turn = person.hear(session, given, facts)
        return replace(turn, session=replace(turn.session, revision=session.revision + 1))
    turn = _hear(session, given, facts) if session.flow == FLOW else _begun_anew(session, given, facts)
    if given.kind != "button" and danger(text, facts.dangers):
        turn = _with_urgency(turn, facts)
    away = facts.away_hours >= AWAY_HOURS and not given.text.startswith("/start")
    if away and begun(session.answers) and begun(turn.session.answers):
        where = step_name(session.step, session.answers, facts, session.lang)
        turn = replace(turn, says=(Say(words(session.lang, "welcome_back", where=where)), *turn.says))
    return replace(turn, session=replace(turn.session, revision=session.revision + 1))


def _in_group(session: Session, given: Input, facts: Facts) -> Turn:
    """In a group only a call gets an answer, and only an invitation: nothing of a letter is said before others."""
    called = given.kind == "text" and (given.text.startswith("/") or "@" in given.text)
    return Turn(session, (Say(words(session.lang, "group", bot=facts.bot)),) if called else ())


def _begun_anew(session: Session, given: Input, facts: Facts) -> Turn:
    """A session of other questions: what was written stays, the questions begin again."""
    kept = _still_readable(session.answers)
    fresh = replace(session, flow=FLOW, step="idle", answers={})
    if not kept:
        return _hear(fresh, given, facts)
    answers = {**kept, "draft": session.revision, "begun": given.id}
    fresh = replace(fresh, answers=answers, step=open_step(answers, facts))
    told = Say(words(session.lang, "restart"))
    if given.kind == "text" and command_in(given.text) is None:
        return Turn(fresh, (told, *ask(fresh, facts)))
    turn = _hear(fresh, given, facts)
    return replace(turn, says=(told, *turn.says))


def _still_readable(answers: Answers) -> dict[str, object]:
    kept: dict[str, object] = {
        key: tidy(answers[key]) for key in ("text", "title") if isinstance(answers.get(key), str) and answers[key]
    }
    try:
        if attachments(answers.get("files")):
            kept["files"] = answers["files"]
    except TypeError:
        pass
    if kept and answers.get("urgent") is True:
        kept["urgent"] = True
    return kept


def _with_urgency(turn: Turn, facts: Facts) -> Turn:
    session, wish = turn.session, turn.wish
    errand = aside.running(session)
    if isinstance(wish, Supplement | Answer):
        wish = replace(wish, urgent=True)
    if errand is not None:
        known = errand.get("urgent") is True
        session = replace(session, answers={**session.answers, "aside": {**errand, "urgent": True}})
    else:
        known = session.answers.get("urgent") is True
        session = replace(session, answers={**session.answers, "urgent": True}) if begun(session.answers) else session
    name = "danger_receipts" if facts.carry == "receipts" else "danger"
    told = {"emergency": emergency(session, facts), "phone": facts.desk_phone, "site": facts.site}
    line = Say(words(session.lang, name, **told))
    return Turn(session, turn.says if known else (line, *turn.says), wish)


def _hear(session: Session, given: Input, facts: Facts) -> Turn:
    if given.kind == "button":
        turn = pressed(session, given, facts)
        if turn is not None:
            return turn
        name = given.text.removeprefix("cmd:")
        if name != given.text:
            return _obey(session, Command(name, ""), given, facts)
        return writing.again(session, facts, words(session.lang, "stale"))
    if given.edited:
        return writing.edited(session, given, facts)
    if given.kind in ("file", "voice"):
        return writing.file(session, given, facts)
    if given.kind != "text":
        return writing.again(session, facts, words(session.lang, given.kind))
    if not given.text:
        nothing = check_length("", 1, 1)
        return writing.again(session, facts, nothing[session.lang == "en"])
    command = command_in(given.text)
    if command is not None and not _means_an_answer(session, command):
        return _obey(session, command, given, facts)
    if aside.running(session) is not None:
        return corrections.noted(aside.hear(session, given.text, facts), given)
    if session.step == "idle" and (told := aside.told(session, given.text, facts)) is not None:
        return told
    if session.step == "idle" and number_in(given.text) and query_code_in(given.text):
        return aside.begin(session, "track", number_in(given.text), facts, code=query_code_in(given.text))
    return writing.typed(session, given, facts)


def _means_an_answer(session: Session, command: Command) -> bool:
    """没有了 answers the questions that can be skipped; it is a command nowhere else."""
    return command.name == "done" and session.step not in ("idle", "aside:words")


def _obey(session: Session, command: Command, given: Input, facts: Facts) -> Turn:
    number = number_in(command.rest)
    match command.name:
        case "start":
            return _start(session, number, facts)
        case "new":
            return _new(session, given, facts)
        case "status" if number:
            code = query_code_in(command.rest)
            return aside.begin(session, "track", number, facts, **({"code": code} if code else {}))
        case "status" if not facts.letters:
            return aside.begin(session, "track", "", facts)
        case "status" | "my":
            return Turn(session, (), MyLetters())
        case "add" | "rate":
            return aside.begin(session, command.name, number, facts)
        case "cancel" | "drop":
            return _cancel(session, command.name == "drop", facts)
        case "back":
            return _back(session, facts)
        case "lang":
            return _language(session, command.rest, facts)
        case "go":
            return writing.onward(session, facts)
        case "person":
            return person.call(session, facts)
        case "end":
            return writing.again(session, facts, words(session.lang, "talk_none"))
        case "done":
            return aside.press(session, "words", "", facts) or writing.again(session, facts, "")
        case _:
            return writing.again(session, facts, words(session.lang, "help", phone=facts.desk_phone))


def _start(session: Session, number: str, facts: Facts) -> Turn:
    if number:
        return aside.begin(session, "track", number, facts)
    lang = session.lang
    district = facts.district_en if lang == "en" else facts.district_zh
    name = "start_receipts" if facts.carry == "receipts" else "start"
    text = words(lang, name, emergency=emergency(session, facts), district=district, site=facts.site)
    if facts.carrier:
        text += "\n" + words(lang, "carrier", carrier=facts.carrier, site=facts.site)
    session = aside.end(session) if aside.running(session) is not None else session
    says: tuple[Say, ...] = (Say(text, home(lang)),)
    if begun(session.answers):
        says = (Say(text), _unfinished(session, facts))
    return Turn(session, says)


def _unfinished(session: Session, facts: Facts) -> Say:
    where = step_name(session.step, session.answers, facts, session.lang)
    buttons = (button(session.lang, "b_go", "go"), button(session.lang, "b_cancel", "cmd:cancel"))
    return Say(words(session.lang, "unfinished", where=where), (buttons,))


def _new(session: Session, given: Input, facts: Facts) -> Turn:
    session = aside.end(session) if aside.running(session) is not None else session
    if facts.carry == "receipts":
        return Turn(session, (Say(words(session.lang, "receipts_only", site=facts.site)),))
    if begun(session.answers):
        return Turn(session, (_unfinished(session, facts),))
    first = Say(emergency(session, facts))
    turn = writing.begin(session, given, facts)
    return replace(turn, says=(first, *turn.says))


def _cancel(session: Session, sure: bool, facts: Facts) -> Turn:
    if aside.running(session) is not None:
        return writing.again(aside.end(session), facts, words(session.lang, "aside_cancelled"))
    if not begun(session.answers):
        return Turn(session, (Say(words(session.lang, "nothing"), home(session.lang)),))
    if sure or not holds_words(session.answers):
        return writing.dropped(session)
    draft = session.answers["draft"]
    buttons = (button(session.lang, "b_drop", f"drop{draft}"), button(session.lang, "b_go", "go"))
    return Turn(session, (Say(words(session.lang, "cancel_sure"), (buttons,)),))


def _back(session: Session, facts: Facts) -> Turn:
    if aside.running(session) is not None:
        return writing.again(aside.end(session), facts, words(session.lang, "aside_cancelled"))
    steps = steps_of(session.answers, facts)
    if session.step == "idle" or session.step == steps[0]:
        return writing.again(session, facts, words(session.lang, "first_step"))
    at = steps.index(session.step) if session.step in steps else len(steps)
    earlier = replace(session, step=steps[at - 1])
    return Turn(earlier, ask(earlier, facts))


def _language(session: Session, wanted: str, facts: Facts) -> Turn:
    code = {"zh": "lang:zh", "中文": "lang:zh", "en": "lang:en", "english": "lang:en"}.get(wanted.lower(), "")
    turn = pressed(session, Input("button", "", code), facts) if code else None
    if turn is not None:
        return turn
    buttons = (Button("中文", "lang:zh"), Button("English", "lang:en"))
    return Turn(session, (Say(words(session.lang, "lang"), (buttons,)),))
