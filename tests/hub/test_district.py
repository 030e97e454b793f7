"""The district of the benchmarks: what stands in it is what the hub itself would have written."""

from pathlib import Path

from bench import district
from bench.asked import DISPATCHER, HANDLER, SINCE, SUPERVISOR, TODAY
from hub import reading, workbench
from hub.storage.contract import Store
from hub.thread import unit_name
from hub.verify import verify
from supervision.board import board
from tests.builders import an_office
from tests.conftest import FixedClock

MANY = 200


async def test_verify_finds_nothing_wrong_with_it_and_every_page_has_something_to_show(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    await district.settle(office, MANY)
    assert (await verify(office)).findings == ()
    book = await office.book()
    engine = "postgres" if store.health().engine.startswith("postgres") else "sqlite"
    rows, _ = await store.read(reading.inbox, DISPATCHER, "open", {}, book, district.NOW)
    assert len(rows) == MANY // 10
    hits = await store.read(workbench.found, engine, district.FREQUENT, HANDLER, {}, book, district.NOW, 50)
    assert hits
    assert {row.unit for row in hits} == {unit_name(district.LARGEST, book)}
    figures = await store.read(board, SUPERVISOR, SINCE, TODAY, None, book, district.NOW, room="heavy")
    assert figures.figures["received"].n > 0
    assert figures.overdue_open > 0
