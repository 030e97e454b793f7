"""Every refusal of the API has one shape, says what to do in both languages, and gives nothing away."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from hub.storage.errors import Conflict, QuestionTooSlow, RuleBroken, StoreBusy, Unavailable
from tests.channels.test_api_life import LETTER, at_work, filed
from tests.channels.web_site import RunningSite


def is_problem(told: Any, status: int, code: str) -> None:
    """A problem document of RFC 9457 with our own members."""
    assert (told["status"], told["code"]) == (status, code), told
    assert told["type"] == f"urn:minxin:problem:{code}"
    assert all(told[name] for name in ("title", "title_zh", "detail", "detail_zh"))


async def test_a_letter_without_its_fields_is_refused_field_by_field(site: RunningSite) -> None:
    status, told = await site.call("POST", "/cases", json={"kind": "complaint", "title": 7, "colour": "red"})
    is_problem(told, status, "invalid")
    assert status == 422
    assert {e["field"] for e in told["errors"]} == {"title", "body", "colour"}


async def test_the_hub_own_rules_speak_through_the_same_shape(site: RunningSite) -> None:
    status, told = await site.call("POST", "/cases", json={**LETTER, "contact": {"phone": "1390000123"}})
    is_problem(told, status, "invalid")
    assert told["errors"][0]["field"] == "phone"
    assert "少了一位" in told["errors"][0]["zh"]


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"", 400, "malformed"),
        (b"{", 400, "malformed"),
        (b'{"kind": NaN}', 400, "malformed"),
        (b"\xff\xfe", 400, "malformed"),
        (b"[" * 100_000, 400, "malformed"),
        (b'{"a":' * 12 + b"1" + b"}" * 12, 400, "malformed"),
        (b'{"body": "\\ud800"}', 422, "not_text"),
        (b'{"body": "a\\u0000b"}', 422, "not_text"),
        (b"[]", 422, "invalid"),
        (b'"text"', 422, "invalid"),
        (b"1" * 5000, 400, "malformed"),
    ],
)
async def test_a_body_that_is_no_letter_is_refused_by_what_it_is(
    site: RunningSite, raw: bytes, status: int, code: str
) -> None:
    headers = {"Content-Type": "application/json"}
    async with site.client.post("/api/v1/cases", data=raw, headers=headers) as answer:
        assert answer.content_type == "application/problem+json"
        is_problem(await answer.json(), status, code)
        assert answer.status == status


async def test_only_json_is_read(site: RunningSite) -> None:
    async with site.client.post("/api/v1/cases", data={"kind": "complaint"}) as answer:
        assert answer.status == 415
    packed = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    async with site.client.post("/api/v1/cases", data=b"{}", headers=packed) as answer:
        assert answer.status == 415


async def test_a_body_past_the_limit_is_refused_while_it_comes(site: RunningSite) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 32_768

    headers = {"Content-Type": "application/json"}
    async with site.client.post("/api/v1/cases", data=pieces(), headers=headers) as answer:
        assert answer.status == 413
        is_problem(await answer.json(), 413, "too_large")


async def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_read(site: RunningSite) -> None:
    host, port = site.base.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"POST /api/v1/cases HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n")
    writer.write(b"Content-Length: 99999999\r\n\r\n{")
    await writer.drain()
    assert b" 413 " in await reader.readline()
    writer.close()
    await writer.wait_closed()


async def test_an_unknown_address_and_a_wrong_method_are_problems_too(site: RunningSite) -> None:
    status, told = await site.call("GET", "/nowhere")
    is_problem(told, status, "not_found")
    async with site.client.put("/api/v1/cases") as answer:
        is_problem(await answer.json(), 405, "method_not_allowed")
        assert "POST" in answer.headers["Allow"]


async def test_without_a_sign_in_the_door_is_shown(site: RunningSite) -> None:
    for method, path in (("GET", "/inbox"), ("GET", "/inbox/2026-000001"), ("GET", "/board"), ("GET", "/events")):
        status, told = await site.call(method, path)
        is_problem(told, status, "not_signed_in")
        assert status == 401
    status, told = await site.call("GET", "/inbox", headers={"Authorization": "Bearer "})
    assert status == 401
    status, told = await site.call("GET", "/inbox", headers={"Authorization": "Bearer null"})
    assert status == 401


async def test_a_letter_without_a_code_asks_for_it(site: RunningSite) -> None:
    number = (await filed(site))["number"]
    async with site.client.get(f"/api/v1/cases/{number}") as answer:
        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"] == "Query"


async def test_a_wrong_code_and_a_number_that_is_not_there_answer_alike(site: RunningSite) -> None:
    number = (await filed(site))["number"]
    answers = set()
    for asked in (number, "2026-999999", "x"):
        status, told = await site.call("GET", f"/cases/{asked}", code="123456789012")
        answers.add((status, json.dumps(told)))
    assert len(answers) == 1


async def test_what_an_officer_may_not_see_answers_like_what_is_not_there(site: RunningSite) -> None:
    number = (await at_work(site))["number"]
    moves = {"version": 1, "body": "x"}
    asked: list[tuple[str, str, Any]] = [
        ("GET", "/inbox/{}", None),
        ("POST", "/inbox/{}/moves/draft", moves),
        ("POST", "/inbox/{}/notes", {"text": "看看"}),
        ("POST", "/inbox/{}/contact", None),
    ]
    for method, path, body in asked:
        foreign = await site.call(method, path.format(number), by="other_handler", json=body)
        nothing = await site.call(method, path.format("2026-999999"), by="other_handler", json=body)
        assert foreign == nothing
        assert foreign[0] == 404
    status, listed = await site.call("GET", "/inbox?view=all", by="other_handler")
    assert (status, listed["items"]) == (200, [])


async def test_a_unit_is_not_shown_the_board_of_another(site: RunningSite) -> None:
    foreign = await site.call("GET", "/board?unit=urban", by="other_handler")
    nothing = await site.call("GET", "/board?unit=atlantis", by="other_handler")
    assert foreign == nothing
    assert foreign[0] == 404
    assert (await site.call("GET", "/board", by="other_handler"))[0] == 200
    assert (await site.call("GET", "/board", by="admin"))[0] == 403


async def test_the_old_version_on_a_screen_is_said_to_be_old(site: RunningSite) -> None:
    number = (await at_work(site))["number"]
    status, told = await site.call(
        "POST", f"/inbox/{number}/moves/assign", by="handler", json={"version": 1, "officer": "o-周亦安"}
    )
    is_problem(told, status, "overtaken")
    assert status == 409


async def test_unknown_fields_of_a_move_are_refused_not_ignored(site: RunningSite) -> None:
    number = (await at_work(site))["number"]
    _, seen = await site.call("GET", f"/inbox/{number}", by="handler")
    body = {"version": seen["version"], "how": "phone", "result": "reached", "state": "closed", "unit": "housing"}
    status, told = await site.call("POST", f"/inbox/{number}/moves/contact", by="handler", json=body)
    assert status == 422
    assert {e["field"] for e in told["errors"]} == {"state", "unit"}


async def test_every_part_of_a_move_may_be_of_a_wrong_type(site: RunningSite) -> None:
    number = (await at_work(site))["number"]
    _, seen = await site.call("GET", f"/inbox/{number}", by="handler")
    wrongs: tuple[Any, ...] = ({"a": 1}, [1], 1, True, 1e30, "x" * 3000, [[]], "")
    for wrong in wrongs:
        for move in ("draft", "contact", "pass_on", "request_extension", "assign", "ask_citizen"):
            declared = next((m for m in seen["moves"] if m["code"] == move), None)
            names = declared["fields"]["properties"] if declared else ["reason"]
            body = {"version": seen["version"], **dict.fromkeys(names, wrong)}
            status, told = await site.call("POST", f"/inbox/{number}/moves/{move}", by="handler", json=body)
            assert status in (404, 409, 422), (move, wrong, told)


async def test_a_cursor_that_we_did_not_write_is_refused(site: RunningSite) -> None:
    for cursor in ("x", "AAAA", "=", "%F0%9F%98%80", "a" * 399):
        status, told = await site.call("GET", f"/inbox?cursor={cursor}", by="reception")
        assert (status, told["errors"][0]["field"]) == (422, "cursor")


async def test_an_unexpected_fault_is_told_without_its_words(
    site: RunningSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("secret 13900001234")

    monkeypatch.setattr(site.office, "receive", broken)
    async with site.client.post("/api/v1/cases", json=LETTER) as answer:
        text = await answer.text()
        assert answer.status == 500
        assert answer.headers["X-Request-Id"]
    assert "13900001234" not in text
    is_problem(json.loads(text), 500, "unexpected")


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (StoreBusy("x"), 503),
        (Unavailable("x"), 503),
        (QuestionTooSlow("x"), 503),
        (TimeoutError(), 503),
        (Conflict("x"), 500),
        (RuleBroken("x"), 500),
        (ValueError("x"), 500),
    ],
)
async def test_a_busy_store_asks_to_come_back_and_a_broken_rule_is_our_fault(
    site: RunningSite, monkeypatch: pytest.MonkeyPatch, fault: Exception, status: int
) -> None:
    async def broken(*_: object) -> None:
        raise fault

    monkeypatch.setattr(site.office, "receive", broken)
    async with site.client.post("/api/v1/cases", json=LETTER) as answer:
        is_problem(await answer.json(), status, "busy" if status == 503 else "unexpected")
        assert ("Retry-After" in answer.headers) == (status == 503)
