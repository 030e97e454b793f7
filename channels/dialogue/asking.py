"""The question of each step as a message: its words, its place on the way, and its buttons."""

import re

from channels.dialogue.facts import Facts
from channels.dialogue.lengths import SAY_UNITS, shorten
from channels.dialogue.letter import SUMMARY, Answers, answered, choices, field_of, kind_of, short, steps_of
from channels.dialogue.session import Session
from channels.dialogue.talk import Button, Say
from channels.dialogue.texts import TEXTS, pick, words

_PARTS = {"kind": 1, "aim": 1, "anonymous": 3, "name": 3, "phone": 3, "wish": 3, "publish": 4, "surname": 4, SUMMARY: 5}
"""The five parts of a letter: kind, matter, contact, publication, check; what is not named belongs to the matter."""
_BRACKET = re.compile(r"\s*[（(][^（(]*[）)]$")


def emergency(session: Session, facts: Facts) -> str:
    return facts.emergency_en if session.lang == "en" else facts.emergency_zh


def button(lang: str, key: str, code: str, **names: object) -> Button:
    """A button whose words stand among the texts."""
    return Button(shorten(words(lang, key, **names), 60), code)


def step_name(step: str, answers: Answers, facts: Facts, lang: str) -> str:
    """What a step is called to the citizen."""
    field = field_of(step, answers, facts)
    if field is not None:
        return _BRACKET.sub("", field.en if lang == "en" else field.zh)
    key = f"step_{step}"
    return pick(TEXTS[key], lang) if key in TEXTS else step


def ask(session: Session, facts: Facts, editing: bool = False) -> tuple[Say, ...]:
    """The question of the step where the letter stands (the welcome where none is being written)."""
    if session.step == "idle":
        return (Say(words(session.lang, "help", phone=facts.desk_phone), home(session.lang)),)
    if session.step == SUMMARY:
        return summary(session, facts)
    return (_question(session, facts, editing),)


def home(lang: str) -> tuple[tuple[Button, ...], ...]:
    return (
        (button(lang, "b_new", "cmd:new"),),
        (button(lang, "b_my", "cmd:my"), button(lang, "b_status", "cmd:status")),
    )


def answer_code(answers: Answers, step: str, value: str) -> str:
    return f"a{answers.get('draft', 0)}:{short(step)}:{short(value)}"


def _question(session: Session, facts: Facts, editing: bool) -> Say:
    step, answers, lang = session.step, session.answers, session.lang
    lines = [f"（{_PARTS.get(step, 2)}/5）{_words(step, answers, facts, lang)}"]
    offered = choices(step, answers, facts)
    if any(choice.value == "" for choice in offered) and "可以不" not in lines[0]:
        lines[0] += words(lang, "optional")
    given = step == "title" or answered(step, answers, facts)
    if given:
        lines.append(words(lang, "current", value=shown(step, answers, facts, lang)))
    rows = [
        (Button(shorten(pick(choice.label, lang), 60), answer_code(answers, step, choice.value)),) for choice in offered
    ]
    if (editing or given) and step != "files":
        rows.append((button(lang, "b_keep", "go"),))
    return Say(shorten("\n".join(lines), SAY_UNITS), tuple(rows))


def _words(step: str, answers: Answers, facts: Facts, lang: str) -> str:
    field = field_of(step, answers, facts)
    if field is not None:
        hint = field.hint_en if lang == "en" else field.hint_zh
        return f"{field.en if lang == 'en' else field.zh}\n{hint}" if hint else (field.en if lang == "en" else field.zh)
    asked = words(lang, f"ask_{step}")
    kind = kind_of(answers, facts)
    if step == "text" and kind is not None:
        about = kind.about_en if lang == "en" else kind.about_zh
        sealed = words(lang, "sealed") if kind.sealed else ""
        return "\n".join(part for part in (about, sealed, asked) if part)
    return asked


def shown(step: str, answers: Answers, facts: Facts, lang: str) -> str:
    """An answer in the citizen's words, shortened for a summary."""
    value = answers.get(step)
    if step == "files":
        count = len(answers.get("files") or ())
        return words(lang, "files_n", n=count) if count else words(lang, "files_none")
    if isinstance(value, bool):
        return words(lang, "yes" if value else "no")
    if not value:
        return words(lang, "none")
    if step == "text":
        whole = shorten(value, 600)
        return whole if whole == value else whole + words(lang, "letters_n", n=len(value))
    label = next((choice.label for choice in choices(step, answers, facts) if choice.value == value), None)
    return pick(label, lang) if label else shorten(str(value), 200)


def summary(session: Session, facts: Facts) -> tuple[Say, ...]:
    """Everything the letter holds, a button to change each answer, and the one that sends it."""
    answers, lang = session.answers, session.lang
    steps = [step for step in steps_of(answers, facts) if step != SUMMARY]
    steps.insert(steps.index("text"), "title")
    lines = [
        f"{step_name(step, answers, facts, lang)}：{shown(step, answers, facts, lang)}"
        if lang == "zh"
        else f"{step_name(step, answers, facts, lang)}: {shown(step, answers, facts, lang)}"
        for step in steps
    ]
    draft = answers.get("draft", 0)
    edits = [
        button(lang, "b_edit", f"e{draft}:{short(step)}", what=step_name(step, answers, facts, lang)) for step in steps
    ]
    rows = [tuple(edits[at : at + 2]) for at in range(0, len(edits), 2)]
    rows.append((button(lang, "b_confirm", f"ok{draft}"), button(lang, "b_cancel", "cmd:cancel")))
    text = "\n".join((f"（5/5）{words(lang, 'ask_summary')}", *lines, "", words(lang, "summary_hint")))
    asked = Say(shorten(text, SAY_UNITS), tuple(rows))
    return (*_similar(session, facts), asked)


def _similar(session: Session, facts: Facts) -> tuple[Say, ...]:
    if not facts.similar:
        return ()
    lines = [words(session.lang, "similar"), *(f"· {shorten(s.title, 100)} {s.link}" for s in facts.similar[:3])]
    drop = button(session.lang, "b_answered_me", f"drop{session.answers.get('draft', 0)}")
    return (Say(shorten("\n".join(lines), SAY_UNITS), ((drop,),)),)
