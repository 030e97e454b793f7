"""Another process that recounts one case after the other, says so, and is slow enough to be killed in the middle."""

import asyncio
import sys
from datetime import datetime
from pathlib import Path

from hub.storage.store import open_store
from supervision import recount
from tests.builders import office_on


async def main(url: str, folder: str, moment: str) -> None:
    now = datetime.fromisoformat(moment)
    store = await open_store(url, clock=lambda: now)
    office = office_on(store, lambda: now, Path(folder))
    book = await office.book()
    rows = await store.read(recount.clocks.behind, book.numbers["calendar"], now, 1000)
    for case_id in dict.fromkeys(row.case_id for row in rows):
        done = await store.write(recount.recount_case, case_id, book, now)
        print(done.moved, flush=True)
        await asyncio.sleep(0.1)
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
