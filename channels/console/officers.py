"""Commands about officers and their accounts."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from channels.console.opening import must_have_rules, opened, settings_now
from channels.web.passwords import hash_password
from hub import officers
from hub.console import Stopped, command, out
from hub.storage import settings as store_settings

app = typer.Typer(no_args_is_help=True, help="Officers and their accounts.")


@app.callback()
def _officer() -> None:
    """Officers and their accounts."""


@command(app, "add")
async def officer_add(
    account: str,
    name: Annotated[str, typer.Option()],
    role: Annotated[list[str], typer.Option(help="ROLE or ROLE@UNIT; may be given several times.")],
    password_file: Annotated[Path, typer.Option(help="A file whose first line is the password.")],
    home: Annotated[str, typer.Option(help="The unit the person works in; by default that of the first role.")] = "",
    same_person_as: Annotated[str, typer.Option(help="Another account of the same person.")] = "",
    no_otp: Annotated[bool, typer.Option("--no-otp", help="Without a second factor, where settings allow it.")] = False,
) -> None:
    """Add an officer; prints what an authenticator app needs, once."""
    settings = settings_now()
    lines = password_file.read_text("utf-8").splitlines() or [""]
    async with opened(settings) as office:
        await must_have_rules(office)
        is_demo = await office.store.read(store_settings.get, store_settings.DEMO)
        if no_otp and settings.staff.otp != "optional" and not is_demo:
            raise Stopped("设置里动态验证码是必需的（staff.otp）。(Settings require the second factor.)")
        grants = officers.grants_of(tuple(role), (await office.book()).directory)
        home = home or next((g.unit for g in grants if g.unit), "")
        asked = officers.Asked(account, name, tuple(role), lines[0], home, same_person_as)
        hashed = await asyncio.to_thread(hash_password, asked.password)
        new = officers.officer(asked, hashed, office.fresh_id(), office.clock(), otp=not no_otp)
        await office.store.write(officers.add, new, grants, same_person_as, "console")
    out.print(f"已添加 {account}（{name}）。")
    if uri := officers.otp_uri(new):
        out.print(f"动态验证码（只显示这一次）：{uri}")
