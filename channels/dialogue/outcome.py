"""How the outcome of a wish is told: receipt, status, list, thanks, or the refusal as it was spoken."""

from dataclasses import replace
from datetime import date

from channels.dialogue import aside, corrections, person
from channels.dialogue.asking import ask, button, home, step_name
from channels.dialogue.facts import Facts, LetterLine
from channels.dialogue.lengths import SAY_UNITS, shorten, split_text
from channels.dialogue.letter import EDITION, begun, short, steps_of
from channels.dialogue.session import Session
from channels.dialogue.talk import BUTTON_BYTES, Button, Say, Turn
from channels.dialogue.texts import words
from channels.dialogue.wishes import (
    CallPerson,
    Done,
    EndTalk,
    File,
    Filed,
    Letters,
    Outcome,
    Rate,
    Status,
    TellDone,
    ToPerson,
    Wish,
)
from hub.errors import Invalid, Refusal
from hub.privacy.codes import spell

_STEP_OF = {
    "body": "text",
    "publish_consent": "publish",
    "show_surname": "surname",
    "contact": "phone",
    "contact.phone": "phone",
    "contact.name": "name",
    "contact.wish": "wish",
}
"""Names of the outer contract's fields, where the conversation calls the question otherwise."""
_WEEKDAYS = "一二三四五六日"
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_LOW = 2


def after(session: Session, wish: Wish, outcome: Outcome, facts: Facts) -> Turn:
    """Tell what became of a wish. A refusal leaves the conversation where it was, every answer in place."""
    turn = _told(session, wish, outcome, facts)
    return replace(turn, session=replace(turn.session, revision=session.revision + 1))


def _told(session: Session, wish: Wish, outcome: Outcome, facts: Facts) -> Turn:
    if isinstance(outcome, Refusal):
        return _refused(session, wish, outcome, facts)
    if isinstance(wish, CallPerson | ToPerson | EndTalk):
        return Turn(session, person.told(session, wish, outcome, facts))
    if isinstance(wish, File):
        done = replace(session, answers=corrections.kept(session.answers), step="idle")
        if isinstance(outcome, Filed):
            sent = corrections.filed(session.answers, outcome.number)
            return Turn(replace(done, answers=sent, case=outcome.number), _receipt(done.lang, outcome, facts))
        return Turn(done, (Say(words(done.lang, "no_due"), home(done.lang)),))
    session = _finished(session, wish)
    if isinstance(outcome, Status):
        session = replace(session, case=outcome.line.number)
        says = _status(session.lang, outcome, facts)
    elif isinstance(outcome, Letters):
        says = (_letters(session.lang, outcome.lines),)
    else:
        says = _thanks(session.lang, wish, outcome)
    return Turn(session, (*says, *_where_we_were(session, facts)))


def _finished(session: Session, wish: Wish) -> Session:
    """The session without the errand this wish came from; another errand stays."""
    errand = aside.running(session)
    name = aside.NAME_OF.get(type(wish))
    if errand is not None and errand.get("what") == name and errand.get("number") == getattr(wish, "number", None):
        return aside.end(session)
    return session


def _where_we_were(session: Session, facts: Facts) -> tuple[Say, ...]:
    if aside.running(session) is not None:
        return (aside.question(session, facts),)
    return ask(session, facts) if begun(session.answers) else ()


def _refused(session: Session, wish: Wish, refusal: Refusal, facts: Facts) -> Turn:
    lang, session = session.lang, corrections.refused(session, wish)
    sentences = [said[lang == "en"] for said in refusal.fields.values()] if isinstance(refusal, Invalid) else []
    text = shorten("\n".join(sentences) or refusal.said[lang == "en"], SAY_UNITS)
    if isinstance(wish, File) and begun(session.answers):
        # The hub takes a letter in under the forms in force: from now on their questions are asked.
        session = replace(session, answers={**session.answers, EDITION: facts.edition})
        draft = session.answers["draft"]
        rows: list[tuple[Button, ...]] = [
            (button(lang, "b_edit", f"e{draft}:{short(step)}", what=step_name(step, session.answers, facts, lang)),)
            for step in _steps_meant(session, refusal, facts)
        ]
        rows.append((button(lang, "b_confirm", f"ok{draft}"), button(lang, "b_cancel", "cmd:cancel")))
        return Turn(session, (Say(text, tuple(rows)),))
    errand = aside.running(session)
    if errand is not None:
        row = (button(lang, "b_again", "again"), button(lang, "b_cancel", "cmd:cancel"))
        return Turn(session, (Say(text, (row,)),))
    return Turn(session, (Say(text, () if begun(session.answers) else home(lang)), *_where_we_were(session, facts)))


