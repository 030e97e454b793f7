"""What officers hear when the office opens: quiet notices, one digest for many, the day's list, the site's watches."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from config import starter
from hub import workbench
from hub.case import Notice
from hub.moments import from_text
from hub.office import Office
from hub.people import Actor, Grant
from hub.storage import clocks, outbox, people, publications, settings
from hub.storage.contract import Store
from hub.storage.store import open_store
from hub.storage.tx import Row, Tx
from supervision.mornings import LAST, morning
from supervision.patrol import sweep
from supervision.watches import HUB, stand
from tests.builders import SIGNER, SUPERVISOR, a_letter, an_office, an_officer, office_on
from tests.conftest import FixedClock
from tests.supervision.letters import in_work

LEADER = an_officer("白区长", "leader", home="intake")


async def on_desk(office: Office, store: Store, actor: Actor, text: str) -> list[dict[str, Any]]:
    """What lies on an officer's desk of one text, newest first."""
    rows: tuple[Row, ...] = await store.read(workbench.on_desk, actor, await office.book())
    return [json.loads(r["refs"]) | {"number": r["number"]} for r in rows if r["text"] == text]


async def after_the_holiday(office: Office, store: Store, clock: FixedClock, letters: int) -> datetime:
    """Letters whose limit ends with the last working day before the spring festival, at the first opening after it."""
    clock.now = datetime(2026, 1, 23, 3, tzinfo=UTC)
    for n in range(letters):
        await in_work(office, f"key-{n}")
    return datetime(2026, 2, 24, 1, tzinfo=UTC)


