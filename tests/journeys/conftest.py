"""Fixtures of the journeys: a real site, on both engines, and the people of the town who use it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.storage.contract import Store
from tests.channels.web_site import a_site
from tests.channels.web_site import officers_password as officers_password
from tests.conftest import FixedClock
from tests.journeys.town import Town


@pytest.fixture
async def town(store: Store, clock: FixedClock, tmp_path: Path, officers_password: str) -> AsyncIterator[Town]:
    """A town with its hub: citizens write, officers answer, the clock is moved by hand."""
    async with a_site(store, clock, tmp_path, officers_password) as site:
        yield Town(site, officers_password)
