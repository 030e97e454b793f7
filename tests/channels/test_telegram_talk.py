"""A letter told to the bot from the first word to the receipt, over real HTTP and by polling."""

import asyncio
from datetime import date

from telegram import Bot

from channels.dialogue import File, Filed, Session, Wish, after, new_session, next_turn
from channels.telegram.downloads import fetch
from channels.telegram.polling import Pace, poll
from channels.telegram.request import open_bot
from channels.telegram.sending import acknowledge, outbound, send
from channels.telegram.updates import parse
from tests.bot_api import GROUP, TOKEN, BotApi
from tests.talking import LAMP, facts

LI, WANG = 1001, 1002
RECEIPT = Filed("2026-001234", "384920175663", date(2026, 12, 1), "https://qinghe.example/t")


class Desk:
    """Answers each update at once: the shape of the worker, with sessions in memory and a hub that files everything."""

    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self.sessions: dict[str, Session] = {}
        self.wishes: list[Wish] = []

    async def keep(self, _: int, raw: bytes) -> None:
        event = parse(raw)
        if event.input is None:
            return
        turn = next_turn(self.sessions.get(event.chat, new_session(event.lang)), event.input, facts())
        says = turn.says
        if turn.wish is not None:
            self.wishes.append(turn.wish)
            told = after(turn.session, turn.wish, RECEIPT, facts())
            turn, says = told, (*says, *told.says)
        self.sessions[event.chat] = turn.session
        for say in says:
            await send(self.bot, event.chat, outbound(say))
        if event.press:
            await acknowledge(self.bot, event.press)


async def test_two_citizens_talk_to_the_bot_at_once_and_one_gets_a_receipt() -> None:
    stop = asyncio.Event()
    async with BotApi() as api, open_bot(TOKEN, api=api.base) as bot:
        desk = Desk(bot)
        task = asyncio.create_task(poll(bot, desk.keep, stop, Pace(hold=1, least=0.01)))

        async def heard(citizen: int, words: str) -> None:
            await api.until(lambda: any(words in m.get("text", "") for m in api.outbox(citizen)[-2:]))

        async def answered(citizen: int, words: str) -> None:
            before = len(api.outbox(citizen))
            await api.say(citizen, words)
            await api.until(lambda: len(api.outbox(citizen)) > before)

        await api.say(LI, "/start")
        await heard(LI, "如有生命危险，请立即拨打110、119或120")
        await api.press(LI, "写信")
        await heard(LI, "哪一类信")
        await api.say(WANG, "公园里多放几张长椅")
        await heard(WANG, "哪一类信")
        await api.press(LI, "建议")
        await heard(LI, "请说说是什么事")
        await api.photo(LI, b"\xff\xd8photo", LAMP)
        await heard(LI, "已收到第1份材料")
        for words in ("跳过", "跳过", "没有了", "匿名", "可以公开", "确认"):
            await answered(LI, words)
        await heard(LI, "384 920 175 663")
        await api.say(LI, "2026-001234", chat=GROUP)
        await api.say(LI, "/my", chat=GROUP)
        await api.until(lambda: api.outbox(GROUP))
        stop.set()
        await asyncio.wait_for(task, 10)
        (wish,) = desk.wishes
        assert isinstance(wish, File)
        assert (wish.kind, wish.body, wish.anonymous) == ("suggest", LAMP, True)
        assert await fetch(bot, wish.files[0].ref) == b"\xff\xd8photo"
        assert len(api.acknowledged) == 2
        assert ["2026-001234" in m["text"] for m in api.outbox(GROUP)] == [False]
        assert desk.sessions[str(WANG)].answers["text"] == "公园里多放几张长椅"
