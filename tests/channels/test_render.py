"""What render.py promises: language and mode, dates in words, escaped text, asset addresses, guarding headers."""

import gzip
from datetime import UTC, date, datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request
from jinja2 import ChoiceLoader, DictLoader, UndefinedError

from channels.web.render import LOOK, SECURITY_HEADERS, Look, Site, View, asset_routes, make_look, page, render, view_of

NOW = datetime(2026, 11, 26, 2, 30, tzinfo=UTC)
PAGE = (
    '{% extends "public_base.html" %}{% block title %}试{% endblock %}{% block main %}<p>{{ word }}</p>{% endblock %}'
)


def look_with(**templates: str) -> Look:
    look = make_look(site=Site(), now=lambda: NOW)
    for env in look.environments.values():
        assert env.loader is not None
        env.loader = ChoiceLoader([DictLoader({f"{name}.html": text for name, text in templates.items()}), env.loader])
    return look


def shown(source: str, lang: str = "zh", **values: object) -> str:
    env = make_look(now=lambda: NOW).environments["en" if lang == "en" else "zh"]
    return env.from_string(source).render(**values)


@pytest.mark.parametrize(
    ("source", "zh", "en"),
    [
        ("{{ '2026-12-01' | day }}", "12月1日（星期二）", "Tue 1 Dec"),
        ("{{ '2027-01-04' | day }}", "2027年1月4日（星期一）", "Mon 4 Jan 2027"),
        ("{{ '2026-12-01' | day(false) }}", "12月1日", "1 Dec"),
        ("{{ '2026-11-30T16:00:00Z' | day }}", "12月1日（星期二）", "Tue 1 Dec"),
        ("{{ '2026-11-30T16:00:00Z' | due }}", "11月30日（星期一）", "Mon 30 Nov"),
        ("{{ '2026-11-30T16:05:00Z' | moment }}", "12月1日 00:05", "1 Dec 00:05"),
        ("{{ '2026-11-26T02:29:40Z' | ago }}", "刚刚", "just now"),
        ("{{ '2026-11-26T02:25:00Z' | ago }}", "5分钟前", "5 min ago"),
        ("{{ '2026-11-25T23:30:00Z' | ago }}", "3小时前", "3 h ago"),
        ("{{ '2026-11-25T15:00:00Z' | ago }}", "昨天", "yesterday"),
        ("{{ '2026-11-22T02:30:00Z' | ago }}", "4天前", "4 days ago"),
        ("{{ '2026-11-01T02:30:00Z' | ago }}", "11月1日", "1 Nov"),
        ("{{ 1 | workdays }}", "1个工作日", "1 working day"),
        ("{{ 3 | workdays }}", "3个工作日", "3 working days"),
        ("{{ ('red' | lamp).word }}", "已超期", "Overdue"),
        ("{{ {'zh': '咨询', 'en': 'Question'} | said }}", "咨询", "Question"),
        ("{{ {'about_zh': '想问', 'about_en': 'To ask'} | said('about') }}", "想问", "To ask"),
    ],
)
def test_a_page_says_it_in_both_languages(source: str, zh: str, en: str) -> None:
    assert (shown(source), shown(source, "en")) == (zh, en)


def test_a_day_may_be_given_as_date_or_moment() -> None:
    assert shown("{{ at | day }}", at=date(2026, 12, 1)) == "12月1日（星期二）"
    assert shown("{{ at | day }}", at=datetime(2026, 12, 1, 15, 59, tzinfo=UTC)) == "12月1日（星期二）"


def test_a_query_code_is_spelt_in_threes() -> None:
    assert shown("{{ '384920175663' | spell_code }}") == "384 920 175 663"


def test_a_share_of_nothing_is_a_dash() -> None:
    assert shown("{{ none | percent }} {{ 0.9733 | percent }}") == "— 97.3%"


def test_a_citizens_text_becomes_paragraphs_and_never_markup() -> None:
    html = shown("{{ text | paragraphs }}", text="一\r\n二\n\n\n<script>x</script> https://a.example\n")
    assert html == "<p>一<br>二</p><p>&lt;script&gt;x&lt;/script&gt; https://a.example</p>"


def test_what_is_said_in_a_page_is_escaped() -> None:
    html = render(look_with(page=PAGE), View(), "page.html", word="<b>&</b>")
    assert "<p>&lt;b&gt;&amp;&lt;/b&gt;</p>" in html


def test_a_forgotten_value_is_an_error_and_not_a_blank() -> None:
    with pytest.raises(UndefinedError):
        render(look_with(page=PAGE), View(), "page.html")


