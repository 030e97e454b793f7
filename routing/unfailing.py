"""Routing that may fail: no letter is lost for a fault of rules or model; it waits for a person, with an alarm."""

import structlog

from hub import ports
from hub.kinds import Kind
from hub.rulebook import Rulebook
from routing.danger import Dangers, danger_in
from routing.matter import Decision, Reason, Tried, record_of
from routing.words import pairs_of, plain

FAILED = "desk.failed"


def unfailing(choose: ports.Choose, dangers: Dangers) -> ports.Choose:
    """The same choice, but where it raises, the safe one: the reception desk decides, and danger words are still read.

    A sealed letter goes to whom its kind names, as it does where nobody was found.
    """
    log = structlog.get_logger("routing")

    def chosen(given: ports.Matter, kind: Kind, book: Rulebook) -> ports.Chosen:
        try:
            return choose(given, kind, book)
        except Exception as fault:  # whatever went wrong: the letter counts more than the rule
            kept = type(fault).__name__
        log.error("routing_failed", alarm=True, kind=kind.code, error=kept)
        return _by_hand(given, dangers)

    return chosen


def _by_hand(given: ports.Matter, dangers: Dangers) -> ports.Chosen:
    text = plain(f"{given.title}\n{given.body}")
    reasons = (Reason(FAILED, None, (), 0.0),)
    decision = Decision(None, 0.0, reasons, (Tried("desk", "matched"),), (), None)
    return ports.Chosen(
        unit="",
        sure=False,
        category="",
        target=given.target,
        aim=given.aim,
        danger=danger_in(text, pairs_of(text), dangers),
        record=record_of(decision),
    )
