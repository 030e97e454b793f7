"""What a bulletin counts: the board of its period, the one before and a year ago, up to one line of the journal."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from hub.journal import Tip
from hub.people import Actor, Grant
from hub.rulebook import Rulebook
from hub.storage import bulletins as rows
from hub.storage import journal, recommendations
from hub.storage.tx import Tx
from supervision.board import Board, board
from supervision.bulletins.periods import Period

WATCHER = Actor("officer", "system", "system", "系统", (Grant("supervisor"),))
"""Whose sight a bulletin has: every case but the sealed ones, of which the board tells totals of five or more."""
FOLLOWER = "totals"


@dataclass(frozen=True, slots=True)
class Counted:
    """The figures of a period with those they are compared with. `published`: letters made public in it; `advice`:
    recommendations issued in it by kind, and of these adopted, not adopted, and open by now."""

    period: Period
    now: Board
    before: Board
    year_ago: Board
    published: int
    advice: Mapping[str, tuple[int, int, int, int]]
    head: Tip


def count(tx: Tx, period: Period, book: Rulebook, now: datetime, opening: datetime) -> Counted | None:
    """Count from one snapshot; None while the totals do not hold everything that was written until `opening`.

    To be asked in the room `heavy`.
    """
    head = rows.counted_to(tx, journal.cursor(tx, FOLLOWER), opening)
    if head is None:
        return None
    calendar = book.calendar
    since, until = calendar.midnight_before(period.since), calendar.midnight_after(period.until)
    return Counted(
        period=period,
        now=_board(tx, period, book, now),
        before=_board(tx, period.before, book, now),
        year_ago=_board(tx, period.year_before, book, now),
        published=rows.shown_between(tx, since, until),
        advice=recommendations.counts(tx, since, until),
        head=head,
    )


def opening_after(until: date, book: Rulebook) -> datetime:
    """When a period's bulletin is drawn up: as the office opens on the first working day after it."""
    return book.calendar.opening(book.calendar.add_workdays(until, 1))


def _board(tx: Tx, period: Period, book: Rulebook, now: datetime) -> Board:
    return board(tx, WATCHER, period.since, period.until, None, book, now)
