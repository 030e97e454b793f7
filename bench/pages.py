"""Pages at 10 thousand cases and at many: `python -m bench.pages --cases 1000000` prints both sides and their ratio."""

import argparse
import asyncio
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

from bench.district import FREQUENT, NOW, RARE, number, published, settle
from bench.figures import percentile, table
from bench.serve import open_office
from hub import reading, results
from hub.office import Office
from hub.people import Actor, Grant
from hub.results import Wish

SMALL = 10_000
HANDLER = Actor("officer", "o-1", "p-1", "周亦安", (Grant("handler", "urban"),), home="urban")
DISPATCHER = Actor("officer", "o-2", "p-2", "乔满仓", (Grant("dispatcher"),), home="intake")
Ask = Callable[[random.Random], Any]
Times = dict[str, list[float]]


def shown(rng: random.Random, many: int) -> str:
    """The number of some published letter."""
    return number(next(n for n in iter(lambda: rng.randrange(many), -1) if published(n)))


async def questions(office: Office, many: int, rounds: int) -> Times:
    """Milliseconds of each question, asked one after the other through the store's rooms."""
    book, store = await office.book(), office.store
    engine = store.health().engine

    def found(wish: Wish) -> Any:
        return store.read(results.found, engine, wish, book, 20, room="public")

    asks: dict[str, Ask] = {
        "public list, first page": lambda _: found(Wish()),
        "public list, any depth": lambda rng: found(Wish(older=shown(rng, many))),
        "public list of a unit": lambda _: found(Wish(unit="urban")),
        "public case": lambda rng: store.read(results.one, shown(rng, many), book, room="public"),
        "search, frequent word": lambda _: found(Wish(q=FREQUENT)),
        "search, rare word": lambda _: found(Wish(q=RARE)),
        "inbox of a unit": lambda _: store.read(reading.inbox, HANDLER, "open", {}, book, NOW),
        "inbox of the desk": lambda _: store.read(reading.inbox, DISPATCHER, "open", {}, book, NOW),
        "counts of the inbox": lambda _: store.read(reading.counts, DISPATCHER, book, NOW),
        "case of an officer": lambda rng: store.read(
            reading.staff_case, number(rng.randrange(many)), DISPATCHER, book, NOW
        ),
    }
    times: Times = {name: [] for name in asks}
    rng = random.Random(many)
    for turn in range(rounds + 20):
        for name, ask in asks.items():
            begun = perf_counter()
            await ask(rng)
            if turn >= 20:
                times[name].append((perf_counter() - begun) * 1000)
    return times


async def pages(folder: Path, many: int, rounds: int) -> Times:
    """Milliseconds of pages over HTTP, one connection: the hub's own and the bare list beside it."""
    times: Times = {}
    rng = random.Random(many + 1)
    older = [f"/results?older={shown(rng, many)}" for _ in range(rounds)]
    letters = [f"/results/{shown(rng, many)}" for _ in range(rounds)]
    for name, what, paths in (
        ("HTTP bare list, any depth", "bare", older),
        ("HTTP public list, any depth", "site", older),
        ("HTTP public list, again and again", "site", ["/results"] * rounds),
        ("HTTP public case", "site", letters),
    ):
        times[name] = await _fetched(what, folder, paths)
    return times


async def _fetched(what: str, folder: Path, paths: list[str]) -> list[float]:
    command = [sys.executable, "-m", "bench.serve", what, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            port = int(server.stdout.readline())
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            took = [await _get(reader, writer, port, path) for path in paths[:20] + paths]
            writer.close()
        finally:
            server.terminate()
            server.stdout.read()
    return took[20:]


async def _get(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int, path: str) -> float:
    begun = perf_counter()
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: identity\r\n\r\n".encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    if head[0].split()[1] != "200":
        raise RuntimeError(f"{path} answered {head[0]}")
    length = next(int(line[15:]) for line in head if line.lower().startswith("content-length:"))
    await reader.readexactly(length)
    return (perf_counter() - begun) * 1000


async def measure(many: int, told: argparse.Namespace) -> Times:
    """Settle a district of so many cases and ask everything of it."""
    with tempfile.TemporaryDirectory(dir=told.folder) as name:
        folder = Path(name)
        office = await open_office(folder)
        begun = perf_counter()
        await settle(office, many)
        size = (folder / "minxin.db").stat().st_size / many
        print(f"{many} cases settled in {perf_counter() - begun:.0f} s, {size:.0f} bytes each")
        await office.store.close()
        office = await open_office(folder)
        times = await questions(office, many, told.rounds)
        await office.store.close()
        return {**times, **await pages(folder, many, told.rounds)}


async def main(told: argparse.Namespace) -> None:
    small, large = await measure(SMALL, told), await measure(told.cases, told)
    rows = []
    for name, took in small.items():
        a50, a99, b50, b99 = (percentile(t, share) for t in (took, large[name]) for share in (0.5, 0.99))
        rows.append((name, f"{a50:.2f}", f"{a99:.2f}", f"{b50:.2f}", f"{b99:.2f}", f"{b50 / a50:.2f}"))
    head = ("question or page", f"p50 ms at {SMALL}", "p99", f"p50 ms at {told.cases}", "p99", "p50 ratio")
    print(table(head, rows))


if __name__ == "__main__":
    asked = argparse.ArgumentParser()
    asked.add_argument("--cases", type=int, default=100_000)
    asked.add_argument("--rounds", type=int, default=200)
    asked.add_argument("--folder", default=None)
    asyncio.run(main(asked.parse_args()))
