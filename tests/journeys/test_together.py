"""A story of two units on one letter: one leads, the other assists, and nobody else looks in."""

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
