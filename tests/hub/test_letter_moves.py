"""Random people try random moves: what happens is what the drawing of DESIGN §5 allows, on both engines."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.clocks import due_at
from hub.errors import Refusal
from hub.office import Office
from hub.people import Actor, citizen
from hub.storage import cases
from hub.storage.contract import Store
from tests.builders import REVIEWER, SECOND_REVIEWER, SUPERVISOR, a_letter, an_office, an_officer
from tests.conftest import FixedClock
from tests.hub.letter_model import ARROWS, Model

UNITS = ("urban", "housing")
PEOPLE: tuple[tuple[str, Actor], ...] = (
    ("intake", an_officer("受理", "intake", home="intake")),
    ("dispatcher", an_officer("派单", "dispatcher", home="intake")),
    ("reviewer", REVIEWER),
    ("reviewer", SECOND_REVIEWER),
    ("supervisor", SUPERVISOR),
    *((role, an_officer(f"{role}-{unit}", f"{role}@{unit}")) for unit in UNITS for role in ("handler", "signer")),
)
VALUES: dict[str, dict[str, Any]] = {
    "ask_fix": {"question": "请问是哪一栋楼？"},
    "supply": {"text": "是3栋。"},
    "reject": {"reason": "in_court", "where": "区人民法院"},
    "designate": {"reason": "由你单位办理。"},
    "object": {"reason": "不属本单位职责。"},
    "pass_on": {"reason": "现场看过，不属本单位。"},
    "overrule": {"reason": "按职责清单由你单位办理。"},
    "draft": {"body": "您反映的路灯已于2月14日修好，联系电话0555-0100123。", "result": "upheld"},
    "hand_back": {"reason": "请写明修好的日期。"},
    "unqualified": {"reasons": ["Q1"], "comment": "请写清楚查了什么。"},
    "touch_up": {"note": "请写明单位名称。"},
    "dispute": {"reason": "答复里已写明日期。"},
    "rate": {"score": 4, "solved": "partly"},
    "reopen": {"reason": "晚上又不亮了。"},
    "refuse_reopen": {"reason": "已核实修好。"},
    "order_reopen": {"reason": "回访时未解决。"},
    "redispatch": {"reason": "派错了。"},
    "recall": {"reason": "重新研究。"},
    "appeal": {"reason": "法院已告知不受理。"},
    "refuse_appeal": {"reason": "仍在诉讼中。"},
}
MOVES = tuple(ARROWS)
ATTEMPT = st.tuples(st.sampled_from(MOVES), st.integers(0, len(PEOPLE)), st.sampled_from(UNITS), st.booleans())


@pytest.fixture
async def office(store: Store, clock: FixedClock, tmp_path: Path) -> Office:
    return await an_office(store, clock, tmp_path)


def _willing(model: Model, unit: str) -> list[tuple[str, int]]:
    """Moves the model allows now: half of the attempts take one of them, so that histories get long."""
    found = []
    for move in MOVES:
        for index, (role, actor) in enumerate(PEOPLE):
            if model.allows(move, role, actor.person, actor.home):
                found.append((move, index))
        if model.allows(move, "citizen", "citizen", ""):
            found.append((move, len(PEOPLE)))
    return found


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(attempts=st.lists(ATTEMPT, min_size=5, max_size=45), seed=st.integers(0, 2**32))
async def test_random_people_making_random_moves_get_what_the_drawing_says(
    office: Office, clock: FixedClock, attempts: list[tuple[str, int, str, bool]], seed: int
) -> None:

    await _history(office, clock, attempts, seed)


async def _history(office: Office, clock: FixedClock, attempts: list[tuple[str, int, str, bool]], seed: int) -> None:
    receipt = await office.receive(
        a_letter(f"{seed}-{office.fresh_id()}", body="请问一件事：这里写的内容谁都看不懂。", title="一件事", place="")
    )
    model = Model()
    for turn, (move, index, unit, willing) in enumerate(attempts):
        if willing and (allowed := _willing(model, unit)):
            move, index = allowed[(seed + turn * 7919) % len(allowed)]
        await _attempt(office, receipt.case_id, receipt.number, model, move, index, unit)
        clock.advance(minutes=3)


async def _attempt(office: Office, case_id: str, number: str, model: Model, move: str, index: int, unit: str) -> None:
    role, actor = PEOPLE[index] if index < len(PEOPLE) else ("citizen", citizen(case_id, 1))
    values = dict(VALUES.get(move, {}))
    if move in ("dispatch", "designate", "redispatch"):
        values["unit"] = unit
    expected = model.allows(move, role, actor.person, actor.home if actor.kind == "officer" else "")
    expected = expected and model.takes(move, role, unit)
    before = await office.store.read(cases.dossier, case_id)
    try:
        await office.act(number, move, values, actor)
        happened = True
    except Refusal:
        happened = False
    assert happened == expected, f"{role} {move} in {model.state}"
    after = await office.store.read(cases.dossier, case_id)
    assert before is not None
    assert after is not None
    if not happened:
        assert after == before
        return
    model.make(move, actor.person, unit)
    assert (after.case.state, after.case.round, after.case.unit) == (model.state, model.round, model.unit)
    book = await office.book()
    for clock_ in after.clocks:
        assert clock_.due_at == due_at(clock_.ledger, book.calendar)
    assert sum(c.name == "main" and c.phase in ("running", "paused") for c in after.clocks) <= 1
