"""Who is there: officers by a hashed random token, citizens by a short signed note of the letter they opened."""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Literal

from aiohttp import web
from pyotp import TOTP

from channels.web.address import client_address
from channels.web.errors import NotSignedIn
from channels.web.keys import ACTOR, BY_ITSELF, CITIZEN, GATES, OFFICE, SETTINGS
from channels.web.limits import EVERYWHERE, prefix
from channels.web.passwords import Passwords
from hub.errors import NotFound
from hub.people import Actor
from hub.storage import people
from hub.storage.errors import Conflict
from hub.storage.tx import Tx

Purpose = Literal["staff", "api"]
OPENED_FOR = timedelta(hours=2)
SEEN_EVERY = timedelta(minutes=1)
OTP_STEP = 30
PASSWORDS: web.AppKey[Passwords] = web.AppKey("passwords", Passwords)
RECENT: web.AppKey["OrderedDict[str, datetime]"] = web.AppKey("recent", OrderedDict)
MOST_RECENT = 10_000


class WrongSignIn(NotSignedIn):
    """Account, password or code do not fit; never says which (RELIABILITY S12)."""

    code = "wrong_sign_in"

    def __init__(self) -> None:
        super().__init__(
            "账号、密码或动态验证码不对，请再试一次。", "Account, password or one-time code is wrong. Please try again."
        )


class NoCode(NotSignedIn):
    """A citizen's letter is asked for without its query code."""

    code = "no_query_code"

    def __init__(self) -> None:
        super().__init__("请提供查询码。", "Please give the query code as “Authorization: Query <code>”.")


# ---- officers --------------------------------------------------------------------------------------------------------


async def sign_in(request: web.Request, account: str, password: str, otp: str = "", purpose: Purpose = "staff") -> str:
    """A fresh token for this account; raises WrongSignIn and TooMany. A token this browser held before is void."""
    app, office = request.app, request.app[OFFICE]
    place = prefix(client_address(request))
    app[GATES].take(app[GATES].sign_ins, f"at {place}", f"as {hashlib.sha256(account.encode()).hexdigest()}")
    officer = await office.store.read(people.by_account, account)
    fits = await app[PASSWORDS].fits(officer.password_hash if officer else "", password)
    if officer is None or not fits or not officer.active:
        raise WrongSignIn
    now, staff = office.clock(), app[SETTINGS].staff
    step = otp_step(officer.otp_secret, otp, now)
    if officer.otp_secret and step is None:
        raise WrongSignIn
    token = secrets.token_urlsafe(32)
    before = request.cookies.get(staff_cookie(app), "") if purpose == "staff" else ""
    lasts = timedelta(minutes=staff.session_minutes)
    used = f"{officer.id}:{step}" if step is not None else ""
    try:
        await office.store.write(
            _begin, hashed(token), hashed(before), hashed(used) if used else "", officer.id, purpose, now, lasts
        )
    except Conflict:
        raise WrongSignIn from None
    return token


def _begin(
    tx: Tx, token: str, before: str, used: str, officer_id: str, purpose: str, now: datetime, lasts: timedelta
) -> None:
    """One deed: the one-time code is spent, the old token ends, the new one begins. Conflict: the code was used."""
    if used:
        people.sign_in(tx, used, officer_id, "otp", now, timedelta(seconds=OTP_STEP * 4))
    people.sign_out(tx, before)
    people.sign_in(tx, token, officer_id, purpose, now, lasts)


def otp_step(secret: str, code: str, now: datetime) -> int | None:
    """The time step whose code this is, one step of drift either way (RFC 6238 §5.2); None where it fits none."""
    if not secret:
        return None
    totp, present = TOTP(secret), int(now.timestamp()) // OTP_STEP
    typed = "".join(code.split())
    fitting = [
        s
        for s in (present - 1, present, present + 1)
        if hmac.compare_digest(totp.generate_otp(s).encode(), typed.encode())
    ]
    return fitting[0] if fitting else None


async def sign_out(request: web.Request) -> None:
    """End the sign-in this request came with, on the server."""
    token = bearer(request) or request.cookies.get(staff_cookie(request.app), "")
    if token:
        await request.app[OFFICE].store.write(people.sign_out, hashed(token))


async def current_actor(request: web.Request) -> Actor:
    """The officer behind this request, rights read now (deputies included); raises NotSignedIn."""
    actor = await actor_or_none(request)
    if actor is None:
        raise NotSignedIn
    return actor


async def actor_or_none(request: web.Request) -> Actor | None:
    """The officer behind this request, or None; read once a request."""
    known: Actor | None = request.get(ACTOR)
    if known is not None:
        return known
    actor = await read_actor(request)
    if actor is not None:
        request[ACTOR] = actor
    return actor


async def read_actor(request: web.Request) -> Actor | None:
    """The officer as of now, read anew: for answers that last (RELIABILITY S8)."""
    token, purpose = _presented(request)
    used = not request.get(BY_ITSELF, False)
    return await actor_of_token(request.app, token, purpose, used=used) if token else None


async def actor_of_token(app: web.Application, token: str, purpose: str, *, used: bool = True) -> Actor | None:
    """Who holds a token now; where it is used it is kept from going idle, with one small deed a minute at most."""
    office, key = app[OFFICE], hashed(token)
    now, idle = office.clock(), timedelta(minutes=app[SETTINGS].staff.idle_minutes)
    actor = await office.store.read(people.signed_in, key, purpose, now, idle)
    recent = app[RECENT]
    if actor is not None and used and (key not in recent or recent[key] + SEEN_EVERY <= now):
        recent[key] = now
        recent.move_to_end(key)
        if len(recent) > MOST_RECENT:
            recent.popitem(last=False)
        await office.store.write(people.seen, key, now)
    return actor


