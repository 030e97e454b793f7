"""One serving process for the benchmarks: `python -m bench.serve WHAT FOLDER`; prints its port."""

import argparse
import asyncio
import gc
import json
import resource
import signal
import tomllib
from pathlib import Path
from typing import Any

from aiohttp import web

from bench.bare import bare_app
from bench.limits import limit_app, open_limit
from channels.web.app import make_app
from config import starter
from config.settings import Data, Limits, Settings
from hub.files import FileStore
from hub.moments import system_clock
from hub.office import Office
from hub.ports import Finding
from hub.privacy.vault import KeyRing
from hub.storage import editions
from hub.storage.migrate import migrate
from hub.storage.store import Store, open_store
from hub.storage.tx import Tx
from hub.submission import Contact, Submission
from routing.danger import read_dangers
from routing.models import Models
from routing.port import chooser
from routing.unfailing import unfailing

CONFIG = Path(starter.__file__).parent
MANY = 1_000_000_000


async def open_office(folder: Path) -> Office:
    """An office on the starter editions in a folder of its own; it routes with the model, as a served hub does."""
    url = f"sqlite://{(folder / 'minxin.db').resolve()}"
    await migrate(url, clock=system_clock)
    store = await open_store(url, clock=system_clock)
    await store.write(_first_editions)
    dangers = read_dangers(tomllib.loads((CONFIG / "danger.toml").read_text("utf-8")))
    ring = KeyRing({1: bytes(range(32))}, bytes(range(1, 33)), bytes(range(2, 34)))
    choose = unfailing(chooser(dangers, Models(folder / "models").in_force), dangers)
    return Office(store, ring, system_clock, choose, _nothing, FileStore(folder / "files"))


def _first_editions(tx: Tx) -> None:
    for family, content in starter.read().items():
        editions.add(tx, family, content, "bench", system_clock())


def _nothing(*_: object) -> tuple[Finding, ...]:
    return ()


def starter_units() -> tuple[str, ...]:
    """The names of the starter district's units, as a reader chooses among them."""
    return tuple(unit["short"] for unit in starter.read()["units"]["units"])


def unlimited(folder: Path) -> Settings:
    """Settings in which no address is turned away."""
    limits = Limits(
        letters_per_hour=MANY,
        lookups_per_quarter=MANY,
        lookups_everywhere_per_quarter=MANY,
        sign_ins_per_quarter=MANY,
    )
    return Settings(data=Data(folder=folder), limits=limits)


def office_app(office: Office) -> web.Application:
    """The office behind one bare handler: what intake costs without the site around it."""

    async def take(request: web.Request) -> web.Response:
        given: dict[str, Any] = json.loads(await request.text())
        letter = Submission(
            key=request.headers["Idempotency-Key"],
            channel="api",
            kind=given["kind"],
            title=given["title"],
            body=given["body"],
            contact=Contact(**given["contact"]),
            publish_consent=given["publish_consent"],
        )
        receipt = await office.receive(letter)
        answer = {"number": receipt.number, "query_code": office.code(receipt.case_id), "state": receipt.state}
        return web.json_response(answer, status=201)

    app = web.Application()
    app.router.add_post("/api/v1/cases", take)
    return app


class Alone:
    """A store that commits every letter by itself: the next one waits until the one before is durable."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._turn = asyncio.Lock()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def intake_many(self, key: str, deed: Any, item: Any, /) -> Any:
        async with self._turn:
            return await self._store.intake_many(key, deed, item)


async def serve(what: str, folder: Path, *, alone: bool) -> None:
    """Serve until SIGTERM, then print the processor seconds spent since the port was told."""
    store: Store | None = None
    if what.startswith("bare"):
        app = bare_app(folder, list(starter_units()), ours=what == "bare-page")
    elif what == "limit":
        store = await open_limit(folder)
        app = limit_app(store)
    else:
        office = await open_office(folder)
        store = office.store
        if alone:
            office.store = Alone(store)
        app = office_app(office) if what == "office" else make_app(office, unlimited(folder))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    gc.collect()
    gc.freeze()  # as run.py does
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    started = spent()
    print(runner.addresses[0][1], flush=True)
    await stop.wait()
    await runner.cleanup()
    if store is not None:
        await store.close()
    print(f"{spent() - started:.3f}", flush=True)


def spent() -> float:
    """Processor seconds of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    asked = argparse.ArgumentParser()
    asked.add_argument("what", choices=("limit", "bare", "bare-page", "office", "api", "site"))
    asked.add_argument("folder", type=Path)
    asked.add_argument("--alone", action="store_true")
    told = asked.parse_args()
    asyncio.run(serve(told.what, told.folder, alone=told.alone))
