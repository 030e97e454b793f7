"""The courier: what went out is written down at once, what failed waits or becomes visible work, nothing is lost."""

import asyncio
import hashlib
import hmac
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from channels.courier import NOT_WORTH_A_MESSAGE
from channels.letters import SMS_MOST, is_one_sms
from channels.sms.gateway import Gateway, gateway
from hub.case import Notice
from hub.moments import to_text
from hub.office import Office
from hub.reading import staff_case
from hub.storage import journal, outbox
from hub.storage import settings as store_settings
from hub.storage.contract import Store
from hub.storage.tx import Tx
from hub.submission import Contact
from tests.bot_api import BotApi, fault, hang
from tests.builders import GOOD_REPLY, HANDLER, RECEPTION, a_letter, an_office, an_officer, office_on
from tests.by_telegram import TEMPO, Talk, TickingClock, posting, running
from tests.channels.published import answered
from tests.conftest import FixedClock

LI, WANG = 1001, 1002


@pytest.fixture
async def office(store: Store, clock: FixedClock, tmp_path: Path) -> Office:
    await an_office(store, clock, tmp_path)
    return office_on(store, TickingClock(clock), tmp_path)


async def a_notice(office: Office, text: str = "reopened", chat: int | None = LI, **changes: Any) -> tuple[str, str]:
    """A letter that came by Telegram (or by web, without a chat), and a notice to its citizen; case id and key."""
    way = {"channel": "telegram", "chat": str(chat)} if chat else {}
    receipt = await office.receive(a_letter(f"key-{chat}-{text}", **way, **changes))
    key = f"{receipt.case_id}:{text}"
    await office.store.write(clear, receipt.case_id)
    notice = Notice("party:1", text, key)
    await office.store.write(outbox.put, receipt.case_id, [notice], office.clock())
    return receipt.case_id, key


def clear(tx: Tx, case_id: str) -> None:
    """Only the notice of the test shall wait."""
    tx.execute("UPDATE outbox SET state = 'sent' WHERE case_id = :id AND state = 'waiting'", {"id": case_id})


async def row(office: Office, case_id: str, key: str) -> dict[str, Any]:
    return next(r for r in await office.store.read(outbox.of_case, case_id) if r["key"] == key)


async def ends(office: Office, case_id: str, key: str, state: str, clock: FixedClock | None = None) -> dict[str, Any]:
    """The row once it stands so; a clock given is moved on only while the row waits for a later moment, so that a claim
    that is under way never finds its lease over."""
    for _ in range(500):
        found = await row(office, case_id, key)
        if found["state"] == state:
            return found
        if clock is not None and found["lease_until"] is None and found["next_at"] > to_text(clock.now):
            clock.advance(seconds=30)
        await asyncio.sleep(0.02)
    raise AssertionError(f"{found['state']} {found['error']}, not {state}")


async def tried(api: BotApi, times: int) -> None:
    await api.until(lambda: len(sends(api)) >= times)


def sends(api: BotApi, chat: int = LI) -> list[Any]:
    return [given for method, given in api.calls if method == "sendMessage" and int(given["chat_id"]) == chat]


async def actions(office: Office, case_id: str) -> list[str]:
    return [line.action for line in await office.store.read(journal.of_case, case_id)]


async def on_desks(office: Office, case_id: str) -> list[tuple[str, str]]:
    rows = await office.store.read(outbox.of_case, case_id)
    return [(r["text"], r["recipient"]) for r in rows if r["channel"] == "desk"]


async def test_a_notice_goes_to_the_chat_and_is_settled_with_the_providers_id(office: Office) -> None:
    async with BotApi() as api, running(office, api):
        case_id, key = await a_notice(office)
        sent = await ends(office, case_id, key, "sent")
        (message,) = api.outbox(LI)
    assert (sent["channel"], sent["provider_id"], sent["error"]) == ("telegram", str(message["message_id"]), "")
    assert "重新办理" in message["text"]


