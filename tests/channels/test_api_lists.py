"""Lists of the API: pages end where the next begins, lamps and views narrow them, and the words of a kind are told."""

from tests.channels.test_api_life import LETTER, at_work, filed
from tests.channels.web_site import RunningSite


async def test_pages_of_the_inbox_hold_every_case_once(site: RunningSite) -> None:
    numbers = {(await filed(site, title=f"第{n}盏路灯不亮"))["number"] for n in range(7)}
    seen, cursor = [], ""
    for _ in range(5):
        status, page = await site.call("GET", "/inbox", by="reception", params={"limit": "2", "cursor": cursor})
        assert status == 200
        seen += [row["number"] for row in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    assert sorted(seen) == sorted(numbers)


async def test_a_cursor_of_one_list_is_not_taken_by_another(site: RunningSite) -> None:
    for n in range(2):
        await filed(site, title=f"第{n}盏路灯不亮")
    _, page = await site.call("GET", "/inbox?limit=1", by="reception")
    assert page["next"]
    status, _ = await site.call("GET", "/reviews", by="reviewer", params={"cursor": page["next"]})
    assert status == 422


async def test_the_inbox_is_narrowed_by_state_kind_unit_and_lamp(site: RunningSite) -> None:
    number = (await at_work(site))["number"]

    async def found(**asked: str) -> list[str]:
        status, page = await site.call("GET", "/inbox", by="handler", params=asked)
        assert status == 200, page
        return [row["number"] for row in page["items"]]

    assert await found(state="working") == [number]
    assert await found(state="drafted") == []
    assert await found(kind="complaint", unit="urban") == [number]
    assert await found(kind="consult") == []
    assert await found(lamp="red") == []


async def test_late_cases_have_a_red_lamp(site: RunningSite) -> None:
    number = (await at_work(site))["number"]
    site.clock.advance(days=59)
    site.forget_tokens()
    _, page = await site.call("GET", "/inbox?lamp=red", by="handler")
    assert [row["number"] for row in page["items"]] == [number]
    assert page["items"][0]["lamp"]["left"] < 0


async def test_an_unknown_view_or_state_is_said_to_be_unknown(site: RunningSite) -> None:
    for asked in ("view=mine", "state=lost", "lamp=blue", "limit=0", "limit=x", "colour=1", "view=open&view=all"):
        status, _ = await site.call("GET", f"/inbox?{asked}", by="reception")
        assert status == 422, asked


async def test_kinds_tell_their_questions_and_the_fields_of_their_moves(site: RunningSite) -> None:
    status, kinds = await site.call("GET", "/kinds")
    assert status == 200
    complaint = next(k for k in kinds["items"] if k["code"] == "complaint")
    draft = next(m for m in complaint["moves"] if m["code"] == "draft")
    assert draft["fields"]["required"] == ["body"]
    assert "upheld" in draft["fields"]["properties"]["result"]["enum"]
    assert draft["who"] == ["handler"]


async def test_units_are_told_with_their_tree(site: RunningSite) -> None:
    status, units = await site.call("GET", "/units")
    assert status == 200
    codes = {u["code"] for u in units["items"]}
    assert {"urban", "supervision"} <= codes
    assert {u["parent"] for u in units["items"]} - {None} <= codes


async def test_statistics_and_board_answer_for_a_period(site: RunningSite) -> None:
    status, told = await site.call("GET", "/statistics?from=2026-02-01&to=2026-02-28")
    assert (status, told["since"]) == (200, "2026-02-01")
    status, told = await site.call("GET", "/board?from=2026-02-01&to=2026-02-28", by="supervisor")
    assert (status, told["unit"]) == (200, "")
    for wrong in (
        "from=2026-02-30",
        "from=2026-03-01&to=2026-02-01",
        "from=0001-01-01",
        "to=9999-12-31&from=0001-01-01",
    ):
        assert (await site.call("GET", f"/statistics?{wrong}"))[0] == 422, wrong


async def test_a_letter_of_a_hidden_level_tells_the_unit_no_minute_and_no_name(site: RunningSite) -> None:
    status, receipt = await site.call(
        "POST", "/cases", json={**LETTER, "aim": "service", "body": "窗口的人对我李小满大喊大叫，电话13900001234。"}
    )
    assert status == 201
    _, page = await site.call("GET", "/inbox", by="supervisor")
    row = next(r for r in page["items"] if r["number"] == receipt["number"])
    assert row["received_at"] is None
    _, case = await site.call("GET", f"/inbox/{receipt['number']}", by="supervisor")
    assert "13900001234" not in str(case)
    assert "李小满" not in str(case)
