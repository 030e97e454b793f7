"""A district with many cases, written straight into the store: one in ten open, two thirds published, random words."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Any

from bench.load import WORDS
from hub.case import Assignment, Case, Clock, Dossier, Message, Party
from hub.clocks import LedgerEvent
from hub.followers import PUBLIC, STAFF
from hub.journal import Entry
from hub.machines.registry import MACHINES
from hub.measures import Cuts, Fact, Place, counted, cuts_of, places
from hub.moments import to_text
from hub.office import Office
from hub.rulebook import Rulebook
from hub.storage import cases, clocks, journal, publications, search, totals
from hub.storage.publications import Page
from hub.storage.rows import to_row
from hub.storage.tx import Row, Tx
from hub.timing import fresh, refreshed, with_dates

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
BATCH = 2_000
FREQUENT, RARE = "路灯", "井盖"
"""A word in one letter of four, and one in a letter of a thousand."""
CLOSED = next(code for code, state in MACHINES["letter"].states.items() if state.final)
IN_WORK = str(MACHINES["letter"].moves["sign"].to)
LARGEST = "urban"
"""The unit with most cases: it has more open ones than a page shows, also in a small district."""
LETTER, ANSWERED, SHOWN = 118, timedelta(days=3), timedelta(days=4)
DAYS = 694
"""So many days every district looks back on, a small one too: figures are kept by day."""
OPEN_HOURS = 25 * 24
"""Open cases came in over the last 25 days, so that some are late: their limit is fifteen working days."""
_TEXT = "".join(random.Random(7).choices(WORDS, k=1 << 20))


def number(n: int) -> str:
    return f"2026-{n + 1:07d}"


def is_published(n: int) -> bool:
    return n % 10 > 3


def body_of(n: int) -> str:
    """A letter's words: a place of its own in a long random text."""
    at = n * 7_919 % (len(_TEXT) - LETTER)
    return (FREQUENT if n % 4 == 0 else "") + (RARE if n % 1000 == 0 else "") + _TEXT[at : at + LETTER]


async def settle(office: Office, many: int) -> None:
    """Write so many cases, each with what the followers would make of it; the same number gives the same district."""
    district = District(await office.book(), many, "postgres" if _on_postgres(office) else "sqlite")
    for first in range(0, many, BATCH):
        await office.store.write(district.write, range(first, min(first + BATCH, many)))
    await office.store.write(_followed)


def _on_postgres(office: Office) -> bool:
    return office.store.health().engine.startswith("postgres")


def _followed(tx: Tx) -> None:
    for name in ("merged", "search", "totals"):
        journal.keep_cursor(tx, name, 0, journal.head(tx).seq)


