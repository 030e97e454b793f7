"""Backup and restore: one archive that any engine can be built from, and that counts only once it was restored."""

import gzip
import hashlib
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from hub.files import FileStore, NoSuchFile
from hub.journal import Entry
from hub.moments import Clock, to_text
from hub.storage import journal, settings
from hub.storage.dump import building, snapshot
from hub.storage.dump_contract import LEFT_OUT, Source, Target, Values
from hub.storage.settings import HELD
from hub.storage.tx import Tx

FORMAT = 1
"""Of the archive: members, manifest and the form of a line."""
MANIFEST = "manifest.json"
Tell = Callable[[str, int], None]
"""Called with the name of each member that is done and how many rows or bytes it has."""


class BadArchive(Exception):
    """The archive cannot be used; the sentence says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Member:
    """One table of the archive: its lines are JSON lists in the order of `columns`."""

    name: str
    sha256: str
    rows: int
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive holds; it stands first in it. Keys are never part of it."""

    format: int
    made_at: str
    schema: int
    head: tuple[int, str]
    """Place and hash of the last line of the journal."""
    tables: tuple[Member, ...]
    files: tuple[str, ...]
    """SHA-256 of each file that a case refers to, which is also its name in the archive."""
    missing: tuple[str, ...]
    """Files that a case refers to and that were not there, or not with these bytes."""


def nothing(_name: str, _count: int) -> None:
    """For callers who show no progress."""


def write(url: str, files: FileStore, to: IO[bytes], clock: Clock, tell: Tell = nothing) -> Manifest:
    """Write one snapshot of the store and the files it names as a gzipped tar; writers go on meanwhile.

    The files are read after the snapshot: a file is on the disk before any row names it, and never changes.
    """
    with tempfile.TemporaryDirectory(prefix="minxin-backup-") as scratch:
        with snapshot(url) as source:
            head, named, tables = _write_tables(source, Path(scratch), tell)
            schema = source.schema
        kept = {sha256: _bytes_there(files, sha256) for sha256 in named}
        manifest = Manifest(
            format=FORMAT,
            made_at=to_text(clock()),
            schema=schema,
            head=head,
            tables=tuple(tables),
            files=tuple(s for s, there in kept.items() if there),
            missing=tuple(s for s, there in kept.items() if not there),
        )
        with tarfile.open(fileobj=to, mode="w:gz", compresslevel=6) as tar:
            _add(tar, MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode())
            for member in manifest.tables:
                tar.add(Path(scratch) / f"{member.name}.jsonl", f"tables/{member.name}.jsonl", filter=_plain)
            for sha256 in manifest.files:
                content = files.get(sha256)
                _add(tar, f"files/{sha256}", content)
                tell(sha256[:12], len(content))
    return manifest


def read_into(archive: Path, url: str, files: FileStore, clock: Clock, *, replace: bool, held: bool = True) -> Manifest:
    """Build the store at `url` from an archive, all or nothing; every member must be what the manifest says.

    `held`: nothing that waits is sent until an admin releases it. Raises BadArchive, Held, NotEmpty, StoreError.
    """
    try:
        with tarfile.open(archive, "r|gz") as tar:
            members = iter(tar)
            manifest = _manifest(tar, members)
            with building(url, manifest.schema, clock, replace=replace) as target:
                for member in manifest.tables:
                    _fill(tar, next(members, None), member, target, held=held)
                for sha256 in manifest.files:
                    _keep(tar, next(members, None), sha256, files)
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, json.JSONDecodeError, UnicodeDecodeError) as fault:
        raise BadArchive(f"备份文件损坏：{archive}（{type(fault).__name__}）。(The archive is damaged.)") from fault
    return manifest


