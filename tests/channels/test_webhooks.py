"""Gateways: events come in once and whole, signed, in any order; messages go out under one key till they are taken."""

import asyncio
import io
import json
import random
import re
from pathlib import Path
from typing import Any

import pytest

from channels.conversing import Conversation, Heard
from channels.webhooks.events import read_event
from channels.webhooks.fetching import is_allowed
from channels.webhooks.signing import SIGNATURE, TIMESTAMP, signed
from hub.case import Notice
from hub.errors import Invalid
from hub.office import Office
from hub.storage import cases, outbox
from hub.storage.contract import Store
from hub.storage.errors import Unavailable
from hub.storage.tx import Tx
from hub.submission import Contact
from tests.builders import a_letter, an_office, office_on
from tests.by_mail import until
from tests.by_telegram import TickingClock
from tests.by_webhook import NAME, SECRET, GatewayDouble, Talk, running, town
from tests.conftest import FixedClock
from tests.hub.test_files import picture

ASKED = "请问办身份证要带什么材料，周六开不开门？"
LI, WANG = "u-li", "u-wang"


@pytest.fixture
async def office(store: Store, clock: FixedClock, tmp_path: Path) -> Office:
    await an_office(store, clock, tmp_path)
    return office_on(store, TickingClock(clock), tmp_path)


def rows(tx: Tx, table: str) -> list[dict[str, Any]]:
    return tx.execute(f"SELECT * FROM {table}")


def number_in(receipt: str) -> str:
    found = re.search(r"\d{4}-\d{6}", receipt)
    assert found is not None
    return found[0]


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


# What comes in ------------------------------------------------------------------------------------------------------


async def test_the_same_event_fifty_times_at_once_is_one_turn_and_one_letter(office: Office) -> None:
    async with town(office) as process:
        li = Talk(process.gateway)
        await li.files(ASKED)
        same = {"event": "text", "id": "again", "chat": LI, "text": "/help"}
        answers = await asyncio.gather(*(process.gateway.event(**same) for _ in range(50)))
        await process.worked_off()
        await li.hears("您可以这样说")
        await asyncio.sleep(0.05)
    assert {status for status, _ in answers} == {200}
    assert [told["repeated"] for _, told in answers].count(False) == 1
    assert len([text for text in li.heard if "您可以这样说" in text]) == 1
    assert len(await office.store.read(rows, "cases")) == 1
    assert len([r for r in await office.store.read(rows, "inbox") if r["event_id"] == "again"]) == 1


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_events_of_many_chats_in_any_order_are_all_taken(office: Office) -> None:
    async with town(office) as process:
        events = [{"event": "text", "id": f"s{n}", "chat": f"u{n % 10}", "text": "/help"} for n in range(40)]
        random.Random(7).shuffle(events)
        await asyncio.gather(*(process.gateway.event(**event) for event in events))
        said = lambda: sum("您可以这样说" in t for n in range(10) for t in process.gateway.to(f"u{n}"))  # noqa: E731
        await until(lambda: said() == 40)
    assert {r["state"] for r in await office.store.read(rows, "inbox")} == {"done"}


