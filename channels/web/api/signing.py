"""Officers' tokens for other systems."""

from pydantic import Field

from channels.web.api.op import Call, Given, Told, op
from channels.web.session import sign_in, sign_out


class SignIn(Given):
    """An officer's account, password, and the one-time code where the account has one."""

    account: str = Field(max_length=80)
    password: str = Field(max_length=400)
    otp: str = Field("", max_length=16)


class Token(Told):
    """To be sent as `Authorization: Bearer …`."""

    token: str


class Done(Told):
    """It is done."""

    done: bool = True


@op("POST", "/session", "Sign in", body=SignIn, out=Token, faults=(401,))
async def begin(call: Call[SignIn, None]) -> Token:
    """A token that ends when idle, at the latest after the session's limit."""
    given = call.body
    return Token(token=await sign_in(call.request, given.account, given.password, given.otp, "api"))


@op("DELETE", "/session", "Sign out", who="officer", auth="bearer", out=Done)
async def end(call: Call[None, None]) -> Done:
    """The token is void from now on."""
    await sign_out(call.request)
    return Done()


OPS = (begin, end)
