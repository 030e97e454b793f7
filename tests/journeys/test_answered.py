"""Stories of letters that are answered: in time, after being sent back, after a dispute about who is in charge."""

from datetime import UTC, datetime

from hub.storage import cases, outbox
from tests.builders import GOOD_REPLY
from tests.channels.staff_desk import see
from tests.journeys.town import Town


async def test_a_complaint_answered_in_time(town: Town) -> None:
    letter = await town.writes()
    page = await letter.looks()
    assert page["word"] in ("submitted", "handling")
    assert page["next_day"] == "2026-03-12"  # fifteen working days over Spring Festival with its two make-up days

    await town.reaches_unit(letter.number)
    await town.does("handler", letter.number, "sign")
    await town.does("handler", letter.number, "contact", how="phone", result="reached", text="约好晚上一起看。")
    await town.answers(letter.number, GOOD_REPLY)
    await town.does("reviewer", letter.number, "qualified")

    page = await letter.looks()
    assert page["word"] == "answered"
    assert GOOD_REPLY in [m["body"] for m in page["messages"]]
    assert "约好晚上一起看。" not in str(page)
    await letter.does("rating", score=5, solved="yes", comment="很快，谢谢。")
    assert (await letter.looks())["score"] == 5

    await town.time_passes(datetime(2026, 3, 2, 0, 30, tzinfo=UTC))
    assert await town.state(letter.number) == "closed"
    assert (await letter.looks())["word"] == "closed"


async def test_a_reply_sent_back_and_handled_again(town: Town) -> None:
    letter = await town.writes()
    await town.reaches_unit(letter.number)
    await town.does("handler", letter.number, "sign")
    await town.answers(letter.number, "您反映的问题已收悉，我们会尽快处理。")
    assert (await letter.looks())["word"] == "handling"

    await town.does(
        "reviewer", letter.number, "unqualified", reasons=["Q1", "Q4"], comment="没有写查了什么，也没有日期。"
    )
    page = await letter.looks()
    assert "核实完善" in page["says"]["zh"]
    assert "没有写查了什么" not in str(page)

    case = await town.sees("handler", letter.number)
    assert (case["state"], case["round"]) == ("redo", 2)
    assert "没有写查了什么，也没有日期。" in str(case["messages"])
    await town.answers(letter.number, GOOD_REPLY)
    await town.does("reviewer", letter.number, "qualified")
    assert [m["body"] for m in (await letter.looks())["messages"] if m["kind"] == "reply"] == [GOOD_REPLY]


async def test_a_letter_contested_and_dispatched_to_another_unit(town: Town) -> None:
    await town.hires("housing.signer", "signer@housing")
    letter = await town.writes()
    await town.reaches_unit(letter.number)
    await town.does("handler", letter.number, "object", reason="路灯在小区红线内，归住建。", unit="housing")
    assert (await letter.looks())["word"] == "handling"

    await town.does("reception", letter.number, "uphold")
    assert not await town.finds("handler", letter.number)
    await town.does("reception", letter.number, "dispatch", unit="housing")
    await town.does("other_handler", letter.number, "object", reason="路灯在红线外。")
    await town.does("reception", letter.number, "overrule", reason="按职责清单由住建办理。")
    problem = await town.cannot("other_handler", letter.number, "object", reason="还是不归我们。")
    assert "指定" in problem["detail_zh"]

    await town.does("other_handler", letter.number, "sign")
    await town.does("other_handler", letter.number, "draft", body=GOOD_REPLY, result="upheld")
    await town.does("housing.signer", letter.number, "sign_off")
    await town.does("reviewer", letter.number, "qualified")
    assert (await letter.looks())["unit"]["zh"].endswith("住房和城乡建设局")


