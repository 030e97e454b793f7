"""Stories of the gate, re-enacted after the best of the peers: what goes out, what is sent back, who is told, once."""

import json
from datetime import UTC, datetime, timedelta

from hub.followers import run_followers
from hub.storage import cases, outbox
from tests.builders import GOOD_REPLY
from tests.channels.staff_desk import see, sit_down
from tests.journeys.town import Letter, Town

POOR = "您反映的问题已收悉，我们会尽快处理。"


async def at_review(town: Town, body: str = GOOD_REPLY) -> Letter:
    letter = await town.writes()
    await town.reaches_unit(letter.number)
    await town.does("handler", letter.number, "sign")
    await town.answers(letter.number, body)
    return letter


async def told(town: Town, letter: Letter, text: str) -> int:
    """How many notices of a name the citizen got."""
    case_id = await town.site.office.store.read(cases.id_of, letter.number)
    rows = await town.site.office.store.read(outbox.of_case, case_id or "")
    return sum(r["text"] == text and r["recipient"] == "party:1" for r in rows)


async def test_a_review_late_or_in_time_is_counted_once_and_booked_to_the_supervision_office(town: Town) -> None:
    letter = await at_review(town)
    case = await town.sees("supervisor", letter.number)
    due = next(c["due"] for c in case["clocks"] if c["name"] == "review")
    await town.time_passes(datetime.fromisoformat(due) + timedelta(days=1))
    await town.time_passes(datetime.fromisoformat(due) + timedelta(days=2))
    await town.does("reviewer", letter.number, "qualified")
    case = await town.sees("supervisor", letter.number)
    review = next(c for c in case["clocks"] if c["name"] == "review")
    assert (review["breached"], review["breached_by"]["zh"]) == (True, "督查室")
    case_id = await town.site.office.store.read(cases.id_of, letter.number)
    dossier = await town.site.office.store.read(cases.dossier, case_id or "")
    assert dossier is not None
    ledger = next(c.ledger for c in dossier.clocks if c.name == "review")
    assert [e.what for e in ledger].count("breached") == 1


async def test_what_is_not_through_the_gate_reaches_neither_citizen_nor_public(town: Town) -> None:
    letter = await at_review(town)
    page = await letter.looks()
    assert page["word"] == "handling"
    assert GOOD_REPLY not in json.dumps(page, ensure_ascii=False)
    assert await told(town, letter, "answered") == 0
    assert letter.number not in await town.reads("/results")
    case = await town.sees("handler", letter.number)
    assert case["state"] == "in_review", "asking for the end diverts to the gate"


async def test_going_out_sends_exactly_one_notice_also_when_the_form_is_sent_again(town: Town) -> None:
    letter = await at_review(town)
    page = await see(await sit_down(town.site, "reviewer"), f"/staff/reviews/{letter.number}")
    done = await page.press(f"{letter.number}/qualified")
    again = await page.press(f"{letter.number}/qualified")
    assert (done.status, again.status) == (200, 200)
    assert await told(town, letter, "answered") == 1
    assert [m["body"] for m in (await letter.looks())["messages"] if m["kind"] == "reply"] == [GOOD_REPLY]


async def test_who_left_no_channel_finds_the_answer_by_receipt(town: Town) -> None:
    letter = await town.writes(contact={})
    await town.reaches_unit(letter.number)
    await town.does("handler", letter.number, "sign")
    await town.answers(letter.number, GOOD_REPLY)
    await town.does("reviewer", letter.number, "qualified")
    assert GOOD_REPLY in json.dumps(await letter.looks(), ensure_ascii=False)


async def test_the_unit_writes_the_gate_has_form_mended_the_unit_writes_again_and_it_goes_out(town: Town) -> None:
    letter = await at_review(town, POOR)
    await town.does("reviewer", letter.number, "touch_up", note="请写明单位和电话。")
    case = await town.sees("handler", letter.number)
    assert (case["state"], case["round"]) == ("working", 1), "form alone opens no new round"
    await town.answers(letter.number, GOOD_REPLY)
    await town.does("reviewer", letter.number, "qualified")
    case = await town.sees("handler", letter.number)
    assert [r["verdict"] for r in case["replies"]] == ["touch_up", "qualified"]
    assert [m["body"] for m in (await letter.looks())["messages"] if m["kind"] == "reply"] == [GOOD_REPLY]


