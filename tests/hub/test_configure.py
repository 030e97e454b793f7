"""Rule sets are checked before they come into force, and staffing tells where nobody could act."""

import copy
import json
import shutil
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from config import starter
from hub import configure, coverage, officers
from hub.configure import check, read_folder
from hub.errors import Invalid, NotNow
from hub.people import Actor
from hub.storage import editions, journal, people
from hub.storage.contract import Store
from hub.storage.people import Absence
from routing.rules import read_rules
from tests.builders import an_office, an_officer
from tests.conftest import FixedClock

STARTER = starter.read()


def changed(family: str) -> tuple[dict[str, Any], Any]:
    content = copy.deepcopy(STARTER)
    return content, content[family]


def test_the_starter_set_fits_together() -> None:
    assert check(STARTER, read_rules) == []


def test_the_machines_tell_more_than_a_few_notices() -> None:
    assert {"answered", "need_fix", "redo_due", "review_waiting"} <= configure.told_texts()


def test_a_notice_without_its_english_text_is_named() -> None:
    content, texts = changed("texts")
    texts["notices"]["answered"]["en_body"] = " "
    assert any("answered" in fault and "en_body" in fault for fault in check(content, read_rules))


def test_a_notice_that_nobody_wrote_is_named() -> None:
    content, texts = changed("texts")
    del texts["notices"]["redo_due"]
    assert any("redo_due" in fault for fault in check(content, read_rules))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda c: c["kinds"]["kinds"][0]["clocks"]["main"].update(ladder="nowhere"), "nowhere"),
        (lambda c: c["kinds"]["kinds"][0].update(machine="lottery"), "lottery"),
        (lambda c: c["kinds"]["kinds"][0]["clocks"]["main"].update(limit="5 days"), "5 days"),
        (lambda c: c["kinds"]["kinds"].append(c["kinds"]["kinds"][0]), "consult"),
        (lambda c: c["units"]["units"][0].update(parent="moon"), "moon"),
        (lambda c: c["rules"]["rule"][0].update(unit="moon"), "moon"),
        (lambda c: c["ladders"]["main"]["rungs"][0].update(to=["wizard"]), "wizard"),
        (lambda c: c["checklist"].pop("reject"), "reject"),
        (lambda c: c.pop("calendar"), "calendar"),
    ],
)
def test_each_fault_is_told_by_the_name_of_what_is_wrong(change: Any, named: str) -> None:
    content = copy.deepcopy(STARTER)
    change(content)
    assert any(named in fault for fault in check(content, read_rules))


def test_a_folder_that_cannot_be_read_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"cannot be read"):
        read_folder(tmp_path)
    shutil.copytree(starter.HERE, tmp_path / "c", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "c" / "units.toml").write_text("a = ")
    with pytest.raises(ValueError, match="TOML"):
        read_folder(tmp_path / "c")


async def test_only_what_changed_becomes_a_new_edition(store: Store, clock: FixedClock) -> None:
    first = await store.write(configure.load, STARTER, "test", clock())
    content, texts = changed("texts")
    texts["notices"]["answered"]["zh_subject"] = "已经答复"
    second = await store.write(configure.load, content, "test", clock())
    assert set(first.values()) == {1}
    assert {family for family, number in second.items() if number} == {"texts"}
    assert (await store.read(editions.numbers))["texts"] == 2


# Staffing ---------------------------------------------------------------------------------------------------------


FIVE = (
    an_officer("甲", "handler@urban"),
    an_officer("乙", "signer@urban"),
    an_officer("丙", "reviewer", home="supervision"),
    an_officer("丁", "intake", "dispatcher", "publisher", home="intake"),
    an_officer("戊", "supervisor", home="supervision"),
)


async def stuck(store: Store, clock: FixedClock, folder: Path, *officers_: Actor) -> str:
    book = await (await an_office(store, clock, folder)).book()
    way = next(w for w in coverage.ways(officers_, book) if (w.kind, w.unit) == ("complaint", "urban"))
    return way.stuck


