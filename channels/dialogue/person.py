"""A talk with a person: how it is asked for, what goes there while it is open, and how its outcomes are told."""

from channels.dialogue import writing
from channels.dialogue.asking import button, emergency, home
from channels.dialogue.commands import command_in
from channels.dialogue.facts import Facts
from channels.dialogue.letter import begun
from channels.dialogue.session import Session
from channels.dialogue.talk import Button, Input, Say, Turn
from channels.dialogue.texts import words
from channels.dialogue.wishes import Called, CallPerson, EndTalk, Talked, ToPerson
from routing.danger import danger

TalkWish = CallPerson | ToPerson | EndTalk


def call(session: Session, facts: Facts) -> Turn:
    """The citizen wants a person; where the channel carries no words of the office, it says where one is reached."""
    if facts.talk_at:
        told = words(session.lang, "person", phone=facts.desk_phone, chat=facts.talk_at)
        return writing.again(session, facts, told)
    return Turn(session, (), CallPerson())


def hear(session: Session, given: Input, facts: Facts) -> Turn:
    """While a talk is open every word goes to the person; only its end, buttons and files are answered here.

    Words of danger bring the emergency numbers at once, whoever reads the talk and when.
    """
    lang = session.lang
    command = command_in(given.text)
    name = given.text.removeprefix("cmd:") if given.kind == "button" else command.name if command else ""
    if name == "end":
        return Turn(session, (), EndTalk())
    if given.kind == "button" or given.text.startswith("/") or name == "person":
        return Turn(session, (_only(lang, "talk_open"),))
    says = () if given.kind == "text" else (_only(lang, "talk_words"),)
    if not given.text:
        return Turn(session, says or (_only(lang, "talk_words"),))
    urgent = danger(given.text, facts.dangers)
    if urgent:
        told = words(lang, "talk_danger", emergency=emergency(session, facts), phone=facts.desk_phone)
        says = (Say(told), *says)
    text = words(lang, "talk_edited", text=given.text) if given.edited else given.text
    key = f"{given.id}:{session.revision}" if given.edited else given.id
    return Turn(session, says, ToPerson(key, text, bool(urgent)))


def told(session: Session, wish: TalkWish, outcome: object, facts: Facts) -> tuple[Say, ...]:
    """What is said when the hub has done what was wished of a talk."""
    lang, phone = session.lang, facts.desk_phone
    if isinstance(outcome, Called):
        if not outcome.staffed:
            text = words(lang, "talk_closed", hours=outcome.hours, phone=phone)
            return (Say(text, () if begun(session.answers) else home(lang)),)
        text = words(lang, "talk_called", hours=outcome.hours, minutes=outcome.minutes, phone=phone)
        return (Say(text, _end(lang)),)
    if isinstance(wish, EndTalk):
        return (Say(words(lang, "talk_ended"), back(lang)),)
    if isinstance(outcome, Talked) and not outcome.stands:
        return (Say(words(lang, "talk_over"), back(lang)),)
    return ()


def over(lang: str, by: str, phone: str) -> Say:
    """What the citizen hears when the desk (`desk`) or silence of the desk or of the citizen ended their talk."""
    return Say(words(lang, f"talk_by_{by}", phone=phone), back(lang))


def back(lang: str) -> tuple[tuple[Button, ...], ...]:
    """The buttons with which a conversation goes on after a talk."""
    return (*home(lang), (button(lang, "b_go", "go"),))


def _only(lang: str, key: str) -> Say:
    return Say(words(lang, key), _end(lang))


def _end(lang: str) -> tuple[tuple[Button, ...], ...]:
    return ((button(lang, "b_end", "cmd:end"),),)