async def test_sent_back_the_citizen_reads_a_new_date_and_no_word_of_the_verdict(town: Town) -> None:
    letter = await at_review(town, POOR)
    await town.does("reviewer", letter.number, "unqualified", reasons=["Q1", "Q4"], comment="没有写查了什么。")
    page = await letter.looks()
    assert "核实完善" in page["says"]["zh"]
    assert page["next_day"]
    assert await told(town, letter, "redo_due") == 1
    assert "没有写查了什么" not in json.dumps(page, ensure_ascii=False)
    case = await town.sees("handler", letter.number)
    assert (case["state"], case["round"]) == ("redo", 2)
    assert {"redo", "main"} <= {c["name"] for c in case["clocks"] if c["phase"] == "running"}


async def test_a_citizen_who_cannot_be_reached_is_a_record_and_no_way_past_the_gate(town: Town) -> None:
    letter = await town.writes()
    await town.reaches_unit(letter.number)
    await town.does("handler", letter.number, "sign")
    await town.does("handler", letter.number, "contact", how="phone", result="no_answer", text="打了三次。")
    assert (await town.cannot("handler", letter.number, "qualified"))["status"] == 403
    await town.answers(letter.number, GOOD_REPLY)
    assert await town.state(letter.number) == "in_review"


async def test_a_case_is_never_sent_to_a_unit_that_no_longer_exists(town: Town) -> None:
    letter = await town.writes()
    await town.reaches_unit(letter.number)
    problem = await town.cannot("reception", letter.number, "redispatch", unit="dissolved", reason="改派。")
    assert problem["status"] == 422
    assert (await town.sees("handler", letter.number))["unit"]["zh"].endswith("城市管理局")


async def test_a_sealed_report_is_never_public_whatever_was_ticked(town: Town) -> None:
    await town.hires("discipline.handler", "handler@discipline")
    await town.hires("discipline.signer", "signer@discipline")
    letter = await town.writes(
        kind="report_staff", aim="misconduct", title="收红包", body="管片的老王收了工程队的红包。",
        fields={"who": "管片的老王", "which_unit": "区城管局"}, publish_consent=True,
    )  # fmt: skip
    await town.does("discipline.handler", letter.number, "sign")
    await town.does("discipline.handler", letter.number, "draft", body="您反映的情况已核查。", result="taken_up")
    await town.does("discipline.signer", letter.number, "sign_off")
    await run_followers(town.site.office)
    assert letter.number not in await town.reads("/results")
    status, _ = await town.site.call("GET", f"/results/{letter.number}")
    assert status == 404


async def test_the_time_a_case_spent_in_each_hand_adds_up(town: Town) -> None:
    letter = await at_review(town)
    await town.time_passes(datetime(2026, 2, 25, 4, 0, tzinfo=UTC))
    await town.does("reviewer", letter.number, "qualified")
    case = await town.sees("supervisor", letter.number)
    held = {h["holder"]["zh"]: h["seconds"] for h in case["held"]}
    calendar = (await town.site.office.book()).calendar
    whole = calendar.staffed_between(datetime(2026, 2, 13, 2, tzinfo=UTC), town.clock.now)
    assert held["督查室"] > 0
    assert sum(held.values()) == whole.total_seconds()