def settle(part: Path, archive: Path) -> None:
    """Give a finished and verified archive its name; it is on the disk before the name is."""
    with part.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(part, archive)
    handle = os.open(archive.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def release(tx: Tx, now: datetime) -> bool:
    """The deed that lets what waits be sent again after a restore; False when nothing was held."""
    lifted = settings.release(tx)
    if lifted:
        journal.append(tx, [Entry(case_id=None, action="outbox.released", actor="console", at=now, data={})])
    return lifted


def sqlite_url(folder: Path) -> str:
    """The address of a store in a scratch folder."""
    return f"sqlite://{folder.resolve() / 'minxin.db'}"


# Writing ------------------------------------------------------------------------------------------------------------


def _write_tables(source: Source, scratch: Path, tell: Tell) -> tuple[tuple[int, str], list[str], list[Member]]:
    """Each table as a file of lines; also the journal's head and the files that cases name, of the same snapshot."""
    members: list[Member] = []
    head, named = (0, ""), set[str]()
    for table, columns in source.tables().items():
        if table in LEFT_OUT:
            continue
        digest, count = hashlib.sha256(), 0
        with (scratch / f"{table}.jsonl").open("wb") as lines:
            for row in source.rows(table, columns):
                line = json.dumps(list(row), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
                digest.update(line)
                lines.write(line)
                count += 1
                if table == "journal_head":
                    known = dict(zip(columns, row, strict=True))
                    head = (int(known["seq"] or 0), str(known["hash"]))
                elif table == "files":
                    named.add(str(row[columns.index("sha256")]))
        members.append(Member(table, digest.hexdigest(), count, columns))
        tell(table, count)
    return head, sorted(named), members


def _bytes_there(files: FileStore, sha256: str) -> bool:
    try:
        files.get(sha256)
    except NoSuchFile:
        return False
    return True


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    info = _plain(tarfile.TarInfo(name))
    info.size = len(content)
    tar.addfile(info, io.BytesIO(content))


def _plain(info: tarfile.TarInfo) -> tarfile.TarInfo:
    """Nothing of the machine it was made on."""
    info.uid = info.gid = info.mtime = 0
    info.uname = info.gname = ""
    info.mode = 0o600
    return info


# Reading ------------------------------------------------------------------------------------------------------------


def _manifest(tar: tarfile.TarFile, members: Iterator[tarfile.TarInfo]) -> Manifest:
    told: dict[str, Any] = json.loads(_open(tar, next(members, None), MANIFEST).read())
    if told.get("format") != FORMAT:
        raise BadArchive(
            f"不认识这种备份（{told.get('format')}）。(The archive has a form this program does not know.)"
        )
    try:
        tables = tuple(Member(m["name"], m["sha256"], int(m["rows"]), tuple(m["columns"])) for m in told["tables"])
        names = [n for m in tables for n in (m.name, *m.columns)]
        if not all(name.isidentifier() and name.isascii() for name in names):
            raise BadArchive("备份目录里有不认识的表名。(The manifest names a table that cannot be one.)")
        head = (int(told["head"][0]), str(told["head"][1]))
        files, missing = tuple(told["files"]), tuple(told["missing"])
        return Manifest(FORMAT, told["made_at"], int(told["schema"]), head, tables, files, missing)
    except (KeyError, TypeError, ValueError, IndexError) as fault:
        raise BadArchive("备份目录不完整。(The manifest is incomplete.)") from fault


def _open(tar: tarfile.TarFile, info: tarfile.TarInfo | None, name: str) -> IO[bytes]:
    found = tar.extractfile(info) if info is not None and info.name == name and info.isreg() else None
    if found is None:
        raise BadArchive(f"备份里缺少 {name}。(The archive lacks {name}.)")
    return found


def _fill(tar: tarfile.TarFile, info: tarfile.TarInfo | None, member: Member, target: Target, *, held: bool) -> None:
    digest, count = hashlib.sha256(), 0

    def rows() -> Iterator[Values]:
        nonlocal count
        for line in _open(tar, info, f"tables/{member.name}.jsonl"):
            digest.update(line)
            count += 1
            row: Sequence[str | int | float | None] = json.loads(line)
            if member.name == "followers" and _made_anew(str(row[member.columns.index("name")])):
                continue
            if not (member.name == "settings" and held and row[member.columns.index("name")] == HELD):
                yield row
        if member.name == "settings" and held:
            yield [{"name": HELD, "value": "1"}.get(column) for column in member.columns]

    target.fill(member.name, member.columns, rows())
    if digest.hexdigest() != member.sha256 or count != member.rows:
        raise BadArchive(f"{member.name} 与备份目录不符。(Table {member.name} is not what the manifest says.)")


def _made_anew(follower: str) -> bool:
    """The search index is no part of an archive: its follower starts at the beginning of the journal."""
    return "search" in follower


def _keep(tar: tarfile.TarFile, info: tarfile.TarInfo | None, sha256: str, files: FileStore) -> None:
    content = _open(tar, info, f"files/{sha256}").read()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise BadArchive(f"文件 {sha256[:12]} 与备份目录不符。(A file is not what the manifest says.)")
    files.put(content)
