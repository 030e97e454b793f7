"""A letter as a clerk enters it: the citizen's form, and beside it how the letter came, when, and who brought it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from channels.texts.catalog import N_
from channels.web.keys import Fields
from channels.web.public import forms
from channels.web.public.forms import Draft
from channels.web.staff.frame import texts
from hub.errors import Said
from hub.kinds import Kind
from hub.people import Actor, Clerk
from hub.rulebook import Rulebook
from hub.submission import Attached, Submission

WAYS: Mapping[str, tuple[str, str]] = {
    "visit": (N_("当面来访"), "counter"),
    "phone": (N_("电话"), "phone"),
    "paper": (N_("纸质来信"), "counter"),
}
"""How a letter reaches a clerk, and the channel it is counted under; a paper letter brings its scan."""
ROLES: Mapping[str, str] = {
    "writer": N_("本人"),
    "agent": N_("替别人来（代理人）"),
    "representative": N_("几个人推选的代表"),
}
MORNING = time(9)
"""When a letter came of which only the day is known: at opening, so that no limit is counted too late."""
SCOPE = "counter"
_NAMES = {"at": "received_day", "behalf_consent": "agreed"}
"""What the hub calls a field, and how this form does."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Everything entered so far; `day` and `time` as typed, empty for a letter that comes just now."""

    letter: Draft
    way: str = ""
    day: str = ""
    time: str = ""
    role: str = "writer"
    behalf: str = ""
    agreed: bool = False
    urgent: bool = False
    lang: str = "zh"


def read_entry(fields: Fields, fresh_key: str, unsealed: Callable[[str], Attached | None]) -> Entry:
    """The entry that a form carries."""
    return Entry(
        letter=forms.read_draft(fields, fresh_key, unsealed),
        way=texts(fields, "way"),
        day=texts(fields, "received_day"),
        time=texts(fields, "received_time"),
        role=texts(fields, "role") or "writer",
        behalf=texts(fields, "behalf"),
        agreed=bool(texts(fields, "agreed")),
        urgent=bool(texts(fields, "urgent")),
        lang=texts(fields, "lang_of_letter") or "zh",
    )


def submission(entry: Entry, kind: Kind | None, actor: Actor, book: Rulebook, now: datetime) -> Submission:
    """The letter as the hub takes it, with the clerk's name on it."""
    channel = WAYS[entry.way][1] if entry.way in WAYS else "counter"
    behalf = entry.role != "writer"
    return replace(
        forms.submission(entry.letter, kind, "en" if entry.lang == "en" else "zh"),
        channel=channel,
        scope=SCOPE,
        role=entry.role,
        behalf=entry.behalf if behalf else "",
        behalf_consent=entry.agreed and behalf,
        urgent=entry.urgent,
        clerk=Clerk(actor.id, actor.person, channel),
        at=received_at(entry, book.calendar.zone, now),
    )


def received_at(entry: Entry, zone: ZoneInfo, now: datetime) -> datetime | None:
    """The moment the letter really came; None where it came just now, and where day or time cannot be read."""
    try:
        day = date.fromisoformat(entry.day) if entry.day else now.astimezone(zone).date()
        clock = time.fromisoformat(entry.time) if entry.time else None
    except ValueError:
        return None
    if clock is None and day == now.astimezone(zone).date():
        return None
    return datetime.combine(day, (clock or MORNING).replace(tzinfo=None), zone)


def faults(entry: Entry, actor: Actor, book: Rulebook, now: datetime) -> dict[str, Said]:
    """Every wrong field by its name on the form; empty where the letter may be filed."""
    kind = forms.kind_of(entry.letter, book, "clerk")
    given = submission(entry, kind, actor, book, now)
    found = {_NAMES.get(n, n): said for n, said in forms.wrong_in(given, entry.letter, kind, book, now).items()}
    if entry.way not in WAYS:
        found["way"] = Said("请选择来信是怎么来的。", "Please choose how the letter came.")
    if entry.way == "paper" and not entry.letter.files:
        found.setdefault("files", Said("请附上原信的扫描件或照片。", "Please attach a scan or photo of the letter."))
    if entry.day and not _reads(date.fromisoformat, entry.day):
        found["received_day"] = Said("日期请写成 2026-01-31 这样。", "Please write the date like 2026-01-31.")
    if entry.time and not _reads(time.fromisoformat, entry.time):
        found["received_time"] = Said("时间请写成 09:30 这样。", "Please write the time like 09:30.")
    return found


def _reads(read: Callable[[str], object], text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True
