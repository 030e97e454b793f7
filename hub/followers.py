"""Followers: they read the journal on from where they stopped and bring up to date what is read from it."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import NamedTuple

import structlog

from hub import desk, enclosing
from hub.errors import NotNow, OldEdition
from hub.journal import Line
from hub.measures import Place
from hub.office import Office
from hub.people import SYSTEM
from hub.rulebook import Rulebook
from hub.storage import cases, editions, journal, publications, search, sweeps, totals, wording
from hub.storage.errors import StoreError
from hub.storage.tx import Tx
from hub.wording import marks

log = structlog.get_logger("followers")

BATCH = 20
"""Lines a deed: it reads and tokenises as many cases, and must stay short (STORE.md: 20 ms)."""
STAFF, PUBLIC = "staff", "public"
"""Rooms of the search index."""
REST = 0.05
"""Seconds between two rounds: what changes together is followed together, and a fault is not tried in a rush."""

_PUBLIC_LINES = frozenset(
    {"publication.released", "publication.suspend", "move.suspend", "move.withhold", "move.take_down"}
)

Effect = Callable[[Tx, Iterable[Line]], None]
Follower = tuple[str, Callable[[Office], Awaitable[int]]]
"""A follower from outside the hub, by name: it answers how many lines it read, and is asked again until that is 0."""


class Release(NamedTuple):
    """A reply that went out: the lead whose followers are answered with it, and its place in the journal."""

    seq: int
    lead: str
    reply: int


async def run_followers(office: Office, more: Iterable[Follower] = ()) -> int:
    """Bring every follower, and those that `run.py` hands in, up to the end of the journal; answers the lines read.

    Safe at any time, in any number of processes. A follower that fails is logged, keeps its place and is tried again
    the next time; the others go on.
    """
    engine = "postgres" if office.store.health().engine.startswith("postgres") else "sqlite"
    read = 0
    own: tuple[Follower, ...] = (
        ("merged", _merged),
        ("search", partial(_search, engine=engine)),
        ("totals", _totals),
        ("wording", _wording),
    )
    for name, follower in (*own, *more):
        try:
            read += await follower(office)
        except Exception as fault:
            log.warning("follower_failed", alarm=True, follower=name, error=type(fault).__name__)
    return read


async def keep_following(office: Office, more: Iterable[Follower] = ()) -> None:
    """Follow for as long as the task lives: each change wakes it, a quiet hour costs nothing."""
    while True:
        head = office.store.head()
        if await run_followers(office, more) == 0:
            await office.store.wait_for_change(head, 30.0)
        await asyncio.sleep(REST)


# Search and totals: effect and cursor are one deed ------------------------------------------------------------------


async def _search(office: Office, engine: str) -> int:
    return await to_the_end(office, "search", lambda tx, lines: index(tx, engine, lines))


async def _totals(office: Office) -> int:
    async def run(book: Rulebook) -> int:
        return await to_the_end(office, "totals", lambda tx, lines: count(tx, book, lines))

    return await office.with_rules(run)


async def _wording(office: Office) -> int:
    return await to_the_end(office, "wording", remember)


async def to_the_end(office: Office, name: str, effect: Effect) -> int:
    """Follow the journal to its end, some lines a deed; answers how many were read."""
    read = 0
    while done := await office.store.write(_next, name, effect, BATCH):
        read += done
    return read


def _next(tx: Tx, name: str, effect: Effect, limit: int) -> int:
    """The deed: the next lines and the place behind them; 0 at the end, or where another process was first."""
    seen = journal.cursor(tx, name)
    lines = journal.read_after(tx, seen, limit)
    if not lines or not journal.keep_cursor(tx, name, seen, lines[-1].seq):
        return 0
    effect(tx, lines)
    return len(lines)


def index(tx: Tx, engine: str, lines: Iterable[Line]) -> None:
    """Index the cases and pages that the lines speak of, each once, as they stand now."""
    touched: dict[str, bool] = {}
    for line in lines:
        if line.case_id and not line.action.startswith("clock."):
            touched[line.case_id] = touched.get(line.case_id, False) or line.action in _PUBLIC_LINES
    for case_id, public in touched.items():
        with passed_over(tx, case_id):
            _index_case(tx, engine, case_id, public=public)


def _index_case(tx: Tx, engine: str, case_id: str, *, public: bool) -> None:
    case = cases.get(tx, case_id)
    if case is None:
        return
    if not case.about:
        _index_for_staff(tx, engine, case_id)
    if public:
        _index_for_public(tx, engine, case.about or case_id)


def _index_for_staff(tx: Tx, engine: str, case_id: str) -> None:
    """Title, number, place, what was said and answered; a sealed case is in no index."""
    dossier = cases.dossier(tx, case_id)
    if dossier is None or dossier.case.sealed:
        search.remove(tx, engine, STAFF, case_id)
        return
    case = dossier.case
    said = [m.body for m in cases.messages(tx, case_id) if m.audience != "hub"]
    answers = [text for r in dossier.replies for text in (r.body, r.handling)]
    search.put(tx, engine, STAFF, case_id, "\n".join((case.number, case.title, case.place, *said, *answers)))


def _index_for_public(tx: Tx, engine: str, letter_id: str) -> None:
    """The public page as it is shown; one that rests or was taken down leaves nothing behind."""
    page = publications.by_case(tx, letter_id)
    if page is None or not page["live"]:
        search.remove(tx, engine, PUBLIC, letter_id)
        return
    text = "\n".join(str(page[name]) for name in ("number", "title", "body", "reply", "area"))
    search.put(tx, engine, PUBLIC, letter_id, text)


def count(tx: Tx, book: Rulebook, lines: Iterable[Line]) -> None:
    """Count the cases anew that the lines speak of. Raises OldEdition."""
    for case_id in dict.fromkeys(line.case_id for line in lines if line.case_id):
        with passed_over(tx, case_id):
            totals.count_again(tx, case_id, book)


def remember(tx: Tx, lines: Iterable[Line]) -> None:
    """Mark the sentences of the replies that the lines speak of; those older than the marks are caught up alike."""
    for case_id in dict.fromkeys(line.case_id for line in lines if line.case_id and line.action == "reply.written"):
        with passed_over(tx, case_id):
            wording.keep(tx, case_id, {mark for body in cases.bodies(tx, case_id) for mark in marks(body)})


@contextmanager
def passed_over(tx: Tx, case_id: str) -> Iterator[None]:
    """One case that cannot be read is told and left out; `verify` finds it again. The rest must not wait for it."""
    try:
        yield
    except (StoreError, OldEdition):
        raise
    except Exception as fault:
        _alarm(sweeps.number_of(tx, case_id), fault)


def _alarm(number: str, fault: Exception) -> None:
    log.error("case_passed_over", alarm=True, number=number, error=type(fault).__name__)


async def verify_totals(office: Office, batch: int = 50) -> tuple[str, ...]:
    """Recompute every case and every sum: what differs, as case numbers and places; nothing where all is well.

    To be asked when the followers are at the end of the journal: what they have not read yet differs too.
    """
    return await office.with_rules(partial(_verify_totals, office, batch))


async def _verify_totals(office: Office, batch: int, book: Rulebook) -> tuple[str, ...]:
    wrong: list[str] = []
    sums: dict[Place, int] = {}
    after, first = "", True
    while first or after:
        first = False
        after, differing, part = await office.store.read(totals.verify_cases, after, batch, book, room="heavy")
        wrong += differing
        for place, n in part.items():
            sums[place] = sums.get(place, 0) + n
    place = Place("", "", "", "", "", "")
    while rows := await office.store.read(totals.page, place, 1000, room="heavy"):
        wrong += [f"total {'/'.join(p)}" for p, n in rows if sums.pop(p, 0) != n]
        place = rows[-1][0]
    return (*wrong, *(f"total {'/'.join(p)}" for p, n in sums.items() if n))


# Merged cases: each follower is answered by its own deed -----------------------------------------------------------


async def _merged(office: Office) -> int:
    read = 0
    while True:
        seen, lines = await office.store.read(_lines, "merged", BATCH * 10)
        if not lines:
            return read
        for release in (_release(line) for line in lines if line.action == "reply.released"):
            for follower in await office.store.read(cases.followers_of, release.lead):
                await _answer(office, release, follower)
        if not await office.store.write(journal.keep_cursor, "merged", seen, lines[-1].seq):
            return read
        read += len(lines)


def _lines(tx: Tx, name: str, limit: int) -> tuple[int, list[Line]]:
    seen = journal.cursor(tx, name)
    return seen, journal.read_after(tx, seen, limit)


def _release(line: Line) -> Release:
    return Release(line.seq, str(line.case_id), int(json.loads(line.data)["reply"]))


async def _answer(office: Office, release: Release, follower: str) -> None:
    async def run(book: Rulebook) -> bool:
        return await office.store.write(answer_with_lead, release, follower, book, office.clock())

    try:
        await office.with_rules(run)
    except StoreError:
        raise
    except Exception as fault:  # its clocks run on, so that a person will see it
        _alarm(await office.store.read(sweeps.number_of, follower), fault)


def answer_with_lead(tx: Tx, release: Release, follower: str, book: Rulebook, now: datetime) -> bool:
    """The deed: the follower gets the lead's released body as its own answer; False where that is done already.

    A follower that was answered with this release and is open again for a reason of its own is left alone.
    """
    editions.must_be_current(tx, book)
    dossier = cases.dossier(tx, follower, lock=True)
    lead = cases.dossier(tx, release.lead)
    reply = next((r for r in lead.replies if r.n == release.reply), None) if lead else None
    if dossier is None or dossier.case.lead != release.lead or reply is None or _has_followed(tx, release, follower):
        return False
    along = enclosing.enclosed(cases.files_of(tx, release.lead), reply.files)
    values = {"body": reply.body, "files": enclosing.lay(tx, follower, along, SYSTEM.id, now)}
    try:
        desk.act_by_system(tx, dossier, "answer_with_lead", values, book, now)
    except NotNow:
        return False
    return True


def _has_followed(tx: Tx, release: Release, follower: str) -> bool:
    """Whether the follower was answered since this release; its own journal says so."""
    lines = journal.of_case(tx, follower)
    return any(line.seq > release.seq and line.action == "reply.followed" for line in lines)
