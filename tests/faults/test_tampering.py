"""Every tampering with the journal is seen against an older seal; `tests.faults.tampering` is the long run."""

from hub.storage.contract import Store
from tests.faults.tampering import WAYS, run


async def test_no_tampering_goes_unseen_however_well_it_is_sealed_again(store: Store) -> None:
    tried, unseen = await run(store, 60, seed=3)
    assert unseen == []
    assert len(tried) > len(WAYS)
