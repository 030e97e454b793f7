"""The gate: a junk reply stops no clock, returns climb the ladder, a verdict taken back leaves the rates."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from hub.clocks import LedgerEvent
from hub.errors import Invalid
from hub.followers import run_followers, verify_totals
from hub.intake import Received
from hub.office import Office
from hub.storage import journal, outbox, totals
from hub.storage.contract import Store
from supervision.patrol import sweep
from tests.builders import GOOD_REPLY, HANDLER, REVIEWER, SECOND_REVIEWER, SIGNER, an_office, starter_set
from tests.conftest import FixedClock
from tests.supervision.letters import climbed, due_at, in_work, whole

JUNK = {"body": "您好，来信收悉，谢谢。", "result": "upheld"}
POOR = {"reasons": ["Q1", "Q9"], "comment": "没有写查了什么。"}


async def brought(office: Office, receipt: Received, values: dict[str, str]) -> None:
    """Handler and signer bring a reply to the review."""
    await office.act(receipt.number, "draft", values, HANDLER)
    await office.act(receipt.number, "sign_off", {}, SIGNER)


async def sent_back(office: Office, receipt: Received) -> None:
    await brought(office, receipt, JUNK)
    await office.act(receipt.number, "unqualified", POOR, REVIEWER)


async def main_of(store: Store, receipt: Received) -> tuple[tuple[LedgerEvent, ...], datetime | None, str]:
    main = (await whole(store, receipt)).clock("main")
    assert main is not None
    return main.ledger, main.due_at, main.phase


async def counted(office: Office, store: Store) -> dict[str, int]:
    await run_followers(office)
    assert await verify_totals(office) == ()
    rows = await store.read(totals.summed, ["urban"], "2026-01-01", "2026-12-31", room="heavy")
    return {r["measure"]: int(r["n"]) for r in rows}


async def test_a_junk_reply_does_not_touch_the_citizens_clock(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await in_work(office)
    before = await main_of(store, receipt)
    await brought(office, receipt, JUNK)
    assert await main_of(store, receipt) == before, "it runs on while the reply is read"
    await office.act(receipt.number, "unqualified", POOR, REVIEWER)
    assert await main_of(store, receipt) == before
    due = before[1]
    assert due is not None
    clock.now = due
    await sweep(office, clock.now)
    assert "late" in await climbed(store, receipt, "main")
    await brought(office, receipt, {"body": GOOD_REPLY, "result": "upheld"})
    await office.act(receipt.number, "qualified", {}, REVIEWER)
    sums = await counted(office, store)
    assert (sums.get("in_time", 0), sums["late"]) == (0, 1), "late stays late"


async def test_a_round_that_ends_late_climbs_its_own_ladder(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await in_work(office)
    await sent_back(office, receipt)
    redo_due = await due_at(store, receipt, "redo")
    calendar = (await office.book()).calendar
    clock.now = calendar.opening(calendar.add_workdays(calendar.day_of(redo_due), 3))
    await sweep(office, clock.now)
    assert {"late", "late_1", "late_3"} <= set(await climbed(store, receipt, "redo"))
    proposal = (await whole(store, receipt)).open("proposal")
    assert proposal is not None


async def test_the_third_return_proposes_an_order_at_once(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await in_work(office)
    for _ in range(2):
        await sent_back(office, receipt)
    assert (await whole(store, receipt)).open("proposal") is None
    await sent_back(office, receipt)
    dossier = await whole(store, receipt)
    proposal = dossier.open("proposal")
    assert proposal is not None
    assert proposal.data["level"] == "supervise"
    assert dossier.case.round == 4
    told = [(r["recipient"], r["text"]) for r in await store.read(outbox.of_case, receipt.case_id)]
    assert told.count(("supervisor@", "returned_often")) == 1
    await sent_back(office, receipt)
    assert [o.kind for o in (await whole(store, receipt)).overlays].count("proposal") == 1, "each level once a round"


async def test_a_verdict_taken_back_after_a_dispute_is_out_of_the_rates_and_not_out_of_the_journal(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await in_work(office)
    await brought(office, receipt, {"body": GOOD_REPLY, "result": "upheld"})
    await office.act(receipt.number, "unqualified", POOR, REVIEWER)
    await office.act(receipt.number, "dispute", {"reason": "答复里写明了。"}, SIGNER)
    assert (await counted(office, store))["returned"] == 1
    await office.act(receipt.number, "qualified", {}, SECOND_REVIEWER)
    sums = await counted(office, store)
    assert (sums.get("returned", 0), sums["first_pass"], sums["rounds"], sums["round:1"]) == (0, 1, 1, 1)
    lines = await store.read(journal.of_case, receipt.case_id)
    verdicts = [(line.action, line.actor) for line in lines if line.action in ("move.unqualified", "move.qualified")]
    assert verdicts == [("move.unqualified", REVIEWER.id), ("move.qualified", SECOND_REVIEWER.id)]
    assert json.loads(next(x.data for x in lines if x.action == "move.unqualified"))["reasons"] == ["Q1", "Q9"]


def test_the_coded_reasons_of_the_norm_stand_in_both_languages_with_what_to_do() -> None:
    rows = {row["code"]: row for row in starter_set()["checklist"]["review"]}
    assert set(rows) >= {f"Q{n}" for n in range(1, 15)}
    assert all(row["zh"] and row["en"] and row["hint"] and row["hint_en"] for row in rows.values())


async def test_a_reason_that_is_not_in_the_list_is_refused(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await in_work(office)
    await brought(office, receipt, JUNK)
    for reasons in ([], ["Q99"], ["Q1", "in_court"]):
        with pytest.raises(Invalid):
            await office.act(receipt.number, "unqualified", {"reasons": reasons, "comment": "请写清楚。"}, REVIEWER)
    await office.act(receipt.number, "unqualified", {"reasons": ["Q10", "Q11"], "comment": "没有办好。"}, REVIEWER)
    reply = (await whole(store, receipt)).reply
    assert reply is not None
    assert reply.reasons == ("Q10", "Q11")
