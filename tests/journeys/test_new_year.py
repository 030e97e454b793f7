"""The story of a year announced late: a letter due across New Year goes from a provisional date to a firm one."""

from datetime import UTC, datetime
from typing import Any

from hub.verify import verify
from supervision.recount import recount
from tests.channels.staff_desk import Page, see, sit_down
from tests.hub.notices import COMING, whole
from tests.journeys.town import Town


async def previewed(town: Town, **fields: str) -> Page:
    """The admin looks at a change of the calendar before it counts."""
    page = await see(await sit_down(town.site, "admin"), "/staff/admin?tab=calendar")
    token = dict(page.form("/admin/calendar").fields)["csrf"]
    given = {"csrf": token, "do": "preview", **fields}
    async with page.client.post("/staff/admin/calendar", data=given) as answer:
        return Page(page.client, answer.status, await answer.text(), str(answer.url))


async def main_of(town: Town, number: str) -> dict[str, Any]:
    case = await town.sees("handler", number)
    return dict(next(c for c in case["clocks"] if c["name"] == "main"))


async def test_the_notice_for_2027_arrives_in_december(town: Town) -> None:
    town.clock.now = datetime(2026, 12, 14, 2, tzinfo=UTC)
    letter = await town.writes()
    await town.reaches_unit(letter.number)
    await town.does("handler", letter.number, "sign")
    page = await letter.looks()
    assert (page["next_day"], page["provisional"]) == ("2027-01-05", True)

    await town.time_passes(datetime(2026, 12, 17, 2, tzinfo=UTC))
    inbox = await see(await sit_down(town.site, "admin"), "/staff/inbox")
    assert "2027年的放假通知还没有录入" in inbox.html
    preview = await previewed(town, what="notice", notice=whole(COMING, 2027))
    assert "2027年1月5日（星期二）" in preview.html
    assert letter.number in preview.html
    assert (await letter.looks())["next_day"] == "2027-01-05"
    await preview.press("/admin/calendar", do="publish")
    assert (await verify(town.site.office)).findings == ()

    await recount(town.site.office, town.clock())
    page = await letter.looks()
    assert (page["next_day"], page["provisional"]) == ("2027-01-06", False)
    main = await main_of(town, letter.number)
    assert (main["day"], main["provisional"]) == ("2027-01-06", False)
    await town.time_passes(town.clock())  # the next sweep lets out what keeps the office's hours
    told = await see(await sit_down(town.site, "handler"), "/staff/inbox")
    assert f"{letter.number}的时限按新的工作日历改了" in told.html
    shown = await see(await sit_down(town.site, "handler"), f"/staff/cases/{letter.number}")
    assert "时限按新的工作日历重算" in shown.html
    assert (await verify(town.site.office)).findings == ()


async def test_a_typhoon_day_moves_the_date_and_taking_it_back_moves_it_back(town: Town) -> None:
    town.clock.now = datetime(2026, 7, 13, 2, tzinfo=UTC)
    letter = await town.writes()
    await town.reaches_unit(letter.number)
    assert (await letter.looks())["next_day"] == "2026-08-03"
    day = {"day": "2026-07-20", "works": "no", "name": "台风停工", "source": "区防指〔2026〕3号"}
    await (await previewed(town, what="day", **day)).press("/admin/calendar", do="publish")
    await recount(town.site.office, town.clock())
    assert (await letter.looks())["next_day"] == "2026-08-04"
    await (await previewed(town, what="take_back", day="2026-07-20")).press("/admin/calendar", do="publish")
    await recount(town.site.office, town.clock())
    assert (await letter.looks())["next_day"] == "2026-08-03"
    assert (await verify(town.site.office)).findings == ()
