"""Moving windows in this process's memory: the storage behind the gates, for the strategies of the library `limits`.

The library's own memory storage starts a thread for each breath of traffic, which walks over all keys there are; here
what is over goes when the next attempt comes, and no thread is needed (ADR 0008).
"""

from collections import OrderedDict, deque
from collections.abc import Callable
from time import time

from limits.storage import MovingWindowSupport, Storage

MOST_KEYS = 200_000
"""So many addresses and accounts are remembered; past that the one unheard of for longest is forgotten."""


class Windows(Storage, MovingWindowSupport):
    """For each key the moments of its attempts, oldest first; used on one thread, that of the event loop."""

    STORAGE_SCHEME = None

    def __init__(self, clock: Callable[[], float] = time) -> None:
        super().__init__()
        self._clock = clock
        self._moments: OrderedDict[str, deque[float]] = OrderedDict()
        self._over: dict[str, float] = {}

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count `amount` attempts now; False, and nothing counted, where the window has no room for them."""
        now = self._clock()
        self._forget(now)
        moments = self._within(key, now - expiry)
        if len(moments) + amount > limit:
            return False
        moments.extend([now] * amount)
        self._moments[key] = moments
        self._moments.move_to_end(key)
        self._over[key] = now + expiry
        return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """When the oldest attempt of the window was (now where there is none), and how many there are."""
        now = self._clock()
        moments = self._within(key, now - expiry)
        return (moments[0] if moments else now), len(moments)

    def _within(self, key: str, since: float) -> deque[float]:
        moments = self._moments.get(key, deque())
        while moments and moments[0] < since:
            moments.popleft()
        return moments

    def _forget(self, now: float) -> None:
        """Let go of the keys unheard of for longest: those whose windows are over, and whatever is past the most."""
        while self._moments:
            key = next(iter(self._moments))
            if self._over[key] > now and len(self._moments) <= MOST_KEYS:
                return
            self.clear(key)

    def clear(self, key: str) -> None:
        """Forget one key."""
        self._moments.pop(key, None)
        self._over.pop(key, None)

    def reset(self) -> int | None:
        """Forget all keys; answers how many there were."""
        many = len(self._moments)
        self._moments.clear()
        self._over.clear()
        return many

    def check(self) -> bool:
        """Memory is always there."""
        return True

    @property
    def base_exceptions(self) -> type[Exception] | tuple[type[Exception], ...]:
        """What may go wrong inside; nothing of its own."""
        return ()

    # Fixed windows, which the library's base class asks of every storage; no gate of ours uses them.

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count on, whatever the limit."""
        self.acquire_entry(key, MOST_KEYS, int(expiry), amount)
        return self.get(key)

    def get(self, key: str) -> int:
        """How many attempts are remembered."""
        return len(self._moments.get(key, ()))

    def get_expiry(self, key: str) -> float:
        """When the key is forgotten, in seconds since 1970."""
        return self._over.get(key, self._clock())
