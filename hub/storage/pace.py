"""How a command writes beside a running hub: short deeds, and at least as long a rest between two."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import TypeVar

from hub.storage.contract import Store
from hub.storage.tx import Tx

T = TypeVar("T")
R = TypeVar("R")

LONGEST_SECONDS = 0.020
FIRST, MOST = 16, 1024


async def in_short_deeds(store: Store, deed: Callable[[Tx, Sequence[T]], R], items: Sequence[T]) -> AsyncIterator[R]:
    """Write `items` in slices that take about half of 20 ms each, yielding the deed's answer for each slice.

    The slice shrinks and grows with the time it took. Whatever the deed raises ends it; the slices before it stand.
    """
    size, start = FIRST, 0
    while start < len(items):
        begun = time.monotonic()
        yield await store.write(deed, items[start : start + size])
        took = time.monotonic() - begun
        start += size
        size = max(1, min(MOST, int(size * LONGEST_SECONDS / 2 / max(took, 0.001))))
        await asyncio.sleep(max(took, LONGEST_SECONDS))
