"""Hostile strings in every place of the API where text can stand: never a fault of ours, and words stay words."""

import asyncio
from typing import Any
from urllib.parse import quote

import pytest
from limits import RateLimitItemPerMinute

from channels.web.keys import GATES
from channels.web.limits import Gate
from tests.channels.test_api_life import LETTER, at_work
from tests.channels.web_site import RunningSite

HOSTILE = (
    "' OR 1=1 --",
    '"; DROP TABLE cases; --',
    "%' UNION SELECT * FROM officers --",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "../../../../etc/passwd",
    "=cmd|'/c calc'!A0",
    "\u202egnp.exe\u202c 来信",
    "a" * 3000,
    "Z\u0303\u0357\u0313" * 100,
    "👩‍👩‍👧‍👦🇨🇳",
    "\ufeff零宽\u200b\u200d字符",
    "NULL",
    "-1",
    "1e400",
    "\r\nSet-Cookie: a=b",
    "()" * 500,
    "𠮷" * 100,
    " ",
    "\t\n",
    "*",
    '"',
    "AND OR NOT NEAR",
    "^",
)


@pytest.mark.parametrize(
    "place", ["title", "body", "kind", "aim", "place", "target", "name", "phone", "email", "field"]
)
async def test_every_field_of_a_letter(site: RunningSite, place: str) -> None:
    for text in HOSTILE:
        letter = {**LETTER, "contact": {}}
        if place in ("name", "phone", "email"):
            letter["contact"] = {place: text}
        elif place == "field":
            letter["fields"] = {text: text}
        else:
            letter[place] = text
        status, told = await site.call("POST", "/cases", json=letter)
        assert status in (201, 422), (text, told)


async def test_every_query_and_path(site: RunningSite) -> None:
    await at_work(site)
    for text in HOSTILE:
        for path in (
            f"/results?q={quote(text)}",
            f"/results?unit={quote(text)}&kind={quote(text)}",
            f"/results?cursor={quote(text)}",
            f"/results/{quote(text, safe='')}",
            f"/statistics?from={quote(text)}",
        ):
            assert (await site.call("GET", path))[0] in (200, 404, 422), (path, text)
        for path in (
            f"/inbox?q={quote(text)}",
            f"/inbox?state={quote(text)}&unit={quote(text)}",
            f"/inbox?view={quote(text)}",
            f"/inbox?cursor={quote(text)}",
            f"/inbox/{quote(text, safe='')}",
            f"/board?unit={quote(text)}",
        ):
            assert (await site.call("GET", path, by="supervisor"))[0] in (200, 404, 422), (path, text)


async def test_every_header_that_is_read(site: RunningSite) -> None:
    for raw in (
        b"\xff\xfe",
        b"\xe4\xbd\xa0",
        b"a" * 4000,
        b"Bearer \xff",
        b"Query \xff",
        b"Query " + b"1" * 4000,
        b"Basic x",
    ):
        for name in ("Authorization", "Cookie", "Accept-Language", "Idempotency-Key", "Last-Event-ID", "Origin"):
            for path in ("/api/v1/inbox", "/api/v1/cases/2026-000001", "/letters/mine", "/staff/inbox"):
                status = await raw_status(site, path, name.encode() + b": " + raw)
                assert status < 500, (name, raw, path)


async def raw_status(site: RunningSite, path: str, header: bytes) -> int:
    """The status of a GET with one header given as bytes."""
    host, port = site.base.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        b"GET " + path.encode() + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n" + header + b"\r\n\r\n"
    )
    await writer.drain()
    line = await reader.readline()
    writer.close()
    await writer.wait_closed()
    return int(line.split()[1])


async def test_every_text_of_a_move(site: RunningSite) -> None:
    site.app[GATES].moves = Gate("moves", RateLimitItemPerMinute(100_000))
    number = (await at_work(site))["number"]
    for text in HOSTILE:
        _, seen = await site.call("GET", f"/inbox/{number}", by="handler")
        for move in (*(m["code"] for m in seen["moves"]), quote(text, safe="")):
            fields: dict[str, Any] = next(
                (m["fields"]["properties"] for m in seen["moves"] if m["code"] == move), {"reason": {}}
            )
            body = {"version": seen["version"], **dict.fromkeys(fields, text)}
            status, told = await site.call("POST", f"/inbox/{number}/moves/{move}", by="handler", json=body)
            assert status in (200, 404, 409, 422), (move, text, told)


async def test_what_was_written_comes_back_as_words(site: RunningSite) -> None:
    words = "<script>alert(1)</script> ' OR 1=1 -- {{7*7}}"
    _, receipt = await site.call("POST", "/cases", json={**LETTER, "body": words})
    _, own = await site.call("GET", f"/cases/{receipt['number']}", code=receipt["query_code"])
    assert own["messages"][0]["body"] == words
