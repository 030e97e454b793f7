"""The office's pages as officers use them: one letter from the dispatcher to the public page, by real forms."""

import aiohttp

from hub.people import Actor, citizen
from hub.privacy.codes import new_id
from hub.storage import cases, journal, publications
from hub.storage.tx import Row, Tx
from hub.submission import Contact
from tests.builders import GOOD_REPLY, HANDLER, RECEPTION, REVIEWER, SIGNER, a_letter
from tests.channels.staff_desk import Page, see, sit_down
from tests.channels.web_site import PASSWORD, RunningSite

POOR = "您反映的问题已收悉，我们会尽快处理。"


async def a_case(site: RunningSite, upto: str = "", key: str = "key-1", **changes: object) -> tuple[str, str]:
    """A letter, taken by the hub's own moves as far as asked; returns number and case id."""
    received = await site.office.receive(a_letter(key, **changes))
    number = received.number
    case = await site.office.store.read(cases.get, received.case_id)
    assert case is not None
    steps: tuple[tuple[str, dict[str, str], Actor], ...] = (
        ("accept", {}, RECEPTION),
        ("dispatch", {"unit": "urban"}, RECEPTION),
        ("sign", {}, HANDLER),
        ("draft", {"body": GOOD_REPLY, "result": "upheld"}, HANDLER),
        ("sign_off", {}, SIGNER),
    )
    done = {"submitted": 0, "accepted": 1, "dispatched": 2}[case.state]
    last = [s[0] for s in steps].index(upto) + 1 if upto else 0
    for code, values, actor in steps[done:last]:
        await site.office.act(number, code, values, actor)
    return number, received.case_id


async def state_of(site: RunningSite, case_id: str) -> str:
    case = await site.office.store.read(cases.get, case_id)
    assert case is not None
    return case.state


async def page_of(client: aiohttp.ClientSession, number: str) -> Page:
    page = await see(client, f"/staff/cases/{number}")
    assert page.status == 200, page.html
    return page


async def test_wrong_password_and_unknown_account_read_the_same(site: RunningSite) -> None:
    pages = []
    for account in ("handler", "nobody"):
        page = await see(site.browser(), "/staff/login")
        back = await page.press("/staff/login", account=account, password="falsch")
        assert back.status == 401
        pages.append(back.html.replace(account, "…"))
    assert "账号、密码或动态验证码不对" in pages[0]
    strip = [p.split('name="csrf"')[0] for p in pages]
    assert strip[0] == strip[1]


async def test_signing_in_goes_on_to_the_page_that_was_asked_for_but_never_off_the_site(site: RunningSite) -> None:
    number, _ = await a_case(site, "sign")
    client = site.browser()
    page = await see(client, f"/staff/cases/{number}")
    assert "/staff/login" in page.url
    page = await page.press("/staff/login", account="handler", password=PASSWORD)
    assert page.url.endswith(f"/staff/cases/{number}")
    other = await see(site.browser(), "/staff/login?next=//evil.example/staff/")
    assert other.form("/staff/login").fields[1] == ("next", "/staff/inbox")


async def test_signing_out_ends_the_desk(site: RunningSite) -> None:
    client = await sit_down(site, "handler")
    page = await see(client, "/staff/inbox")
    page = await page.press("/staff/logout")
    assert "您已退出" in page.html
    assert "/staff/login" in (await see(client, "/staff/inbox")).url