def request_with(path: str = "/", **headers: str) -> web.Request:
    return make_mocked_request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize(
    ("path", "headers", "lang"),
    [
        ("/", {}, "zh"),
        ("/", {"Accept_Language": "en-GB,en;q=0.9,zh;q=0.1"}, "en"),
        ("/", {"Accept_Language": "en;q=0.3, zh-CN"}, "zh"),
        ("/", {"Accept_Language": "fr, de;q=nonsense"}, "zh"),
        ("/", {"Accept_Language": "zh", "Cookie": "lang=en"}, "en"),
        ("/?lang=zh", {"Cookie": "lang=en"}, "zh"),
        ("/?lang=xx", {"Cookie": "lang=en"}, "en"),
    ],
)
def test_the_language_is_the_switch_then_the_cookie_then_the_browser(
    path: str, headers: dict[str, str], lang: str
) -> None:
    assert view_of(request_with(path, **headers)).lang == lang


def test_the_mode_is_remembered_and_changed_one_word_at_a_time() -> None:
    view = view_of(request_with("/results?mode=dark", Cookie="mode=elder.light"))
    assert (view.elder, view.scheme, view.mode) == (True, "dark", "elder.dark")
    assert view_of(request_with("/", Cookie="mode=what.ever")).mode == "plain.auto"


def test_a_switch_comes_back_to_the_same_page_and_keeps_its_question() -> None:
    view = View(here="/results?q=%E8%B7%AF%E7%81%AF&lang=zh&mode=dark")
    assert view.switch("lang", "en") == "/results?q=%E8%B7%AF%E7%81%AF&lang=en"


def test_a_switch_never_leads_to_another_site() -> None:
    assert View(here="//evil.example/x?q=1").switch("lang", "en") == "/evil.example/x?q=1&lang=en"
    assert View(here="/\\evil.example").switch("mode", "dark") == "/evil.example?mode=dark"


async def site() -> TestClient[web.Request, web.Application]:
    look = look_with(page=PAGE)

    async def show(request: web.Request) -> web.Response:
        return page(request, "page.html", word="您好")

    app = web.Application()
    app[LOOK] = look
    app.add_routes([*asset_routes(look.assets), web.get("/page", show)])
    return TestClient(TestServer(app))


async def test_a_page_carries_its_language_and_every_guarding_header() -> None:
    async with await site() as client:
        answer = await client.get("/page", headers={"Accept-Language": "en"})
        assert answer.headers["Content-Language"] == "en"
        assert {name: answer.headers[name] for name in SECURITY_HEADERS} == dict(SECURITY_HEADERS)
        assert "Cookie" in answer.headers["Vary"]
        assert "Set-Cookie" not in answer.headers


async def test_a_switch_used_once_is_remembered() -> None:
    async with await site() as client:
        await client.get("/page?lang=en")
        text = await (await client.get("/page?mode=elder")).text()
        again = await (await client.get("/page")).text()
        assert 'lang="en"' in text
        assert " data-elder" in again
        assert "Public letters" in again


async def test_assets_have_an_address_of_their_content_and_may_be_kept() -> None:
    async with await site() as client:
        text = await (await client.get("/page")).text()
        address = client.app[LOOK].assets["style.css"].address
        assert f'href="{address}"' in text
        answer = await client.get(address, headers={"Accept-Encoding": "identity"})
        assert answer.headers["Cache-Control"].endswith("immutable")
        assert answer.content_type == "text/css"
        assert await answer.read() == gzip.decompress(client.app[LOOK].assets["style.css"].zipped)
        assert (await client.get(address, headers={"Accept-Encoding": "gzip"})).headers["Content-Encoding"] == "gzip"
        assert (await client.get("/static/style.0000000000.css")).status == 404
        assert (await client.get("/static/../render.py")).status == 404


def test_no_template_carries_inline_script_or_style() -> None:
    for name in make_look().environments["zh"].list_templates():
        source = make_look().environments["zh"].loader.get_source(make_look().environments["zh"], name)[0]  # type: ignore[union-attr]
        assert " style=" not in source, name
        assert "<style" not in source, name
        assert " onclick=" not in source, name
        assert source.count("<script") == source.count('<script src="{{ asset('), name


def test_a_fixed_message_is_said_when_the_template_is_compiled_and_one_with_values_when_it_is_shown() -> None:
    env = make_look(now=lambda: NOW).environments["en"]
    assert "Figures" in env.compile('{{ _("统计") }}', raw=True)
    assert shown('{{ _("统计") }}', "en") == "Figures"
    assert shown('{{ _("统计") }}') == "统计"
    assert shown('{{ _("最多%(most)s字", most=5) }}') == "最多5字"
    assert shown("{{ _(word) }}", "en", word="统计") == "Figures"


def test_the_lines_of_a_select_are_escaped_and_the_chosen_one_is_marked_whatever_was_drawn_before() -> None:
    rows = [("", "全部"), (1, "<一>")]
    first = shown("{{ rows | options(1) }}", rows=rows)
    assert first == '<option value="">全部</option>\n<option value="1" selected>&lt;一&gt;</option>\n'
    assert shown("{{ rows | options('') }}", rows=rows).startswith('<option value="" selected>')
    assert "selected" not in shown("{{ rows | options('<') }}", rows=rows)
