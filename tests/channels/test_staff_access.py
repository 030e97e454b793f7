"""Who may open which page of the office, and what administration and the board do."""

import pytest

from hub.people import Grant
from hub.storage import journal, people
from tests.builders import HANDLER
from tests.channels.staff_desk import see, sit_down
from tests.channels.test_staff_flows import a_case
from tests.channels.web_site import PASSWORD, RunningSite

EVERYBODY = ("reception", "handler", "signer", "reviewer", "publisher", "supervisor", "leader", "identity", "admin")
MATRIX = {
    "/staff/inbox": EVERYBODY,
    "/staff/absence": EVERYBODY,
    "/staff/letters/new": ("reception",),
    "/staff/letters/new?kind=complaint": ("reception",),
    "/staff/letters/add": ("reception",),
    "/staff/dispatch": ("reception", "supervisor"),
    "/staff/reviews": ("reviewer", "supervisor"),
    "/staff/publication": ("publisher", "supervisor"),
    "/staff/board": ("reception", "handler", "signer", "reviewer", "supervisor", "leader"),
    "/staff/admin": ("admin",),
    "/staff/admin?tab=calendar": ("admin",),
    "/staff/admin?tab=editions": ("admin",),
    "/staff/admin?tab=health": ("admin",),
}


async def test_each_role_opens_its_pages_and_no_others(site: RunningSite) -> None:
    for account in EVERYBODY:
        client = await sit_down(site, account)
        for path, allowed in MATRIX.items():
            for lang in ("zh", "en"):
                page = await see(client, f"{path}{'&' if '?' in path else '?'}lang={lang}")
                assert page.status == (200 if account in allowed else 403), (account, path)


@pytest.mark.parametrize("path", [*MATRIX, "/staff/cases/2026-000001"])
async def test_nobody_opens_a_page_without_signing_in(site: RunningSite, path: str) -> None:
    page = await see(site.browser(), path)
    assert "/staff/login" in page.url


async def test_a_case_of_another_unit_reads_like_one_that_does_not_exist(site: RunningSite) -> None:
    number, _ = await a_case(site, "sign")
    other = await sit_down(site, "other_handler")
    there, nowhere = await see(other, f"/staff/cases/{number}"), await see(other, "/staff/cases/2026-999999")
    assert (there.status, nowhere.status) == (404, 404)
    assert there.html.replace(number, "…") == nowhere.html.replace("2026-999999", "…")
    assert number not in (await see(other, f"/staff/inbox?q={number}")).html.split("<main")[1].replace(
        f'value="{number}"', ""
    ).replace(f"“{number}”", "")


async def test_a_form_without_our_token_changes_nothing(site: RunningSite) -> None:
    number, _ = await a_case(site, "dispatch")
    handler = await sit_down(site, "handler")
    async with handler.post(f"/staff/cases/{number}/moves/sign", data={"version": "3"}) as answer:
        assert answer.status == 403


async def test_an_admin_adds_an_account_gives_a_role_and_closes_it(site: RunningSite) -> None:
    admin = await sit_down(site, "admin")
    page = await see(admin, "/staff/admin")
    short = await page.press("/admin/officers", account="newcomer", name="新同事", role="handler", password="kurz")
    assert short.status == 422
    assert dict(short.form("/admin/officers").fields)["account"] == "newcomer"
    await short.press("/admin/officers", account="newcomer", role="handler", unit="housing", password=PASSWORD)
    officer = await site.office.store.read(people.by_account, "newcomer")
    assert officer is not None
    page = await see(admin, "/staff/admin")
    await page.press(f"/officers/{officer.id}", role="intake", unit="", do="grant")
    held = {o.id: grants for o, grants in await site.office.store.read(people.everyone)}[officer.id]
    assert set(held) == {Grant("handler", "housing"), Grant("intake")}
    page = await see(admin, "/staff/admin")
    await page.press(f"/officers/{officer.id}", do="close")
    closed = await site.office.store.read(people.by_id, officer.id)
    assert closed is not None
    assert not closed.active
    lines = await site.office.store.read(journal.read_after, 0, 1000)
    told = [line.action for line in lines if line.action.startswith("officer.")]
    assert told == ["officer.added", "officer.granted", "officer.closed"]


async def test_a_new_password_ends_the_sign_ins_of_an_account(site: RunningSite) -> None:
    handler, admin = await sit_down(site, "handler"), await sit_down(site, "admin")
    page = await see(admin, "/staff/admin")
    await page.press(f"/officers/{HANDLER.id}", password="ein ganz neues Passwort", do="password")
    assert "/staff/login" in (await see(handler, "/staff/inbox")).url


async def test_the_last_admin_stays(site: RunningSite) -> None:
    admin = await sit_down(site, "admin")
    page = await see(admin, "/staff/admin")
    back = await page.press("/officers/o-管理员", do="close")
    assert back.status == 409
    assert "最后一位系统管理员" in back.html


async def test_the_inbox_is_narrowed_by_kind_and_by_whose_it_is(site: RunningSite) -> None:
    number, _ = await a_case(site, "sign")
    handler = await sit_down(site, "handler")
    assert number in (await see(handler, "/staff/inbox?view=working&kind=complaint")).html
    assert f'"number">{number}' not in (await see(handler, "/staff/inbox?view=working&kind=praise")).html
    assert f'"number">{number}' not in (await see(handler, "/staff/inbox?view=working&mine=yes")).html
    await site.office.act(number, "assign", {"officer": HANDLER.id}, HANDLER)
    assert f'"number">{number}' in (await see(handler, "/staff/inbox?view=working&mine=yes")).html


async def test_notices_wait_on_the_desk_of_those_they_are_for(site: RunningSite) -> None:
    number, _ = await a_case(site, "dispatch")
    handler, other = await sit_down(site, "handler"), await sit_down(site, "other_handler")
    assert "told-title" in (await see(handler, "/staff/inbox")).html
    assert number in (await see(handler, "/staff/inbox")).html.split('id="told-title"')[1]
    assert "told-title" not in (await see(other, "/staff/inbox")).html


async def test_the_inbox_goes_on_where_the_page_before_ended(
    site: RunningSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels.web.staff.inbox.ROWS", 2)
    numbers = [(await a_case(site, "sign", f"key-{n}", title=f"第{n}件小事没人管"))[0] for n in range(3)]
    handler = await sit_down(site, "handler")
    first = await see(handler, "/staff/inbox?view=working")
    older = first.html.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = await see(handler, older)
    shown = [[n for n in numbers if f"/staff/cases/{n}" in p.html.split("told-title")[0]] for p in (first, second)]
    assert [len(s) for s in shown] == [2, 1]
    assert sorted([*shown[0], *shown[1]]) == sorted(numbers)
