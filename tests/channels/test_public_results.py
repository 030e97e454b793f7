"""Published letters over HTTP: the list, its filters and search, one letter, the feed, the figures, and no person."""

import json
import re
from xml.etree import ElementTree

import pytest

from channels.web.keys import TABLE
from channels.web.public import answering, figures, results
from hub.submission import Contact
from tests.builders import a_letter
from tests.channels.published import answered, published, take_down
from tests.channels.reader import Reader
from tests.channels.web_site import RunningSite

CANARY, CANARY_PHONE = "金丝雀", "13711112222"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(autouse=True)
def _nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests change and look again within the same second."""
    monkeypatch.setattr(answering, "KEPT_SECONDS", 0.0)
    monkeypatch.setattr(figures, "KEPT_SECONDS", 0.0)


async def many(site: RunningSite, count: int) -> list[str]:
    """So many published letters, the last one the newest."""
    numbers = []
    for n in range(count):
        received = await site.office.receive(a_letter(key=f"many-key-{n:08d}"))
        await answered(site.office, received.number)
        site.clock.advance(minutes=1)
        await published(site.office, received.number, title=f"第{n}盏灯不亮", body=f"第{n}盏灯。")
        numbers.append(received.number)
    return numbers


async def test_the_first_page_leads_everywhere_and_shows_the_newest_answers(site: RunningSite) -> None:
    await many(site, 6)
    reader = await Reader(site.client).open("/")
    assert reader.status == 200
    for address in ("/letters/new", "/letters/track", "/results", "/statistics"):
        assert f'href="{address}"' in reader.text
    assert "第5盏灯不亮" in reader.text
    assert "第0盏灯不亮" not in reader.text


async def test_the_list_pages_older_and_newer_without_gap_or_repeat(
    site: RunningSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "PAGE", 2)
    await many(site, 5)
    reader = await Reader(site.client).open("/results")
    titles = re.compile("第[0-9]盏灯不亮")
    pages = [titles.findall(reader.text)]
    while link := re.search(r'rel="next" href="([^"]+)"', reader.text):
        await reader.open(link[1].replace("&amp;", "&"))
        pages.append(titles.findall(reader.text))
    assert [len(p) for p in pages] == [2, 2, 1]
    assert [title for page in pages for title in page] == [f"第{n}盏灯不亮" for n in (4, 3, 2, 1, 0)]
    while link := re.search(r'rel="prev" href="([^"]+)"', reader.text):
        await reader.open(link[1].replace("&amp;", "&"))
    assert titles.findall(reader.text) == pages[0]


async def test_filters_and_search_narrow_the_list(site: RunningSite) -> None:
    one, two = await many(site, 2)
    await published(site.office, one, title="公园长椅坏了", body="长椅断了一条腿。", answered_day="2026-03-01")
    reader = Reader(site.client)
    for query, there, gone in (
        ("q=长椅", one, two),
        ("q=第1盏灯", two, one),
        ("since=2026-02-20", one, two),
        ("until=2026-02-20", two, one),
        ("kind=praise", "没有找到", one),
        ("unit=housing", "没有找到", one),
        ("q=飞碟", "没有找到", one),
    ):
        await reader.open(f"/results?{query}")
        assert reader.status == 200
        assert there in reader.text, query
        assert f"/results/{gone}" not in reader.text, query


@pytest.mark.parametrize(
    "query", ["q=%00", "q=" + "长" * 500, "since=never", "older=%27;--", "q=*%22(", "kind=%F0%9F%98%80"]
)
async def test_strange_questions_are_answered_calmly(site: RunningSite, query: str) -> None:
    reader = await Reader(site.client).open(f"/results?{query}")
    assert reader.status in (200, 422)


async def test_a_page_the_browser_has_is_not_sent_again(site: RunningSite) -> None:
    await many(site, 1)
    async with site.client.get("/results") as first:
        tag = first.headers["ETag"]
    async with site.client.get("/results", headers={"If-None-Match": tag}) as again:
        assert again.status == 304
        assert await again.read() == b""
    async with site.client.get("/results?lang=en", headers={"If-None-Match": tag}) as other:
        assert other.status == 200
        assert other.cookies["lang"].value == "en"


async def test_a_letter_shows_its_answer_days_and_rating(site: RunningSite) -> None:
    (number,) = await many(site, 1)
    await published(
        site.office,
        number,
        title="灯不亮",
        reply="已换新灯。",
        surname="王",
        workdays=7,
        score=4,
        solved="partly",
        rounds=2,
    )
    reader = await Reader(site.client).open(f"/results/{number}")
    for words in (
        "灯不亮",
        "已换新灯。",
        "王先生或女士",
        "用时7个工作日（时限5个）",
        "满意",
        "部分解决",
        "共2轮",
        "更正于",
    ):
        assert words in reader.text, words


async def test_a_letter_taken_down_leaves_a_page_without_its_title(site: RunningSite) -> None:
    (number,) = await many(site, 1)
    await take_down(site.office, number)
    reader = await Reader(site.client).open(f"/results/{number}")
    assert reader.status == 410
    assert number in reader.text
    assert "盏灯" not in reader.text
    for path in ("/results", "/", "/feeds/results.atom", "/results?q=灯"):
        assert "盏灯" not in (await reader.open(path)).text, path


async def test_a_letter_that_was_never_public_is_not_there(site: RunningSite) -> None:
    received = await site.office.receive(a_letter())
    for number in (received.number, "2026-009999", "%27--", "x" * 300):
        reader = await Reader(site.client).open(f"/results/{number}")
        assert reader.status == 404, number
        assert "路灯坏了" not in reader.text


async def test_the_feed_is_atom(site: RunningSite) -> None:
    await many(site, 2)
    reader = await Reader(site.client).open("/feeds/results.atom")
    assert reader.headers["Content-Type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(reader.text)
    entries = feed.findall(f"{ATOM}entry")
    assert [e.findtext(f"{ATOM}title") for e in entries] == ["第1盏灯不亮", "第0盏灯不亮"]
    assert all((e.findtext(f"{ATOM}updated") or "").endswith("Z") for e in entries)
    assert feed.findtext(f"{ATOM}id") == f"{site.base}/feeds/results.atom"


async def test_statistics_come_as_page_table_and_data(site: RunningSite) -> None:
    await many(site, 1)
    reader = Reader(site.client)
    for period in ("month", "quarter", "year", "nonsense"):
        await reader.open(f"/statistics?period={period}")
        assert reader.status == 200, period
        assert "没答复的超期件也算在内" in reader.text
    data = json.loads((await reader.open("/statistics.json?period=year")).text)
    assert {"received", "on_time", "median_days"} <= set(data["figures"])
    assert data["definitions"]["on_time"]["formula_zh"]
    table = (await reader.open("/statistics.csv?period=year")).text
    assert table.splitlines()[0].startswith("\ufeffsince,until,kind") or table.startswith("since,until,kind")
    assert "按期答复" in table


async def test_a_published_answer_is_offered_to_who_writes_the_same(site: RunningSite) -> None:
    (number,) = await many(site, 1)
    await published(site.office, number, title="小区北门路灯不亮", body="北门外的路灯一直不亮。")
    reader = Reader(site.client)
    await reader.open("/letters/new")
    await reader.press("next", kind="help")
    await reader.press("look", title="北门路灯不亮怎么办", body="写了一半")
    assert "有相近的来信已经答复过" in reader.text
    assert f"/results/{number}" in reader.text
    assert reader.value("body") == "写了一半"


async def test_a_canary_is_nowhere_in_public(site: RunningSite) -> None:
    letter = a_letter(
        key="canary-key-000001",
        body=f"我叫{CANARY}，电话{CANARY_PHONE}，路灯坏了没人修，请问什么时候能修好？",
        contact=Contact(name=CANARY, phone=CANARY_PHONE, email="canary@example.invalid"),
    )
    received = await site.office.receive(letter)
    await answered(site.office, received.number)
    await published(site.office, received.number, body="我叫某某，路灯坏了没人修。")
    hidden = await site.office.receive(a_letter(key="canary-key-000002", title=f"{CANARY}的事", body=letter.body))
    assert hidden.state in ("submitted", "dispatched")
    stranger = Reader(site.browser())
    walked = 0
    for route in site.app[TABLE]:
        if route.method != "GET" or route.who != "public" or route.path.startswith(("/api", "/staff")):
            continue
        for number in (received.number, hidden.number):
            path = route.path.replace("{number}", number)
            for query in ("", f"?q={CANARY}", f"?q={CANARY_PHONE}", "?lang=en"):
                await stranger.open(path + query)
                text = stranger.text.replace(f'value="{CANARY}"', "").replace(f'value="{CANARY_PHONE}"', "")
                text = re.sub(r'(href|content)="[^"]*"', "", text)
                text = text.replace(f"“{CANARY}”", "").replace(f"“{CANARY_PHONE}”", "")
                for secret in (CANARY, CANARY_PHONE, "canary@example", received.case_id, hidden.case_id):
                    assert secret not in text, f"{path}{query}"
                walked += 1
    assert walked > 60


async def test_robots_keep_out_of_forms(site: RunningSite) -> None:
    reader = await Reader(site.client).open("/robots.txt")
    assert "Disallow: /letters/" in reader.text
    assert "Disallow: /results" not in reader.text
