"""Who may see what: the rule for one case and the lists' SQL agree, and the accused never learns who complained."""

from dataclasses import replace
from datetime import datetime
from itertools import product
from pathlib import Path

import pytest

from hub import reading
from hub.case import Case, Overlay
from hub.errors import NotFound
from hub.people import citizen
from hub.sight import Sight, sight, within
from hub.storage import cases, lists
from hub.storage.contract import Store
from hub.storage.rows import to_json
from hub.storage.tx import Tx
from hub.submission import Contact
from tests.builders import RECEPTION, REVIEWER, SUPERVISOR, a_letter, an_office, an_officer
from tests.conftest import FixedClock

ACTORS = (
    RECEPTION,
    REVIEWER,
    SUPERVISOR,
    an_officer("城管承办", "handler@urban"),
    an_officer("交警承办", "handler@traffic_police"),
    an_officer("公安审签", "signer@police"),
    an_officer("纪委", "supervisor@discipline", "handler@discipline"),
    an_officer("督查兼城管", "supervisor", home="urban"),
    an_officer("管理员", "admin", home="intake"),
    an_officer("回访员", "caller", home="intake"),
    an_officer("回访兼城管", "caller", "handler@urban", home="urban"),
)
UNITS = ("", "urban", "police", "traffic_police", "discipline", "supervision")


def write_cases(tx: Tx, template: Case) -> list[Case]:
    """One case for each mixture of unit, target, aim and seal."""
    made = []
    for unit, target, aim, sealed in product(UNITS, UNITS, ("matter", "service", "misconduct"), (False, True)):
        n = len(made)
        case = replace(
            template, id=f"case{n:04d}", number=f"T-{n:04d}", unit=unit, target=target, aim=aim, sealed=sealed
        )
        cases.add(tx, case, vault=case.id, fields={}, decision={})
        made.append(case)
    return made


