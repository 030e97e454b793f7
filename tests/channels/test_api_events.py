"""Events as they happen: in order, without gaps, only on cases that exist for who listens, never a person's words."""

import asyncio
import json
from typing import Any

import aiohttp

from channels.web.api.events import MOST_EACH, OPEN
from hub.people import Grant
from hub.storage import people
from tests.channels.test_api_life import LETTER, at_work, filed, move
from tests.channels.web_site import RunningSite


async def next_event(stream: aiohttp.ClientResponse) -> dict[str, Any]:
    """The next event of a stream: its id and data."""
    async with asyncio.timeout(30):
        told: dict[str, Any] = {}
        while True:
            line = (await stream.content.readline()).decode().rstrip("\n")
            if line.startswith("id: "):
                told["id"] = int(line[4:])
            elif line.startswith("data: "):
                told.update(json.loads(line[6:]))
            elif not line and "id" in told:
                return told


async def listen(site: RunningSite, by: str, after: int | None = None) -> aiohttp.ClientResponse:
    """A stream of an officer, from a place on or from now."""
    headers = {"Authorization": f"Bearer {await site.token(by)}"}
    if after is not None:
        headers["Last-Event-ID"] = str(after)
    return await site.client.get("/api/v1/events", headers=headers)


async def test_a_listener_hears_every_line_on_its_cases_in_order(site: RunningSite) -> None:
    stream = await listen(site, "reception")
    assert stream.content_type == "text/event-stream"
    receipt = await filed(site)
    first = await next_event(stream)
    assert first["number"] == receipt["number"]
    await site.call("POST", f"/inbox/{receipt['number']}/notes", by="reception", json={"text": "内部的话"})
    heard = [first]
    while heard[-1]["action"] != "move.remark":
        heard.append(await next_event(stream))
    assert [e["id"] for e in heard] == sorted({e["id"] for e in heard})
    assert "内部的话" not in str(heard)
    stream.close()


async def test_a_listener_that_comes_back_goes_on_where_it_was(site: RunningSite) -> None:
    number = (await at_work(site))["number"]
    stream = await listen(site, "handler", after=0)
    earlier = [await next_event(stream)]
    while earlier[-1]["action"] != "move.sign":
        earlier.append(await next_event(stream))
    stream.close()
    await move(site, "handler", number, "contact", how="phone", result="reached")
    stream = await listen(site, "handler", after=earlier[-1]["id"])
    later = await next_event(stream)
    assert later["id"] > earlier[-1]["id"]
    assert later["action"] == "move.contact"
    stream.close()


async def test_nobody_hears_of_a_case_that_does_not_exist_for_them(site: RunningSite) -> None:
    stream = await listen(site, "other_handler", after=0)
    await at_work(site)
    mine = (await filed(site, title="小区供暖不热", body="请住建局的同志看看，我们楼里暖气不热已经一周了。"))["number"]
    _, seen = await site.call("GET", f"/inbox/{mine}", by="reception")
    if "accept" in {m["code"] for m in seen["moves"]}:
        await move(site, "reception", mine, "accept")
    if "dispatch" in {m["code"] for m in (await site.call("GET", f"/inbox/{mine}", by="reception"))[1]["moves"]}:
        await move(site, "reception", mine, "dispatch", unit="housing")
    else:
        await move(site, "reception", mine, "redispatch", unit="housing", reason="属住建局职责")
    assert (await next_event(stream))["number"] == mine
    stream.close()


async def test_that_a_hidden_letter_came_in_is_told_to_nobody(site: RunningSite) -> None:
    stream = await listen(site, "supervisor")
    status, hidden = await site.call("POST", "/cases", json={**LETTER, "aim": "service"})
    assert status == 201
    await site.call("POST", f"/inbox/{hidden['number']}/notes", by="supervisor", json={"text": "看看"})
    heard = [await next_event(stream)]
    while heard[-1]["action"] != "move.remark":
        heard.append(await next_event(stream))
    assert "received" not in {e["action"] for e in heard}
    stream.close()


async def test_a_revoked_right_ends_what_is_heard_at_the_next_event(site: RunningSite) -> None:
    stream = await listen(site, "reviewer")
    await filed(site)
    assert (await next_event(stream))["number"]
    await site.office.store.write(people.revoke, "o-陶知微", Grant("reviewer"))
    await site.office.store.write(people.set_active, "o-陶知微", active=False)
    await filed(site)
    async with asyncio.timeout(30):
        rest = await stream.content.read()
    assert rest.count(b"event: entry") == 0


async def test_one_officer_opens_five_streams_and_a_place_is_free_again_when_one_is_left(site: RunningSite) -> None:
    streams = [await listen(site, "handler") for _ in range(MOST_EACH)]
    refused = await listen(site, "handler")
    assert refused.status == 429
    refused.close()
    for stream in streams:
        stream.close()
    async with asyncio.timeout(30):
        while site.app[OPEN].tasks:
            await asyncio.sleep(0.05)
    again = await listen(site, "handler")
    assert again.status == 200
    again.close()


async def test_a_place_that_is_no_number_is_refused(site: RunningSite) -> None:
    headers = {"Authorization": f"Bearer {await site.token('handler')}", "Last-Event-ID": "last"}
    async with site.client.get("/api/v1/events", headers=headers) as answer:
        assert answer.status == 400
