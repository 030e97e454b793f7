"""A breach names whose time it was: the holder of the case, the unit of a record, or the supervision office itself."""

from datetime import UTC, datetime, timedelta

from hub.case import Assignment, Overlay
from hub.held import Held, changes, who_was_late
from hub.journal import Line
from hub.moments import to_text

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)
HELD = [(NOON, Held("unit", "urban")), (NOON + timedelta(days=2), Held("supervision"))]
JOINT = Overlay(3, "joint", "open", NOON, "o-1", "p-1", unit="housing")


def test_the_clock_of_the_case_is_his_who_had_the_case() -> None:
    assert who_was_late("main", (), HELD, NOON + timedelta(days=1)) == Held("unit", "urban")
    assert who_was_late("main", (), HELD, NOON + timedelta(days=3)) == Held("supervision")
    assert who_was_late("main", (), (), NOON) is None


def test_joint_work_is_the_assisting_units_wherever_the_case_is() -> None:
    assert who_was_late("joint#3", (JOINT,), HELD, NOON + timedelta(days=3)) == Held("unit", "housing")


def test_what_supervision_owes_is_its_own_though_a_unit_has_the_case() -> None:
    for clock in ("call_back", "proposal#4", "reopen_request", "appeal"):
        assert who_was_late(clock, (JOINT,), HELD, NOON + timedelta(days=1)) == Held("supervision")


def moved(move: str, to: str, day: int) -> Line:
    at = to_text(NOON + timedelta(days=day))
    return Line(day, "c-1", f"move.{move}", "o-1", at, at, f'{{"to": "{to}"}}', "", "")


def given(n: int, unit: str, since: int, until: int | None) -> Assignment:
    end = None if until is None else NOON + timedelta(days=until)
    return Assignment(n, unit, "", NOON + timedelta(days=since), "o-1", "", end)


TWO = (given(1, "urban", 0, 3), given(2, "housing", 4, None))


def test_a_unit_that_had_signed_and_passes_on_answers_until_another_unit_has_the_case() -> None:
    lines = [
        moved("dispatch", "dispatched", 0),
        moved("sign", "working", 1),
        moved("pass_on", "contested", 2),
        moved("uphold", "accepted", 3),
        moved("dispatch", "dispatched", 4),
    ]
    held = changes("letter", lines, TWO)
    assert [who.unit for _, who in held] == ["urban", "urban", "urban", "urban", "housing"]
    late = NOON + timedelta(days=3, hours=5)
    assert who_was_late("main", (), held, late) == Held("unit", "urban")
    assert who_was_late("contest", (), held, late) == Held("reception"), "deciding is reception's own limit"


def test_who_objects_before_signing_never_took_it_on() -> None:
    lines = [
        moved("dispatch", "dispatched", 0),
        moved("object", "contested", 2),
        moved("uphold", "accepted", 3),
        moved("dispatch", "dispatched", 4),
    ]
    held = [who for _, who in changes("letter", lines, TWO)]
    assert held == [Held("unit", "urban"), Held("reception"), Held("reception"), Held("unit", "housing")]
