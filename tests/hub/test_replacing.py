"""replace() of the hub is the one of dataclasses, only sooner done."""

import dataclasses
from datetime import UTC, datetime

import pytest

from hub.case import Case, Clock
from hub.machines.machine import Step
from hub.replacing import replace

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
LETTER = Case(
    id="c1",
    number="2026-000001",
    kind="complaint",
    machine="letter",
    kinds_edition=1,
    origin="web",
    aim="matter",
    level="private",
    sealed=False,
    state="submitted",
    received_at=NOW,
    recorded_at=NOW,
    title="路灯不亮",
)


@pytest.mark.parametrize(
    ("value", "changes"),
    [
        (LETTER, {"unit": "u-light", "version": 2, "main_due": NOW}),
        (LETTER, {}),
        (Clock("main", 1, "main", (), NOW, "running"), {"phase": "met", "calendar": 3}),
        (Step(LETTER), {"case": LETTER, "clocks": ()}),
    ],
)
def test_a_value_with_other_fields_is_what_dataclasses_make_of_it(value, changes):
    before = repr(value)
    made = replace(value, **changes)
    assert made == dataclasses.replace(value, **changes)
    assert repr(value) == before, "the value it was made from stays as it is"


def test_a_field_that_a_value_does_not_have_is_refused():
    with pytest.raises(KeyError):
        replace(LETTER, colour="red")


def test_the_new_value_is_as_frozen_as_the_old_one():
    with pytest.raises(dataclasses.FrozenInstanceError):
        replace(LETTER, unit="u-light").unit = "another"
