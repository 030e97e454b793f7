"""How often one address, account or officer may do a thing: moving windows, counted where this process lives."""

import ipaddress
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from time import time

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import Storage
from limits.strategies import MovingWindowRateLimiter

from channels.web.windows import Windows
from config.settings import Limits
from hub.errors import TooMany

EVERYWHERE = "*"
MOVES_PER_MINUTE = 240
"""Moves, notes and contact views of one officer: far above any hand, far below a script that copies the ledger."""
MESSAGES_PER_HOUR = 60
TURNS_PER_MINUTE = 60
"""Sendings in chats from one address: a hall full of visitors shares one; a script is stopped."""
MARKS_PER_MINUTE = 600


@dataclass(frozen=True, slots=True)
class Gate:
    """One limit by name; every key under it has its own window."""

    name: str
    item: RateLimitItem


class Gates:
    """All limits of the site. `storage` is memory for one process; a shared one serves several (RELIABILITY S13)."""

    def __init__(self, limits: Limits, storage: Storage | None = None) -> None:
        self._window = MovingWindowRateLimiter(storage or Windows())
        self.letters = Gate("letters", RateLimitItemPerHour(limits.letters_per_hour))
        self.lookups = Gate("lookups", RateLimitItemPerMinute(limits.lookups_per_quarter, 15))
        self.all_lookups = Gate("all-lookups", RateLimitItemPerMinute(limits.lookups_everywhere_per_quarter, 15))
        self.sign_ins = Gate("sign-ins", RateLimitItemPerMinute(limits.sign_ins_per_quarter, 15))
        self.moves = Gate("moves", RateLimitItemPerMinute(MOVES_PER_MINUTE))
        self.messages = Gate("messages", RateLimitItemPerHour(MESSAGES_PER_HOUR))
        self.turns = Gate("turns", RateLimitItemPerMinute(TURNS_PER_MINUTE))
        self.marks = Gate("marks", RateLimitItemPerMinute(MARKS_PER_MINUTE))

    def take(self, gate: Gate, *keys: str) -> None:
        """Count one attempt under each key; raises TooMany as soon as one is used up."""
        for key in keys:
            if not self._window.hit(gate.item, gate.name, key):
                raise TooMany(self._wait(gate, key))

    def must_have_room(self, gate: Gate, *keys: str) -> None:
        """Raise TooMany where a key is used up, without counting: for limits that count failures alone."""
        for key in keys:
            if not self._window.test(gate.item, gate.name, key):
                raise TooMany(self._wait(gate, key))

    def _wait(self, gate: Gate, key: str) -> int:
        """Whole seconds until the oldest attempt leaves the window."""
        return max(1, ceil(self._window.get_window_stats(gate.item, gate.name, key).reset_time - time()))


@lru_cache(maxsize=10_000)
def prefix(address: str) -> str:
    """What an address counts as: itself, or its /64 for IPv6, of which one household holds a whole network."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv6Address):
        if known.ipv4_mapped is not None:
            return str(known.ipv4_mapped)
        return str(ipaddress.ip_network((known, 64), strict=False))
    return str(known)
