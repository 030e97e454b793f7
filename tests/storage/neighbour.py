"""Another process on the same store: receives letters and says on stdout which ones it was told are durable."""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from hub.storage.store import open_store
from tests.storage.letters import put

NOW = datetime(2026, 2, 13, tzinfo=UTC)


async def main(url: str, folder: str, name: str, count: int) -> None:
    store = await open_store(url, clock=lambda: NOW, folder=Path(folder))
    print("open", flush=True)
    sys.stdin.readline()

    async def receive(number: int) -> None:
        await store.intake(f"{name}-{number:05}", put, f"{name}-{number:05}", NOW)
        print(f"{name}-{number:05}", flush=True)

    for start in range(0, count, 16):
        await asyncio.gather(*[receive(number) for number in range(start, min(start + 16, count))])
        await asyncio.sleep(0.005)
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])))
