"""Backup and restore: what comes back is what was there, on either engine, and nothing is sent by itself."""

import asyncio
import io
import tarfile
from datetime import timedelta
from pathlib import Path

import pytest

from hub import archive, rehearsal
from hub.archive import BadArchive
from hub.case import Notice
from hub.files import FileStore
from hub.storage import cases, deliveries, outbox
from hub.storage.contract import Store
from hub.storage.dump_contract import NotEmpty
from hub.storage.errors import Held
from hub.storage.store import open_store
from hub.storage.tx import Tx
from hub.submission import Attached
from hub.verify import verify
from tests.builders import a_letter, an_office, office_on
from tests.conftest import FixedClock
from tests.postgres import PostgresServer

PHOTO = b"a photo of a lamp that is dark"


async def a_full_store(store: Store, clock: FixedClock, folder: Path) -> str:
    """One letter with a file and a notice that waits; answers its number."""
    office = await an_office(store, clock, folder)
    sha256 = office.files.put(PHOTO)
    attached = Attached(sha256, "lamp.jpg", "image/jpeg", len(PHOTO))
    receipt = await office.receive(a_letter(files=(attached,)))
    await store.write(outbox.put, receipt.case_id, [Notice("party:1", "received", "n-1")], clock())
    return receipt.number


def waiting(tx: Tx) -> int:
    return len(tx.execute("SELECT key FROM outbox WHERE state = 'waiting'"))


async def test_what_is_restored_is_what_was_backed_up(
    store: Store, store_url: str, clock: FixedClock, tmp_path: Path
) -> None:
    number = await a_full_store(store, clock, tmp_path)
    before = await store.read(cases.row, number)
    manifest, report = await rehearsal.backup(store_url, FileStore(tmp_path / "files"), tmp_path / "b.tar.gz", clock)
    assert report.findings == ()
    assert manifest.head[0] == report.head[0]

    url, files = archive.sqlite_url(tmp_path / "new"), FileStore(tmp_path / "new" / "files")
    await asyncio.to_thread(archive.read_into, tmp_path / "b.tar.gz", url, files, clock, replace=False)
    restored = await open_store(url, clock=clock)
    try:
        assert await restored.read(cases.row, number) == before
        assert files.get(manifest.files[0]) == PHOTO
        office = office_on(restored, clock, tmp_path / "new")
        assert (await verify(office)).findings == ()
        receipt = await office.receive(a_letter("after"))
        assert receipt.number == "2026-000002"
    finally:
        await restored.close()


@pytest.mark.postgres
async def test_an_archive_of_one_engine_builds_a_store_on_the_other(
    store: Store, store_url: str, engine: str, clock: FixedClock, tmp_path: Path, postgres_server: PostgresServer
) -> None:
    number = await a_full_store(store, clock, tmp_path)
    before = await store.read(cases.row, number)
    await rehearsal.backup(store_url, FileStore(tmp_path / "files"), tmp_path / "b.tar.gz", clock)
    if engine == "sqlite":
        url = postgres_server.url(postgres_server.create())
    else:
        url = archive.sqlite_url(tmp_path / "other")
    files = FileStore(tmp_path / "other" / "files")
    await asyncio.to_thread(archive.read_into, tmp_path / "b.tar.gz", url, files, clock, replace=False)
    restored = await open_store(url, clock=clock)
    try:
        assert await restored.read(cases.row, number) == before
        assert (await verify(office_on(restored, clock, tmp_path / "other"))).findings == ()
    finally:
        await restored.close()


