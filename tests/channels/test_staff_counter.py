"""The counter as clerks use it: filing for callers, visitors and post, the printed receipt, adding to open letters."""

import io
import json
import re
from datetime import UTC, datetime

import aiohttp
import pytest
from PIL import Image

from hub import entered
from hub.case import Dossier, Message
from hub.people import Actor, citizen
from hub.reading import inbox
from hub.storage import cases, journal, people
from hub.storage.tx import Tx
from tests.builders import HANDLER, RECEPTION, a_letter, an_officer
from tests.channels.staff_desk import Page, see, sit_down
from tests.channels.web_site import PASSWORD, RunningSite

NEW, ADD, RECEIPT = "/staff/letters/new", "/staff/letters/add", "/staff/letters/receipt"
CLERK = an_officer("祝小禾", "clerk", home="intake")
SMALL_TOWN = an_officer("田语桐", "handler@urban", "clerk", "supervisor@discipline", "handler@discipline", home="urban")
WORDS = {
    "way": "visit",
    "title": "楼道灯不亮",
    "body": "三单元楼道的灯坏了一个月，老人晚上上下楼看不见，请来修一修。",
    "place": "塘前社区3栋",
    "name": "罗守田",
    "phone": "13900005678",
}


def a_scan() -> bytes:
    """A photograph of a letter."""
    out = io.BytesIO()
    Image.new("RGB", (60, 80), "white").save(out, "JPEG")
    return out.getvalue()


async def hired(site: RunningSite, account: str, actor: Actor) -> aiohttp.ClientSession:
    """A further officer, signed in."""
    reception = await site.office.store.read(people.by_id, RECEPTION.id)
    assert reception is not None
    await site.office.store.write(_hire, account, actor, reception.password_hash, site.clock())
    return await site.desk(account)


def _hire(tx: Tx, account: str, actor: Actor, password_hash: str, now: datetime) -> None:
    people.add(
        tx, people.Officer(actor.id, account, actor.person, actor.name, actor.home, password_hash, "", True, now)
    )
    for given in actor.grants:
        people.grant(tx, actor.id, given, "tests", now)


async def clerk_of(site: RunningSite) -> aiohttp.ClientSession:
    return await hired(site, "clerk", CLERK)


async def send(page: Page, action: str = NEW, scan: bytes = b"", follow: bool = True, **values: str) -> Page:
    """Press a button of the form, with a file where one is given."""
    form = page.form(action)
    data = aiohttp.FormData(quote_fields=False)
    for name, value in [(n, v) for n, v in form.fields if n not in values and n != "go"] + list(values.items()):
        data.add_field(name, value)
    if scan:
        data.add_field("files", scan, filename="来信.jpg", content_type="image/jpeg")
    else:
        data.add_field("files", b"", filename="", content_type="application/octet-stream")
    async with page.client.post(form.action, data=data, allow_redirects=follow) as answer:
        return Page(page.client, answer.status, await answer.text(), str(answer.url))


async def filed(client: aiohttp.ClientSession, kind: str = "help", scan: bytes = b"", **values: str) -> tuple[str, str]:
    """File a letter; its number and query code as they stand on the receipt."""
    page = await see(client, f"{NEW}?kind={kind}")
    receipt = await send(page, scan=scan, **{**WORDS, **values}, go="send")
    assert receipt.url.endswith(RECEIPT), receipt.html.partition("<main")[2][:2000]
    return _number(receipt), _code(receipt)


def _number(receipt: Page) -> str:
    found = re.search(r'class="number">([\d-]+)<', receipt.html)
    assert found
    return found[1]


def _code(receipt: Page) -> str:
    found = re.search(r'id="query-code">([\d ]+)<', receipt.html)
    assert found
    return found[1].replace(" ", "")


async def whole(site: RunningSite, number: str) -> tuple[Dossier, tuple[Message, ...]]:
    case_id = await site.office.store.read(cases.id_of, number)
    assert case_id is not None
    dossier = await site.office.store.read(cases.dossier, case_id)
    assert dossier is not None
    return dossier, await site.office.store.read(cases.messages, case_id)


async def lines_of(site: RunningSite, number: str) -> list[tuple[str, str, dict[str, object]]]:
    dossier, _ = await whole(site, number)
    lines = await site.office.store.read(journal.of_case, dossier.case.id)
    return [(line.action, line.actor, json.loads(line.data)) for line in lines]