async def test_read_again_blind_found_poor_and_sent_back_by_the_supervision_office(town: Town) -> None:
    """What the sample let through is drawn later, read by somebody who sees no name, and handled again."""
    town.clock.now = datetime(2026, 2, 13, 2, tzinfo=UTC)
    letter = await unread(town)
    assert (await letter.looks())["word"] == "answered"

    desk = await sit_down(town.site, "supervisor")
    page = await (await see(desk, "/staff/readings")).press("/staff/sampling", n="50", seed="二月抽样")
    assert "种子二月抽样" in page.html
    reader = await sit_down(town.site, "reviewer")
    queue = await see(reader, "/staff/readings")
    address = queue.html.split('href="/staff/readings/')[1].split('"')[0]
    blind = await see(reader, f"/staff/readings/{address}")
    for name in ("周亦安", "孟长青", letter.number, "城市管理局"):
        assert name not in blind.html, name
    wrong = await blind.press(f"/staff/readings/{address}", read_again__verdict="unqualified")
    assert wrong.status == 422
    await blind.press(
        f"/staff/readings/{address}", read_again__verdict="unqualified", read_again__reasons=["Q9"],
        read_again__comment="没有写去看过。",
    )  # fmt: skip
    assert (await letter.looks())["word"] == "answered", "a finding alone changes nothing"
    assert letter.number in await town.shelf("supervisor", "to_decide")
    await town.does("supervisor", letter.number, "order_reopen", reason="请到现场看过再答。", reasons=["Q9"])
    page_now = await letter.looks()
    assert (page_now["word"], page_now["says"]["zh"]) == ("handling", "来信正在重新办理。")
    case = await town.sees("handler", letter.number)
    assert (case["state"], case["round"], case["replies"][0]["verdict"]) == ("reopened", 2, "unqualified")
    assert "没有核实" in case["replies"][0]["reasons"][0]["zh"], "the unit reads why"
    await town.answers(letter.number, GOOD_REPLY, result="answered")
    await town.does("reviewer2", letter.number, "qualified")
    assert (await letter.looks())["word"] == "answered"


async def unread(town: Town) -> Letter:
    """A consultation whose reply the sample did not draw: the next one comes when the seed says so."""
    for n in range(30):
        letter = await town.writes(
            kind="consult", title=f"请问路灯归谁管（{n}）", body="请问小区门口的路灯归谁管？谢谢。"
        )
        await town.reaches_unit(letter.number)
        await town.does("handler", letter.number, "sign")
        await town.answers(letter.number, GOOD_REPLY, result="answered")
        if await town.state(letter.number) == "answered":
            return letter
    raise AssertionError("the sample drew thirty of thirty")


async def test_a_card_given_appealed_and_revoked_is_seen_as_revoked_by_everybody(town: Town) -> None:
    await town.hires("supervisor2", "supervisor", home="supervision")
    letter = await town.writes()
    await town.reaches_unit(letter.number)
    await town.does("handler", letter.number, "sign")
    await town.does("supervisor", letter.number, "propose_card", colour="yellow", why="unchecked")
    assert letter.number in await town.shelf("supervisor", "proposals")
    await town.does("supervisor2", letter.number, "issue_card", text="没有到现场。")
    await town.does("leader", letter.number, "release_card")
    assert "没有核实就答复" in await town.reads("/statistics")
    await town.does("signer", letter.number, "appeal_card", reason="2月13日去过，有照片。")
    await town.does("supervisor", letter.number, "revoke_card", reason="照片属实。")
    board = await see(await sit_down(town.site, "supervisor"), "/staff/board")
    assert "已撤销" in board.html.split('id="cards-title"')[1]
    assert "没有核实就答复" in board.html


async def test_an_unreasonable_demand_is_excluded_by_two_and_its_writer_reads_why(town: Town) -> None:
    await town.hires("supervisor2", "supervisor", home="supervision")
    letter = await town.writes()
    await town.reaches_unit(letter.number)
    await town.does("handler", letter.number, "sign")
    await town.does("handler", letter.number, "ask_exclusion", why="against_law", text="要求停掉整条街的电。")
    assert (await town.cannot("handler", letter.number, "exclude", words="不行。"))["status"] == 403
    words = "停整条街的电不合电力法规，这一项不计入考核；路灯照修。有异议请写在这里。"
    await town.does("supervisor2", letter.number, "exclude", words=words)
    page = await letter.looks()
    assert words in json.dumps(page, ensure_ascii=False)
    assert page["word"] == "handling"
    assert await told(town, letter, "excluded") == 1
    await letter.does("messages", text="我没有要求停整条街的电。")
    await town.does("supervisor", letter.number, "count_again", reason="核对原信，确实没有。")
    assert "剔除前后" in await town.reads("/statistics")
