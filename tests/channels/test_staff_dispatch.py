"""At the dispatcher's desk: one press follows the suggestion, another unit one more key, everybody reads why."""

import json
from typing import Any

import aiohttp

from channels.web.staff.why import worth_offering
from hub.case import Overlay
from hub.storage import cases, journal
from hub.storage.tx import Tx
from hub.submission import Contact
from routing.matter import Candidate
from tests.builders import HANDLER, RECEPTION, SUPERVISOR, a_letter
from tests.channels.staff_desk import Page, see, sit_down
from tests.channels.web_site import RunningSite

TORN = {"title": "路灯不亮，物业和电梯也没人管", "body": "小区门口路灯坏了。电梯停了，物业公司不来修，业委会也不管。"}
"""A letter that points to two units, so that a person decides."""


async def waiting(site: RunningSite, key: str = "torn", **changes: Any) -> tuple[str, str, list[str]]:
    """A letter that waits for the desk: number, case id, and the units as routing ranked them."""
    got = await site.office.receive(a_letter(key, **(TORN | changes)))
    assert got.state == "submitted", "the desk decides about it"
    row = await site.office.store.read(cases.row, got.number)
    assert row is not None
    return got.number, got.case_id, [c["unit"] for c in json.loads(row["decision"])["ranked"]]


async def corrections(site: RunningSite, case_id: str) -> list[Overlay]:
    dossier = await site.office.store.read(cases.dossier, case_id)
    assert dossier is not None
    return [o for o in dossier.overlays if o.kind == "correction"]


def sent(tx: Tx, case_id: str) -> list[dict[str, Any]]:
    return [json.loads(line.data) for line in journal.of_case(tx, case_id) if line.action == "move.dispatch"]


async def post(page: Page, action: str, **values: str) -> Page:
    """Press one of the buttons of a form: the fields that stand in it, and the button's own."""
    form = page.form(action)
    kept = [(n, v) for n, v in form.fields if n not in values]
    async with page.client.post(form.action, data=[*kept, *values.items()]) as answer:
        return Page(page.client, answer.status, await answer.text(), str(answer.url))


async def desk(site: RunningSite, account: str = "reception") -> aiohttp.ClientSession:
    return await sit_down(site, account)


async def test_the_first_suggestion_goes_out_at_one_press_and_asks_nothing(site: RunningSite) -> None:
    number, case_id, ranked = await waiting(site)
    page = await see(await desk(site), "/staff/dispatch")
    assert "没有自动派单" in page.html
    assert "此外还看过" in page.html
    done = await post(page, f"/staff/dispatch/{number}", pick=ranked[0])
    assert (done.status, "已完成：派单" in done.html) == (200, True)
    assert await corrections(site, case_id) == []


async def test_another_unit_is_asked_why_before_anything_changes_and_goes_at_one_more_key(site: RunningSite) -> None:
    number, case_id, ranked = await waiting(site)
    page = await see(await desk(site), "/staff/dispatch")
    asked = await post(page, f"/staff/dispatch/{number}", pick=ranked[1], grade="")
    assert asked.status == 422
    assert 'name="cause" value="wrong_topic" data-pick="1" autofocus' in asked.html
    case = await site.office.store.read(cases.get, case_id)
    assert case is not None
    assert case.state == "submitted", "nothing is accepted before the question is answered"
    done = await post(asked, f"/staff/dispatch/{number}", cause="duty_changed")
    assert "已完成：派单" in done.html
    (kept,) = await corrections(site, case_id)
    assert (kept.unit, kept.data["cause"], kept.opened_by) == (ranked[1], "duty_changed", RECEPTION.id)
    (line,) = await site.office.store.read(sent, case_id)
    assert (line["unit"], line["cause"]) == (ranked[1], "duty_changed")