async def test_three_people_are_enough_for_one_unit(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    assert await stuck(store, clock, tmp_path, *FIVE) == ""
    assert coverage.unheld_desks(FIVE) == []


@pytest.mark.parametrize(
    ("people_", "why"),
    [
        (FIVE[1:], "没有承办人"),
        (FIVE[:1], "没有审签人"),
        ((an_officer("甲", "handler@urban", "signer@urban"), *FIVE[2:]), "同一个人"),
        (FIVE[:2], "没有独立的审核员"),
        ((*FIVE[:2], an_officer("己", "reviewer", home="urban")), "没有独立的审核员"),
    ],
)
async def test_staffing_says_what_is_in_the_way(
    store: Store, clock: FixedClock, tmp_path: Path, people_: tuple[Actor, ...], why: str
) -> None:
    assert why in await stuck(store, clock, tmp_path, *people_)


async def test_who_is_away_is_missed_and_the_deputy_stands_in(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    book = await office.book()
    ids = {}
    for account, role in (("one.handler", "handler@urban"), ("two.deputy", "clerk")):
        asked = officers.Asked(account, account, (role,), "long enough 1")
        new = officers.officer(asked, "hash", office.fresh_id(), clock(), otp=False)
        grants = officers.grants_of(asked.roles, book.directory)
        ids[account] = (await store.write(officers.add, new, grants, "", "test")).id
    away = Absence(ids["one.handler"], clock() - timedelta(days=1), clock() + timedelta(days=5), ids["two.deputy"])
    await store.write(people.set_away, away, "test")
    present = await store.read(coverage.present, clock())
    assert [(a.name, [g.role for g in a.grants]) for a in present] == [("two.deputy", ["clerk", "handler"])]


# Officers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["king", "handler@moon", "handler"])
async def test_a_role_that_cannot_be_is_refused(store: Store, clock: FixedClock, tmp_path: Path, role: str) -> None:
    book = await (await an_office(store, clock, tmp_path)).book()
    with pytest.raises(Invalid):
        officers.grants_of((role,), book.directory)


async def test_a_second_account_is_the_same_person(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    grants = officers.grants_of(("reviewer",), (await office.book()).directory)
    asked = officers.Asked("first", "陶知微", ("reviewer",), "long enough 1")
    one = officers.officer(asked, "hash", office.fresh_id(), clock(), otp=True)
    two = officers.officer(officers.Asked("second", "陶知微", (), "long enough 2"), "hash", "id-2", clock(), otp=False)
    first = await store.write(officers.add, one, grants, "", "test")
    second = await store.write(officers.add, two, grants, "first", "test")
    assert second.person == first.person
    assert officers.otp_uri(first).startswith("otpauth://totp/Minxin:first?")
    assert officers.otp_uri(second) == ""
    with pytest.raises(Invalid):
        await store.write(officers.add, one, grants, "", "test")


async def test_a_folder_that_was_not_kept_up_takes_no_announced_year_back(store: Store, clock: FixedClock) -> None:
    await store.write(configure.load, STARTER, "test", clock())
    known, calendar = changed("calendar")
    calendar["years"]["2027"] = {**calendar["years"]["2026"], "holidays": [{"name": "元旦", "first": "2027-01-01"}]}
    calendar["overrides"] = [
        {"day": "2026-07-20", "workday": False, "name": "台风停工", "source": "区防指3号"},
        {"day": "2025-07-21", "workday": False, "name": "从前的台风", "source": "区防指1号"},
    ]
    await store.write(configure.load, known, "test", clock())
    with pytest.raises(NotNow) as refused:
        await store.write(configure.load, STARTER, "test", clock())
    assert "2027年的放假通知、2026-07-20（台风停工）" in refused.value.zh
    assert "从前" not in refused.value.zh
    assert (await store.read(editions.numbers))["calendar"] == 2

    await store.write(partial(configure.load, forget=True), STARTER, "test", clock())
    assert (await store.read(editions.numbers))["calendar"] == 3
    lines = [line for line in await store.read(journal.read_after, 0, 100) if line.action == "edition.added"]
    assert [json.loads(line.data)["edition"] for line in lines if "calendar" in line.data] == [1, 2, 3]
