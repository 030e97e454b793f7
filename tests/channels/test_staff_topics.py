"""Similar letters on the desk: on the case and at dispatch, merged by one press; the week's topics on their page."""

from hub.followers import run_followers
from hub.storage import cases
from hub.submission import Contact
from routing.topics import FOLLOWERS
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


async def test_a_handler_has_no_topics_page(site: RunningSite) -> None:
    page = await see(await sit_down(site, "handler"), "/staff/topics")
    assert page.status == 403
    assert 'href="/staff/topics"' not in page.html