def _steps_meant(session: Session, refusal: Refusal, facts: Facts) -> list[str]:
    steps = ("title", *steps_of(session.answers, facts)[:-1])
    names = refusal.fields if isinstance(refusal, Invalid) else ()
    meant = {_STEP_OF.get(name, name).removeprefix("fields.") for name in names}
    return [step for step in steps if step.removeprefix("field:") in meant]


def day_words(day: date, lang: str, today: date) -> str:
    """A day as people say it: 12月1日（星期二）, Tuesday 1 December; with its year where it is another than today's."""
    if lang == "en":
        year = f" {day.year}" if day.year != today.year else ""
        return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}{year}"
    year = f"{day.year}年" if day.year != today.year else ""
    return f"{year}{day.month}月{day.day}日（星期{_WEEKDAYS[day.weekday()]}）"


def _due(lang: str, of: Filed | Status, facts: Facts) -> str:
    """The sentence with the day of the answer; empty where there is none."""
    name = "due_provisional" if of.provisional else "due"
    return words(lang, name, day=day_words(of.due, lang, facts.today)) if of.due else ""


def _receipt(lang: str, filed: Filed, facts: Facts) -> tuple[Say, ...]:
    due = _due(lang, filed, facts) or words(lang, "no_due")
    if unit := filed.unit_en if lang == "en" else filed.unit_zh:
        due = f"{words(lang, 'status_unit', unit=unit)}\n{due}"
    text = words(lang, "filed", number=filed.number, code=spell(filed.query_code), due=due, link=filed.link)
    see = _errand_button(lang, "see", filed.number)
    return (Say(shorten(text, SAY_UNITS), ((*see, *_errand_button(lang, "add", filed.number)),)),)


def _errand_button(lang: str, what: str, number: str) -> tuple[Button, ...]:
    code = f"{what}:{number}"
    fits = len(code.encode()) <= BUTTON_BYTES
    return (button(lang, f"b_{what}", code, number=number),) if fits else ()


def _status(lang: str, status: Status, facts: Facts) -> tuple[Say, ...]:
    line = status.line
    word = line.word_en if lang == "en" else line.word_zh
    unit = status.unit_en if lang == "en" else status.unit_zh
    full = facts.carry == "all"
    title = shorten(line.title, 200) if full else ""
    lines = [words(lang, "status", number=line.number, word=word, title=title).strip()]
    because = (status.because_en if lang == "en" else status.because_zh) if full else ""
    lines += [because or words(lang, "status_unit", unit=unit)] if unit else []
    lines += [due] if (due := _due(lang, status, facts)) else []
    lines += [words(lang, "question", question=status.question)] if status.question and full else []
    if status.reply:
        lines.append(words(lang, "reply", reply=status.reply) if full else words(lang, "reply_link", link=status.link))
    if status.link and (full or not status.reply):
        lines.append(words(lang, "link", link=status.link))
    buttons = [b for what in status.open for b in _errand_button(lang, what, line.number)]
    rows = tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)) or home(lang)
    parts = split_text("\n".join(lines))
    return (*(Say(part) for part in parts[:-1]), Say(parts[-1], rows))


def _letters(lang: str, lines: tuple[LetterLine, ...]) -> Say:
    if not lines:
        return Say(words(lang, "no_letters"), home(lang))
    shown = lines[:20]
    rows = [
        f"{line.number} · {line.word_en if lang == 'en' else line.word_zh} · {shorten(line.title, 60)}"
        for line in shown
    ]
    buttons = tuple(_errand_button(lang, "see", line.number) for line in shown[:8])
    return Say(shorten("\n".join((words(lang, "letters"), *rows)), SAY_UNITS), tuple(row for row in buttons if row))


def _thanks(lang: str, wish: Wish, outcome: Outcome) -> tuple[Say, ...]:
    name, number = aside.NAME_OF.get(type(wish), "add"), getattr(wish, "number", "")
    low = isinstance(wish, Rate) and (wish.score <= _LOW or wish.solved == "no")
    denied = isinstance(wish, TellDone) and wish.done == "no"
    key = "done_tell_no" if denied else "done_rate_low" if low else "done_add" if name == "track" else f"done_{name}"
    text = words(lang, key, number=number)
    if isinstance(outcome, Done) and outcome.link:
        text += "\n" + words(lang, "link", link=outcome.link)
    row = _errand_button(lang, "reopen" if low else "see", number)
    return (Say(shorten(text, SAY_UNITS), (row,) if row else home(lang)),)
