"""What the checks find stands before the officer: in the editor before submitting, and beside the reply at review."""

import pytest

from hub.followers import run_followers
from hub.office import draft_of
from supervision.checks import inspect
from tests.builders import GOOD_REPLY, HANDLER, SIGNER
from tests.channels.staff_desk import see, sit_down
from tests.channels.test_staff_flows import a_case, page_of
from tests.channels.web_site import RunningSite
from tests.supervision.test_scoring import CANTEEN_REPLY, LAMP, LAMP_REPLY


@pytest.fixture
def checked(site: RunningSite) -> RunningSite:
    """The site with the checks that are shipped."""
    site.office._inspect = inspect
    return site


async def test_the_editor_says_before_submitting_which_request_has_no_answer(checked: RunningSite) -> None:
    number, _ = await a_case(checked, "sign", title=LAMP[0], body=LAMP[1])
    page = await page_of(await sit_down(checked, "handler"), number)
    page = await page.press("/moves/draft", draft__body=CANTEEN_REPLY, do="check")
    assert "来信问的这件事，答复里找不到" in page.html
    page = await page.press("/moves/draft", draft__body=LAMP_REPLY, do="check")
    assert "没有发现问题" in page.html


async def test_the_reviewer_sees_the_finding_and_its_words_lit_up_in_letter_and_reply(checked: RunningSite) -> None:
    number, _ = await a_case(checked, "sign", title=LAMP[0], body=LAMP[1])
    stale = CANTEEN_REPLY.replace("咨询电话0555-0100456", "有消息会尽快告诉您")
    await checked.office.act(number, "draft", {"body": stale, "result": "upheld"}, HANDLER)
    await checked.office.act(number, "sign_off", {}, SIGNER)
    page = await see(await sit_down(checked, "reviewer"), f"/staff/reviews/{number}")
    assert "答的不是来信人问的" in page.html
    letter, reply = page.html.split('class="reply-text"')
    assert "<mark>" in letter
    assert "尽快" in reply.split("<mark>", 1)[1].split("</mark>")[0]


async def test_a_reply_taken_from_another_case_is_found_without_reading_the_others(checked: RunningSite) -> None:
    first, _ = await a_case(checked, "draft")
    second, case_id = await a_case(checked, "sign", key="key-2")
    await run_followers(checked.office)
    found = {f.code for f in await checked.office.findings(second, GOOD_REPLY)}
    assert "Q7" in found
    assert "Q7" not in {f.code for f in await checked.office.findings(first, GOOD_REPLY)}
    draft = await checked.office.store.read(draft_of, second, GOOD_REPLY + "祝您生活愉快！", checked.clock())
    assert draft is not None
    assert draft.case.id == case_id
    assert len(draft.elsewhere) == 3