async def test_an_event_kept_by_a_process_that_died_before_its_answer_is_done_once_by_the_next(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between commit and answer: the gateway posts it again, and it is known."""
    async with GatewayDouble(office).served() as double:
        async with running(office, double) as process:
            process.gate._inbound._crew._take = _nothing
            body = json.dumps({"event": "text", "id": "e-1", "chat": LI, "text": "/help"}).encode()
            assert await process.gate.take(signed(SECRET, body, office.clock()), body)  # and nobody hears the answer
        async with running(office, double):
            status, told = await double.event(event="text", id="e-1", chat=LI, text="/help")
            assert (status, told) == (200, {"kept": True, "repeated": True})
            await Talk(double).hears("您可以这样说")
        await asyncio.sleep(0.05)
    assert len(double.to(LI)) == 1


async def _nothing(_: int) -> list[Any]:
    return []


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_poison_is_put_aside_politely_and_the_next_chat_is_not_kept_waiting(
    office: Office, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = Conversation._turn

    async def ill(self: Conversation, heard: Heard, book: Any) -> None:
        if heard.given.text == "毒药":
            raise RuntimeError
        await turn(self, heard, book)

    monkeypatch.setattr(Conversation, "_turn", ill)
    async with town(office) as process:
        li, wang = Talk(process.gateway), Talk(process.gateway, WANG)
        await process.gateway.event(event="text", chat=LI, text="毒药")
        await wang.says("/help", "您可以这样说")
        for _ in range(200):
            clock.advance(seconds=10)
            if li.heard:
                break
            await asyncio.sleep(0.02)
        assert "已请工作人员查看" in await li.hears("没有处理成功")
        await li.says("/help", "您可以这样说")
        assert (await process.gate.health())["put_aside"] == 1


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_what_is_not_signed_or_too_old_is_refused_with_a_reason(office: Office, clock: FixedClock) -> None:
    body = json.dumps({"event": "text", "id": "e", "chat": LI, "text": "/help"}).encode()
    async with town(office) as process:
        good = signed(SECRET, body, office.clock())
        old = signed(SECRET, body, clock.now.replace(hour=1))
        bent = [{}, {TIMESTAMP: good[TIMESTAMP]}, {**good, SIGNATURE: "sha256=00"}, signed("other", body, clock.now)]
        bent += [
            old,
            {**good, TIMESTAMP: "now"},
            {**good, TIMESTAMP: "9" * 30},
            {**good, SIGNATURE: "签名".encode().hex()},
        ]
        for headers in bent:
            status, told = await process.gateway.raw(body, headers)
            assert (status, told["code"]) == (401, "unsigned")
            assert told["detail_zh"].endswith("。")
        assert (await process.gateway.raw(body + b" ", good))[0] == 401
        assert (await process.gateway.raw(body, good, "nobody"))[0] == 404
        assert (await process.gateway.raw(io.BytesIO(b" " * (1 << 20) + body), good))[0] == 413
    assert not await office.store.read(rows, "inbox")


BAD = [
    ({"event": "text", "chat": LI, "text": "好"}, "id", "缺少字段“id”。"),
    ({"event": "text", "id": "1", "chat": LI}, "text", "缺少字段“text”。"),
    ({"event": "text", "id": "1", "chat": LI, "text": ""}, "text", "“text”不能是空的。"),
    ({"event": "text", "id": "1", "chat": LI, "text": 5}, "text", "“text”要写成字符串。"),
    ({"event": "text", "id": "1", "chat": LI, "text": "好" * 20_001}, "text", "“text”最多20000个字符。"),
    ({"event": "text", "id": "a b", "chat": LI, "text": "好"}, "id", "“id”的格式不对。"),
    ({"event": "text", "id": "1", "chat": "", "text": "好"}, "chat", "“chat”的格式不对。"),
    ({"event": "text", "id": "1", "chat": LI, "text": "好", "mood": 1}, "mood", "没有“mood”这个字段。"),
    ({"event": "laugh", "id": "1"}, "event", "“event”要写text、choice、file或delivery。"),
    ({"id": "1"}, "event", "“event”要写text、choice、file或delivery。"),
    ({"event": "choice", "id": "1", "chat": LI, "code": "x" * 65}, "code", "“code”最多64个字符。"),
    ({"event": "delivery", "id": "1", "key": "k", "status": "lost"}, "status", "“status”的格式不对。"),
    ([], "body", "请求体要是一个JSON对象，UTF-8编码。"),
]


@pytest.mark.parametrize(("row", "field", "why"), BAD)
def test_a_wrong_event_is_refused_by_the_name_of_its_field(row: Any, field: str, why: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_event(json.dumps(row).encode())
    assert refused.value.fields[field].zh == why


@pytest.mark.parametrize("raw", [b"", b"\xff", b"[" * 100_000, b"null", b'{"id":'])
def test_what_is_no_json_is_refused_and_never_falls(raw: bytes) -> None:
    with pytest.raises(Invalid):
        read_event(raw)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_an_id_used_for_other_words_is_refused_so_that_none_are_lost(office: Office) -> None:
    async with town(office) as process:
        await process.gateway.event(event="text", id="e1", chat=LI, text="/help")
        status, told = await process.gateway.event(event="text", id="e1", chat=LI, text="路灯坏了三天")
    assert (status, told["errors"][0]["field"]) == (422, "id")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_a_store_that_is_away_asks_the_gateway_to_come_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with town(office) as process:

        async def away(*_: Any) -> bool:
            raise Unavailable("away")

        monkeypatch.setattr(process.gate._inbound, "keep", away)
        status, told = await process.gateway.event(event="text", id="e1", chat=LI, text="/help")
        assert (status, told["status"]) == (503, 503)
        monkeypatch.undo()
        assert (await process.gateway.event(event="text", id="e1", chat=LI, text="/help"))[1]["repeated"] is False


# Files --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_files_are_fetched_from_the_gateway_alone_looked_at_and_kept(office: Office) -> None:
    async with town(office) as process:
        at, li = process.gateway, Talk(process.gateway)
        number = number_in(await li.files(ASKED))
        at.files = {"lamp.jpg": picture("JPEG"), "tool.jpg": b"MZ\x90\x00" + bytes(200)}
        await li.says("补充", "补充")
        await li.sends("lamp.jpg", "收到")
        await li.sends("tool.jpg", "收到")
        await li.sends("moved.jpg", "收到")
        heard = len(li.heard)
        await li.says("这是材料", "已加到")
        told = "\n".join(li.heard[heard:])
        foreign = {"event": "file", "chat": LI, "name": "a.jpg", "url": "http://169.254.169.254/latest"}
        status, why = await at.event(**foreign)
    assert "“tool.jpg”没有收下" in told
    assert "“moved.jpg”没有收下" in told  # a redirection leads elsewhere and is not followed
    assert (status, why["errors"][0]["field"]) == (422, "url")
    case_id = await office.store.read(cases.id_of, number)
    assert [f["name"] for f in await office.store.read(rows, "files") if f["case_id"] == case_id] == ["lamp.jpg"]


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://files.example/a?b=1", True),
        ("https://files.example:444/a", False),
        ("http://files.example/a", False),
        ("https://files.example.evil/a", False),
        ("https://files.example@evil/a", False),
        ("https://evil/https://files.example", False),
        ("https://files.example\\@evil/a", False),
        ("https://files.example /a", False),
        ("https://[::1/a", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_an_address_is_allowed_only_on_its_very_origin(url: str, good: bool) -> None:
    assert is_allowed(url, ("https://files.example",)) is good


# What goes out ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
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


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
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


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_a_gateway_that_does_not_know_us_calls_the_operator_and_nothing_is_given_up(office: Office) -> None:
    async with town(office) as process:
        process.gateway.answers = [401] * 50
        case_id, key = await a_notice(office)
        for _ in range(200):
            if (await process.courier.health())["alarm"]:
                break
            await asyncio.sleep(0.01)
        assert (await process.courier.health())["alarm"] == f"{NAME}: status 401"
        await ends(office, case_id, key, "waiting")


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


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
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


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
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


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_a_receipt_quicker_than_our_own_settling_waits_for_it(office: Office, clock: FixedClock) -> None:
    async with town(office) as process:
        settle = process.courier._settle
        process.courier._settle = _never  # type: ignore[method-assign]
        case_id, key = await a_notice(office)
        await until(lambda: process.gateway.posts)
        await process.gateway.delivered(key)
        await asyncio.sleep(0.05)
        assert (await process.gate.health())["waiting"] == 1
        process.courier._settle = settle  # type: ignore[method-assign]
        clock.advance(minutes=2)  # the lease of the try that nobody settled is over
        await ends(office, case_id, key, "delivered", clock)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_a_gateway_cannot_speak_of_messages_that_went_another_way(office: Office) -> None:
    async with town(office) as process:
        case_id, key = await a_notice(office)
        await ends(office, case_id, key, "sent")
        await office.store.write(lambda tx: tx.execute("UPDATE outbox SET channel = 'mail' WHERE state = 'sent'"))
        await process.gateway.delivered(key, "failed")
        await process.gateway.delivered("no such key", "failed")
        await process.worked_off()
        await ends(office, case_id, key, "sent")
    assert {r["error"] for r in await office.store.read(rows, "inbox")} == {"no such message"}
