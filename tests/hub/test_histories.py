"""Random histories with sweeps between their moves: whatever happened, what is kept equals what is computed anew."""

from pathlib import Path

from hub.storage.contract import Store
from hub.verify import counted_to_the_end
from tests.builders import SUPERVISOR, an_office
from tests.conftest import FixedClock
from tests.hub.random_histories import live
from tests.supervision.cells import unlike_the_board, untrue


async def test_after_random_histories_everything_kept_equals_everything_computed_anew(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    lived = await live(office, clock, 12, seed=7)
    assert lived.findings == ()
    assert await store.read(counted_to_the_end), "the sums were looked at too"
    assert lived.put_off == 0
    assert (len(lived.moves) > 10, lived.rungs > 20) == (True, True), "long enough to mean something"
    assert await untrue(office, SUPERVISOR, ("urban", "housing"), ("complaint", "help")) == []
    assert [await unlike_the_board(office, SUPERVISOR, unit) for unit in ("", "urban")] == [[], []]
