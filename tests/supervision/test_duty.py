"""Danger at any hour: the roster is climbed a quarter of an hour at a time until somebody acknowledges."""

import asyncio
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config import starter
from hub import reading
from hub.errors import NotFound
from hub.intake import Received
from hub.moments import from_text
from hub.office import Office
from hub.storage import clocks, journal, outbox
from hub.storage.contract import Store
from hub.units import read_units
from supervision.patrol import sweep
from tests.builders import RECEPTION, a_letter, an_office, an_officer
from tests.conftest import FixedClock
from tests.supervision.letters import climbed, whole

EVE = datetime(2026, 9, 30, 9, 50, tzinfo=UTC)
"""Ten to six on the evening before the national holiday; the holiday's roster begins at midnight."""
DUTY_OFFICE = an_officer("葛值班", "handler@emergency")
ROSTER = ["reception1", "reception2", "supervisor1"]


async def a_gas_leak(office: Office) -> Received:
    return await office.receive(
        a_letter(kind="help", title="楼道里煤气味很大", body="煤气味很大，老人头晕，怕要出事。")
    )


async def called(store: Store, receipt: Received) -> list[tuple[str, datetime]]:
    """Who was called, and when it was on their desk."""
    rows = await store.read(outbox.of_case, receipt.case_id)
    assert all(r["state"] == "shown" for r in rows if r["text"] == "urgent"), "danger keeps no quiet hours"
    return [(r["recipient"], from_text(r["created_at"])) for r in rows if r["text"] == "urgent"]


async def test_nobody_acknowledges_and_the_roster_is_climbed_to_the_duty_office(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    clock.now = EVE
    receipt = await a_gas_leak(office)
    assert sorted(await called(store, receipt)) == [("account:reception1", EVE), ("dispatcher@", EVE)]
    for minutes in (14, 15, 30, 45, 60):
        clock.now = EVE + timedelta(minutes=minutes)
        await asyncio.gather(sweep(office, clock.now), sweep(office, clock.now))
    later = [(to, at - EVE) for to, at in await called(store, receipt) if at > EVE]
    quarter = timedelta(minutes=15)
    assert sorted(later) == [
        ("account:reception2", quarter),
        ("account:supervisor1", 2 * quarter),
        ("dispatcher@", 3 * quarter),
        ("handler@emergency", 3 * quarter),
        ("supervisor@", 3 * quarter),
    ]
    lines = await store.read(journal.of_case, receipt.case_id)
    calls = [json.loads(line.data)["to"] for line in lines if line.action == "duty.called"]
    assert calls == [*ROSTER, "handler@emergency"]


async def test_the_duty_office_sees_what_it_is_called_to_and_can_acknowledge_it(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    clock.now = EVE
    receipt = await a_gas_leak(office)
    book = await office.book()
    with pytest.raises(NotFound):
        await store.read(reading.staff_case, receipt.number, DUTY_OFFICE, book, clock.now)
    await sweep(office, clock.advance(minutes=45))
    case = await store.read(reading.staff_case, receipt.number, DUTY_OFFICE, book, clock.now)
    assert "ack_urgent" in [m.code for m in case.moves]
    listed, _ = await store.read(reading.inbox, DUTY_OFFICE, "all", {}, book, clock.now)
    assert [row.number for row in listed] == [receipt.number]
    await office.act(receipt.number, "ack_urgent", {}, DUTY_OFFICE)
    assert (await whole(store, receipt)).open("urgent") is None


async def test_an_acknowledgement_stops_the_climbing_and_the_roster_of_its_first_day_holds(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    clock.now = datetime(2026, 9, 30, 15, 50, tzinfo=UTC)  # ten to midnight
    receipt = await a_gas_leak(office)
    await sweep(office, clock.advance(minutes=15))
    assert ("account:reception2", clock.now) in await called(store, receipt), "not the first of the holiday's roster"
    await office.act(receipt.number, "ack_urgent", {"comment": "已通知燃气公司。"}, RECEPTION)
    await sweep(office, clock.advance(hours=3))
    name = next(c.name for c in (await whole(store, receipt)).clocks if c.name.startswith("urgent#"))
    assert await climbed(store, receipt, name) == ["second"]


async def test_after_an_outage_each_missed_step_has_its_true_time_and_the_duty_office_is_called(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    clock.now = EVE
    receipt = await a_gas_leak(office)
    await sweep(office, clock.advance(hours=2))
    fired = [r for r in await store.read(clocks.fired, receipt.case_id) if r["name"].startswith("urgent#")]
    assert [(r["rung"], from_text(r["at"]) - EVE) for r in fired] == [
        ("second", timedelta(minutes=15)),
        ("third", timedelta(minutes=30)),
        ("duty_office", timedelta(minutes=45)),
    ]
    assert "handler@emergency" in [to for to, at in await called(store, receipt) if at == clock.now]


async def test_where_the_roster_ends_the_duty_office_is_called_earlier(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    units = {**starter.read()["units"], "roster": [{"officers": ["reception1"]}]}
    office = await an_office(store, clock, tmp_path, units=units)
    clock.now = EVE
    receipt = await a_gas_leak(office)
    await sweep(office, clock.advance(minutes=15))
    assert ("handler@emergency", clock.now) in await called(store, receipt)
    assert (await whole(store, receipt)).open("duty") is not None


async def test_a_sealed_report_is_never_told_to_the_roster(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    clock.now = EVE
    fields: dict[str, Any] = {"who": "老王", "which_unit": "区城管局"}
    letter = a_letter(kind="report_staff", aim="misconduct", body="老王说要炸掉仓库，有炸药。", fields=fields)
    receipt = await office.receive(letter)
    await sweep(office, clock.advance(hours=1))
    rows = await store.read(outbox.of_case, receipt.case_id)
    assert not [r for r in rows if r["recipient"].startswith("account:") or "emergency" in r["recipient"]]


def test_the_first_line_of_the_roster_that_covers_a_day_counts() -> None:
    directory = read_units(starter.read()["units"], 1)
    assert directory.on_duty(date(2026, 10, 1))[0] == "supervisor1"
    assert directory.on_duty(date(2026, 9, 30)) == tuple(ROSTER)
    assert directory.on_duty(date(2026, 10, 10))[0] == "reception2", "a Saturday"


@pytest.mark.parametrize(
    "row",
    [
        {"officers": []},
        {"officers": ["a"], "weekdays": [8]},
        {"officers": ["a"], "since": "2026-10-07", "until": "2026-10-01"},
        {"officers": ["a"], "days": [1]},
    ],
)
def test_a_roster_that_cannot_be_right_is_refused(row: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="duty roster"):
        read_units({**starter.read()["units"], "roster": [row]}, 1)
