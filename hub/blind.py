"""Blind: who may read a reply again sees nothing of its case until the own finding is entered, so that it is their own.

NORMS §4: the second reading is blind. What had been decided shows in a case's replies, history, clocks and holders, so
that the whole case is shut; the reading itself (supervision/readings.py) shows the letter and the reply alone.
"""

from datetime import datetime

from hub.case import Dossier
from hub.errors import NotNow
from hub.machines.reading_guards import reading_open
from hub.move import open_moves
from hub.people import Actor
from hub.rulebook import Rulebook

MOVE = "read_again"
"""The move by which a finding is entered."""


def awaits(dossier: Dossier, actor: Actor, book: Rulebook, now: datetime) -> bool:
    """Whether a reading of the case's reply is open to the actor."""
    if reading_open(dossier) is None:
        return False
    return any(move.code == MOVE for move in open_moves(dossier, actor, now, book))


def must_not_await(dossier: Dossier, actor: Actor, book: Rulebook, now: datetime) -> None:
    """Raises NotNow where a reading is open to the actor."""
    if awaits(dossier, actor, book, now):
        raise NotNow(
            "这份答复正等您审读，审读前看不到办件。请先到“审读”读完它，再打开这一页。",
            "A reading of this reply waits for you, and until then the case is closed to you. "
            "Read it at Readings first, then open this page again.",
        )
