"""Guesses: how many wrong query codes one chat, and all chats together, may try in a quarter of an hour."""

from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hub.errors import TooMany

WINDOW = timedelta(minutes=15)


@dataclass
class Guesses:
    """Moments of wrong codes, by chat; only failures count (DESIGN §10)."""

    one: int = 10
    all: int = 500
    _of: defaultdict[str, deque[datetime]] = field(default_factory=lambda: defaultdict(deque))
    _everybody: deque[datetime] = field(default_factory=deque)

    def must_have_room(self, chat: str, now: datetime) -> None:
        """Raises TooMany where this chat, or all together, tried too often."""
        for seen, most in ((self._of[chat], self.one), (self._everybody, self.all)):
            while seen and seen[0] <= now - WINDOW:
                seen.popleft()
            if len(seen) >= most:
                raise TooMany(int((seen[0] + WINDOW - now).total_seconds()) + 1)
        if not self._of[chat]:
            del self._of[chat]

    def wrong(self, chat: str, now: datetime) -> None:
        """One more that was wrong."""
        self._of[chat].append(now)
        self._everybody.append(now)