# ---- filing ----------------------------------------------------------------------------------------------------------


async def test_a_visitors_letter_is_filed_with_the_clerk_as_recorder_and_the_receipt_shows_once(
    site: RunningSite,
) -> None:
    clerk = await clerk_of(site)
    kinds = await see(clerk, NEW)
    assert 'aria-current="page">代录' in kinds.html
    assert f"{NEW}?kind=report_staff" in kinds.html
    number, code = await filed(clerk)
    dossier, said = await whole(site, number)
    assert (dossier.case.origin, dossier.case.recorded_at) == ("counter", dossier.case.received_at)
    action, actor, data = (await lines_of(site, number))[0]
    assert (action, actor, data["origin"]) == ("received", CLERK.id, "counter")
    assert said[0].author == f"party:{dossier.case.id}:1"
    assert "13900005678" not in str(await lines_of(site, number))
    again = await see(clerk, RECEIPT)
    assert again.status == 410
    assert code[:3] + " " + code[3:6] not in again.html
    assert not [c for c in clerk.cookie_jar if c.key == "letter"], "the clerk's browser opens no citizen's letter"
    status, letter = await site.call("GET", f"/cases/{number}", code=code)
    assert (status, letter["number"]) == (200, number)
    case = await see(await sit_down(site, "reception"), f"/staff/cases/{number}")
    assert "窗口 · 代录：祝小禾" in case.html
    assert "补录" not in case.html


async def test_a_caller_is_counted_under_the_phone(site: RunningSite) -> None:
    number, _ = await filed(await clerk_of(site), way="phone")
    dossier, _ = await whole(site, number)
    assert dossier.case.origin == dossier.parties[0].channel == "phone"


async def test_a_second_click_and_a_second_window_give_the_same_receipt(site: RunningSite) -> None:
    clerk = await clerk_of(site)
    page = await see(clerk, f"{NEW}?kind=help")
    first, second = [await send(page, **WORDS, go="send") for _ in range(2)]
    assert _number(first) == _number(second)
    other = await send(page, **{**WORDS, "body": "是另一件事：楼下的井盖松了，车一过就响。"}, go="send")
    assert other.status == 422
    assert "已经登记过一次" in other.html
    again = await send(other, go="send")
    assert _number(again) != _number(first)


async def test_another_clerk_at_the_same_computer_does_not_see_the_receipt(site: RunningSite) -> None:
    clerk = await clerk_of(site)
    page = await see(clerk, f"{NEW}?kind=help")
    assert (await send(page, follow=False, **WORDS, go="send")).status == 303
    await (await see(clerk, NEW)).press("/staff/logout")
    await (await see(clerk, "/staff/login")).press("/staff/login", account="reception", password=PASSWORD)
    assert (await see(clerk, RECEIPT)).status == 410


async def test_what_is_wrong_comes_back_beside_its_field_and_nothing_is_lost(site: RunningSite) -> None:
    clerk = await clerk_of(site)
    page = await see(clerk, f"{NEW}?kind=help")
    back = await send(page, scan=a_scan(), **{**WORDS, "place": "", "phone": "1390000567", "way": ""}, go="send")
    assert back.status == 422
    for field, sentence in (("place", "请写一下在哪里"), ("phone", "电话少了一位"), ("way", "请选择来信是怎么来的")):
        assert f'href="#{field}"' in back.html
        assert sentence in back.html
    kept = dict(back.form(NEW).fields)
    assert (kept["body"], kept["name"]) == (WORDS["body"], "罗守田")
    assert "来信.jpg" in back.html
    receipt = await send(back, place="塘前社区3栋", phone="13900005678", way="paper", go="send")
    _, said = await whole(site, _number(receipt))
    assert said[0].refs["files"] == [1]


async def test_enter_in_a_line_keeps_the_form_and_another_kind_keeps_the_words(site: RunningSite) -> None:
    clerk = await clerk_of(site)
    page = await see(clerk, f"{NEW}?kind=help")
    kept = await send(page, scan=a_scan(), **WORDS, go="keep")
    assert (kept.status, "来信.jpg" in kept.html) == (200, True)
    changed = await send(kept, kind="complaint", go="kind")
    assert dict(changed.form(NEW).fields)["body"] == WORDS["body"]
    assert 'name="fields.asked_before"' in changed.html
    assert "来信.jpg" in changed.html
    dropped = await send(changed, go="drop-0")
    assert "来信.jpg" not in dropped.html


