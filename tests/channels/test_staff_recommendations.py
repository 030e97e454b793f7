"""Recommendations on their pages: issued by supervision, answered by the unit, and nobody's who has no part in it."""

from tests.channels.staff_desk import see, sit_down
from tests.channels.web_site import RunningSite

PAGE = "/staff/recommendations"
WORDS = "路灯报修的首次联系偏晚，建议当天联系来信人。"


async def test_a_recommendation_goes_to_a_unit_and_comes_back_answered(site: RunningSite) -> None:
    supervisor, signer = await sit_down(site, "supervisor"), await sit_down(site, "signer")
    page = await see(supervisor, PAGE)
    assert "还没有督查建议" in page.html
    wrong = await page.press(PAGE, kind="improve", text=WORDS, day="2026-01-05")
    assert wrong.status == 422
    assert all(sentence in wrong.html for sentence in ("请选择单位", "日期已经过去", WORDS)), "no word is lost"
    made = await wrong.press(PAGE, unit="urban", day="")
    assert made.status == 200
    assert "待答复" in made.html

    desk = await see(signer, "/staff/inbox")
    assert f'href="{PAGE}/1"' in desk.html, "the notice leads to it"
    page = await see(signer, f"{PAGE}/1")
    wrong = await page.press("/answer", adopted="yes", text="当天电话联系。")
    assert wrong.status == 422
    assert "请写明哪一天办好" in wrong.html
    assert "当天电话联系。" in wrong.html
    done = await wrong.press("/answer", adopted="yes", text="当天电话联系。", day="2026-04-30")
    assert "已答复，待督查室看" in done.html
    late = await page.press("/answer", adopted="no", text="我又想了想。")
    assert late.status == 409, "what was answered on an old page changes nothing"

    board = await see(supervisor, "/staff/board")
    assert f'href="{PAGE}?shelf=answered"' in board.html, "the board leads to what was answered"
    assert f'href="{PAGE}/1"' in (await see(supervisor, f"{PAGE}?shelf=answered")).html
    for shelf in ("late", "again", "owed"):
        assert f'href="{PAGE}/1"' not in (await see(supervisor, f"{PAGE}?shelf={shelf}")).html, shelf

    page = await see(supervisor, f"{PAGE}/1")
    agreed = await page.press("/agree")
    assert "按承诺办理" in agreed.html
    assert (await see(supervisor, f"{PAGE}/1?lang=en")).status == 200
    for path in (f"{PAGE}/2", f"{PAGE}/x", f"{PAGE}/9999999999"):
        assert (await see(supervisor, path)).status == 404
    assert (await see(await sit_down(site, "publisher"), PAGE)).status == 403
