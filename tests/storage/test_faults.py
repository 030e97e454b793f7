"""Faults: a commit that fails, a disk that is full, a neighbour that is busy, killed or in the way."""

import asyncio
import dataclasses
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from hub.storage import journal
from hub.storage.errors import (
    Collided,
    Conflict,
    ForbiddenStatement,
    RuleBroken,
    StoreBusy,
    StoreError,
    Unavailable,
)
from hub.storage.migrate import migrate
from hub.storage.postgres_driver import in_our_words
from hub.storage.sqlite_driver import Lane, SqliteDriver, open_writer, sqlite
from hub.storage.statements import read_statement
from hub.storage.store import Store, open_store
from hub.storage.tx import Tx
from tests.conftest import FixedClock
from tests.postgres import PostgresServer
from tests.storage.checks import assert_whole
from tests.storage.letters import entry, put, rows, titles

PLEDGES = "CREATE TABLE pledges (letter TEXT REFERENCES letters (id) DEFERRABLE INITIALLY DEFERRED)"
SQLITE = pytest.mark.parametrize("engine", ["sqlite"])
POSTGRES = pytest.mark.parametrize("engine", [pytest.param("postgres", marks=pytest.mark.postgres)])


@pytest.fixture
async def with_pledges(store_url: str, engine: str, clock: FixedClock, steps_folder: Path) -> Any:
    """A store with a table whose rule is only looked at by the commit (which our steps refuse to have)."""
    connection: Any = sqlite.connect(store_url[9:]) if engine == "sqlite" else psycopg.connect(store_url)
    connection.execute(PLEDGES)
    connection.commit()
    connection.close()
    opened = await open_store(store_url, clock=clock, folder=steps_folder)
    yield opened
    await opened.close()


async def test_a_commit_that_fails_is_told_to_the_one_it_fails_for(with_pledges: Store, clock: FixedClock) -> None:
    def pledge(tx: Tx) -> None:
        put(tx, "pledged", clock())
        tx.execute("INSERT INTO pledges (letter) VALUES ('nowhere')")

    deeds = [with_pledges.intake(f"{n}", put, f"{n}", clock()) for n in range(6)]
    ended = await asyncio.gather(*deeds[:3], with_pledges.intake("2x", pledge), *deeds[3:], return_exceptions=True)
    assert [type(end) for end in ended] == [bool] * 3 + [RuleBroken] + [bool] * 3
    assert await assert_whole(with_pledges) == 6
    with pytest.raises(RuleBroken):
        await with_pledges.write(pledge)
    assert await assert_whole(with_pledges) == 6


@SQLITE
async def test_a_group_that_sqlite_rolls_back_is_told_to_nobody_and_run_again(
    store_url: str, clock: FixedClock, steps_folder: Path, engine: str
) -> None:
    with sqlite.connect(store_url[9:]) as connection:
        connection.execute(
            "CREATE TRIGGER all_gone AFTER INSERT ON letters WHEN new.title = 'all gone'"
            " BEGIN SELECT RAISE(ROLLBACK, 'all gone'); END"
        )
    connection.close()
    store = await open_store(store_url, clock=clock, folder=steps_folder)
    runs: list[str] = []

    def counted(tx: Tx, key: str, title: str) -> bool:
        runs.append(key)
        return put(tx, key, clock(), title)

    wordings = ["fine", "fine", "all gone", "fine"]
    ended = await asyncio.gather(
        *[store.intake(f"{n}", counted, f"{n}", title) for n, title in enumerate(wordings)], return_exceptions=True
    )
    assert [type(end) for end in ended] == [bool, bool, RuleBroken, bool]
    assert runs == ["0", "1", "2", "0", "1", "2", "3"]
    assert await assert_whole(store) == 3
    await store.close()


async def test_after_one_failure_in_a_group_of_intake_nobody_is_lost_or_doubled(
    store: Store, clock: FixedClock
) -> None:
    def taken(tx: Tx, key: str) -> None:
        put(tx, key, clock())
        tx.execute("INSERT INTO letters (id, title, version) VALUES ('taken', 'x', 1)")

    await store.write(put, "taken", clock())
    deeds = [store.intake(f"{n:02}", taken, f"{n:02}") if n == 7 else store.intake(f"{n:02}", put, f"{n:02}", clock())
             for n in range(30)]  # fmt: skip
    ended = await asyncio.gather(*deeds, return_exceptions=True)
    assert [n for n, end in enumerate(ended) if end is not True] == [7]
    assert isinstance(ended[7], Conflict)
    assert await assert_whole(store) == 30


@SQLITE
def test_the_authorizer_refuses_what_slipped_past_the_reading_of_the_text(tmp_path: Path, engine: str) -> None:
    raw = open_writer(tmp_path / "a.db", create=True)
    driver = SqliteDriver(raw)
    raw.execute("BEGIN IMMEDIATE")
    driver.deed_runs = True
    for statement in ("COMMIT", "SAVEPOINT mine", "ATTACH ':memory:' AS other"):
        with pytest.raises(ForbiddenStatement):
            driver.execute(_unread(statement), {})
    driver.deed_runs = False
    assert raw.in_transaction
    raw.close()


