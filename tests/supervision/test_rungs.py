"""Whom a rung concerns: the unit, the officer who has the case, the desk where nobody has it, and no stranger."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from config import starter
from hub.case import Case, Clock
from hub.clocks import LedgerEvent
from hub.ladders import Rung, RungTime
from hub.limits import Limit
from hub.machines.registry import MACHINES
from hub.rulebook import FAMILIES, Rulebook, read_rulebook
from hub.timing import LAPSE, refreshed
from supervision.rungs import climb, notices, recipient

NOW = datetime(2026, 3, 10, 2, tzinfo=UTC)
DUE = datetime(2026, 3, 9, 16, tzinfo=UTC)


@pytest.fixture(scope="module")
def book() -> Rulebook:
    content = starter.read()
    return read_rulebook({f: (1, content[f]) for f in FAMILIES}, {1: content["kinds"]})


def a_case(**changes: object) -> Case:
    case = Case("c", "2026-000001", "complaint", "letter", 1, "web", "matter", "private", False, "", NOW, NOW, "路灯")
    return replace(case, unit="urban", **changes)  # type: ignore[arg-type]


def a_clock(name: str = "main") -> Clock:
    start = LedgerEvent(DUE - timedelta(days=20), "start", Limit(15, "wd"), "")
    return Clock(name, 1, name, (start,), DUE, "running")


def a_rung(at: str, *to: str, what: str = "red") -> Rung:
    return Rung("r", RungTime(at), to, what)  # type: ignore[arg-type]


def test_a_rung_reaches_the_officer_who_has_the_case_or_the_unit() -> None:
    assert recipient("handler", a_case()) == "handler@urban"
    assert recipient("handler", a_case(officer="o-1")) == "officer:o-1"
    assert recipient("signer", a_case(officer="o-1")) == "signer@urban"
    assert recipient("supervisor", a_case()) == "supervisor@"
    assert recipient("citizen", a_case()) == "party:1"


def test_a_case_with_no_unit_is_the_dispatchers_who_hear_once(book: Rulebook) -> None:
    told = notices(replace(a_case(), unit=""), a_clock(), a_rung("0", "handler", "signer"), book, NOW)
    assert [n.to for n in told] == ["dispatcher@"]


def test_nobody_outside_the_named_unit_hears_of_a_sealed_case() -> None:
    case = a_case(sealed=True)
    roles = ("handler", "signer", "supervisor", "leader", "reviewer", "dispatcher", "intake")
    assert {recipient(role, case) for role in roles} == {"handler@urban", "signer@urban", "supervisor@urban"}


def test_a_warning_that_the_limit_has_overtaken_is_not_sent(book: Rulebook) -> None:
    assert notices(a_case(), a_clock(), a_rung("-1wd", "handler", what="remind"), book, NOW) == ()
    assert notices(a_case(), a_clock(), a_rung("-1wd", "handler", what="remind"), book, DUE - timedelta(hours=1))


def test_a_notice_carries_days_and_codes_and_no_words(book: Rulebook) -> None:
    (notice,) = notices(a_case(), a_clock(), a_rung("0", "citizen"), book, NOW)
    assert (notice.text, notice.refs["days"], notice.refs["due"]) == ("overdue", 1, "2026-03-17")
    (urge,) = notices(a_case(), a_clock(), a_rung("+1wd", "signer", what="urge"), book, NOW)
    assert (urge.text, urge.refs["due"]) == ("urge", "2026-03-11")


def test_a_rung_the_ladder_no_longer_has_is_taken_up_at_its_moment(book: Rulebook) -> None:
    machine = MACHINES["letter"]
    waiting = replace(a_clock(), rung="gone", rung_at=DUE)
    found = climb(waiting, machine, book, NOW)
    assert [p.rung.code for p in found.passed] == ["call", "late", "late_1"]
    assert found.breached
    assert found.clock.breached_at == DUE


def test_a_breach_is_recorded_by_a_later_rung_where_its_own_was_missed(book: Rulebook) -> None:
    waiting = replace(a_clock(), rung="late_1", rung_at=DUE + timedelta(hours=9))
    found = climb(waiting, MACHINES["letter"], book, NOW)
    assert (found.breached, found.clock.breached_at) == (True, DUE)


def test_the_end_of_a_rating_window_is_nobodys_breach(book: Rulebook) -> None:
    clock = refreshed(a_clock("rating"), book, MACHINES["letter"], DUE - timedelta(days=1))
    assert clock.rung == LAPSE
    found = climb(clock, MACHINES["letter"], book, clock.due_at or NOW)
    assert (found.lapsed, found.breached, found.passed) == (True, False, ())
