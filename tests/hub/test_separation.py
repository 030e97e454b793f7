"""Handler, signer and reviewer of one reply are three persons and the reviewer's bureau is another one: every
combination of accounts, by the moves and by SQL that goes past them, on both engines."""

from dataclasses import replace
from datetime import datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from hub.case import Dossier
from hub.errors import Refusal
from hub.fold import fold
from hub.move import move
from hub.office import Office
from hub.people import Actor, Grant
from hub.rulebook import Rulebook
from hub.storage import cases, people
from hub.storage.contract import Store
from hub.storage.errors import RuleBroken
from hub.storage.rows import to_row
from hub.storage.tx import Tx
from tests.builders import GOOD_REPLY, an_office
from tests.conftest import FixedClock
from tests.supervision.letters import at_unit, whole

EVERY_PART = (Grant("handler", "urban"), Grant("signer", "urban"), Grant("reviewer"))
DRAFT = {"body": GOOD_REPLY, "result": "upheld"}


def somebody(account: str, person: str, home: str, lent_by: str | None = None) -> Actor:
    """Somebody who by their roles might do everything; `lent_by` lends them, as a deputy."""
    grants = tuple(replace(g, deputy_for=lent_by) for g in EVERY_PART)
    return Actor("officer", account, person, account, grants, home=home)


ACTORS = (
    somebody("zhou", "p-zhou", "urban"),
    somebody("zhou.second", "p-zhou", "supervision"),
    somebody("meng", "p-meng", "urban"),
    somebody("tao", "p-tao", "supervision"),
    somebody("tao.deputy", "p-sheng", "supervision", lent_by="tao"),
    somebody("fang", "p-fang", "housing"),
)
BUREAU = "urban"


def allowed(handler: Actor, signer: Actor, reviewer: Actor) -> bool:
    """The rule as a person with pencil and paper would say it."""
    return len({handler.person, signer.person, reviewer.person}) == 3 and reviewer.home != BUREAU


def attempt(dossier: Dossier, code: str, actor: Actor, values: dict[str, Any], book: Rulebook) -> Dossier | None:
    """The dossier after a move, None where it is refused."""
    try:
        return fold(dossier, move(dossier, code, actor, values, dossier.case.received_at, book, spare="spare"))
    except Refusal:
        return None


async def in_work(store: Store, clock: FixedClock, folder: Path) -> tuple[Office, Dossier]:
    office = await an_office(store, clock, folder)
    receipt = await at_unit(office)
    await office.act(receipt.number, "sign", {}, ACTORS[0])
    return office, await whole(store, receipt)


