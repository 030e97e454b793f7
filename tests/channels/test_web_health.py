"""The site says that it lives, whether it is ready, and its figures."""

from tests.channels.web_site import RunningSite


async def test_the_site_says_that_it_lives_and_on_which_engine(site: RunningSite) -> None:
    async with site.client.get("/healthz") as answer:
        told = await answer.json()
    assert answer.status == 200
    assert told["status"] == "ok"
    assert told["version"] == site.office.store.health().version


async def test_the_site_is_ready_while_its_store_writes_and_answers(site: RunningSite) -> None:
    async with site.client.get("/readyz") as answer:
        told = await answer.json()
    assert (answer.status, told["status"]) == (200, "ready")
    assert told["checks"] == {"store": True, "question": True, "outbox_waiting": 0, "calendar_year_missing": 0}


async def test_figures_count_requests_by_the_route_as_written(site: RunningSite) -> None:
    await site.client.get("/channels/telegram/a-guess")
    async with site.client.get("/metrics") as answer:
        text = await answer.text()
    assert answer.status == 200
    assert 'route="/healthz"' in text or "minxin_requests_total" in text
    assert "a-guess" not in text


async def test_health_is_not_told_through_a_proxy(site: RunningSite) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        async with site.client.get(path, headers={"X-Forwarded-For": "203.0.113.9"}) as answer:
            assert answer.status == 404


async def test_an_unknown_address_is_answered_in_words_with_the_guarding_headers(site: RunningSite) -> None:
    async with site.client.get("/nowhere") as answer:
        page = await answer.text()
    assert answer.status == 404
    assert "没有找到" in page
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
