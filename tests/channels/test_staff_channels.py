"""The page of the channels: what works, what waits, and what could not be handled, without a word of what came in."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from channels.pulse import Pulse
from channels.web.keys import Parts
from hub.case import Notice
from hub.storage import inbox, journal, outbox
from hub.storage.contract import Store
from hub.storage.tx import Row, Tx
from tests.builders import a_letter
from tests.by_telegram import something_put_aside
from tests.channels.staff_desk import Page, see, sit_down
from tests.channels.web_site import SETTINGS, RunningSite, a_site
from tests.conftest import FixedClock

SECRET = "路灯坏了，我住在三楼"
PULSES: dict[str, Pulse] = {}


@pytest.fixture
async def site(store: Store, clock: FixedClock, tmp_path: Path, officers_password: str) -> AsyncIterator[RunningSite]:
    PULSES.clear()
    PULSES["telegram"] = Pulse()
    async with a_site(store, clock, tmp_path, officers_password, SETTINGS, Parts(pulses=PULSES)) as running:
        yield running


def event(tx: Tx) -> Row:
    return tx.execute("SELECT state, attempts, error FROM inbox")[0]


async def page_of(site: RunningSite, account: str) -> Page:
    return await see(await sit_down(site, account), "/staff/channels")


async def text_of(site: RunningSite, path: str) -> tuple[int, str]:
    async with site.client.get(path) as answer:
        return answer.status, await answer.text()


async def test_what_could_not_be_handled_is_listed_with_its_letters_and_never_with_its_words(site: RunningSite) -> None:
    receipt = await site.office.receive(a_letter(channel="telegram", chat="1001"))
    await something_put_aside(site.office, SECRET)
    page = await page_of(site, "reception")
    for words in ("900000001", "5次", "RuntimeError", receipt.number):
        assert words in page.html
    assert SECRET not in page.html
    assert "1001" not in page.html.replace("900000001", "")
    operator = await page_of(site, "admin")
    assert "900000001" in operator.html
    assert receipt.number not in operator.html, "an operator sees no letter, so none is named"
    assert (await page_of(site, "handler")).status == 403
    assert "有外来消息没能处理" in (await see(await sit_down(site, "reception"), "/staff/inbox")).html


async def test_it_is_tried_again_once_however_often_the_button_is_pressed(site: RunningSite) -> None:
    await something_put_aside(site.office, SECRET)
    page = await page_of(site, "admin")
    told = await page.press("/staff/channels", do="again")
    assert "已重新排队处理" in told.html
    assert await site.office.store.read(event) == {"state": "new", "attempts": 0, "error": "RuntimeError"}
    assert "已经有人处理" in (await page.press("/staff/channels", do="again")).html
    lines = await site.office.store.read(journal.read_after, 0, 1000)
    assert [line.action for line in lines if line.action.startswith("inbox.")] == ["inbox.again"]


async def test_it_is_closed_only_with_a_reason_and_the_journal_keeps_it(site: RunningSite) -> None:
    await something_put_aside(site.office, SECRET)
    page = await page_of(site, "reception")
    refused = await page.press("/staff/channels", do="close")
    assert refused.status == 422
    assert "请选择搁置的原因" in refused.html
    closed = await page.press("/staff/channels", do="close", reason="reached")
    assert "原因记入办理记录" in closed.html
    assert (await site.office.store.read(event))["state"] == "dropped"
    (line,) = [e for e in await site.office.store.read(journal.read_after, 0, 1000) if e.action == "inbox.closed"]
    assert '"reason":"reached"' in line.data
    assert SECRET not in line.data
    assert await site.office.store.write(inbox.forget_before, "telegram", site.clock.now + timedelta(1)) == 1


async def test_a_channel_that_is_away_is_red_on_its_own_page_and_the_site_stays_ready(site: RunningSite) -> None:
    receipt = await site.office.receive(a_letter(channel="telegram", chat="1001"))
    notice = Notice("party:1", "reopened", "a notice to go by Telegram")
    await site.office.store.write(outbox.put, receipt.case_id, [notice], site.clock.now)
    site.clock.advance(minutes=1)
    PULSES["telegram"].failed("NetworkError", site.clock.now)
    page = await page_of(site, "admin")
    assert "收不进来，自动重试中" in page.html
    assert "NetworkError" in page.html
    PULSES["telegram"].failed("TimedOut", site.clock.now, "out")
    assert "不通，自动重试中" in (await page_of(site, "admin")).html
    assert (await text_of(site, "/readyz"))[0] == 200
    figures = (await text_of(site, "/metrics"))[1]
    assert 'minxin_channel_reached{channel="telegram"} 0.0' in figures
    assert 'minxin_channel_outbox_waiting{channel="telegram"} 1.0' in figures
    assert 'minxin_channel_outbox_oldest_seconds{channel="telegram"} 60.0' in figures
    assert 'last_success_timestamp_seconds{channel="telegram"}' not in figures
    PULSES["telegram"].sent(site.clock.now)
    assert "收不进来，自动重试中" in (await page_of(site, "admin")).html
    PULSES["telegram"].answered()
    assert "不通" not in (await page_of(site, "admin")).html.replace("哪个不通", "").replace("渠道不通", "")
    assert 'minxin_channel_reached{channel="telegram"} 1.0' in (await text_of(site, "/metrics"))[1]
