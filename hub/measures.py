"""What one case counts for in the figures: a pure reading of its dossier, so that every total can be recomputed."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import NamedTuple

from hub.calendar import WorkCalendar
from hub.case import Assignment, Clock, Dossier, Overlay
from hub.clocks import LedgerEvent, has_breached
from hub.machines.outcome_guards import DEED
from hub.spans import dekad_of

WHOLE = ""
"""The unit of the rows that count for the whole hub."""
IMPORTED = "imported."
"""Measures of imported cases stand apart: they enter figures only where somebody asks for them (DESIGN §11)."""
EXCLUDED = "excluded."
"""What a case counts for that two persons took out of the rates stands a second time under this name: rates are shown
with it and without."""
OF_OFFICER = "@"
"""Before the officer in a measure of one person's own replies; such a count stands at the unit alone."""
OWN_REPLIES = ("first_reviewed", "first_pass")
"""What is counted for the officer of the very reply, whoever has the case later."""
LONGEST = 60
"""Working days from which on an answer falls into the last bucket."""
MOST_ROUNDS = 4
SATISFIED_FROM = 4
"""Scores of four and five are satisfied; an unrated case never is (NORMS §4)."""


CUTS = ("area", "officer", "topic", "channel")
"""What months are cut by beside their units."""
HOUR = "hour"
"""The cut of receipts by weekday and hour: for the whole hub alone, as a unit never learns a hidden letter's hour."""
_CUT_ALSO = ("solved:", "phone:")


class Fact(NamedTuple):
    """One thing that a case counts for: local day, unit that had it then (empty: none, or a sealed case), measure."""

    day: str
    unit: str
    measure: str


class Cuts(NamedTuple):
    """What a case is counted under beside its units. `hour` is that of its receipt: 3-14 is Wednesday after two."""

    kind: str
    area: str
    officer: str
    topic: str
    channel: str
    hour: str


class Place(NamedTuple):
    """Where a sum stands: unit (empty: the whole hub), by what, which day, dekad or month, value, kind, measure."""

    unit: str
    cut: str
    span: str
    value: str
    kind: str
    measure: str


class Counted(NamedTuple):
    """One count before it is placed: when, at which unit, what, how much."""

    at: datetime
    unit: str
    measure: str
    n: int = 1


def counted(dossier: Dossier, calendar: WorkCalendar) -> Mapping[Fact, int]:
    """Everything the case counts for. A record about a case (a publication) counts for nothing.

    What happened to a case is booked to the unit that had it then, what was said of its answer to the unit that has it
    now; a sealed case counts at no unit.
    """
    case = dossier.case
    if case.about:
        return {}
    named = [IMPORTED if case.origin == "import" else ""]
    if any(o.kind == "exclusion" and o.state == "granted" for o in dossier.overlays):
        named.append(named[0] + EXCLUDED)
    sums: Counter[Fact] = Counter()
    for at, unit, measure, n in _all(dossier, calendar):
        day, where = calendar.day_of(at).isoformat(), "" if case.sealed else unit
        for prefix in named[:1] if OF_OFFICER in measure else named:
            sums[Fact(day, where, prefix + measure)] += n
    return {fact: n for fact, n in sums.items() if n}


def cuts_of(dossier: Dossier, calendar: WorkCalendar) -> Cuts:
    """What the case is counted under: its officer is who wrote its newest reply, else who has it."""
    case, came = dossier.case, calendar.local(dossier.case.received_at)
    if case.sealed:
        return Cuts(case.kind, "", "", "", "", "")
    officer = dossier.reply.handler if dossier.reply else case.officer
    return Cuts(case.kind, case.area, officer, case.category, case.origin, f"{came.isoweekday()}-{came.hour:02d}")


def places(facts: Mapping[Fact, int], cuts: Cuts) -> Mapping[Place, int]:
    """Where the counts of a case add up: in the whole hub and in its unit, by day, dekad, month and every cut.

    What an officer's own replies count for stands at the unit, and under that officer.
    """
    sums: Counter[Place] = Counter()
    for (day, at_unit, measure), n in facts.items():
        month, dekad = day[:7], dekad_of(date.fromisoformat(day))
        base, _, officer = measure.partition(OF_OFFICER)
        for unit in {at_unit} - {WHOLE} if officer else {WHOLE, at_unit}:
            sums[Place(unit, "day", day, "", cuts.kind, measure)] += n
            sums[Place(unit, "dekad", dekad, "", cuts.kind, measure)] += n
            sums[Place(unit, "month", month, "", cuts.kind, measure)] += n
        for cut, value in (("officer", officer),) if officer else _cut(measure, cuts):
            for unit in {WHOLE, at_unit}:
                sums[Place(unit, cut, month, value, cuts.kind, base)] += n
        if measure == "received":
            sums[Place(WHOLE, HOUR, month, cuts.hour, cuts.kind, measure)] += n
    return sums


