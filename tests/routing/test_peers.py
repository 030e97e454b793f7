"""The routing tests of another city's hub, asked of ours: the first rule decides, and no fault of rules loses a letter.

Source: the routing and rule-language tests of Signalen, Amsterdam: first match, syntax error, run-time error, a user
who is inactive or has left the department. There a fault means that nobody is assigned; here a safe default and an
alarm.
"""

import copy
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from hub.errors import Invalid
from hub.intake import Received
from hub.people import Grant
from hub.storage import cases, people
from hub.storage.contract import Store
from hub.storage.people import Officer
from hub.storage.tx import Tx
from routing.choose import choose
from routing.port import chooser
from routing.rules import read_rules
from routing.unfailing import unfailing
from tests.builders import RECEPTION, a_letter, an_office, starter_set
from tests.conftest import FixedClock
from tests.routing.letters import dangers, letter, rule, small_district

GONE = "o-gone"


@pytest.mark.parametrize("order", [("first", "second"), ("second", "first")])
def test_of_two_rules_that_fit_the_first_one_decides_about_conduct(order: tuple[str, str]) -> None:
    units = {"first": "watch", "second": "conduct"}
    words = {"first": ["态度"], "second": ["窗口"]}
    rows = [rule(code, unit=units[code], when={"aim": ["service"], "words_any": words[code]}) for code in order]
    aimed = letter("窗口态度差", "食堂科窗口的人态度很差。", aim="service", target="canteens")
    decision = choose(aimed, small_district(), read_rules({"rule": rows}, small_district()))
    assert decision.unit == units[order[0]]


async def came_in(store: Store, clock: FixedClock, folder: Path, **editions: Any) -> tuple[Received, list[Any]]:
    """A letter received under such editions, and the alarms that were raised meanwhile."""
    office = await an_office(store, clock, folder, **editions)
    office.choose = unfailing(chooser(dangers()), dangers())
    with capture_logs() as logs:
        received = await office.receive(a_letter())
    return received, [line for line in logs if line.get("alarm")]


def _without(family: str, code: str) -> dict[str, Any]:
    """The units edition with one of them closed, or the rules edition with a rule that cannot be read."""
    content = copy.deepcopy(starter_set()[family])
    if family == "units":
        next(u for u in content["units"] if u["code"] == code)["active"] = False
    else:
        next(r for r in content["rule"] if r["code"] == code)["when"] = {"words_any": "路灯"}
    return {family: content}


@pytest.mark.parametrize(
    ("family", "code"), [("rules", "housing-quality"), ("units", "urban")], ids=["cannot be read", "unit is closed"]
)
async def test_rules_that_cannot_be_used_leave_the_letter_to_a_person_and_raise_an_alarm(
    store: Store, clock: FixedClock, tmp_path: Path, family: str, code: str
) -> None:
    received, alarms = await came_in(store, clock, tmp_path, **_without(family, code))
    case = await store.read(cases.get, received.case_id)
    assert case is not None
    assert (case.state, case.unit) == ("submitted", "")
    assert [alarm["event"] for alarm in alarms] == ["routing_failed"]


def hire(tx: Tx, unit: str, active: bool, now: datetime) -> None:
    officer = Officer(GONE, "gone", "p-gone", "沈已走", unit, "-", "", active, now)
    people.add(tx, officer)
    people.grant(tx, GONE, Grant("handler", unit), "tests", now)


@pytest.mark.parametrize(("unit", "active"), [("urban", False), ("housing", True)], ids=["inactive", "left the unit"])
async def test_a_letter_is_not_given_to_somebody_who_cannot_handle_it_there(
    store: Store, clock: FixedClock, tmp_path: Path, unit: str, active: bool
) -> None:
    office = await an_office(store, clock, tmp_path)
    await store.write(hire, unit, active, clock())
    received = await office.receive(a_letter())
    if received.state == "submitted":
        await office.act(received.number, "accept", {}, RECEPTION)
    move = "dispatch" if received.state == "submitted" else "redispatch"
    given = {"unit": "urban", "officer": GONE, "reason": "路灯归城管。"}
    with pytest.raises(Invalid) as refused:
        await office.act(received.number, move, given, RECEPTION)
    assert "不是该单位的承办人或审签人" in refused.value.fields["officer"].zh