async def test_the_list_of_an_actor_holds_exactly_the_cases_the_actor_may_see(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await office.receive(a_letter())
    template = await store.read(cases.get, receipt.case_id)
    assert template is not None
    made = await store.write(write_cases, template)
    records = await store.write(write_calls, made, clock())
    directory = (await office.book()).directory
    for actor in ACTORS:
        eye = sight(actor, directory)
        listed = await store.read(lists.page, eye, {"numbers": [c.number for c in made]}, 1000)
        expected = {c.number for c in made if within(eye, c, records.get(c.id, ()))}
        assert {c.number for c in listed} == expected, actor.name
        assert await store.read(lists.count, eye, {"numbers": [c.number for c in made]}, 1000) == len(expected)
        assert {c.id for c in made if c.number in expected} == await store.read(in_scope, eye, made), actor.name


def write_calls(tx: Tx, made: list[Case], now: datetime) -> dict[str, tuple[Overlay, ...]]:
    """Some cases have a call that is owed, some one that a caller or somebody else has made, or joint work."""
    first, other, supervisor = (actor.id for actor in (ACTORS[-2], ACTORS[-1], SUPERVISOR))
    given = [
        Overlay(1, "call_back", "open", now, "system", "system"),
        Overlay(1, "call_back", "done", now, "system", "system", decided_at=now, decided_by=first),
        Overlay(1, "call_back", "unreached", now, "system", "system", decided_at=now, decided_by=other),
        Overlay(1, "call_back", "done", now, "system", "system", decided_at=now, decided_by=supervisor),
        Overlay(1, "call_back", "missed", now, "system", "system", decided_at=now, decided_by="system"),
        Overlay(1, "joint", "open", now, "system", "system", unit="urban"),
        Overlay(1, "joint", "done", now, "system", "system", unit="urban"),
    ]
    records = {case.id: (given[n % 8],) for n, case in enumerate(made) if n % 8 < len(given)}
    for case_id, overlays in records.items():
        cases.put_overlays(tx, case_id, overlays)
    return records


def in_scope(tx: Tx, eye: Sight, made: list[Case]) -> set[str]:
    """The same rule where questions walk another index than the lists do."""
    where, params = lists.scope(tx, eye)
    ids = to_json([case.id for case in made])
    sql = f"SELECT c.id FROM cases c WHERE c.id IN (SELECT CAST(value AS TEXT) FROM json_each(:made)) AND {' AND '.join(where)}"  # noqa: E501
    return {str(row["id"]) for row in tx.execute(sql, {**params, "made": ids})}


@pytest.mark.parametrize("aim", ["service", "misconduct"])
async def test_nobody_of_the_accused_unit_finds_the_case_whatever_role_they_hold(
    store: Store, clock: FixedClock, tmp_path: Path, aim: str
) -> None:
    office = await an_office(store, clock, tmp_path)
    letter = a_letter(
        title="窗口工作人员态度恶劣", body="办证窗口的人一直玩手机，还让我明天再来。", aim=aim, target="police"
    )
    receipt = await office.receive(letter)
    book = await office.book()
    for actor in (
        an_officer("公安承办", "handler@police"),
        an_officer("公安督查", "supervisor", "reviewer", "leader", home="police"),
    ):
        rows, _ = await store.read(reading.inbox, actor, "all", {}, book, clock())
        assert rows == ()
        with pytest.raises(NotFound):
            await store.read(reading.staff_case, receipt.number, actor, book, clock())
        with pytest.raises(NotFound):
            await office.act(receipt.number, "accept", {}, actor)


async def test_a_sealed_report_exists_only_for_those_it_names(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    receipt = await office.receive(
        a_letter(
            kind="report_staff",
            aim="misconduct",
            title="举报",
            body="有人收了工程队的红包，日期是一月三日。",
            fields={"who": "管片的老王", "which_unit": "城管局"},
            target="urban",
        )
    )
    book = await office.book()
    case = await store.read(cases.get, receipt.case_id)
    assert case is not None
    assert (case.sealed, case.unit) == (True, "discipline")
    for actor in ACTORS:
        rows, _ = await store.read(reading.inbox, actor, "all", {}, book, clock())
        assert (receipt.number in {r.number for r in rows}) == (actor.name == "纪委"), actor.name


async def test_a_department_sees_identical_bytes_whoever_complained_in_confidence(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    first = await _run(store, clock, tmp_path, Contact("李小满", "13900001234", "li@example.cn"), "one")
    second = await _run(store, clock, tmp_path, Contact("欧阳铁柱", "13911115678", "ouyang.tz@example.com"), "two")
    assert first == second


async def _run(store: Store, clock: FixedClock, tmp_path: Path, writer: Contact, key: str) -> str:
    office = await an_office(store, clock, tmp_path)
    body = f"我叫{writer.name}，电话{writer.phone}，邮箱{writer.email}。窗口的人态度很差，说话很冲，让我等了两个小时。"
    receipt = await office.receive(
        a_letter(key, title="办事窗口态度差", body=body, aim="service", target="urban", contact=writer, place="")
    )
    more = {"text": f"补充一句，我是{writer.name}，可打{writer.phone}。"}
    await office.act(receipt.number, "add", more, citizen(receipt.case_id, 1))
    if receipt.state == "submitted":
        await office.act(receipt.number, "accept", {}, RECEPTION)
        await office.act(receipt.number, "dispatch", {"unit": "supervision"}, RECEPTION)
    handler = an_officer("督查承办", "handler@supervision")
    book = await office.book()
    seen = await store.read(reading.staff_case, receipt.number, handler, book, clock())
    rows, _ = await store.read(reading.inbox, handler, "open", {}, book, clock())
    own = repr((seen, [r for r in rows if r.number == receipt.number]))
    for part in (writer.name, writer.phone, writer.email):
        assert part not in own
    return tuple(
        own.replace(receipt.number, "N").replace(receipt.case_id, "C").replace(seen.party.alias, "A").split("\n")
    )
