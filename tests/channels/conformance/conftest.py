"""The suite runs on SQLite: what differs between engines is the store's affair, and the store's contract holds it."""

import pytest


@pytest.fixture(params=["sqlite"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)
