"""The questions behind public and staff pages, each with what DESIGN §14 wants of it."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from bench.district import FREQUENT, LARGEST, NOW, RARE, is_published, number
from hub import reading, results, workbench
from hub.office import Office
from hub.people import Actor, Grant
from hub.results import Wish
from hub.rulebook import Rulebook
from hub.storage.behind import Mark
from supervision import board
from supervision.behind import Cell, cases_behind
from supervision.behind import number as much_of
from supervision.bulletins.counting import count
from supervision.bulletins.periods import period_of

HANDLER = Actor("officer", "o-1", "p-1", "周亦安", (Grant("handler", LARGEST),), home=LARGEST)
DISPATCHER = Actor("officer", "o-2", "p-2", "乔满仓", (Grant("dispatcher"),), home="intake")
SUPERVISOR = Actor("officer", "o-3", "p-3", "沈知秋", (Grant("supervisor"),), home="supervision")
SINCE, TODAY = date(2026, 8, 21), date(2026, 11, 20)
MONTH = date(2026, 10, 15)
SMALLER = "expropriation"
"""A unit with few cases, so that a page of them reaches far back, yet full in the small district too."""
FLAT, STAFF, COUNTED = "p50 ratio ≤ 1.3", "p99 ratio ≤ 1.5", "p50 ≤ 1 ms"
SEARCH = "p50 ≤ 5 ms, p99 ≤ 50 ms"


@dataclass(frozen=True, slots=True)
class Asked:
    """One district that is asked."""

    office: Office
    book: Rulebook
    many: int

    def found(self, wish: Wish) -> Awaitable[Any]:
        """A page of the public list."""
        store = self.office.store
        return store.read(results.found, results.engine_of(store.health().engine), wish, self.book, 20, room="public")

    def searched(self, words: str, actor: Actor) -> Awaitable[Any]:
        """A search of an officer."""
        store = self.office.store
        engine = results.engine_of(store.health().engine)
        return store.read(workbench.found, engine, words, actor, {}, self.book, NOW, 50)

    def inbox(self, actor: Actor) -> Awaitable[Any]:
        """The first page of everything open."""
        return self.office.store.read(reading.inbox, actor, "open", {}, self.book, NOW)

    def counts(self, actor: Actor) -> Awaitable[Any]:
        """The tabs of an inbox with their numbers."""
        return self.office.store.read(reading.counts, actor, self.book, NOW)

    def board(self, unit: str | None) -> Awaitable[Any]:
        """The board of a quarter."""
        return self.office.store.read(board.board, SUPERVISOR, SINCE, TODAY, unit, self.book, NOW, room="heavy")

    def behind(self, what: str, unit: str = "", after: Mark | None = None) -> Awaitable[Any]:
        """A page of the cases behind a number of the quarter."""
        cell = Cell(what, SINCE, TODAY, unit)
        return self.office.store.read(cases_behind, SUPERVISOR, cell, self.book, NOW, 50, after, room="heavy")

    def much(self, what: str) -> Awaitable[Any]:
        """How much a number of the quarter is."""
        return self.office.store.read(much_of, SUPERVISOR, Cell(what, SINCE, TODAY), self.book, room="heavy")

    def bulletin(self) -> Awaitable[Any]:
        """What a month's bulletin counts."""
        return self.office.store.read(count, period_of("month", MONTH), self.book, NOW, NOW, room="heavy")

    def shown(self, rng: random.Random) -> str:
        """The number of some published letter."""
        return number(next(n for n in iter(lambda: rng.randrange(self.many), -1) if is_published(n)))

    def public_case(self, rng: random.Random) -> Awaitable[Any]:
        return self.office.store.read(results.one, self.shown(rng), self.book, room="public")

    def staff_case(self, rng: random.Random) -> Awaitable[Any]:
        case = number(rng.randrange(self.many))
        return self.office.store.read(reading.staff_case, case, DISPATCHER, self.book, NOW)

    def statistics(self) -> Awaitable[Any]:
        """The public figures of a quarter."""
        return self.office.store.read(board.statistics, SINCE, TODAY, self.book, room="heavy")

    def month(self) -> Awaitable[Any]:
        """The figures of the portal."""
        return self.office.store.read(board.month, NOW, self.book, room="heavy")


class Question(NamedTuple):
    """One row of the table."""

    name: str
    ask: Callable[[Asked, random.Random], Awaitable[Any]]
    wanted: str


def some_day(rng: random.Random) -> Mark:
    """A place in a list of cases behind a number: after everything of some day of the quarter."""
    return Mark((SINCE + timedelta(days=rng.randrange(5, 90))).isoformat(), "", "", "")


QUESTIONS = (
    Question("public list, first page", lambda a, _: a.found(Wish()), FLAT),
    Question("public list, any depth", lambda a, rng: a.found(Wish(older=a.shown(rng))), FLAT),
    Question("public list of a unit", lambda a, _: a.found(Wish(unit=LARGEST)), FLAT),
    Question("public case", lambda a, rng: a.public_case(rng), FLAT),
    Question("search, word in every 4th letter", lambda a, _: a.found(Wish(q=FREQUENT)), SEARCH),
    Question("search, word in every 1000th", lambda a, _: a.found(Wish(q=RARE)), SEARCH),
    Question("staff search, frequent word", lambda a, _: a.searched(FREQUENT, DISPATCHER), STAFF),
    Question("staff search, frequent, of a unit", lambda a, _: a.searched(FREQUENT, HANDLER), STAFF),
    Question("inbox of the largest unit", lambda a, _: a.inbox(HANDLER), STAFF),
    Question("inbox of the desk", lambda a, _: a.inbox(DISPATCHER), STAFF),
    Question("counts of the unit's inbox", lambda a, _: a.counts(HANDLER), STAFF),
    Question("counts of the desk's inbox", lambda a, _: a.counts(DISPATCHER), STAFF),
    Question("case of an officer", lambda a, rng: a.staff_case(rng), FLAT),
    Question("board of the hub, a quarter", lambda a, _: a.board(None), STAFF),
    Question("board of a unit, a quarter", lambda a, _: a.board(LARGEST), STAFF),
    Question("a figure of the quarter", lambda a, _: a.much("on_time.n"), STAFF),
    Question("cases behind a figure", lambda a, _: a.behind("on_time.n"), STAFF),
    Question("cases behind a figure, any depth", lambda a, rng: a.behind("on_time.n", after=some_day(rng)), STAFF),
    Question("cases behind a figure of a unit", lambda a, _: a.behind("on_time.of", LARGEST), STAFF),
    Question("cases behind a smaller unit's figure", lambda a, _: a.behind("answered.n", SMALLER), STAFF),
    Question("a month's bulletin", lambda a, _: a.bulletin(), STAFF),
    Question("statistics, a quarter", lambda a, _: a.statistics(), STAFF),
    Question("figures of the portal", lambda a, _: a.month(), COUNTED),
)
