"""A real site on a free port, with an officer of each role, for every test that speaks HTTP."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from jinja2.bccache import Bucket, BytecodeCache

from channels.texts.catalog import LANGUAGES
from channels.web.app import make_app, make_runner
from channels.web.keys import LOOK, Parts
from channels.web.passwords import hash_password
from config.settings import Limits, Server, Settings
from hub.office import Office
from hub.people import Actor
from hub.storage import people
from hub.storage.contract import Store
from hub.storage.tx import Tx
from tests.builders import (
    HANDLER,
    PUBLISHER,
    RECEPTION,
    REVIEWER,
    SECOND_REVIEWER,
    SIGNER,
    SUPERVISOR,
    an_office,
    an_officer,
)
from tests.conftest import FixedClock

PASSWORD = "一条很长的口令 2026"
OFFICERS: dict[str, Actor] = {
    "reception": RECEPTION,
    "handler": HANDLER,
    "signer": SIGNER,
    "reviewer": REVIEWER,
    "reviewer2": SECOND_REVIEWER,
    "publisher": PUBLISHER,
    "publisher2": an_officer("金公开", "publisher", home="intake"),
    "supervisor": SUPERVISOR,
    "leader": an_officer("白区长", "leader", home="intake"),
    "identity": an_officer("柳查看", "identity", home="supervision"),
    "admin": an_officer("管理员", "admin", home="intake"),
    "other_handler": an_officer("韩住建", "handler@housing"),
}
"""Account → officer; each signs in with PASSWORD and has no one-time code."""
PLENTY = Limits(
    letters_per_hour=10_000,
    lookups_per_quarter=10_000,
    lookups_everywhere_per_quarter=100_000,
    sign_ins_per_quarter=10_000,
)
SETTINGS = Settings(limits=PLENTY, server=Server(port=0))


class Compiled(BytecodeCache):
    """Templates compiled once for all sites of a run instead of once for each; a cache holds one language, whose words
    are compiled in."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self._kept.get(bucket.key):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


COMPILED = {lang: Compiled() for lang in LANGUAGES}


@dataclass
class RunningSite:
    """A site that answers at `base`; `client` is an anonymous browser with its own cookies."""

    base: str
    office: Office
    clock: FixedClock
    app: web.Application
    client: aiohttp.ClientSession
    _clients: list[aiohttp.ClientSession] = field(default_factory=list)
    _tokens: dict[str, str] = field(default_factory=dict)

    def browser(self) -> aiohttp.ClientSession:
        """Another browser without any cookies; closed with the site."""
        client = aiohttp.ClientSession(self.base, cookie_jar=aiohttp.CookieJar(unsafe=True))
        self._clients.append(client)
        return client

    async def token(self, account: str) -> str:
        """The API token of an officer, signed in once."""
        if account not in self._tokens:
            async with self.client.post("/api/v1/session", json={"account": account, "password": PASSWORD}) as answer:
                assert answer.status == 200, await answer.text()
                self._tokens[account] = (await answer.json())["token"]
        return self._tokens[account]

    def forget_tokens(self) -> None:
        """Sign in anew at the next call: after a clock was moved past the session's limit."""
        self._tokens.clear()

    def everybody_signs_in_again(self) -> None:
        """Tokens of the day before are over."""
        self._tokens.clear()

    async def call(
        self, method: str, path: str, *, by: str = "", code: str = "", json: Any = None, key: str = "", **more: Any
    ) -> tuple[int, Any]:
        """One call of the API: status and JSON; `by` an officer's account, `code` a citizen's query code."""
        headers = dict(more.pop("headers", {}))
        if by:
            headers["Authorization"] = f"Bearer {await self.token(by)}"
        if code:
            headers["Authorization"] = f"Query {code}"
        if key:
            headers["Idempotency-Key"] = key
        async with self.client.request(method, f"/api/v1{path}", json=json, headers=headers, **more) as answer:
            return answer.status, await answer.json() if answer.content_length != 0 else None

    async def desk(self, account: str) -> aiohttp.ClientSession:
        """A browser in which an officer has signed in by the page."""
        client = self.browser()
        async with client.get("/staff/login") as page:
            csrf = csrf_in(await page.text())
        fields = {"account": account, "password": PASSWORD, "csrf": csrf}
        async with client.post("/staff/login", data=fields, allow_redirects=False) as answer:
            assert answer.status == 303, await answer.text()
        return client


def csrf_in(html: str) -> str:
    """The form token in a page."""
    found = re.search(r'name="(?:csrf|token)" value="([0-9a-f]+)"', html)
    assert found, "the page has no form token"
    return found[1]


@asynccontextmanager
async def a_site(
    store: Store,
    clock: FixedClock,
    folder: Path,
    password_hash: str,
    settings: Settings = SETTINGS,
    parts: Parts | None = None,
    **changes: Any,
) -> AsyncIterator[RunningSite]:
    """A site on this store with the starter editions, serving until the block ends; `changes` replace families."""
    office = await an_office(store, clock, folder, **changes)
    await store.write(_hire, password_hash, clock())
    app = make_app(office, settings, parts)
    for lang, environment in app[LOOK].environments.items():
        environment.bytecode_cache = COMPILED[lang]
    runner = make_runner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    client = aiohttp.ClientSession(base, cookie_jar=aiohttp.CookieJar(unsafe=True))
    site = RunningSite(base, office, clock, app, client)
    try:
        yield site
    finally:
        for opened in (client, *site._clients):
            await opened.close()
        await runner.cleanup()


def _hire(tx: Tx, password_hash: str, now: Any) -> None:
    for account, actor in OFFICERS.items():
        people.add(
            tx, people.Officer(actor.id, account, actor.person, actor.name, actor.home, password_hash, "", True, now)
        )
        for given in actor.grants:
            people.grant(tx, actor.id, given, "tests", now)


@pytest.fixture(scope="session")
def officers_password() -> str:
    """The hash of PASSWORD, worked out once."""
    return hash_password(PASSWORD)


@pytest.fixture
async def site(store: Store, clock: FixedClock, tmp_path: Path, officers_password: str) -> AsyncIterator[RunningSite]:
    """A site with room for everything a test does, once on each engine."""
    async with a_site(store, clock, tmp_path, officers_password) as running:
        yield running
