"""verify: what holds is not complained of, and what was tampered with is found."""

from pathlib import Path

import pytest

from hub.storage.contract import Store
from hub.storage.tx import Tx
from hub.verify import verify
from tests.builders import HANDLER, RECEPTION, a_letter, an_office
from tests.conftest import FixedClock


def change(tx: Tx, sql: str) -> None:
    tx.execute(sql)


async def a_hub_with_a_letter(store: Store, clock: FixedClock, tmp_path: Path) -> tuple[object, str]:
    office = await an_office(store, clock, tmp_path)
    receipt = await office.receive(a_letter())
    case = await office.act(receipt.number, "contact", {"how": "phone", "result": "reached"}, RECEPTION)
    if not case.unit:
        await office.act(receipt.number, "accept", {}, RECEPTION)
        await office.act(receipt.number, "dispatch", {"unit": "urban"}, RECEPTION)
    await office.act(receipt.number, "sign", {}, HANDLER)
    return office, receipt.number


async def test_a_hub_at_work_has_nothing_to_complain_of(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office, _ = await a_hub_with_a_letter(store, clock, tmp_path)
    report = await verify(office)  # type: ignore[arg-type]
    assert report.findings == ()
    assert report.counts["cases"] == 1
    assert report.head[0] == report.counts["entries"]


@pytest.mark.parametrize(
    ("sql", "check"),
    [
        ("UPDATE clocks SET due_at = '2026-03-30T16:00:00.000000Z' WHERE name = 'main'", "clock"),
        ("UPDATE clocks SET phase = 'met' WHERE name = 'main'", "clock"),
        ("UPDATE clocks SET breached_at = due_at WHERE name = 'main'", "clock"),
        ("UPDATE clocks SET rung_at = '2026-03-30T16:00:00.000000Z' WHERE name = 'main'", "clock"),
        ("UPDATE clocks SET rung = 'late' WHERE name = 'main'", "clock"),
        ("UPDATE clocks SET rung = '', rung_at = NULL WHERE name = 'main'", "clock"),
        ("UPDATE clock_ledger SET allowed = '9wd' WHERE name = 'main'", "clock"),
        ("UPDATE clock_ledger SET allowed = 'soon' WHERE name = 'main'", "case.unreadable"),
        ("UPDATE cases SET sort_due = '2020-01-01T00:00:00.000000Z'", "case.dates"),
        ("UPDATE cases SET main_due = '2020-01-01T00:00:00.000000Z'", "case.dates"),
        ("UPDATE cases SET state = 'answered'", "case.journal"),
        ("UPDATE cases SET version = version + 1", "case.journal"),
        ("UPDATE cases SET unit = 'water'", "case.unit"),
        ("UPDATE outbox SET case_id = 'nowhere'", "outbox.case"),
        ("UPDATE cases SET messages = 9", "case.messages"),
        ("DELETE FROM parties", "case.party"),
        ("UPDATE journal_head SET hash = '1'", "journal.head"),
        (
            "INSERT INTO files VALUES ((SELECT id FROM cases), 1, '"
            + "0" * 64
            + "', 'a.jpg', 'image/jpeg', 1, 'evidence',"
            " 'unit', 'party:1', '2026-01-01T00:00:00.000000Z')",
            "file",
        ),
    ],
)
async def test_what_was_changed_behind_the_hubs_back_is_found(
    store: Store, clock: FixedClock, tmp_path: Path, sql: str, check: str
) -> None:
    office, number = await a_hub_with_a_letter(store, clock, tmp_path)
    await store.write(change, sql)
    report = await verify(office)  # type: ignore[arg-type]
    assert check in {finding.check for finding in report.findings}
    named = {finding.at for finding in report.findings if finding.check.startswith("case.")}
    assert named <= {number}