async def test_an_answer_by_a_foreign_messenger_holds_no_word_of_the_letter(office: Office) -> None:
    async with BotApi() as api, running(office, api, carry="link"):
        receipt = await office.receive(a_letter(channel="telegram", chat=str(LI)))
        number = receipt.number
        if receipt.state not in ("dispatched",):
            await office.act(number, "accept", {}, RECEPTION)
            await office.act(number, "dispatch", {"unit": "urban"}, RECEPTION)
        await office.act(number, "sign", {}, HANDLER)
        await office.act(number, "ask_citizen", {"question": "请问是东门还是西门？"}, HANDLER)
        notice = Notice("party:1", "answered", "an-answer", {"reply": 1})
        await office.store.write(outbox.put, receipt.case_id, [notice], office.clock())
        await Talk(api, LI).hears("已答复")
        await api.press(LI, "看看进展")
        await Talk(api, LI).hears("编号")
        said = "\n".join(Talk(api, LI).heard)
    for words in ("路灯", "东门", GOOD_REPLY[:8], "塘前"):
        assert words not in said
    assert f"https://qinghe.example/letters/track?number={number}" in said


async def test_what_telegram_refuses_is_never_tried_again_and_becomes_work(office: Office, clock: FixedClock) -> None:
    async with BotApi() as api, running(office, api):
        api.faults["sendMessage"].append(fault(400, "Bad Request: chat not found"))
        case_id, key = await a_notice(office)
        failed = await ends(office, case_id, key, "failed")
        clock.advance(days=1)
        await asyncio.sleep(0.1)
    assert len(sends(api)) == 1
    assert failed["error"] == "BadRequest"
    assert "notice.failed" in await actions(office, case_id)
    assert "undeliverable" in [text for text, _ in await on_desks(office, case_id)]


async def test_a_citizen_who_blocked_the_bot_is_called_instead(office: Office) -> None:
    async with BotApi() as api, running(office, api):
        api.blocked.add(LI)
        case_id, key = await a_notice(office, "answered")
        task = await ends(office, case_id, key, "task")
        assert task["channel"] == "phone"
        told = await on_desks(office, case_id)
        assert "phone_task" in [text for text, _ in told]


async def test_a_blocked_bot_and_no_phone_is_visible_work(office: Office) -> None:
    async with BotApi() as api, running(office, api):
        api.blocked.add(LI)
        case_id, key = await a_notice(office, "answered", contact=Contact(name="李小满"))
        await ends(office, case_id, key, "undeliverable")
    assert "undeliverable" in [text for text, _ in await on_desks(office, case_id)]


async def test_telegram_is_waited_for_as_long_as_it_says_and_other_chats_go_on(
    office: Office, clock: FixedClock
) -> None:
    async with BotApi() as api, running(office, api):
        api.faults["sendMessage"].append(fault(429, "Too Many Requests", retry_after=30))
        first, key = await a_notice(office)
        await tried(api, 1)
        second, other = await a_notice(office, "reopened", WANG)
        await ends(office, second, other, "sent")
        clock.advance(seconds=20)
        await asyncio.sleep(0.1)
        assert len(sends(api)) == 1
        waiting = await row(office, first, key)
        assert (waiting["state"], waiting["error"]) == ("waiting", "paced: RetryAfter")


@pytest.mark.parametrize(("code", "words"), [(502, "Bad Gateway"), (409, "Conflict"), (500, "Internal")])
async def test_what_may_pass_is_tried_again_with_growing_pauses(
    office: Office, clock: FixedClock, code: int, words: str
) -> None:
    async with BotApi() as api, running(office, api):
        api.faults["sendMessage"].extend(fault(code, words) for _ in range(3))
        case_id, key = await a_notice(office)
        await tried(api, 1)
        await asyncio.sleep(0.1)
        assert len(sends(api)) == 1
        sent = await ends(office, case_id, key, "sent", clock)
    assert len(sends(api)) == 4
    assert sent["attempts"] == 4
    assert not any("可能重复" in m["text"] for m in api.outbox(LI))


async def test_after_a_week_it_is_visible_work_and_no_longer_tried(office: Office, clock: FixedClock) -> None:
    async with BotApi() as api, running(office, api):
        api.faults["sendMessage"].extend(fault(502, "Bad Gateway") for _ in range(50))
        case_id, key = await a_notice(office)
        await tried(api, 1)
        clock.advance(days=7, hours=1)
        await ends(office, case_id, key, "failed")
    assert "undeliverable" in [text for text, _ in await on_desks(office, case_id)]


async def test_silence_after_sending_is_answered_by_one_marked_repetition(office: Office, clock: FixedClock) -> None:
    async with BotApi() as api, running(office, api):
        api.faults["sendMessage"].append(hang)
        case_id, key = await a_notice(office)
        sent = await ends(office, case_id, key, "sent", clock)
    assert sent["error"] == "repeated"
    texts = [m["text"] for m in api.outbox(LI)]
    assert ["可能重复" in t for t in texts] == [False, True]


