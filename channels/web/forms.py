"""What comes in by form and address, made clean at the edge, and the token that proves a form is ours."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from aiohttp import web
from multidict import MultiDict

from channels.web.errors import Foreign
from channels.web.keys import FORM, FORM_SEED, SETTINGS, Fields
from channels.web.render import page
from channels.web.session import derived_key, set_cookie, staff_cookie
from hub.errors import NotFound
from hub.privacy.words import NotText, clean

TOKEN_FIELDS = ("csrf", "token")
TOKEN_HEADER = "X-CSRF-Token"  # noqa: S105 - the name of a header
SEED_LASTS = timedelta(days=365)


def form(request: web.Request) -> Fields:
    """The posted fields: text clean (one form of each letter, nothing unseen), files as they came; empty for a GET."""
    return request.get(FORM) or MultiDict()


def query(request: web.Request) -> MultiDict[str]:
    """The query of the address, clean; raises NotText."""
    return MultiDict((name, clean(value)) for name, value in request.query.items())


def cleaned(fields: Iterable[tuple[str, Any]]) -> Fields:
    """Every text of a form made fit to be stored; raises NotText."""
    return MultiDict((clean(name), clean(value) if isinstance(value, str) else value) for name, value in fields)


def must_be_text(request: web.Request) -> None:
    """Refuse an address that no store could hold: NotFound for a path, NotText for a query."""
    for value in request.match_info.values():
        try:
            clean(value)
        except NotText:
            raise NotFound from None
    for name, value in request.query.items():
        clean(name)
        clean(value)


# ---- the token of a form ---------------------------------------------------------------------------------------------


def csrf(request: web.Request) -> str:
    """The token to put into every form as the hidden field `csrf` (RELIABILITY S3).

    Bound to the sign-in on staff pages and to a cookie of this browser elsewhere: another site can read neither.
    """
    return token_for(request.app, _seed(request))


def must_be_ours(request: web.Request) -> None:
    """Raise Foreign where a form does not carry the token of this browser."""
    given = request.headers.get(TOKEN_HEADER, "")
    for name in TOKEN_FIELDS:
        value = form(request).get(name, "")
        given = given or (value if isinstance(value, str) else "")
    seed = _known_seed(request)
    if not seed or not hmac.compare_digest(token_for(request.app, seed).encode(), given.encode("utf-8", "replace")):
        raise Foreign


def remember_seed(request: web.Request, response: web.StreamResponse) -> None:
    """Give a browser that got its first form the cookie the form's token is bound to."""
    seed = request.get(FORM_SEED)
    if seed:
        set_cookie(request, response, form_cookie(request.app), seed, SEED_LASTS)


def form_cookie(app: web.Application) -> str:
    """The name of the cookie that anonymous forms are bound to."""
    return "__Host-form" if app[SETTINGS].server.secure_cookies else "form"


def _known_seed(request: web.Request) -> str:
    """What this browser's tokens are bound to: its sign-in on staff pages, else its form cookie."""
    signed_in = request.cookies.get(staff_cookie(request.app), "") if request.path.startswith("/staff") else ""
    return signed_in or request.get(FORM_SEED, "") or request.cookies.get(form_cookie(request.app), "")


def _seed(request: web.Request) -> str:
    seed = _known_seed(request)
    if not seed:
        seed = request[FORM_SEED] = secrets.token_urlsafe(16)
    return seed


def token_for(app: web.Application, seed: str) -> str:
    """The form token of whoever holds this seed: the value of a sign-in or form cookie."""
    key = derived_key(app, "form token")
    return hmac.new(key, seed.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def form_page(request: web.Request, template: str, *, status: int = 200, **values: Any) -> web.Response:
    """A page whose templates know `csrf` (and `token`, the same) for their forms; never kept by caches."""
    token = csrf(request)
    response = page(request, template, status=status, csrf=token, token=token, **values)
    response.headers["Cache-Control"] = "no-store"
    remember_seed(request, response)
    return response
