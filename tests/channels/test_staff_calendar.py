"""The calendar's page: a notice is previewed and published, a day set and taken back, a missing year complained of."""

import json
from datetime import UTC, datetime

from hub.calendar_editions import in_force
from hub.storage import journal
from supervision.recount import recount
from tests.builders import a_letter
from tests.channels.staff_desk import Page, see, sit_down
from tests.channels.web_site import RunningSite
from tests.hub.notices import COMING, whole

CALENDAR, STEP = "/staff/admin?tab=calendar", "/admin/calendar"
DECEMBER = datetime(2026, 12, 14, 2, tzinfo=UTC)
NAG = "2027年的放假通知还没有录入"


async def post(page: Page, **values: str) -> Page:
    """Send the calendar's form with these fields and the page's own token."""
    token = dict(page.form(STEP).fields)["csrf"]
    async with page.client.post("/staff/admin/calendar", data={"csrf": token, **values}) as answer:
        return Page(page.client, answer.status, await answer.text(), str(answer.url))


async def edition(site: RunningSite) -> int:
    number, _ = await site.office.store.read(in_force)
    return number


async def test_a_notice_is_previewed_then_published_and_the_complaint_about_the_year_ends(site: RunningSite) -> None:
    site.clock.now = DECEMBER
    receipt = await site.office.receive(a_letter("across"))
    admin = await sit_down(site, "admin")
    page = await see(admin, CALENDAR)
    assert NAG in page.html
    assert NAG in (await see(admin, "/staff/inbox")).html
    assert NAG not in (await see(await sit_down(site, "handler"), "/staff/inbox")).html

    preview = await post(page, what="notice", do="preview", notice=whole(COMING, 2027))
    assert preview.status == 200
    assert "2027年1月4日（星期一）" in preview.html
    assert "其中1个会改期，涉及1件来信" in preview.html
    assert receipt.number in preview.html
    assert await edition(site) == 1

    done = await preview.press(STEP, do="publish")
    assert "year=2027" in done.url
    assert "已保存" in done.html
    assert NAG not in done.html
    assert await edition(site) == 2
    lines = await site.office.store.read(journal.read_after, 0, 1000)
    added = [line for line in lines if line.action == "edition.added"]
    assert [(json.loads(line.data), line.actor[:2]) for line in added] == [
        ({"family": "calendar", "edition": 2, "year": 2027}, "o-")
    ]
    assert (await recount(site.office, site.clock())).moved == 1


async def test_a_notice_that_is_not_understood_comes_back_with_its_sentence(site: RunningSite) -> None:
    admin = await sit_down(site, "admin")
    page = await see(admin, CALENDAR)
    text = whole(COMING, 2027).replace("共9天", "共7天")
    refused = await post(page, what="notice", do="preview", notice=text)
    assert refused.status == 422
    assert "春节写的天数与起止日期不符" in refused.html
    assert "农历除夕前一日" in refused.html  # what was pasted is still there
    for given in ("", "你好", "9" * 30_000):
        assert (await post(page, what="notice", do="preview", notice=given)).status in (413, 422)


async def test_a_day_of_the_districts_own_is_set_and_taken_back(site: RunningSite) -> None:
    admin = await sit_down(site, "admin")
    page = await see(admin, CALENDAR)
    day = {"what": "day", "day": "2026-02-25", "works": "no", "name": "暴雪停工", "source": "区防指〔2026〕3号"}
    wrong = await post(page, do="preview", **{**day, "works": "", "source": ""})
    assert wrong.status == 422
    assert "请写依据哪份文件" in wrong.html
    assert "暴雪停工" in wrong.html
    already = await post(page, do="preview", **{**day, "day": "2026-02-22"})
    assert "2026-02-22按现在的日历本来就放假" in already.html
    assert (await post(page, do="preview", **{**day, "day": "2062-02-25"})).status == 422

    preview = await post(page, do="preview", **day)
    shown = await preview.press(STEP, do="publish")
    assert "暴雪停工" in shown.html
    assert "区防指〔2026〕3号" in shown.html
    gone = await post(shown, what="take_back", day="2026-02-25", do="preview")
    page = await gone.press(STEP, do="publish")
    assert "暴雪停工" not in page.html
    assert await edition(site) == 3
    assert (await post(page, what="take_back", day="2026-02-25", do="preview")).status == 422


async def test_what_was_previewed_on_an_older_edition_is_not_published(site: RunningSite) -> None:
    admin = await sit_down(site, "admin")
    page = await see(admin, CALENDAR)
    day = {"what": "day", "day": "2026-02-25", "works": "no", "name": "暴雪停工", "source": "区防指〔2026〕3号"}
    first, second = await post(page, do="preview", **day), await post(page, do="preview", **day)
    await first.press(STEP, do="publish")
    late = await second.press(STEP, do="publish")
    assert late.status == 409
    other = await post(page, do="publish", seen="1", **{**day, "day": "2026-02-26"})
    assert other.status == 409
    assert "请再预览一次" in other.html
    again = await post(page, do="publish", seen="2", what="notice", notice=whole(COMING, 2027))
    assert again.status == 200
    assert (await post(page, do="publish", seen="3", what="notice", notice=whole(COMING, 2027))).status == 409
    assert await edition(site) == 3


async def test_only_an_admin_changes_the_calendar(site: RunningSite) -> None:
    for account in ("handler", "supervisor", "leader"):
        client = await sit_down(site, account)
        page = await see(client, "/staff/absence")
        token = dict(page.form("/absence").fields)["csrf"]
        given = {"csrf": token, "what": "notice", "do": "publish", "seen": "1", "notice": whole(COMING, 2027)}
        async with client.post("/staff/admin/calendar", data=given) as answer:
            assert answer.status == 403
    assert await edition(site) == 1


async def test_a_missing_year_is_a_figure_and_leaves_the_hub_ready(site: RunningSite) -> None:
    for moment, year in ((datetime(2026, 10, 31, 15, tzinfo=UTC), 0), (datetime(2026, 10, 31, 17, tzinfo=UTC), 2027)):
        site.clock.now = moment
        async with site.client.get("/readyz") as answer:
            told = await answer.json()
        assert (answer.status, told["waiting"]["calendar_year_missing"]) == (200, year)
        async with site.client.get("/metrics") as answer:
            assert f"minxin_calendar_year_missing {year}.0" in await answer.text()


async def test_the_page_tells_which_years_are_announced_in_both_languages(site: RunningSite) -> None:
    admin = await sit_down(site, "admin")
    page = await see(admin, f"{CALENDAR}&year=2027&lang=en")
    assert "Provisional" in page.html
    assert "Announced" in page.html
    wrong = await post(page, what="notice", do="preview", notice="hello")
    assert "The year is missing" in wrong.html
