"""Side errands beside a letter in writing: look up, add, rate, reopen, withdraw, answer; the letter waits meanwhile."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from channels.dialogue.asking import ask, button, home
from channels.dialogue.checks import check_length
from channels.dialogue.commands import number_in, plain, query_code_in
from channels.dialogue.facts import Facts
from channels.dialogue.lengths import shorten
from channels.dialogue.letter import TEXT_MOST, attachments, begun
from channels.dialogue.session import Session
from channels.dialogue.talk import BUTTON_BYTES, Attachment, Button, Say, Turn
from channels.dialogue.texts import TEXTS, words
from channels.dialogue.wishes import Answer, LetterLine, Rate, Reopen, Supplement, TellDone, Track, Wish, Withdraw
from hub.errors import Said

SLOTS: Mapping[str, tuple[str, ...]] = {
    "track": ("number", "code"),
    "add": ("number", "words"),
    "answer": ("number", "words"),
    "rate": ("number", "score", "solved", "comment"),
    "tell": ("number", "told"),
    "reopen": ("number", "reason"),
    "withdraw": ("number", "sure"),
}
"""What each errand must know before it becomes a wish, in the order asked."""

_WRITES = ("add", "answer", "reopen")
_OFFERED = {
    "score": ("5", "4", "3", "2", "1"),
    "solved": ("yes", "partly", "no"),
    "told": ("yes", "partly", "no"),
    "sure": ("yes",),
    "comment": ("",),
}
_BY_NUMBER = {"1": "yes", "2": "partly", "3": "no"}
_STARS = "★⭐🌟*"
_REASON_LEAST, _COMMENT_MOST = 2, 1000


def told(session: Session, typed: str, facts: Facts) -> Turn | None:
    """A number or word that answers whether it was done, where that is asked of a letter of this chat."""
    asked = [line for line in facts.letters if line.asked]
    value = _understand("told", typed)
    if not asked or isinstance(value, Said):
        return None
    meant = next((line for line in asked if line.number == session.case), asked[0] if len(asked) == 1 else None)
    if meant is None:
        return begin(session, "tell", "", facts, told=value)
    return begin(session, "tell", meant.number, facts, told=value, about=str(meant.asked))


def running(session: Session) -> Mapping[str, Any] | None:
    """The errand under way, if there is one."""
    aside = session.answers.get("aside")
    return aside if isinstance(aside, Mapping) else None


def begin(session: Session, what: str, number: str, facts: Facts, **known: str) -> Turn:
    """Start an errand with what is known already; with everything known it is a wish at once."""
    if facts.carry == "receipts" and what in _WRITES:
        return Turn(session, (Say(words(session.lang, "receipts_only", site=facts.site)),))
    aside: dict[str, Any] = {"what": what, **known}
    number = number or _likely(session, what, facts)
    if number:
        aside["number"] = number
        if what == "track" and any(line.number == number for line in facts.letters):
            aside.setdefault("code", "")
    if facts.carry == "receipts" and what == "rate":
        aside["comment"] = ""
    if _open(aside) is None:
        return Turn(session, (), wish_of(aside))
    resume = session.answers.get("resume", session.step) if running(session) else session.step
    return go_on(replace(session, answers={**session.answers, "aside": aside, "resume": resume}), facts)


def _likely(session: Session, what: str, facts: Facts) -> str:
    if what == "track":
        return ""
    if session.case:
        return session.case
    return facts.letters[0].number if len(facts.letters) == 1 else ""


def _open(aside: Mapping[str, Any]) -> str | None:
    return next((slot for slot in SLOTS[aside["what"]] if slot not in aside), None)


def go_on(session: Session, facts: Facts) -> Turn:
    """Ask for the next thing the errand must know, or turn it into its wish."""
    aside = running(session)
    if aside is None:
        return Turn(session, ask(session, facts))
    if (line := _not_to_rate(aside, facts)) is not None:
        return _left(end(session), line, facts)
    slot = _open(aside)
    if slot is None:
        return Turn(session, (), wish_of(aside))
    session = replace(session, step=f"aside:{slot}")
    return Turn(session, (question(session, facts),))


def _not_to_rate(aside: Mapping[str, Any], facts: Facts) -> LetterLine | None:
    """The letter that is to be rated and cannot be now, so that nobody answers three questions in vain."""
    number = aside.get("number") if aside["what"] == "rate" else None
    return next((line for line in facts.letters if line.number == number and not line.rates), None)


def _left(session: Session, line: LetterLine, facts: Facts) -> Turn:
    """Say that it cannot be rated now, and go back to the letter in writing, if there is one."""
    lang, writing = session.lang, begun(session.answers)
    word = line.word_en if lang == "en" else line.word_zh
    said = Say(words(lang, "not_to_rate", number=line.number, word=word), () if writing else home(lang))
    return Turn(session, (said, *(ask(session, facts) if writing else ())))


def end(session: Session) -> Session:
    """The session back at its letter (or idle), without the errand."""
    answers = {key: value for key, value in session.answers.items() if key not in ("aside", "resume")}
    return replace(session, answers=answers, step=str(session.answers.get("resume", "idle")))


def question(session: Session, facts: Facts) -> Say:
    """What the errand asks now, with its buttons."""
    aside, lang = running(session) or {}, session.lang
    what, slot = aside.get("what", "track"), session.step.removeprefix("aside:")
    if slot == "number":
        rows = [_number_row(line.number, line.title) for line in facts.letters[:8]]
        return Say(words(lang, "ask_number"), (*(row for row in rows if row), _cancel(lang)))
    key = f"ask_words_{what}" if slot == "words" else f"ask_{slot}"
    asked = words(lang, key, number=aside.get("number", "")) if slot == "sure" else words(lang, key)
    rows = [(Button(_label(slot, value, lang), f"s:{slot}:{value}"),) for value in _OFFERED.get(slot, ())]
    if slot == "words" and aside.get("files"):
        rows = [(button(lang, "b_done", "s:words:"),)]
    head = f"{aside.get('number', '')} · " if slot in ("words", "score", "reason") else ""
    return Say(head + asked, (*rows, _cancel(lang)))


def _number_row(number: str, title: str) -> tuple[Button, ...]:
    code = f"s:number:{number}"
    return (Button(shorten(f"{number} {title}", 60), code),) if len(code.encode()) <= BUTTON_BYTES else ()


def _cancel(lang: str) -> tuple[Button, ...]:
    return (button(lang, "b_cancel", "cmd:cancel"),)


def _label(slot: str, value: str, lang: str) -> str:
    if slot == "comment":
        return words(lang, "b_skip")
    return words(lang, "b_sure" if slot == "sure" else f"{slot}_{value}")


def hear(session: Session, typed: str, facts: Facts) -> Turn:
    """Typed words as the answer to what the errand asks."""
    aside, slot = dict(running(session) or {}), session.step.removeprefix("aside:")
    if slot == "code" and number_in(typed):
        aside["number"] = number_in(typed)
    value = _understand(slot, typed)
    if isinstance(value, Said):
        sentence = value.en if session.lang == "en" else value.zh
        changed = replace(session, answers={**session.answers, "aside": aside})
        return Turn(changed, (Say(sentence), question(changed, facts)))
    aside[slot] = value
    if slot == "number" and aside["what"] == "track":
        aside.update(_code_beside(typed, str(value), facts))
    return go_on(replace(session, answers={**session.answers, "aside": aside}), facts)


def _code_beside(typed: str, number: str, facts: Facts) -> dict[str, str]:
    code = query_code_in(typed)
    if code or any(line.number == number for line in facts.letters):
        return {"code": code}
    return {}


def press(session: Session, slot: str, value: str, facts: Facts) -> Turn | None:
    """A pressed choice of the errand; None where the button belongs to an earlier question."""
    aside = running(session)
    if aside is None or session.step != f"aside:{slot}":
        return None
    if slot == "words" and value == "" and aside.get("files"):
        return go_on(replace(session, answers={**session.answers, "aside": {**aside, "words": ""}}), facts)
    if slot == "number" and number_in(value):
        return hear(session, value, facts)
    if value not in _OFFERED.get(slot, ()):
        return None
    return go_on(replace(session, answers={**session.answers, "aside": {**aside, slot: value}}), facts)


def takes_files(session: Session) -> bool:
    aside = running(session)
    return aside is not None and aside.get("what") in ("add", "answer") and session.step == "aside:words"


def keep_file(session: Session, file: Attachment) -> Session:
    aside = dict(running(session) or {})
    aside["files"] = [*aside.get("files", ()), asdict(file)]
    return replace(session, answers={**session.answers, "aside": aside})


def _understand(slot: str, typed: str) -> str | Said:
    said = plain(typed)
    if slot == "number":
        return number_in(typed) or TEXTS["bad_number"]
    if slot == "code":
        digits = sum(char.isdigit() for char in said)
        bad = TEXTS["bad_code"]
        return query_code_in(typed) or Said(bad.zh.format(n=digits), bad.en.format(n=digits))
    if slot == "score":
        return _score(typed) or TEXTS["choose"]
    if slot in ("solved", "told"):
        named = {plain(word): v for v in _OFFERED[slot] for word in TEXTS[f"{slot}_{v}"]}
        return _BY_NUMBER.get(said) or named.get(said) or TEXTS["choose"]
    if slot == "sure":
        return "yes" if said in ("确定撤回", "确定", "是", "yes", "yes, withdraw", "1") else TEXTS["choose"]
    if slot == "comment":
        return "" if said in ("跳过", "没有", "无", "skip", "no", "没有了") else check_length(typed, 1, _COMMENT_MOST)
    return check_length(typed, _REASON_LEAST, TEXT_MOST)


def _score(typed: str) -> str:
    stars = [char for char in typed if char in _STARS]
    if stars and not any(char.isalnum() for char in typed):
        return str(len(stars)) if len(stars) <= 5 else ""
    said = plain(typed).removesuffix("星").removesuffix("分").strip()
    said = {"一": "1", "二": "2", "两": "2", "三": "3", "四": "4", "五": "5"}.get(said, said)
    if said in ("1", "2", "3", "4", "5"):
        return said
    named = {plain(word): v for v in _OFFERED["score"] for word in TEXTS[f"score_{v}"]}
    return named.get(said, "")


def wish_of(aside: Mapping[str, Any]) -> Wish:
    """The finished errand as the hub's wish."""
    number, files, urgent = aside["number"], attachments(aside.get("files")), aside.get("urgent") is True
    match aside["what"]:
        case "track":
            return Track(number, aside["code"])
        case "add":
            return Supplement(number, aside["words"], files, urgent)
        case "answer":
            return Answer(number, aside["words"], files, urgent)
        case "rate":
            return Rate(number, int(aside["score"]), aside["solved"], aside["comment"])
        case "tell":
            return TellDone(number, aside["told"], int(aside.get("about") or 0))
        case "reopen":
            return Reopen(number, aside["reason"])
        case _:
            return Withdraw(number)


NAME_OF: Mapping[type, str] = {
    Track: "track",
    Supplement: "add",
    Answer: "answer",
    Rate: "rate",
    TellDone: "tell",
    Reopen: "reopen",
    Withdraw: "withdraw",
}
"""Which errand a wish came from."""