async def test_every_combination_of_persons_by_moves(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office, dossier = await in_work(store, clock, tmp_path)
    book = await office.book()
    found = {}
    for handler, signer, reviewer in product(ACTORS, repeat=3):
        drafted = attempt(dossier, "draft", handler, DRAFT, book)
        assert drafted is not None
        signed = attempt(drafted, "sign_off", signer, {}, book)
        assert (signed is not None) == (signer.person != handler.person), (handler.id, signer.id)
        for verdict, values in (
            ("qualified", {}),
            ("unqualified", {"reasons": ["Q1"], "comment": "请写清楚。"}),
            ("touch_up", {"note": "请写单位。"}),
        ):
            made = signed is not None and attempt(signed, verdict, reviewer, values, book) is not None
            found[handler.id, signer.id, reviewer.id, verdict] = made
    expected = {
        (h.id, s.id, r.id, verdict): allowed(h, s, r)
        for h, s, r in product(ACTORS, repeat=3)
        for verdict in ("qualified", "unqualified", "touch_up")
    }
    assert found == expected
    assert sum(found.values()) == 3 * sum(allowed(*three) for three in product(ACTORS, repeat=3)) > 0


async def test_a_disputed_verdict_is_given_anew_by_a_fourth_person(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office, dossier = await in_work(store, clock, tmp_path)
    book = await office.book()
    zhou, _, meng, tao, _, _ = ACTORS
    for code, actor, values in (
        ("draft", zhou, DRAFT),
        ("sign_off", meng, {}),
        ("unqualified", tao, {"reasons": ["Q1"], "comment": "请写清楚。"}),
        ("dispute", meng, {"reason": "答复里已写明。"}),
    ):
        step = attempt(dossier, code, actor, values, book)
        assert step is not None
        dossier = step
    second = {r.id: attempt(dossier, "qualified", r, {}, book) is not None for r in ACTORS}
    assert second == {r.id: allowed(zhou, meng, r) and r.person != tao.person for r in ACTORS}


async def test_every_combination_of_persons_by_sql(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office, dossier = await in_work(store, clock, tmp_path)
    book = await office.book()
    drafted = attempt(dossier, "draft", ACTORS[0], DRAFT, book)
    assert drafted is not None
    written = to_row(drafted.replies[-1])
    await store.write(hire, clock())
    found = {}
    for n, three in enumerate(product(ACTORS, repeat=3), 1):
        row = {"case_id": dossier.case.id, **written, "n": n, **parts(three, book)}
        found[tuple(a.id for a in three)] = await stands(store, cases.PUT_REPLY, row)
    assert found == {tuple(a.id for a in three): allowed(*three) for three in product(ACTORS, repeat=3)}


def parts(three: tuple[Actor, Actor, Actor], book: Rulebook) -> dict[str, Any]:
    """The columns that say who took which part."""
    handler, signer, reviewer = three
    return {
        "handler": handler.id,
        "handler_person": handler.person,
        "signer": signer.id,
        "signer_person": signer.person,
        "reviewer": reviewer.id,
        "reviewer_person": reviewer.person,
        "reviewer_bureau": book.directory.bureau(reviewer.home),
    }


def hire(tx: Tx, now: datetime) -> None:
    for a in ACTORS:
        people.add(tx, people.Officer(a.id, a.id, a.person, a.name, a.home, "", "", True, now))


async def stands(store: Store, sql: str, row: dict[str, Any]) -> bool:
    """Whether the schema lets a statement stand."""
    try:
        await store.write(lambda tx: tx.execute(sql, row))
    except RuleBroken:
        return False
    return True


REVIEWED = (
    "UPDATE replies SET reviewer = :id, reviewer_person = :person, reviewer_bureau = :bureau, verdict = 'qualified' "
    "WHERE case_id = :case_id AND n = 1"
)


@pytest.mark.parametrize(
    ("what", "sql"),
    [
        ("another person's name in one's own account", REVIEWED),
        ("the signer under a second name", REVIEWED),
        ("a reviewer who says where they are not from", REVIEWED),
        ("a reviewer from nowhere", REVIEWED),
        ("other words", "UPDATE replies SET body = :bureau WHERE case_id = :case_id AND n = 1"),
        ("another handler", "UPDATE replies SET handler_person = :person WHERE case_id = :case_id AND n = 1"),
        ("another signer", "UPDATE replies SET signer_person = :person WHERE case_id = :case_id AND n = 1"),
        ("another bureau", "UPDATE replies SET bureau = :bureau WHERE case_id = :case_id AND n = 1"),
    ],
)
async def test_sql_that_lies_about_who_took_a_part_is_refused(
    store: Store, clock: FixedClock, tmp_path: Path, what: str, sql: str
) -> None:
    office, dossier = await in_work(store, clock, tmp_path)
    await store.write(hire, clock())
    await office.act(dossier.case.number, "draft", DRAFT, ACTORS[0])
    await office.act(dossier.case.number, "sign_off", {}, ACTORS[2])
    lies = {
        "another person's name in one's own account": ("zhou.second", "p-nobody", "supervision"),
        "the signer under a second name": ("meng", "p-nobody", "supervision"),
        "a reviewer who says where they are not from": ("urban.reviewer", "p-hidden", "supervision"),
        "a reviewer from nowhere": ("tao", "p-tao", ""),
    }
    await store.write(_hire_one, somebody("urban.reviewer", "p-hidden", "urban"), clock())
    who, person, bureau = lies.get(what, ("tao", "p-nobody", "supervision"))
    row = {"case_id": dossier.case.id, "id": who, "person": person, "bureau": bureau}
    used = {name: value for name, value in row.items() if f":{name}" in sql}
    assert not await stands(store, sql, used)
    honest = {"case_id": dossier.case.id, "id": "tao", "person": "p-tao", "bureau": "supervision"}
    assert await stands(store, REVIEWED, honest)


def _hire_one(tx: Tx, actor: Actor, now: datetime) -> None:
    people.add(tx, people.Officer(actor.id, actor.id, actor.person, actor.name, actor.home, "", "", True, now))
