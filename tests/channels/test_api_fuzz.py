"""Every operation of the API under generated calls, for citizens and officers: no fault of ours, no broken promise."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from channels.web.api.routes import whole_document
from hub.moments import system_clock
from hub.storage.migrate import migrate
from hub.storage.store import open_store
from tests.channels.test_api_life import LETTER
from tests.channels.web_site import PASSWORD, a_site
from tests.conftest import FixedClock

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
ROLES = ("nobody", "citizen", "handler", "publisher", "supervisor")
EXAMPLES = 3

schema = (
    schemathesis.openapi.from_dict(whole_document())
    .exclude(path="/api/v1/events")
    .exclude(method="DELETE", path="/api/v1/session")
)
"""Without the stream, which never ends, and signing out, which would end the officers' own sign-ins."""


class Live:
    """A site in a thread of its own, and what each caller shows at its door."""

    def __init__(self, folder: Path, password_hash: str) -> None:
        self.base = ""
        self.number = ""
        self._folder, self._hash = folder, password_hash
        self._up, self._loop = threading.Event(), asyncio.new_event_loop()
        self._done: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._run(),), daemon=True)
        self._thread.start()
        assert self._up.wait(30)
        self.headers = {role: self._door(role) for role in ROLES}

    async def _run(self) -> None:
        url, clock = f"sqlite://{self._folder / 'fuzz.db'}", FixedClock(system_clock())
        await migrate(url, clock=clock)
        store = await open_store(url, clock=clock)
        async with a_site(store, clock, self._folder, self._hash) as site:
            self.base, self._done = site.base, asyncio.Event()
            self._up.set()
            await self._done.wait()
        await store.close()

    def _door(self, role: str) -> dict[str, str]:
        if role == "nobody":
            return {}
        if role == "citizen":
            receipt = requests.post(f"{self.base}/api/v1/cases", json=LETTER, timeout=10).json()
            self.number = receipt["number"]
            return {"Authorization": f"Query {receipt['query_code']}"}
        body = {"account": role, "password": PASSWORD}
        told = requests.post(f"{self.base}/api/v1/session", json=body, timeout=10).json()
        return {"Authorization": f"Bearer {told['token']}"}

    def stop(self) -> None:
        """End the site and its thread."""
        assert self._done is not None
        self._loop.call_soon_threadsafe(self._done.set)
        self._thread.join(30)
        self._loop.close()


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory, officers_password: str) -> Iterator[Live]:
    """One site for all generated calls."""
    site = Live(tmp_path_factory.mktemp("fuzz"), officers_password)
    yield site
    site.stop()


@pytest.mark.parametrize("role", ROLES)
@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_every_operation_keeps_its_promise(case: schemathesis.Case[Any], live: Live, role: str) -> None:
    if "number" in (case.path_parameters or {}) and role in ("citizen", "supervisor"):
        case.path_parameters["number"] = live.number
    response = case.call(base_url=live.base, headers=live.headers[role])
    case.validate_response(response, checks=CHECKS)
