"""Stories of what happens beside the straight way: extensions, rests, splits, shelving, other kinds, corrections."""

from datetime import timedelta

from hub.people import citizen
from tests.builders import GOOD_REPLY
from tests.journeys.town import Letter, Town


async def at_work(town: Town) -> Letter:
    """A letter that its unit has signed for."""
    letter = await town.writes()
    await town.reaches_unit(letter.number)
    await town.does("handler", letter.number, "sign")
    return letter


async def test_an_extension_moves_the_date_that_the_citizen_reads(town: Town) -> None:
    letter = await at_work(town)
    before = (await letter.looks())["next_day"]
    await town.does("handler", letter.number, "request_extension", days=5, reason="配件要从外地发来。")
    assert (await letter.looks())["next_day"] == before
    await town.does("signer", letter.number, "approve_extension")
    assert (before, (await letter.looks())["next_day"]) == ("2026-03-12", "2026-03-19")


async def test_a_rest_for_a_question_ends_with_the_answer(town: Town) -> None:
    letter = await at_work(town)
    await town.does("handler", letter.number, "ask_citizen", question="是北门还是南门？")
    await town.does("handler", letter.number, "request_pause", reason="不知道是哪个门，没法去看。")
    await town.does("signer", letter.number, "approve_pause")
    phases = {c["name"]: c["phase"] for c in (await town.sees("handler", letter.number))["clocks"]}
    assert (phases["main"], phases["unit"]) == ("paused", "paused")
    town.clock.now += timedelta(minutes=30)
    await letter.does("messages", text="是北门。")
    phases = {c["name"]: c["phase"] for c in (await town.sees("handler", letter.number))["clocks"]}
    assert (phases["main"], phases["unit"]) == ("running", "running")


async def test_a_rest_can_be_ended_by_the_unit(town: Town) -> None:
    letter = await at_work(town)
    await town.does("handler", letter.number, "ask_citizen", question="是北门还是南门？")
    await town.does("handler", letter.number, "request_pause", reason="不知道是哪个门。")
    await town.does("signer", letter.number, "approve_pause")
    await town.does("handler", letter.number, "end_pause")
    assert {c["phase"] for c in (await town.sees("handler", letter.number))["clocks"] if c["name"] == "main"} == {
        "running"
    }


async def test_a_letter_with_two_matters_is_split_and_each_goes_its_way(town: Town) -> None:
    letter = await at_work(town)
    await town.does("reception", letter.number, "split", title="楼道堆杂物", text="另外，三楼楼道堆了很多杂物。")
    status, page = await town.site.call("GET", "/inbox?view=all", by="reception")
    assert status == 200
    (other,) = [row for row in page["items"] if row["title"] == "楼道堆杂物"]
    assert (other["state"], other["number"] != letter.number) == ("submitted", True)
    await town.does("reception", other["number"], "accept")
    await town.does("reception", other["number"], "answer_directly")
    case = await town.sees("reception", other["number"])
    assert (case["state"], case["messages"][0]["body"]) == ("working", "另外，三楼楼道堆了很多杂物。")


async def test_shelved_only_by_the_supervision_office_and_taken_up_again(town: Town) -> None:
    letter = await at_work(town)
    why = {"reason": "要等明年的资金。", "review_day": "2026-06-01"}
    assert (await town.cannot("handler", letter.number, "shelve", **why))["status"] == 403
    await town.does("supervisor", letter.number, "shelve", **why)
    await town.does("supervisor", letter.number, "unshelve")
    case = await town.sees("supervisor", letter.number)
    assert [o["state"] for o in case["overlays"] if o["kind"] == "shelved"] == ["ended"]


async def test_another_kind_has_another_date(town: Town) -> None:
    letter = await at_work(town)
    await town.does("reception", letter.number, "change_kind", kind="consult", reason="其实是咨询。")
    page = await letter.looks()
    assert (page["kind"]["zh"], page["next_day"]) == ("咨询", "2026-02-27")


async def test_the_leader_instructs_and_the_thread_says_so_inside_the_office_only(town: Town) -> None:
    letter = await at_work(town)
    await town.does("leader", letter.number, "instruct", text="请一周内解决，举一反三。")
    assert "举一反三" in str((await town.sees("handler", letter.number))["messages"])
    assert "举一反三" not in str(await letter.looks())


async def test_a_merger_can_be_undone(town: Town) -> None:
    lead, other = await at_work(town), await at_work(town)
    await town.does("reception", other.number, "merge", into=lead.number)
    assert "follow" in str((await town.cannot("handler", other.number, "draft", body=GOOD_REPLY))["detail"])
    await town.does("reception", other.number, "unmerge", reason="不是同一盏灯。")
    assert (await town.sees("reception", other.number))["lead"] == ""


async def test_transferred_or_stopped_letters_say_why_and_can_be_appealed(town: Town) -> None:
    away = await at_work(town)
    await town.does("reception", away.number, "transfer_out", reason="属市里职权。", where="请找市城管局，电话12345。")
    page = await away.looks()
    assert (page["word"], "appeal" in page["moves"], "12345" in str(page["messages"])) == ("closed", True, True)

    over = await at_work(town)
    await town.does("handler", over.number, "ask_stop", reason="路灯已随拆迁移除。")
    await town.does("supervisor", over.number, "stop", reason="matter_gone")
    page = await over.looks()
    assert (page["word"], "appeal" in page["moves"]) == ("closed", True)


async def test_an_answer_is_corrected_through_signature_and_review(town: Town) -> None:
    letter = await at_work(town)
    await town.answers(letter.number, GOOD_REPLY)
    await town.does("reviewer", letter.number, "qualified")
    await town.does("handler", letter.number, "correct", body=GOOD_REPLY + "更正：更换的是两盏。", result="upheld")
    await town.does("signer", letter.number, "sign_off")
    await town.does("reviewer", letter.number, "qualified")
    page = await letter.looks()
    assert (page["word"], "更正：更换的是两盏。" in str(page["messages"])) == ("answered", True)


async def test_the_citizen_opens_the_number_of_a_confidential_letter_to_one_handler(town: Town) -> None:
    await town.hires("watch", "handler@supervision", home="supervision")
    letter = await town.writes(aim="service", title="窗口态度差", body="城管局窗口的人态度很差，让我白跑了三趟。")
    if await town.state(letter.number) == "submitted":
        await town.does("reception", letter.number, "accept", aim="service", target="urban")
    if await town.state(letter.number) == "accepted":
        await town.does("reception", letter.number, "dispatch", unit="supervision")
    await town.does("watch", letter.number, "sign")
    status, _ = await town.site.call("POST", f"/inbox/{letter.number}/contact", by="watch", json={})
    assert status == 403
    await town.does("watch", letter.number, "ask_contact", reason="想和您核对时间。")
    assert "open_contact" in (await letter.looks())["moves"]
    case = await town.site.office.case_by_code(letter.number, letter.code)
    await town.site.office.act(letter.number, "open_contact", {}, citizen(*case))
    status, shown = await town.site.call("POST", f"/inbox/{letter.number}/contact", by="watch", json={})
    assert (status, shown["phone"]) == (200, "13900001234")
