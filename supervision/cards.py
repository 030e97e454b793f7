"""Cards 红黄牌 as the board and the public read them: which unit, why, since when, revoked ones among them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from hub.machines.card_guards import ISSUED, RELEASED
from hub.people import Actor
from hub.rulebook import Rulebook
from hub.sight import sight, within
from hub.storage import cards, cases
from hub.storage.cards import Card
from hub.storage.tx import Tx

MOST = 500
"""Cards of one page; there are never so many in a period."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One card; `number` is empty for the public."""

    unit: str
    colour: str
    why: str
    day: date
    revoked: bool
    released: bool
    number: str = ""


@dataclass(frozen=True, slots=True)
class AddsUp:
    """So many cards of one colour within so many days that the checklist proposes a harder one for the unit."""

    unit: str
    colour: str
    number: int
    days: int
    to: str


def on_board(
    tx: Tx, actor: Actor, days: tuple[date, date], unit: str, book: Rulebook
) -> tuple[tuple[Shown, ...], tuple[AddsUp, ...]]:
    """The cards of a period (both days included) on cases that exist for the actor, and what adds up on the last."""
    eye, wanted = sight(actor, book.directory), book.directory.below(unit) if unit else frozenset()
    longest = max((int(row["days"]) for row in _rules(book).values()), default=0)
    first, last = days
    calendar, found = book.calendar, []
    since = calendar.midnight_before(min(first, last - timedelta(days=longest)))
    for card in cards.between(tx, since, calendar.midnight_after(last), MOST):
        case = cases.get(tx, card.case_id)
        if case is not None and within(eye, case) and (not wanted or card.unit in wanted):
            found.append((card, case.number))
    shown = (_shown(card, number, book) for card, number in found)
    return tuple(s for s in shown if s.day >= first), tuple(add_up([card for card, _ in found], last, book))


def public(tx: Tx, now: datetime, book: Rulebook, days: int = 366) -> tuple[Shown, ...]:
    """The cards that a leader released, of a year, without the letters they stand on."""
    since = now - timedelta(days=days)
    found = cards.between(tx, since, now + timedelta(days=1), MOST)
    return tuple(_shown(card, "", book) for card in found if card.data.get(RELEASED))


def add_up(given: Iterable[Card], last: date, book: Rulebook) -> Iterable[AddsUp]:
    """Units whose standing cards reach the number that the checklist names (三张黄牌一张红牌). Pure."""
    day_of = book.calendar.day_of
    for colour, rule in _rules(book).items():
        since = last - timedelta(days=int(rule["days"]))
        counted: dict[str, int] = {}
        for card in given:
            if card.state == ISSUED and card.data["colour"] == colour and day_of(card.at) > since:
                counted[card.unit] = counted.get(card.unit, 0) + 1
        for unit, n in sorted(counted.items()):
            if n >= int(rule["number"]):
                yield AddsUp(unit, colour, n, int(rule["days"]), str(rule["to"]))


def _rules(book: Rulebook) -> Mapping[str, Mapping[str, Any]]:
    rows: Mapping[str, Mapping[str, Any]] = book.checklist.reasons.get("cards", {})
    return {code: row["add_up"] for code, row in rows.items() if "add_up" in row}


def _shown(card: Card, number: str, book: Rulebook) -> Shown:
    return Shown(
        unit=card.unit,
        colour=str(card.data["colour"]),
        why=str(card.data["why"]),
        day=book.calendar.day_of(card.at),
        revoked=card.state != ISSUED,
        released=RELEASED in card.data,
        number=number,
    )
