"""Behind the board's numbers over the API: as many cases as the number says, page by page, in the sight of who asks."""

from typing import Any

from hub.followers import run_followers
from tests.builders import HANDLER, a_letter
from tests.channels.test_staff_board import answered
from tests.channels.web_site import RunningSite

SINCE = "from=2026-01-01&to=2026-12-31"


async def behind(site: RunningSite, asked: str, by: str = "supervisor") -> dict[str, Any]:
    status, told = await site.call("GET", f"/board/cases?{SINCE}&{asked}", by=by)
    assert status == 200, told
    return dict(told)


async def test_every_number_of_the_board_leads_to_as_many_cases_over_all_its_pages(site: RunningSite) -> None:
    for n in range(3):
        await answered(site, f"key-{n}")
    await site.office.receive(a_letter("open"))
    await run_followers(site.office)
    _, board = await site.call("GET", f"/board?{SINCE}", by="supervisor")
    told = {f"{f['code']}.n": f["n"] for f in board["figures"] if f["code"] not in ("rounds", "mean_days")}
    told |= {f"took:{days:0>2}": n for days, n in board["workdays"].items()}
    told |= {f"received:{channel}": n for channel, n in board["by_channel"].items()}
    for what, n in told.items():
        first = await behind(site, f"what={what}&limit=2")
        found, page = list(first["items"]), first
        while page["next"]:
            page = await behind(site, f"what={what}&limit=2&cursor={page['next']}")
            found += page["items"]
        assert (first["number"], sum(x["times"] for x in found)) == (n, n), what
        assert len({(x["case"]["number"], x["day"], x["measure"]) for x in found}) == len(found), what


async def test_a_cut_goes_by_whole_months_and_an_hour_by_the_whole_hub(site: RunningSite) -> None:
    await answered(site, "key-1")
    await run_followers(site.office)
    asked = "/board/cases?from=2026-02-14&to=2026-02-15&what=received.n&cut=channel&value=web"
    _, told = await site.call("GET", asked, by="supervisor")
    assert (told["since"], told["until"]) == ("2026-02-01", "2026-02-28")
    assert told["number"] == len(told["items"])
    for hour in (f"{day}-{hour}" for day in range(1, 8) for hour in range(9, 18)):
        told = await behind(site, f"what=received.n&cut=hour&value={hour}&unit=urban")
        assert told["number"] == len(told["items"])


async def test_who_asks_reads_the_own_cases_alone(site: RunningSite) -> None:
    await answered(site, "key-1")
    await run_followers(site.office)
    assert (await behind(site, "what=received.n", by="handler"))["number"] == 1
    assert (await behind(site, "what=received.n", by="other_handler"))["items"] == []
    for asked, by, status in (
        ("what=received.n&unit=urban", "other_handler", 404),
        (f"what=received.n&cut=officer&value={HANDLER.id}", "handler", 403),
        ("what=received.n&cut=hour&value=5-10", "handler", 403),
        ("what=received.n", "publisher", 403),
        ("what=received.n", "", 401),
    ):
        answer, problem = await site.call("GET", f"/board/cases?{asked}", by=by)
        assert (answer, problem["status"]) == (status, status), asked


NO_NUMBER = {
    "": "what",
    "what=nothing": "what",
    "what=on_time": "what",
    "what=on_time.x": "what",
    "what=imported.received": "what",
    "what=received.n&kind=nothing": "kind",
    "what=received.n&cut=street": "cut",
    "what=received.n&value=web": "cut",
    "what=received.n&cursor=x": "cursor",
    "what=received.n&limit=0": "limit",
    "what=received.n&from=2026-03-01&to=2026-02-01": "from",
    "what=received.n&from=9999-12-01&to=9999-12-31&cut=area": "from",
}


async def test_what_is_no_number_is_named_in_a_sentence(site: RunningSite) -> None:
    for asked, field in NO_NUMBER.items():
        status, problem = await site.call("GET", f"/board/cases?{asked}", by="supervisor")
        assert (status, [wrong["field"] for wrong in problem["errors"]]) == (422, [field]), asked
    status, _ = await site.call("GET", "/board/cases?what=received.n&unit=nothing", by="supervisor")
    assert status == 404
