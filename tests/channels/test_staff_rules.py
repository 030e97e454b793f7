"""The routing rules' page: a text tried, a rule changed after a dry run over past letters, and put back."""

import json
import tomllib
from pathlib import Path

import pytest

from config import starter
from hub import configure
from hub.errors import NotNow
from hub.storage import editions, journal
from routing import revision
from tests.builders import a_letter
from tests.channels.staff_desk import Page, see, sit_down
from tests.channels.web_site import RunningSite

RULES, STEP = "/staff/admin/rules", "/admin/rules"
LIONS = {
    "what": "save",
    "code": "stone-lions",
    "because_zh": "石狮子归文旅局管",
    "because_en": "Stone lions are kept by the culture bureau",
    "unit": "culture",
    "category": "文化旅游",
    "score": "0.9",
    "words_any": "石狮子、 石狮",
}


async def post(page: Page, **values: str) -> Page:
    """Send the rules' form with these fields and the page's own token."""
    token = dict(page.form(STEP).fields)["csrf"]
    async with page.client.post(RULES, data={"csrf": token, **values}) as answer:
        return Page(page.client, answer.status, await answer.text(), str(answer.url))


async def in_force(site: RunningSite) -> tuple[int, list[str]]:
    number, content = await site.office.store.read(revision.in_force)
    return number, [row["code"] for row in content["rule"]]


async def a_lion(site: RunningSite, key: str) -> str:
    letter = a_letter(key, title="门口石狮子倒了", body="小区门口的石狮子上周倒了，砸坏了花坛，请来看一下。")
    return (await site.office.receive(letter)).number


async def test_a_new_rule_is_looked_at_over_past_letters_then_published_and_routes_the_next(site: RunningSite) -> None:
    before = await a_lion(site, "first")
    admin = await sit_down(site, "admin")
    page = await see(admin, f"{RULES}?rule=")
    preview = await post(page, do="preview", **LIONS)
    assert preview.status == 200
    assert "用最近的1件来信试了一遍" in preview.html
    assert "1件会换单位" in preview.html
    assert before in preview.html
    assert (await in_force(site))[0] == 1

    done = await preview.press(STEP, do="publish")
    assert "已保存" in done.html
    number, codes = await in_force(site)
    assert (number, codes[-1]) == (2, "stone-lions")
    found = await see(admin, f"{RULES}?text=门口的石狮子倒了&kind=complaint")
    assert "石狮子归文旅局管" in found.html
    lines = [
        line for line in await site.office.store.read(journal.read_after, 0, 1000) if line.action == "edition.added"
    ]
    told = [json.loads(line.data) for line in lines]
    assert told == [{"family": "rules", "edition": 2, "rule": "stone-lions", "place": len(codes), "new": True}]

    await a_lion(site, "second")
    after = await see(admin, f"{RULES}?rule=stone-lions")
    again = await post(after, do="preview", **{**LIONS, "rule": "stone-lions", "unit": "housing"})
    assert "2件会换单位" in again.html


