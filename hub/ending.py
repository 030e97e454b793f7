"""Ending: tasks that run beside the others are cancelled until they have ended."""

import asyncio
from typing import Any

AGAIN = 0.5
"""Seconds after which a task that goes on is cancelled once more."""


async def stopped(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks and wait until all have ended, whatever they end with.

    Once is not enough: until Python 3.12 `asyncio.wait_for` loses a cancellation that meets the result it waits for
    (python/cpython#86296), and a task that runs for ever would then never end.
    """
    while left := {task for task in tasks if not task.done()}:
        for task in left:
            task.cancel()
        await asyncio.wait(left, timeout=AGAIN)
    await asyncio.gather(*tasks, return_exceptions=True)
