"""The command about bulletins: list what was drawn up, or write one as PDF or table file."""

from pathlib import Path
from typing import Annotated

import typer

from channels.bulletins.files import FORMS, file_of
from channels.console.opening import opened, settings_now
from channels.texts.catalog import LANGUAGES
from hub.console import JsonFlag, Stopped, command, out, print_json
from hub.storage import bulletins as stored
from supervision.bulletins.document import from_text
from supervision.bulletins.releasing import STATES

app = typer.Typer()


@command(app, "bulletin")
async def bulletin(
    kind: Annotated[str, typer.Argument(help="week, month, quarter, year or site; without it all are listed.")] = "",
    period: Annotated[str, typer.Argument(help="2026-W07, 2026-02, 2026-Q1 or 2026.")] = "",
    file: Annotated[Path | None, typer.Option(help="Where to write it: the name ends in .pdf or .xlsx.")] = None,
    version: Annotated[int, typer.Option(help="By default the one in force, else the newest.")] = 0,
    lang: Annotated[str, typer.Option(help="zh or en.")] = "zh",
    as_json: JsonFlag = False,
) -> None:
    """List the bulletins, or write one to a file."""
    async with opened(settings_now(), writes=False) as office:
        if not kind:
            rows = await office.store.read(stored.listed, everything=True)
            told = [(one.kind, one.period, one.version, one.state, one.due) for one in rows]
            if as_json:
                print_json([dict(zip(("kind", "period", "version", "state", "due"), row, strict=True)) for row in told])
            else:
                for a, b, n, state, due in told:
                    out.print(f"{a} {b}  第{n}版  {STATES[state].zh}  {due}")
            return
        found = await office.store.read(stored.versions, kind, period)
    one = next((v for v in found if v.version == version or (not version and v.state == "released")), None)
    one = one or (found[0] if found and not version else None)
    if one is None:
        raise Stopped(f"没有这一期：{kind} {period}。不带参数的 bulletin 列出全部。(No such bulletin.)")
    form = file.suffix.lstrip(".") if file else ""
    spoken = next((one for one in LANGUAGES if one == lang), None)
    if file is None or form not in FORMS or spoken is None:
        raise Stopped("请用 --file 写明 .pdf 或 .xlsx 文件，--lang 是 zh 或 en。(Give --file NAME.pdf or NAME.xlsx.)")
    file.write_bytes(await file_of(one, form, spoken))
    out.print(f"{from_text(one.content).title.zh}：{file}")
