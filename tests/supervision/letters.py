"""Letters on their way through the office, and what the sweep has written about them."""

import json
from datetime import datetime

from hub.case import Dossier
from hub.intake import Received
from hub.office import Office
from hub.storage import cases, clocks, outbox
from hub.storage.contract import Store
from hub.storage.tx import Row
from tests.builders import GOOD_REPLY, HANDLER, RECEPTION, REVIEWER, SIGNER, a_letter


async def at_unit(office: Office, key: str = "key-1") -> Received:
    """A letter that lies with the urban bureau, not yet signed for."""
    receipt = await office.receive(a_letter(key))
    if receipt.state == "submitted":
        await office.act(receipt.number, "accept", {}, RECEPTION)
        await office.act(receipt.number, "dispatch", {"unit": "urban"}, RECEPTION)
    return receipt


async def in_work(office: Office, key: str = "key-1") -> Received:
    receipt = await at_unit(office, key)
    await office.act(receipt.number, "sign", {}, HANDLER)
    await office.act(receipt.number, "contact", {"how": "phone", "result": "reached"}, HANDLER)
    return receipt


async def answered(office: Office, key: str = "key-1") -> Received:
    receipt = await in_work(office, key)
    await is_answered(office, receipt)
    return receipt


async def is_answered(office: Office, receipt: Received, **more: str) -> None:
    """Draft, signature and review; `more` are values of the draft."""
    await office.act(receipt.number, "draft", {"body": GOOD_REPLY, "result": "upheld", **more}, HANDLER)
    await office.act(receipt.number, "sign_off", {}, SIGNER)
    await office.act(receipt.number, "qualified", {}, REVIEWER)


async def whole(store: Store, receipt: Received) -> Dossier:
    dossier = await store.read(cases.dossier, receipt.case_id)
    assert dossier is not None
    return dossier


async def due_at(store: Store, receipt: Received, clock: str = "main") -> datetime:
    """The first instant that is late for a clock which runs."""
    found = (await whole(store, receipt)).clock(clock)
    assert found is not None
    assert found.due_at is not None
    return found.due_at


async def climbed(store: Store, receipt: Received, clock: str) -> list[str]:
    return [r["rung"] for r in await store.read(clocks.fired, receipt.case_id) if r["name"] == clock]


async def told(store: Store, receipt: Received, clock: str) -> list[tuple[str, str]]:
    """Who was told what by the rungs of a clock."""
    rows: list[Row] = await store.read(outbox.of_case, receipt.case_id)
    return sorted((r["recipient"], r["text"]) for r in rows if json.loads(r["refs"]).get("clock") == clock)
