"""The seal of the day: published once, kept by anybody, and broken by whoever rewrites the past."""

from pathlib import Path

import pytest

from hub.errors import Invalid
from hub.journal import Tip
from hub.office import Office
from hub.seals import SHORT, holds, read_seal, seal_day
from hub.storage import seals
from hub.storage.contract import Store
from hub.storage.errors import StoreError
from hub.storage.tx import Tx
from hub.verify import verify
from supervision.patrol import sweep
from tests.builders import a_letter, an_office
from tests.conftest import FixedClock
from tests.faults.tampering import unguard


@pytest.fixture
async def office(store: Store, clock: FixedClock, tmp_path: Path) -> Office:
    office = await an_office(store, clock, tmp_path)
    await office.receive(a_letter())
    return office


def forge(tx: Tx, seq: int) -> None:
    tx.execute("UPDATE entries SET actor = 'o-somebody', hash = 'ffff' WHERE seq = :seq", {"seq": seq})


async def test_the_first_sweep_of_a_day_publishes_its_seal_once(office: Office, clock: FixedClock) -> None:
    await sweep(office, clock())
    await sweep(office, clock())
    (first,) = await office.store.read(seals.newest, 9)
    assert first.day == "2026-02-13"
    assert await office.store.read(holds, Tip(first.seq, first.hash))
    await office.receive(a_letter("second"))
    assert not await seal_day(office, clock())
    clock.advance(days=1)
    assert await seal_day(office, clock())
    second, again = await office.store.read(seals.newest, 9)
    assert again == first
    assert second.seq > first.seq


async def test_a_past_that_was_changed_meets_neither_the_published_seal_nor_one_kept_outside(
    office: Office, clock: FixedClock
) -> None:
    await sweep(office, clock())
    (seal,) = await office.store.read(seals.newest, 1)
    kept = read_seal(f"{seal.seq}:{seal.hash[:SHORT]}")
    assert (await verify(office, kept=kept)).findings == ()
    with pytest.raises(StoreError):
        await office.store.write(forge, seal.seq)
    await office.store.write(unguard, office.store.health().engine)
    await office.store.write(forge, seal.seq)
    assert {"journal.seal", "journal.kept"} <= {f.check for f in (await verify(office, kept=kept)).findings}


@pytest.mark.parametrize(
    "text", ["", "12", "12:abc", "x:0123456789abcdef", "12:0123456789abcdeg", "1" * 30 + ":" + "0" * 16]
)
def test_what_is_no_seal_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_seal(text)
    assert "指纹" in refused.value.zh


def test_a_seal_is_read_however_it_was_copied() -> None:
    assert read_seal(" 12：0123456789ABCDEF ") == Tip(12, "0123456789abcdef")
