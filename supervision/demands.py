"""Demands: what a rung does on the case beside telling people: urge, propose an order, put down a call, call the duty
office; each is a move of the machine that the system makes in the same deed."""

from collections.abc import Iterable
from datetime import datetime

from hub import desk
from hub.case import Notice
from hub.errors import Refusal
from hub.ladders import Rung
from hub.rulebook import Rulebook
from hub.storage import cases
from hub.storage.tx import Tx
from supervision.rungs import duty_office


def demand(tx: Tx, case_id: str, rungs: Iterable[Rung], told: Iterable[Notice], book: Rulebook, now: datetime) -> int:
    """Make what rungs just recorded demand; of several proposals the hardest. Answers how many moves were made.

    A move that is not open (the case has no unit, the reason is asked for already) is simply not made.
    """
    what = {rung.what for rung in rungs}
    levels = [rung.level for rung in rungs if rung.what == "order_proposal"]
    moves: list[tuple[str, dict[str, str]]] = []
    if any(rung.what == "urge" and "signer" in rung.to for rung in rungs):
        moves.append(("urge", {}))
    if levels:
        moves.append(("propose_order", {"level": levels[-1]}))
    if "call_back" in what:
        moves.append(("owe_call", {}))
    if "alert" in what and duty_office(book) in {notice.to for notice in told}:
        moves.append(("call_duty", {"unit": book.directory.desks["duty"]}))
    return sum(_made(tx, case_id, code, values, book, now) for code, values in moves)


def _made(tx: Tx, case_id: str, code: str, values: dict[str, str], book: Rulebook, now: datetime) -> bool:
    dossier = cases.dossier(tx, case_id)
    if dossier is None:
        return False
    try:
        desk.act_by_system(tx, dossier, code, values, book, now)
    except Refusal:
        return False
    return True
