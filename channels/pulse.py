"""The pulse of a channel: when it last worked and last failed, as this process saw it; nothing waits for it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Way = Literal["in", "out"]
"""Coming in (a mailbox, a look at the other side), or going out: often two servers, of which one alone is away."""


@dataclass(slots=True)
class Pulse:
    """`failed_in_a_row` counts each way's failures since it last worked; the log tells the first of them, and how many
    there were in the end. `looked` says whether the other side was ever asked.

    `came` is when an event was last kept, `went` when a message was last sent, `fault` the kind of the last failure.
    """

    came: datetime | None = None
    went: datetime | None = None
    fault: str = ""
    fault_at: datetime | None = None
    failed_in_a_row: dict[Way, int] = field(default_factory=lambda: {"in": 0, "out": 0})
    looked: bool = False
    alarmed: bool = False

    @property
    def away(self) -> tuple[Way, ...]:
        """The ways that did not work at their last try."""
        return tuple(way for way, n in self.failed_in_a_row.items() if n)

    @property
    def reached(self) -> bool | None:
        """Whether both ways worked at their last try; None: nothing was tried yet."""
        return not self.away if self.looked else None

    @property
    def failures(self) -> int:
        """How often it failed in a row, on the worse of its ways."""
        return max(self.failed_in_a_row.values())

    def took(self, now: datetime) -> None:
        """An event came in and was kept."""
        self.came = now

    def sent(self, now: datetime) -> int:
        """A message went out; answers how many failures end with it."""
        self.went, self.alarmed = now, False
        return self.answered("out")

    def answered(self, way: Way = "in") -> int:
        """The other side answered; answers how many failures of this way end with it."""
        over, self.failed_in_a_row[way], self.looked = self.failed_in_a_row[way], 0, True
        return over

    def noted(self, fault: str, now: datetime) -> None:
        """Something went wrong although the other side answers."""
        self.fault, self.fault_at = fault, now

    def failed(self, fault: str, now: datetime, way: Way = "in", *, alarm: bool = False) -> bool:
        """The other side was not reached, or answered that something is broken on our side (`alarm`).

        Answers whether that is news: this way worked until now, or only now it is known to be broken.
        """
        news = not self.failed_in_a_row[way] or (alarm and not self.alarmed)
        self.failed_in_a_row[way] += 1
        self.looked, self.alarmed = True, self.alarmed or alarm
        self.noted(fault, now)
        return news
