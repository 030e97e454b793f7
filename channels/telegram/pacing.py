"""How fast may be sent: a bucket for the whole bot and one for each chat; it is asked and never sleeps itself."""

from dataclasses import dataclass, field

ALL_PER_SECOND = 30.0
CHAT_PER_SECOND = 1.0
"""Telegram's published limits: about 30 messages a second in all, one a second to one chat (Bots FAQ)."""
GROUP_PER_SECOND = 20.0 / 60
"""And 20 messages a minute to one group; a group's id is negative."""
CHAT_BURST = 3.0
"""Short bursts to one chat are tolerated, so that an answer of a few parts need not drip."""


@dataclass(slots=True)
class _Bucket:
    """Tokens that refill with time; `at` is the moment of the last look, in seconds of a monotonic clock."""

    rate: float
    size: float
    tokens: float
    at: float
    not_before: float = 0.0

    def wait(self, now: float) -> float:
        self.tokens = min(self.size, self.tokens + max(0.0, now - self.at) * self.rate)
        self.at = max(self.at, now)
        # a rest too small to move the clock counts as nothing, or a caller would wait for ever in steps of zero
        missing = 0.0 if self.tokens > 1.0 - 1e-6 else (1.0 - self.tokens) / self.rate
        return max(0.0, missing, self.not_before - now)


@dataclass(slots=True)
class Pacing:
    """Asks before each message: `wait` says in how many seconds it may go, `sent` takes its place in both buckets.

    Time is handed in (seconds of a monotonic clock). A chat that was told to wait stops only itself.
    """

    now: float = 0.0
    per_second: float = ALL_PER_SECOND
    per_chat: float = CHAT_PER_SECOND
    burst: float = CHAT_BURST
    _all: _Bucket = field(init=False)
    _chats: dict[str, _Bucket] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._all = _Bucket(self.per_second, self.per_second, self.per_second, self.now)

    def wait(self, chat: str, now: float) -> float:
        """Seconds until a message to this chat may go; 0 means now."""
        return max(self._all.wait(now), self._chat(chat, now).wait(now))

    def sent(self, chat: str, now: float) -> None:
        """A message went out (or was tried, which counts the same)."""
        for bucket in (self._all, self._chat(chat, now)):
            bucket.wait(now)
            bucket.tokens -= 1.0

    def hold(self, chat: str | None, seconds: float, now: float) -> None:
        """Telegram said wait: nothing to this chat (or to anybody, for None) before `seconds` have passed."""
        bucket = self._all if chat is None else self._chat(chat, now)
        bucket.not_before = max(bucket.not_before, now + seconds)

    def forget(self, now: float) -> int:
        """Drop the buckets of chats that are full again; returns how many are left."""
        for chat in [c for c, b in self._chats.items() if b.wait(now) == 0.0 and b.tokens >= b.size]:
            del self._chats[chat]
        return len(self._chats)

    def _chat(self, chat: str, now: float) -> _Bucket:
        if chat not in self._chats:
            rate = min(self.per_chat, GROUP_PER_SECOND) if chat.startswith("-") else self.per_chat
            self._chats[chat] = _Bucket(rate, self.burst, self.burst, now)
        return self._chats[chat]
