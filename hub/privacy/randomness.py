"""Random bytes of the system, drawn a page at a time: each draught stops the program for a moment."""

import os
import threading

PAGE = 4096


class _Drawn(threading.local):
    """What a thread of a process has drawn and not yet handed out."""

    def __init__(self) -> None:
        self.page = b""
        self.at = 0
        self.process = 0


_drawn = _Drawn()


def draw(n: int) -> bytes:
    """`n` random bytes (at most a page) fit for keys and nonces; no byte is ever handed out twice.

    Every thread draws its own page, and a process that was forked off begins a new one.
    """
    if _drawn.at + n > len(_drawn.page) or _drawn.process != os.getpid():
        _drawn.page, _drawn.at, _drawn.process = os.urandom(PAGE), 0, os.getpid()
    _drawn.at += n
    return _drawn.page[_drawn.at - n : _drawn.at]
