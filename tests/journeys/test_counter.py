"""The story of a paper letter that lay for days before it was entered, and of the old man who brought it."""

from datetime import UTC, datetime

from tests.builders import GOOD_REPLY
from tests.channels.staff_desk import see
from tests.channels.test_staff_counter import ADD, NEW, RECEIPT, a_scan, filed, found, send
from tests.journeys.town import Letter, Town


async def test_an_old_man_comes_with_a_paper_letter_dated_three_days_ago(town: Town) -> None:
    town.clock.now = datetime(2026, 3, 12, 2, 0, tzinfo=UTC)  # Thursday; the letter was handed in on Monday
    await town.hires("clerk", "clerk", home="intake")
    desk = await town.site.desk("clerk")
    page = await see(desk, f"{NEW}?kind=complaint")
    paper = {
        "way": "paper",
        "aim": "matter",
        "body": "三单元门口的路灯坏了一个月，晚上看不见台阶，我老伴摔了一跤。请来修一修。",
        "place": "塘前社区3栋",
        "name": "罗守田",
        "phone": "13900005678",
        "received_day": "2026-03-09",
        "publish": "yes",
    }
    back = await send(page, **paper, go="send")
    assert back.status == 422
    assert "附上原信" in back.html
    receipt = await send(back, scan=a_scan(), go="send")
    assert receipt.url.endswith(RECEIPT)
    assert "最迟3月30日" in receipt.html  # fifteen working days from the Monday, not from the day it was entered

    number = receipt.html.split('class="number">')[1].split("<")[0]
    code = receipt.html.split('id="query-code">')[1].split("<")[0].replace(" ", "")
    letter = Letter(town, number, code)
    case = await see(await town.site.desk("reception"), f"/staff/cases/{number}")
    assert "3月9日（星期一）收到，3月12日（星期四）登记" in case.html
    assert "补录：实际收到的时间早于登记" in case.html
    assert "窗口 · 代录：clerk" in case.html
    assert not await town.finds("clerk", number)

    await town.reaches_unit(number)
    await town.does("handler", number, "sign")
    added = await send(await found(desk, number), ADD, way="phone", body="物业说灯杆归他们，别跑错了。", go="send")
    assert f"已记入{number}" in added.html
    thread = (await letter.looks())["messages"]
    assert [m["body"] for m in thread][-1] == "物业说灯杆归他们，别跑错了。"
    assert "物业说灯杆归他们" in str(await town.sees("handler", number))

    await town.answers(number, GOOD_REPLY)
    await town.does("reviewer", number, "qualified")
    told = await found(desk, number, code)
    assert "可以告诉对方" in told.html
    await letter.does("rating", score=5, solved="yes", comment="修好了，谢谢。")


async def test_a_report_on_an_official_leaves_nothing_at_the_counter(town: Town) -> None:
    await town.hires("clerk", "clerk", "handler@discipline", home="intake")
    await town.hires("discipline", "supervisor@discipline", home="discipline")
    desk = await town.site.desk("clerk")
    number, _ = await filed(desk, "report_staff", **{"fields.who": "张某", "fields.which_unit": "某局"})
    assert not await town.finds("clerk", number)
    assert await town.finds("discipline", number)
    assert (await found(desk, number)).status == 404