async def test_the_page_of_a_case_asks_the_same_and_keeps_what_was_written(site: RunningSite) -> None:
    number, case_id, ranked = await waiting(site)
    await site.office.act(number, "accept", {}, RECEPTION)
    page = await see(await desk(site), f"/staff/cases/{number}")
    values = {"dispatch__unit": ranked[1], "dispatch__reason": "电梯是物业的事。"}
    asked = await page.press("/moves/dispatch", **values)
    assert asked.status == 422
    assert "为什么派给别的单位" in asked.html
    assert "电梯是物业的事。" in asked.html
    await asked.press("/moves/dispatch", dispatch__cause="wrong_topic", dispatch__unit=ranked[1])
    (kept,) = await corrections(site, case_id)
    assert kept.data["cause"] == "wrong_topic"


async def test_a_unit_reads_why_it_has_the_case_and_only_the_desk_reads_the_whole_decision(site: RunningSite) -> None:
    number, _, ranked = await waiting(site)
    assert ranked[0] == "housing"
    await site.office.act(number, "accept", {}, RECEPTION)
    await site.office.act(number, "dispatch", {"unit": "urban", "cause": "this_case"}, RECEPTION)
    mine = (await see(await desk(site, "handler"), f"/staff/cases/{number}")).html
    assert "系统原先建议的是清禾区住房和城乡建设局。理由：只是这一件有特殊情况。" in mine
    assert "系统是怎么判断的？" not in mine
    whole = (await see(await desk(site), f"/staff/cases/{number}?lang=en")).html
    assert "How was it decided?" in whole
    assert "Not sent by itself" in whole


async def test_after_an_upheld_objection_its_unit_stands_first_and_the_former_one_is_not_offered(
    site: RunningSite,
) -> None:
    number, _, ranked = await waiting(site)
    assert "urban" in ranked[1:]
    await site.office.act(number, "accept", {}, RECEPTION)
    await site.office.act(number, "dispatch", {"unit": "urban", "cause": "wrong_topic"}, RECEPTION)
    await site.office.act(number, "object", {"reason": "归交警管。", "unit": "traffic_police"}, HANDLER)
    await site.office.act(number, "uphold", {}, SUPERVISOR)
    page = await see(await desk(site), "/staff/dispatch")
    assert "退单单位的建议" in page.html
    assert 'value="traffic_police" data-pick="1"' in page.html
    assert 'value="urban" data-pick' not in page.html, "a unit that gave it up gets it again from a supervisor alone"


async def test_the_citizen_reads_in_plain_words_why_and_of_a_hidden_letter_nothing(site: RunningSite) -> None:
    plain = await site.office.receive(a_letter("plain", title="路灯不亮", body="桥头的路灯坏了半个月，没有人来修。"))
    if plain.state != "dispatched":
        await site.office.act(plain.number, "accept", {}, RECEPTION)
        await site.office.act(plain.number, "dispatch", {"unit": "urban"}, RECEPTION)
    number, _, ranked = await waiting(site)
    await site.office.act(number, "accept", {}, RECEPTION)
    await site.office.act(number, "dispatch", {"unit": ranked[1]}, RECEPTION)
    hidden = await site.office.receive(a_letter("hidden", anonymous=True, contact=Contact()))
    said = {}
    for name, case_id in (
        ("plain", plain.case_id),
        ("moved", (await case_of(site, number))),
        ("hidden", hidden.case_id),
    ):
        case = await site.office.store.read(cases.get, case_id)
        assert case is not None
        headers = {"Authorization": f"Query {site.office.code(case_id)}"}
        async with site.client.get(f"/api/v1/cases/{case.number}", headers=headers) as answer:
            said[name] = (await answer.json())["because"]
    assert said["plain"]["zh"] == "您的信由清禾区城市管理局办理，因为信里说到路灯。"
    assert said["plain"]["en"].startswith("Your letter is with")
    assert said["moved"]["zh"].startswith("工作人员看过您的信以后")
    assert said["hidden"] == {"zh": "", "en": ""}


async def case_of(site: RunningSite, number: str) -> str:
    case_id = await site.office.store.read(cases.id_of, number)
    assert case_id is not None
    return case_id


def test_a_unit_for_which_next_to_nothing_speaks_is_not_offered() -> None:
    ranked = [Candidate("police", 0.003, ()), Candidate("street_7", 0.002, ()), Candidate("education", 0.2, ())]
    assert [c.unit for c in worth_offering(ranked)] == ["police", "education"]
