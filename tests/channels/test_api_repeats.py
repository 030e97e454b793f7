"""The same key and content is the same receipt, however often and from however many callers at once."""

import asyncio

from hub.storage.tx import Tx
from tests.channels.test_api_life import LETTER, filed
from tests.channels.web_site import RunningSite


def letters(tx: Tx) -> int:
    """How many cases there are."""
    return int(tx.execute("SELECT COUNT(*) AS n FROM cases")[0]["n"])


async def test_fifty_callers_with_one_key_get_one_receipt(site: RunningSite) -> None:
    answers = await asyncio.gather(*(site.call("POST", "/cases", json=LETTER, key="k-1") for _ in range(50)))
    assert {status for status, _ in answers} == {201}
    assert len({(told["number"], told["query_code"]) for _, told in answers}) == 1
    assert await site.office.store.read(letters) == 1


async def test_a_key_with_another_letter_is_refused(site: RunningSite) -> None:
    await site.call("POST", "/cases", json=LETTER, key="k-1")
    status, told = await site.call("POST", "/cases", json={**LETTER, "title": "另一盏灯"}, key="k-1")
    assert (status, told["code"]) == (422, "key_reused")
    assert await site.office.store.read(letters) == 1


async def test_without_a_key_every_letter_is_a_new_one(site: RunningSite) -> None:
    first, second = await filed(site), await filed(site)
    assert first["number"] != second["number"]


async def test_a_key_is_at_most_128_plain_characters(site: RunningSite) -> None:
    assert (await site.call("POST", "/cases", json=LETTER, key="k" * 128))[0] == 201
    assert (await site.call("POST", "/cases", json=LETTER, key="k" * 129))[0] == 422


async def test_fifty_times_the_same_message_is_one_message(site: RunningSite) -> None:
    receipt = await filed(site)
    path, code = f"/cases/{receipt['number']}/messages", receipt["query_code"]
    words = {"text": "昨晚又不亮了。"}
    answers = await asyncio.gather(*(site.call("POST", path, code=code, json=words, key="m-1") for _ in range(50)))
    assert {status for status, _ in answers} == {201}
    _, own = await site.call("GET", f"/cases/{receipt['number']}", code=code)
    assert sum("又不亮" in m["body"] for m in own["messages"]) == 1
    status, told = await site.call("POST", path, code=code, json={"text": "别的话。"}, key="m-1")
    assert (status, told["code"]) == (422, "key_reused")


async def test_a_key_of_one_letter_means_nothing_for_another(site: RunningSite) -> None:
    for receipt in (await filed(site), await filed(site)):
        path = f"/cases/{receipt['number']}/messages"
        status, _ = await site.call("POST", path, code=receipt["query_code"], json={"text": "补充"}, key="m-1")
        assert status == 201
        _, own = await site.call("GET", f"/cases/{receipt['number']}", code=receipt["query_code"])
        assert own["messages"][-1]["body"] == "补充"


async def test_of_many_equal_moves_one_is_made(site: RunningSite) -> None:
    number = (await filed(site, body="想问一下情况，不太清楚属于哪里管，请帮忙看看。"))["number"]
    _, seen = await site.call("GET", f"/inbox/{number}", by="reception")
    move = "accept" if "accept" in {m["code"] for m in seen["moves"]} else "recall"
    body = {"version": seen["version"], **({} if move == "accept" else {"reason": "重新派单"})}
    answers = await asyncio.gather(
        *(site.call("POST", f"/inbox/{number}/moves/{move}", by="reception", json=body) for _ in range(32))
    )
    assert sorted(status for status, _ in answers) == [200] + [409] * 31
