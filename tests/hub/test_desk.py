"""The first letter told whole at the desk: sent back, answered well, rated, and offered to the public."""

import asyncio
from pathlib import Path

import pytest

from config import starter
from hub import own
from hub.people import citizen
from hub.storage import cases, clocks, editions
from hub.storage.contract import Store
from hub.submission import Attached
from tests.builders import (
    GOOD_REPLY,
    HANDLER,
    RECEPTION,
    REVIEWER,
    SIGNER,
    a_letter,
    an_office,
)
from tests.conftest import FixedClock


async def test_a_poor_reply_is_sent_back_and_the_good_one_reaches_the_citizen(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await office.receive(a_letter())
    number = receipt.number
    assert number == "2026-000001"

    case = await store.read(cases.get, receipt.case_id)
    assert case is not None
    if case.state == "submitted":
        await office.act(number, "accept", {}, RECEPTION)
        case = await office.act(number, "dispatch", {"unit": "urban"}, RECEPTION)
    assert case.state == "dispatched"
    assert case.unit == "urban"

    clock.advance(hours=2)
    await office.act(number, "sign", {}, HANDLER)
    await office.act(number, "contact", {"how": "phone", "result": "reached"}, HANDLER)
    await office.act(number, "draft", {"body": "您反映的问题已收悉，我们会尽快处理。", "result": "upheld"}, HANDLER)
    case = await office.act(number, "sign_off", {}, SIGNER)
    assert case.state == "in_review"

    case = await office.act(
        number, "unqualified", {"reasons": ["Q1", "Q4"], "comment": "没有说查了什么，也没有日期。"}, REVIEWER
    )
    assert (case.state, case.round) == ("redo", 2)

    clock.advance(days=1)
    await office.act(number, "draft", {"body": GOOD_REPLY, "result": "upheld"}, HANDLER)
    await office.act(number, "sign_off", {}, SIGNER)
    case = await office.act(number, "qualified", {}, REVIEWER)
    assert case.state == "answered"
    assert case.main_due is None

    whole = await store.read(cases.dossier, receipt.case_id)
    assert whole is not None
    assert [r.verdict for r in whole.replies] == ["unqualified", "qualified"]
    phases = {(c.name, c.round): c.phase for c in whole.clocks}
    assert phases["main", 1] == "met"
    assert phases["unit", 1] == "met"

    case = await office.act(
        number, "rate", {"score": 5, "solved": "yes", "comment": "谢谢"}, citizen(receipt.case_id, 1)
    )
    assert (case.score, case.state) == (5, "answered")
    record = await store.read(cases.about, receipt.case_id, "publication")
    assert record is not None
    assert await store.read(clocks.fired, receipt.case_id) == []


async def test_a_new_edition_is_noticed_by_pages_that_only_read(
    store: Store, clock: FixedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.office.FRESH_SECONDS", 0.0)
    office = await an_office(store, clock, tmp_path)
    before = await office.book()
    content = starter.read()["kinds"]
    renamed = [{**k, "zh": "意见"} if k["code"] == "suggest" else k for k in content["kinds"]]
    assert await store.write(editions.add, "kinds", {**content, "kinds": renamed}, "tests", clock()) == 2
    assert before.kinds["suggest"].zh == "建议"
    assert (await office.book()).kinds["suggest"].zh == "意见"


async def test_of_all_who_miss_the_rulebook_at_one_moment_one_reads_it(
    store: Store, clock: FixedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = await an_office(store, clock, tmp_path)
    read, load = [], editions.load
    monkeypatch.setattr(editions, "load", lambda tx: read.append(1) or load(tx))
    books = await asyncio.gather(*(office.book() for _ in range(20)))
    assert len(read) == 1
    assert len({id(book) for book in books}) == 1


async def test_files_that_come_at_the_same_moment_get_a_place_each(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await office.receive(a_letter())
    files = [(Attached(str(n) * 64, f"{n}.pdf", "application/pdf", 10),) for n in range(8)]
    laid = await asyncio.gather(*(store.write(own.attach, receipt.number, 1, f, clock()) for f in files))
    assert sorted(place for places in laid for place in places) == list(range(1, 9))
