"""Waking: what slept through an outage goes as soon as the channel works, a few at a time and once each."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from channels.message import OutboundMessage, Outcome
from channels.waking import OUTAGE, REST, TOGETHER, Waking
from hub.case import Notice
from hub.moments import to_text
from hub.office import Office
from hub.storage import deliveries, outbox
from hub.storage.contract import Store
from hub.storage.deliveries import START, Place
from hub.storage.tx import Row, Tx
from hub.submission import Contact
from tests.builders import a_letter, an_office
from tests.by_telegram import posting
from tests.conftest import FixedClock

CHANNEL = "sms"


class Phones:
    """A channel that can be away; it knows how many it is sent at once, in all and to one number."""

    def __init__(self) -> None:
        self.away: Outcome | None = Outcome("transient", "not reached")
        self.sent: list[str] = []
        self.tried = 0
        self.under_way: list[str] = []
        self.most = self.most_to_one = 0

    async def send(self, address: str, message: OutboundMessage, key: str) -> str:
        self.tried += 1
        if self.away is not None:
            raise ConnectionError
        self.under_way.append(address)
        self.most = max(self.most, len(self.under_way))
        self.most_to_one = max(self.most_to_one, self.under_way.count(address))
        await asyncio.sleep(0.005)
        self.under_way.remove(address)
        self.sent.append(message.text)
        return key

    def classify(self, error: BaseException) -> Outcome:
        assert self.away is not None
        return self.away

    def pause(self, address: str) -> float:
        return 0.0

    def hold(self, address: str, seconds: float) -> None:
        return


@pytest.fixture
async def office(store: Store, clock: FixedClock, tmp_path: Path) -> Office:
    return await an_office(store, clock, tmp_path)


async def notices(office: Office, clock: FixedClock, n: int, at: str = "a") -> None:
    """So many notices, each of another letter; two letters are of one citizen, who has a phone alone."""
    for i in range(n):
        got = await office.receive(a_letter(f"key-{at}-{i}", contact=Contact(phone=f"1390000{i // 2:04}")))
        await office.store.write(lambda tx: tx.execute("UPDATE outbox SET state = 'page' WHERE text = 'dispatched'"))
        clock.advance(milliseconds=1)
        await office.store.write(outbox.put, got.case_id, [Notice("party:1", "answered", f"{at}-{i:03}")], clock())


def asleep(tx: Tx, until: str, error: str = "not reached") -> None:
    """As an outage of hours leaves them."""
    tx.execute(
        "UPDATE outbox SET next_at = :until, error = :error, channel = 'sms', attempts = 9 WHERE text = 'answered'",
        {"until": until, "error": error},
    )


def waiting(tx: Tx) -> list[Row]:
    return tx.execute("SELECT * FROM outbox WHERE text = 'answered' AND state = 'waiting' ORDER BY created_at, key")


async def until(true: Callable[[], bool]) -> None:
    for _ in range(1000):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError


async def test_the_first_success_after_an_outage_brings_all_that_slept(office: Office, clock: FixedClock) -> None:
    phones = Phones()
    await notices(office, clock, 30)
    async with posting(office, {CHANNEL: phones}):
        await until(lambda: phones.tried == 30)
        while [r for r in await office.store.read(waiting) if r["lease_until"]]:
            await asyncio.sleep(0.01)
        await office.store.write(asleep, to_text(clock.now + timedelta(hours=1)))
        phones.away = None
        await notices(office, clock, 1, "z")
        await until(lambda: len(phones.sent) == 31)
    assert await office.store.read(waiting) == []
    assert 1 < phones.most <= TOGETHER, "other channels keep half of the hands"
    assert phones.most_to_one == 1, "one message at a time to one number, of whichever letter"


async def test_a_process_that_starts_in_an_outage_wakes_what_another_left(office: Office, clock: FixedClock) -> None:
    phones = Phones()
    phones.away = None
    await notices(office, clock, 3)
    await office.store.write(asleep, to_text(clock.now + timedelta(hours=1)))
    await notices(office, clock, 1, "z")
    async with posting(office, {CHANNEL: phones}):
        await until(lambda: len(phones.sent) == 4)


async def test_what_a_channel_told_to_wait_and_what_may_have_arrived_keep_what_they_are(
    office: Office, clock: FixedClock
) -> None:
    phones = Phones()
    phones.away = None
    later = to_text(clock.now + timedelta(hours=1))
    await notices(office, clock, 1)
    await office.store.write(asleep, later, "again: paced: status 429")
    await notices(office, clock, 1, "b")
    await office.store.write(
        lambda tx: tx.execute(
            "UPDATE outbox SET next_at = :at, channel = 'sms', error = 'sending: TimeoutError' WHERE key = 'b-000'",
            {"at": later},
        )
    )
    await notices(office, clock, 1, "z")
    async with posting(office, {CHANNEL: phones}):
        await until(lambda: len(phones.sent) == 2)
        (paced,) = await office.store.read(waiting)
    rows = await office.store.read(lambda tx: tx.execute("SELECT error FROM outbox WHERE key = 'b-000'"))
    assert (paced["key"], paced["next_at"]) == ("a-000", later)
    assert rows == [{"error": "repeated"}]


async def test_an_address_that_always_fails_is_woken_once_a_waking(office: Office, clock: FixedClock) -> None:
    await notices(office, clock, 2 * TOGETHER)
    hour = to_text(clock.now + timedelta(hours=1))
    await office.store.write(asleep, hour)
    place = await office.store.write(deliveries.wake, CHANNEL, START, TOGETHER, clock())
    assert place is not None
    assert place.key == f"a-{TOGETHER - 1:03}"
    assert await office.store.write(deliveries.wake, CHANNEL, place, TOGETHER, clock()) == place, "enough are due"
    await office.store.write(asleep, hour)
    end = await office.store.write(deliveries.wake, CHANNEL, place, TOGETHER, clock())
    assert end is not None
    assert end.key == f"a-{2 * TOGETHER - 1:03}"
    await office.store.write(asleep, hour)
    assert await office.store.write(deliveries.wake, CHANNEL, end, TOGETHER, clock()) is None
    assert await office.store.write(deliveries.wake, "mail", START, TOGETHER, clock()) is None


async def test_nothing_of_a_lane_is_claimed_while_another_is_on_its_way(office: Office, clock: FixedClock) -> None:
    await notices(office, clock, 1)
    (first,) = await office.store.write(outbox.claim, "one", clock(), timedelta(minutes=30), 9)
    clock.advance(minutes=11)  # so old that it is passed by, were it not on its way
    await office.store.write(outbox.put, first.case_id, [Notice("party:1", "closed", "later")], clock())
    assert await office.store.write(outbox.claim, "two", clock(), timedelta(minutes=1), 9) == []
    assert await office.store.write(outbox.settle, first, "sent", clock())
    assert [c.key for c in await office.store.write(outbox.claim, "two", clock(), timedelta(minutes=1), 9)] == ["later"]


def test_a_waking_follows_an_outage_and_another_only_after_a_rest(clock: FixedClock) -> None:
    waking = Waking()
    waking.worked(CHANNEL, OUTAGE - 1, clock(), first=False)
    assert waking.place(CHANNEL) is None
    waking.worked(CHANNEL, OUTAGE, clock(), first=False)
    assert waking.place(CHANNEL) == START
    waking.came_to(CHANNEL, START, None)
    waking.worked(CHANNEL, OUTAGE, clock(), first=False)
    assert waking.place(CHANNEL) is None
    clock.advance(seconds=REST.total_seconds())
    waking.worked(CHANNEL, 0, clock(), first=False)
    assert waking.place(CHANNEL) == START, "what was owed comes with a later success"
    waking.came_to(CHANNEL, Place("2026", "old"), None)
    assert waking.place(CHANNEL) == START