async def test_a_paper_letter_needs_its_scan(site: RunningSite) -> None:
    page = await see(await clerk_of(site), f"{NEW}?kind=help")
    back = await send(page, **{**WORDS, "way": "paper"}, go="send")
    assert (back.status, "请附上原信的扫描件或照片" in back.html) == (422, True)


@pytest.mark.parametrize(
    ("day", "hour", "sentence"),
    [
        ("2026-02-12", "10:30", ""),
        ("2026-02-11", "16:00", "收到已超过一个工作日"),
        ("2026-02-13", "23:59", "收到的时间不能晚于现在"),
        ("2026-02-14", "", "收到的时间不能晚于现在"),
        ("2024-02-13", "", "只能补录一年以内"),
        ("0001-01-01", "", "只能补录一年以内"),
        ("昨天", "", "日期请写成"),
        ("2026-02-12", "25:99", "时间请写成"),
    ],
)
async def test_the_real_receipt_time_is_never_in_the_future_and_late_only_with_its_scan(
    site: RunningSite, day: str, hour: str, sentence: str
) -> None:
    site.clock.now = datetime(2026, 2, 13, 2, 0, tzinfo=UTC)  # Friday 10:00 in the district
    page = await see(await clerk_of(site), f"{NEW}?kind=help")
    answer = await send(page, **WORDS, received_day=day, received_time=hour, go="send")
    if sentence:
        assert (answer.status, sentence in answer.html) == (422, True), answer.html.partition("<main")[2][:1500]
        return
    number = _number(answer)
    dossier, _ = await whole(site, number)
    assert dossier.case.received_at == datetime(2026, 2, 12, 2, 30, tzinfo=UTC)
    assert "backdated" not in [action for action, _, _ in await lines_of(site, number)]


async def test_a_weekend_between_is_no_working_day(site: RunningSite) -> None:
    site.clock.now = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)  # a Monday
    number, _ = await filed(await clerk_of(site), received_day="2026-03-06")
    dossier, _ = await whole(site, number)
    assert dossier.case.received_at == datetime(2026, 3, 6, 1, 0, tzinfo=UTC)


async def test_acting_for_another_person_takes_a_name_and_their_consent(site: RunningSite) -> None:
    clerk = await clerk_of(site)
    page = await see(clerk, f"{NEW}?kind=help")
    back = await send(page, **WORDS, role="agent", go="send")
    assert back.status == 422
    assert "请写明替谁反映" in back.html
    assert "替别人反映要先得到本人同意" in back.html
    number = _number(await send(back, behalf="罗奶奶", agreed="yes", go="send"))
    dossier, _ = await whole(site, number)
    assert dossier.parties[0].role == "agent"
    assert (await site.office.contact(dossier.case.id))["1:behalf:name"] == "罗奶奶"
    _, _, data = (await lines_of(site, number))[0]
    assert (data["role"], data["consent"]) == ("agent", "yes")
    assert "罗奶奶" not in str(await lines_of(site, number))
    reception = await sit_down(site, "reception")
    case = await see(reception, f"/staff/cases/{number}")
    assert "替别人来（代理人）" in case.html
    assert "罗奶奶" not in case.html
    assert "罗奶奶" in (await case.press(f"{number}/contact")).html


async def test_an_anonymous_visitor_leaves_no_name_at_all(site: RunningSite) -> None:
    number, _ = await filed(
        await clerk_of(site), "complaint", aim="matter", anonymous="yes", behalf="罗奶奶", role="agent", agreed="yes"
    )
    dossier, _ = await whole(site, number)
    assert dossier.case.level == "anonymous"
    assert set(await site.office.contact(dossier.case.id)) == {"original"}