def _cut(measure: str, cuts: Cuts) -> Iterator[tuple[str, str]]:
    """The cuts of a measure with the case's values: distributions have none, and own replies have their own officer."""
    if ":" not in measure or measure.startswith(_CUT_ALSO):
        yield from ((cut, getattr(cuts, cut)) for cut in CUTS if cut != "officer" or measure not in OWN_REPLIES)


def of_officer(measure: str, officer: str) -> str:
    """The measure behind a sum of one officer: of their own replies where there is one such."""
    return f"{measure}{OF_OFFICER}{officer}" if measure in OWN_REPLIES else measure


def _all(dossier: Dossier, calendar: WorkCalendar) -> Iterator[Counted]:
    case = dossier.case
    yield Counted(case.received_at, case.unit, "received")
    yield Counted(case.received_at, case.unit, f"received:{case.origin}")
    yield from _limits(dossier)
    yield from _verdicts(dossier)
    yield from _overlays(dossier)
    if case.answered_at is not None:
        yield from _answer(dossier, case.answered_at, calendar)
    elif case.closed_at is not None:
        yield Counted(case.closed_at, case.unit, "ended")


def _answer(dossier: Dossier, at: datetime, calendar: WorkCalendar) -> Iterator[Counted]:
    """The answer that stands: how long it took, in which round, and what the citizen said of it.

    A round that a disputed verdict opened, and that a second reviewer took back, is none.
    """
    case, unit = dossier.case, dossier.case.unit
    rounds = case.round - sum(o.kind == "dispute" and o.state == "upheld" for o in dossier.overlays)
    days = calendar.workdays_between(case.received_at, at)
    yield Counted(at, unit, "answered")
    yield Counted(at, unit, "workdays", days)
    yield Counted(at, unit, f"took:{min(days, LONGEST):02d}")
    yield Counted(at, unit, "rounds", rounds)
    yield Counted(at, unit, f"round:{min(rounds, MOST_ROUNDS)}")
    later = any(o.kind == "later_reading" and o.state == "done" for o in dossier.overlays)
    yield Counted(at, unit, "unreviewed" if case.unreviewed else "checked_later" if later else "checked")
    if case.score:
        yield Counted(at, unit, "rated")
        yield Counted(at, unit, "score", case.score)
        yield Counted(at, unit, f"solved:{case.solved}")
        if case.score >= SATISFIED_FROM:
            yield Counted(at, unit, "satisfied")


_CLOCKS = {"main": "", "unit": "unit_", "first_contact": "contact_", "redo": "redo_", "commitment": "commitment_"}
"""Clocks whose ends are counted, and what stands before the measure of each: the citizen's own goes without."""


def _limits(dossier: Dossier) -> Iterator[Counted]:
    """How the clocks ended: that of the citizen as in_time and late, that of the unit as unit_in_time and so on.

    A clock counts on the day it was met in time, or on the day its limit passed: once, whether answered later or not.
    """
    promised = {o.opened_at for o in dossier.overlays if o.kind == "commitment" and o.data.get("of") != DEED}
    drawn_back = {r.round for r in dossier.replies if r.n in _drawn_back(dossier)}
    for clock in dossier.clocks:
        prefix = _CLOCKS.get(clock.name.partition("#")[0])
        if prefix is None:
            continue
        if clock.name == "main" and clock.round > 1:
            yield _at(dossier, clock.ledger[0].at, "reopened")
        for what, at in _ends(clock):
            of_answer = clock.name in ("main", "unit")
            if what == "in_time" and of_answer and clock.round in drawn_back:
                yield _at(dossier, at, f"{prefix}taken_back")  # the next round's clock says whether it was answered
            elif what == "in_time" and of_answer and at in promised:
                yield _at(dossier, at, f"{prefix}promised")  # an interim reply meets the clock, but counts apart
            else:
                yield _at(dossier, at, f"{prefix}{what}")


def _ends(clock: Clock) -> Iterator[tuple[str, datetime]]:
    """What the ledger says of each count of the clock: met in time, late, and whether it is late still."""
    counts = _split(clock.ledger)
    for earlier in counts[:-1]:
        yield from (("late", e.at) for e in earlier if e.what == "breached")
    last = counts[-1]
    met = next((e.at for e in reversed(last) if e.what == "met"), None) if clock.phase == "met" else None
    late = next((e.at for e in last if e.what == "breached"), None) if has_breached(last) else None
    if late is None and met is not None and clock.due_at is not None and met >= clock.due_at:
        late = clock.due_at
    if late is None:
        if met is not None:
            yield "in_time", met
        return
    yield "late", late
    if clock.phase in ("running", "paused"):
        yield "late_open", late


def _split(ledger: tuple[LedgerEvent, ...]) -> list[tuple[LedgerEvent, ...]]:
    """The ledger's counts: each begins with a start or restart."""
    starts = [i for i, e in enumerate(ledger) if e.what in ("start", "restart")]
    return [ledger[a:b] for a, b in zip(starts, [*starts[1:], len(ledger)], strict=True)]


