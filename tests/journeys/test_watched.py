"""Stories of what the office watches over: lateness, sealed reports, danger, and who may do what."""

from datetime import UTC, datetime

import pytest

from channels.web.public import answering, figures
from tests.builders import GOOD_REPLY
from tests.journeys.town import Town


async def test_overdue_and_escalated(town: Town) -> None:
    letter = await town.writes()
    await town.reaches_unit(letter.number)
    await town.does("handler", letter.number, "sign")

    await town.time_passes(datetime(2026, 3, 14, 2, 0, tzinfo=UTC))
    page = await letter.looks()
    assert page["late_days"] >= 1
    status, rows = await town.site.call("GET", "/inbox?view=late", by="supervisor")
    assert status == 200
    assert [row["lamp"]["colour"] for row in rows["items"] if row["number"] == letter.number] == ["red"]

    await town.does("supervisor", letter.number, "order", level="urge", text="请说明为什么超期。", due="2026-03-16")
    await town.does("handler", letter.number, "answer_order", text="控制器缺货，3月15日到货。")
    await town.answers(letter.number, GOOD_REPLY)
    await town.does("reviewer", letter.number, "qualified")
    case = await town.sees("supervisor", letter.number)
    main = next(c for c in case["clocks"] if c["name"] == "main")
    assert main["breached"]


async def test_a_report_on_staff_that_its_target_never_sees(town: Town) -> None:
    await town.hires("urban.boss", "handler@urban", "signer@urban", "supervisor", "leader", home="urban")
    await town.hires("discipline.handler", "handler@discipline")
    await town.hires("discipline.signer", "signer@discipline")
    letter = await town.writes(
        kind="report_staff",
        aim="misconduct",
        title="收红包",
        body="我叫李小满，电话13900001234。城管局管片的老王一月三日收了工程队的红包。",
        fields={"who": "管片的老王", "which_unit": "区城管局"},
        publish_consent=False,
    )
    for account in ("urban.boss", "handler", "reception", "supervisor", "leader", "admin"):
        assert not await town.finds(account, letter.number), account

    case = await town.sees("discipline.handler", letter.number)
    assert "李小满" not in str(case)
    assert "13900001234" not in str(case)
    await town.does("discipline.handler", letter.number, "sign")
    await town.does("discipline.handler", letter.number, "draft", body="您反映的情况已受理核查。", result="taken_up")
    await town.does("discipline.signer", letter.number, "sign_off")
    page = await letter.looks()
    assert page["word"] == "answered"
    assert "纪" not in str(page["unit"])


async def test_a_gas_leak_at_ten_to_six_on_the_eve_of_a_holiday(town: Town) -> None:
    """The first on the roster is out; fifteen minutes later the second hears and acknowledges, and nobody else does."""
    for account in ("reception1", "reception2", "supervisor1"):
        await town.hires(account, "dispatcher", home="intake")
    first, second = datetime(2026, 9, 30, 9, 50, tzinfo=UTC), datetime(2026, 9, 30, 10, 5, tzinfo=UTC)
    town.clock.now = first
    letter = await town.writes(kind="help", title="楼道里煤气味很大", body="楼道里煤气味很大，老人头晕，怕要出事。")
    case = await town.sees("reception", letter.number)
    assert case["urgent"]
    (urgent,) = (o for o in case["overlays"] if o["kind"] == "urgent")
    assert datetime.fromisoformat(urgent["due"]) == second
    assert await town.calls(letter.number) == [("reception1", first)]

    await town.time_passes(second)
    assert await town.calls(letter.number) == [("reception1", first), ("reception2", second)]
    await town.does("reception2", letter.number, "ack_urgent", comment="已通知燃气公司和社区。")
    await town.time_passes(datetime(2026, 10, 1, 2, 0, tzinfo=UTC))
    assert len(await town.calls(letter.number)) == 2
    page = await letter.looks()
    assert page["next_day"] > "2026-10-08"


async def test_late_in_public_the_reason_the_order_and_the_list(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """A unit lets a letter lie: it is urged, says why, is ordered, listed by a leader, answers, and comes off."""
    for kept in (answering, figures):  # public pages are read again within the second
        monkeypatch.setattr(kept, "KEPT_SECONDS", 0.0)
    letter = await town.writes()
    await town.reaches_unit(letter.number)
    await town.does("handler", letter.number, "sign")

    await town.time_passes(datetime(2026, 3, 13, 4, 0, tzinfo=UTC))  # the first working day that is late
    assert letter.number in await town.shelf("handler", "urging")
    assert (await town.cannot("reviewer", letter.number, "give_reason", text="无。"))["status"] == 403
    await town.does("handler", letter.number, "give_reason", text="控制器缺货，厂家3月20日发货。")
    assert letter.number not in await town.shelf("supervisor", "urging")

    await town.time_passes(datetime(2026, 3, 18, 4, 0, tzinfo=UTC))
    assert letter.number in await town.shelf("supervisor", "proposals")
    await town.does("supervisor", letter.number, "drop_proposal", reason="已说明缺货，等到货。")
    await town.does("supervisor", letter.number, "call_back", result="reached", solved="no", text="来信人说还是黑的。")
    await town.time_passes(datetime(2026, 3, 28, 4, 0, tzinfo=UTC))
    await town.does("supervisor", letter.number, "take_up", due="2026-04-03", text="到货了还没有装，请本周装好。")
    assert (await town.cannot("supervisor", letter.number, "list_publicly"))["status"] == 403
    assert letter.number not in await town.reads("/statistics")
    await town.does("leader", letter.number, "list_publicly")
    assert letter.number in await town.reads("/statistics")

    await town.does("supervisor", letter.number, "drop_card", reason="备件缺货，不是单位拖延。")
    await town.does("leader", letter.number, "instruct", text="请区城管局说明备件管理。")
    await town.does("handler", letter.number, "answer_instruction", text="已建立备件清单。")
    await town.does("handler", letter.number, "answer_order", text="4月1日装好，三盏灯都亮了。")
    assert letter.number not in await town.reads("/statistics")
    await town.answers(letter.number, GOOD_REPLY)
    await town.does("reviewer", letter.number, "qualified")
    case = await town.sees("supervisor", letter.number)
    assert not [o["kind"] for o in case["overlays"] if o["state"] == "open"]
    assert not [c["name"] for c in case["clocks"] if c["phase"] == "running" and "#" in c["name"]]


async def test_the_supervision_office_urges_by_hand_and_once(town: Town) -> None:
    letter = await town.writes()
    await town.reaches_unit(letter.number)
    await town.does("supervisor", letter.number, "urge")
    assert (await town.cannot("supervisor", letter.number, "urge"))["status"] == 409
    await town.does("handler", letter.number, "give_reason", text="今天去现场。")


async def test_five_people_run_a_small_district(town: Town) -> None:
    """Separation is by case, not by the size of the office: reception, two at a unit, a reviewer, a publisher."""
    await town.hires("mayor", "signer@housing", "leader", home="housing")
    await town.hires("clerk", "handler@housing", home="housing")
    letter = await town.writes()
    await town.reaches_unit(letter.number, "housing")
    await town.does("clerk", letter.number, "sign")
    await town.does("clerk", letter.number, "draft", body=GOOD_REPLY, result="upheld")
    problem = await town.cannot("clerk", letter.number, "sign_off")
    assert problem["status"] == 403
    await town.does("mayor", letter.number, "sign_off")
    problem = await town.cannot("mayor", letter.number, "qualified")
    assert problem["status"] == 403
    await town.does("reviewer", letter.number, "qualified")
    assert (await letter.looks())["word"] == "answered"
