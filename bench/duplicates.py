"""Similar letters at growing sizes: `python -m bench.duplicates` files letters and looks some up, in one run."""

import argparse
import asyncio
import random
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from bench.figures import percentile, table
from hub.privacy.codes import new_id
from hub.storage import alike
from hub.storage.migrate import migrate
from hub.storage.store import open_store
from hub.storage.tx import Tx
from routing.duplicates import COMPARED, NEWEST
from routing.similar import Sketch, keys, rarity, score, sketch

BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
PLACES = 4_000
ISSUES = (
    "路灯坏了没人修",
    "电梯停运",
    "夜间施工扰民",
    "下水道堵塞",
    "占道停车",
    "自来水浑浊",
    "暖气不热",
    "垃圾没人清运",
)
REST = "请尽快派人来看一看，我们已经打过电话，等了好几天没有答复，老人和孩子出门很不方便。"
CHARACTERS = [chr(c) for c in range(0x4E00, 0x4E00 + 2_500)]
LOOKED_UP = 300


def letter(draw: random.Random) -> Sketch:
    """An invented letter about one of a few matters at one of many places."""
    place = "".join(random.Random(draw.randrange(PLACES)).choices(CHARACTERS, k=3))
    issue = draw.choice(ISSUES)
    return sketch(f"{place}小区{issue}", f"{place}小区{draw.randrange(40)}栋{issue}，{REST}", rarity())


def file(tx: Tx, filed: Sequence[tuple[str, tuple[int, ...]]]) -> None:
    """The deed: file some letters under their keys."""
    tx.executemany(alike.ADD, [{"key": key, "case_id": case_id} for case_id, found in filed for key in found])


async def measure(sizes: Sequence[int]) -> list[tuple[object, ...]]:
    """Milliseconds to find the candidates of a letter at each size, and letters sketched and filed a second."""
    draw, rows, n = random.Random(7), list[tuple[object, ...]](), 0
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite://{Path(folder) / 'minxin.db'}"
        await migrate(url, clock=lambda: BEGUN)
        store = await open_store(url, clock=lambda: BEGUN)
        first = 0.0
        for size in sizes:
            begun, grown = perf_counter(), size - n
            while n < size:
                filed = [(new_id(n + k, draw.randbytes(10)), keys(letter(draw))) for k in range(min(200, size - n))]
                await store.write(file, filed)
                n += len(filed)
            rate, took = grown / (perf_counter() - begun), list[float]()
            for _ in range(LOOKED_UP):
                asked = keys(letter(draw))
                at = perf_counter()
                await store.read(alike.sharing, asked, NEWEST, COMPARED)
                took.append((perf_counter() - at) * 1000)
            p50 = percentile(took, 0.5)
            first = first or p50
            rows.append(
                (f"{size:,}", f"{p50:.2f}", f"{percentile(took, 0.99):.2f}", f"{p50 / first:.2f}", f"{rate:,.0f}")
            )
        await store.close()
    return rows


def compared(times: int = 2_000) -> float:
    """Microseconds to compare two letters that are sketched."""
    draw = random.Random(3)
    a, b = letter(draw), letter(draw)
    begun = perf_counter()
    for _ in range(times):
        score(a, b)
    return (perf_counter() - begun) / times * 1e6


def main() -> None:
    """Print how looking up grows with the number of letters."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--letters", type=int, nargs="*", default=[2_000, 8_000, 24_000])
    rows = asyncio.run(measure(asked.parse_args().letters))
    print(table(("letters", "p50 ms", "p99 ms", "ratio (≤ 1.5)", "filed/s"), rows))
    print(f"comparing two letters: {compared():.0f} µs")


if __name__ == "__main__":
    main()
