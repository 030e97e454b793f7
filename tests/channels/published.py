"""Letters on their way to the public page, in one line each."""

from datetime import datetime
from typing import Any

from hub.followers import run_followers
from hub.office import Office
from hub.results import engine_of
from hub.storage import publications, search
from hub.storage.publications import Page
from hub.storage.tx import Tx
from tests.builders import GOOD_REPLY, HANDLER, PUBLISHER, RECEPTION, REVIEWER, SIGNER


async def answered(
    office: Office, number: str, unit: str = "urban", reply: str = GOOD_REPLY, *, signed: bool = False
) -> None:
    """Take a letter through the unit and the review to its answer; `signed`: a draft waits for it already."""
    if not signed:
        await _drafted(office, number, unit, reply)
    case = await office.act(number, "sign_off", {}, SIGNER)
    if case.state == "in_review":
        await office.act(number, "qualified", {}, REVIEWER)


async def _drafted(office: Office, number: str, unit: str, reply: str) -> None:
    case_id = await _id(office, number)
    state = (await office.store.read(_state, case_id))["state"]
    if state == "submitted":
        await office.act(number, "accept", {}, RECEPTION)
        await office.act(number, "dispatch", {"unit": unit}, RECEPTION)
    elif (await office.store.read(_state, case_id))["unit"] != unit:
        await office.act(number, "redispatch", {"unit": unit, "reason": "按职责改派"}, RECEPTION)
    await office.act(number, "sign", {}, HANDLER)
    results = (await office.book()).kinds[(await office.store.read(_state, case_id))["kind"]].results
    result = next(r.code for r in results if not r.needs_reason)
    await office.act(number, "draft", {"body": reply, "result": result}, HANDLER)


async def published(office: Office, number: str, **words: Any) -> None:
    """Publish an answered letter with these words on its public page, and let search find it."""
    case_id = await _id(office, number)
    row = await office.store.read(_state, case_id)
    plain = {
        "case_id": case_id,
        "record": "",
        "number": number,
        "title": "楼道灯不亮",
        "body": "三号楼楼道的灯不亮。",
        "reply": "灯已修好。",
        "surname": "",
        "masks": "[]",
        "kind": row["kind"],
        "unit": row["unit"],
        "area": "",
        "result": "",
        "received_day": "2026-02-13",
        "answered_day": "2026-02-14",
        "workdays": 1,
        "allowed": 5,
        "rounds": 1,
        "score": 0,
        "solved": "",
    }
    page = Page(**{**plain, **words})
    if await office.store.read(publications.by_number, number) is None:
        await office.publish(f"P{number}", {}, page, PUBLISHER, None)
    else:
        await office.store.write(_corrected, engine_of(office.store.health().engine), page, office.clock())
    await run_followers(office)


def _corrected(tx: Tx, engine: str, page: Page, now: datetime) -> None:
    """A page shown before, with other words, as a correction leaves it and search finds it."""
    publications.put(tx, page, now)
    search.put(tx, engine, "public", page.case_id, f"{page.title}\n{page.body}\n{page.reply}")


async def take_down(office: Office, number: str) -> None:
    await office.act(f"P{number}", "take_down", {"reason": "来信人要求撤下"}, PUBLISHER)


async def _id(office: Office, number: str) -> str:
    def question(tx: Tx) -> str:
        return str(tx.execute("SELECT id FROM cases WHERE number = :n", {"n": number})[0]["id"])

    return await office.store.read(question)


def _state(tx: Tx, case_id: str) -> dict[str, Any]:
    return tx.execute("SELECT state, unit, kind FROM cases WHERE id = :id", {"id": case_id})[0]