async def test_twice_silent_is_said_to_be_unknown_and_not_sent_a_third_time(office: Office, clock: FixedClock) -> None:
    async with BotApi() as api, running(office, api):
        api.faults["sendMessage"].extend([hang, hang])
        case_id, key = await a_notice(office)
        await ends(office, case_id, key, "ambiguous", clock)
        clock.advance(days=1)
        await asyncio.sleep(0.1)
    assert len(sends(api)) == 2
    assert "notice.unknown" in await actions(office, case_id)


async def test_what_may_have_arrived_keeps_its_mark_when_somebody_sends_it_again(
    office: Office, clock: FixedClock
) -> None:
    async with BotApi() as api, running(office, api, tempo=replace(TEMPO, read=0.2)):
        api.faults["sendMessage"].extend([hang, hang, fault(502, "Bad Gateway")])
        case_id, key = await a_notice(office)
        await ends(office, case_id, key, "ambiguous", clock)
        assert await office.store.write(outbox.send_again, key, clock.now)
        await tried(api, 3)
        assert (await row(office, case_id, key))["state"] == "waiting", "the wish alone is no success"
        await ends(office, case_id, key, "sent", clock)
        assert "可能重复" in sends(api)[-1]["text"]


async def test_a_courier_that_dies_while_sending_repeats_at_most_once(office: Office, clock: FixedClock) -> None:
    async with BotApi() as api:
        case_id, key = "", ""
        for _ in range(3):
            async with AsyncDeath(office, api):
                if not key:
                    api.faults["sendMessage"].extend([hang] * 3)
                    case_id, key = await a_notice(office)
                before = len(sends(api))
                await asyncio.sleep(0.3)
                assert len(sends(api)) - before <= 1
            clock.advance(seconds=61)
        assert len(sends(api)) == 2
        async with running(office, api):
            await ends(office, case_id, key, "ambiguous")


class AsyncDeath:
    """A process that is cut off in the middle of what it does."""

    def __init__(self, office: Office, api: BotApi) -> None:
        self._process = running(office, api, tempo=replace(TEMPO, patience=0.0, read=5.0))

    async def __aenter__(self) -> None:
        await self._process.__aenter__()

    async def __aexit__(self, *fault_: Any) -> None:
        await self._process.__aexit__(*fault_)


async def test_a_broken_token_alarms_and_keeps_everything(office: Office, clock: FixedClock) -> None:
    async with BotApi() as api, running(office, api) as process:
        api.faults["sendMessage"].append(fault(401, "Unauthorized"))
        case_id, key = await a_notice(office)
        await tried(api, 1)
        await asyncio.sleep(0.1)
        assert process.bot.pulse.fault == "InvalidToken"
        await ends(office, case_id, key, "sent", clock)
        assert process.bot.pulse.reached


async def test_nothing_goes_out_while_the_outbox_is_held(office: Office) -> None:
    await office.store.write(store_settings.put, store_settings.HELD, "1")
    async with BotApi() as api, running(office, api):
        case_id, key = await a_notice(office)
        await asyncio.sleep(0.2)
        assert not sends(api)
        await office.store.write(store_settings.release)
        await ends(office, case_id, key, "sent")


async def test_a_citizen_with_only_a_phone_is_a_task_that_a_call_settles(office: Office) -> None:
    async with posting(office, {}):
        receipt = await office.receive(a_letter())
        if receipt.state != "dispatched":
            await office.act(receipt.number, "accept", {}, RECEPTION)
            await office.act(receipt.number, "dispatch", {"unit": "urban"}, RECEPTION)
        await office.act(receipt.number, "sign", {}, HANDLER)
        await office.act(receipt.number, "ask_citizen", {"question": "请问是东门还是西门？"}, HANDLER)
        asked = next(r for r in await office.store.read(outbox.of_case, receipt.case_id) if r["text"] == "question")
        await ends(office, receipt.case_id, asked["key"], "task")
        assert ("phone_task", "handler@urban") in await on_desks(office, receipt.case_id)
        await office.act(receipt.number, "contact", {"how": "phone", "result": "reached"}, HANDLER)
        settled = await row(office, receipt.case_id, asked["key"])
    assert (settled["state"], settled["channel"]) == ("delivered", "phone")


