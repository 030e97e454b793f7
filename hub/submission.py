"""Submission: what came in over a channel, checked field by field before it is a case."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hub import entered
from hub.calendar import WorkCalendar
from hub.errors import Invalid, Said
from hub.kinds import Aim, FormField, Kind
from hub.people import Clerk
from hub.privacy.words import NotText, clean
from hub.rulebook import Rulebook

MOST_TITLE, MOST_BODY, LEAST_BODY = 60, 8000, 4
MOST_FILES = 5
OUTSIDE_MOST = timedelta(days=3653)
_PHONE = re.compile(r"(?:\+?86)?(1[3-9][0-9]{9})|(0[0-9]{2,3}[0-9]{7,8})")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}\.[^@\s.]{2,24}")
_BLANKS = re.compile(r"[\s\-()（）]+")


@dataclass(frozen=True, slots=True)
class Contact:
    """How the citizen can be reached; every part may be empty. `wish` says how and when they like it best."""

    name: str = ""
    phone: str = ""
    email: str = ""
    wish: str = ""

    def __bool__(self) -> bool:
        return bool(self.name or self.phone or self.email)


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that was inspected and stored; `sha256` names its bytes, `name` is safe to show."""

    sha256: str
    name: str
    mime: str
    size: int


@dataclass(frozen=True, slots=True)
class Submission:
    """One letter as it came in. `scope` and `key` make it unique; `chat` is the address on the channel, if it has one.

    `at` is the real receipt time of a letter that comes late (paper, import); None means now. `outside_due` is the
    first instant that is late by whoever sent the case here, e.g. the city's hotline; only staff may give it. `clerk`
    entered it at the counter or the phone; `role` is what the person who came is, `behalf` for whom they act, who
    agreed to it (`behalf_consent`).
    """

    key: str
    channel: str
    kind: str
    title: str
    body: str
    aim: Aim | None = None
    place: str = ""
    target: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    contact: Contact = Contact()
    role: str = "writer"
    behalf: str = ""
    behalf_consent: bool = False
    clerk: Clerk | None = None
    chat: str = ""
    anonymous: bool = False
    publish_consent: bool = False
    show_surname: bool = False
    urgent: bool = False
    lang: str = "zh"
    files: tuple[Attached, ...] = ()
    at: datetime | None = None
    outside_due: datetime | None = None
    scope: str = ""


def checked(given: Submission, book: Rulebook, now: datetime) -> Submission:
    """The submission with clean text and known values; raises Invalid naming every field that is wrong."""
    wrong: dict[str, Said] = {}
    kind = book.kinds.get(given.kind)
    if kind is None or ("clerk" if given.channel in entered.CHANNELS else "citizen") not in kind.file_by:
        raise Invalid({"kind": Said("请选择信件类别。", "Please choose what kind of letter this is.")})
    title = _text(given.title, MOST_TITLE, "title", wrong)
    body = _text(given.body, MOST_BODY, "body", wrong)
    if "body" not in wrong and len(body) < LEAST_BODY:
        wrong["body"] = Said("请说说是什么事，几句话就行。", "Please tell us what this is about; a few words will do.")
    if "title" not in wrong and not title:
        title = headline(body)
    asked_place = str(given.fields.get("place") or "") if any(f.type == "place" for f in kind.fields) else ""
    place = _text(given.place or asked_place, 120, "place", wrong)
    aim = given.aim or kind.aims[0]
    if aim not in kind.aims:
        wrong["aim"] = Said("请选择反映的是什么。", "Please choose what the letter is about.")
    if given.target and book.directory.get(given.target) is None:
        wrong["target"] = Said("没有这个单位，请从列表里选择。", "There is no such unit; please choose from the list.")
    if given.anonymous and not kind.anonymous_allowed:
        wrong["anonymous"] = Said("这类来信不能匿名。", "Letters of this kind cannot be anonymous.")
    if len(given.files) > MOST_FILES:
        wrong["files"] = Said(f"最多附{MOST_FILES}个文件。", f"At most {MOST_FILES} files, please.")
    if given.at and given.channel in entered.CHANNELS:
        late = entered.wrong_time(given.at, given.files, now, book.calendar)
        wrong |= {"at": late} if late else {}
    contact, behalf = _contact(given.contact, wrong), _behalf(given, wrong)
    answers = _answers(kind, given.fields, book, wrong)
    if wrong:
        raise Invalid(wrong)
    if given.anonymous:
        contact, behalf = Contact(), ""
    lang = _lang(given.lang)
    known = replace(given, aim=aim, contact=contact, behalf=behalf, fields=answers, lang=lang)
    return replace(known, title=title, body=body, place=place)


def read_outside_due(text: str, received: datetime, calendar: WorkCalendar) -> datetime:
    """The first late instant of a due date set outside, written as a day (the last in time) or as a moment.

    A moment without a zone is the district's own. Raises ValueError for what is neither, or not after the receipt.
    """
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        due = calendar.midnight_after(date.fromisoformat(text))
    else:
        given = datetime.fromisoformat(text)
        due = given.replace(tzinfo=calendar.zone) if given.tzinfo is None else given
    if not received < due <= received + OUTSIDE_MOST:
        raise ValueError(text)
    return due.astimezone(UTC)


