"""The next district service is one machine and one kind: the toy `booking` needs no change in the hub."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from channels.dialogue import File
from config import starter
from hub import reading
from hub.errors import Invalid, NotNow
from hub.followers import run_followers, verify_totals
from hub.kinds import read_kind
from hub.machines.registry import MACHINES
from hub.move import open_moves
from hub.office import Office
from hub.own import own_letter
from hub.people import citizen
from hub.storage import cases, editions, totals
from hub.storage.contract import Store
from hub.submission import Submission
from hub.verify import verify
from supervision.patrol import sweep
from tests.builders import RECEPTION, a_letter, an_office, an_officer
from tests.channels.web_site import a_site
from tests.channels.web_site import officers_password as officers_password
from tests.conftest import FixedClock
from tests.structure.booking import BOOKING, KIND
from tests.talking import Citizen, facts

COUNTER = an_officer("何窗口", "handler@urban")
ASKED = {"service": "permit", "day": "2026-03-02"}


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MACHINES, "booking", BOOKING)


def with_booking() -> dict[str, Any]:
    """The starter kinds and their rule sets, with the booking among them."""
    content = starter.read()["kinds"]
    return {**content, "kinds": [*content["kinds"], KIND]}


@pytest.fixture
async def office(store: Store, clock: FixedClock, tmp_path: Path) -> Office:
    return await an_office(store, clock, tmp_path, kinds=with_booking())


async def a_slot(office: Office, seats: int = 2) -> str:
    """A slot at the urban bureau, open for booking; returns its number."""
    receipt = await office.receive(_asked())
    await office.act(receipt.number, "arrange", {"unit": "urban", "seats": seats}, RECEPTION)
    return receipt.number


def _asked(**fields: str) -> Submission:
    return a_letter("slot", kind="booking", title="", body="想来窗口办证", fields={**ASKED, **fields})


async def test_a_booking_comes_in_with_its_own_form_and_clock(office: Office, store: Store) -> None:
    receipt = await office.receive(_asked())
    dossier = await store.read(cases.dossier, receipt.case_id)
    assert dossier is not None
    assert (dossier.case.machine, dossier.case.state) == ("booking", "requested")
    assert [(c.name, c.phase) for c in dossier.clocks] == [("main", "running")]
    with pytest.raises(Invalid) as wrong:
        await office.receive(replace(_asked(service="dance"), key="other"))
    assert set(wrong.value.fields) == {"fields.service"}


async def test_the_last_seat_fills_the_slot_and_the_first_in_line_moves_up(office: Office, store: Store) -> None:
    number = await a_slot(office)
    await office.act(number, "reserve", {"token": "A1"}, COUNTER)
    case = await office.act(number, "reserve", {"token": "A2"}, COUNTER)
    assert case.state == "full"
    with pytest.raises(NotNow):
        await office.act(number, "reserve", {"token": "A3"}, COUNTER)
    await office.act(number, "wait", {"token": "A3"}, COUNTER)
    case = await office.act(number, "release", {}, COUNTER)
    assert case.state == "full"
    dossier = await store.read(cases.dossier, case.id)
    assert dossier is not None
    assert [o.data["token"] for o in dossier.overlays if o.kind == "seat" and o.state == "open"] == ["A1", "A3"]
    assert (await office.act(number, "release", {}, COUNTER)).state == "bookable"


async def test_everybody_is_offered_the_moves_of_the_booking(office: Office, store: Store, clock: FixedClock) -> None:
    number = await a_slot(office)
    book = await office.book()
    dossier = await store.read(cases.dossier, await store.read(cases.id_of, number) or "")
    assert dossier is not None
    offered = {
        name: [m.code for m in open_moves(dossier, actor, clock(), book)]
        for name, actor in {"counter": COUNTER, "citizen": citizen(dossier.case.id, 1)}.items()
    }
    assert offered == {"counter": ["reserve", "withdraw"], "citizen": ["reserve", "withdraw"]}


async def test_the_inbox_shows_the_slot_to_its_unit_and_to_nobody_else(
    office: Office, store: Store, clock: FixedClock
) -> None:
    number = await a_slot(office)
    book = await office.book()
    asked = {"machine": "booking"}
    mine, _ = await store.read(reading.inbox, COUNTER, "open", asked, book, clock())
    assert [(r.number, r.state_word.zh, r.waits_for) for r in mine] == [(number, "可预约", "unit")]
    stranger = an_officer("外单位", "handler@housing")
    assert (await store.read(reading.inbox, stranger, "open", asked, book, clock()))[0] == ()
    whole = await store.read(reading.staff_case, number, COUNTER, book, clock())
    assert tuple(words for _, words in whole.fields) == ("办证", "2026-03-02")
    assert "安排" in [line.what.zh for line in whole.history]


async def test_the_citizen_reads_plain_words_and_can_cancel(office: Office, store: Store, clock: FixedClock) -> None:
    receipt = await office.receive(_asked())
    book = await office.book()
    view = await store.read(own_letter, receipt.case_id, 1, book, clock())
    assert (view.word, view.moves) == ("submitted", ("withdraw",))
    case = await office.act(receipt.number, "withdraw", {}, citizen(receipt.case_id, 1))
    assert (case.state, case.main_due) == ("cancelled", None)


async def test_the_clock_of_a_slot_makes_the_machines_own_move(office: Office, store: Store, clock: FixedClock) -> None:
    number = await a_slot(office)
    clock.advance(days=30)
    swept = await sweep(office, clock())
    assert swept.moves == 1
    stored = await store.read(cases.row, number)
    assert stored is not None
    assert stored["state"] == "held"
    assert (await sweep(office, clock())).moves == 0


async def test_verify_finds_nothing_wrong_with_bookings(office: Office, store: Store) -> None:
    number = await a_slot(office, seats=1)
    await office.act(number, "reserve", {"token": "A1"}, COUNTER)
    report = await verify(office)
    assert report.findings == ()
    assert report.counts["cases"] == 1


def test_the_conversation_asks_what_the_kind_asks() -> None:
    known = facts()
    speaker = Citizen(replace(known, kinds=(*known.kinds, read_kind(KIND))))
    speaker.says_("/new").presses("预约办事").says_("想来窗口办证")
    assert {"办证", "咨询"} <= set(speaker.labels)
    speaker.presses("办证").says_("2026-12-02").presses("没有了").presses("留姓名电话").says_("张三").says_(
        "13800000000"
    )
    speaker.presses("跳过").presses("确认提交")
    assert isinstance(speaker.wish, File)
    assert (speaker.wish.kind, speaker.wish.fields) == ("booking", {"service": "permit", "day": "2026-12-02"})


async def test_the_api_offers_and_takes_a_booking_and_the_figures_count_it(
    store: Store, clock: FixedClock, tmp_path: Path, officers_password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.office.FRESH_SECONDS", 0.0)
    async with a_site(store, clock, tmp_path, officers_password) as site:
        await store.write(editions.add, "kinds", with_booking(), "tests", clock())
        _, offered = await site.call("GET", "/kinds")
        mine = next(kind for kind in offered["items"] if kind["code"] == "booking")
        assert {field["name"] for field in mine["fields"]} == set(ASKED)
        assert {move["code"] for move in mine["moves"]} == set(BOOKING.moves)

        letter = {"kind": "booking", "title": "想来窗口办证", "body": "想来窗口办证", "fields": ASKED}
        consents = {"publish_consent": False, "show_surname": False, "anonymous": True}
        status, receipt = await site.call("POST", "/cases", json={**letter, **consents}, key="slot")
        assert status == 201, receipt
        status, page = await site.call("GET", f"/cases/{receipt['number']}", code=receipt["query_code"])
        assert (status, page["state"]) == (200, "requested")
        await run_followers(site.office)
        assert await verify_totals(site.office) == ()
        day = (await site.office.book()).calendar.day_of(clock()).isoformat()
        rows = await store.read(totals.summed, [""], day, day, room="heavy")
        assert {(r["kind"], r["measure"]): r["n"] for r in rows}["booking", "received"] == 1
