"""Waking: once a channel works again, what sleeps for it is tried at once: oldest first, a few at a time."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hub.storage.deliveries import START, Place

OUTAGE = 3
"""Failures in a row that make an outage; after fewer a message sleeps for a minute at most."""
REST = timedelta(minutes=5)
"""Between two wakings of one channel, so that an address that always fails is not tried at every success of others."""
TOGETHER = 8
"""How many of one channel may be due at once by waking: half of the courier's hands, the rest are for the others."""


@dataclass(slots=True)
class Waking:
    """Which channels this process wakes, and how far it has come with each: every sleeper is woken once a waking.

    Each message that goes out wakes the next, so that a channel that fails again wakes nobody.
    """

    _owed: set[str] = field(default_factory=set)
    _began: dict[str, datetime] = field(default_factory=dict)
    _reached: dict[str, Place] = field(default_factory=dict)

    def worked(self, channel: str, failures: int, now: datetime, *, first: bool) -> None:
        """A message went out, after so many failures; as the `first` since the start nobody knows what sleeps."""
        if first or failures >= OUTAGE:
            self._owed.add(channel)
        began = self._began.get(channel)
        if channel in self._owed and (began is None or now - began >= REST):
            self._owed.discard(channel)
            self._began[channel], self._reached[channel] = now, START

    def place(self, channel: str) -> Place | None:
        """After which row the next is to be woken; None where none is."""
        return self._reached.get(channel)

    def came_to(self, channel: str, after: Place, place: Place | None) -> None:
        """The last that was woken behind `after`; None: nothing sleeps there. A waking begun meanwhile stands."""
        if self._reached.get(channel) != after:
            return
        if place is None:
            del self._reached[channel]
        else:
            self._reached[channel] = place
