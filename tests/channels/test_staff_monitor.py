"""The page on how routing does: the weeks beside the card, what fell, and the same on the page of how the hub runs."""

from datetime import date

from routing.monitor import Week, keep
from tests.channels.staff_desk import see, sit_down
from tests.channels.web_site import RunningSite

PAGE = "/staff/admin/routing"
WEEK = Week(date(2026, 2, 9), letters=120, judged=100, sent=82, moved=2, sureness=92.0, known=80.0)


async def test_an_admin_sees_the_weeks_beside_the_card_of_the_model(site: RunningSite) -> None:
    desk = await sit_down(site, "admin")
    assert "还没有算过" in (await see(desk, PAGE)).html
    await site.office.store.write(keep, (WEEK,), site.clock())
    page = await see(desk, PAGE)
    assert page.status == 200
    assert all(said in page.html for said in ("82.0%", "2.4%", "92.0%", "模型卡片", "starter"))
    assert "重新训练" not in page.html
    assert "Model card" in (await see(desk, f"{PAGE}?lang=en")).html


async def test_what_fell_is_said_there_and_amber_on_the_page_of_how_the_hub_runs(site: RunningSite) -> None:
    desk = await sit_down(site, "admin")
    health = "/staff/admin?tab=health"
    assert "项变差" not in (await see(desk, health)).html
    await site.office.store.write(keep, (Week(WEEK.monday, 120, 100, 82, 30, 92.0, 80.0),), site.clock())
    assert "直接派出后被改派的" in (await see(desk, PAGE)).html
    page = (await see(desk, health)).html
    assert "1项变差" in page
    assert PAGE in page


async def test_only_an_admin_sees_it(site: RunningSite) -> None:
    assert (await see(await sit_down(site, "reception"), PAGE)).status == 403