class District:
    """What the cases of one district have in common, worked out once for each unit and time of receipt."""

    def __init__(self, book: Rulebook, many: int, engine: str) -> None:
        self.book, self.many, self.engine = book, many, engine
        others = [code for code, unit in book.directory.units.items() if unit.active and code != LARGEST]
        self.units = (LARGEST, *others)
        self.case_at = lru_cache(maxsize=None)(self._case_at)
        self.counted_at = lru_cache(maxsize=None)(self._counted_at)

    @cached_property
    def weights(self) -> Sequence[float]:
        """Districts are uneven: the second unit gets half of what the first one gets, the third a third."""
        return tuple(accumulate(1 / (n + 1) for n in range(len(self.units))))

    def write(self, tx: Tx, which: range) -> None:
        """The deed: one statement a table for many cases."""
        known = [(n, *self._of(n)) for n in which]
        rows = [(n, _id(n), case, clock, body_of(n)) for n, case, clock in known]
        tx.executemany(cases.ADD, [_case_row(n, case, body) for n, _, case, _, body in rows])
        tx.executemany(cases.ADD_PARTY, [{"case_id": i, "epoch": 1, **_PARTY} for _, i, *_ in rows])
        tx.executemany(cases.ADD_MESSAGE, [_message_row(i, case, body) for _, i, case, _, body in rows])
        tx.executemany(cases.PUT_ASSIGNMENT, [_assignment_row(i, case) for _, i, case, *_ in rows])
        clocks.put_many(tx, [(i, (clock,)) for _, i, _, clock, _ in rows])
        journal.append(tx, [_received(i, case) for _, i, case, *_ in rows])
        pages = [_page(n, i, case, body) for n, i, case, _, body in rows if is_published(n)]
        tx.executemany(publications.PUT, pages)
        self._follow(tx, rows, pages)

    def _follow(self, tx: Tx, rows: list[Any], pages: list[Row]) -> None:
        """What search and totals would write on reading the journal."""
        texts = [(STAFF, i, "\n".join((number(n), body[:24], body))) for n, i, _, _, body in rows]
        texts += [(PUBLIC, p["case_id"], "\n".join((p["number"], p["title"], p["body"], p["reply"]))) for p in pages]
        last = int(tx.execute(search.NEXT, {"n": len(texts)})[0]["value"])
        docs = list(enumerate(texts, last - len(texts) + 1))
        tx.executemany(search.ADD_DOC, [{"doc": doc, "room": room, "case_id": i} for doc, (room, i, _) in docs])
        put = search.DIALECTS[self.engine].put
        tx.executemany(put, [{"doc": doc, "terms": search.written(text)} for doc, (_, _, text) in docs])
        sums: Counter[Place] = Counter()
        facts, under = [], []
        for _, case_id, case, *_ in rows:
            counts, cuts, summed = self.counted_at(case)
            sums.update(summed)
            facts += [totals.fact_row(case_id, fact, n) for fact, n in counts.items()]
            under.append({"case_id": case_id, **cuts._asdict()})
        tx.executemany(totals.PUT_FACT, facts)
        tx.executemany(totals.PUT_CUTS, under)
        tx.executemany(totals.ADD, [totals.total_row(place, n) for place, n in sorted(sums.items())])

    def _of(self, n: int) -> tuple[Case, Clock]:
        rng = random.Random(n)
        unit = rng.choices(self.units, cum_weights=self.weights)[0]
        still_open = n % 10 == 0
        hours = rng.randrange(OPEN_HOURS) if still_open else OPEN_HOURS + (self.many - n) * DAYS // self.many * 24
        return self.case_at(unit, hours, still_open)

    def _case_at(self, unit: str, hours: int, still_open: bool) -> tuple[Case, Clock]:
        received = NOW - timedelta(hours=hours)
        case = Case(
            id="",
            number="",
            title="",
            kind="complaint",
            machine="letter",
            kinds_edition=1,
            origin="web",
            aim="matter",
            level="private",
            sealed=False,
            publish_consent=True,
            received_at=received,
            recorded_at=received,
            unit=unit,
            state=IN_WORK if still_open else CLOSED,
            answered_at=None if still_open else received + ANSWERED,
            closed_at=None if still_open else received + timedelta(days=20),
            score=0 if still_open else 5,
            solved="" if still_open else "yes",
        )
        day = self.book.calendar.day_of(received)
        clock = fresh(self.book.kind(case.kind, case.kinds_edition, day).clocks["main"], 1, received)
        if not still_open:
            met = LedgerEvent(at=received + ANSWERED, what="met", reason="reply")
            clock = replace(clock, ledger=(*clock.ledger, met))
        clock = refreshed(clock, self.book, MACHINES[case.machine], received)
        if clock.phase == "running" and clock.due_at is not None and clock.due_at <= NOW:
            late = LedgerEvent(at=clock.due_at, what="breached")
            clock = replace(clock, ledger=(*clock.ledger, late), breached_at=clock.due_at)
        return with_dates(case, (clock,)), clock

    def _counted_at(self, case: Case) -> tuple[Mapping[Fact, int], Cuts, Mapping[Place, int]]:
        _, clock = self.case_at(case.unit, (NOW - case.received_at) // timedelta(hours=1), case.closed_at is None)
        given = Assignment(1, case.unit, "", case.received_at, "system", "dispatch")
        known = Dossier(case=case, assignments=(given,), clocks=(clock,))
        facts, cuts = counted(known, self.book.calendar), cuts_of(known, self.book.calendar)
        return facts, cuts, places(facts, cuts)


# Rows ---------------------------------------------------------------------------------------------------------------


_PARTY = to_row(Party(1, "writer", "web", "来信人", "zh", phone=True, email=False, named=True))


def _id(n: int) -> str:
    return f"{n:026d}"


@lru_cache(maxsize=1 << 17)
def _alike(case: Case) -> Row:
    return cases.new_row(case, {}, {})


def _case_row(n: int, case: Case, body: str) -> Row:
    return {**_alike(case), "id": _id(n), "vault": _id(n), "number": number(n), "title": body[:24]}


@lru_cache(maxsize=1 << 17)
def _said(at: datetime) -> Row:
    return to_row(Message(1, at, "", "", "unit", "letter", ""))


def _message_row(case_id: str, case: Case, body: str) -> Row:
    return {**_said(case.received_at), "case_id": case_id, "author": f"party:{case_id}:1", "body": body}


def _assignment_row(case_id: str, case: Case) -> Row:
    given = {"n": 1, "unit": case.unit, "officer": "", "since": to_text(case.received_at), "until": None}
    return {"case_id": case_id, **given, "by_whom": "system", "reason": "dispatch", "designated": 0}


def _received(case_id: str, case: Case) -> Entry:
    return Entry(case_id, "received", "channel:web", case.received_at, {"state": case.state})


def _page(n: int, case_id: str, case: Case, body: str) -> Row:
    words = {"title": body[:24], "body": body, "reply": "已经到现场看过，两天内修好。" + body[60:100]}
    return {**_shown(case), "case_id": case_id, "number": number(n), **words}


@lru_cache(maxsize=1 << 17)
def _shown(case: Case) -> Row:
    page = Page(
        case_id="",
        number="",
        title="",
        body="",
        reply="",
        record="",
        surname="",
        masks="",
        area="",
        result="upheld",
        score=5,
        solved="yes",
        kind=case.kind,
        unit=case.unit,
        received_day=case.received_at.date().isoformat(),
        answered_day=(case.received_at + ANSWERED).date().isoformat(),
        workdays=3,
        allowed=15,
        rounds=1,
    )
    at = to_text(case.received_at + SHOWN)
    return {**to_row(page), "live": 1, "published_at": at, "corrected_at": None, "removed_at": None}
