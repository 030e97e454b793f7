"""A district with many cases, written straight into the store: one in ten open, two thirds published, random words."""

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from bench.load import WORDS
from hub.case import Assignment, Case, Clock, Message, Party
from hub.clocks import LedgerEvent
from hub.journal import Entry
from hub.machines.registry import MACHINES
from hub.office import Office
from hub.rulebook import Rulebook
from hub.storage import cases, journal, publications, search
from hub.storage.publications import Page
from hub.storage.tx import Tx
from hub.timing import refreshed, silent, with_dates

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
BATCH = 400
FREQUENT, RARE = "路灯", "井盖"
"""A word in one letter of four, and one in a letter of a thousand."""
CLOSED = next(code for code, state in MACHINES["letter"].states.items() if state.final)
IN_WORK = MACHINES["letter"].moves["sign"].to


async def settle(office: Office, many: int) -> None:
    """Write so many cases; the same number gives the same district."""
    book = await office.book()
    for first in range(0, many, BATCH):
        await office.store.write(_write, range(first, min(first + BATCH, many)), many, book)


def number(n: int) -> str:
    return f"2026-{n + 1:07d}"


def published(n: int) -> bool:
    return n % 10 > 3


def _write(tx: Tx, which: Iterable[int], many: int, book: Rulebook) -> None:
    units = [code for code, unit in book.directory.units.items() if unit.active]
    for n in which:
        rng = random.Random(n)
        _write_one(tx, n, many, rng, rng.choice(units), book)


def _write_one(tx: Tx, n: int, many: int, rng: random.Random, unit: str, book: Rulebook) -> None:
    body = "".join(rng.choice(WORDS) for _ in range(118))
    body = (FREQUENT if n % 4 == 0 else "") + (RARE if n % 1000 == 0 else "") + body
    received = NOW - timedelta(minutes=many - n if n % 10 else (many - n) % 4000)
    still_open = n % 10 == 0
    case = Case(
        id=f"{n:026d}",
        number=number(n),
        kind="complaint",
        machine="letter",
        kinds_edition=1,
        origin="import",
        aim="matter",
        level="private",
        sealed=False,
        state=str(IN_WORK) if still_open else CLOSED,
        received_at=received,
        recorded_at=received,
        title=body[:24],
        unit=unit,
        answered_at=None if still_open else received + timedelta(days=3),
        closed_at=None if still_open else received + timedelta(days=20),
    )
    clocks = (_clock(case, book),) if still_open else ()
    case = with_dates(case, clocks)
    cases.add(tx, case, vault=case.id, fields={}, decision={})
    cases.add_party(tx, case.id, Party(1, "writer", "import", "来信人", "zh", phone=True, email=False, named=True))
    cases.add_messages(tx, case.id, (Message(1, received, f"party:{case.id}:1", "", "unit", "letter", body),))
    cases.put_assignments(tx, case.id, (Assignment(1, unit, "", received, "system", "dispatch"),))
    cases.put_clocks(tx, case.id, clocks)
    journal.append(tx, [Entry(case_id=case.id, action="received", actor="channel:import", at=received, data={})])
    if published(n):
        _publish(tx, case, body, received)


def _clock(case: Case, book: Rulebook) -> Clock:
    rule = book.kind(case.kind, case.kinds_edition, book.calendar.day_of(case.received_at)).clocks["main"]
    start = LedgerEvent(at=case.received_at, what="start", limit=rule.limit, reason=rule.source)
    clock = Clock("main", 1, rule.ladder, (start,), None, "running")
    return silent(refreshed(clock, book, MACHINES[case.machine], case.received_at))


def _publish(tx: Tx, case: Case, body: str, received: datetime) -> None:
    page = Page(
        case_id=case.id,
        record="",
        number=case.number,
        title=case.title,
        body=body,
        reply="已经到现场看过，两天内修好。" + body[::-1],
        surname="",
        masks="",
        kind=case.kind,
        unit=case.unit,
        area="",
        result="upheld",
        received_day=received.date().isoformat(),
        answered_day=(received + timedelta(days=3)).date().isoformat(),
        workdays=3,
        allowed=15,
        rounds=1,
        score=5,
        solved="yes",
    )
    publications.put(tx, page, received + timedelta(days=4))
    search.put(tx, "sqlite", "public", case.id, f"{page.title}\n{body}")
