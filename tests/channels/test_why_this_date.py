"""Why this date: the same reasons on the citizen's page, the officer's page and the API; and who may set a date."""

from typing import Any

from hub.storage import cases, clocks
from tests.builders import HANDLER, RECEPTION, SIGNER
from tests.channels.reader import Reader
from tests.channels.staff_desk import see, sit_down
from tests.channels.test_staff_flows import a_case
from tests.channels.web_site import RunningSite

LETTER: dict[str, Any] = {
    "kind": "complaint",
    "title": "路灯坏了半个月没人修",
    "body": "我们小区门口的路灯从月初就不亮了，晚上老人出门看不见台阶，打过电话也没有人来修。",
    "contact": {"phone": "13900001234"},
}


async def rested_and_extended(site: RunningSite) -> tuple[str, str]:
    """A case whose clock rested for a question and was extended; number and case id."""
    number, case_id = await a_case(site, "sign")
    for actor, move, values in (
        (HANDLER, "ask_citizen", {"question": "是北门还是南门？"}),
        (HANDLER, "request_pause", {"reason": "不知道是哪个门。"}),
        (SIGNER, "approve_pause", {}),
    ):
        await site.office.act(number, move, values, actor)
    site.clock.advance(days=12)
    for actor, move, values in (
        (HANDLER, "end_pause", {}),
        (HANDLER, "request_extension", {"days": 2, "reason": "配件要等。"}),
        (SIGNER, "approve_extension", {}),
    ):
        await site.office.act(number, move, values, actor)
    return number, case_id


async def test_the_citizen_reads_each_step_and_each_day_in_either_language(site: RunningSite) -> None:
    number, case_id = await rested_and_extended(site)
    reader = Reader(site.client)
    await reader.open("/letters/track")
    await reader.press(action="/letters/track", number=number, code=site.office.code(case_id))
    for words in (
        "开始计时：15个工作日，从收到起算",
        "暂停计时：等来信人回答",
        "同意延长2个工作日",
        "春节",
        "广东2022",
    ):
        assert words in reader.text
    await reader.open("/letters/mine?lang=en")
    for words in (
        "15 working days from receipt",
        "The clock rests: waiting for the writer",
        "2 working days was granted",
    ):
        assert words in reader.text
    assert "Guangdong 2022" in reader.text
    assert "make-up working day" in reader.text
    assert "approve_pause" not in reader.text


async def test_page_and_api_of_an_officer_tell_the_same_date_and_reasons(site: RunningSite) -> None:
    number, case_id = await rested_and_extended(site)
    status, told = await site.call("GET", f"/inbox/{number}", by="handler")
    assert status == 200
    main = next(c for c in told["clocks"] if c["name"] == "main")
    assert [s["what"] for s in main["steps"]] == ["start", "pause", "resume", "extend"]
    assert main["limit_said"] == {"zh": "15个工作日", "en": "15 working days"}
    assert main["days"][-1]["day"] == main["day"]
    assert max(d["count"] for d in main["days"]) == 17
    assert {d["why"]["en"] for d in main["days"] if not d["counted"]} >= {"rested: waiting for the writer's answer"}
    assert [h["holder"]["zh"] for h in told["held"]] == ["清禾区城市管理局"]

    page = await see(await sit_down(site, "handler"), f"/staff/cases/{number}")
    for step in main["steps"]:
        assert step["said"]["zh"] in page.html
    status, mine = await site.call("GET", f"/cases/{number}", code=site.office.code(case_id))
    assert status == 200
    assert (mine["main"]["day"], mine["main"]["steps"]) == (main["day"], main["steps"])
    assert mine["main"]["breached_by"] == {"zh": "", "en": ""}


async def test_only_an_officer_of_reception_or_supervision_files_with_a_date_set_outside(site: RunningSite) -> None:
    order = {**LETTER, "outside_due": "2026-03-05"}
    assert (await site.call("POST", "/cases", json=order))[0] == 401
    assert (await site.call("POST", "/cases", json=order, by="handler"))[0] == 403
    for bad in ("tomorrow", "2026-02-13T09:00", "2026-02-12", "2099-01-01", "9999-12-31"):
        status, problem = await site.call("POST", "/cases", json={**order, "outside_due": bad}, by="reception")
        assert status == 422, bad
        assert "outside_due" in str(problem)

    status, receipt = await site.call("POST", "/cases", json=order, by="reception")
    assert status == 201
    status, told = await site.call("GET", f"/inbox/{receipt['number']}", by="reception")
    main = next(c for c in told["clocks"] if c["name"] == "main")
    assert (main["day"], main["limit"]) == ("2026-03-05", "2026-03-05前")
    assert "市热线" in main["basis"]["zh"]
    assert main["days"][-1]["day"] == "2026-03-05"
    exact = {**order, "outside_due": "2026-03-05T18:00:00+08:00", "title": "路灯又坏了"}
    status, receipt = await site.call("POST", "/cases", json=exact, by="supervisor")
    assert (status, receipt["due"]) == (201, "2026-03-05T10:00:00Z")


async def test_the_dispatchers_page_offers_the_grades_of_a_kind_that_has_them(site: RunningSite) -> None:
    number, case_id = await a_case(
        site,
        kind="help",
        title="楼里停暖气三天了",
        body="我们楼从周二起暖气就不热，家里有老人和孩子，打了电话也没有人来。",
        fields={"for_whom": "family"},
    )
    desk = await sit_down(site, "reception")
    page = await see(desk, "/staff/dispatch")
    assert "二级：水电气热等，24小时" in page.html
    page = await page.press(f"/staff/dispatch/{number}", unit="区住建局", grade="II")
    assert page.status == 422, "it goes elsewhere than suggested: somebody says why first"
    page = await page.press(f"/staff/dispatch/{number}", cause="wrong_topic")
    assert page.status == 200
    (main,) = [c for c in await site.office.store.read(clocks.of_case, case_id) if c.name == "main"]
    assert main.ledger[-1].reason == "grade:II"

    other, _ = await a_case(site, key="key-2", title="有件事", body="想反映一件事，请给个说法。", place="")
    await site.office.act(other, "accept", {}, RECEPTION)
    status, told = await site.call("GET", f"/inbox/{other}", by="reception")
    assert status == 200
    dispatch = next(m for m in told["moves"] if m["code"] == "dispatch")
    assert "grade" not in dispatch["fields"]["properties"]
    assert await site.office.store.read(cases.id_of, other)
