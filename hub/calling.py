"""Calling: the calls that supervision and call centre owe, one by one, each with its script and what was tried."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub import reading
from hub.case import Case, Overlay
from hub.errors import NotFound
from hub.machines.outcome_guards import CALL
from hub.machines.views import BY_CODE
from hub.people import Actor
from hub.rulebook import Rulebook
from hub.sight import sight
from hub.storage import cases, lists, records
from hub.storage.tx import Tx
from hub.thread import unit_name
from hub.views import Row, StaffCase

VIEW = BY_CODE["calls"]
MOST = 200
"""So many open calls are looked at; those that wait longest stand among them."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call that is owed: the case, until when it is worth making, what was tried, and when again where nobody
    answered the last time (None: now)."""

    row: Row
    until: datetime | None
    tries: tuple[tuple[datetime, str], ...]
    again: datetime | None


@dataclass(frozen=True, slots=True)
class Task:
    """One call with everything for the one who makes it; `script` holds the lines in the citizen's language."""

    call: Call
    case: StaffCase
    reply: str
    script: tuple[str, ...]


def calls(tx: Tx, actor: Actor, book: Rulebook, now: datetime) -> tuple[Call, ...]:
    """The calls that exist for the actor: those that can be made now first, then by the moment of the next try."""
    wanted = {"machine": VIEW.machine, "records": VIEW.records}
    found = lists.page(tx, sight(actor, book.directory), wanted, MOST)
    owed = records.open_on(tx, CALL, (case.id for case in found)) if found else {}
    rows = [_call(case, owed[case.id], actor, book, now) for case in found if case.id in owed]
    return tuple(sorted(rows, key=lambda c: (c.again or now, c.until or now, c.row.number)))


def task(tx: Tx, number: str, actor: Actor, book: Rulebook, now: datetime) -> Task:
    """One of them; raises NotFound where no call is owed or the case does not exist for the actor."""
    shown = reading.staff_case(tx, number, actor, book, now)
    dossier = cases.dossier(tx, shown.case_id)
    owed = dossier.open(CALL) if dossier is not None else None
    if dossier is None or owed is None:
        raise NotFound
    told = next((m.body for m in reversed(shown.thread) if m.kind == "reply" and m.who == "office"), "")
    script = _script(dossier.case, dossier.parties[0].lang, book)
    return Task(_call(dossier.case, owed, actor, book, now), shown, told, script)


def _call(case: Case, owed: Overlay, actor: Actor, book: Rulebook, now: datetime) -> Call:
    tries = tuple((datetime.fromisoformat(t["at"]), str(t["result"])) for t in owed.data.get("tries", ()))
    again = datetime.fromisoformat(owed.data["next"]) if "next" in owed.data else None
    return Call(reading.row(case, book, now, actor), owed.due_at, tries, again if again and again > now else None)


def _script(case: Case, lang: str, book: Rulebook) -> tuple[str, ...]:
    """The lines of the edition for a case with or without an answer."""
    when = ("always", "answered" if case.answered_at else "waiting")
    unit, received = unit_name(case.unit, book), book.calendar.day_of(case.received_at)
    known = {
        "number": case.number,
        "unit": unit[lang == "en"] or book.directory.district,
        "day": f"{received:%-d %B}" if lang == "en" else f"{received.month}月{received.day}日",
    }
    lines: tuple[Mapping[str, Any], ...] = tuple(book.texts.get("call_script", {}).get("lines", ()))
    return tuple(str(line[lang]).format_map(known) for line in lines if line["when"] in when)
