"""What stands before every page: host, origin, form token, clean text; and what stands on every answer."""

from asyncio import open_connection
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from channels.web import guard
from channels.web.address import resolve
from channels.web.app import make_app
from channels.web.forms import form, form_page
from channels.web.keys import Route
from channels.web.render import SECURITY_HEADERS
from config import starter
from config.settings import Server, Settings
from hub.storage import editions
from hub.storage.contract import Store
from tests.builders import a_letter, office_on
from tests.channels.web_site import PLENTY, RunningSite, csrf_in
from tests.conftest import FixedClock

UNSAFE = [
    ("/letters/track", "public"),
    ("/letters/new", "public"),
    ("/staff/login", "staff"),
]


async def token_of(client: aiohttp.ClientSession, path: str = "/letters/track") -> str:
    """The form token of a page."""
    async with client.get(path) as page:
        return csrf_in(await page.text())


async def test_every_answer_carries_the_guarding_headers(site: RunningSite) -> None:
    for path in ("/", "/nowhere", "/api/v1/kinds", "/api/v1/nowhere", "/healthz", "/staff/inbox", "/static/x"):
        async with site.client.get(path, allow_redirects=False) as answer:
            for name, value in SECURITY_HEADERS.items():
                assert answer.headers[name] == value, path
            assert answer.headers["X-Request-Id"]
            if path.startswith(("/staff", "/api")):
                assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("path", "room"), UNSAFE)
async def test_a_form_from_another_site_changes_nothing(site: RunningSite, path: str, room: str) -> None:
    token = await token_of(site.client)
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ):
        async with site.client.post(path, data={"csrf": token}, headers=headers) as answer:
            assert answer.status == 403, (path, headers)


async def test_an_api_call_from_another_site_is_refused(site: RunningSite) -> None:
    async with site.client.post(
        "/api/v1/cases", json={"kind": "consult"}, headers={"Origin": "https://evil.example"}
    ) as answer:
        assert answer.status == 403
        assert (await answer.json())["code"] == "foreign_request"


async def test_a_form_without_its_token_is_refused_and_with_it_is_read(site: RunningSite) -> None:
    token = await token_of(site.client)
    fields = {"number": "2026-000001", "code": "123456789012"}
    async with site.client.post("/letters/track", data=fields) as answer:
        assert answer.status == 403
    async with site.client.post("/letters/track", data={**fields, "csrf": "0" * 64}) as answer:
        assert answer.status == 403
    async with site.browser().post("/letters/track", data={**fields, "csrf": token}) as answer:
        assert answer.status == 403
    async with site.client.post("/letters/track", data={**fields, "csrf": token}) as answer:
        assert answer.status != 403


async def test_a_form_holds_only_clean_text(site: RunningSite) -> None:
    token = await token_of(site.client)
    async with site.client.post("/letters/track", data={"csrf": token, "number": "a\x00b", "code": "1"}) as answer:
        assert answer.status == 422
        assert "无法识别" in await answer.text()


async def test_an_address_that_no_store_could_hold_is_not_there(site: RunningSite) -> None:
    for path, status in (("/results/%00", 404), ("/results?q=%00", 422), ("/api/v1/results/%00", 404)):
        async with site.client.get(path) as answer:
            assert answer.status == status, path


async def test_only_our_own_names_are_answered(site: RunningSite) -> None:
    async with site.client.get("/letters/track", headers={"Host": "evil.example"}) as answer:
        assert answer.status == 400
    async with site.client.get("/letters/track", headers={"Host": "localhost:8080"}) as answer:
        assert answer.status == 200


def test_a_site_without_a_public_address_answers_to_its_own_names_only_unless_it_listens_everywhere() -> None:
    assert guard.our_hosts(Server(host="127.0.0.1")) == guard.LOOPBACK
    assert guard.our_hosts(Server(host="0.0.0.0")) == frozenset()
    assert "xin.example.cn" in guard.our_hosts(Server(host="0.0.0.0", public_url="https://xin.example.cn"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.5", ["198.51.100.1"], "203.0.113.5"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["1.1.1.1", "198.51.100.1, 10.0.0.2"], "198.51.100.1"),
        ("10.0.0.1", ["nonsense"], "10.0.0.1"),
        ("10.0.0.1", [], "10.0.0.1"),
    ],
)
def test_only_our_own_proxies_are_believed(peer: str, forwarded: list[str], address: str) -> None:
    assert resolve(peer, forwarded, ["10.0.0.0/8"]) == address


async def test_a_body_that_does_not_arrive_is_given_up(site: RunningSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "BODY_SECONDS", 0.05)
    host, port = site.base.removeprefix("http://").split(":")
    reader, writer = await open_connection(host, int(port))
    writer.write(b"POST /api/v1/cases HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n")
    writer.write(b"Content-Length: 9\r\n\r\n{")
    await writer.drain()
    assert b" 408 " in await reader.readline()
    writer.close()
    await writer.wait_closed()


async def test_a_page_says_a_refusal_in_the_readers_language(site: RunningSite) -> None:
    async with site.client.get("/nowhere?lang=en") as answer:
        page = await answer.text()
    assert "Not found" in page
    assert 'lang="en"' in page


async def test_who_is_not_signed_in_is_sent_to_the_door_and_back(site: RunningSite) -> None:
    async with site.client.get("/staff/inbox?view=late", allow_redirects=False) as answer:
        assert answer.status == 303
        assert answer.headers["Location"] == "/staff/login?next=/staff/inbox?view%3Dlate"
    async with site.client.get("/letters/mine", allow_redirects=False) as answer:
        assert answer.headers["Location"] == "/letters/track"


async def test_secure_cookies_bind_to_the_host(site: RunningSite) -> None:
    async def show(request: web.Request) -> web.Response:
        return form_page(request, "error.html", title="x", sentence="y", lines=[], request_id="")

    settings = Settings(limits=PLENTY, server=Server(secure_cookies=True, port=0))
    app = make_app(site.office, settings)
    app.router.add_route("GET", "/form", guard.guarded(Route("GET", "/form", show, "public")))
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with aiohttp.ClientSession(base) as client, client.get("/form") as answer:
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-form=")
        assert all(part in cookie for part in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"))
        assert "Domain" not in cookie
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
    await runner.cleanup()


def test_a_form_of_a_get_is_empty() -> None:
    assert not form(make_mocked_request("GET", "/"))


async def test_what_can_be_read_can_be_asked_for_by_head(site: RunningSite) -> None:
    for path in ("/letters/track", "/api/v1/kinds", "/healthz"):
        async with site.client.head(path) as answer:
            assert answer.status == 200
            assert await answer.read() == b""


async def test_a_letter_that_another_process_took_under_newer_rules_can_be_read_at_once(
    site: RunningSite, store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    await site.office.book()  # this process holds the rules of before
    content = starter.read()["kinds"]
    renamed = [{**kind, "zh": "意见"} if kind["code"] == "suggest" else kind for kind in content["kinds"]]
    await store.write(editions.add, "kinds", {**content, "kinds": renamed}, "tests", clock())
    other = office_on(store, clock, tmp_path)
    receipt = await other.receive(a_letter())
    headers = {"Authorization": f"Query {other.code(receipt.case_id)}"}
    async with site.client.get(f"/api/v1/cases/{receipt.number}", headers=headers) as answer:
        assert answer.status == 200
