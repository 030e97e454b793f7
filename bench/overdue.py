"""Cases at work whose limits end at one moment, and running clocks by the million, written straight into the store."""

from collections.abc import Iterable
from datetime import datetime

from hub.case import Assignment, Case, Clock, Message, Party
from hub.clocks import LedgerEvent
from hub.journal import Entry
from hub.limits import Limit
from hub.machines.registry import MACHINES
from hub.moments import to_text
from hub.rulebook import Rulebook
from hub.storage import cases, journal
from hub.storage.tx import Tx
from hub.timing import refreshed, with_dates

IN_WORK = MACHINES["letter"].moves["sign"].to
RUNNING = """
WITH RECURSIVE many (round) AS (SELECT 1 UNION ALL SELECT round + 1 FROM many WHERE round < :rounds)
INSERT INTO clocks (case_id, name, round, ladder, phase, revision, due_at, breached_at, rung, rung_at)
SELECT :case_id, 'far', round, 'main', 'running', 1, :due_at, NULL, 'half', :due_at FROM many
"""
LEDGER = """
WITH RECURSIVE many (round) AS (SELECT 1 UNION ALL SELECT round + 1 FROM many WHERE round < :rounds)
INSERT INTO clock_ledger (case_id, name, round, n, at, what, allowed, reason)
SELECT :case_id, 'far', round, 1, :at, 'start', '15wd', '' FROM many
"""


def number(n: int) -> str:
    return f"2026-{n + 1:07d}"


def write_cases(tx: Tx, which: Iterable[int], started: datetime, limit: Limit, book: Rulebook) -> None:
    """Complaints at a unit with the citizen's clock running since `started`; nothing of them was climbed yet."""
    units = [code for code, unit in book.directory.units.items() if unit.active]
    for n in which:
        unit = units[n % len(units)]
        case = Case(
            id=f"{n:026d}",
            number=number(n),
            kind="complaint",
            machine="letter",
            kinds_edition=1,
            origin="web",
            aim="matter",
            level="private",
            sealed=False,
            state=str(IN_WORK),
            received_at=started,
            recorded_at=started,
            title="路灯坏了没人修",
            unit=unit,
        )
        rule = book.kind(case.kind, case.kinds_edition).clocks["main"]
        start = LedgerEvent(started, "start", limit, rule.source)
        clock = Clock("main", 1, rule.ladder, (start,), None, "running")
        clocks = (refreshed(clock, book, MACHINES[case.machine], started),)
        case = with_dates(case, clocks)
        cases.add(tx, case, vault=case.id, fields={}, decision={})
        cases.add_party(tx, case.id, Party(1, "writer", "web", "来信人", "zh", phone=True, email=False, named=True))
        said = Message(1, started, f"party:{case.id}:1", "", "unit", "letter", "门口的路灯坏了半个月。")
        cases.add_messages(tx, case.id, (said,))
        cases.put_assignments(tx, case.id, (Assignment(1, unit, "", started, "system", "dispatch"),))
        cases.put_clocks(tx, case.id, clocks)
        journal.append(tx, [Entry(case.id, "received", "channel:web", started, {"state": case.state})])


def write_running(tx: Tx, n: int, rounds: int, due: datetime, started: datetime) -> None:
    """So many running clocks on one case, with their ledgers: what the sweep passes over."""
    which = {"case_id": f"{n:026d}", "rounds": rounds}
    tx.execute(RUNNING, {**which, "due_at": to_text(due)})
    tx.execute(LEDGER, {**which, "at": to_text(started)})
