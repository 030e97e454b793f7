"""The last place in the journal this process has seen, and waiting for the next."""

import asyncio


class Head:
    """Moves forward only; belongs to one event loop."""

    def __init__(self) -> None:
        self.seq = 0
        self._changed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def move(self, seq: int) -> None:
        """A commit up to `seq` was seen: wake everybody who waits for it."""
        if seq > self.seq:
            self.seq = seq
            changed, self._changed = self._changed, asyncio.get_running_loop().create_future()
            changed.set_result(None)

    async def wait(self, after_seq: int, timeout: float) -> int:
        """Return the head as soon as it is past `after_seq`, or as it is after `timeout` seconds."""
        try:
            async with asyncio.timeout(timeout):
                while self.seq <= after_seq:
                    await asyncio.shield(self._changed)
        except TimeoutError:
            pass
        return self.seq
