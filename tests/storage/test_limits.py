"""The rooms' limits of time, with limits short enough to wait for."""

import asyncio

import pytest

from hub.storage import contract
from hub.storage.contract import Room
from hub.storage.errors import QuestionTooSlow
from hub.storage.store import Store
from hub.storage.tx import Tx
from tests.storage.letters import rows

SHIPPED = dict(contract.SECONDS)
ENDLESS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) SELECT count(*) FROM n"


@pytest.fixture
def room_seconds() -> dict[Room, float]:
    return {"public": 0.2, "staff": 0.2, "heavy": 60.0}


def test_the_rooms_have_the_limits_of_the_design() -> None:
    assert SHIPPED == {"public": 0.2, "staff": 0.2, "heavy": 10.0}


@pytest.mark.parametrize("room", ["public", "staff"])
async def test_a_question_past_its_time_is_ended_and_the_room_works_on(store: Store, room: Room) -> None:
    asked = await asyncio.gather(*[store.read(rows, ENDLESS, room=room) for _ in range(3)], return_exceptions=True)
    assert {type(end) for end in asked} == {QuestionTooSlow}
    assert await store.read(lambda tx: "still here", room=room) == "still here"


async def test_a_question_that_swallows_its_end_has_ended_all_the_same(store: Store) -> None:
    def stubborn(tx: Tx) -> str:
        try:
            tx.execute(ENDLESS)
        except QuestionTooSlow:
            pass
        return "done"

    with pytest.raises(QuestionTooSlow):
        await store.read(stubborn)
