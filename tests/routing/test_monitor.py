"""Routing is watched week by week beside its model's card, and an alarm is given where it falls behind."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from hub.files import FileStore
from hub.office import Office
from hub.people import Actor
from hub.storage import cases
from hub.storage.contract import Store
from routing import monitor
from routing.models import Models
from routing.monitor import Week, falling, follower, keep, latest, recent
from routing.port import chooser
from tests.builders import RECEPTION, RING, a_letter, an_office, no_findings
from tests.conftest import FixedClock
from tests.routing.letters import dangers

CARD: Mapping[str, Any] = {
    "figures": {"coverage": 0.88, "precision_at_coverage": 0.95, "confidence": 0.9, "known": 0.7}
}
GOOD = Week(date(2026, 2, 9), letters=110, judged=100, sent=80, moved=3, sureness=89.0, known=69.0)


async def routed_office(store: Store, clock: FixedClock, folder: Path) -> Office:
    """An office that routes with the starter model."""
    await an_office(store, clock, folder)
    choose = chooser(dangers(), Models(folder / "models").in_force)
    return Office(store, RING, clock, choose, no_findings, FileStore(folder / "files"))


async def moved_on(office: Office, case_id: str, unit: str, actor: Actor = RECEPTION) -> None:
    """A dispatcher gives a letter to another unit."""
    case = await office.store.read(cases.get, case_id)
    assert case is not None
    values = {"unit": unit, "reason": "归口不对"}
    await office.act(case.number, "redispatch", values, actor, case.version)


async def test_a_letter_that_routing_sent_and_people_moved_on_counts_as_put_right(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await routed_office(store, clock, tmp_path)
    _, refresh = follower(lambda: CARD)
    first, *_ = [await office.receive(a_letter(f"lamp-{n}")) for n in range(3)]
    await refresh(office)
    _, (week,) = await store.read(latest)
    assert (week.monday, week.letters, week.judged, week.sent, week.moved) == (date(2026, 2, 9), 3, 3, 3, 0)
    assert 0.7 < week.confidence <= 1
    assert 0 < week.unknown_share < 0.6
    await moved_on(office, first.case_id, "water")
    await refresh(office)
    assert (await store.read(latest))[1] == (week,), "it is counted once a day"
    clock.advance(days=1)
    await refresh(office)
    assert (await store.read(latest))[1] == (replace(week, moved=1),)


async def test_a_week_in_which_nothing_can_be_put_right_any_more_stands_and_falls_out_after_eight(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await routed_office(store, clock, tmp_path)
    old = [replace(GOOD, monday=date(2026, 2, 9) - timedelta(weeks=n)) for n in (8, 7, 4, 3)]
    await store.write(keep, old, clock() - timedelta(days=1))
    await follower(lambda: CARD)[1](office)
    _, weeks = await store.read(latest)
    assert weeks == tuple(old[1:3]), "the last four weeks are counted anew, and no letter came in them"


async def test_a_fall_is_an_alarm_in_the_log(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await routed_office(store, clock, tmp_path)
    before = replace(GOOD, monday=date(2026, 1, 12), moved=40)
    await store.write(keep, (before,), clock() - timedelta(days=1))
    with capture_logs() as logged:
        await follower(lambda: CARD)[1](office)
    (line,) = [one for one in logged if one["event"] == "routing_falls"]
    assert (line["code"], line["alarm"]) == ("moved", True)


@pytest.mark.parametrize(
    ("week", "fallen"),
    [
        (GOOD, ()),
        (replace(GOOD, judged=49, moved=80), ()),
        (replace(GOOD, sent=60), ("sent",)),
        (replace(GOOD, moved=7), ()),
        (replace(GOOD, moved=9), ("moved",)),
        (replace(GOOD, sureness=84.9), ("confidence",)),
        (replace(GOOD, known=64.9), ("unknown",)),
        (replace(GOOD, sent=0, moved=0, sureness=10.0, known=10.0), ("sent", "confidence", "unknown")),
    ],
)
def test_a_measure_falls_when_it_lies_behind_the_card_by_more_than_chance(week: Week, fallen: tuple[str, ...]) -> None:
    assert falling((week,), CARD) == fallen


def test_an_older_card_is_only_asked_for_what_it_says() -> None:
    assert falling((replace(GOOD, sent=1, moved=1, known=0.0),), {"figures": {"confidence": 0.9}}) == ()
    assert falling((), CARD) == ()


def test_the_last_four_weeks_count_together() -> None:
    weeks = [replace(GOOD, monday=GOOD.monday + timedelta(weeks=n), judged=20 * n, letters=30 * n) for n in range(6)]
    together = recent(weeks)
    assert (together.monday, together.judged, together.letters) == (weeks[2].monday, 280, 420)
    assert together.confidence == pytest.approx(4 * 89.0 / 280)


async def test_the_weeks_hold_counts_and_nothing_of_a_letter(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await routed_office(store, clock, tmp_path)
    await office.receive(a_letter("lamp"))
    await follower(lambda: CARD)[1](office)
    kept = await store.read(monitor.settings.get, monitor.KEPT)
    assert "路灯" not in kept
    assert "C2" not in kept
