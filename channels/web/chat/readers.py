"""Readers: browsers that wait for what is said in their chat; each is only woken, and reads on from its own place."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hub.errors import TooMany

MOST_EACH = 4
"""Pages of one chat that may wait at once."""
MOST_ALL = 12_000
"""Pages that may wait in one process; the measured cost of an idle one stands in bench/readers.py."""
LOOK_SECONDS = 5.0
"""How often it is looked whether a reader's browser has left."""


class Reader:
    """One waiting page. It holds no queue: however much is said, it is woken once and reads from the store."""

    __slots__ = ("_gone", "_news")

    def __init__(self, gone: Callable[[], bool]) -> None:
        self._gone = gone
        self._news = asyncio.Event()

    @property
    def gone(self) -> bool:
        """Whether its browser has left."""
        return self._gone()

    def wake(self) -> None:
        """Something was said, or it is time to leave."""
        self._news.set()

    async def wait(self, seconds: float) -> bool:
        """Wait to be woken; False when `seconds` passed in silence."""
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return False
        self._news.clear()
        return True


class Readers:
    """All pages that wait in this process, by chat."""

    def __init__(self, most_each: int = MOST_EACH, most_all: int = MOST_ALL) -> None:
        self._of: dict[str, set[Reader]] = {}
        self._count = 0
        self._most_each, self._most_all = most_each, most_all
        self._ended = False

    def __len__(self) -> int:
        return self._count

    @contextmanager
    def place(self, chat: str, gone: Callable[[], bool]) -> Iterator[Reader]:
        """A place to wait in, free again when the block ends; raises TooMany."""
        mine = self._of.get(chat, set())
        if len(mine) >= self._most_each or self._count >= self._most_all:
            raise TooMany(60)
        reader = Reader(lambda: self._ended or gone())
        self._of.setdefault(chat, mine).add(reader)
        self._count += 1
        try:
            yield reader
        finally:
            self._count -= 1
            mine.discard(reader)
            if not mine:
                self._of.pop(chat, None)

    def wake(self, chat: str) -> None:
        """Let every page of a chat look."""
        for reader in self._of.get(chat, ()):
            reader.wake()

    def end(self) -> None:
        """Let every page go, for a site that stops."""
        self._ended = True
        self._let_go()

    async def watch(self) -> None:
        """Let readers go whose browser has left; one look over all of them, not a task or timer each."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            self._let_go()

    def _let_go(self) -> None:
        for readers in self._of.values():
            for reader in readers:
                if reader.gone:
                    reader.wake()
