"""docs/adapters.md is true: its schemas are the program's, and its adapter runs against the hub as it stands."""

import asyncio
import json
import re
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from channels.webhooks.events import READER
from channels.webhooks.sending import Posted
from channels.webhooks.signing import signed
from hub.moments import system_clock
from hub.storage import outbox
from hub.storage.contract import Store
from hub.storage.dialogues import DIALOGUE
from tests.builders import an_office, office_on
from tests.by_mail import until
from tests.by_webhook import SECRET, GatewayDouble, running
from tests.conftest import FixedClock

PAGE = (Path(__file__).parents[2] / "docs" / "adapters.md").read_text("utf-8")


def block(kind: str) -> str:
    found = re.search(rf"^```{kind}\n(.+?)^```$", PAGE, re.M | re.S)
    assert found, f"the page has no block {kind}"
    return found[1]


def test_the_page_gives_the_schema_of_both_directions() -> None:
    for kind, schema in (("json in", READER.json_schema()), ("json out", Posted.model_json_schema())):
        assert json.loads(block(kind)) == schema, f"{kind}:\n{json.dumps(schema, ensure_ascii=False, indent=1)}"


class Messenger:
    """A messenger with a form of its own."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []

    async def take(self, request: web.Request) -> web.Response:
        self.got.append(await request.json())
        return web.json_response({"id": len(self.got)})

    @asynccontextmanager
    async def served(self) -> AsyncIterator[str]:
        app = web.Application()
        app.router.add_post("/send", self.take)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}/send"
        finally:
            await runner.cleanup()


@asynccontextmanager
async def adapter(folder: Path, hub: str, messenger: str, port: int) -> AsyncIterator[str]:
    """The adapter of the page as a process of its own."""
    (folder / "adapter.py").write_text(block("python"), "utf-8")
    (folder / "secret").write_text(SECRET, "utf-8")
    names = {"HUB": hub, "MESSENGER": messenger, "PORT": str(port)}
    paths = {"SECRET_FILE": str(folder / "secret"), "SENT_FILE": str(folder / "sent.db")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(folder / "adapter.py"), env={**names, **paths}, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(await process.stdout.readline())}"
    finally:
        process.terminate()
        await process.communicate()


def a_free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


async def settled(store: Store) -> None:
    """Every message was reported delivered: a receipt that is quicker than our own settling comes again."""
    async with asyncio.timeout(20):
        while {r["state"] for r in await store.read(outbox.of_case, "")} != {"delivered"}:
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_the_adapter_of_the_page_carries_a_conversation_both_ways(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    await an_office(store, clock, tmp_path)
    office = office_on(store, system_clock, tmp_path)
    gateway, messenger = GatewayDouble(office), Messenger()
    port = a_free_port()
    at = f"http://127.0.0.1:{port}"
    async with (
        messenger.served() as there,
        gateway.served(),
        running(office, gateway, url=f"{at}/from-hub") as process,
        adapter(tmp_path, f"{gateway.hub}/channels/webhooks/{gateway.name}", there, port),
        aiohttp.ClientSession(at) as http,
    ):
        said = {"update": 7, "user": "u-li", "text": "/start"}
        for repeated in (False, True):
            async with http.post("/from-messenger", json=said) as answer:
                assert await answer.json() == {"kept": True, "repeated": repeated}
        await until(lambda: messenger.got)
        pressed = {"update": 8, "user": "u-li", "pressed": messenger.got[0]["menu"][0]["code"]}
        async with http.post("/from-messenger", json=pressed) as answer:
            assert answer.status == 200
        await until(lambda: [m for m in messenger.got if "哪一类信" in m["text"]])
        async with http.post("/from-hub", json={"to": "u-li", "text": "假的", "key": "k"}) as answer:
            assert answer.status == 401
        await until(lambda: len(messenger.got) == 3)
        body = b'{"to": "13900001234", "text": "a text message has no buttons", "key": "sms"}'
        for _ in range(2):  # the second is known by its key and not sent again
            async with http.post("/from-hub", data=body, headers=signed(SECRET, body, system_clock())) as answer:
                assert str((await answer.json())["id"]) == "4"
        await settled(store)
        await process.worked_off()
    rows = await store.read(outbox.of_case, "")
    assert {r["state"] for r in rows if r["text"] == DIALOGUE} == {"delivered"}
    assert len(rows) == len(messenger.got) - 1
