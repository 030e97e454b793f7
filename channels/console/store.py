"""Commands about the store: schema, verification, backup and restore."""

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from channels.console.opening import opened, settings_now
from hub import archive, printed, rehearsal
from hub.console import JsonFlag, command, out, print_json, progress
from hub.files import FileStore
from hub.moments import system_clock
from hub.seals import read_seal
from hub.storage.migrate import migrate as bring_schema
from hub.verify import verify as verify_store

app = typer.Typer()


@command(app, "migrate")
async def migrate() -> None:
    """Bring the store to the schema of this program; makes the SQLite file if there is none."""
    settings = settings_now()
    settings.data.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    names = await bring_schema(settings.data.url, clock=system_clock)
    out.print(f"已应用：{'、'.join(names)}" if names else "数据库已是最新。(Up to date.)")


@command(app, "verify")
async def verify(
    head: Annotated[str, typer.Option(help="A seal kept earlier, number:hash as receipts and /seals show it.")] = "",
    as_json: JsonFlag = False,
) -> int:
    """Recompute chain, clocks, cases, figures and files; exit 1 when something does not hold."""
    kept = read_seal(head) if head else None
    async with opened(settings_now(), writes=False) as office:
        with progress("核对") as tell:
            report = await verify_store(office, lambda what, n: tell(n) if what == "cases" else None, kept)
    print_json(asdict(report)) if as_json else printed.verified(report)
    return 1 if report.findings else 0


@command(app, "backup")
async def backup(file: Path) -> None:
    """Write one archive, restore it into a scratch place and verify it; keys are never part of it."""
    settings = settings_now()
    files = FileStore(settings.data.folder / "files")
    with progress("备份") as tell:
        manifest, report = await rehearsal.backup(settings.data.url, files, file, system_clock, lambda _, n: tell(n))
    printed.backed_up(file, manifest, report)


@command(app, "restore")
async def restore(file: Path, replace: Annotated[bool, typer.Option("--replace")] = False) -> None:
    """Build the store from an archive; nothing that waits is sent until `release`."""
    settings = settings_now()
    settings.data.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    files = FileStore(settings.data.folder / "files")
    manifest = await asyncio.to_thread(archive.read_into, file, settings.data.url, files, system_clock, replace=replace)
    printed.restored(manifest, settings.data.folder / "keys.txt")


@command(app, "release")
async def release() -> None:
    """Let what waits in the outbox be sent again after a restore."""
    async with opened(settings_now()) as office:
        lifted = await office.store.write(archive.release, office.clock())
    out.print("已恢复发送。(Released.)" if lifted else "没有停发的通知。(Nothing was held.)")
