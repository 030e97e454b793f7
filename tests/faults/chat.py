"""Kill -9 while citizens confirm their letters to the bot. `python -m tests.faults.chat --rounds 10`.

The hub runs as an operator runs it and polls a Bot API server of our own. What must hold: each confirmation is one
letter, each citizen gets the receipt, and what was sent twice is marked as a possible repetition.
"""

import asyncio
import os
import random
import sys
from itertools import count
from pathlib import Path

from hub.moments import system_clock
from hub.storage.store import open_store
from hub.storage.tx import Tx
from tests.bot_api import TOKEN, BotApi
from tests.by_telegram import Talk
from tests.faults.kill import Hub, both_engines
from tests.talking import LAMP

CITIZENS = 8
RECEIPT, MARK = "已收到您的信", "可能重复"
COUNTS = """
SELECT (SELECT COUNT(*) FROM cases WHERE machine = 'letter') AS letters,
    (SELECT COUNT(*) FROM inbox WHERE state <> 'done') AS undone
"""


def counted(tx: Tx) -> dict[str, int]:
    return {name: int(n) for name, n in tx.execute(COUNTS)[0].items()}


async def one_round(hub: Hub, api: BotApi, talks: list[Talk], dice: random.Random) -> None:
    """Everybody comes to the summary in peace; then all confirm at once and the hub dies in the middle."""
    await hub.start()
    await asyncio.gather(*(talk.fills_in(LAMP) for talk in talks))
    before = {talk.citizen: len(talk.heard) for talk in talks}
    said = asyncio.gather(*(api.say(talk.citizen, "确认") for talk in talks))
    await asyncio.sleep(dice.uniform(0.0, 0.5))
    hub.kill()
    await said
    await hub.start()
    await asyncio.gather(*(talk.hears(RECEIPT, before[talk.citizen]) for talk in talks))
    await asyncio.sleep(1.0)
    hub.kill()


async def chat_rounds(rounds: int, folder: Path, database: str = "", seed: int = 1) -> dict[str, int]:
    """So many rounds on one store; lost, doubled, undone and unmarked must be zero, repeated at most one a letter."""
    hub, dice, citizens = Hub(folder, database), random.Random(seed), count(5001)
    talks: list[Talk] = []
    async with BotApi() as api:
        api.patience = 120.0
        (folder / "token").write_text(TOKEN, "utf-8")
        os.chmod(folder / "token", 0o600)
        told = f'mode = "polling"\ntoken_file = "{folder / "token"}"\napi_base = "{api.base}"\ncarry = "full"\n'
        (folder / "chat.toml").write_text(f"[telegram]\n{told}", "utf-8")
        hub.env["MINXIN_CONFIG"] = str(folder / "chat.toml")
        hub.run("migrate")
        hub.run("config", "load")
        try:
            for _ in range(rounds):
                new = [Talk(api, next(citizens)) for _ in range(CITIZENS)]
                talks += new
                await one_round(hub, api, new, dice)
        finally:
            hub.kill()
        receipts = {talk.citizen: [text for text in talk.heard if RECEIPT in text] for talk in talks}
    store = await open_store(hub.url, clock=system_clock)
    try:
        stands = await store.read(counted, room="heavy")
    finally:
        await store.close()
    again = [texts for texts in receipts.values() if len(texts) > 1]
    return {
        "confirmed": len(talks),
        "lost": max(0, len(talks) - stands["letters"]),
        "doubled": max(0, stands["letters"] - len(talks)),
        "undone": stands["undone"],
        "repeated": len(again),
        "unmarked": sum(len(texts) > 2 or not any(MARK in text for text in texts) for texts in again),
    }


if __name__ == "__main__":
    sys.exit(both_engines(chat_rounds, usual=10))