async def test_a_letter_goes_from_the_dispatcher_to_the_public_page(site: RunningSite) -> None:
    number, case_id = await a_case(site, title="楼道里的感应灯不亮，找过两次没有回音")
    reception = await sit_down(site, "reception")
    page = await see(reception, "/staff/dispatch")
    if await state_of(site, case_id) != "dispatched":
        assert "受理并派单" in page.html or "派单" in page.html
        page = await page.press(f"/staff/dispatch/{number}", unit="urban")
        assert page.status == 200, page.html
        assert number in page.html
    assert await state_of(site, case_id) == "dispatched"

    handler = await sit_down(site, "handler")
    inbox = await see(handler, "/staff/inbox?view=to_sign")
    assert number in inbox.html
    page = await (await page_of(handler, number)).press("/moves/sign")
    assert "已完成：签收" in page.html
    page = await page.press(
        "/moves/contact", contact__how="phone", contact__result="reached", contact__text="约好明晚去看。"
    )
    assert "约好明晚去看。" in page.html
    page = await page.press("/moves/draft", draft__body=POOR, draft__result="upheld")
    assert await state_of(site, case_id) == "drafted"

    signer = await sit_down(site, "signer")
    await (await page_of(signer, number)).press("/moves/sign_off")
    assert await state_of(site, case_id) == "in_review"

    reviewer = await sit_down(site, "reviewer")
    assert number in (await see(reviewer, "/staff/reviews")).html
    page = await see(reviewer, f"/staff/reviews/{number}")
    assert POOR in page.html
    page = await page.press(
        "/unqualified", unqualified__reasons=["Q1", "Q4"], unqualified__comment="请写清去看了没有。"
    )
    assert await state_of(site, case_id) == "redo"

    page = await page_of(handler, number)
    assert "请写清去看了没有。" in page.html
    assert dict(page.form("/moves/draft").fields)["draft-body"] == POOR
    await page.press("/moves/draft", draft__body=GOOD_REPLY, draft__result="upheld")
    await (await page_of(signer, number)).press("/moves/sign_off")
    page = await see(reviewer, f"/staff/reviews/{number}")
    page = await page.press("/qualified")
    assert page.url.endswith(f"/staff/reviews?done=qualified&number={number}")
    assert await state_of(site, case_id) == "answered"

    publisher = await sit_down(site, "publisher")
    assert f"P{number}" in (await see(publisher, "/staff/publication")).html
    page = await see(publisher, f"/staff/publication/P{number}")
    assert "照明所" in page.html.split('id="public-reply"')[1].split("</div>")[0]
    page = await page.press(f"/staff/publication/P{number}", words="照明所", kind="address", do="preview")
    assert "照明所" not in page.html.split('id="public-reply"')[1].split("</div>")[0]
    page = await page.press(f"/staff/publication/P{number}", do="publish")
    assert page.url.startswith(site.base + "/staff/publication?done=publish")
    live = await site.office.store.read(_live, case_id)
    assert live["live"] == 1
    assert "照明所" not in live["reply"]


def _live(tx: Tx, case_id: str) -> Row:
    row = publications.by_case(tx, case_id)
    assert row is not None
    return row


async def test_an_objection_is_decided_on_the_dispatchers_page(site: RunningSite) -> None:
    number, case_id = await a_case(site, "dispatch")
    handler = await sit_down(site, "handler")
    page = await page_of(handler, number)
    await page.press("/moves/object", object__reason="路灯归住建管。", object__unit="清禾区住房和城乡建设局")
    assert await state_of(site, case_id) == "contested"
    reception = await sit_down(site, "reception")
    page = await see(reception, "/staff/dispatch")
    assert "路灯归住建管。" in page.html
    again = await page.press(f"/staff/dispatch/{number}/overrule")
    assert again.status == 422
    assert "请填写“理由”" in again.html
    await page.press(f"/staff/dispatch/{number}/uphold")
    assert await state_of(site, case_id) == "accepted"


async def test_an_unknown_unit_comes_back_beside_the_letter_with_what_was_written(site: RunningSite) -> None:
    number, case_id = await a_case(site, "accept", title="一件说不清归谁的事", body="门口堆了些东西，请帮忙看看。")
    if await state_of(site, case_id) != "accepted":
        await site.office.act(number, "recall", {"reason": "重新派单"}, RECEPTION)
    reception = await sit_down(site, "reception")
    page = await see(reception, "/staff/dispatch")
    parser_form = f"/staff/dispatch/{number}"
    client = page.client
    form = page.form(parser_form)
    sent = [(n, v) for n, v in form.fields if n not in ("unit", "pick")]
    async with client.post(form.action, data=[*sent, ("unit", "没有这个局"), ("reason", "试一试")]) as answer:
        html = await answer.text()
    assert answer.status == 422
    assert "没有这个单位，请从列表里选择。" in html
    assert "没有这个局" in html


async def test_a_stale_version_brings_the_words_back_and_says_what_changed(site: RunningSite) -> None:
    number, case_id = await a_case(site, "sign")
    handler = await sit_down(site, "handler")
    page = await page_of(handler, number)
    await site.office.act(number, "urgent", {}, RECEPTION)
    back = await page.press("/moves/draft", draft__body=GOOD_REPLY, draft__result="upheld")
    assert back.status == 409
    assert "同事刚刚更新了这件来信" in back.html
    assert "标为紧急" in back.html.split("刚才发生的")[1].split("</ul>")[0]
    assert dict(back.form("/moves/draft").fields)["draft-body"] == GOOD_REPLY
    assert "仍然提交" in back.html
    await back.press("/moves/draft")
    assert await state_of(site, case_id) == "drafted"