def _unread(sql: str) -> Any:
    return dataclasses.replace(read_statement("SELECT 1"), sqlite=sql)


@contextmanager
def a_small_disk(folder: Path) -> Iterator[Callable[[], None]]:
    """A folder on 4 MB of tmpfs where that may be mounted, else files of at most 1 MB; yields what makes room."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], check=False, capture_output=True
    )
    if mounted.returncode:
        with small_files(folder) as make_room:
            yield make_room
        return
    try:
        yield lambda: subprocess.run(["mount", "-o", "remount,size=64m", folder], check=True)
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@contextmanager
def small_files(folder: Path) -> Iterator[Callable[[], None]]:
    """No file of this process may grow past 1 MB until room is made."""
    folder.mkdir(exist_ok=True)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    make_room = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, before)  # noqa: E731
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))
    try:
        yield make_room
    finally:
        make_room()


@pytest.mark.parametrize("disk", [a_small_disk, small_files])
async def test_on_a_full_disk_what_was_told_stands_questions_go_on_and_room_heals(
    tmp_path: Path, clock: FixedClock, steps_folder: Path, disk: Any
) -> None:
    with disk(tmp_path / "disk") as make_room:
        url = f"sqlite://{tmp_path}/disk/minxin.db"
        await migrate(url, clock=clock, folder=steps_folder)
        store = await open_store(url, clock=clock, folder=steps_folder)
        told: set[str] = set()

        async def receive(key: str) -> type:
            with suppress(Unavailable):
                if await store.intake(key, put, key, clock(), "长" * 20_000):
                    told.add(key)
                    return bool
            return Unavailable

        ended: list[type] = []
        for start in range(0, 120, 8):
            ended += await asyncio.gather(*[receive(f"{n:03}") for n in range(start, start + 8)])
        assert set(ended) == {bool, Unavailable}
        assert set(await store.read(titles, room="heavy")) == told
        assert store.health().pump_alive
        make_room()
        assert await receive("after") is bool
        assert await assert_whole(store) == len(told)
        await store.close()


@SQLITE
async def test_a_neighbour_that_never_lets_go_costs_nobody_a_letter(
    store: Store, store_url: str, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, engine: str
) -> None:
    neighbour = sqlite.connect(store_url[9:], isolation_level=None)
    neighbour.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr("hub.storage.pump.PATIENCE_SECONDS", 0.05)
    ended = await asyncio.gather(*[store.write(put, f"{n}", clock()) for n in range(5)], return_exceptions=True)
    assert {type(end) for end in ended} == {StoreBusy}
    assert await store.read(titles) == {}
    monkeypatch.setattr("hub.storage.pump.PATIENCE_SECONDS", 15)
    patient = asyncio.create_task(store.write(put, "patient", clock()))
    await asyncio.sleep(0.01)
    neighbour.execute("ROLLBACK")
    neighbour.close()
    assert await patient
    assert await assert_whole(store) == 1


@SQLITE
async def test_a_long_group_goes_back_to_the_front_and_everyone_is_answered(
    store: Store, clock: FixedClock, engine: str
) -> None:
    order: list[int] = []

    def slow(tx: Tx, n: int) -> int:
        order.append(n)
        time.sleep(0.004)
        put(tx, f"{n}", clock())
        return n

    assert await asyncio.gather(*[store.write(slow, n) for n in range(30)]) == list(range(30))
    assert order == list(range(30))


@SQLITE
async def test_the_log_is_cut_when_the_store_closes(
    store_url: str, clock: FixedClock, steps_folder: Path, engine: str
) -> None:
    store = await open_store(store_url, clock=clock, folder=steps_folder)
    for n in range(50):
        await store.write(put, f"{n}", clock(), "长" * 1000)
    log = Path(f"{store_url[9:]}-wal")
    assert log.stat().st_size > 0
    await store.close()
    assert not log.exists()


@SQLITE
async def test_the_writing_connection_is_durable(tmp_path: Path, engine: str) -> None:
    async with Lane(lambda: open_writer(tmp_path / "a.db", create=True)) as lane:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "journal_size_limit")
        said = await lane.run(lambda: [lane.raw.execute(f"PRAGMA {name}").fetchone()[0] for name in names])
    assert said == ["wal", 2, 1, 0, 16_777_216]


async def test_another_process_writes_beside_us_into_the_same_order(
    store: Store, store_url: str, steps_folder: Path, clock: FixedClock
) -> None:
    other = await start_neighbour(store_url, steps_folder, "other", 200)
    other.stdin.write(b"go\n")
    mine = [await store.write(put, f"mine-{n}", clock()) for n in range(100)]
    out, _ = await other.communicate()
    assert other.returncode == 0
    assert len(out.split()) == 200
    assert all(mine)
    assert await assert_whole(store) == 300
    assert await store.wait_for_change(299, 10) == 300


async def test_what_a_killed_process_was_told_stands_whole(
    store: Store, store_url: str, steps_folder: Path, clock: FixedClock
) -> None:
    told: set[str] = set()
    for turn in range(2):
        other = await start_neighbour(store_url, steps_folder, f"n{turn}", 5_000)
        other.stdin.write(b"go\n")
        for _ in range(100 + turn * 150):
            told.add((await other.stdout.readline()).decode().strip())
        other.kill()
        rest, _ = await other.communicate()
        told |= {line for line in rest.decode().split("\n")[:-1] if line}
    assert other.returncode == -signal.SIGKILL
    assert told <= set(await store.read(titles, room="heavy"))
    assert await assert_whole(store) >= len(told)
    assert await store.write(put, "after", clock())


async def start_neighbour(url: str, folder: Path, name: str, count: int) -> Any:
    """Another process with the store open, waiting for a line to begin."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.storage.neighbour", url, str(folder), name, str(count),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": os.getcwd()},
    )  # fmt: skip
    assert process.stdout
    assert await process.stdout.readline() == b"open\n"
    return process


