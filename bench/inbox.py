"""Updates through the durable inbox: `python -m bench.inbox` times keeping and finished turns beside bare parsing.

Three ways over the same bytes in one run: the library's own parser alone; only kept, as Telegram waits for it; and
kept and worked off (inbox row, lane, session, turn, answers in the outbox: one deed an update, everything durable).
"""

import argparse
import asyncio
import json
import logging
import tempfile
import tomllib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import structlog
from telegram import Update

from bench.figures import fdatasync_ms, table
from bench.serve import CONFIG, open_office
from channels.telegram.bot import Access, TelegramBot, Tempo, bot
from channels.telegram.worker import Setting
from hub.office import Office
from hub.storage import traffic
from routing.danger import read_dangers

NOWHERE = "http://127.0.0.1:9"
"""No Bot API answers there: what is said waits in the outbox, so that sending is not measured."""
SAID = ("/start", "/new", "门口的路灯坏了半个月，晚上老人出门看不见台阶。", "/lang en", "/help", "/back")
CALLERS = 64


def updates(many: int) -> list[bytes]:
    """Messages of many chats, each chat saying one thing after the other."""
    chats = max(1, many // len(SAID))
    return [
        json.dumps(
            {
                "update_id": 1 + n,
                "message": {
                    "message_id": 1 + n // chats,
                    "date": 1_790_000_000 + n,
                    "chat": {"id": 1000 + n % chats, "type": "private", "first_name": "李"},
                    "from": {"id": 1000 + n % chats, "is_bot": False, "first_name": "李", "language_code": "zh-hans"},
                    "text": SAID[n // chats % len(SAID)],
                },
            },
            ensure_ascii=False,
        ).encode()
        for n in range(many)
    ]


def parsed(raws: Sequence[bytes]) -> float:
    """Seconds for parsing alone."""
    begun = perf_counter()
    for raw in raws:
        Update.de_json(json.loads(raw), None)
    return perf_counter() - begun


async def kept(telegram: TelegramBot, raws: Sequence[bytes]) -> float:
    """Seconds until every update is durable, CALLERS at a time."""
    waiting = iter(raws)

    async def caller() -> None:
        for raw in waiting:
            await telegram.keep(0, raw)

    begun = perf_counter()
    await asyncio.gather(*(caller() for _ in range(CALLERS)))
    return perf_counter() - begun


async def worked_off(office: Office, telegram: TelegramBot, raws: Sequence[bytes]) -> tuple[float, float]:
    """Seconds until every turn is finished, and of the processor."""
    begun, cpu = perf_counter(), process_time()
    async with telegram.at_work("https://bench.example"):
        await kept(telegram, raws)
        while (await office.store.read(traffic.waiting)).get("telegram", traffic.Waiting()).came.n:
            await asyncio.sleep(0.02)
        took = perf_counter() - begun, process_time() - cpu
    left = (await office.store.read(traffic.waiting))["telegram"]
    assert left.aside.n == 0, f"{left.aside.n} updates could not be handled"
    return took


@asynccontextmanager
async def opened(folder: Path, name: str) -> AsyncIterator[tuple[Office, TelegramBot]]:
    """A hub in a folder of its own with a bot that is not at work yet."""
    own = folder / name
    own.mkdir()
    office = await open_office(own)
    dangers = read_dangers(tomllib.loads((CONFIG / "danger.toml").read_text("utf-8")))
    setting = Setting("https://bench.example", "full", dangers)
    try:
        async with bot(office, Access("webhook", "1:bench", "a secret", api=NOWHERE), setting, Tempo()) as telegram:
            assert telegram is not None
            yield office, telegram
    finally:
        await office.store.close()


async def main(told: argparse.Namespace) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    raws = updates(told.updates)
    with tempfile.TemporaryDirectory(dir=told.folder) as name:
        folder = Path(name)
        print("one 4 KiB block written and synced: median {:.2f} ms, p99 {:.2f} ms".format(*fdatasync_ms(folder)))
        rows: list[tuple[Any, ...]] = []
        bare = parsed(raws)
        async with opened(folder, "kept") as (_, telegram):
            only = await kept(telegram, raws)
        async with opened(folder, "worked") as (office, telegram):
            whole, cpu = await worked_off(office, telegram, raws)
        bare = min(bare, parsed(raws))
        for words, seconds in (("parsed alone", bare), ("kept, durable", only), ("kept and turn finished", whole)):
            rate = len(raws) / seconds
            rows.append((words, f"{rate:,.0f}", f"{1e6 / rate:,.0f}", f"{bare / seconds * 100:.1f} %"))
        print(table(("way", "updates/s", "µs each", "of bare parsing"), rows))
        print(f"processor per finished turn: {cpu / len(raws) * 1e6:,.0f} µs")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--updates", type=int, default=3000)
    parser.add_argument(
        "--folder", type=Path, default=None, help="where the databases are written (default: the system's)"
    )
    asyncio.run(main(parser.parse_args()))