async def test_a_citizens_new_word_asks_for_a_confirmation_before_a_reply_goes_on(site: RunningSite) -> None:
    number, case_id = await a_case(site, "sign")
    handler = await sit_down(site, "handler")
    page = await page_of(handler, number)
    await site.office.act(number, "add", {"text": "昨晚又有一盏不亮了。"}, citizen(case_id, 1))
    back = await page.press("/moves/draft", draft__body=GOOD_REPLY, draft__result="upheld")
    assert back.status == 409
    assert "昨晚又有一盏不亮了。" in back.html.split("新的来往")[1].split("</ul>")[0]
    await back.press("/moves/draft")
    assert await state_of(site, case_id) == "drafted"


async def test_words_of_a_step_that_is_gone_are_kept_to_be_copied(site: RunningSite) -> None:
    number, _ = await a_case(site, "dispatch")
    handler = await sit_down(site, "handler")
    page = await page_of(handler, number)
    await site.office.act(number, "sign", {}, SIGNER)
    back = await page.press("/moves/object", object__reason="这件不归我们，请改派。")
    assert back.status == 409
    assert "这件不归我们，请改派。" in back.html
    assert not back.offers("/moves/object")


async def test_a_double_click_counts_once(site: RunningSite) -> None:
    number, case_id = await a_case(site, "sign")
    handler = await sit_down(site, "handler")
    page = await page_of(handler, number)
    for _ in range(2):
        back = await page.press("/moves/draft", draft__body=GOOD_REPLY, draft__result="upheld")
        assert (back.status, "已完成" in back.html) == (200, True)
    for _ in range(2):
        back = await page.press("/moves/remark", remark__text="已约物业周五到场。")
        assert back.status == 200
    whole = await site.office.store.read(cases.dossier, case_id)
    thread = await site.office.store.read(cases.messages, case_id)
    assert whole is not None
    assert len(whole.replies) == 1
    assert [m.body for m in thread].count("已约物业周五到场。") == 1


async def test_a_missing_field_comes_back_beside_its_entry_and_the_rest_stays(site: RunningSite) -> None:
    number, _ = await a_case(site, "sign")
    handler = await sit_down(site, "handler")
    page = await page_of(handler, number)
    back = await page.press("/moves/request_extension", request_extension__reason="配件要等五天")
    assert back.status == 422
    assert 'href="#request_extension-days"' in back.html
    assert dict(back.form("/moves/request_extension").fields)["request_extension-reason"] == "配件要等五天"


async def test_checking_previewing_and_templates_change_nothing_and_lose_nothing(site: RunningSite) -> None:
    number, case_id = await a_case(site, "sign")
    handler = await sit_down(site, "handler")
    page = await page_of(handler, number)
    page = await page.press("/moves/draft", draft__body="您好，【电话】稍后补上。", do="check")
    assert page.status == 200
    assert "模板里还有空没填" in page.html
    page = await page.press("/moves/draft", draft__handling="已到现场。", do="preview")
    assert "您好，【电话】稍后补上。" in page.html.split('id="preview"')[1]
    fields = dict(page.form("/moves/draft").fields)
    assert fields["draft-body"] == "您好，【电话】稍后补上。"
    assert fields["draft-handling"] == "已到现场。"
    template = _first_template(page)
    page = await page.press("/moves/draft", template=template, do="template")
    blank = next(name for name, _ in page.form("/moves/draft").fields if name.startswith("blank-"))
    page = await page.press("/moves/draft", **{blank.replace("-", "__"): "东门第三盏灯"}, do="check")
    assert dict(page.form("/moves/draft").fields)[blank] == "东门第三盏灯"
    page = await page.press("/moves/draft", do="fill")
    body = dict(page.form("/moves/draft").fields)["draft-body"]
    assert body.startswith("您好，【电话】稍后补上。\n\n")
    assert "东门第三盏灯" in body
    assert "【" in body.split("补上。")[1]
    assert await state_of(site, case_id) == "working"


def _first_template(page: Page) -> str:
    options = page.html.split('id="template"')[1].split("</select>")[0]
    return options.split('option value="')[2].split('"')[0]


