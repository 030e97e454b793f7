"""Holding a database file: everybody shares it, and who must be alone asks for all of it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hub.storage.contract import IN_USE
from hub.storage.errors import Held


class FileHold:
    """A lock on a side file that the kernel lets go of with the process, however it ends."""

    def __init__(self, path: Path, *, alone: bool = False) -> None:
        """Take hold of `path`; raises Held when someone is there who must be alone (or, for `alone`, anyone)."""
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            self._lock(fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        except Held:
            os.close(self._file)
            raise

    def release(self) -> None:
        """Let go."""
        os.close(self._file)

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Nobody else for a while; raises Held if somebody is there."""
        try:
            self._lock(fcntl.LOCK_EX)
            yield
        finally:
            self._lock(fcntl.LOCK_SH)

    def _lock(self, kind: int) -> None:
        try:
            fcntl.flock(self._file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Held(IN_USE) from None
