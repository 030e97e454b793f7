"""Rehearsal: a backup counts as made only after it has been restored into a scratch place and verified there."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any, NoReturn

from hub import archive
from hub.archive import Manifest, Tell, nothing
from hub.files import FileStore
from hub.moments import Clock
from hub.office import Office
from hub.privacy.vault import KeyRing
from hub.storage.store import open_store
from hub.verify import Finding, Report, verify


class NotVerified(Exception):
    """The archive was written, but what was restored from it does not hold; `findings` say what."""

    def __init__(self, kept: Path, findings: tuple[Finding, ...]) -> None:
        super().__init__(f"备份恢复后核对出 {len(findings)} 处问题，没有算作完成，留在 {kept}。(Kept, not verified.)")
        self.kept = kept
        self.findings = findings


async def backup(url: str, files: FileStore, to: Path, clock: Clock, tell: Tell = nothing) -> tuple[Manifest, Report]:
    """Write an archive, restore it into a scratch place on SQLite, verify that, and only then give it its name.

    Raises NotVerified, StoreError, OSError; an archive that is there under the name already is replaced at the end.
    """
    part = to.with_name(f"{to.name}.unverified")
    to.parent.mkdir(parents=True, exist_ok=True)
    manifest = await asyncio.to_thread(_write, url, files, part, clock, tell)
    report = await rehearse(part, clock, tell)
    lacking = tuple(Finding("file", sha256, "备份时文件不在，或内容已变") for sha256 in manifest.missing)
    findings = (*report.findings, *(f for f in lacking if f.at not in {g.at for g in report.findings}))
    if findings or (report.head != manifest.head):
        raise NotVerified(part, findings or (Finding("journal.head", str(report.head[0]), "与备份目录不符"),))
    archive.settle(part, to)
    return manifest, report


async def rehearse(part: Path, clock: Clock, tell: Tell = nothing) -> Report:
    """Restore an archive into a scratch place and verify what stands there."""
    with tempfile.TemporaryDirectory(prefix="minxin-rehearsal-") as folder:
        place = Path(folder)
        url, files = archive.sqlite_url(place), FileStore(place / "files")
        await asyncio.to_thread(archive.read_into, part, url, files, clock, replace=False)
        store = await open_store(url, clock=clock, writes=False)
        try:
            return await verify(Office(store, KeyRing.fresh(), clock, _never, _never, files), tell)
        finally:
            await store.close()


def _write(url: str, files: FileStore, part: Path, clock: Clock, tell: Tell) -> Manifest:
    with part.open("wb") as to:
        part.chmod(0o600)
        return archive.write(url, files, to, clock, tell)


def _never(*_: Any) -> NoReturn:
    raise AssertionError("a rehearsal routes and checks nothing")
