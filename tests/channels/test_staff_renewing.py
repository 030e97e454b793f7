"""A new query code at the counter: for whom it is, what it voids, and what is never told to the clerk."""

import json

import aiohttp
import pytest

from channels.web.keys import GATES
from channels.web.limits import Gates
from hub.people import Actor
from hub.renewal import same_name
from hub.storage import cases, journal, outbox
from hub.submission import Contact
from tests.builders import HANDLER, RECEPTION, a_letter
from tests.channels.staff_desk import Page, see
from tests.channels.test_staff_counter import RECEIPT, SMALL_TOWN, clerk_of, hired
from tests.channels.web_site import PLENTY, RunningSite

RENEW = "/staff/letters/renew"
LI = {"way": "visit", "name": "李小满", "reach": "139 0000 1234", "checked": "yes"}
one_engine = pytest.mark.parametrize("engine", ["sqlite"])


async def asked(client: aiohttp.ClientSession, number: str, **claim: str) -> Page:
    page = await see(client, RENEW)
    return await page.press(RENEW, number=number, **{**LI, **claim})


async def opens(site: RunningSite, number: str, code: str) -> bool:
    status, _ = await site.call("GET", f"/cases/{number}", code=code)
    return status == 200


async def lines(site: RunningSite, case_id: str) -> list[journal.Line]:
    found = await site.office.store.read(journal.of_case, case_id)
    return [line for line in found if line.action.startswith("code.")]


async def test_a_new_code_opens_the_letter_and_the_old_one_does_not_any_more(site: RunningSite) -> None:
    letter = await site.office.receive(a_letter())
    old = site.office.code(letter.case_id)
    assert await opens(site, letter.number, old)
    clerk = await clerk_of(site)
    slip = await asked(clerk, letter.number)
    assert slip.url.endswith(RECEIPT)
    new = slip.html.split('id="query-code">')[1].split("<")[0].replace(" ", "")
    assert new != old
    assert await opens(site, letter.number, new)
    assert not await opens(site, letter.number, old)
    assert "查询码不再显示" in (await see(clerk, RECEIPT)).html

    (line,) = await lines(site, letter.case_id)
    assert (line.action, line.actor) == ("code.renewed", "o-祝小禾")
    assert json.loads(line.data) == {"way": "visit", "epoch": 2}
    rows = await site.office.store.read(outbox.of_case, letter.case_id)
    (told,) = [row for row in rows if row["text"] == "code_renewed"]
    assert told["recipient"] == "party:1"
    assert new not in json.dumps(rows)


@pytest.mark.parametrize(
    "claim",
    [{"reach": "13900001235"}, {"name": "李小曼"}, {"name": "王小满"}, {"reach": "li@example.com"}],
    ids=["another phone", "another name", "another surname", "a mail nobody left"],
)
@one_engine
async def test_a_claim_that_does_not_fit_changes_nothing_and_is_on_record(
    site: RunningSite, claim: dict[str, str]
) -> None:
    letter = await site.office.receive(a_letter())
    back = await asked(await clerk_of(site), letter.number, **claim)
    assert back.status == 422
    assert "和来信时登记的不一致" in back.html
    assert "13900001234" not in back.html
    assert await opens(site, letter.number, site.office.code(letter.case_id))
    assert [line.action for line in await lines(site, letter.case_id)] == ["code.refused"]


@one_engine
async def test_nobody_is_known_again_who_left_no_way_to_be_reached(site: RunningSite) -> None:
    letter = await site.office.receive(a_letter(contact=Contact(name="李小满")))
    back = await asked(await clerk_of(site), letter.number)
    assert back.status == 409
    assert "只能凭原来的查询码查" in back.html


@one_engine
async def test_every_missing_part_is_named_and_what_was_written_stays(site: RunningSite) -> None:
    letter = await site.office.receive(a_letter())
    back = await asked(await clerk_of(site), letter.number, checked="", name="", way="fax")
    assert back.status == 422
    for words in ("请先看身份证件", "请填写证件上的姓名", "请选择对方是怎么来的"):
        assert words in back.html
    assert dict(back.form(RENEW).fields)["reach"] == LI["reach"]


@one_engine
async def test_sealed_letters_and_wrong_numbers_read_the_same(site: RunningSite) -> None:
    fields = {"who": "张某", "which_unit": "某局"}
    sealed = await site.office.receive(a_letter("s", kind="report_staff", aim="misconduct", fields=fields))
    clerk = await clerk_of(site)
    pages = [await asked(clerk, number) for number in (sealed.number, "2026-009999")]
    assert [page.status for page in pages] == [404, 404]
    assert (
        pages[0].html.replace(sealed.number, "…").split("<form")[2]
        == pages[1].html.replace("2026-009999", "…").split("<form")[2]
    )


@one_engine
async def test_whoever_handles_the_case_gives_no_code_and_other_roles_find_no_door(site: RunningSite) -> None:
    letter = await site.office.receive(a_letter())
    for move, values, actor in (("accept", {}, RECEPTION), ("dispatch", {"unit": "urban"}, RECEPTION)):
        await _made(site, letter.number, move, values, actor)
    small = await hired(site, "small", SMALL_TOWN)
    await site.office.act(letter.number, "sign", {}, SMALL_TOWN)
    await site.office.act(letter.number, "assign", {"officer": SMALL_TOWN.id}, HANDLER)
    back = await asked(small, letter.number)
    assert back.status == 403
    assert "由您承办" in back.html
    assert (await see(await site.desk("handler"), RENEW)).status == 403


async def _made(site: RunningSite, number: str, move: str, values: dict[str, str], actor: Actor) -> None:
    case_id = await site.office.store.read(cases.id_of, number)
    case = await site.office.store.read(cases.get, str(case_id))
    assert case is not None
    if case.state == {"accept": "submitted", "dispatch": "accepted"}[move]:
        await site.office.act(number, move, values, actor)


async def test_of_two_clerks_who_saw_the_same_code_one_renews_it(site: RunningSite) -> None:
    letter = await site.office.receive(a_letter())

    renewed = [await site.office.store.write(cases.renew_code, letter.case_id, 1, 1) for _ in range(2)]
    assert renewed == [2, 0]


@one_engine
async def test_guesses_are_counted_and_stopped(site: RunningSite) -> None:
    letter = await site.office.receive(a_letter())
    clerk = await clerk_of(site)
    site.app._state[GATES] = Gates(PLENTY.model_copy(update={"lookups_per_quarter": 2}))
    for _ in range(2):
        assert (await asked(clerk, letter.number, reach="13900009999")).status == 422
    assert (await asked(clerk, letter.number)).status == 429
    assert await opens(site, letter.number, site.office.code(letter.case_id))


@pytest.mark.parametrize(
    ("stated", "left", "same"),
    [
        ("王秀英", "王女士", True),
        ("王秀英", "王秀英", True),
        ("王 秀英", "王秀英 女士", True),
        ("欧阳敏", "欧阳老师", True),
        ("李秀英", "王女士", False),
        ("王秀", "王秀英", False),
        ("王秀英子", "王秀英", False),
        ("John Smith", "Mr Smith", True),
        ("John Smithson", "Mr Smith", False),
        ("john smith", "John Smith", True),
        ("谁都行", "", True),
    ],
)
def test_a_name_is_the_one_that_was_left(stated: str, left: str, same: bool) -> None:
    assert same_name(stated, left) is same
