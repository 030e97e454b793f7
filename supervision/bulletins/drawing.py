"""Drawing up: the sweep makes the draft of each period that is over, once, and catches up what was missed."""

from dataclasses import dataclass, replace
from datetime import date, datetime

import structlog

from hub.case import Notice
from hub.errors import Forbidden, NotFound, NotNow, Overtaken, Said
from hub.journal import Entry
from hub.office import Office
from hub.people import SYSTEM, Actor
from hub.rulebook import Rulebook
from hub.storage import bulletins as rows
from hub.storage import journal, outbox, settings
from hub.storage.bulletins import Bulletin, Key
from hub.storage.errors import StoreBusy, Unavailable
from hub.storage.tx import Tx
from supervision.bulletins.composing import compose
from supervision.bulletins.counting import count, opening_after
from supervision.bulletins.document import Document, from_text, to_text
from supervision.bulletins.kinds import BulletinKind, Bulletins, bulletins_of
from supervision.bulletins.periods import Period, ended, read_period
from supervision.bulletins.sentences import correction

LATE = "bulletin_late"
REMINDED = "bulletins.reminded"
"""The day on which the late ones were looked at."""
log = structlog.get_logger("bulletins")

BEHIND = Said("数字还没有统计到现在，请过一分钟再试。", "The figures are not counted up to now; try again in a minute.")


@dataclass(frozen=True, slots=True)
class Due:
    """A period that is over and has no bulletin yet."""

    kind: BulletinKind
    period: Period


async def draw_due(office: Office, now: datetime) -> int:
    """Draw up whatever is over and not spoken of yet; answers how many that were. Two sweeps at once draw each once.

    What cannot be counted yet waits for the next sweep. A fault is logged and stops nobody else's work.
    """
    book = await office.book()
    rules = bulletins_of(book)
    if not rules.kinds:
        return 0
    drawn = 0
    for due in due_now(rules, await office.store.read(rows.known), book, now):
        try:
            drawn += await _draw(office, due, rules, book, now)
        except (Unavailable, StoreBusy):
            raise
        except Exception as fault:
            say, which = log.error, f"{due.kind.code}/{due.period.code}"
            say("bulletin_not_drawn", alarm=True, bulletin=which, error=type(fault).__name__)
    await _remind(office, book, now)
    return drawn


def due_now(rules: Bulletins, known: rows.Known, book: Rulebook, now: datetime) -> list[Due]:
    """The periods to draw up at a moment: over, and the office has opened on the first working day after them. Pure."""
    if known.began is None:
        return []
    today, began = book.calendar.day_of(now), book.calendar.day_of(known.began)
    return [
        Due(kind, period)
        for kind in rules.kinds.values()
        for period in ended(kind.every, known.newest.get(kind.code), began, today)
        if now >= opening_after(period.until, book)
    ]


async def _draw(office: Office, due: Due, rules: Bulletins, book: Rulebook, now: datetime) -> bool:
    opening = opening_after(due.period.until, book)
    counted = await office.store.read(count, due.period, book, now, opening, room="heavy")
    if counted is None:
        return False
    last_day = due.kind.last_day(book.calendar.day_of(opening), due.period.until, book.calendar)
    document = compose(due.kind, rules, counted, book, now)
    made = version(document, 1, last_day, public=due.kind.public)
    return await office.store.write(put, made, SYSTEM, now)


async def correct(office: Office, kind: str, period: str, reason: str, actor: Actor) -> Bulletin:
    """Draw up the next version of a period from the figures of now; what changed since the released one is named in it.

    A version at work gives way to it at once, a released one when this is released. Raises Forbidden, NotFound, NotNow
    (the figures lag), Overtaken (a colleague was first).
    """
    if not actor.has("supervisor"):
        raise Forbidden
    book, now = await office.book(), office.clock()
    rules = bulletins_of(book)
    earlier = await office.store.read(rows.versions, kind, period)
    if not earlier or kind not in rules.kinds:
        raise NotFound
    counted = await office.store.read(count, read_period(rules.kinds[kind].every, period), book, now, now, room="heavy")
    if counted is None:
        raise NotNow(*BEHIND)
    document = compose(rules.kinds[kind], rules, counted, book, now)
    released = next((one for one in earlier if one.released_at is not None), None)
    if released is not None:
        named = correction(from_text(released.content), document, reason, book.calendar)
        document = replace(document, parts=(named, *document.parts))
    last_day = rules.kinds[kind].last_day(book.calendar.day_of(now), document.until, book.calendar)
    last_day = max(last_day, book.calendar.add_workdays(book.calendar.day_of(now), 1))
    made = version(document, earlier[0].version + 1, last_day, public=rules.kinds[kind].public)
    made = replace(made, words=earlier[0].words, note=reason)
    if not await office.store.write(put, made, actor, now):
        raise Overtaken
    return made


def version(document: Document, number: int, last_day: date, *, public: bool) -> Bulletin:
    """A document as a version that may be kept."""
    content = to_text(document)
    return Bulletin(
        kind=document.kind,
        period=document.period,
        version=number,
        since=document.since.isoformat(),
        until=document.until.isoformat(),
        public=public,
        due=last_day.isoformat(),
        drawn_at=document.as_of,
        content=content,
        digest=rows.digest(content),
    )


def put(tx: Tx, made: Bulletin, actor: Actor, now: datetime) -> bool:
    """The deed: keep the version and tell the supervision office; False where another was first."""
    rows.replace_at_work(tx, made.key)
    if not rows.put(tx, made):
        return False
    data = {"bulletin": str(made.key), "digest": made.digest}
    journal.append(tx, [Entry(None, "bulletin.drawn", actor.id, now, data)])
    outbox.put(tx, "", [told("supervisor@", "bulletin_drawn", made)], now)
    return True


async def _remind(office: Office, book: Rulebook, now: datetime) -> None:
    """Once a day: whose last day for the release is over."""
    day = book.calendar.day_of(now)
    if await office.store.read(settings.get, REMINDED) != day.isoformat():
        await office.store.write(remind, day, now)


def remind(tx: Tx, day: date, now: datetime) -> int:
    """The deed: who must act hears once of each version whose last day for the release is over."""
    if not settings.turn(tx, REMINDED, day.isoformat()):
        return 0
    late = rows.overdue(tx, day)
    for one in late:
        to = ("leader@", "supervisor@") if one.checked_by else ("supervisor@",)
        outbox.put(tx, "", [told(role, LATE, one) for role in to], now)
    return len(late)


def told(to: str, text: str, about: Bulletin) -> Notice:
    """A notice to officers that leads to a version."""
    refs = {"bulletin": about.kind, "period": about.period, "due": about.due, "page": page_of(about.key)}
    n = 0 if text == LATE else about.revision
    return Notice(to, text, f"{text}:{about.key}:{n}:{to}", refs)


def page_of(key: Key) -> str:
    """Where the office reads a version."""
    return f"/staff/bulletins/{key}"