BAD_OUTSIDE_DUE = Said(
    "外部期限请写成 2026-03-05 或 2026-03-05T18:00，要晚于收到来信的时间，不超过十年。",
    "Please write the outside due date like 2026-03-05 or 2026-03-05T18:00, after the receipt and within ten years.",
)


def headline(body: str) -> str:
    """A title from the first line or sentence, for a letter written without one; of Latin letters whole words."""
    first = body.strip().split("\n", 1)[0].strip()
    for end in "。！？!?；;":
        head = first.split(end, 1)[0].strip()
        first = head if len(head) >= 2 else first
    most = MOST_TITLE if first.isascii() else 30
    if len(first) <= most:
        return first
    cut = first[: most - 1]
    return (cut.rpartition(" ")[0] if first.isascii() and " " in cut else cut).rstrip("，, ") + "…"


def phone_digits(text: str) -> str | None:
    """The digits of a Chinese mobile or landline number, or None; blanks and dashes do not matter."""
    found = _PHONE.fullmatch(_BLANKS.sub("", text))
    return None if found is None else found[1] or found[2]


def _contact(given: Contact, wrong: dict[str, Said]) -> Contact:
    name = _text(given.name, 40, "name", wrong)
    phone, email = _text(given.phone, 30, "phone", wrong), _text(given.email, 254, "email", wrong)
    if phone and "phone" not in wrong:
        digits = phone_digits(phone)
        if digits is None:
            wrong["phone"] = _phone_fault(phone)
        else:
            phone = digits
    if email and "email" not in wrong and not _EMAIL.fullmatch(email):
        wrong["email"] = Said("邮箱好像不完整，请再看一下。", "The e-mail address looks incomplete.")
    return Contact(name, phone, email, _text(given.wish, 40, "wish", wrong) if phone or email else "")


def _behalf(given: Submission, wrong: dict[str, Said]) -> str:
    """For whom the person who came acts; empty for the writer. The other person must have agreed."""
    if given.role not in entered.ROLES:
        wrong["role"] = Said("请选择来的人是谁。", "Please choose who came.")
    if given.role == "writer" or given.role not in entered.ROLES:
        return ""
    behalf = _text(given.behalf, 40, "behalf", wrong)
    if not behalf and not given.anonymous and "behalf" not in wrong:
        wrong["behalf"] = Said("请写明替谁反映，例如姓名，或“3栋12户居民”。", "Please say on whose behalf.")
    if not given.behalf_consent:
        wrong["behalf_consent"] = Said(
            "替别人反映要先得到本人同意；请问清楚后勾选。", "The other person must agree first; please ask, then tick."
        )
    return behalf


def _phone_fault(phone: str) -> Said:
    """Says how many digits are missing where that is the fault."""
    digits = re.sub(r"\D", "", phone)
    missing = 11 - len(digits)
    if digits.startswith("1") and 0 < missing < 4:
        return Said(
            f"电话少了{'一两三'[missing - 1]}位，请再看一下。",
            f"The number is {missing} digit{'s'[: missing - 1]} short.",
        )
    if digits.startswith("1") and -4 < missing < 0:
        return Said(
            f"电话多了{'一两三'[-missing - 1]}位，请再看一下。",
            f"The number has {-missing} digit{'s'[: -missing - 1]} too many.",
        )
    return Said(
        "电话好像不对，请填手机号，或带区号的座机。", "Please give a mobile number, or a landline with area code."
    )


def _answers(kind: Kind, given: Mapping[str, Any], book: Rulebook, wrong: dict[str, Said]) -> dict[str, Any]:
    known = {f.name: f for f in kind.fields if f.type != "place"}
    for name in given:
        if name not in known and name != "place":
            wrong[f"fields.{name}"] = Said("这类来信没有这个栏目。", "Letters of this kind have no such field.")
    answers: dict[str, Any] = {}
    for name, asked in known.items():
        text = _text(str(given.get(name) or ""), asked.most, f"fields.{name}", wrong)
        if not text:
            if asked.required and f"fields.{name}" not in wrong:
                wrong[f"fields.{name}"] = Said(f"请填写“{asked.zh}”。", f"Please fill in “{asked.en}”.")
        elif (fault := _fault(asked, text)) is not None:
            wrong[f"fields.{name}"] = fault
        else:
            answers[name] = text
    return answers


def _fault(asked: FormField, text: str) -> Said | None:
    if asked.type == "choice" and text not in {code for code, _, _ in asked.options}:
        return Said(f"请在“{asked.zh}”里选一项。", f"Please choose one for “{asked.en}”.")
    if asked.type == "date":
        try:
            date.fromisoformat(text)
        except ValueError:
            return Said("日期请写成 2026-01-31 这样。", "Please write the date like 2026-01-31.")
    if asked.type == "number" and not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,4})?", text):
        return Said("这里请填数字。", "Please give a number here.")
    return None


def _text(text: str, most: int, name: str, wrong: dict[str, Said]) -> str:
    try:
        tidy = clean(text).strip()
    except NotText as fault:
        wrong[name] = fault.said
        return ""
    if len(tidy) > most:
        wrong[name] = Said(
            f"最多{most}字，现在是{len(tidy)}字，请删掉一些。",
            f"At most {most} characters; this has {len(tidy)}. Please shorten it.",
        )
    return tidy


def _lang(lang: str) -> str:
    return "en" if lang == "en" else "zh"
