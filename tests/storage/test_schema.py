"""The schema in numbered steps, and who may have the store alone."""

import asyncio
import shutil
import sys
from pathlib import Path

import pytest

from hub.storage.errors import Held, NewerSchema, OlderSchema, StoreError
from hub.storage.migrate import migrate
from hub.storage.schema import dialect, read_steps
from hub.storage.sqlite_driver import loses_commits
from hub.storage.store import Store, open_store
from tests.conftest import FixedClock
from tests.storage.letters import put, rows, titles


@pytest.fixture
def folder(steps_folder: Path, tmp_path: Path) -> Path:
    """The steps in a folder of their own, to add to."""
    return Path(shutil.copytree(steps_folder, tmp_path / "steps"))


async def test_an_older_store_asks_for_migrate_and_then_opens(store_url: str, folder: Path, clock: FixedClock) -> None:
    (folder / "0003_notes.sql").write_text("CREATE TABLE notes (id BIGINT PRIMARY KEY, said TEXT NOT NULL);")
    with pytest.raises(OlderSchema):
        await open_store(store_url, clock=clock, folder=folder)
    assert await migrate(store_url, clock=clock, folder=folder) == ["0003_notes"]
    assert await migrate(store_url, clock=clock, folder=folder) == []
    store = await open_store(store_url, clock=clock, folder=folder)
    assert await store.read(rows, "SELECT * FROM notes") == []
    await store.close()


async def test_a_newer_store_is_refused_unless_it_says_it_is_compatible(
    store_url: str, folder: Path, steps_folder: Path, clock: FixedClock
) -> None:
    (folder / "0003_notes.sql").write_text("-- compatible: 2\nCREATE TABLE notes (id BIGINT PRIMARY KEY);")
    await migrate(store_url, clock=clock, folder=folder)
    store = await open_store(store_url, clock=clock, folder=steps_folder)
    await store.close()
    (folder / "0004_more.sql").write_text("ALTER TABLE notes ADD COLUMN said TEXT;")
    await migrate(store_url, clock=clock, folder=folder)
    with pytest.raises(NewerSchema):
        await open_store(store_url, clock=clock, folder=steps_folder)
    with pytest.raises(NewerSchema):
        await migrate(store_url, clock=clock, folder=steps_folder)


async def test_a_migration_that_fails_goes_on_from_the_last_whole_step(
    store_url: str, folder: Path, clock: FixedClock
) -> None:
    (folder / "0003_one.sql").write_text("CREATE TABLE one (id BIGINT PRIMARY KEY);")
    half = folder / "0004_two.sql"
    half.write_text("CREATE TABLE two (id BIGINT PRIMARY KEY); INSERT INTO nowhere VALUES (1);")
    with pytest.raises(StoreError):
        await migrate(store_url, clock=clock, folder=folder)
    half.write_text("CREATE TABLE two (id BIGINT PRIMARY KEY); INSERT INTO two VALUES (1);")
    assert await migrate(store_url, clock=clock, folder=folder) == ["0004_two"]


async def test_who_must_be_alone_is_refused_while_a_hub_is_there(
    store: Store, store_url: str, steps_folder: Path, clock: FixedClock
) -> None:
    with pytest.raises(Held, match="另一个进程"):
        await migrate(store_url, clock=clock, folder=steps_folder)
    second = await open_store(store_url, clock=clock, folder=steps_folder)
    with pytest.raises(Held):
        async with second.exclusive():
            pytest.fail("the other hub was not seen")
    await second.close()
    async with store.exclusive():
        assert await store.write(put, "a", clock())
        with pytest.raises(Held):
            await open_store(store_url, clock=clock, folder=steps_folder)
    second = await open_store(store_url, clock=clock, folder=steps_folder)
    assert list(await second.read(titles)) == ["a"]
    await second.close()


async def test_a_killed_process_lets_go(store_url: str, steps_folder: Path, clock: FixedClock) -> None:
    other = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.storage.neighbour", store_url, str(steps_folder), "n", "1",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert other.stdout
    assert await other.stdout.readline() == b"open\n"
    with pytest.raises(Held):
        await migrate(store_url, clock=clock, folder=steps_folder)
    other.kill()
    await other.communicate()
    for _ in range(100):  # PostgreSQL hears of it a moment later
        try:
            assert await migrate(store_url, clock=clock, folder=steps_folder) == []
            return
        except Held:
            await asyncio.sleep(0.05)
    pytest.fail("the hold outlived its process")


def test_the_common_text_becomes_each_engines_own() -> None:
    text = (
        "CREATE TABLE a (\n id BIGINT PRIMARY KEY, -- TEXT; here\n b TEXT NOT NULL CHECK (b IN ('TEXT'))\n);\nSELECT 1;"
    )
    assert "id INTEGER PRIMARY KEY" in dialect(text, "sqlite")
    assert ") STRICT;\nSELECT 1;" in dialect(text, "sqlite")
    assert "b TEXT COLLATE \"C\" NOT NULL CHECK (b IN ('TEXT'))" in dialect(text, "postgres")


def test_a_deferred_foreign_key_is_refused(folder: Path) -> None:
    (folder / "0003_x.sql").write_text("CREATE TABLE x (a TEXT REFERENCES letters (id) DEFERRABLE INITIALLY DEFERRED);")
    with pytest.raises(StoreError, match="deferred"):
        read_steps(folder)[2].text("sqlite")


def test_a_gap_in_the_steps_is_refused(folder: Path) -> None:
    (folder / "0004_x.sql").write_text("SELECT 1;")
    with pytest.raises(StoreError, match="numbered"):
        read_steps(folder)


@pytest.mark.parametrize(
    ("version", "affected"),
    [
        ((3, 6, 23), False),
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 53, 4), False),
    ],
)
def test_the_affected_versions_of_sqlite_are_known(version: tuple[int, ...], *, affected: bool) -> None:
    assert loses_commits(version) is affected


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_with_an_affected_sqlite_one_process_writes_and_others_only_ask(
    store_url: str, steps_folder: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, engine: str
) -> None:
    monkeypatch.setattr("hub.storage.sqlite.loses_commits", lambda version: True)
    store = await open_store(store_url, clock=clock, folder=steps_folder)
    assert store.health().careful
    with pytest.raises(Held):
        await open_store(store_url, clock=clock, folder=steps_folder)
    asking = await open_store(store_url, clock=clock, writes=False, folder=steps_folder)
    await store.write(put, "a", clock())
    assert list(await asking.read(titles)) == ["a"]
    await asking.close()
    await store.close()


async def test_a_store_that_cannot_open_leaves_nothing_behind(tmp_path: Path, clock: FixedClock) -> None:
    with pytest.raises(OlderSchema):
        await open_store(f"sqlite://{tmp_path}/none.db", clock=clock)
    assert not (tmp_path / "none.db").exists()
    (tmp_path / "text.db").write_text("this is not a database, it only looks like a file of some length" * 100)
    with pytest.raises(StoreError):
        await open_store(f"sqlite://{tmp_path}/text.db", clock=clock)
    for address in ("sqlite://relative.db", "mysql://x/y", "/plain/path"):
        with pytest.raises(StoreError, match="address"):
            await open_store(address, clock=clock)