async def test_what_is_not_worth_a_call_stays_on_the_page(office: Office) -> None:
    async with posting(office, {}):
        case_id, key = await a_notice(office, "closed", None)
        kept = await ends(office, case_id, key, "page")
    assert kept["channel"] == "page"


async def test_for_a_hidden_matter_the_reception_desk_calls_and_never_the_unit(office: Office) -> None:
    async with posting(office, {}):
        case_id, key = await a_notice(office, "answered", None, aim="service")
        await ends(office, case_id, key, "task")
        told = [to for text, to in await on_desks(office, case_id) if text == "phone_task"]
    assert told == ["intake@"]


# Text messages ------------------------------------------------------------------------------------------------------


class Phones:
    """A gateway for text messages that checks what it is sent."""

    def __init__(self) -> None:
        self.got: list[dict[str, str]] = []
        self.answers: list[web.Response] = []

    async def take(self, request: web.Request) -> web.Response:
        body, stamp = await request.read(), request.headers["X-Minxin-Timestamp"]
        mark = hmac.new(b"key", f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        if request.headers["X-Minxin-Signature"] != f"sha256={mark}":
            return web.Response(status=401)
        if self.answers:
            return self.answers.pop(0)
        self.got.append(json.loads(body))
        return web.json_response({"id": f"m{len(self.got)}"})


@asynccontextmanager
async def phones(office: Office, secret: str = "key") -> AsyncIterator[tuple[Phones, Gateway]]:
    at = Phones()
    app = web.Application()
    app.router.add_post("/send", at.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with gateway(f"http://127.0.0.1:{runner.addresses[0][1]}/send", secret, office.clock) as opened:
        assert opened is not None
        yield at, opened
    await runner.cleanup()


async def test_a_text_message_is_signed_short_and_holds_nothing_of_the_matter(office: Office) -> None:
    async with phones(office) as (at, opened), posting(office, {"sms": opened}):
        case_id, key = await a_notice(office, "answered", None)
        sent = await ends(office, case_id, key, "sent")
    (message,) = at.got
    assert (sent["channel"], sent["provider_id"]) == ("sms", "m1")
    assert message["to"] == "13900001234"
    assert message["key"] == key
    assert len(message["text"]) <= SMS_MOST
    assert "已答复" in message["text"]
    assert "路灯" not in message["text"]


async def test_a_day_that_rests_on_a_year_not_announced_is_called_provisional(
    office: Office, clock: FixedClock
) -> None:
    clock.now = datetime(2026, 12, 14, 2, tzinfo=UTC)
    async with phones(office) as (at, opened), posting(office, {"sms": opened}):
        for text in ("received", "due_moved"):
            await ends(office, *await a_notice(office, text, None), "sent")
    assert all("2027年1月5日（暂定）" in message["text"] for message in at.got)
    assert "12345" in at.got[0]["text"] or "0555" in at.got[0]["text"]
    assert all(len(message["text"]) <= SMS_MOST for message in at.got)


async def test_a_moved_date_is_told_with_the_one_before(office: Office) -> None:
    async with BotApi() as api, running(office, api):
        case_id, _ = await a_notice(office)
        moved = Notice("party:1", "due_moved", f"{case_id}:moved", {"was": "2026-03-11"})
        await office.store.write(outbox.put, case_id, [moved], office.clock())
        await ends(office, case_id, moved.key, "sent")
        said = api.outbox(LI)[-1]["text"]
    assert "原来告诉您最迟3月11日（星期三）答复" in said
    assert "现在是最迟3月12日（星期四）答复您" in said


async def test_a_late_answer_is_told_with_the_day_of_the_next_news_and_not_the_one_that_has_passed(
    office: Office,
) -> None:
    async with phones(office) as (at, opened), posting(office, {"sms": opened}):
        receipt = await office.receive(a_letter("late", contact=Contact(phone="13900001234")))
        refs = {"days": 2, "due": "2026-12-15"}
        notice = Notice("party:1", "overdue", "late:overdue", refs)
        await office.store.write(outbox.put, receipt.case_id, [notice], office.clock())
        await ends(office, receipt.case_id, "late:overdue", "sent")
    assert "晚了2个工作日，12月15日（星期二）前告诉您进展" in next(m["text"] for m in at.got if "抱歉" in m["text"])


async def test_what_comes_after_the_answer_still_names_the_day_that_was_promised(office: Office) -> None:
    receipt = await office.receive(a_letter("late", contact=Contact(phone="13900001234")))
    await answered(office, receipt.number)
    slow = Notice("party:1", "dispatched", "late:dispatched", {})
    await office.store.write(outbox.put, receipt.case_id, [slow], office.clock())
    async with phones(office) as (at, opened), posting(office, {"sms": opened}):
        await ends(office, receipt.case_id, "late:dispatched", "sent")
    said = "\n".join(message["text"] for message in at.got)
    assert "3月12日（星期四）" in said
    assert "另行告知" not in said


async def test_a_gateway_that_is_busy_or_away_is_tried_again(office: Office, clock: FixedClock) -> None:
    async with phones(office) as (at, opened), posting(office, {"sms": opened}):
        at.answers = [web.Response(status=503), web.Response(status=429, headers={"Retry-After": "40"})]
        case_id, key = await a_notice(office, "answered", None)
        await ends(office, case_id, key, "sent", clock)
    assert len(at.got) == 1


async def test_a_number_the_gateway_refuses_is_visible_work(office: Office) -> None:
    async with phones(office) as (at, opened), posting(office, {"sms": opened}):
        at.answers = [web.Response(status=422)]
        case_id, key = await a_notice(office, "answered", None)
        await ends(office, case_id, key, "failed")
    assert "undeliverable" in [text for text, _ in await on_desks(office, case_id)]


async def test_a_gateway_that_does_not_know_us_calls_the_operator(office: Office) -> None:
    async with phones(office, "another key") as (_, opened), posting(office, {"sms": opened}) as post:
        case_id, key = await a_notice(office, "answered", None)
        for _ in range(200):
            if post.pulses["sms"].fault:
                break
            await asyncio.sleep(0.01)
        assert post.pulses["sms"].fault == "status 401"
        assert (await row(office, case_id, key))["state"] == "waiting"


async def test_every_notice_to_a_citizen_fits_a_text_message(office: Office, clock: FixedClock) -> None:
    texts = (await office.book()).texts["notices"]
    names = [name for name, forms in texts.items() if forms["audience"] == "citizen"]
    async with phones(office) as (at, opened), posting(office, {"sms": opened}):
        for name in names:
            await a_notice(office, name, None)
        async with asyncio.timeout(20):
            while (await post_waiting(office)) > 0:
                await asyncio.sleep(0.02)
    assert len(at.got) == len(names) - len(NOT_WORTH_A_MESSAGE)
    assert all(len(m["text"]) <= SMS_MOST and "{" not in m["text"] for m in at.got)


async def test_an_english_text_message_is_whole_and_has_more_room(office: Office) -> None:
    async with phones(office) as (at, opened), posting(office, {"sms": opened}):
        case_id, key = await a_notice(office, "received", None, lang="en")
        await ends(office, case_id, key, "sent")
    (message,) = at.got
    assert SMS_MOST < len(message["text"]) <= 160
    assert re.search(r"query code (\d{3} ){3}\d{3}\. Answer by", message["text"])
    assert re.search(r"Questions: [\d-]+$", message["text"])


@pytest.mark.parametrize(
    ("text", "one"), [("来" * 70, True), ("来" * 71, False), ("a" * 160, True), ("a" * 161, False)]
)
def test_one_message_holds_70_characters_or_160_plain_ones(text: str, one: bool) -> None:
    assert is_one_sms(text) is one
    assert not is_one_sms("a" * 70 + "~")


async def post_waiting(office: Office) -> int:
    rows = await office.store.read(lambda tx: tx.execute("SELECT key FROM outbox WHERE state = 'waiting'"))
    return len(rows)


async def test_a_department_is_told_nothing_by_a_notice_about_who_wrote(office: Office) -> None:
    async with posting(office, {}):
        receipt = await office.receive(a_letter(aim="service"))
        notice = Notice("party:1", "answered", "told")
        await office.store.write(outbox.put, receipt.case_id, [notice], office.clock())
        await ends(office, receipt.case_id, "told", "task")
    book = await office.book()
    supervisor = an_officer("方督查", "supervisor", "handler@supervision", home="supervision")
    seen = await office.store.read(staff_case, receipt.number, supervisor, book, office.clock())
    assert "13900001234" not in str(seen)
    assert "13900001234" not in str(await office.store.read(outbox.of_case, receipt.case_id))
