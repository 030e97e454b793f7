"""A breach names whose time it was: the holder of the case, the unit of a record, or the supervision office itself."""

from datetime import UTC, datetime, timedelta

from hub.case import Overlay
from hub.held import Held, who_was_late

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
