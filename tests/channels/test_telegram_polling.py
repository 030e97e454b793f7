"""Receiving: polling never acknowledges what was not kept, the webhook wants its secret, pacing holds the limits."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest
from aiohttp import web
from telegram import Bot

from channels.telegram.pacing import Pacing
from channels.telegram.polling import Pace, poll
from channels.telegram.request import open_bot
from channels.telegram.updates import glance, parse, webhook_secret_ok
from tests.bot_api import TOKEN, BotApi, fault

LI = 1001
QUICK = Pace(hold=1, least=0.01, most=0.05, conflict=0.02)


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi() as server:
        yield server


@pytest.fixture
async def bot(api: BotApi) -> AsyncIterator[Bot]:
    async with open_bot(TOKEN, api=api.base) as opened:
        yield opened


class Inbox:
    """Keeps updates in order; `refuse` makes the next that many attempts fail."""

    def __init__(self) -> None:
        self.kept: list[tuple[int, bytes]] = []
        self.tries: list[int] = []
        self.refuse = 0

    async def keep(self, number: int, raw: bytes) -> None:
        self.tries.append(number)
        if self.refuse:
            self.refuse -= 1
            raise OSError("the database is down")
        self.kept.append((number, raw))

    @property
    def texts(self) -> list[str]:
        return [json.loads(raw)["message"]["text"] for _, raw in self.kept]


@asynccontextmanager
async def polling(bot: Bot, keep: Callable[[int, bytes], Awaitable[None]]) -> AsyncIterator[asyncio.Task[None]]:
    stop = asyncio.Event()
    task = asyncio.create_task(poll(bot, keep, stop, QUICK))
    try:
        yield task
    finally:
        stop.set()
        await asyncio.wait_for(task, 10)


async def test_what_is_said_is_kept_in_order_and_acknowledged_afterwards(api: BotApi, bot: Bot) -> None:
    inbox = Inbox()
    async with polling(bot, inbox.keep):
        for text in ("一", "二", "三"):
            await api.say(LI, text)
        await api.until(lambda: len(inbox.kept) == 3 and not api.updates)
    assert inbox.texts == ["一", "二", "三"]
    assert api.offsets[-1] == inbox.kept[-1][0] + 1
    assert parse(inbox.kept[0][1]).chat == str(LI)
    assert glance(inbox.kept[0][1]).event_id == str(inbox.kept[0][0])


async def test_an_update_that_could_not_be_kept_comes_again(api: BotApi, bot: Bot) -> None:
    inbox = Inbox()
    inbox.refuse = 2
    await api.say(LI, "一")
    await api.say(LI, "二")
    async with polling(bot, inbox.keep):
        await api.until(lambda: len(inbox.kept) == 2)
    assert inbox.texts == ["一", "二"]
    assert inbox.tries[:3] == [inbox.kept[0][0]] * 3


async def test_the_offset_does_not_move_while_keeping_is_under_way(api: BotApi, bot: Bot) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def keep(number: int, raw: bytes) -> None:
        begun.set()
        await may_end.wait()

    update = await api.say(LI, "一")
    async with polling(bot, keep):
        await asyncio.wait_for(begun.wait(), 10)
        assert api.offsets == [0]
        assert len(api.updates) == 1
        may_end.set()
        await api.until(lambda: not api.updates)
    assert api.offsets[1] == update["update_id"] + 1


async def test_stopping_before_the_next_fetch_leaves_the_last_update_to_come_again(api: BotApi, bot: Bot) -> None:
    stop, inbox = asyncio.Event(), Inbox()

    async def keep(number: int, raw: bytes) -> None:
        await inbox.keep(number, raw)
        stop.set()

    await api.say(LI, "一")
    await asyncio.wait_for(poll(bot, keep, stop, QUICK), 10)
    async with polling(bot, inbox.keep):
        await api.until(lambda: len(inbox.kept) == 2 and not api.updates)
    assert inbox.texts == ["一", "一"]


@pytest.mark.parametrize(
    "trouble",
    [
        fault(409, "Conflict: terminated by other getUpdates request"),
        fault(502, "Bad Gateway"),
        fault(401, "Unauthorized"),
        fault(429, "Too Many Requests: retry after 0.02", retry_after=0.02),
        web.Response(text="<html>", status=200),
    ],
    ids=["409", "502", "401", "429", "no json"],
)
async def test_polling_outlives_every_trouble(api: BotApi, bot: Bot, trouble: web.Response) -> None:
    inbox = Inbox()
    api.faults["getUpdates"].append(trouble)
    async with polling(bot, inbox.keep) as task:
        await api.say(LI, "还在吗")
        await api.until(lambda: inbox.kept)
        assert not task.done()
    assert inbox.texts == ["还在吗"]


async def test_polling_waits_for_a_server_that_is_not_there_yet() -> None:
    inbox, gone = Inbox(), await BotApi().start()
    await gone.stop()
    async with open_bot(TOKEN, api=gone.base) as bot, polling(bot, inbox.keep) as task:
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(task), 0.2)
        assert not task.done()
    assert inbox.kept == []


async def test_cancelling_polling_ends_it(bot: Bot) -> None:
    task = asyncio.create_task(poll(bot, Inbox().keep, asyncio.Event(), QUICK))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_the_webhook_is_delivered_with_its_secret_and_again_after_a_failure(api: BotApi, bot: Bot) -> None:
    inbox, answers = Inbox(), [503, 200]

    async def receive(request: web.Request) -> web.Response:
        if not webhook_secret_ok(request.headers.get("X-Telegram-Bot-Api-Secret-Token"), "s3cret"):
            return web.Response(status=403)
        raw = await request.read()
        await inbox.keep(int(glance(raw).event_id), raw)
        return web.Response(status=answers.pop(0) if answers else 200)

    app = web.Application()
    app.router.add_post("/hook", receive)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        await bot.set_webhook(address, secret_token="s3cret")
        await api.say(LI, "路灯坏了")
        assert inbox.texts == ["路灯坏了", "路灯坏了"]
        assert len({number for number, _ in inbox.kept}) == 1
        await bot.set_webhook(address, secret_token="wrong")
        await api.say(LI, "假的")
        assert len(inbox.kept) == 2
        assert len(api.undelivered) == 1
    finally:
        await runner.cleanup()


def test_a_chat_gets_a_short_burst_and_then_one_message_a_second() -> None:
    pacing = Pacing(now=100.0)
    for _ in range(3):
        assert pacing.wait("li", 100.0) == 0
        pacing.sent("li", 100.0)
    assert pacing.wait("li", 100.0) == pytest.approx(1.0)
    assert pacing.wait("wang", 100.0) == 0
    assert pacing.wait("li", 101.0) == pytest.approx(0.0)


def test_the_whole_bot_sends_thirty_a_second() -> None:
    pacing, now, sent = Pacing(), 0.0, 0
    while now < 10.0:
        wait = pacing.wait(f"chat{sent}", now)
        if wait:
            now += wait
            continue
        pacing.sent(f"chat{sent}", now)
        sent += 1
    assert 30 * 10 <= sent <= 30 * 11 + 1


def test_a_chat_told_to_wait_stops_only_itself_and_the_whole_bot_can_be_held() -> None:
    pacing = Pacing()
    pacing.hold("li", 30.0, 0.0)
    assert pacing.wait("li", 10.0) == pytest.approx(20.0)
    assert pacing.wait("wang", 10.0) == 0
    pacing.hold(None, 5.0, 10.0)
    assert pacing.wait("wang", 10.0) == pytest.approx(5.0)


def test_a_clock_set_back_neither_frees_nor_blocks() -> None:
    pacing = Pacing(now=100.0)
    for _ in range(3):
        pacing.sent("li", 100.0)
    assert pacing.wait("li", 50.0) == pytest.approx(1.0)


def test_a_group_gets_twenty_messages_a_minute() -> None:
    pacing, now, sent = Pacing(burst=1.0), 0.0, 0
    while now < 60.0:
        if (wait := pacing.wait("-100500", now)) > 0:
            now += wait
            continue
        pacing.sent("-100500", now)
        sent += 1
    assert sent in (20, 21)


def test_quiet_chats_are_forgotten() -> None:
    pacing = Pacing()
    pacing.sent("li", 0.0)
    assert pacing.forget(0.5) == 1
    assert pacing.forget(5.0) == 0
