"""Ladders 催办级别: at which moments around a due instant who is reminded, warned or urged."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from operator import itemgetter
from typing import Any, Literal, get_args

from hub.calendar import WorkCalendar
from hub.clocks import due_day
from hub.limits import Limit, parse_limit

Deed = Literal["remind", "red", "urge", "order_proposal", "call_back", "ask", "watch", "alert"]
DEEDS: tuple[Deed, ...] = get_args(Deed)

# A rung for somebody who does not exist would be silence: the roles of the glossary and the citizen; the unit that was
# asked to assist; the second and third on the duty roster, and the duty office.
RECIPIENTS = frozenset(
    {"citizen", "clerk", "intake", "dispatcher", "handler", "signer", "reviewer", "publisher", "supervisor", "leader"}
    | {"assistant", "on_duty_2", "on_duty_3", "duty_office"}
)

_WRITTEN = re.compile(r"(?P<percent>[0-9]{1,2})%|0|(?P<amount>[+-][0-9]{1,3})(?P<unit>wd|cd|h|sh|min)")


@dataclass(frozen=True, slots=True)
class RungTime:
    """When a rung is due, read from "50%", "-1wd", "-4sh", "0", "+1wd", "-3cd", "+24h" or "+15min".

    Percent: that share of the working time between start and due has passed (of plain time where none of it is
    working time). 0: the due instant. ±n wd/cd: the opening of the office n working/calendar days before or after the
    last day in time, so that "-1wd" is read on the working day before it and "+1wd" on the first working day that is
    late. ±n h/sh/min: hours/staffed hours/minutes from the due instant. Raises ValueError with a sentence.
    """

    spec: str

    def __post_init__(self) -> None:
        written = _WRITTEN.fullmatch(self.spec)
        if written is None or written["percent"] in ("0", "00") or (written["amount"] and int(written["amount"]) == 0):
            raise ValueError(f"看不懂催办时点“{self.spec}”，请写成 50%、-1wd、-4sh、0、+1wd、-3cd、+24h 或 +15min")

    def __str__(self) -> str:
        return self.spec

    @property
    def before_due(self) -> bool:
        """Whether the rung lies before the due instant."""
        return self.spec.endswith("%") or self.spec.startswith("-")

    def moment(self, started: datetime, due: datetime, calendar: WorkCalendar) -> datetime:
        """The moment of the rung, in UTC."""
        if not self.spec.endswith("%"):
            return _beside(self.spec, due, calendar)
        share = int(self.spec[:-1])
        staffed = _staffed(started, due, calendar)
        if staffed:
            return calendar.shift_staffed(started, staffed * share / 100)
        return (started + (due - started) * share / 100).astimezone(UTC)


@lru_cache(maxsize=256)
def _staffed(started: datetime, due: datetime, calendar: WorkCalendar) -> timedelta:
    """The working time of a clock; kept, as every share of it is reckoned from the same."""
    return calendar.staffed_between(started, due)


@lru_cache(maxsize=4096)
def _beside(spec: str, due: datetime, calendar: WorkCalendar) -> datetime:
    """The moment that stands so far before or after the due instant; kept, as many clocks end with the same day."""
    if spec == "0":
        return due.astimezone(UTC)
    if spec.endswith("wd"):
        return calendar.opening(calendar.add_workdays(due_day(due, calendar), int(spec[:-2])))
    if spec.endswith("cd"):
        return calendar.opening(due_day(due, calendar) + timedelta(days=int(spec[:-2])))
    if spec.endswith("sh"):
        return calendar.shift_staffed(due, timedelta(hours=int(spec[:-2])))
    if spec.endswith("min"):
        return (due + timedelta(minutes=int(spec[:-3]))).astimezone(UTC)
    return (due + timedelta(hours=int(spec[:-1]))).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Rung:
    """One step: at that time, these roles get this; `quiet` lets the message wait for the next staffed moment.

    The fact itself is always stamped at its true time. `remind` a hint before it is late (黄), `red` it is late (红),
    `urge` 催办通知书 (where it names the signer, the unit owes a written reason), `order_proposal` the draft of an
    order (`level`, a code of the checklist's `orders`) that a person decides on, `call_back` somebody calls the
    citizen, `ask` they are asked whether a promise was kept, `watch` what inspection looks at, `alert` an urgent matter
    that nobody has acknowledged.
    """

    code: str
    at: RungTime
    to: tuple[str, ...]
    what: Deed
    quiet: bool = True
    level: str = ""
    card: tuple[str, str] | None = None
    """Colour and reason of a card that is proposed with it, codes of the checklist."""


@dataclass(frozen=True, slots=True)
class Ladder:
    """The rungs of one kind of clock, in the order in which they are written.

    A ladder with a `limit` needs no clock of a kind: it climbs for each record of that name on a case (an order, joint
    work, a demand for a reason …) until the day the record names, or for so long; or for the site as a whole.
    """

    name: str
    rungs: tuple[Rung, ...]
    limit: Limit | None = None
    source: str = ""


def rung_times(
    ladder: Ladder, started: datetime, due: datetime, calendar: WorkCalendar
) -> tuple[tuple[Rung, datetime], ...]:
    """Each rung with its moment, earliest first; a rung before the due instant that would lie before the start (or at
    or after the due instant, for very short limits) has no meaning and is left out."""
    timed = []
    for rung in ladder.rungs:
        moment = rung.at.moment(started, due, calendar)
        if started < moment < due or not rung.at.before_due:
            timed.append((rung, moment))
    return tuple(sorted(timed, key=itemgetter(1)))


def next_rung(
    ladder: Ladder, after: datetime | None, started: datetime, due: datetime, calendar: WorkCalendar
) -> tuple[Rung, datetime] | None:
    """The first rung later than `after` (None: the first of all), or None past the top.

    Several rungs may share a moment: fire all of `rungs_between`, then ask for the next one after that moment.
    """
    later = (pair for pair in rung_times(ladder, started, due, calendar) if after is None or pair[1] > after)
    return next(later, None)


def rungs_between(
    ladder: Ladder, after: datetime | None, now: datetime, started: datetime, due: datetime, calendar: WorkCalendar
) -> tuple[tuple[Rung, datetime], ...]:
    """The rungs later than `after` whose moment has come at `now`, with their true times; the last is the highest."""
    timed = rung_times(ladder, started, due, calendar)
    return tuple(pair for pair in timed if (after is None or pair[1] > after) and pair[1] <= now)


def next_staffed_moment(calendar: WorkCalendar, moment: datetime) -> datetime:
    """The moment itself in office hours, otherwise the next one that is: the end of the quiet hours."""
    return calendar.next_staffed_moment(moment)


DIGEST_FROM = "digest_from"
CALL_AGAIN, CALL_GIVE_UP = "call_again", "call_give_up"
PLAIN = frozenset({DIGEST_FROM, CALL_AGAIN, CALL_GIVE_UP})
"""What stands beside the ladders."""
ONE_BY_ONE = 1_000_000
"""Without a threshold nothing is put together."""


def read_ladders(content: Mapping[str, Any]) -> dict[str, Ladder]:
    """The ladders of an edition by name, from the content of config/ladders.toml.

    Raises ValueError naming ladder and rung when a time, role, deed or key is not known or a code stands twice.
    """
    return {name: _read_ladder(name, table) for name, table in content.items() if name not in PLAIN}


def read_digest_from(content: Mapping[str, Any]) -> int:
    """From how many notices of one kind on an officer is told by one digest; raises ValueError for less than two."""
    number = content.get(DIGEST_FROM, ONE_BY_ONE)
    if not isinstance(number, int) or number < 2:
        raise ValueError(f"{DIGEST_FROM} 应当是不小于 2 的整数")
    return number


@dataclass(frozen=True, slots=True)
class Calls:
    """How a citizen is called: when again after each try that nobody answered, and after how long it is given up."""

    again: tuple[RungTime, ...]
    give_up: Limit


ONE_CALL = Calls((), Limit(10, "wd"))
"""Without a spread nobody calls twice."""


def read_calls(content: Mapping[str, Any]) -> Calls:
    """The spread of calls; raises ValueError for a time that does not lie after the try it follows."""
    again = tuple(RungTime(spec) for spec in content.get(CALL_AGAIN, ()))
    if any(not time.spec.startswith("+") for time in again):
        raise ValueError(f"{CALL_AGAIN} 要写成 +4sh、+1wd 这样的时间")
    return Calls(again, parse_limit(content[CALL_GIVE_UP]) if CALL_GIVE_UP in content else ONE_CALL.give_up)


def _read_ladder(name: str, table: Mapping[str, Any]) -> Ladder:
    if not isinstance(table, Mapping) or "rungs" not in table or table.keys() - {"rungs", "limit", "source"}:
        raise ValueError(f"催办级别 {name} 应当有 rungs，另外只可以有 limit 和 source")
    rungs: list[Rung] = []
    for row in table["rungs"]:
        try:
            rungs.append(_read_rung(row))
        except ValueError as error:
            raise ValueError(f"催办级别 {name} 第 {len(rungs) + 1} 级：{error}") from error
    codes = [rung.code for rung in rungs]
    if len(set(codes)) != len(codes):
        raise ValueError(f"催办级别 {name} 里有重复的代码")
    limit = parse_limit(table["limit"]) if "limit" in table else None
    return Ladder(name, tuple(rungs), limit, table.get("source", ""))


def _read_rung(row: Mapping[str, Any]) -> Rung:
    if unknown := row.keys() - {"code", "at", "to", "what", "quiet", "level", "card"}:
        raise ValueError(f"不认识的项 {min(unknown)}")
    if missing := {"code", "at", "to", "what"} - row.keys():
        raise ValueError(f"缺少 {min(missing)}")
    if strangers := set(row["to"]) - RECIPIENTS:
        raise ValueError(f"不认识的角色 {min(strangers)}")
    if not row["to"]:
        raise ValueError("没有写通知谁")
    what = next((deed for deed in DEEDS if deed == row["what"]), None)
    if what is None:
        raise ValueError(f"不认识的动作 {row['what']}")
    level = row.get("level", "")
    if (what == "order_proposal") != bool(level):
        raise ValueError("order_proposal 要写明 level（清单 orders 里的一级）；别的动作不写")
    colour, _, why = str(row.get("card", "")).partition(":")
    if "card" in row and not (colour and why):
        raise ValueError("card 写成“颜色:理由”，例如 yellow:late")
    card = (colour, why) if colour else None
    return Rung(row["code"], RungTime(row["at"]), tuple(row["to"]), what, bool(row.get("quiet", True)), level, card)