async def test_a_night_message_is_on_the_desk_when_the_office_opens_and_not_before(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    opening = await after_the_holiday(office, store, clock, 1)
    receipt = await office.receive(a_letter("key-0"))  # the same key: the letter that is there
    clock.now = opening - timedelta(hours=5)
    await sweep(office, clock.now)
    assert await on_desk(office, store, SIGNER, "urge") == []
    rows = await store.read(outbox.of_case, receipt.case_id)
    kept = [r for r in rows if (r["text"], r["recipient"]) == ("urge", "signer@urban")]
    assert {r["clock"] for r in (json.loads(r["refs"]) for r in kept)} == {"main", "unit"}
    times = {(r["state"], from_text(r["created_at"]), from_text(r["next_at"])) for r in kept}
    assert times == {("quiet", clock.now, opening)}

    await sweep(office, opening)
    assert {notice["number"] for notice in await on_desk(office, store, SIGNER, "urge")} == {receipt.number}


async def test_many_notices_of_one_kind_after_a_holiday_are_one_digest_and_the_facts_keep_their_times(
    store: Store, clock: FixedClock, store_url: str, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    opening = await after_the_holiday(office, store, clock, 7)
    clock.now = opening - timedelta(hours=2)
    await sweep(office, clock.now)
    clock.now = opening
    another = await open_store(store_url, clock=clock)
    other = office_on(another, clock, tmp_path)
    done = await asyncio.gather(sweep(office, clock.now), sweep(other, clock.now))
    await another.close()
    assert sum(d.digests for d in done) >= 1

    told = [
        r for r in await store.read(workbench.on_desk, SIGNER, await office.book()) if r["text"] != "review_waiting"
    ]
    texts = [r["text"] for r in told if r["text"] != "digest"]
    assert len(texts) < 7, "nobody gets a message a letter"
    digests = await on_desk(office, store, SIGNER, "digest")
    assert {(d["what"], d["n"]) for d in digests} & {("urge", 7), ("overdue_staff", 7)}
    assert all(d["number"] == "" for d in digests)


async def test_a_few_notices_come_one_by_one(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    clock.now = await after_the_holiday(office, store, clock, 2)
    await sweep(office, clock.now)
    assert await on_desk(office, store, SIGNER, "digest") == []
    told = await store.read(workbench.on_desk, SIGNER, await office.book())
    assert len({r["number"] for r in told if r["number"]}) == 2


async def test_the_threshold_is_the_districts(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path, ladders={**starter.read()["ladders"], "digest_from": 2})
    clock.now = await after_the_holiday(office, store, clock, 2)
    await sweep(office, clock.now)
    assert [d["n"] for d in await on_desk(office, store, SIGNER, "digest")][:1] == [2]


async def test_each_working_day_begins_once_with_what_is_due(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    opening = await after_the_holiday(office, store, clock, 3)
    assert not await morning(office, opening - timedelta(minutes=1))
    assert not await morning(office, datetime(2026, 2, 22, 4, tzinfo=UTC)), "a Sunday of the holiday"
    done = await asyncio.gather(morning(office, opening), morning(office, opening))
    assert sorted(done) == [False, True]
    assert not await morning(office, opening + timedelta(hours=3))
    handler = an_officer("周亦安", "handler@urban")
    (mine,) = await on_desk(office, store, handler, "work_list")
    assert mine["due_today"] + mine["late"] == 3
    (whole,) = await on_desk(office, store, SUPERVISOR, "work_list")
    assert (whole["due_today"], whole["late"]) == (mine["due_today"], mine["late"])
    assert await on_desk(office, store, an_officer("韩住建", "handler@housing"), "work_list") == []


async def test_of_many_who_turn_a_day_at_once_one_does(store: Store) -> None:
    for day in (f"2026-03-{d:02}" for d in range(1, 21)):
        turned = await asyncio.gather(*(store.write(settings.turn, LAST, day) for _ in range(6)))
        assert sum(turned) == 1, day
    assert await store.read(settings.get, LAST) == "2026-03-20"


def published(tx: Tx, case_id: str, at: datetime) -> None:
    words = dict.fromkeys(("record", "title", "body", "reply", "surname", "masks", "area", "result", "solved"), "")
    numbers = {"workdays": 3, "allowed": 15, "rounds": 1, "score": 0}
    days = {"received_day": "2026-01-05", "answered_day": "2026-01-06"}
    page = publications.Page(
        case_id=case_id, number="2026-000001", kind="complaint", unit="urban", **words, **numbers, **days
    )  # type: ignore[arg-type]
    publications.put(tx, page, at)


async def test_the_site_is_watched_for_publications_each_rung_told_once_to_whom_the_ladder_names(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await in_work(office)
    start = clock.now
    told: list[list[int]] = []
    for day in (44, 45, 56, 61, 62):
        clock.now = start + timedelta(days=day)
        await asyncio.gather(sweep(office, clock.now), sweep(office, clock.now))
        told.append(sorted(r["days"] for r in await on_desk(office, store, LEADER, "site_publication")))
    assert told == [[], [], [56], [56, 61], [56, 61]], "the leader is named from the second rung on"
    fired = [r for r in await store.read(clocks.fired, HUB) if r["name"] == "site_publication"]
    assert [r["rung"] for r in fired] == ["day_45", "day_55", "day_60"]
    calendar = (await office.book()).calendar
    assert fired[0]["at"][:10] == (calendar.day_of(start) + timedelta(days=45)).isoformat(), "its true time"

    (watch, _) = await store.read(stand, await office.book(), clock.now)
    assert (watch.days, watch.colour) == (62, "black")
    await store.write(published, receipt.case_id, clock.now)
    (watch, _) = await store.read(stand, await office.book(), clock.now)
    assert (watch.days, watch.colour) == (0, "green")


async def test_the_site_is_watched_for_its_figures(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    start = clock.now
    for day in (74, 75, 85, 90):
        clock.now = start + timedelta(days=day)
        await sweep(office, clock.now)
    fired = [r["rung"] for r in await store.read(clocks.fired, HUB) if r["name"] == "site_statistics"]
    assert fired == ["day_75", "day_85"], "the day after the ninetieth is the first that is late"
    assert [r["days"] for r in await on_desk(office, store, SUPERVISOR, "site_statistics")] == [85, 75]


async def test_an_absent_officers_calls_are_on_the_deputys_desk(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    gone = people.Officer("o-1", "reception1", "p-1", "乔满仓", "intake", "", "", True, clock.now)
    await store.write(people.add, gone)
    receipt = await in_work(office)
    await store.write(outbox.put, receipt.case_id, [Notice("account:reception1", "urgent", "k")], clock.now)
    deputy = Actor("officer", "o-2", "p-2", "安知夏", (Grant("dispatcher", None, deputy_for="o-1"),))
    assert [r["number"] for r in await on_desk(office, store, deputy, "urgent")] == [receipt.number]
    stranger = an_officer("别人", "dispatcher")
    assert await on_desk(office, store, stranger, "urgent") == []
