"""The pulse of a channel: when it last worked and last failed, as this process saw it; nothing waits for it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True)
class Pulse:
    """`reached` is whether the other side answered at the last look (None: it was not looked yet).

    `came` is when an event was last kept, `went` when a message was last sent, `fault` the kind of the last failure.
    """

    reached: bool | None = None
    came: datetime | None = None
    went: datetime | None = None
    fault: str = ""
    fault_at: datetime | None = None

    def took(self, now: datetime) -> None:
        """An event came in and was kept."""
        self.came = now

    def sent(self, now: datetime) -> None:
        """A message went out."""
        self.reached, self.went = True, now

    def answered(self) -> None:
        """The other side answered a look."""
        self.reached = True

    def noted(self, fault: str, now: datetime) -> None:
        """Something went wrong although the other side answers."""
        self.fault, self.fault_at = fault, now

    def failed(self, fault: str, now: datetime) -> None:
        """The other side was not reached, or answered that something is broken on our side."""
        self.reached = False
        self.noted(fault, now)
