"""Who held a case when: every working minute, and every breach, is booked to a holder."""

from bisect import bisect_left
from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from hub.calendar import WorkCalendar

Holder = TypeVar("Holder", bound=Hashable)


def book(
    changes: Sequence[tuple[datetime, Holder]], started: datetime, ended: datetime, calendar: WorkCalendar
) -> Mapping[Holder, int]:
    """Staffed seconds between two moments, split among those who held the case; the parts add up to the whole.

    `changes` says who holds the case from which moment on, in order. ValueError when nobody held it at the start, or
    the changes are out of order. A holder who held it only outside office hours stands in the result with 0.
    """
    if ended <= started:
        return {}
    moments = [at for at, _ in changes]
    if moments != sorted(moments):
        raise ValueError("经手记录的时间先后颠倒")
    if not changes or moments[0] > started:
        raise ValueError(f"{started.isoformat()} 时没有经手单位的记录")
    booked: dict[Holder, int] = {}
    for (at, holder), until in zip(changes, [*moments[1:], ended], strict=True):
        start, end = max(at, started), min(until, ended)
        if start < end:
            booked[holder] = booked.get(holder, 0) + calendar.staffed_seconds_between(start, end)
    return booked


def held_by(changes: Sequence[tuple[datetime, Holder]], moment: datetime) -> Holder | None:
    """Who held the case in the instant before `moment` (None: nobody yet); a breach at its due instant names them.

    Whoever takes the case over at the very due instant did not let it become late.
    """
    place = bisect_left([at for at, _ in changes], moment)
    return changes[place - 1][1] if place else None
