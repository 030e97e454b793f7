"""What must hold of any store after anything that was done to it."""

from hub.journal import Tip
from hub.storage import journal
from hub.storage.store import Store
from tests.storage.letters import rows


async def assert_whole(store: Store) -> int:
    """Every letter has its one `receive`, every `receive` its letter, and the chain holds without a gap."""
    tip, faults = await store.read(journal.follow_chain, Tip(), 100_000, room="heavy")
    lines = await store.read(journal.read_after, 0, 100_000, room="heavy")
    letters = await store.read(rows, "SELECT id FROM letters", room="heavy")
    assert not faults
    assert [line.seq for line in lines] == list(range(1, tip.seq + 1))
    received = [line.case_id for line in lines if line.action == "receive"]
    assert sorted(filter(None, received)) == sorted(row["id"] for row in letters)
    return len(letters)
