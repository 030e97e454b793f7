"""Random histories with sweeps between their moves: whatever happened, what is kept equals what is computed anew."""

from pathlib import Path

from hub.storage.contract import Store
from tests.builders import an_office
from tests.conftest import FixedClock
from tests.hub.random_histories import live


async def test_after_random_histories_everything_kept_equals_everything_computed_anew(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    lived = await live(await an_office(store, clock, tmp_path), clock, 24, seed=7)
    assert lived.findings == ()
    assert lived.put_off == 0
    assert (len(lived.moves) > 10, lived.rungs > 50) == (True, True), "long enough to mean something"
