"""The pulse of a channel: when it last worked and last failed, as this process saw it; nothing waits for it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True)
class Pulse:
    """`reached` is whether the other side answered at the last look (None: it was not looked yet).

    `failures` counts those since it last worked; the log tells the first of them, and how many there were in the end.
    `came` is when an event was last kept, `went` when a message was last sent, `fault` the kind of the last failure.
    """

    reached: bool | None = None
    came: datetime | None = None
    went: datetime | None = None
    fault: str = ""
    fault_at: datetime | None = None
    failures: int = 0
    alarmed: bool = False

    def took(self, now: datetime) -> None:
        """An event came in and was kept."""
        self.came = now

    def sent(self, now: datetime) -> int:
        """A message went out; answers how many failures end with it."""
        self.went = now
        return self.answered()

    def answered(self) -> int:
        """The other side answered a look; answers how many failures end with it."""
        over, self.failures, self.reached, self.alarmed = self.failures, 0, True, False
        return over

    def noted(self, fault: str, now: datetime) -> None:
        """Something went wrong although the other side answers."""
        self.fault, self.fault_at = fault, now

    def failed(self, fault: str, now: datetime, *, alarm: bool = False) -> bool:
        """The other side was not reached, or answered that something is broken on our side (`alarm`).

        Answers whether that is news: it worked until now, or only now it is known to be broken.
        """
        news = not self.failures or (alarm and not self.alarmed)
        self.failures, self.reached, self.alarmed = self.failures + 1, False, self.alarmed or alarm
        self.noted(fault, now)
        return news
