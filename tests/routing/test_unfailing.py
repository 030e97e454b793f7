"""A fault of rules or model loses no letter: a person decides, danger is still seen, and the operator hears of it."""

import json
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from hub.ports import Matter
from hub.storage import cases
from hub.storage.contract import Store
from routing.choose import because, decision_from_json
from routing.port import chooser
from routing.unfailing import FAILED, unfailing
from tests.builders import a_letter, an_office
from tests.conftest import FixedClock
from tests.routing.letters import dangers, kind
from tests.routing.test_port import asked, rulebook


def broken(*_: Any) -> Any:
    raise ZeroDivisionError("李小满 13900001234")


async def test_a_letter_comes_in_although_routing_fails(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    office.choose = unfailing(broken, dangers())
    with capture_logs() as logs:
        receipt = await office.receive(a_letter(body="楼下有煤气味，很浓，路灯也坏了半个月。"))
    case = await store.read(cases.get, receipt.case_id)
    assert case is not None
    assert (case.state, case.unit, case.urgent) == ("submitted", "", True)
    (told,) = [line for line in logs if line["event"] == "routing_failed"]
    assert (told["alarm"], told["error"]) == (True, "ZeroDivisionError")
    assert "13900001234" not in str(logs)


def test_rules_that_cannot_be_read_send_everything_to_the_desk_and_say_why() -> None:
    book = rulebook({"rule": [{"code": "half"}]})
    with pytest.raises(ValueError, match="half"):
        asked(book)
    given = {"kind": "complaint", "aim": "matter", "title": "路灯", "body": "坏了", "place": "", "target": "urban"}
    matter = Matter(**given, fields={}, level="private", redactor_sure=True, urgent=False)  # type: ignore[arg-type]
    chosen = unfailing(chooser(dangers()), dangers())(matter, kind("complaint"), book)
    assert (chosen.unit, chosen.sure, chosen.target) == ("", False, "urban")
    (reason,) = decision_from_json(json.dumps(chosen.record)).reasons
    assert reason.rule == FAILED
    empty: Any = None
    assert "人工派单" in because(reason, empty).zh
