"""Where Telegram delivers: the raw bytes reach the handler, and its status goes back."""

from pathlib import Path

from channels.web.keys import Parts
from hub.storage.contract import Store
from tests.channels.web_site import RunningSite, a_site
from tests.conftest import FixedClock


async def test_a_delivery_reaches_the_handler_as_it_came(
    store: Store, clock: FixedClock, tmp_path: Path, officers_password: str
) -> None:
    seen: list[tuple[str, str, bytes]] = []

    async def deliver(path: str, secret: str, raw: bytes) -> int:
        seen.append((path, secret, raw))
        return 200 if secret == "right" else 403

    parts = Parts(telegram=deliver)
    async with a_site(store, clock, tmp_path, officers_password, parts=parts) as site:
        for secret, status in (("right", 200), ("wrong", 403)):
            headers = {"X-Telegram-Bot-Api-Secret-Token": secret, "Host": "bot.example"}
            async with site.client.post("/channels/telegram/path-1", data=b"\xff{", headers=headers) as answer:
                assert answer.status == status
    assert seen == [("path-1", "right", b"\xff{"), ("path-1", "wrong", b"\xff{")]


async def test_without_a_bot_nobody_learns_that_there_could_be_one(site: RunningSite) -> None:
    async with site.client.post("/channels/telegram/path-1", data=b"{}") as answer:
        assert answer.status == 404