async def test_only_clerks_and_intake_come_to_the_counter(site: RunningSite) -> None:
    for account, status in (("reception", 200), ("handler", 403), ("supervisor", 403), ("admin", 403)):
        client = await sit_down(site, account)
        assert [(await see(client, path)).status for path in (NEW, ADD)] == [status, status], account


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "no_such_kind"},
        {"kind": "help", "role": "owner", "lang_of_letter": "xx", "aim": "everything", "target": "nowhere"},
        {"kind": "complaint", "target": "nowhere", "received_time": "\u202e09:00", "way": "pigeon"},
        {"kind": "help", "body": "a" * 9000, "file": "made.up", "key": "short"},
        {"kind": "help", "title": "<script>alert(1)</script>", "go": "drop-99"},
        {"kind": "help", "received_day": "9999-12-31", "received_time": "00:00+99:99"},
    ],
)
async def test_hostile_input_gets_a_sentence(site: RunningSite, values: dict[str, str]) -> None:
    page = await see(await clerk_of(site), f"{NEW}?kind=help")
    back = await send(page, **{**WORDS, "go": "send", **values})
    assert back.status in (200, 422), back.status
    assert "<script>alert" not in back.html


# ---- who entered a case never handles it -----------------------------------------------------------------------------


async def test_whoever_entered_a_letter_cannot_handle_it_under_any_account(site: RunningSite) -> None:
    street = await hired(site, "small", SMALL_TOWN)
    number, _ = await filed(street)
    dossier, _ = await whole(site, number)
    if not dossier.case.unit:
        await site.office.act(number, "accept", {}, RECEPTION)
        await site.office.act(number, "dispatch", {"unit": "urban"}, RECEPTION)
    elif dossier.case.unit != "urban":
        await site.office.act(number, "redispatch", {"unit": "urban", "reason": "路灯归城管"}, RECEPTION)
    page = await see(street, f"/staff/cases/{number}")
    assert page.status == 200
    assert not page.offers("/moves/sign")
    dossier, _ = await whole(site, number)
    status, problem = await site.call(
        "POST", f"/inbox/{number}/moves/sign", by="small", json={"version": dossier.case.version}
    )
    assert (status, problem["detail"].partition(";")[0]) == (403, "You entered this case for the citizen"), problem
    await site.office.act(number, "sign", {}, HANDLER)
    status, problem = await site.call(
        "POST",
        f"/inbox/{number}/moves/assign",
        by="reception",
        json={"version": (await whole(site, number))[0].case.version, "officer": SMALL_TOWN.id},
    )
    assert status == 422, problem
    assert "代录" in str(problem)


async def test_a_report_on_staff_is_gone_for_the_clerk_who_filed_it_even_with_a_key_to_its_room(
    site: RunningSite,
) -> None:
    small = await hired(site, "small", SMALL_TOWN)
    other = an_officer("纪委", "supervisor@discipline", home="discipline")
    number, _ = await filed(small, "report_staff", **{"fields.who": "张某", "fields.which_unit": "某局"})
    assert (await see(small, f"/staff/cases/{number}")).status == 404
    book = await site.office.book()
    mine, _ = await site.office.store.read(inbox, SMALL_TOWN, "all", {}, book, site.clock())
    theirs, _ = await site.office.store.read(inbox, other, "all", {}, book, site.clock())
    assert number not in {row.number for row in mine}
    assert number in {row.number for row in theirs}


# ---- adding ----------------------------------------------------------------------------------------------------------


async def found(client: aiohttp.ClientSession, number: str, code: str = "") -> Page:
    return await send(await see(client, ADD), ADD, number=number, code=code, go="find")


async def test_what_a_caller_adds_is_the_citizens_word_entered_by_the_clerk(site: RunningSite) -> None:
    got = await site.office.receive(a_letter())
    clerk = await clerk_of(site)
    page = await found(clerk, got.number)
    assert "路灯坏了半个月没人修" in page.html
    assert "请不要向对方透露办理情况" in page.html
    empty = await send(page, ADD, go="send")
    assert (empty.status, "请写下对方补充的话" in empty.html) == (422, True)
    for _ in range(2):
        done = await send(page, ADD, scan=a_scan(), way="phone", body="昨晚又有一盏不亮了。", go="send")
        assert f"已记入{got.number}" in done.html
    dossier, said = await whole(site, got.number)
    assert [m.body for m in said].count("昨晚又有一盏不亮了。") == 1
    assert said[-1].author == f"party:{got.case_id}:1"
    assert (said[-1].refs["clerk"], said[-1].refs["channel"]) == (CLERK.id, "phone")
    assert dossier.case.last_message == said[-1].n
    assert entered.by(dossier, CLERK.person)
    action, actor, data = (await lines_of(site, got.number))[-1]
    assert (action, data["clerk"], data["channel"]) == ("move.add", CLERK.id, "phone")
    assert actor.startswith("party:")
    other = await send(page, ADD, way="phone", body="是别的话。", go="send")
    assert other.status == 422
    letter = await see(await sit_down(site, "reception"), f"/staff/cases/{got.number}")
    assert "电话 · 代录：祝小禾" in letter.html