@POSTGRES
async def test_deeds_that_lock_each_other_out_are_run_again_whole(store: Store, clock: FixedClock, engine: str) -> None:
    for key in ("a", "b"):
        await store.write(put, key, clock())
    both = threading.Barrier(2)
    runs: list[str] = []

    def crossing(tx: Tx, first: str, then: str) -> None:
        runs.append(first)
        change = "UPDATE letters SET version = version + 1 WHERE id = :id RETURNING id"
        tx.execute(change, {"id": first})
        if len(runs) <= 2:
            both.wait(10)
        tx.execute(change, {"id": then})
        journal.append(tx, [entry(first, "cross", clock())])

    await asyncio.gather(store.write(crossing, "a", "b"), store.write(crossing, "b", "a"))
    assert len(runs) in (3, 4)  # a busy server may break the tie twice
    assert await store.read(rows, "SELECT version FROM letters") == [{"version": 3}] * 2
    assert await assert_whole(store) == 2
    assert await store.read(journal.head) == (4, (await store.read(journal.read_after, 3, 1))[0].hash)


@POSTGRES
async def test_a_deed_whose_connection_is_cut_runs_again_on_a_new_one(
    store: Store, clock: FixedClock, engine: str
) -> None:
    runs: list[int] = []

    def cut(tx: Tx) -> bool:
        (row,) = tx.execute("SELECT pg_backend_pid() AS pid")
        runs.append(row["pid"])
        new = put(tx, "a", clock())
        if len(runs) == 1:
            tx.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return new

    assert await store.write(cut)
    assert len(set(runs)) == 2
    assert await assert_whole(store) == 1


@pytest.mark.postgres
async def test_a_server_that_crashes_under_load_keeps_what_was_told_and_the_hub_finds_it_again(
    clock: FixedClock, steps_folder: Path
) -> None:
    server = await asyncio.to_thread(PostgresServer, fsync=True)
    try:
        url = server.url(server.create())
        await migrate(url, clock=clock, folder=steps_folder)
        store = await open_store(url, clock=clock, folder=steps_folder)
        told: set[str] = set()

        async def receive(key: str) -> None:
            with suppress(StoreError):  # an answer that was lost: asked again by key, as a citizen's page does
                await (store.intake(key, put, key, clock()) if key[-1] in "02468" else store.write(put, key, clock()))
                told.add(key)

        async def citizen(name: int) -> None:
            for n in range(60):
                await receive(f"{name}-{n}")

        citizens = [asyncio.create_task(citizen(name)) for name in range(8)]
        await asyncio.sleep(0.1)
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)
        await asyncio.gather(*citizens)
        assert len(told) > 400
        assert told <= set(await store.read(titles, room="heavy"))
        assert await assert_whole(store) <= 480
        await store.write(put, "after", clock())
        assert await store.wait_for_change(store.head() - 1, 5) == (await store.read(journal.head)).seq
        await store.close()
    finally:
        await asyncio.to_thread(server.stop)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (psycopg.errors.DiskFull(), Unavailable),
        (psycopg.errors.IoError(), Unavailable),
        (psycopg.errors.AdminShutdown(), Unavailable),
        (psycopg.OperationalError(), Unavailable),
        (psycopg.errors.DeadlockDetected(), Collided),
        (psycopg.errors.SerializationFailure(), Collided),
        (psycopg.errors.LockNotAvailable(), StoreBusy),
        (psycopg.errors.UniqueViolation(), Conflict),
        (psycopg.errors.NotNullViolation(), RuleBroken),
        (psycopg.errors.UndefinedTable(), StoreError),
    ],
)
def test_postgresqls_errors_become_ours(fault: psycopg.Error, told: type[StoreError]) -> None:
    assert type(in_our_words(fault)) is told
