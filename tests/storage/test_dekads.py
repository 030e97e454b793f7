"""A store of an earlier program has the sums of ten days once it is migrated, whatever days it had."""

import shutil
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from hub.measures import Place
from hub.spans import dekad_of
from hub.storage import totals
from hub.storage.migrate import migrate
from hub.storage.schema import STEPS
from hub.storage.store import open_store
from hub.storage.tx import Tx
from tests.conftest import FixedClock

DAYS = ("2026-02-01", "2026-02-10", "2026-02-11", "2026-02-20", "2026-02-21", "2026-02-28", "2026-03-31", "2026-04-01")
START = Place("", "", "", "", "", "")


@pytest.fixture(scope="module")
def steps_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The schema before there were sums of ten days."""
    folder = tmp_path_factory.mktemp("before-dekads")
    for path in STEPS.glob("*.sql"):
        if path.name < "0028":
            shutil.copy(path, folder)
    return folder


def add(tx: Tx) -> None:
    """Sums of days and months, and one that has come down to nothing."""
    for n, day in enumerate(DAYS, 1):
        for unit, kind in (("", "consult"), ("urban", "consult"), ("urban", "suggest")):
            place = Place(unit, "day", day, "", kind, "received")
            tx.execute(totals.ADD, totals.total_row(place, n))
            tx.execute(totals.ADD, totals.total_row(place._replace(cut="month", span=day[:7]), n))
    tx.execute(totals.ADD, totals.total_row(Place("urban", "day", "2025-12-31", "", "consult", "received"), 0))


async def test_the_sums_of_ten_days_are_those_of_the_days_that_were_there(
    store_url: str, steps_folder: Path, clock: FixedClock
) -> None:
    before = await open_store(store_url, clock=clock, folder=steps_folder)
    await before.write(add)
    old = dict(await before.read(totals.page, START, 1000))
    await before.close()

    assert (await migrate(store_url, clock=clock))[0] == "0028_board"

    store = await open_store(store_url, clock=clock)
    new = dict(await store.read(totals.page, START, 1000))
    await store.close()
    wanted: Counter[Place] = Counter()
    for place, n in old.items():
        if place.cut == "day":
            wanted[place._replace(cut="dekad", span=dekad_of(date.fromisoformat(place.span)))] += n
    assert {place: n for place, n in new.items() if place.cut == "dekad"} == dict(wanted)
    assert {place: n for place, n in new.items() if place.cut != "dekad"} == old
