"""Signing in and staying signed in: tokens that end, codes that work once, a letter that stays open for two hours."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from multidict import CIMultiDict

from channels.web.forms import token_for
from channels.web.passwords import Passwords, hash_password
from channels.web.session import derived_key, hashed, otp_step, read_note, write_note
from config.settings import Limits, Settings
from hub.people import Grant
from hub.storage import people
from hub.storage.contract import Store
from hub.storage.tx import Row, Tx
from tests.channels.test_api_life import filed
from tests.channels.web_site import PASSWORD, RunningSite, a_site
from tests.conftest import FixedClock

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def with_code(tx: Tx) -> None:
    """The handler gets a one-time code."""
    tx.execute("UPDATE officers SET otp_secret = :secret WHERE account = 'handler'", {"secret": SECRET})


def sign_ins(tx: Tx) -> list[Row]:
    """What the database knows of sign-ins."""
    return tx.execute("SELECT * FROM sign_ins")


async def signs_in(site: RunningSite, account: str, password: str = PASSWORD, otp: str = "") -> tuple[int, str]:
    """Status and body of a sign-in over the API."""
    body = {"account": account, "password": password, "otp": otp}
    async with site.client.post("/api/v1/session", json=body) as answer:
        return answer.status, await answer.text()


async def test_an_unknown_account_a_wrong_password_and_a_closed_account_answer_alike(site: RunningSite) -> None:
    await site.office.store.write(people.set_active, "o-周亦安", active=False)
    answers = {
        await signs_in(site, "nobody"),
        await signs_in(site, "signer", "wrong"),
        await signs_in(site, "handler"),
        await signs_in(site, ""),
    }
    assert len(answers) == 1
    assert answers.pop()[0] == 401


async def test_an_unknown_account_costs_the_same_work(monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []

    def fits(kept: str, password: str) -> bool:
        checked.append(kept)
        return False

    monkeypatch.setattr("channels.web.passwords._fits", fits)
    passwords = Passwords()
    assert not await passwords.fits("", "x")
    assert not await passwords.fits("$argon2id$kept", "x")
    passwords.close()
    assert len(checked) == 2
    assert all(kept.startswith("$argon2id$") for kept in checked)


async def test_a_password_is_kept_as_argon2id() -> None:
    kept = hash_password(PASSWORD)
    passwords = Passwords()
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await passwords.fits(kept, PASSWORD)
    assert not await passwords.fits(kept, PASSWORD + " ")
    passwords.close()


async def test_a_one_time_code_works_once(site: RunningSite) -> None:
    await site.office.store.write(with_code)
    code = pyotp.TOTP(SECRET).at(site.clock.now)
    assert (await signs_in(site, "handler"))[0] == 401
    assert (await signs_in(site, "handler", otp="000000" if code != "000000" else "111111"))[0] == 401
    answers = await asyncio.gather(*(signs_in(site, "handler", otp=code) for _ in range(8)))
    assert sorted(status for status, _ in answers) == [200] + [401] * 7
    site.clock.advance(seconds=30)
    assert (await signs_in(site, "handler", otp=pyotp.TOTP(SECRET).at(site.clock.now)))[0] == 200


def test_a_code_of_the_step_before_and_after_is_taken_and_no_older_one(clock: FixedClock) -> None:
    totp, now = pyotp.TOTP(SECRET), clock()
    step = int(now.timestamp()) // 30
    for drift in (-1, 0, 1):
        assert otp_step(SECRET, totp.generate_otp(step + drift), now) == step + drift
    assert otp_step(SECRET, totp.generate_otp(step - 2), now) is None
    assert otp_step(SECRET, "", now) is None
    assert otp_step(SECRET, "一二三四五六", now) is None


async def test_a_token_lies_in_the_database_only_as_its_hash(site: RunningSite) -> None:
    token = await site.token("handler")
    rows = await site.office.store.read(sign_ins)
    assert token not in str(rows)
    assert hashed(token) in {row["token_hash"] for row in rows}
    assert len(token) >= 43


async def test_a_sign_in_ends_when_idle_and_at_the_latest_after_its_limit(site: RunningSite) -> None:
    await site.token("handler")
    for _ in range(14):
        site.clock.advance(minutes=50)
        status, _ = await site.call("GET", "/inbox", by="handler")
        assert status == 200
    site.clock.advance(minutes=50)
    assert (await site.call("GET", "/inbox", by="handler"))[0] == 401
    site.forget_tokens()
    await site.token("handler")
    site.clock.advance(minutes=61)
    assert (await site.call("GET", "/inbox", by="handler"))[0] == 401


async def test_a_signed_out_token_is_void_at_once(site: RunningSite) -> None:
    await site.token("handler")
    assert (await site.call("DELETE", "/session", by="handler"))[0] == 200
    assert (await site.call("GET", "/inbox", by="handler"))[0] == 401


async def test_a_closed_account_is_out_with_its_next_request(site: RunningSite) -> None:
    await site.token("handler")
    await site.office.store.write(people.set_active, "o-周亦安", active=False)
    assert (await site.call("GET", "/inbox", by="handler"))[0] == 401


async def test_a_revoked_role_is_gone_with_the_next_request(site: RunningSite) -> None:
    assert (await site.call("GET", "/reviews", by="reviewer"))[0] == 200
    await site.office.store.write(people.revoke, "o-陶知微", Grant("reviewer"))
    assert (await site.call("GET", "/reviews", by="reviewer"))[0] == 403


async def test_a_deputy_holds_the_roles_of_who_is_away(site: RunningSite) -> None:
    assert (await site.call("GET", "/reviews", by="admin"))[0] == 403
    now = site.clock.now
    absence = people.Absence("o-陶知微", now - timedelta(days=1), now + timedelta(days=1), "o-管理员")
    await site.office.store.write(people.set_away, absence, "tests")
    assert (await site.call("GET", "/reviews", by="admin"))[0] == 200


async def test_a_new_sign_in_in_a_browser_ends_the_old_one(site: RunningSite) -> None:
    desk = await site.desk("handler")
    old = next(c.value for c in desk.cookie_jar if c.key == "minxin")
    async with desk.get("/api/v1/inbox") as answer:
        assert answer.status == 200
    fields = {"account": "signer", "password": PASSWORD, "csrf": token_for(site.app, old)}
    async with desk.post("/staff/login", data=fields, allow_redirects=False) as answer:
        assert answer.status == 303
    assert next(c.value for c in desk.cookie_jar if c.key == "minxin") != old
    async with site.client.get("/api/v1/inbox", cookies={"minxin": old}) as answer:
        assert answer.status == 401


async def test_a_page_token_opens_of_the_api_only_what_changes_nothing(site: RunningSite) -> None:
    desk = await site.desk("handler")
    async with desk.get("/api/v1/inbox") as answer:
        assert answer.status == 200
    async with desk.post("/api/v1/inbox/2026-000001/notes", json={"text": "x"}) as answer:
        assert answer.status == 401
    page_token = next(c.value for c in desk.cookie_jar if c.key == "minxin")
    status, _ = await site.call("GET", "/inbox", headers={"Authorization": f"Bearer {page_token}"})
    assert status == 401


async def test_sign_ins_are_throttled_by_account_and_by_address(
    store: Store, clock: FixedClock, tmp_path: Path, officers_password: str
) -> None:
    settings = Settings(limits=Limits(sign_ins_per_quarter=3))
    async with a_site(store, clock, tmp_path, officers_password, settings) as site:
        for n in range(3):
            headers = CIMultiDict({"X-Forwarded-For": f"198.51.100.{n}"})
            body = {"account": f"guess-{n}", "password": "x"}
            async with site.client.post("/api/v1/session", json=body, headers=headers) as answer:
                assert answer.status == 401
        async with site.client.post("/api/v1/session", json={"account": "handler", "password": PASSWORD}) as answer:
            assert answer.status == 429
            assert 0 < int(answer.headers["Retry-After"]) <= 900
            assert (await answer.json())["code"] == "too_many"


async def test_wrong_codes_are_limited_by_address_and_right_ones_are_not_counted(
    store: Store, clock: FixedClock, tmp_path: Path, officers_password: str
) -> None:
    settings = Settings(limits=Limits(lookups_per_quarter=3, letters_per_hour=2))
    async with a_site(store, clock, tmp_path, officers_password, settings) as site:
        receipt = await filed(site)
        for _ in range(6):
            assert (await site.call("GET", f"/cases/{receipt['number']}", code=receipt["query_code"]))[0] == 200
        for _ in range(3):
            assert (await site.call("GET", f"/cases/{receipt['number']}", code="000000000000"))[0] == 404
        assert (await site.call("GET", f"/cases/{receipt['number']}", code=receipt["query_code"]))[0] == 429
        await filed(site)
        assert (await site.call("POST", "/cases", json={"kind": "consult", "body": "请问怎么办？"}))[0] == 429


def test_an_opened_letter_is_remembered_for_two_hours_and_cannot_be_forged(clock: FixedClock) -> None:
    key, now = bytes(32), clock()
    note = write_note(key, "case-1", 1, now)
    assert read_note(key, note, now + timedelta(minutes=119)) == ("case-1", 1)
    assert read_note(key, note, now + timedelta(hours=2)) is None
    assert read_note(bytes(31) + b"x", note, now) is None
    for forged in ("", ".", "x.y", note[1:], note + "0", note.replace(".", ".0"), "信.信"):
        assert read_note(key, forged, now) is None


async def test_keys_of_the_site_differ_by_purpose(site: RunningSite) -> None:
    keys = {derived_key(site.app, purpose) for purpose in ("opened letter", "form token", "cursor inbox open")}
    assert len(keys) == 3
    assert site.office.ring.code_key not in keys
