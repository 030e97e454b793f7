"""The site says that it lives, whether it is ready, and its figures; what is red is green again by itself."""

import math
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from channels.web.keys import Parts
from hub.intake import Received
from hub.storage import inbox, outbox
from hub.storage.contract import Store
from hub.storage.inbox import Arrived
from hub.storage.tx import Tx
from hub.sweeping import QUARANTINE_AFTER
from supervision.patrol import sweep
from tests.builders import HANDLER, RECEPTION, a_letter
from tests.channels.staff_desk import see, sit_down
from tests.channels.web_site import SETTINGS, RunningSite, a_site
from tests.conftest import FixedClock


async def readiness(site: RunningSite) -> tuple[int, str, list[str]]:
    async with site.client.get("/readyz") as answer:
        told = await answer.json()
    return answer.status, told["status"], told["red"]


async def figure(site: RunningSite, name: str) -> float:
    async with site.client.get("/metrics") as answer:
        lines = (await answer.text()).splitlines()
    return next(float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{name} "))


async def in_work(site: RunningSite, key: str = "key-1") -> Received:
    """A letter that the urban bureau has signed for."""
    receipt = await site.office.receive(a_letter(key))
    if receipt.state == "submitted":
        await site.office.act(receipt.number, "accept", {}, RECEPTION)
        await site.office.act(receipt.number, "dispatch", {"unit": "urban"}, RECEPTION)
    await site.office.act(receipt.number, "sign", {}, HANDLER)
    return receipt


def change(tx: Tx, sql: str) -> None:
    tx.execute(sql)


async def test_the_site_says_that_it_lives_and_on_which_engine(site: RunningSite) -> None:
    async with site.client.get("/healthz") as answer:
        told = await answer.json()
    assert answer.status == 200
    assert told["status"] == "ok"
    assert told["version"] == site.office.store.health().version


async def test_the_site_is_ready_while_its_store_writes_and_answers(site: RunningSite) -> None:
    async with site.client.get("/readyz") as answer:
        told = await answer.json()
    assert (answer.status, told["status"]) == (200, "ready")
    assert set(told["checks"]) == {
        *("store", "question", "heartbeat", "clock", "unfired", "put_off", "outbox", "inbox")
    }
    assert told["red"] == []
    assert told["waiting"] == {"outbox_waiting": 0, "inbox_waiting": 0, "calendar_year_missing": 0}


async def test_figures_count_requests_by_the_route_as_written(site: RunningSite) -> None:
    await site.client.get("/channels/telegram/a-guess")
    async with site.client.get("/metrics") as answer:
        text = await answer.text()
    assert answer.status == 200
    assert 'route="/healthz"' in text or "minxin_requests_total" in text
    assert "a-guess" not in text


async def test_health_is_not_told_through_a_proxy(site: RunningSite) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        async with site.client.get(path, headers={"X-Forwarded-For": "203.0.113.9"}) as answer:
            assert answer.status == 404


async def test_an_unknown_address_is_answered_in_words_with_the_guarding_headers(site: RunningSite) -> None:
    async with site.client.get("/nowhere") as answer:
        page = await answer.text()
    assert answer.status == 404
    assert "没有找到" in page
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


# Red when its fault is there, green again by itself -------------------------------------------------------------------


async def test_a_sweep_that_gives_no_sign_of_life_degrades_and_turns_nobody_away(site: RunningSite) -> None:
    await sweep(site.office, site.clock.now)
    site.clock.advance(seconds=59)
    assert await readiness(site) == (200, "ready", [])
    site.clock.advance(seconds=2)
    assert await readiness(site) == (200, "degraded", ["heartbeat"])
    assert await figure(site, "minxin_sweep_heartbeat_seconds") == 61
    assert await figure(site, 'minxin_red{check="heartbeat"}') == 1
    await sweep(site.office, site.clock.now)
    assert await readiness(site) == (200, "ready", [])
    assert await figure(site, 'minxin_red{check="heartbeat"}') == 0


async def test_a_rung_that_nobody_climbs_is_red_until_the_sweep_has_caught_up(site: RunningSite) -> None:
    await in_work(site)
    site.clock.advance(days=30)
    assert "unfired" in (await readiness(site))[2]
    assert await figure(site, "minxin_oldest_unfired_seconds") > 86_400
    await sweep(site.office, site.clock.now)
    assert "unfired" not in (await readiness(site))[2]
    assert await figure(site, "minxin_oldest_unfired_seconds") == 0


async def test_a_notice_and_an_event_that_wait_too_long_are_red_until_somebody_takes_them(site: RunningSite) -> None:
    store, now = site.office.store, site.clock.now
    receipt = await in_work(site)
    await site.office.act(receipt.number, "ask_citizen", {"question": "请问是哪一栋？"}, HANDLER)
    assert any(row["state"] == "waiting" for row in await store.read(outbox.of_case, receipt.case_id))
    await store.write(inbox.put, Arrived("telegram", "1", "lane", "sealed", jump=True), now)
    site.clock.advance(minutes=4)
    assert (await readiness(site))[2] == []
    site.clock.advance(minutes=2)
    assert (await readiness(site))[2] == ["inbox"]
    site.clock.advance(minutes=10)
    assert (await readiness(site))[2] == ["inbox", "outbox"]
    assert await figure(site, "minxin_inbox_oldest_seconds") == 16 * 60, (
        "an event that may jump has waited since it came"
    )
    await store.write(change, "UPDATE outbox SET state = 'delivered' WHERE state = 'waiting'")
    (taken,) = await store.write(inbox.claim, "telegram", "w", site.clock.now, timedelta(minutes=1), 9)
    await store.write(inbox.finish, taken)
    assert await readiness(site) == (200, "ready", [])


async def test_a_row_that_fails_again_and_again_is_shown_and_tried_again_when_an_admin_says_so(
    site: RunningSite,
) -> None:
    receipt = await in_work(site)
    await site.office.store.write(change, "UPDATE clock_ledger SET allowed = 'soon' WHERE name = 'main'")
    site.clock.advance(days=20)
    for _ in range(QUARANTINE_AFTER):
        assert "put_off" not in (await readiness(site))[2]
        await sweep(site.office, site.clock.now)
        site.clock.advance(minutes=65)
    assert "put_off" in (await readiness(site))[2]
    assert await figure(site, "minxin_sweep_quarantined") >= 1

    await site.office.store.write(change, "UPDATE clock_ledger SET allowed = '15wd' WHERE name = 'main'")
    client = await sit_down(site, "admin")
    page = await see(client, "/staff/admin?tab=health")
    assert receipt.number in page.html
    assert "ValueError" in page.html
    while page.offers("/staff/admin/running"):
        await page.press("/staff/admin/running", do="again")
        assert (await sweep(site.office, site.clock.now)).put_off == 0
        await sweep(site.office, site.clock.now)  # what went through is forgotten as the next one sets out
        page = await see(client, "/staff/admin?tab=health")
    assert "put_off" not in (await readiness(site))[2]


async def test_a_clock_that_ran_ahead_is_no_dead_end(site: RunningSite) -> None:
    receipt = await in_work(site)
    right = site.clock.now
    await sweep(site.office, right)
    client = await sit_down(site, "admin")
    await sweep(site.office, right + timedelta(days=40))

    refused = await sweep(site.office, site.clock.advance(minutes=5))
    assert refused.refused
    assert (await readiness(site))[2] == ["clock"]
    page = await see(client, "/staff/admin?tab=health")
    assert "时钟往回走了" in page.html
    page = await page.press("/staff/admin/running", do="clock")
    assert "时钟往回走了" not in page.html
    assert "时钟走快时提前发生的" in page.html
    assert receipt.number in page.html
    assert not (await sweep(site.office, site.clock.now)).refused
    assert (await readiness(site))[2] == []

    again = await see(client, "/staff/admin?tab=health")
    assert not again.offers("/staff/admin/running"), "the way out is offered only while it is needed"


@pytest.fixture
async def stopping(store: Store, clock: FixedClock, tmp_path: Path, officers_password: str) -> AsyncIterator[Any]:
    """A site that was told to stop, whose own round of the sweep has not ended for an hour."""
    parts = Parts(ages={"sweep": lambda: 3600.0, "serving": lambda: math.inf})
    async with a_site(store, clock, tmp_path, officers_password, SETTINGS, parts) as running:
        yield running


async def test_a_process_that_stops_is_not_ready_and_one_whose_rounds_hang_is_degraded(stopping: RunningSite) -> None:
    assert await readiness(stopping) == (503, "not ready", ["serving", "sweep"])


async def test_a_site_without_its_store_is_not_ready(site: RunningSite) -> None:
    await site.office.store.close()
    assert await readiness(site) == (503, "not ready", ["question", "store"])
