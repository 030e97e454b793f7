"""What ladders have done as officers see it: shelves, the case page, notices of many cases, what inspection counts."""

import re
from datetime import UTC, datetime, timedelta

from hub.case import Notice
from hub.storage import outbox
from supervision.patrol import sweep
from tests.builders import SUPERVISOR, a_letter
from tests.channels.staff_desk import see, sit_down
from tests.channels.test_staff_flows import a_case, page_of
from tests.channels.web_site import RunningSite


async def test_the_case_page_shows_what_is_owed_and_proposed_with_its_day_and_offers_the_answer(
    site: RunningSite,
) -> None:
    number, _ = await a_case(site, "sign")
    site.clock.now = datetime(2026, 3, 18, 4, tzinfo=UTC)
    await sweep(site.office, site.clock.now)

    page = await page_of(await sit_down(site, "handler"), number)
    assert "催办待回" in page.html
    assert "督办建议" in page.html
    page = await page.press("/moves/give_reason", give_reason__text="")
    assert "请填写" in page.html
    page = await page.press("/moves/give_reason", give_reason__text="控制器缺货。")
    assert "控制器缺货。" in page.html

    desk = await sit_down(site, "supervisor")
    shelf = await see(desk, "/staff/inbox?view=proposals")
    assert number in shelf.html
    page = await page_of(desk, number)
    page = await page.press("/moves/take_up", take_up__due="2026-03-01", take_up__text="请答复。")
    assert "不能早于今天" in page.html
    page = await page.press("/moves/take_up", take_up__due="2026-03-20", take_up__text="请在周五前答复。")
    assert "已采纳" in page.html
    english = await see(desk, f"/staff/cases/{number}?lang=en")
    assert "Taken up" in english.html


async def test_the_page_of_an_urgent_case_tells_who_was_called(site: RunningSite) -> None:
    letter = a_letter("gas", kind="help", title="煤气味很大", body="楼道里煤气味很大，老人头晕。")
    received = await site.office.receive(letter)
    for _ in range(3):
        await sweep(site.office, site.clock.advance(minutes=15))
    page = await page_of(await sit_down(site, "supervisor"), received.number)
    for name in ("reception1", "reception2", "supervisor1", "handler@emergency"):
        assert f"通知值班：{name}" in page.html, name
    assert "已通知值班室" in page.html


async def test_a_digest_and_a_days_list_say_their_numbers_and_lead_to_the_shelf(site: RunningSite) -> None:
    for n in range(7):  # each is late three times over: for the citizen, at the unit, and in the first contact
        await a_case(site, "sign", key=f"key-{n}")
    site.clock.now = datetime(2026, 3, 13, 1, tzinfo=UTC)
    await sweep(site.office, site.clock.now)
    desk = await sit_down(site, "signer")
    page = await see(desk, "/staff/inbox")
    assert "21条通知合成一条：催办通知" in page.html
    assert 'href="/staff/inbox?view=urging"' in page.html
    assert "{" not in re.sub(r"<script.*?</script>", "", page.html, flags=re.S).split("<main")[1]
    english = await see(desk, "/staff/inbox?lang=en")
    assert "21 notices in one: Reminder notice" in english.html

    desk = await sit_down(site, "handler")
    page = await see(desk, "/staff/inbox")
    assert re.search(r"今天：\d+件到期，7件超期", page.html)


async def test_a_record_that_is_late_is_called_by_its_name(site: RunningSite) -> None:
    number, _ = await a_case(site, "sign")
    day = site.clock.now.date() + timedelta(days=1)
    values = {"level": "supervise", "text": "请说明。", "due": day.isoformat()}
    await site.office.act(number, "order", values, SUPERVISOR)
    site.clock.now = datetime(2026, 2, 24, 2, tzinfo=UTC)
    await sweep(site.office, site.clock.now)
    page = await see(await sit_down(site, "supervisor"), "/staff/inbox")
    assert f"{number}的督办过期没有办" in page.html


async def test_the_board_shows_what_inspection_counts_to_those_who_see_the_whole_hub(site: RunningSite) -> None:
    await a_case(site)
    site.clock.advance(days=50)
    page = await see(await sit_down(site, "supervisor"), "/staff/board")
    assert "来信公开" in page.html
    assert "上次更新后50天" in page.html
    assert "上次更新后50天" not in (await see(await sit_down(site, "handler"), "/staff/board")).html


async def test_a_notice_of_no_case_is_shown_to_its_role_alone(site: RunningSite) -> None:
    notice = Notice("publisher@", "site_publication", "k", {"days": 45, "due": "2026-04-14", "rung": "day_45"})
    await site.office.store.write(outbox.put, "", [notice], site.clock.now)
    page = await see(await sit_down(site, "publisher"), "/staff/inbox")
    assert "已45天没有公开新的来信答复" in page.html
    assert "已45天没有公开" not in (await see(await sit_down(site, "handler"), "/staff/inbox")).html
