"""Letters: a notice becomes words only when it is sent, from its name, its references and the case as it stands."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from channels.dialogue.asking import button
from channels.dialogue.outcome import day_words
from channels.dialogue.talk import Button
from channels.file_links import DAYS
from channels.parcels import Form
from hub.case import Case, Dossier, Party
from hub.daylines import is_provisional
from hub.enclosing import enclosed
from hub.machines.effects import ASKED
from hub.machines.outcome_guards import QUESTION
from hub.own_words import is_hidden
from hub.privacy.codes import spell
from hub.rulebook import Rulebook
from hub.storage import cases
from hub.storage.cases import ENCLOSED
from hub.storage.tx import Tx
from hub.submission import Attached

SMS_MOST, SMS_MOST_PLAIN = 70, 160
"""The longest text message that is one, in characters: in UCS-2, and in plain Latin signs (3GPP TS 23.038)."""
_PLAIN = frozenset("@$_ !\"#%&'()*+,-./0123456789:;<=>?\nABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")

_CLOCKS: Mapping[str, str] = {"need_fix": "fix", "redo_due": "redo", "rate_invite": "rating", "rated": "rating"}
"""Which clock gives the day that a text names; all others name the day of the answer."""
_NO_DAY = {"zh": "我们另行告知的日期", "en": "a day we will tell you"}


@dataclass(frozen=True, slots=True)
class Facts:
    """What rendering may know of a case, read when the notice is about to go."""

    dossier: Dossier
    party: Party
    epoch: int
    said: str
    reply: str
    files: Mapping[int, Attached] = field(default_factory=dict)
    """What the office sends along with these words, by its place on the case."""


@dataclass(frozen=True, slots=True)
class Written:
    """A notice in words: `body` for chats, `sms` for phones."""

    subject: str
    body: str
    sms: str


def read_facts(tx: Tx, case_id: str, recipient: str, refs: str) -> Facts | None:
    """The case of a notice; None where case or party are gone."""
    dossier = cases.dossier(tx, case_id)
    n = int(recipient.partition(":")[2] or 1)
    party = next((p for p in dossier.parties if p.n == n), None) if dossier else None
    if dossier is None or party is None:
        return None
    message = json.loads(refs).get("message")
    spoken = next((m for m in cases.messages(tx, case_id) if m.n == message), None)
    places = spoken.refs.get("files", ()) if spoken else ()
    there = {str(r["n"]): r for r in cases.files_of(tx, case_id) if r["purpose"] == ENCLOSED} if places else {}
    files = {int(n): enclosed(there.values(), (n,))[0] for n in places if str(n) in there}
    reply = next((r.to_citizen for r in reversed(dossier.replies) if r.state in ("signed", "qualified")), "")
    receipts = cases.receipts(tx, dossier.case.number)
    epoch = next((e for _, number, e in receipts if number == n), 1)
    return Facts(dossier, party, epoch, spoken.body if spoken else "", reply, files)


def text_of(text: str, form: Form, case: Case, texts: Mapping[str, Any]) -> Mapping[str, str]:
    """The edition's forms of a notice. In full an answer brings its reply along; what is added to an answered letter
    waits for no day; a receipt says who has the letter already. Raises KeyError for an unknown name.
    """
    name = "answer_body" if text == "answered" and form == "full" else text
    if text == "message_added" and case.answered_at is not None:
        name = "message_after_answer"
    if text == "received" and case.unit and not is_hidden(case):
        name = "received_by_unit" if "received_by_unit" in texts["notices"] else name  # not in editions before it
    found: Mapping[str, str] = texts["notices"][name]
    return found


@dataclass(frozen=True, slots=True)
class Desk:
    """What letters need beside the case: the rules, the site's address, and the moment."""

    book: Rulebook
    site: str
    now: datetime


def write(
    text: str, refs: Mapping[str, Any], facts: Facts, form: Form, code: str, desk: Desk, links: tuple[str, ...] = ()
) -> Written:
    """The notice in the citizen's language. `short` is number, state, day and link; never what the letter is about.

    `links`: where each of the files can be fetched, where they do not go along with the words.
    """
    lang = facts.party.lang
    forms = text_of(text, form, facts.dossier.case, desk.book.texts)
    fill = _filling(text, refs, facts, code, desk)
    if form == "short":
        fill |= {"title": "", "question": "", "reply": ""}
    pages = (fill["link"], f"{desk.site}/letters/track", desk.site)
    subject = forms[f"{lang}_subject"].format_map(fill)
    whole = _with_link(forms[f"{lang}_sms"], lang) if form == "short" else forms[f"{lang}_body"].strip()
    body = "\n\n".join(p for p in (whole.format_map(fill), _files(facts, form, links, fill["link"])) if p)
    return Written(subject, body, _short(forms[f"{lang}_sms"], fill, pages))


def _with_link(words: str, lang: str) -> str:
    """The words of a text message for a channel that has room: with the address where they leave it out."""
    where = "Follow it here: " if lang == "en" else "查进度："
    return words if "{link}" in words else f"{words}\n{where}{{link}}"


