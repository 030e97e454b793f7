"""The whole life of a letter over the JSON API, as another system would live it, on both engines."""

from typing import Any

from tests.builders import GOOD_REPLY
from tests.channels.web_site import RunningSite

LETTER: dict[str, Any] = {
    "kind": "complaint",
    "title": "路灯坏了半个月没人修",
    "body": "我们小区门口的路灯从月初就不亮了，晚上老人出门看不见台阶，打过电话也没有人来修。请问什么时候能修好？",
    "place": "塘前社区3栋楼下",
    "contact": {"name": "李小满", "phone": "13900001234"},
    "publish_consent": True,
}


async def filed(site: RunningSite, **changes: Any) -> dict[str, Any]:
    """The receipt of a new letter."""
    status, receipt = await site.call("POST", "/cases", json={**LETTER, **changes})
    assert status == 201, receipt
    return dict(receipt)


async def move(site: RunningSite, by: str, number: str, code: str, **fields: Any) -> dict[str, Any]:
    """Make a move at the version that the caller sees now."""
    status, seen = await site.call("GET", f"/inbox/{number}", by=by)
    assert status == 200, seen
    assert code in {m["code"] for m in seen["moves"]}, (code, seen["case"]["state"], [m["code"] for m in seen["moves"]])
    status, after = await site.call(
        "POST", f"/inbox/{number}/moves/{code}", by=by, json={"version": seen["version"], **fields}
    )
    assert status == 200, after
    return dict(after)


async def at_work(site: RunningSite, **changes: Any) -> dict[str, Any]:
    """A letter that the unit has signed for."""
    receipt = await filed(site, **changes)
    number = receipt["number"]
    if receipt["state"] == "submitted":
        await move(site, "reception", number, "accept")
        await move(site, "reception", number, "dispatch", unit="urban")
    await move(site, "handler", number, "sign")
    return receipt


async def answered(site: RunningSite, **changes: Any) -> dict[str, Any]:
    """A letter with a reply that passed the review."""
    receipt = await at_work(site, **changes)
    number = receipt["number"]
    await move(site, "handler", number, "contact", how="phone", result="reached")
    await move(site, "handler", number, "draft", body=GOOD_REPLY, result="upheld")
    after = await move(site, "signer", number, "sign_off")
    if after["state"] == "in_review":
        await move(site, "reviewer", number, "qualified")
    return receipt


async def test_a_letter_lives_over_the_api_from_receipt_to_the_public_page(site: RunningSite) -> None:
    receipt = await answered(site)
    number, code = receipt["number"], receipt["query_code"]

    status, own = await site.call("GET", f"/cases/{number}", code=code)
    assert status == 200
    assert (own["state"], own["word"]) == ("answered", "answered")
    assert own["messages"][-1]["body"] == GOOD_REPLY
    assert {"rate", "reopen"} <= set(own["moves"])

    status, _ = await site.call(
        "POST", f"/cases/{number}/rating", code=code, json={"score": 5, "solved": "yes", "comment": "谢谢"}
    )
    assert status == 200

    status, waiting = await site.call("GET", "/publications", by="publisher")
    assert status == 200
    (record,) = waiting["items"]
    status, preview = await site.call("GET", f"/publications/{record['number']}", by="publisher")
    assert status == 200
    assert preview["body"]["before"].startswith("我们小区门口")
    mask = {"where": "body", "start": 0, "end": 4, "kind": "address"}
    status, published = await site.call(
        "POST",
        f"/publications/{record['number']}",
        by="publisher",
        json={"version": record["version"], "verdict": "publish", "masks": [mask]},
    )
    assert status == 200, published

    status, page = await site.call("GET", f"/results/{number}")
    assert status == 200
    assert page["state"] == "live"
    assert page["body"].startswith("****门口的路灯")
    assert page["score"] == 5
    assert page["surname"] == ""
    status, listed = await site.call("GET", "/results")
    assert [row["number"] for row in listed["items"]] == [number]


async def test_a_reply_sent_back_is_handled_again_over_the_api(site: RunningSite) -> None:
    receipt = await at_work(site)
    number = receipt["number"]
    await move(site, "handler", number, "draft", body="您反映的问题已收悉，我们会尽快处理。", result="upheld")
    await move(site, "signer", number, "sign_off")
    after = await move(site, "reviewer", number, "unqualified", reasons=["Q1", "Q4"], comment="没有说查了什么。")
    assert after["state"] == "redo"
    status, own = await site.call("GET", f"/cases/{number}", code=receipt["query_code"])
    assert status == 200
    assert all("收悉" not in m["body"] for m in own["messages"])


async def test_a_citizen_adds_asks_to_reopen_and_may_not_withdraw_an_answer(site: RunningSite) -> None:
    receipt = await answered(site)
    number, code = receipt["number"], receipt["query_code"]
    status, _ = await site.call("POST", f"/cases/{number}/messages", code=code, json={"text": "昨晚又不亮了。"})
    assert status == 201
    status, refused = await site.call("POST", f"/cases/{number}/withdraw", code=code)
    assert (status, refused["code"]) == (409, "not_now")
    status, _ = await site.call("POST", f"/cases/{number}/reopen", code=code, json={"reason": "昨晚又不亮了。"})
    assert status == 200
    await move(site, "supervisor", number, "grant_reopen")
    status, own = await site.call("GET", f"/cases/{number}", code=code)
    assert own["state"] == "reopened"


async def test_a_letter_can_be_withdrawn_without_a_word(site: RunningSite) -> None:
    receipt = await filed(site)
    status, after = await site.call("POST", f"/cases/{receipt['number']}/withdraw", code=receipt["query_code"])
    assert (status, after["state"]) == (200, "withdrawn")


async def test_a_contact_is_shown_to_those_who_work_on_it_and_each_showing_is_recorded(site: RunningSite) -> None:
    number = (await at_work(site))["number"]
    status, shown = await site.call("POST", f"/inbox/{number}/contact", by="handler")
    assert (status, shown["phone"]) == (200, "13900001234")
    status, refused = await site.call("POST", f"/inbox/{number}/contact", by="reviewer")
    assert (status, refused["code"]) == (403, "forbidden")
    status, case = await site.call("GET", f"/inbox/{number}", by="handler")
    assert sum(line["what"]["zh"] == "查看了联系方式" for line in case["history"]) == 1


async def test_lifting_a_mark_takes_a_reason_and_a_second_publisher(site: RunningSite) -> None:
    await answered(site, body="请打我的电话13900001234联系我，路灯坏了半个月，晚上老人出门看不见台阶。")
    _, waiting = await site.call("GET", "/publications", by="publisher")
    record = waiting["items"][0]["number"]
    _, preview = await site.call("GET", f"/publications/{record}", by="publisher")
    phone = next(m for m in preview["body"]["marks"] if m["kind"] == "phone")
    lift = {"where": "body", "start": phone["start"], "end": phone["end"], "kind": "phone", "lift": True}

    async def publish(by: str) -> tuple[int, Any]:
        _, seen = await site.call("GET", f"/inbox/{record}", by=by)
        asked = {"version": seen["version"], "verdict": "publish", "masks": [lift]}
        return await site.call("POST", f"/publications/{record}", by=by, json=asked)

    assert (await publish("publisher"))[0] == 409
    masks = f"body:{phone['start']}-{phone['end']}:phone"
    await move(site, "publisher", record, "ask_lifting", masks=masks, reason="来信人书面同意公开电话。")
    assert (await publish("publisher"))[0] == 409
    assert (await publish("publisher2"))[0] == 200
