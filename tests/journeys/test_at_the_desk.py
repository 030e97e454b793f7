"""The story of a letter in English: translated, answered in both languages by two colleagues, its code renewed."""

import re

from hub.people import citizen
from hub.storage import cases
from hub.verify import verify
from tests.builders import GOOD_REPLY
from tests.channels.staff_desk import see
from tests.channels.test_staff_counter import CLERK, hired
from tests.journeys.town import Letter, Town

LETTER = {
    "title": "A dark street lamp",
    "body": "The street lamp at our gate has been dark for weeks. My father cannot see the steps. When is it repaired?",
    "lang": "en",
    "contact": {"name": "Ms Rossi", "phone": "13900001234"},
}
ANSWER = "We looked at the lamp on 13 February and replaced its controller. All three lamps are lit again."


async def test_a_letter_in_english_from_the_first_word_to_a_renewed_code(town: Town) -> None:
    letter = await town.writes(**LETTER)
    number, site = letter.number, town.site
    await town.reaches_unit(number)
    await town.does("handler", number, "sign")
    assert number in await town.shelf("handler", "to_translate")

    handler, signer = await site.desk("handler"), await site.desk("signer")
    page = await see(handler, f"/staff/cases/{number}")
    page = await page.press("/moves/translate", translate__text="门口路灯两周不亮，老人看不见台阶，什么时候修？")
    assert number not in await town.shelf("handler", "to_translate")
    page = await page.press("/moves/contact", contact__how="phone", contact__whom="writer", contact__result="reached")
    page = await page.press("/moves/remark", remark__text="@孟长青 英文那段请帮着看看。")
    assert f"{number}的备注里提到了您" in (await see(signer, "/staff/inbox")).html

    page = await page.press("/moves/draft", draft__body=GOOD_REPLY, draft__translated="We looked", do="keep")
    case_id = str(await site.office.store.read(cases.id_of, number))
    await site.office.act(number, "add", {"text": "Since yesterday one more lamp is dark."}, citizen(case_id, 1))
    page = await see(await site.desk("handler"), f"/staff/cases/{number}")  # on another computer
    assert dict(page.form("/moves/draft").fields)["draft-translated"] == "We looked"
    page = await page.press("/moves/draft", draft__translated=ANSWER, draft__result="upheld")
    assert "已完成：提交答复" in page.html
    await (await see(signer, f"/staff/cases/{number}")).press("/moves/sign_off")
    review = await see(await site.desk("reviewer"), f"/staff/reviews/{number}")
    assert "老人看不见台阶" in review.html
    await review.press("/qualified")

    seen = await letter.looks()
    answer = seen["messages"][-1]["body"]
    assert answer.startswith(ANSWER)
    assert GOOD_REPLY in answer
    told = str(seen)
    assert "老人看不见台阶" not in told
    assert "孟长青" not in told

    clerk = await hired(site, "clerk", CLERK)
    desk = await see(clerk, "/staff/letters/renew")
    claim = {"number": number, "way": "visit", "name": "Anna Rossi", "reach": "13900001234", "checked": "yes"}
    slip = await desk.press("/staff/letters/renew", **claim)
    found = re.search(r'id="query-code">([0-9 ]+)<', slip.html)
    assert found
    await letter.cannot("rating", score=5, solved="yes")
    await Letter(town, number, found[1].replace(" ", "")).does("rating", score=5, solved="yes", comment="Thank you.")
    assert (await verify(site.office)).findings == ()
