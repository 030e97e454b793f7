"""Similar letters on the desk: on the case and at dispatch, merged by one press; the week's topics on their page."""

import pytest

from channels.web.staff.topics import trend
from hub.followers import run_followers
from hub.people import citizen
from hub.storage import cases
from hub.submission import Contact
from routing.topics import FOLLOWERS, Topic
from tests.builders import a_letter
from tests.channels.staff_desk import see, sit_down
from tests.channels.web_site import RunningSite


async def same_lamp(site: RunningSite, n: int) -> list[tuple[str, str]]:
    """Letters of several people about one lamp: number and case id of each."""
    written = []
    for k in range(n):
        contact = Contact(name="李小满", phone=f"1390000100{k}")
        received = await site.office.receive(a_letter(f"same-{k}", contact=contact))
        written.append((received.number, received.case_id))
        site.clock.advance(minutes=1)
    await run_followers(site.office, FOLLOWERS)
    return written


async def test_a_similar_letter_is_merged_by_one_press_from_the_page_of_the_case(site: RunningSite) -> None:
    (lead, lead_id), (number, case_id) = await same_lamp(site, 2)
    desk = await sit_down(site, "reception")
    page = await see(desk, f"/staff/cases/{number}")
    assert page.status == 200, page.html
    assert "相近的来信" in page.html
    merged = await page.press(f"/staff/cases/{number}/moves/merge", **{"merge-into": lead})
    assert merged.status == 200, merged.html
    case = await site.office.store.read(cases.get, case_id)
    assert case is not None
    assert case.lead == lead_id
    again = await see(desk, f"/staff/cases/{lead}")
    assert "并入这件" not in again.html, "a merged case leads nobody"


async def test_the_dispatch_page_names_similar_letters_beside_each_one(site: RunningSite) -> None:
    written = []
    for n in range(2):
        odd = a_letter(
            f"odd-{n}", kind="consult", title="广场石狮子的来历", body="想问问广场上那对石狮子是哪一年立的。", place=""
        )
        written.append((await site.office.receive(odd)).number)
    await run_followers(site.office, FOLLOWERS)
    page = await see(await sit_down(site, "reception"), "/staff/dispatch")
    assert page.status == 200
    first, second = written
    assert f"/staff/dispatch/{first}" in page.html
    assert "相近的来信" in page.html
    assert f"/staff/cases/{second}" in page.html


async def test_the_topics_page_shows_chart_table_and_letters_and_says_so_where_there_are_none(
    site: RunningSite,
) -> None:
    desk = await sit_down(site, "reception")
    assert "今天的还没有找好" in (await see(desk, "/staff/topics")).html
    written = await same_lamp(site, 5)
    page = await see(desk, "/staff/topics")
    assert page.status == 200
    assert "激增" in page.html
    assert all(f"/staff/cases/{number}" in page.html for number, _ in written)
    english = await see(desk, "/staff/topics?lang=en")
    assert english.status == 200


async def test_the_letters_of_a_topic_are_merged_at_one_press_and_who_refuses_says_why(site: RunningSite) -> None:
    written = await same_lamp(site, 5)
    lead, *others = [number for number, _ in written]
    desk = await sit_down(site, "reception")
    page = await see(desk, "/staff/topics")
    sent = page.form("/staff/topics/merge").fields
    assert {value for name, value in sent if name == "letter"} == {lead, *others}, "all are ticked"
    assert ("lead", lead) in sent, "the oldest leads"
    await site.office.act(others[0], "withdraw", {}, citizen(written[1][1], 1))
    partly = await page.press("/staff/topics/merge")
    assert partly.status == 409
    assert f"{others[0]}</a> 来信现在是“已撤回”" in partly.html
    assert f"已有3件并入 {lead}" in partly.html
    again = await page.press("/staff/topics/merge", letter=[lead, *others[1:]])
    assert f"已有3件并入 {lead}" in again.html, "a second press finds it done"
    leads = [await site.office.store.read(cases.get, case_id) for _, case_id in written]
    assert [c.lead if c else "" for c in leads] == ["", "", *[written[0][1]] * 3]


async def test_merging_asks_for_a_lead_and_for_somebody_to_join_it(site: RunningSite) -> None:
    (lead, _), *_ = await same_lamp(site, 3)
    desk = await sit_down(site, "reception")
    page = await see(desk, "/staff/topics")
    alone = await page.press("/staff/topics/merge", letter=lead)
    assert (alone.status, "再勾选至少一件" in alone.html) == (422, True)
    assert "/staff/topics/merge" not in (await see(await sit_down(site, "leader"), "/staff/topics")).html


@pytest.mark.parametrize(
    ("weeks", "word"),
    [((0, 0, 1, 1, 4), "上升"), ((0, 0, 0, 4, 3), "回落"), ((1, 2, 3, 3, 3), "平稳"), ((0, 0, 0, 1, 5), "激增")],
)
def test_a_topic_moves_against_last_week_and_the_weeks_before(weeks: tuple[int, ...], word: str) -> None:
    assert trend(Topic("a", ("a",), weeks, 5)) == word


async def test_a_handler_has_no_topics_page(site: RunningSite) -> None:
    page = await see(await sit_down(site, "handler"), "/staff/topics")
    assert page.status == 403
    assert 'href="/staff/topics"' not in page.html
