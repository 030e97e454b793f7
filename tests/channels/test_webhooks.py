"""Gateways, what comes in: each event once and whole, proven, in any order, and nothing from where nothing may come."""

import asyncio
import io
import json
import random
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from channels.conversing import Conversation, Heard
from channels.outside import Secrets, outside
from channels.webhooks.events import read_event
from channels.webhooks.fetching import is_allowed
from channels.webhooks.signing import SIGNATURE, TIMESTAMP, signed
from config.settings import Gateway, Settings, Sms
from hub.errors import Invalid, Said
from hub.office import Office
from hub.storage import cases
from hub.storage.contract import Store
from hub.storage.errors import Unavailable
from hub.storage.tx import Tx
from tests.builders import an_office, office_on
from tests.by_mail import until
from tests.by_telegram import DANGERS, SITE, TickingClock
from tests.by_webhook import SECRET, GatewayDouble, Talk, running, town
from tests.conftest import FixedClock
from tests.hub.test_files import picture

ASKED = "请问办身份证要带什么材料，周六开不开门？"
LI, WANG = "u-li", "u-wang"
on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
"""What does not touch the store in a way of its own runs on one engine."""


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


@on_sqlite
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


@on_sqlite
async def test_poison_is_put_aside_politely_and_the_next_chat_is_not_kept_waiting(
    office: Office, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = Conversation._turn

    async def ill(self: Conversation, heard: Heard, book: Any) -> None:
        if heard.inputs[0].text == "毒药":
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
        assert (await process.waiting()).aside.n == 1


@on_sqlite
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


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
ROW = st.fixed_dictionaries(
    {"event": st.sampled_from(["text", "choice", "file", "delivery"]) | JSON},
    optional=dict.fromkeys(("id", "chat", "text", "code", "url", "name", "key", "status", "lang"), JSON),
)


@given(ROW)
def test_whatever_a_gateway_posts_is_an_event_or_refused_with_sentences(row: Any) -> None:
    fields: Mapping[str, Said] = {}
    try:
        read_event(json.dumps(row).encode())
    except Invalid as refused:
        fields = refused.fields
    assert all(said.zh.endswith("。") and said.en.endswith(".") for said in fields.values())


@on_sqlite
async def test_signs_that_no_keyboard_makes_harm_neither_chat_nor_text_message(office: Office) -> None:
    for name, chat in (("wechat", LI), ("sms", "13900001234")):
        async with town(office, name) as process:
            await process.gateway.event(event="text", chat=chat, text="在吗\ud800\x00")
            await until(lambda: process.gateway.to(chat))  # noqa: B023
            assert (await process.waiting()).aside.n == 0


@on_sqlite
async def test_an_id_used_for_other_words_is_refused_so_that_none_are_lost(office: Office) -> None:
    async with town(office) as process:
        await process.gateway.event(event="text", id="e1", chat=LI, text="/help")
        status, told = await process.gateway.event(event="text", id="e1", chat=LI, text="路灯坏了三天")
    assert (status, told["errors"][0]["field"]) == (422, "id")


@on_sqlite
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


@on_sqlite
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


# Settings -----------------------------------------------------------------------------------------------------------


@on_sqlite
async def test_the_settings_open_every_gateway_and_text_messages_only_where_they_answer(office: Office) -> None:
    wechat = Gateway(name="wechat", url="http://127.0.0.1:1/out", secret_file=Path("unread"))
    settings = Settings(sms=Sms(gateway_url="http://127.0.0.1:1/sms", replies=True), gateways=(wechat,))
    secrets = Secrets(sms="one", gateways={"wechat": "two"})
    async with outside(office, settings, SITE, DANGERS, secrets) as channels:
        assert set(channels.gates) == {"sms", "wechat"}
        assert {"sms", "wechat"} <= set(channels.courier.pulses)
    one_way = Settings(sms=Sms(gateway_url="http://127.0.0.1:1/sms"))
    async with outside(office, one_way, SITE, DANGERS, secrets) as channels:
        assert not channels.gates


GATEWAY = {"name": "wechat", "url": "https://gateway.example/out", "secret_file": "/run/secrets/wechat"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"gateways": [{**GATEWAY, "name": "mail"}]},
        {"gateways": [{**GATEWAY, "name": "we chat"}]},
        {"gateways": [{**GATEWAY, "url": "gateway.example"}]},
        {"gateways": [{**GATEWAY, "url": "https://user:word@gateway.example"}]},
        {"gateways": [{**GATEWAY, "file_origins": ["https://files.example/path"]}]},
        {"gateways": [GATEWAY, GATEWAY]},
        {"sms": {"replies": True}},
    ],
)
def test_a_gateway_that_cannot_work_stops_the_start(wrong: dict[str, Any]) -> None:
    assert Settings.model_validate({"gateways": [GATEWAY]}).gateways[0].carry == "link"
    with pytest.raises(ValidationError):
        Settings.model_validate(wrong)