async def test_with_the_query_code_the_clerk_may_tell_how_the_letter_stands(site: RunningSite) -> None:
    got = await site.office.receive(a_letter())
    page = await found(await clerk_of(site), got.number, site.office.code(got.case_id))
    assert "可以告诉对方" in page.html
    wrong = await found(page.client, got.number, "000000000000")
    assert (wrong.status, "没有找到这封来信" in wrong.html) == (404, True)


async def test_words_added_to_a_hidden_letter_are_redacted(site: RunningSite) -> None:
    got = await site.office.receive(a_letter(aim="service", target="police", title="窗口态度不好"))
    page = await found(await clerk_of(site), got.number)
    assert "窗口态度不好" not in page.html
    await send(page, ADD, way="visit", body="我是李小满，电话13900001234，请尽快。", go="send")
    _, said = await whole(site, got.number)
    assert "13900001234" not in said[-1].body
    assert "李小满" not in said[-1].body


async def test_a_letter_that_waits_for_the_citizen_goes_on_when_they_call(site: RunningSite) -> None:
    got = await site.office.receive(a_letter(title="一件说不清归谁的事", body="门口堆了些东西，请帮忙看看。", place=""))
    await site.office.act(got.number, "ask_fix", {"question": "请写明在哪里。"}, RECEPTION)
    await send(await found(await clerk_of(site), got.number), ADD, way="phone", body="在3栋门口。", go="send")
    dossier, _ = await whole(site, got.number)
    assert dossier.case.state == "submitted"
    assert entered.by(dossier, CLERK.person)


async def test_a_sealed_letter_does_not_exist_at_the_counter_without_its_code(site: RunningSite) -> None:
    clerk = await clerk_of(site)
    number, code = await filed(clerk, "report_staff", **{"fields.who": "张某", "fields.which_unit": "某局"})
    nowhere, there = await found(clerk, "2026-999999"), await found(clerk, number)
    assert nowhere.status == there.status == 404
    assert there.html.partition("<main")[2].replace(number, "…").count("没有找到") == nowhere.html.count("没有找到")
    page = await found(clerk, number, code)
    assert "密件：查询码已核对，内容不显示。" in page.html
    assert "楼道灯不亮" not in page.html
    done = await send(page, ADD, way="visit", body="还有一张收据，下次带来。", go="send")
    assert f"已记入{number}" in done.html


async def test_the_handler_of_a_case_does_not_enter_words_for_its_citizen(site: RunningSite) -> None:
    got = await site.office.receive(a_letter())
    dossier, _ = await whole(site, got.number)
    if not dossier.case.unit:
        await site.office.act(got.number, "accept", {}, RECEPTION)
        await site.office.act(got.number, "dispatch", {"unit": "urban"}, RECEPTION)
    await site.office.act(got.number, "sign", {}, HANDLER)
    small = await hired(site, "small", SMALL_TOWN)
    await site.office.act(got.number, "assign", {"officer": SMALL_TOWN.id}, HANDLER)
    page = await found(small, got.number)
    assert (page.status, "由您承办" in page.html) == (403, True)


async def test_a_clerk_of_the_house_complained_about_finds_nothing_even_with_the_code(site: RunningSite) -> None:
    got = await site.office.receive(a_letter(aim="service", target="police", title="窗口态度不好"))
    clerk = await hired(site, "police", an_officer("警务窗口", "clerk", home="police"))
    page = await found(clerk, got.number, site.office.code(got.case_id))
    assert page.status == 404


async def test_nothing_is_added_to_a_letter_that_is_over(site: RunningSite) -> None:
    got = await site.office.receive(a_letter())
    await site.office.act(got.number, "withdraw", {}, citizen(got.case_id, 1))
    page = await found(await clerk_of(site), got.number)
    assert "不能再补充" in page.html
    assert 'value="send"' not in page.html
