"""Kill -9 while citizens confirm their letters in the chat of the site. `python -m tests.faults.web_chat --rounds 10`.

The hub runs as an operator runs it. A browser whose sending broke off sends the same once more, as a browser does. What
must hold: each confirmation is one letter, and each chat holds its receipt exactly once: to keep a line is to send it.
"""

import asyncio
import random
import secrets
import sys
import time
from contextlib import suppress
from pathlib import Path

import aiohttp

from hub.moments import system_clock
from hub.storage.store import open_store
from tests.by_chat import Browser
from tests.faults.chat import CITIZENS, RECEIPT, counted
from tests.faults.kill import Hub, both_engines
from tests.talking import LAMP

PATIENCE = 60.0
PLENTY = "[limits]\nletters_per_hour = 100000\nlookups_per_quarter = 100000\n"


async def confirms(browser: Browser, id_: str) -> None:
    """Say that it shall be sent, whether or not the hub lives to answer."""
    with suppress(aiohttp.ClientError, OSError, TimeoutError, AssertionError):
        await browser.sends(again=id_, text="确认")


async def hears(browser: Browser) -> int:
    """Reload the page until the receipt stands there; how many stand."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        await browser.opens()
        if found := sum(RECEIPT in line for line in browser.lines):
            return found
        await asyncio.sleep(0.05)
    return 0


async def one_round(hub: Hub, dice: random.Random) -> list[int]:
    """Everybody comes to the summary in peace; all confirm at once, the hub dies, and they send once more."""
    await hub.start()
    browsers = {Browser(hub.base, f"127.0.0.{n}"): secrets.token_hex(16) for n in range(2, CITIZENS + 2)}
    try:
        await asyncio.gather(*(browser.opens() for browser in browsers))
        await asyncio.gather(*(browser.fills_in(LAMP) for browser in browsers))
        forms = {browser: browser.html for browser in browsers}
        said = asyncio.gather(*(confirms(browser, id_) for browser, id_ in browsers.items()))
        await asyncio.sleep(dice.uniform(0.0, 0.5))
        hub.kill()
        await said
        await hub.start()
        for browser, html in forms.items():
            browser.html = html
        await asyncio.gather(*(confirms(browser, id_) for browser, id_ in browsers.items()))
        receipts = list(await asyncio.gather(*(hears(browser) for browser in browsers)))
        await asyncio.sleep(1.0)
        return [max(pair) for pair in zip(receipts, await asyncio.gather(*map(hears, browsers)), strict=True)]
    finally:
        hub.kill()
        await asyncio.gather(*(browser.client.close() for browser in browsers))


async def web_chat_rounds(rounds: int, folder: Path, database: str = "", seed: int = 1) -> dict[str, int]:
    """So many rounds on one store; lost, doubled, undone, silent and repeated must be zero."""
    hub, dice = Hub(folder, database), random.Random(seed)
    (folder / "chat.toml").write_text(PLENTY, "utf-8")
    hub.env["MINXIN_CONFIG"] = str(folder / "chat.toml")
    hub.run("migrate")
    hub.run("config", "load")
    receipts = [n for _ in range(rounds) for n in await one_round(hub, dice)]
    store = await open_store(hub.url, clock=system_clock)
    try:
        stands = await store.read(counted, room="heavy")
    finally:
        await store.close()
    return {
        "confirmed": len(receipts),
        "lost": max(0, len(receipts) - stands["letters"]),
        "doubled": max(0, stands["letters"] - len(receipts)),
        "undone": stands["undone"],
        "silent": receipts.count(0),
        "repeated": sum(n > 1 for n in receipts),
    }


if __name__ == "__main__":
    sys.exit(both_engines(web_chat_rounds, usual=10))
