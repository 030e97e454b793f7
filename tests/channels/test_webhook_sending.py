"""Gateways, what goes out: each message under one key until it is taken, and what its receipt makes of it."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from channels.webhooks.signing import signed
from hub.case import Notice
from hub.office import Office
from hub.storage import outbox
from hub.storage.contract import Store
from hub.storage.tx import Tx
from hub.submission import Contact
from tests.builders import a_letter, an_office, office_on
from tests.by_mail import until
from tests.by_telegram import TickingClock
from tests.by_webhook import NAME, SECRET, GatewayDouble, Talk, running, town
from tests.conftest import FixedClock

LI = "u-li"
on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
"""What does not touch the store in a way of its own runs on one engine."""


@pytest.fixture
async def office(store: Store, clock: FixedClock, tmp_path: Path) -> Office:
    await an_office(store, clock, tmp_path)
    return office_on(store, TickingClock(clock), tmp_path)


def rows(tx: Tx, table: str) -> list[dict[str, Any]]:
    return tx.execute(f"SELECT * FROM {table}")


async def a_notice(office: Office, text: str = "answered", phone: str = "13900001234") -> tuple[str, str]:
    """A letter that came by the gateway, and a notice to its citizen; case id and key."""
    received = await office.receive(a_letter(channel=NAME, chat=LI, contact=Contact(name="李小满", phone=phone)))
    await office.store.write(lambda tx: tx.execute("UPDATE outbox SET state = 'page' WHERE state = 'waiting'"))
    key = f"{received.case_id}:{text}"
    notice = Notice("party:1", text, key)
    await office.store.write(outbox.put, received.case_id, [notice], office.clock())
    return received.case_id, key


async def ends(office: Office, case_id: str, key: str, state: str, clock: FixedClock | None = None) -> dict[str, Any]:
    """The notice once it stands so; a clock given is moved on while nobody has it in hand."""
    for _ in range(500):
        found = next(r for r in await office.store.read(outbox.of_case, case_id) if r["key"] == key)
        if found["state"] == state:
            return found
        if clock is not None and found["lease_until"] is None:
            clock.advance(seconds=30)
        await asyncio.sleep(0.02)
    raise AssertionError(f"{found['state']} {found['error']}, not {state}")


async def on_desks(office: Office, case_id: str) -> list[str]:
    return [r["text"] for r in await office.store.read(outbox.of_case, case_id) if r["channel"] == "desk"]


# What goes out ------------------------------------------------------------------------------------------------------


@on_sqlite
async def test_a_gateway_that_is_away_at_the_start_gets_everything_later(office: Office, clock: FixedClock) -> None:
    async with GatewayDouble(office).served() as double:
        port = int(double.base.rpartition(":")[2])
    async with running(office, double) as process:
        body = json.dumps({"event": "text", "id": "e1", "chat": LI, "text": "/help"}).encode()
        assert await process.gate.take(signed(SECRET, body, office.clock()), body)
        await process.worked_off()
        async with double.served(port):
            for _ in range(300):
                clock.advance(seconds=30)
                if double.posts:
                    break
                await asyncio.sleep(0.02)
            assert "您可以这样说" in double.to(LI)[0]


@on_sqlite
@pytest.mark.parametrize(
    ("answers", "state", "posts"),
    [
        ([503, 429, 500], "sent", 1),
        (["hang"], "sent", 1),
        ([400], "failed", 0),
        ([422], "failed", 0),
        ([301], "failed", 0),
        ([410], "task", 0),
    ],
)
async def test_what_a_gateway_answers_is_taken_for_what_it_means(
    office: Office, clock: FixedClock, answers: list[Any], state: str, posts: int
) -> None:
    async with town(office) as process:
        process.gateway.answers = list(answers)
        case_id, key = await a_notice(office)
        await ends(office, case_id, key, state, clock)
        assert len(process.gateway.posts) == posts
    assert ("undeliverable" in await on_desks(office, case_id)) is (state == "failed")
    assert ("phone_task" in await on_desks(office, case_id)) is (state == "task")


@on_sqlite
async def test_a_gateway_that_does_not_know_us_calls_the_operator_and_nothing_is_given_up(office: Office) -> None:
    async with town(office) as process:
        process.gateway.answers = [401] * 50
        case_id, key = await a_notice(office)
        for _ in range(200):
            if process.courier.pulses[NAME].fault:
                break
            await asyncio.sleep(0.01)
        assert process.courier.pulses[NAME].fault == "status 401"
        await ends(office, case_id, key, "waiting")


@on_sqlite
async def test_a_broken_gateway_is_told_once_and_so_is_its_return(office: Office, clock: FixedClock) -> None:
    with capture_logs() as logs:
        async with town(office) as process:
            process.gateway.answers = [401] * 3
            case_id, first = await a_notice(office)
            more = [Notice("party:1", text, f"{case_id}:{text}") for text in ("reopened", "accepted")]
            await office.store.write(outbox.put, case_id, more, office.clock())
            for key in (first, *(notice.key for notice in more)):
                await ends(office, case_id, key, "sent", clock)
            assert process.courier.pulses[NAME].failures == 0
    told = [(line["event"], line.get("error") or line.get("count")) for line in logs if line.get("channel") == NAME]
    assert told == [("a channel is broken", "status 401"), ("a channel works again", 3)]


async def test_killed_between_sending_and_settling_it_is_posted_once_more_under_the_same_key(
    office: Office, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with GatewayDouble(office).served() as double:
        async with running(office, double) as first:
            first.courier._settle = _never  # type: ignore[method-assign]
            case_id, key = await a_notice(office)
            await until(lambda: double.posts)
        async with running(office, double):
            clock.advance(minutes=2)
            sent = await ends(office, case_id, key, "sent")
    assert [row["key"] for row in double.posts] == [key, key]
    assert double.posts[0] == double.posts[1]
    assert sent["error"] == "repeated"


async def _never(*_: Any) -> None:
    return


@on_sqlite
async def test_a_long_message_goes_in_parts_of_which_the_last_has_key_and_buttons(office: Office) -> None:
    async with town(office, most=120) as process:
        await Talk(process.gateway).says("/start", "110")
        await until(lambda: process.gateway.posts and process.gateway.posts[-1]["buttons"])
        posts = process.gateway.posts
    assert len(posts) > 1
    assert all(len(row["text"]) <= 120 for row in posts)
    assert [row["key"].rpartition("~")[2] for row in posts[:-1]] == [str(n) for n in range(1, len(posts))]
    assert "~" not in posts[-1]["key"]
    assert not any(row["buttons"] for row in posts[:-1])


@on_sqlite
async def test_a_gateway_that_may_carry_links_alone_gets_no_word_of_letter_or_answer(office: Office) -> None:
    async with town(office, full=False) as process:
        await a_notice(office)
        said = await Talk(process.gateway).hears("已答复")
    assert "路灯" not in said
    assert "https://qinghe.example/letters/track?number=" in said


# Receipts -----------------------------------------------------------------------------------------------------------


async def test_a_receipt_marks_the_notice_delivered_and_the_first_report_stands(office: Office) -> None:
    async with town(office) as process:
        case_id, key = await a_notice(office)
        await ends(office, case_id, key, "sent")
        await process.gateway.delivered(key)
        await ends(office, case_id, key, "delivered")
        await process.gateway.delivered(key, "failed")
        await process.worked_off()
        await ends(office, case_id, key, "delivered")
    assert "phone_task" not in await on_desks(office, case_id)


async def test_what_did_not_arrive_becomes_a_call_or_visible_work(office: Office) -> None:
    async with town(office) as process:
        for phone, state, work in (("13900001234", "task", "phone_task"), ("", "undeliverable", "undeliverable")):
            received = await office.receive(
                a_letter(f"k{phone}", channel=NAME, chat=LI, contact=Contact(name="李小满", phone=phone))
            )
            case_id, key = received.case_id, f"{received.case_id}:told"
            await office.store.write(outbox.put, case_id, [Notice("party:1", "answered", key)], office.clock())
            await ends(office, case_id, key, "sent")
            await process.gateway.delivered(key, "failed")
            await ends(office, case_id, key, state)
            assert work in await on_desks(office, case_id)


@on_sqlite
async def test_a_receipt_quicker_than_our_own_settling_waits_for_it(office: Office, clock: FixedClock) -> None:
    async with town(office) as process:
        settle = process.courier._settle
        process.courier._settle = _never  # type: ignore[method-assign]
        case_id, key = await a_notice(office)
        await until(lambda: process.gateway.posts)
        await process.gateway.delivered(key)
        await asyncio.sleep(0.05)
        assert (await process.waiting()).came.n == 1
        process.courier._settle = settle  # type: ignore[method-assign]
        clock.advance(minutes=2)  # the lease of the try that nobody settled is over
        await ends(office, case_id, key, "delivered", clock)


@on_sqlite
async def test_a_gateway_cannot_speak_of_messages_that_went_another_way(office: Office) -> None:
    async with town(office) as process:
        case_id, key = await a_notice(office)
        await ends(office, case_id, key, "sent")
        await office.store.write(lambda tx: tx.execute("UPDATE outbox SET channel = 'mail' WHERE state = 'sent'"))
        await process.gateway.delivered(key, "failed")
        await process.gateway.delivered("no-such-key", "failed")
        await process.worked_off()
        await ends(office, case_id, key, "sent")
    assert {r["error"] for r in await office.store.read(rows, "inbox")} == {"no such message"}