def _presented(request: web.Request) -> tuple[str, Purpose]:
    """The token and what it was given for. A cookie opens pages, and of the API only what changes nothing."""
    api = request.path.startswith("/api/")
    if api and (token := bearer(request)):
        return token, "api"
    if api and request.method not in ("GET", "HEAD"):
        return "", "api"
    return request.cookies.get(staff_cookie(request.app), ""), "staff"


def bearer(request: web.Request) -> str:
    """The token of `Authorization: Bearer …` (RFC 6750), empty where there is none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


# ---- citizens --------------------------------------------------------------------------------------------------------


async def open_letter(request: web.Request, number: str, code: str) -> tuple[str, int]:
    """The case and party of a receipt; wrong tries are counted by address and everywhere. Raises NotFound, TooMany."""
    gates, place = request.app[GATES], prefix(client_address(request))
    gates.must_have_room(gates.lookups, place)
    gates.must_have_room(gates.all_lookups, EVERYWHERE)
    try:
        return await request.app[OFFICE].case_by_code(number, code)
    except NotFound:
        gates.take(gates.lookups, place)
        gates.take(gates.all_lookups, EVERYWHERE)
        raise


async def citizen_by_code(request: web.Request) -> tuple[str, int]:
    """The case id and party behind `Authorization: Query <code>` and the number in the path.

    Raises NotSignedIn without a code, NotFound for a wrong one and TooMany.
    """
    scheme, _, code = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "query" or not code.strip():
        raise NoCode
    opened = await open_letter(request, request.match_info["number"], code)
    request[CITIZEN] = opened
    return opened


def citizen_of(request: web.Request) -> tuple[str, int]:
    """The case id and party of the letter this browser has opened; raises NotSignedIn."""
    known: tuple[str, int] | None = request.get(CITIZEN)
    if known is not None:
        return known
    note = request.cookies.get(letter_cookie(request.app), "")
    opened = read_note(_note_key(request.app), note, request.app[OFFICE].clock()) if note else None
    if opened is None:
        raise NotSignedIn("请输入受理编号和查询码。", "Please enter the receipt number and the query code.")
    request[CITIZEN] = opened
    return opened


def write_note(key: bytes, case_id: str, party: int, now: datetime) -> str:
    """A signed note that this letter was opened; it ends after two hours."""
    until = int((now + OPENED_FOR).timestamp())
    body = base64.urlsafe_b64encode(json.dumps([case_id, party, until]).encode()).decode()
    return f"{body}.{hmac.new(key, body.encode(), hashlib.sha256).hexdigest()}"


def read_note(key: bytes, note: str, now: datetime) -> tuple[str, int] | None:
    """What a note says, or None where it is over or not ours."""
    body, _, seal = note.partition(".")
    if not note.isascii():
        return None
    if not hmac.compare_digest(hmac.new(key, body.encode(), hashlib.sha256).hexdigest().encode(), seal.encode()):
        return None
    try:
        case_id, party, until = json.loads(base64.urlsafe_b64decode(body))
    except (binascii.Error, ValueError):
        return None
    return (case_id, party) if until > now.timestamp() else None


# ---- cookies ---------------------------------------------------------------------------------------------------------


def staff_cookie(app: web.Application) -> str:
    """The name of the staff cookie; `__Host-` binds it to this host and to https (RFC 6265bis §4.1.3.2)."""
    return "__Host-minxin" if app[SETTINGS].server.secure_cookies else "minxin"


def letter_cookie(app: web.Application) -> str:
    """The name of the cookie that keeps a citizen's letter open."""
    return "__Host-letter" if app[SETTINGS].server.secure_cookies else "letter"


def set_cookie(
    request: web.Request, response: web.StreamResponse, name: str, value: str, lasts: timedelta | None = None
) -> None:
    """A cookie that scripts cannot read and other sites do not send."""
    response.set_cookie(
        name,
        value,
        max_age=int(lasts.total_seconds()) if lasts else None,
        path="/",
        httponly=True,
        secure=request.app[SETTINGS].server.secure_cookies,
        samesite="Lax",
    )


def keep_signed_in(request: web.Request, response: web.StreamResponse, token: str) -> None:
    """Give the browser its staff token."""
    set_cookie(request, response, staff_cookie(request.app), token)


def forget_signed_in(request: web.Request, response: web.StreamResponse) -> None:
    """Take the staff token from the browser."""
    response.del_cookie(staff_cookie(request.app), path="/", secure=request.app[SETTINGS].server.secure_cookies)


def keep_open(request: web.Request, response: web.StreamResponse, case_id: str, party: int) -> None:
    """Keep a letter open for two hours, so that the query code is never in an address."""
    note = write_note(_note_key(request.app), case_id, party, request.app[OFFICE].clock())
    set_cookie(request, response, letter_cookie(request.app), note, OPENED_FOR)


def forget_letter(request: web.Request, response: web.StreamResponse) -> None:
    """Close the letter this browser has opened."""
    response.del_cookie(letter_cookie(request.app), path="/", secure=request.app[SETTINGS].server.secure_cookies)


def derived_key(app: web.Application, purpose: str) -> bytes:
    """A key of its own for each purpose, from the code key of the ring, which does not rotate."""
    return hmac.new(app[OFFICE].ring.code_key, f"web:{purpose}".encode(), hashlib.sha256).digest()


def _note_key(app: web.Application) -> bytes:
    return derived_key(app, "opened letter")


def hashed(token: str) -> str:
    """How a token lies in the database: a stolen copy signs nobody in."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