async def test_nothing_is_sent_after_a_restore_until_somebody_releases_it(
    store: Store, store_url: str, clock: FixedClock, tmp_path: Path
) -> None:
    await a_full_store(store, clock, tmp_path)
    await rehearsal.backup(store_url, FileStore(tmp_path / "files"), tmp_path / "b.tar.gz", clock)
    await store.close()
    files = FileStore(tmp_path / "files")
    await asyncio.to_thread(archive.read_into, tmp_path / "b.tar.gz", store_url, files, clock, replace=True)
    restored = await open_store(store_url, clock=clock)
    try:
        lease, soon = timedelta(minutes=1), clock.advance(days=1)
        there = await restored.read(waiting)
        assert there > 0
        assert await restored.write(deliveries.take, "w", soon, lease, 10) == []
        assert await restored.write(archive.release, soon)
        assert not await restored.write(archive.release, soon)
        assert len(await restored.write(outbox.claim, "w", soon, lease, 10)) == there
    finally:
        await restored.close()


async def test_a_store_with_something_in_it_is_replaced_only_when_asked(
    store: Store, store_url: str, clock: FixedClock, tmp_path: Path
) -> None:
    number = await a_full_store(store, clock, tmp_path)
    files = FileStore(tmp_path / "files")
    await rehearsal.backup(store_url, files, tmp_path / "b.tar.gz", clock)
    with pytest.raises(Held):
        await asyncio.to_thread(archive.read_into, tmp_path / "b.tar.gz", store_url, files, clock, replace=True)
    await store.close()
    with pytest.raises(NotEmpty):
        await asyncio.to_thread(archive.read_into, tmp_path / "b.tar.gz", store_url, files, clock, replace=False)
    again = await open_store(store_url, clock=clock)
    assert await again.read(cases.id_of, number) is not None
    await again.close()


async def test_a_damaged_archive_leaves_the_old_store_as_it_was(
    store: Store, store_url: str, clock: FixedClock, tmp_path: Path
) -> None:
    number = await a_full_store(store, clock, tmp_path)
    files = FileStore(tmp_path / "files")
    whole = tmp_path / "b.tar.gz"
    await rehearsal.backup(store_url, files, whole, clock)
    await store.close()
    cut = tmp_path / "cut.tar.gz"
    cut.write_bytes(whole.read_bytes()[:-600])
    changed = tmp_path / "changed.tar.gz"
    with tarfile.open(whole) as old, tarfile.open(changed, "w:gz") as new:
        for member in old.getmembers():
            content = old.extractfile(member)
            assert content is not None
            data = content.read().replace("路灯".encode(), "路牌".encode())
            member.size = len(data)
            new.addfile(member, io.BytesIO(data))
    for bad in (cut, changed):
        with pytest.raises(BadArchive):
            await asyncio.to_thread(archive.read_into, bad, store_url, files, clock, replace=True)
    again = await open_store(store_url, clock=clock)
    assert await again.read(cases.id_of, number) is not None
    await again.close()


async def test_a_backup_without_one_of_its_files_does_not_count(
    store: Store, store_url: str, clock: FixedClock, tmp_path: Path
) -> None:
    await a_full_store(store, clock, tmp_path)
    with pytest.raises(rehearsal.NotVerified) as no:
        await rehearsal.backup(store_url, FileStore(tmp_path / "nowhere"), tmp_path / "b.tar.gz", clock)
    assert [finding.check for finding in no.value.findings] == ["file"]
    assert not (tmp_path / "b.tar.gz").exists()
    assert no.value.kept.exists()


async def test_an_archive_holds_no_key_and_no_session(
    store: Store, store_url: str, clock: FixedClock, tmp_path: Path
) -> None:
    await a_full_store(store, clock, tmp_path)
    (tmp_path / "keys.txt").write_text("1:secret")
    await rehearsal.backup(store_url, FileStore(tmp_path / "files"), tmp_path / "b.tar.gz", clock)
    with tarfile.open(tmp_path / "b.tar.gz") as tar:
        names = tar.getnames()
    assert names[0] == "manifest.json"
    sealed = {"tables/case_keys.jsonl", "tables/alike_keys.jsonl"}  # wrapped keys of cases; keys of likeness, no secret
    assert not any("key" in name and name not in sealed for name in names)
    assert "tables/sign_ins.jsonl" not in names
