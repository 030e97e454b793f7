"""The calendar feed: what an officer is to keep, under a secret address, and nothing about a person."""

import re

import aiohttp

from channels.web.staff.feed import escaped, folded
from hub.storage.tx import Tx
from tests.builders import HANDLER, RECEPTION, SIGNER, a_letter
from tests.channels.staff_desk import see, sit_down
from tests.channels.web_site import RunningSite

ADDRESS = re.compile(r"/staff/calendar/[\w-]+\.ics")


async def at_the_bureau(site: RunningSite, key: str = "key-1") -> str:
    """A letter that the urban bureau has signed for; its number."""
    receipt = await site.office.receive(a_letter(key))
    if receipt.state == "submitted":
        await site.office.act(receipt.number, "accept", {}, RECEPTION)
        await site.office.act(receipt.number, "dispatch", {"unit": "urban"}, RECEPTION)
    await site.office.act(receipt.number, "sign", {}, HANDLER)
    return receipt.number


async def an_address(site: RunningSite, account: str) -> tuple[aiohttp.ClientSession, str]:
    client = await sit_down(site, account)
    made = await (await see(client, "/staff/absence")).press("/staff/calendar", do="make")
    found = ADDRESS.search(made.html)
    assert found, made.html
    return client, found[0]


async def read(site: RunningSite, address: str, **headers: str) -> tuple[int, str, str]:
    async with site.browser().get(address, headers=headers) as answer:
        return answer.status, (await answer.read()).decode(), answer.headers.get("ETag", "")


def unfolded(body: str) -> list[str]:
    return body.replace("\r\n ", "").split("\r\n")


async def test_a_feed_names_number_kind_limit_and_day_and_no_person(site: RunningSite) -> None:
    number = await at_the_bureau(site)
    _, address = await an_address(site, "handler")
    status, body, _ = await read(site, address)
    assert status == 200
    assert all(len(line.encode()) <= 75 for line in body.split("\r\n"))
    assert "\n" not in body.replace("\r\n", "")
    lines = unfolded(body)
    assert (lines[0], lines[-2:]) == ("BEGIN:VCALENDAR", ["END:VCALENDAR", ""])
    assert f"SUMMARY:{number} 投诉 · 答复来信人" in lines
    assert "DTSTART;VALUE=DATE:20260312" in lines, "15 working days over the spring festival"
    assert "DTEND;VALUE=DATE:20260313" in lines
    assert "DTSTART:20260214T020000Z" in lines, "the first contact is due in hours, not on a day"
    assert f"UID:{number}-main-1@minxin" in lines
    for word in ("路灯", "李小满", "13900001234", "塘前"):
        assert word not in body


async def test_an_entry_keeps_its_uid_and_rises_in_sequence_when_its_day_moves(site: RunningSite) -> None:
    number = await at_the_bureau(site)
    _, address = await an_address(site, "handler")
    _, before, tag = await read(site, address)
    status, nothing, _ = await read(site, address, **{"If-None-Match": tag})
    assert (status, nothing) == (304, "")
    await site.office.act(number, "request_extension", {"days": 5, "reason": "等配件"}, HANDLER)
    await site.office.act(number, "approve_extension", {}, SIGNER)
    status, after, other = await read(site, address, **{"If-None-Match": tag})
    assert (status, other != tag) == (200, True)
    uids = [[line for line in unfolded(body) if line.startswith("UID:")] for body in (before, after)]
    assert uids[0] == uids[1]
    assert "DTSTART;VALUE=DATE:20260319" in unfolded(after)
    assert "SEQUENCE:1" in unfolded(before)
    assert "SEQUENCE:2" in unfolded(after)


async def test_an_officer_sees_the_limits_of_the_own_unit_and_role_alone(site: RunningSite) -> None:
    number = await at_the_bureau(site)
    waiting = await site.office.receive(a_letter("key-2", kind="suggest", title="建议", body="希望多一些。"))
    for account, expected in (("other_handler", []), ("reception", [waiting.number]), ("handler", [number])):
        _, address = await an_address(site, account)
        _, body, _ = await read(site, address)
        assert sorted(set(re.findall(r"SUMMARY:(\S+) ", body))) == expected, account


def seal(tx: Tx, number: str) -> None:
    tx.execute("UPDATE cases SET sealed = 1 WHERE number = :number", {"number": number})


async def test_a_sealed_case_is_in_no_feed(site: RunningSite) -> None:
    number = await at_the_bureau(site)
    _, address = await an_address(site, "handler")
    await site.office.store.write(seal, number)
    _, body, _ = await read(site, address)
    assert number not in body


async def test_an_address_is_void_once_it_was_replaced_ended_or_ran_out(site: RunningSite) -> None:
    client, first = await an_address(site, "handler")
    _, second = await an_address(site, "handler")
    assert [(await read(site, a))[0] for a in (first, second, "/staff/calendar/guessed.ics")] == [404, 200, 404]
    ended = await (await see(client, "/staff/absence")).press("/staff/calendar", do="end")
    assert "日历地址已停用" in ended.html
    assert (await read(site, second))[0] == 404
    _, third = await an_address(site, "signer")
    site.clock.advance(days=367)
    assert (await read(site, third))[0] == 404


async def test_a_feeds_address_opens_nothing_else_and_lies_hashed(site: RunningSite) -> None:
    _, address = await an_address(site, "handler")
    token = address.removeprefix("/staff/calendar/").removesuffix(".ics")
    status, _ = await site.call("GET", "/inbox", headers={"Authorization": f"Bearer {token}"})
    assert status == 401
    kept = await site.office.store.read(tokens)
    assert kept
    assert token not in kept


def tokens(tx: Tx) -> list[str]:
    return [row["token_hash"] for row in tx.execute("SELECT token_hash FROM sign_ins")]


def test_a_long_line_is_folded_without_tearing_a_character() -> None:
    line = "SUMMARY:" + "办件，期限;" * 20
    sent = folded(line)
    assert sent.endswith("\r\n")
    assert all(len(part.encode()) <= 75 for part in sent.split("\r\n"))
    assert sent.replace("\r\n ", "") == line + "\r\n"
    assert folded("A" * 75) == "A" * 75 + "\r\n"
    assert escaped("a,b;c\\d\ne") == "a\\,b\\;c\\\\d\\ne"
