"""The limit of intake: aiohttp parses the JSON and our own store does five fixed inserts; no rules, no index."""

import json
import shutil
from itertools import count
from pathlib import Path

from aiohttp import web

from hub.moments import system_clock
from hub.storage.migrate import migrate
from hub.storage.schema import STEPS
from hub.storage.store import Store, open_store
from hub.storage.tx import Tx

TABLES = ("letters", "writers", "words", "seals", "keys")
SCHEMA = "\n".join(f"CREATE TABLE {name} (id BIGINT PRIMARY KEY, body TEXT NOT NULL);" for name in TABLES)
INSERTS = tuple(f"INSERT INTO {name} (id, body) VALUES (:id, :body)" for name in TABLES)


async def open_limit(folder: Path) -> Store:
    """A store with the journal's own first step and five plain tables."""
    steps = folder / "steps"
    steps.mkdir()
    for path in STEPS.glob("0001_*"):
        shutil.copy(path, steps)
    (steps / "0002_limit.sql").write_text(f"-- Five plain tables.\n{SCHEMA}\n", "utf-8")
    url = f"sqlite://{(folder / 'limit.db').resolve()}"
    await migrate(url, clock=system_clock, folder=steps)
    return await open_store(url, clock=system_clock, folder=steps)


def keep(tx: Tx, number: int, body: str) -> int:
    """The letter's bytes, five times."""
    for sql in INSERTS:
        tx.execute(sql, {"id": number, "body": body})
    return number


def limit_app(store: Store) -> web.Application:
    """One route that answers 201 once the letter is durable."""
    numbers = count(1)

    async def take(request: web.Request) -> web.Response:
        text = await request.text()
        json.loads(text)
        number = await store.write(keep, next(numbers), text)
        return web.json_response({"number": number}, status=201)

    app = web.Application()
    app.router.add_post("/api/v1/cases", take)
    return app
