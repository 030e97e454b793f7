"""Promises with their day: reported or not, the citizen says whether it was done, and supervision decides the rest."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from hub.case import Overlay
from hub.errors import Invalid, NotNow
from hub.followers import run_followers, verify_totals
from hub.intake import Received
from hub.office import Office
from hub.people import citizen
from hub.storage import outbox, totals
from hub.storage.contract import Store
from hub.verify import verify
from supervision.patrol import sweep
from tests.builders import GOOD_REPLY, HANDLER, REVIEWER, SIGNER, SUPERVISOR, an_office
from tests.conftest import FixedClock
from tests.supervision.letters import in_work, is_answered, whole

DAY = date(2026, 3, 20)


async def records(store: Store, receipt: Received, kind: str) -> list[Overlay]:
    return [o for o in (await whole(store, receipt)).overlays if o.kind == kind]


async def states(store: Store, receipt: Received, kind: str) -> list[str]:
    return [o.state for o in await records(store, receipt, kind)]


async def promised(office: Office, key: str = "key-1", day: date = DAY) -> Received:
    """An answered letter whose reply promises a day."""
    receipt = await in_work(office, key)
    await is_answered(office, receipt, promised=day.isoformat())
    return receipt


async def says(office: Office, receipt: Received, done: str, **more: object) -> None:
    await office.act(receipt.number, "tell_done", {"done": done, **more}, citizen(receipt.case_id, 1))


async def test_a_promise_of_the_reply_becomes_a_commitment_when_it_goes_out_and_the_answer_stays_in_time(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await promised(office)
    (promise,) = await records(store, receipt, "commitment")
    calendar = (await office.book()).calendar
    assert (promise.state, promise.due_at) == ("open", calendar.midnight_after(DAY))
    assert (await whole(store, receipt)).clock(f"commitment#{promise.n}") is not None
    await run_followers(office)
    rows = await store.read(totals.summed, ["urban"], "2026-01-01", "2026-12-31", room="heavy")
    figures = {r["measure"]: r["n"] for r in rows}
    assert (figures["in_time"], figures["commitments"]) == (1, 1)
    assert "promised" not in figures, "a final answer is an answer"


async def test_the_reviewer_may_enter_the_day_that_the_handler_left_out(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await in_work(office)
    await office.act(receipt.number, "draft", {"body": GOOD_REPLY, "result": "upheld"}, HANDLER)
    await office.act(receipt.number, "sign_off", {}, SIGNER)
    with pytest.raises(Invalid):
        await office.act(receipt.number, "qualified", {"promised": "2026-01-01"}, REVIEWER)
    await office.act(receipt.number, "qualified", {"promised": DAY.isoformat()}, REVIEWER)
    assert await states(store, receipt, "commitment") == ["open"]


async def test_a_reported_promise_is_asked_about_at_once_and_kept_by_the_citizens_word(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await promised(office)
    with pytest.raises(NotNow):
        await says(office, receipt, "yes")
    await office.act(receipt.number, "fulfil", {"text": "第三盏灯也换了。"}, HANDLER)
    (promise,) = await records(store, receipt, "commitment")
    clock_ = (await whole(store, receipt)).clock(f"commitment#{promise.n}")
    assert clock_ is not None
    assert (clock_.phase, promise.state) == ("met", "open"), "the unit's word alone keeps no promise"
    await says(office, receipt, "yes")
    assert await states(store, receipt, "commitment") == ["kept"]
    with pytest.raises(NotNow):
        await says(office, receipt, "no")
    with pytest.raises(NotNow):
        await office.act(receipt.number, "fulfil", {"text": "再报一次。"}, HANDLER)


async def test_when_the_day_has_passed_without_a_report_the_citizen_is_asked_once_by_two_sweeps(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await promised(office)
    calendar = (await office.book()).calendar
    clock.now = calendar.midnight_after(DAY)
    for _ in range(2):
        await sweep(office, clock.now)
    assert len(await records(store, receipt, "outcome")) == 1
    rows = await store.read(outbox.of_case, receipt.case_id)
    to_citizen = [r for r in rows if r["recipient"] == "party:1"]
    assert [r["text"] for r in to_citizen if r["text"] in ("done_question", "overdue")] == ["done_question"]
    assert {r["recipient"] for r in rows if r["text"] == "record_late"} >= {"supervisor@", "signer@urban"}
    await says(office, receipt, "partly", comment="东边还有一盏没修。")
    assert await states(store, receipt, "commitment") == ["partly"]
    assert await states(store, receipt, "unsolved") == []


async def test_not_done_breaks_the_promise_and_what_is_found_on_the_spot_mends_the_figures(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    found, lost = await promised(office, "a"), await promised(office, "b")
    for receipt in (found, lost):
        await office.act(receipt.number, "fulfil", {"text": "换好了。"}, HANDLER)
        await says(office, receipt, "no")
        assert await states(store, receipt, "commitment") == ["broken"]
        assert await states(store, receipt, "unsolved") == ["open"]
    await office.act(found.number, "keep_reply", {"reason": "夜里去看，都亮了。", "kept": "yes"}, SUPERVISOR)
    await office.act(lost.number, "order_reopen", {"reason": "没有换，请重办。"}, SUPERVISOR)
    await run_followers(office)
    assert await verify_totals(office) == ()
    rows = await store.read(totals.summed, ["urban"], "2026-01-01", "2026-12-31", room="heavy")
    figures = {r["measure"]: r["n"] for r in rows}
    assert (figures["commitments_kept"], figures["commitments_broken"]) == (1, 1)
    assert (await verify(office)).findings == ()


async def test_silence_leaves_a_reported_promise_unconfirmed_and_gives_an_unreported_one_to_supervision(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    reported, silent = await promised(office, "a"), await promised(office, "b")
    await office.act(reported.number, "fulfil", {"text": "换好了。"}, HANDLER)
    for moment in (DAY + timedelta(days=1), DAY + timedelta(days=20)):
        clock.now = (await office.book()).calendar.opening(moment)
        await sweep(office, clock.now)
    assert await states(store, reported, "commitment") == ["unconfirmed"]
    assert await states(store, silent, "commitment") == ["broken"]
    assert await states(store, silent, "unsolved") == ["open"]


async def test_another_day_in_a_later_reply_takes_the_place_of_the_first(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await promised(office)
    values = {"body": GOOD_REPLY, "result": "upheld", "promised": (DAY + timedelta(days=9)).isoformat()}
    await office.act(receipt.number, "correct", values, HANDLER)
    await office.act(receipt.number, "sign_off", {}, SIGNER)
    if (await whole(store, receipt)).reply.verdict != "qualified":  # type: ignore[union-attr]
        await office.act(receipt.number, "qualified", {}, REVIEWER)
    assert await states(store, receipt, "commitment") == ["superseded", "open"]


async def test_an_interim_reply_is_kept_by_the_answer_and_its_citizen_is_not_asked_whether_it_was_done(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    kept, late = await in_work(office, "a"), await in_work(office, "b")
    for receipt in (kept, late):
        values = {"body": GOOD_REPLY, "type": "interim", "promised": DAY.isoformat()}
        await office.act(receipt.number, "draft", values, HANDLER)
        await office.act(receipt.number, "sign_off", {}, SIGNER)
        await office.act(receipt.number, "qualified", {"accept_promise": "yes"}, REVIEWER)
    await is_answered(office, kept)
    assert await states(store, kept, "commitment") == ["kept"]
    clock.now = (await office.book()).calendar.midnight_after(DAY)
    await sweep(office, clock.now)
    assert [o for o in await records(store, late, "outcome") if "about" in o.data] == []
    await is_answered(office, late)
    assert await states(store, late, "commitment") == ["broken"]