def _files(facts: Facts, form: Form, links: tuple[str, ...], page: str) -> str:
    """What is said of the files that came with an answer; their names are words of the office, so not in short."""
    n, english = len(facts.files), facts.party.lang == "en"
    if not n:
        return ""
    if form == "short":
        many = "a file comes" if n == 1 else f"{n} files come"
        return f"With the answer {many}; download on its page." if english else f"答复附有{n}个文件，请在网页上下载。"
    names = [f.name for f in facts.files.values()]
    if not links:
        return f"Enclosed: {', '.join(names)}" if english else f"附件：{'、'.join(names)}"
    each = "\n".join(f"{name}\n{link}" for name, link in zip(names, links, strict=True))
    if english:
        return f"Enclosed (links good for {DAYS} days, after that on its page {page}):\n{each}"
    return f"附件（链接{DAYS}天内有效，过期后在网页上下载 {page}）：\n{each}"


def _short(form: str, fill: Mapping[str, str], links: tuple[str, ...]) -> str:
    """The text message with the longest link that lets it stay one message; without one where none fits."""
    for link in links:
        words = form.format_map({**fill, "link": link})
        if is_one_sms(words):
            return words
    words = form.format_map({**fill, "link": ""}).strip().rstrip("：:，,")
    return words if is_one_sms(words) else words[:SMS_MOST]


def is_one_sms(text: str) -> bool:
    """Whether a text goes out as one message."""
    return len(text) <= (SMS_MOST_PLAIN if _PLAIN.issuperset(text) else SMS_MOST)


def _filling(text: str, refs: Mapping[str, Any], facts: Facts, code: str, desk: Desk) -> dict[str, str]:
    case, lang = facts.dossier.case, facts.party.lang
    directory = desk.book.directory
    unit = directory.get(str(refs.get("unit") or case.unit))
    named = "" if unit is None else unit.en if lang == "en" else unit.zh
    district = directory.district_en if lang == "en" else directory.district
    phone = unit.phones[0] if unit is not None and unit.phones and not is_hidden(case) else desk.book.desk_phone
    return {
        "number": case.number,
        "title": case.title,
        "unit": district if case.sealed or not named else named,
        "due": _due(text, refs, facts, desk, lang),
        "was": _day(refs, "was", desk, lang),
        "link": f"{desk.site}/letters/track?number={case.number}",
        "code": spell(code),
        "reason": _reason(refs, desk.book, lang),
        "question": facts.said,
        "days": str(refs.get("days") or ""),
        "phone": phone,
        "result": "",
        "reply": facts.reply,
    }


def _due(text: str, refs: Mapping[str, Any], facts: Facts, desk: Desk, lang: str) -> str:
    """The day that a text names; of a late answer the day of the next news, settled when it was found late."""
    if text == "overdue" and refs.get("due"):
        return _day(refs, "due", desk, lang)
    main = facts.dossier.clock("main")
    due = main.due_at if main is not None and main.phase == "met" else facts.dossier.case.main_due
    rests = main is not None and is_provisional(main.ledger, desk.book.calendar_shown(main.calendar))
    if text == "question" and (asked := facts.dossier.open("question")) is not None and asked.due_at is not None:
        due = asked.due_at
    clock = facts.dossier.clock(_CLOCKS.get(text, "main"))
    if clock is not None and clock.due_at is not None and text in _CLOCKS:
        due = clock.due_at
    today: date = desk.book.calendar.day_of(desk.now)
    if due is None:
        return _NO_DAY[lang]
    words = day_words(desk.book.calendar.day_of(due - timedelta(microseconds=1)), lang, today)
    if not rests or due != facts.dossier.case.main_due:
        return words
    # The mark takes the place of the weekday, so that the text message stays one.
    return f"{words} (provisional)" if lang == "en" else f"{words.partition('（')[0]}（暂定）"


def _day(refs: Mapping[str, Any], name: str, desk: Desk, lang: str) -> str:
    """A day that a notice carries with it, in words; empty where it carries none of that name."""
    day = str(refs.get(name) or "")
    return day_words(date.fromisoformat(day), lang, desk.book.calendar.day_of(desk.now)) if day else ""


def _reason(refs: Mapping[str, Any], book: Rulebook, lang: str) -> str:
    code = str(refs.get("reason") or "")
    row = next((rows[code] for rows in book.checklist.reasons.values() if code in rows), None)
    return "" if row is None else row["en" if lang == "en" else "zh"]


def holder_of(case: Case) -> str:
    """Who is told that a citizen must be called: the handler's unit; for a hidden matter the reception desk alone."""
    if case.unit and (case.sealed or not is_hidden(case)):
        return f"officer:{case.officer}" if case.officer else f"handler@{case.unit}"
    return "intake@"


def buttons(text: str, facts: Facts) -> tuple[tuple[Button, ...], ...]:
    """Buttons under a notice, ids only: the answers where something is asked, and one that opens the letter."""
    number, lang, asked = facts.dossier.case.number, facts.party.lang, facts.dossier.open(QUESTION)
    see = (Button("See how it stands" if lang == "en" else "看看进展", f"see:{number}"),)
    if text not in ASKED or asked is None:
        return (see,)
    answers = tuple(button(lang, f"told_{v}", f"tell:{number}:{asked.n}:{v}") for v in ("yes", "partly", "no"))
    return (answers, see)