async def test_two_units_object_with_cause_and_the_third_time_a_supervisor_designates(town: Town) -> None:
    letter = await town.writes()
    await town.reaches_unit(letter.number)
    await town.does("handler", letter.number, "object", reason="路灯在小区红线内，归住建。", unit="housing")
    desk = await town.site.desk("reception")
    assert "路灯在小区红线内，归住建。<br>建议改派 清禾区住房和城乡建设局" in (await see(desk, "/staff/dispatch")).html
    await town.does("reception", letter.number, "uphold")
    problem = await town.cannot("reception", letter.number, "dispatch", unit="urban")
    assert "请督查员指定" in problem["detail_zh"], "no unit that gave it up gets it back from the desk"
    page = await see(desk, "/staff/dispatch")
    assert "退单单位的建议" in page.html
    asked = await page.press(f"/staff/dispatch/{letter.number}", pick="housing")
    assert "为什么派给别的单位" in asked.html, "what an objection teaches is kept with its cause"
    await asked.press(f"/staff/dispatch/{letter.number}", cause="wrong_place")

    await town.does("other_handler", letter.number, "object", reason="路灯在红线外。", unit="urban")
    await town.does("reception", letter.number, "uphold")
    for unit in ("urban", "power"):
        assert (await town.cannot("reception", letter.number, "designate", unit=unit, reason="再看一下。"))["detail_zh"]
    assert "已两次退单，请督查员指定承办单位。" in (await see(desk, "/staff/dispatch")).html
    case_id = await town.site.office.store.read(cases.id_of, letter.number)
    told = await town.site.office.store.read(outbox.of_case, case_id or "")
    assert [r["recipient"] for r in told if r["text"] == "returned_twice"] == ["supervisor@"]

    await town.does("supervisor", letter.number, "designate", unit="urban", reason="两家都说不归自己，由城管先办。")
    problem = await town.cannot("handler", letter.number, "object", reason="还是不归我们。")
    assert "指定" in problem["detail_zh"]
    assert (await letter.looks())["unit"]["zh"].endswith("城市管理局")


async def test_reopened_after_a_bad_rating(town: Town) -> None:
    letter = await town.writes()
    await town.reaches_unit(letter.number)
    await town.does("handler", letter.number, "sign")
    await town.answers(letter.number, GOOD_REPLY)
    await town.does("reviewer", letter.number, "qualified")

    await letter.does("rating", score=1, solved="no", comment="当晚又灭了。")
    await letter.does("reopen", reason="当晚又灭了，台阶还是看不见。")
    problem = await letter.cannot("reopen", reason="再说一遍。")
    assert "一次" in problem["detail_zh"]
    await town.does("supervisor", letter.number, "grant_reopen")

    page = await letter.looks()
    assert (page["word"], page["score"]) == ("handling", 0)
    await town.answers(letter.number, GOOD_REPLY + "这次更换了整段电缆。")
    await town.does("reviewer", letter.number, "qualified")
    page = await letter.looks()
    assert page["word"] == "answered"
    assert len([m for m in page["messages"] if m["kind"] == "reply"]) == 2


async def test_withdrawn_by_its_writer(town: Town) -> None:
    letter = await town.writes()
    await town.reaches_unit(letter.number)
    await letter.does("withdraw")
    assert (await letter.looks())["word"] == "closed"
    assert (await town.sees("handler", letter.number))["state"] == "withdrawn"
    problem = await letter.cannot("withdraw")
    assert problem["detail_zh"]


async def test_merged_and_answered_together(town: Town) -> None:
    from hub.followers import run_followers

    lead = await town.writes()
    others = [await town.writes(title=f"门口路灯不亮，第{n}封") for n in (2, 3)]
    await town.reaches_unit(lead.number)
    for other in others:
        if await town.state(other.number) == "submitted":
            await town.does("reception", other.number, "accept")
        await town.does("reception", other.number, "merge", into=lead.number)
    await town.does("handler", lead.number, "sign")
    await town.answers(lead.number, GOOD_REPLY)
    await town.does("reviewer", lead.number, "qualified")
    await run_followers(town.site.office)

    for other in others:
        page = await other.looks()
        assert page["word"] == "answered"
        assert GOOD_REPLY in str(page["messages"])
        assert lead.number not in str(page)
        await other.does("rating", score=4, solved="yes")
    assert (await lead.looks())["score"] == 0
