"""Importing letters of another system: once each, quietly, with their own dates and their replies."""

import json
import tomllib
from pathlib import Path
from typing import Any

from hub.importing import Summary, Way, import_letters
from hub.office import Office
from hub.storage import cases, clocks, imports, outbox
from hub.storage.contract import Store
from hub.storage.tx import Tx
from hub.verify import verify
from routing.danger import read_dangers
from routing.port import chooser
from tests.builders import CONFIG, an_office
from tests.conftest import FixedClock

CHOOSE = chooser(read_dangers(tomllib.loads((CONFIG / "danger.toml").read_text("utf-8"))))
REPLY = "您好，这段路的路灯已经修好，以后不亮请打0555-0102033。"


def a_line(**changes: Any) -> str:
    plain = {
        "id": "a-1",
        "title": "咨询医保怎么转移",
        "body": "我从外地回来，医保关系怎么转回本区？",
        "time": "2024-03-05T09:12:00",
    }
    return json.dumps({**plain, **changes}, ensure_ascii=False)


async def imported(office: Office, *lines: str, with_replies: bool = False) -> Summary:
    return await import_letters(Way(office, CHOOSE, "old", with_replies), lines)


def everything(tx: Tx) -> list[Any]:
    return [cases.dossier(tx, str(r["id"])) for r in tx.execute("SELECT id FROM cases ORDER BY number")]


def notices(tx: Tx) -> list[Any]:
    return [n for r in tx.execute("SELECT id FROM cases") for n in outbox.of_case(tx, str(r["id"]))]


async def test_a_letter_comes_in_with_its_own_date_and_nobody_is_told(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    summary = await imported(office, a_line())
    assert (summary.imported, summary.refused) == (1, 0)
    (dossier,) = await store.read(everything)
    assert dossier.case.origin == "import"
    assert dossier.case.received_at.isoformat() == "2024-03-05T01:12:00+00:00"
    assert dossier.case.recorded_at == clock.now
    assert dossier.case.number.startswith("2024-")
    assert all(c.rung_at is None for c in dossier.clocks)
    assert await store.read(clocks.due, clock.advance(days=400), 10) == []
    assert await store.read(notices) == []


async def test_the_same_letter_is_imported_once_however_often_it_comes(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    first = await imported(office, a_line(), a_line(id="a-2"), a_line())
    again = await imported(office, a_line(body="别的话也是同一封信，因为编号相同。"), a_line(id="a-3"))
    assert (first.imported, first.known) == (2, 1)
    assert (again.imported, again.known) == (1, 1)
    assert len(await store.read(everything)) == 3


async def test_a_reply_is_carried_through_by_import_actors_and_released_at_its_own_time(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    line = a_line(title="路灯坏了没人修", reply=REPLY, reply_time="2024-03-11T16:00:00")
    summary = await imported(office, line, with_replies=True)
    assert summary.replies == 1
    (dossier,) = await store.read(everything)
    reply = dossier.replies[-1]
    assert dossier.case.answered_at.isoformat() == "2024-03-11T08:00:00+00:00"
    assert reply.body == REPLY
    assert reply.handler_person == "import:handler"
    assert reply.signer_person == "import:signer"
    assert dossier.clock("main").phase == "met"
    assert await store.read(notices) == []
    assert (await verify(office)).findings == ()


async def test_letters_imported_without_replies_get_them_later(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    line = a_line(reply=REPLY, reply_time="2024-03-11T16:00:00")
    await imported(office, line)
    later = await imported(office, line, with_replies=True)
    again = await imported(office, line, with_replies=True)
    assert (later.imported, later.replies, again.replies) == (0, 1, 0)
    known = await store.read(imports.known, "old", ["a-1"])
    assert known["a-1"][1] == "reply"
    assert (await verify(office)).findings == ()


async def test_a_line_that_cannot_be_taken_is_named_and_the_rest_goes_on(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    lines = (
        "{",
        "[]",
        a_line(id=""),
        a_line(body=""),
        a_line(time="昨天"),
        a_line(time="2099-01-01"),
        a_line(kind="x"),
    )
    summary = await imported(office, *lines, a_line(body="\0坏字"), a_line(body="长" * 20_001), "", a_line())
    assert summary.imported == 1
    assert [refused.line for refused in summary.named] == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert all(refused.reason for refused in summary.named)


async def test_a_long_letter_of_the_past_is_taken_whole(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    office = await an_office(store, clock, tmp_path)
    body = "这条路一直没有修。" * 2000
    summary = await imported(office, a_line(body=body, reply="答" * 12_000), with_replies=True)
    assert (summary.imported, summary.replies, summary.refused) == (1, 1, 0)
    (dossier,) = await store.read(everything)
    assert len(dossier.replies[-1].body) == 12_000


async def test_the_kind_is_read_from_the_title_and_never_becomes_a_sealed_one(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    titles = ("投诉小区物业", "建议增开公交", "感谢社区医生", "请问怎么办证", "检举控告某干部")
    await imported(office, *(a_line(id=f"k{n}", title=title) for n, title in enumerate(titles)))
    kinds = [d.case.kind for d in await store.read(everything)]
    assert kinds == ["complaint", "suggest", "praise", "consult", "consult"]


async def test_an_order_of_the_citys_hotline_brings_its_own_due_date(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    summary = await imported(
        office,
        a_line(due="2024-03-08"),
        a_line(id="a-2", due="2024-03-08T12:00:00"),
        a_line(id="a-3", due="2024-03-04"),
        a_line(id="a-4", due="soon"),
    )
    assert (summary.imported, summary.refused) == (2, 2)
    assert all("due" in refused.reason for refused in summary.named)
    first, second = await store.read(everything)
    assert first.case.main_due.isoformat() == "2024-03-08T16:00:00+00:00"
    assert second.case.main_due.isoformat() == "2024-03-08T04:00:00+00:00"
    assert (await verify(office)).findings == ()
