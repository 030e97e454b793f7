"""The people of a journey: citizens and officers who use the hub from outside, in words that a story can be told in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.moments import from_text
from hub.storage import cases, outbox, people
from hub.storage.tx import Tx
from supervision.patrol import sweep
from tests.builders import an_officer
from tests.channels.web_site import RunningSite

LAMP = {
    "kind": "complaint",
    "title": "路灯坏了半个月没人修",
    "body": "我们小区门口的路灯从月初就不亮了，晚上老人出门看不见台阶，打过电话也没有人来修。请问什么时候能修好？",
    "contact": {"name": "李小满", "phone": "13900001234"},
    "publish_consent": True,
    "show_surname": False,
    "anonymous": False,
}


@dataclass
class Letter:
    """A citizen's letter as the citizen holds it: number and query code."""

    town: "Town"
    number: str
    code: str

    async def looks(self) -> dict[str, Any]:
        """What the citizen reads."""
        status, page = await self.town.site.call("GET", f"/cases/{self.number}", code=self.code)
        assert status == 200, page
        return dict(page)

    async def does(self, what: str, **fields: Any) -> dict[str, Any]:
        """messages, rating, reopen, withdraw."""
        status, page = await self.town.site.call("POST", f"/cases/{self.number}/{what}", code=self.code, json=fields)
        assert status in (200, 201), page
        return dict(page or {})

    async def cannot(self, what: str, **fields: Any) -> dict[str, Any]:
        """The same, refused with a sentence."""
        status, problem = await self.town.site.call("POST", f"/cases/{self.number}/{what}", code=self.code, json=fields)
        assert 400 <= status < 500, (status, problem)
        return dict(problem)


class Town:
    """The hub with everybody around it."""

    def __init__(self, site: RunningSite, password_hash: str) -> None:
        self.site, self.clock = site, site.clock
        self._hash = password_hash
        self._keys = 0

    async def writes(self, **changes: Any) -> Letter:
        """A citizen writes by the API as the site does."""
        self._keys += 1
        letter = {**LAMP, **changes}
        status, receipt = await self.site.call("POST", "/cases", json=letter, key=f"journey-{self._keys}")
        assert status == 201, receipt
        return Letter(self, receipt["number"], receipt["query_code"])

    async def hires(self, account: str, *roles: str, home: str = "") -> None:
        """A new officer starts work."""
        actor = an_officer(account, *roles, home=home)
        await self.site.office.store.write(_hire, account, actor, self._hash, self.clock())

    async def sees(self, account: str, number: str) -> dict[str, Any]:
        """What an officer reads of a case: the whole of it, its line in the list among it."""
        status, case = await self.site.call("GET", f"/inbox/{number}", by=account)
        assert status == 200, case
        return {**case, **case["case"]}

    async def finds(self, account: str, number: str) -> bool:
        """Whether the case exists for an officer: in the list and by its address alike."""
        status, _ = await self.site.call("GET", f"/inbox/{number}", by=account)
        listed, page = await self.site.call("GET", "/inbox?view=all", by=account)
        assert listed == 200, page
        assert (status == 200) == (number in {row["number"] for row in page["items"]})
        return status == 200

    async def does(self, account: str, number: str, move: str, **fields: Any) -> dict[str, Any]:
        """An officer makes a move on the case as it stands."""
        case = await self.sees(account, number)
        body = {"version": case["version"], **fields}
        status, answer = await self.site.call("POST", f"/inbox/{number}/moves/{move}", by=account, json=body)
        assert status == 200, answer
        return dict(answer)

    async def cannot(self, account: str, number: str, move: str, **fields: Any) -> dict[str, Any]:
        """The same, refused with a sentence."""
        case = await self.sees(account, number)
        body = {"version": case["version"], **fields}
        status, problem = await self.site.call("POST", f"/inbox/{number}/moves/{move}", by=account, json=body)
        assert status in (403, 404, 409, 422), (status, problem)
        return dict(problem)

    async def shelf(self, account: str, view: str) -> list[str]:
        """The numbers on one of an officer's shelves."""
        status, page = await self.site.call("GET", f"/inbox?view={view}", by=account)
        assert status == 200, page
        return [row["number"] for row in page["items"]]

    async def calls(self, number: str) -> list[tuple[str, datetime]]:
        """Who on the duty roster was called to a letter, and when."""
        case_id = await self.site.office.store.read(cases.id_of, number)
        rows = await self.site.office.store.read(outbox.of_case, case_id or "")
        told = [(str(r["recipient"]), from_text(r["created_at"])) for r in rows if r["text"] == "urgent"]
        return [(to.removeprefix("account:"), at) for to, at in told if to.startswith("account:")]

    async def reads(self, path: str) -> str:
        """A public page as anybody reads it."""
        async with self.site.client.get(path) as answer:
            assert answer.status == 200
            return await answer.text()

    async def state(self, number: str) -> str:
        """The office's word for where the case stands."""
        return str((await self.sees("reception", number))["state"])

    async def reaches_unit(self, number: str, unit: str = "urban") -> None:
        """Reception does what routing did not do by itself."""
        if await self.state(number) == "submitted":
            await self.does("reception", number, "accept")
        case = await self.sees("reception", number)
        if case["state"] == "accepted":
            await self.does("reception", number, "dispatch", unit=unit)
        elif case["unit"]["zh"] != (await self.site.office.book()).directory.units[unit].zh:
            await self.does("reception", number, "redispatch", unit=unit, reason="按现场位置改派。")

    async def answers(self, number: str, body: str, *, result: str = "upheld", unit: str = "") -> None:
        """Handler and signer of the unit bring a reply to the review; `unit` prefixes their accounts."""
        await self.does(f"{unit}handler", number, "draft", body=body, result=result)
        await self.does(f"{unit}signer", number, "sign_off")

    async def time_passes(self, until: datetime) -> None:
        """The clock moves on, the scheduler looks at its clocks, and everybody signs in again the next morning."""
        self.clock.now = until
        self.site.everybody_signs_in_again()
        await sweep(self.site.office, self.clock())


def _hire(tx: Tx, account: str, actor: Any, password_hash: str, now: datetime) -> None:
    people.add(
        tx, people.Officer(actor.id, account, actor.person, actor.name, actor.home, password_hash, "", True, now)
    )
    for given in actor.grants:
        people.grant(tx, actor.id, given, "tests", now)