def _verdicts(dossier: Dossier) -> Iterator[Counted]:
    """What the review said: each reply that was sent back, and whether the first one passed."""
    decided = [r for r in dossier.replies if r.decided_at and r.verdict in ("qualified", "unqualified")]
    for reply in decided:
        if reply.decided_at is not None:
            yield _at(dossier, reply.decided_at, "reviewed")
            if reply.verdict == "unqualified":
                yield _at(dossier, reply.decided_at, "returned")
    if decided and decided[0].decided_at is not None:
        first, at = decided[0], decided[0].decided_at
        passed = first.verdict == "qualified" and first.n not in _drawn_back(dossier)
        for measure in ("first_reviewed", "first_pass") if passed else ("first_reviewed",):
            yield _at(dossier, at, measure)
            yield _at(dossier, at, f"{measure}{OF_OFFICER}{first.handler}")


def _drawn_back(dossier: Dossier) -> frozenset[int]:
    """The versions of the reply that were sent back because a reading after the answer found them poor."""
    sent = (o for o in dossier.overlays if o.kind == "difference" and o.state == "sent_back")
    return frozenset(int(o.data["reply"]) for o in sent)


_OPENED = {
    "objection": "objected",
    "reopen_request": "reopen_asked",
    "commitment": "commitments",
    "unsolved": "unsolved",
    "urging": "urged",
    "order": "ordered",
}
_SETTLED = {
    ("objection", "upheld"): "objection_upheld",
    ("repeat", "granted"): "repeated",
    ("extension", "granted"): "extended",
    ("urging", "answered"): "reason_given",
    ("order", "answered"): "order_answered",
    ("commitment", "kept"): "commitments_kept",
    ("commitment", "partly"): "commitments_partly",
    ("commitment", "broken"): "commitments_broken",
    ("commitment", "unconfirmed"): "commitments_unconfirmed",
    ("call_back", "done"): "called_back",
    ("call_back", "refused"): "called_back",
    ("call_back", "unreached"): "called_back",
    ("call_back", "missed"): "call_missed",
    ("unsolved", "granted"): "unsolved_reopened",
    ("unsolved", "refused"): "unsolved_stands",
}
_READINGS = {"second_reading": "second_read", "later_reading": "later_read"}
_LATE = {"urging": "reason_late", "order": "order_late", "joint": "joint_late"}
"""Records whose own clock ran out before somebody answered."""


def _overlays(dossier: Dossier) -> Iterator[Counted]:
    for overlay in dossier.overlays:
        if overlay.kind == "card":
            revoked = overlay.state == "revoked"
            yield Counted(
                overlay.opened_at, overlay.unit, "card:revoked" if revoked else f"card:{overlay.data['colour']}"
            )
        if overlay.kind in _READINGS and overlay.state == "done" and overlay.decided_at is not None:
            yield _at(dossier, overlay.decided_at, _READINGS[overlay.kind])
            if overlay.data.get("verdict") == "qualified":
                yield _at(dossier, overlay.decided_at, f"{_READINGS[overlay.kind]}_agreed")
        if overlay.kind in _OPENED:
            yield _at(dossier, overlay.opened_at, _OPENED[overlay.kind])
        settled = _SETTLED.get((overlay.kind, overlay.state))
        if settled and overlay.decided_at is not None:
            yield _at(dossier, overlay.decided_at, settled)
        yield from _said_when_asked(dossier, overlay)
    for clock in dossier.clocks:
        kind = clock.name.partition("#")[0]
        if clock.breached_at is not None and kind in _LATE:
            yield _at(dossier, clock.breached_at, _LATE[kind])


def _said_when_asked(dossier: Dossier, overlay: Overlay) -> Iterator[Counted]:
    """What citizens said on the phone, and on their channel when their limit ended: each apart from what they rate.

    Who was not reached has rated nothing.
    """
    at, data = overlay.decided_at, overlay.data
    if overlay.kind == "call_back" and overlay.state == "done" and at is not None:
        yield _at(dossier, at, "reached")
        if solved := data.get("solved"):
            yield _at(dossier, at, f"phone:{solved}")
        if score := int(data.get("score", 0)):
            yield _at(dossier, at, "phone_rated")
            yield _at(dossier, at, "phone_score")._replace(n=score)
            if score >= SATISFIED_FROM:
                yield _at(dossier, at, "phone_satisfied")
    if overlay.kind == "outcome" and overlay.state == "told" and at is not None and "about" not in data:
        yield _at(dossier, at, f"asked:{data['answer']}")


def _at(dossier: Dossier, at: datetime, measure: str) -> Counted:
    return Counted(at, unit_at(dossier.assignments, at), measure)


def unit_at(assignments: tuple[Assignment, ...], at: datetime) -> str:
    """Which unit had the case in the instant before a moment, else at it; empty where none had."""
    open_then = [a for a in reversed(assignments) if a.since <= at and (a.until is None or a.until >= at)]
    before = (a.unit for a in open_then if a.since < at)
    return next(before, open_then[0].unit if open_then else "")
