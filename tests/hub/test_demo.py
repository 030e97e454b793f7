"""The demo district: a few of its letters really go through the hub, and the story is told to its end."""

from collections import Counter
from pathlib import Path

from hub import demo
from hub.demo_world import Days
from hub.storage import cases, people, publications, settings
from hub.storage.contract import Store
from hub.storage.store import open_store
from hub.storage.tx import Tx
from hub.verify import verify
from supervision.patrol import sweep
from tests.builders import office_on
from tests.conftest import FixedClock

LETTERS = 24


def states(tx: Tx) -> Counter[str]:
    return Counter(str(r["state"]) for r in tx.execute("SELECT state FROM cases WHERE machine = 'letter'"))


def waiting(tx: Tx) -> int:
    return len(tx.execute("SELECT key FROM outbox WHERE state = 'waiting'"))


async def test_the_demo_goes_through_the_hub_and_holds_what_verify_looks_at(
    store_url: str, clock: FixedClock, tmp_path: Path
) -> None:
    days = Days(clock.now)
    store: Store = await open_store(store_url, clock=days)
    try:
        assert await store.read(demo.state) == "empty"
        office = office_on(store, days, tmp_path)
        shown: list[tuple[int, int]] = []
        made = await demo.make(office, days, "hash", sweep, lambda done, of: shown.append((done, of)), most=LETTERS)
        assert days.now == clock.now
        assert await store.read(demo.state) == "demo"
        assert await store.read(settings.get, settings.DEMO) == demo.FINISHED
        assert shown[-1][0] == shown[-1][1]
        assert len(await store.read(people.everyone)) == len(made.officers)
        assert len(await store.read(states)) >= 5

        story = await store.read(cases.row, f"{clock.now.year - 1}-000001")
        assert story is not None
        assert (story["score"], story["solved"], story["round"]) == (5, "yes", 2)
        page = await store.read(publications.by_number, story["number"])
        assert page is not None
        assert "139-0000-0900" not in page["body"]
        assert "谷清明" not in page["body"]

        assert await store.read(waiting) < LETTERS
        assert (await verify(office)).findings == ()
    finally:
        await store.close()


async def test_a_demo_that_was_broken_off_is_begun_anew(store_url: str, clock: FixedClock, tmp_path: Path) -> None:
    store = await open_store(store_url, clock=clock)
    await store.write(settings.put, settings.DEMO, demo.UNFINISHED)
    assert await store.read(demo.state) == "unfinished"
    await store.close()
    demo.make_room(store_url, "unfinished", clock)
    again = await open_store(store_url, clock=clock)
    assert await again.read(demo.state) == "empty"
    await again.close()
