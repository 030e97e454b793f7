"""Drift: where a clock differs from what its ledger, its ladder and the effects on record say it should be."""

from collections.abc import Iterator
from datetime import datetime

from hub.case import Clock
from hub.clocks import due_at, phase
from hub.machines.machine import Machine
from hub.moments import to_text
from hub.rulebook import Rulebook
from hub.storage.checking import Kept
from hub.timing import LAPSE, schedule


def drifted(clock: Clock, kept: Kept, machine: Machine, book: Rulebook) -> Iterator[str]:
    """Every way in which a clock as it is kept differs from one computed anew: due moment, phase, breach, next rung.

    It is computed by the calendar the clock keeps: one that waits for its recount holds, and one that has ended too.
    """
    if clock.calendar not in book.calendars:
        yield f"按第 {clock.calendar} 版日历计算，但没有这一版"
        return
    due, now_phase = due_at(clock.ledger, book.calendars[clock.calendar]), phase(clock.ledger)
    if due != clock.due_at:
        yield f"到期时刻应为 {said(due)}，记为 {said(clock.due_at)}"
    if now_phase != clock.phase:
        yield f"应为 {now_phase}，记为 {clock.phase}"
    late = breaches(clock, book)
    if clock.breached_at not in late and (late or clock.breached_at is not None):
        yield f"逾期时刻应为 {said(max(late, default=None))}，记为 {said(clock.breached_at)}"
    if now_phase != "running":
        if clock.rung_at is not None:
            yield "已停的时限还要催办"
    elif kept.case.origin != "import" and due is not None:  # imported cases climb nothing (DESIGN §11)
        yield from _rung(clock, due, kept, machine, book)


def breaches(clock: Clock, book: Rulebook) -> set[datetime]:
    """The moments at which this clock was late: as recorded, or seen when it was met after its limit."""
    calendar = book.calendars[clock.calendar]
    late = {event.at for event in clock.ledger if event.what == "breached"}
    for place, event in enumerate(clock.ledger, 1):
        due = due_at(clock.ledger[:place], calendar) if event.what == "met" else None
        if due is not None and event.at >= due:
            late.add(due)
    return late


def _rung(clock: Clock, due: datetime, kept: Kept, machine: Machine, book: Rulebook) -> Iterator[str]:
    """The next rung is the first after the ledger's last line that has not been climbed since; an earlier one may
    still wait for the sweep, the machine's own move may wait longer, and a rung of an older ladder is let be."""
    times = schedule(clock, due, book, machine)
    changed, revision = max((e.at, n) for n, e in enumerate(clock.ledger, 1) if e.what != "breached")
    climbed = {rung for name, round_, at, rung in kept.fired if (name, round_) == clock.key and at >= revision}
    first = next(((code, at) for code, at, _ in times if at > changed and code not in climbed), None)
    if clock.rung_at is None:
        if first is not None:
            yield f"还应有一级催办 {first[0]} {said(first[1])}，没有记"
        return
    known = {code: at for code, at, _ in times}
    if clock.rung not in known and clock.rung != "":
        return
    right = clock.rung_at == known.get(clock.rung) and (first is None or clock.rung_at <= first[1])
    if not right and not (clock.rung == LAPSE and clock.rung_at >= known[LAPSE]):
        yield f"下一级催办应为 {said(first[1] if first else None)}，记为 {clock.rung} {said(clock.rung_at)}"


def said(moment: datetime | None) -> str:
    """A moment as findings name it."""
    return "无" if moment is None else to_text(moment)
