"""Officers inside a unit: the least burdened who is there gets a case, two at once give it once, and never nobody."""

import asyncio
from copy import deepcopy
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub import assigning, staffing
from hub.case import Case
from hub.errors import Invalid, Overtaken
from hub.intake import Received
from hub.office import Office
from hub.people import Actor
from hub.storage import cases, outbox, people
from hub.storage.contract import Store
from hub.storage.tx import Tx
from supervision.patrol import sweep
from tests.builders import RECEPTION, an_office, an_officer, starter_set
from tests.conftest import FixedClock
from tests.supervision.letters import at_unit

FIRST, SECOND = an_officer("甲", "handler@urban"), an_officer("乙", "handler@urban")
HEAD = an_officer("科长", "signer@urban")
ADMIN = an_officer("管", "admin", home="intake")


def hire(tx: Tx, accounts: tuple[tuple[str, Actor], ...], now: Any) -> None:
    for account, actor in accounts:
        person = people.Officer(actor.id, account, actor.person, actor.name, actor.home, "x", "", True, now)
        people.add(tx, person)
        for given in actor.grants:
            people.grant(tx, actor.id, given, "tests", now)


async def a_unit(store: Store, clock: FixedClock, tmp_path: Path, **settings: Any) -> Office:
    """An office whose urban bureau has two handlers and a head; `settings` are those of the unit."""
    units = deepcopy(starter_set()["units"])
    next(u for u in units["units"] if u["code"] == "urban").update(settings)
    office = await an_office(store, clock, tmp_path, units=units)
    await store.write(hire, (("one", FIRST), ("two", SECOND), ("head", HEAD), ("admin", ADMIN)), clock())
    return office


async def the_case(store: Store, receipt: Received) -> Case:
    case = await store.read(cases.get, receipt.case_id)
    assert case is not None
    return case


async def order(office: Office, receipt: Received, clock: FixedClock) -> list[str]:
    dossier = await office.store.read(cases.dossier, receipt.case_id)
    assert dossier is not None
    found = await office.store.read(assigning.candidates, dossier, await office.book(), clock())
    return [f"{c.account}{'-' if c.away_until else ''}" for c in found]


async def goes_away(office: Office, who: Actor, deputy: Actor, clock: FixedClock) -> None:
    day = (await office.book()).calendar.day_of(clock())
    book = await office.book()
    await office.store.write(staffing.set_away, who.id, day, day + timedelta(days=5), deputy.id, ADMIN, book, clock())


async def test_the_least_burdened_who_is_there_is_proposed_and_an_urgent_case_weighs_more(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await a_unit(store, clock, tmp_path)
    heavy, light, new = [await at_unit(office, key) for key in ("a", "b", "c")]
    await office.act(heavy.number, "assign", {"officer": FIRST.id}, HEAD)
    await office.act(heavy.number, "urgent", {}, RECEPTION)
    await office.act(light.number, "assign", {"officer": SECOND.id}, HEAD)
    assert await order(office, new, clock) == ["two", "one"]
    await goes_away(office, SECOND, HEAD, clock)
    assert await order(office, new, clock) == ["head", "one", "two-"], "a deputy handles, too"
    with pytest.raises(Invalid) as wrong:
        await office.act(new.number, "assign", {"officer": SECOND.id}, HEAD)
    assert "外出" in wrong.value.fields["officer"].zh
    await sweep(office, clock())
    assert not (await the_case(store, new)).officer, "a unit that did not ask for it is only proposed somebody"


async def test_who_knows_the_kind_stands_first_where_the_unit_lists_it(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await a_unit(store, clock, tmp_path, knows={"two": ["complaint"]})
    assert await order(office, await at_unit(office), clock) == ["two", "one"]


async def test_a_unit_that_wants_it_has_its_letters_given_away_in_turn_and_once_by_two_sweeps(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await a_unit(store, clock, tmp_path, assigns=True)
    letters = [await at_unit(office, key) for key in ("a", "b", "c", "d")]
    await asyncio.gather(sweep(office, clock()), sweep(office, clock()))
    given = [(await the_case(store, letter)).officer for letter in letters]
    assert sorted(given) == sorted([FIRST.id, FIRST.id, SECOND.id, SECOND.id])
    rows = await store.read(outbox.of_case, letters[0].case_id)
    assert [r["recipient"] for r in rows if r["recipient"].startswith("officer:")] == [f"officer:{given[0]}"]


async def test_of_two_who_assign_at_once_one_is_told_that_a_colleague_was_first(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await a_unit(store, clock, tmp_path)
    receipt = await at_unit(office)
    seen = (await the_case(store, receipt)).version
    both = await asyncio.gather(
        *(office.act(receipt.number, "assign", {"officer": o.id}, HEAD, seen) for o in (FIRST, SECOND)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, Overtaken) for one in both) == 1
    assert (await the_case(store, receipt)).officer in (FIRST.id, SECOND.id)


async def test_when_all_are_away_without_a_handling_deputy_the_head_gets_it_never_nobody(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await a_unit(store, clock, tmp_path, assigns=True)
    until = clock() + timedelta(days=5)
    for who, deputy in ((FIRST, SECOND), (SECOND, FIRST)):
        await store.write(people.set_away, people.Absence(who.id, clock(), until, deputy.id), ADMIN.id)
    receipt = await at_unit(office)
    await sweep(office, clock())
    assert (await the_case(store, receipt)).officer == HEAD.id


async def test_where_nobody_who_handles_is_there_the_page_offers_the_nearest_signer_and_takes_them(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await a_unit(store, clock, tmp_path, parent="police")
    await store.write(hire, (("chief", an_officer("局长", "signer@police")),), clock())
    receipt = await at_unit(office)
    until = clock() + timedelta(days=5)
    for who, deputy in ((FIRST, SECOND), (SECOND, FIRST)):
        await store.write(people.set_away, people.Absence(who.id, clock(), until, deputy.id), ADMIN.id)
    assert await order(office, receipt, clock) == ["head", "chief", "one-", "two-"]
    (shown,) = await store.read(assigning.unattended, HEAD, await office.book(), clock())
    assert [c.signs for c in shown.candidates] == [True, True, False, False]
    await office.act(receipt.number, "assign", {"officer": HEAD.id}, HEAD)
    assert (await the_case(store, receipt)).officer == HEAD.id


async def test_an_absence_that_begins_offers_what_lies_with_the_absent_to_the_unit_once(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await a_unit(store, clock, tmp_path)
    receipt = await at_unit(office)
    await office.act(receipt.number, "assign", {"officer": FIRST.id}, HEAD)
    await goes_away(office, FIRST, SECOND, clock)
    await sweep(office, clock())
    told = await store.read(outbox.on_desk, ["signer@urban"], 50)
    assert [r["text"] for r in told].count("officer_away") == 1
    book = await office.book()
    shown = await store.read(assigning.unattended, HEAD, book, clock())
    assert [(u.row.number, u.officer, u.candidates[0].account) for u in shown] == [(receipt.number, "甲", "two")]
    await office.act(receipt.number, "assign", {"officer": SECOND.id}, HEAD)
    assert await store.read(assigning.unattended, HEAD, book, clock()) == ()