async def test_showing_the_contact_leaves_an_entry(site: RunningSite) -> None:
    number, case_id = await a_case(site, "sign", contact=Contact("李小满", "13900001234", wish="只发短信"))
    handler = await sit_down(site, "handler")
    page = await page_of(handler, number)
    assert "13900001234" not in page.html
    assert "只发短信" not in page.html
    page = await page.press(f"{number}/contact")
    assert "13900001234" in page.html
    assert "只发短信" in page.html
    lines = await site.office.store.read(journal.of_case, case_id)
    assert [line.actor for line in lines if line.action == "contact.shown"] == [HANDLER.id]
    assert "13900001234" not in (await page_of(handler, number)).html


async def test_a_deputy_acts_in_the_own_name(site: RunningSite) -> None:
    number, case_id = await a_case(site, "dispatch")
    handler = await sit_down(site, "handler")
    page = await see(handler, "/staff/absence")
    wrong = await page.press("/staff/absence", last="2026-02-01", deputy="o-韩住建")
    assert wrong.status == 422
    page = await page.press("/staff/absence", last="2026-02-20", deputy="o-韩住建")
    assert "已登记" in page.html
    deputy = await sit_down(site, "other_handler")
    assert number in (await see(deputy, "/staff/inbox?view=to_sign")).html
    assert "周亦安" in (await see(deputy, "/staff/absence")).html
    await (await page_of(deputy, number)).press("/moves/sign")
    lines = await site.office.store.read(journal.of_case, case_id)
    assert next(line.actor for line in lines if line.action == "move.sign") == "o-韩住建"
    page = await see(handler, "/staff/absence")
    await page.press("/staff/absence/end")
    assert (await see(deputy, f"/staff/cases/{number}")).status == 404


async def test_a_notice_that_failed_is_sent_again_by_a_person(site: RunningSite) -> None:
    number, case_id = await a_case(site, "sign")
    await site.office.store.write(_fail, case_id)
    handler = await sit_down(site, "handler")
    page = await page_of(handler, number)
    assert "没有送达" in page.html
    page = await page.press("/notices")
    assert "已重新排队发送" in page.html
    assert not page.offers("/notices")


async def test_an_answer_that_stays_on_the_tracking_page_says_so_in_words(site: RunningSite) -> None:
    number, case_id = await a_case(site, "sign")
    await site.office.store.write(_on_the_page, case_id)
    page = await page_of(await sit_down(site, "handler"), number)
    assert "进度页" in page.html
    assert '<span class="soft small">page ' not in page.html


def _on_the_page(tx: Tx, case_id: str) -> None:
    told = "UPDATE outbox SET state = 'page', channel = 'page' WHERE case_id = :id AND recipient = 'party:1'"
    tx.execute(told, {"id": case_id})


def _fail(tx: Tx, case_id: str) -> None:
    tx.execute("UPDATE outbox SET state = 'failed' WHERE case_id = :id AND recipient = 'party:1'", {"id": case_id})


async def test_lifting_a_mark_takes_a_reason_and_a_second_publisher(site: RunningSite) -> None:
    number, case_id = await a_case(site, "sign_off", body="我叫李小满，电话13900001234，楼下的灯坏了半个月没人修。")
    await site.office.act(number, "qualified", {}, REVIEWER)
    first, second = await sit_down(site, "publisher"), await sit_down(site, "publisher2")
    address = f"/staff/publication/P{number}"
    page = await see(first, address)
    assert "13900001234" not in page.html.split('id="public-body"')[1].split("</div>")[0]
    kept = [v for n, v in page.form(address).fields if n == "keep"]
    assert len(kept) >= 2
    page = await page.press(address, keep=kept[1:], do="publish")
    assert page.status == 409
    page = await page.press(address, ask_lifting__reason="这是公开的值班电话。", do="lift")
    assert "done=ask_lifting" in page.url
    page = await see(first, address)
    assert (await page.press(address, do="publish")).status == 409
    page = await see(second, address)
    assert "这是公开的值班电话。" in page.html
    page = await page.press(address, do="publish")
    assert "done=publish" in page.url
    assert (await site.office.store.read(_live, case_id))["live"] == 1


async def test_a_fresh_id_is_never_taken_for_a_case(site: RunningSite) -> None:
    handler = await sit_down(site, "handler")
    assert (await see(handler, f"/staff/cases/{new_id(1, b'0123456789')}")).status == 404
