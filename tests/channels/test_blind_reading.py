"""A second reading is blind on every way: no page and no operation shows its reader how the reply was read first."""

import re
from pathlib import Path

from hub.followers import run_followers
from hub.storage.contract import Store
from tests.builders import GOOD_REPLY, HANDLER, RECEPTION, REVIEWER, SECOND_REVIEWER, SIGNER, a_letter
from tests.channels.staff_desk import see, sit_down
from tests.channels.test_api_events import listen, next_event
from tests.channels.web_site import RunningSite, a_site
from tests.conftest import FixedClock
from tests.supervision.test_readings import FIT, reviewed

ROUTES = Path("tests/structure/routes.txt").read_text("utf-8").splitlines()
FIRST = "写得具体，可以发。"
TELLING = (FIRST, "move.qualified", '"verdict":"qualified"', "second_reading", "抽中复读")
PERIOD = "from=2026-01-01&to=2026-12-31"
BEHIND = (
    *(f"/staff/board/cases?{PERIOD}&what={what}.n" for what in ("first_pass", "sampled", "agreement")),
    *(f"/api/v1/board/cases?{PERIOD}&what={what}" for what in ("first_pass.n", "first_pass.of", "sampled.n")),
)
LISTS = (
    *(f"{inbox}{words}" for inbox in ("/staff/inbox?q=", "/api/v1/inbox?q=") for words in ("路灯", FIRST)),
    *("/staff/inbox?view=answered", "/api/v1/inbox?view=answered", "/api/v1/inbox?state=answered"),
)


def ways(number: str, reading: str) -> list[str]:
    """Every address that a reviewer may open, those of this case among them; events are listened to apart."""
    asked = [line.split()[:3] for line in ROUTES]
    roles = {"officer", "reviewer"}
    open_to = [path for method, path, who in asked if method == "GET" and roles & set(who.split(","))]
    given = {"number": number, "reading": reading, "n": "1"}
    found = [re.sub(r"\{(\w+)\}", lambda m: given.get(m[1], "1"), path) for path in open_to]
    return [path for path in found if path not in ("/api/v1/events", "/staff/logout")]


async def out(site: RunningSite) -> tuple[str, str]:
    """A letter found fit with a word to colleagues, and drawn for a second reading: its number and id."""
    receipt, act = await site.office.receive(a_letter()), site.office.act
    for code, values, who in (
        ("accept", {}, RECEPTION),
        ("dispatch", {"unit": "urban"}, RECEPTION),
        ("sign", {}, HANDLER),
        ("draft", {"body": GOOD_REPLY, "result": "upheld"}, HANDLER),
        ("sign_off", {}, SIGNER),
        ("qualified", {"comment": FIRST}, REVIEWER),
    ):
        await act(receipt.number, code, values, who)
    await run_followers(site.office)
    return receipt.number, receipt.case_id


async def test_no_way_leads_the_second_reader_to_the_first_verdict_until_the_own_one_is_entered(
    store: Store, clock: FixedClock, tmp_path: Path, officers_password: str
) -> None:
    kinds = reviewed("all", second=1.0)
    async with a_site(store, clock, tmp_path, officers_password, kinds=kinds) as site:
        number, case_id = await out(site)
        _, pages = await site.call("GET", "/publications", by="publisher")
        page = pages["items"][0]["number"]
        token = {"Authorization": f"Bearer {await site.token('reviewer2')}"}
        desk, first = await sit_down(site, "reviewer2"), await sit_down(site, "reviewer")
        assert FIRST in (await see(first, f"/staff/cases/{number}")).html, "who read it first sees it as always"
        shut = await see(desk, f"/staff/cases/{number}")
        assert (shut.status, "正等您审读" in shut.html) == (409, True)
        assert (await site.call("GET", f"/inbox/{number}", by="reviewer2"))[0] == 409
        for path in (*ways(number, case_id), *(p for p in ways(page, case_id) if page in p), *BEHIND, *LISTS):
            async with desk.get(path, headers=token if path.startswith("/api/") else {}) as answer:
                text = await answer.text(errors="replace")
                telling = (*TELLING, number) if path in BEHIND else TELLING
                told = [word for word in telling if word in text and word not in path]
                assert answer.status < 500, path
                assert not told, (path, told)
        listening = await listen(site, "reviewer2", after=0)
        other = await site.office.receive(a_letter("key-2"))
        heard = [(await next_event(listening))["number"]]
        while heard[-1] != other.number:
            heard.append((await next_event(listening))["number"])
        assert number not in heard
        listening.close()

        await site.office.act(number, "read_again", FIT, SECOND_REVIEWER)
        assert FIRST in (await see(desk, f"/staff/cases/{number}")).html
        assert number in (await see(desk, BEHIND[0])).html
        told = await see(await sit_down(site, "supervisor"), f"/staff/readings?{PERIOD}")
        assert told.html.count("件数太少，不比较") == 1, "what cannot be compared is one line"
