"""Ranks: only like with like and from the minimum sample on, shown to the public between a leader's two deeds."""

from datetime import date
from typing import Any

import pytest

from channels.web.public import figures
from hub.errors import Forbidden, Invalid, NotNow
from hub.people import Actor
from hub.storage import journal, totals
from hub.storage.contract import Store
from hub.storage.tx import Tx
from supervision import ranks
from tests.builders import SUPERVISOR, an_office, an_officer
from tests.channels.staff_desk import see, sit_down
from tests.channels.web_site import RunningSite
from tests.conftest import FixedClock

LEADER = an_officer("白区长", "leader", home="intake")
UNITS = {"urban": (90, 100), "housing": (10, 10), "education": (9, 9), "street_1": (8, 12), "water": (0, 10)}


def count(tx: Tx, day: date) -> None:
    """Sums of one month as if so many limits had ended in time out of so many."""
    rows = [
        {"unit": unit, "cut": cut, "span": span, "value": "", "kind": "complaint", "measure": measure, "n": n}
        for unit, (good, of) in UNITS.items()
        for measure, n in (("unit_in_time", good), ("unit_late", of - good))
        for cut, span in (("day", day.isoformat()), ("month", day.isoformat()[:7]))
        if n
    ]
    tx.executemany(totals.ADD, rows)


async def test_ranks_go_by_the_lower_end_within_a_class_and_leave_out_the_few(
    store: Store, clock: FixedClock, tmp_path: Any
) -> None:
    office = await an_office(store, clock, tmp_path)
    await store.write(count, date(2026, 1, 20))
    found = await store.read(ranks.reckoned, date(2026, 1, 1), await office.book())
    assert [(line.type, line.place, line.unit, line.n, line.of) for line in found.lines] == [
        ("bureau", 1, "urban", 90, 100),
        ("bureau", 2, "housing", 10, 10),
        ("bureau", 3, "water", 0, 10),
        ("street", 1, "street_1", 8, 12),
    ], "ten of ten may be luck, ninety of a hundred is not"
    assert found.few == ("education",), "nine are too few"


async def test_a_month_is_released_once_by_a_leader_and_stays_as_it_was_until_recalled(
    store: Store, clock: FixedClock, tmp_path: Any
) -> None:
    office = await an_office(store, clock, tmp_path)
    await store.write(count, date(2026, 1, 20))
    book = await office.book()

    async def release(month: str, actor: Actor = LEADER) -> None:
        await store.write(ranks.release, month, actor, book, clock.now)

    with pytest.raises(Forbidden):
        await release("2026-01", SUPERVISOR)
    for month in ("2026-02", "2026-13", "soon"):
        with pytest.raises(Invalid):
            await release(month)
    with pytest.raises(NotNow):
        await release("2025-12")
    await release("2026-01")
    with pytest.raises(NotNow):
        await release("2026-01")
    await store.write(count, date(2026, 1, 21))
    (shown,) = await store.read(ranks.released)
    assert (shown.month, shown.lines[0].of) == ("2026-01", 100), "what was released does not move"
    await store.write(ranks.recall, "2026-01", LEADER, clock.now)
    with pytest.raises(NotNow):
        await store.write(ranks.recall, "2026-01", LEADER, clock.now)
    assert await store.read(ranks.released) == ()
    lines = await store.read(journal.read_after, 0, 100)
    assert [(x.action, x.actor) for x in lines] == [("ranks.released", LEADER.id), ("ranks.recalled", LEADER.id)]


async def test_the_public_reads_ranks_only_while_they_are_released(site: RunningSite) -> None:
    await site.office.store.write(count, date(2026, 1, 20))
    leader, supervisor = await sit_down(site, "leader"), await sit_down(site, "supervisor")
    assert not (await see(supervisor, "/staff/board/ranks")).offers("/staff/board/ranks"), "only a leader has buttons"

    async def public(time: int) -> tuple[bool, int]:
        figures._KEPT.clear()
        async with site.client.get(f"/statistics?time={time}") as answer:  # pages are kept a second
            page = await answer.text()
        told = await site.call("GET", "/statistics")
        async with site.client.get("/statistics.json") as answer:
            assert len((await answer.json())["ranks"]) == len(told[1]["ranks"])
        return "单位排名" in page, len(told[1]["ranks"])

    assert await public(1) == (False, 0)
    done = await (await see(leader, "/staff/board/ranks")).press("/staff/board/ranks", do="release")
    assert "已发布" in done.html
    assert await public(2) == (True, 1)
    async with site.client.get("/statistics?time=few") as answer:
        assert "件数太少，不排名：" in await answer.text()
    await (await see(leader, "/staff/board/ranks")).press("/staff/board/ranks", do="recall")
    assert await public(3) == (False, 0)
