"""The inbox goes by the office time that is left, and says how much that is."""

from tests.builders import HANDLER, RECEPTION, a_letter
from tests.channels.staff_desk import see, sit_down
from tests.channels.web_site import RunningSite


async def at_the_bureau(site: RunningSite, key: str) -> str:
    receipt = await site.office.receive(a_letter(key))
    if receipt.state == "submitted":
        await site.office.act(receipt.number, "accept", {}, RECEPTION)
        await site.office.act(receipt.number, "dispatch", {"unit": "urban"}, RECEPTION)
    await site.office.act(receipt.number, "sign", {}, HANDLER)
    return receipt.number


async def test_the_least_office_time_stands_first_and_is_told_in_hours(site: RunningSite) -> None:
    first = await at_the_bureau(site, "key-1")
    site.clock.advance(days=14)
    second = await at_the_bureau(site, "key-2")
    page = await see(await sit_down(site, "handler"), "/staff/inbox?view=open")
    assert "剩余办公时间少的在前" in page.html
    assert page.html.index(first) < page.html.index(second)
    assert "个办公小时" in page.html

    site.clock.now = site.clock.now.replace(month=3, day=11, hour=2)  # 10:00 on the day of the unit's limit
    page = await see(await sit_down(site, "handler"), "/staff/inbox?view=open")
    assert "今日到期" in page.html
    assert "6小时0分" in page.html, "10:00 to 12:00 and 13:30 to 17:30"
    _, told = await site.call("GET", "/inbox?view=open", by="handler")
    lamps = [row["lamp"]["staffed"] for row in told["items"]]
    assert lamps == sorted(lamps)
    assert lamps[0] == 6 * 3600
