"""Signing in and out: the same words for an unknown account, a wrong password and a wrong one-time code."""

from aiohttp import web

from channels.web.forms import form, form_page, query
from channels.web.render import view_of
from channels.web.session import WrongSignIn, actor_or_none, forget_signed_in, keep_signed_in, sign_in, sign_out
from channels.web.staff.frame import texts
from hub.errors import TooMany

HOME = "/staff/inbox"


async def ask(request: web.Request) -> web.StreamResponse:
    """The sign-in form; who is signed in already goes on to the desk."""
    if await actor_or_none(request) is not None:
        raise web.HTTPSeeOther(HOME)
    return _form(request, onward=within(query(request).get("next", "")))


async def enter(request: web.Request) -> web.StreamResponse:
    """Sign in, or the form again with the account as it was typed."""
    given = form(request)
    account, onward = texts(given, "account"), within(texts(given, "next"))
    password = given.get("password", "")
    try:
        token = await sign_in(
            request, account, password if isinstance(password, str) else "", texts(given, "otp"), "staff"
        )
    except (WrongSignIn, TooMany) as fault:
        sentence = fault.zh if view_of(request).lang == "zh" else fault.en
        status = 429 if isinstance(fault, TooMany) else 401
        return _form(request, account=account, onward=onward, errors={"account": sentence}, status=status)
    response = web.Response(status=303, headers={"Location": onward})
    keep_signed_in(request, response, token)
    return response


async def leave(request: web.Request) -> web.StreamResponse:
    """Sign out on the server and in the browser."""
    await sign_out(request)
    response = web.Response(status=303, headers={"Location": "/staff/login?out=1"})
    forget_signed_in(request, response)
    return response


def within(address: str) -> str:
    """An address to go on to: one of the office's own pages, or the inbox."""
    fine = address.startswith("/staff/") and "\\" not in address and not address.startswith("/staff/log")
    return address if fine else HOME


def _form(
    request: web.Request,
    *,
    account: str = "",
    onward: str = HOME,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> web.Response:
    return form_page(
        request,
        "staff/login.html",
        status=status,
        officer=None,
        nav=[],
        account=account,
        onward=onward,
        errors=errors or {},
        out="out" in request.query,
    )