async def test_a_rule_is_changed_moved_taken_out_and_an_edition_put_back(site: RunningSite) -> None:
    admin = await sit_down(site, "admin")
    page = await see(admin, f"{RULES}?rule=")
    await (await post(page, do="preview", **LIONS)).press(STEP, do="publish")
    form = await see(admin, f"{RULES}?rule=stone-lions")
    fields = dict(form.form(STEP).fields)
    assert fields["words_any"] == "石狮子、石狮"
    moved = await form.press(STEP, do="preview", place="3", words_any="石狮子、石狮、华表")
    await moved.press(STEP, do="publish")
    number, codes = await in_force(site)
    assert (number, codes.index("stone-lions")) == (3, 2)

    gone = await post(page, do="preview", what="remove", rule="stone-lions")
    await gone.press(STEP, do="publish")
    assert "stone-lions" not in (await in_force(site))[1]
    back = await post(page, do="preview", what="put_back", edition="2")
    assert "恢复成第2版" in back.html
    await back.press(STEP, do="publish")
    number, codes = await in_force(site)
    assert (number, codes[-1]) == (5, "stone-lions")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"code": ""}, "请填这一项"),
        ({"score": "很大"}, "请写0到1之间的数"),
        ({"unit": "月亮局"}, "没有单位 月亮局"),
        ({"words_any": "灯"}, "太短"),
        ({"words_any": ""}, "没有条件"),
        ({"code": "aim-service"}, "代码与前面的重复"),
        ({"place": "9999"}, "之间的数"),
        ({"fields": "楼栋"}, "看不懂"),
        ({"words_none": "石狮"}, "永远不会用上"),
        ({"because_zh": "长" * 5000}, "太长"),
        ({"aims": "love"}, "没有“love”这种反映对象"),
    ],
)
async def test_what_cannot_be_a_rule_comes_back_filled_in_with_a_sentence(
    site: RunningSite, changes: dict[str, str], sentence: str
) -> None:
    admin = await sit_down(site, "admin")
    page = await see(admin, f"{RULES}?rule=")
    refused = await post(page, do="preview", **{**LIONS, **changes})
    assert refused.status == 422
    assert sentence in refused.html
    assert "文化旅游" in dict(refused.form(STEP).fields)["category"]
    assert await in_force(site) == (1, (await in_force(site))[1])


async def test_what_was_looked_at_on_an_older_edition_is_not_published(site: RunningSite) -> None:
    admin = await sit_down(site, "admin")
    page = await see(admin, f"{RULES}?rule=")
    first = await post(page, do="preview", **LIONS)
    second = await post(page, do="preview", **{**LIONS, "code": "bronze-lions", "words_any": "铜狮子"})
    await first.press(STEP, do="publish")
    late = await second.press(STEP, do="publish")
    assert late.status == 409
    assert "请再预览一次" in late.html
    assert (await post(page, do="preview", what="remove", rule="no-such-rule")).status == 404
    assert (await post(page, do="preview", what="put_back", edition="77")).status == 404
    assert (await post(page, do="preview", what="burn")).status == 404
    assert (await see(admin, f"{RULES}?rule=no-such-rule")).status == 404


async def test_a_sealed_letter_is_not_even_counted_in_a_dry_run(site: RunningSite) -> None:
    await site.office.receive(
        a_letter("hush", kind="report_staff", aim="misconduct", fields={"who": "张某", "which_unit": "某局"})
    )
    admin = await sit_down(site, "admin")
    preview = await post(await see(admin, f"{RULES}?rule="), do="preview", **LIONS)
    assert "用最近的0件来信试了一遍" in preview.html


async def test_the_rules_come_down_as_the_file_that_a_folder_may_hold(site: RunningSite, tmp_path: Path) -> None:
    admin = await sit_down(site, "admin")
    await (await post(await see(admin, f"{RULES}?rule="), do="preview", **LIONS)).press(STEP, do="publish")
    async with admin.get("/staff/admin/rules.toml") as answer:
        text = await answer.text()
    content = starter.read()
    with pytest.raises(NotNow) as refused:
        await site.office.store.write(configure.load, content, "console", site.clock())
    assert "rules.toml" in refused.value.zh
    content["rules"] = tomllib.loads(text)
    await site.office.store.write(configure.load, content, "console", site.clock())
    assert (await site.office.store.read(editions.numbers))["rules"] == 2


async def test_only_an_admin_changes_the_rules(site: RunningSite) -> None:
    for account in ("handler", "supervisor", "leader"):
        client = await sit_down(site, account)
        token = dict((await see(client, "/staff/absence")).form("/absence").fields)["csrf"]
        for path in (RULES, "/staff/admin/rules.toml"):
            async with client.get(path) as answer:
                assert answer.status == 403
        async with client.post(RULES, data={"csrf": token, **LIONS, "do": "publish", "seen": "1"}) as answer:
            assert answer.status == 403
