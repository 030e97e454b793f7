"""Strangers: an address that was only typed into a form gets mail about one case a day, so that nobody is flooded."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

DAY = timedelta(days=1)


@dataclass
class Strangers:
    """Which case each unproven address was last written about, in this process (RELIABILITY S7)."""

    _last: dict[str, tuple[str, datetime]] = field(default_factory=dict)

    def wait(self, address: str, case_id: str, now: datetime) -> float:
        """Seconds until this address, by its keyed hash, may get mail about this case; 0 takes the place at once."""
        known, until = self._last.get(address, ("", now))
        if known and known != case_id and now < until:
            return (until - now).total_seconds()
        if len(self._last) > 10_000:
            self._last = {a: kept for a, kept in self._last.items() if kept[1] > now}
        self._last[address] = (case_id, now + DAY)
        return 0.0
