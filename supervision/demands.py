"""Demands: what a rung does on the case beside telling people: urge, propose an order or a card, put down a call, ask
whether a promise was kept, call the duty office; each is a move that the system makes in the same deed."""

from collections.abc import Iterable
from datetime import datetime

from hub import desk
from hub.case import Dossier, Notice
from hub.errors import Refusal
from hub.ladders import Rung
from hub.rulebook import Rulebook
from hub.storage.tx import Tx
from supervision.rungs import duty_office


def demand(
    tx: Tx, dossier: Dossier, clock: str, rungs: Iterable[Rung], told: Iterable[Notice], book: Rulebook, now: datetime
) -> int:
    """Make what rungs just recorded demand; of several proposals the hardest. Answers how many moves were made.

    `dossier` is the case as the deed has written it so far, `clock` the name of the one that has climbed. A move that
    is not open (the case has no unit, the reason is asked for already) is simply not made.
    """
    rungs = tuple(rungs)
    what = {rung.what for rung in rungs}
    levels = [rung.level for rung in rungs if rung.what == "order_proposal"]
    moves: list[tuple[str, dict[str, str | int]]] = []
    if any(rung.what == "urge" and "signer" in rung.to for rung in rungs):
        moves.append(("urge", {}))
    if levels:
        moves.append(("propose_order", {"level": levels[-1]}))
    for rung in rungs:
        if rung.card is not None:
            moves.append(("propose_card", {"colour": rung.card[0], "why": rung.card[1]}))
    if "call_back" in what:
        moves.append(("owe_call", {}))
    if "ask" in what:
        moves.append(("ask_done", {"about": int(clock.partition("#")[2])}))
    if "alert" in what and duty_office(book) in {notice.to for notice in told}:
        moves.append(("call_duty", {"unit": book.directory.desks["duty"]}))
    made = 0
    for code, values in moves:
        try:
            dossier = desk.act_by_system(tx, dossier, code, values, book, now)
        except Refusal:
            continue
        made += 1
    return made
