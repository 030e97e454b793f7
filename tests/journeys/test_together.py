"""Stories of work shared: a second unit that assists, a repeat that two persons confirm, a promise that is kept."""

from tests.builders import GOOD_REPLY
from tests.journeys.town import Town


async def test_a_second_unit_assists_reports_and_leaves(town: Town) -> None:
    letter = await town.writes()
    await town.reaches_unit(letter.number)
    await town.does("handler", letter.number, "sign")
    assert not await town.finds("other_handler", letter.number)

    await town.does("handler", letter.number, "joint_open", unit="housing", task="请查小区配电箱归谁管。")
    assert await town.finds("other_handler", letter.number)
    problem = await town.cannot("other_handler", letter.number, "draft", body="我来答复。", result="upheld")
    assert problem["status"] == 403
    await town.does("other_handler", letter.number, "joint_report", text="配电箱归物业，已通知物业配合。")

    assert not await town.finds("other_handler", letter.number)
    assert "已通知物业配合" in str((await town.sees("handler", letter.number))["messages"])
    await town.does("handler", letter.number, "joint_accept")
    assert "已通知物业配合" not in str(await letter.looks())


async def test_two_units_assist_side_by_side_each_with_its_own_limit_and_reports(town: Town) -> None:
    await town.hires("transit_handler", "handler@transit")
    letter = await town.writes()
    await town.reaches_unit(letter.number)
    await town.does("handler", letter.number, "sign")
    await town.does("handler", letter.number, "joint_open", unit="housing", task="配电箱归谁管。", due="2026-02-16")
    await town.does("handler", letter.number, "joint_open", unit="transit", task="站台的灯一起看。", due="2026-02-20")
    for unit in ("housing", "urban"):
        problem = await town.cannot("handler", letter.number, "joint_open", unit=unit, task="再看一次。")
        assert problem["status"] == 422

    await town.does("other_handler", letter.number, "joint_interim", text="已约物业明天到现场。")
    await town.does("other_handler", letter.number, "joint_report", text="配电箱归物业。")
    records = (await town.sees("handler", letter.number))["overlays"]
    work = {o["unit"]: (o["state"], o["data"].get("interim")) for o in records if o["kind"] == "joint"}
    assert work == {"housing": ("reported", 1), "transit": ("open", None)}
    assert await town.finds("transit_handler", letter.number)
    assert not await town.finds("other_handler", letter.number)
    clocks = (await town.sees("handler", letter.number))["clocks"]
    limits = {c["name"]: c["day"] for c in clocks if c["name"].startswith("joint#")}
    assert sorted(limits.values()) == ["2026-02-16", "2026-02-20"]
    assert "已约物业明天到现场" not in str(await letter.looks())


async def test_a_repeat_takes_two_persons_and_a_new_fact_opens_it_again(town: Town) -> None:
    await town.hires("reception2", "intake", "dispatcher", home="intake")
    first, again = await town.writes(), await town.writes(title="路灯还是不亮")
    await town.does("reception", again.number, "ask_repeat", reason="与上一件同一人同一事。", of=first.number)
    why = {"reason": "repeat_in_term", "where": f"这件事以{first.number}的答复为准。"}
    problem = await town.cannot("reception", again.number, "confirm_repeat", **why)
    assert "不能自己" in problem["detail_zh"]
    await town.does("reception2", again.number, "confirm_repeat", **why)
    page = await again.looks()
    assert page["word"] == "closed"
    assert first.number in str(page["messages"])

    assert "appeal" in page["moves"]


async def test_an_interim_reply_keeps_its_promise_open_until_the_final_one(town: Town) -> None:
    letter = await town.writes()
    await town.reaches_unit(letter.number)
    await town.does("handler", letter.number, "sign")
    promise = "控制器缺货，已向厂家订购，3月6日前换好并再次答复您，联系电话0555-0100123。"
    await town.does("handler", letter.number, "draft", body=promise, type="interim", promised="2026-03-06")
    await town.does("signer", letter.number, "sign_off")
    await town.does("reviewer", letter.number, "qualified", accept_promise=True)
    case = await town.sees("handler", letter.number)
    assert (case["state"], promise in str((await letter.looks())["messages"])) == ("working", True)
    assert [o["state"] for o in case["overlays"] if o["kind"] == "commitment"] == ["open"]

    await town.answers(letter.number, GOOD_REPLY)
    await town.does("reviewer", letter.number, "qualified")
    case = await town.sees("handler", letter.number)
    assert [o["state"] for o in case["overlays"] if o["kind"] == "commitment"] == ["kept"]
