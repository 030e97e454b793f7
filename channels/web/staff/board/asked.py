"""What is asked of the board by its address: view, period, unit; and the addresses of what is behind its numbers."""

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from channels.texts.catalog import N_
from channels.web.forms import query
from channels.web.staff.frame import Desk
from hub.measures import CUTS
from hub.sight import sight
from hub.spans import EARLIEST, LATEST
from supervision.behind import OFFICERS, Cell

BOARD = "/staff/board"
VIEWS: tuple[tuple[str, str], ...] = (
    ("all", N_("总览")),
    ("unit", N_("单位")),
    ("kind", N_("类别")),
    ("area", N_("街道")),
    ("topic", N_("事项")),
    ("channel", N_("渠道")),
    ("officer", N_("承办人")),
    ("time", N_("走势")),
    ("work", N_("用时与轮次")),
    ("hour", N_("来信时段")),
)
LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Asked:
    """One view of the board over a period, both days included; no unit is all that the officer sees."""

    view: str
    since: date
    until: date
    unit: str = ""

    @property
    def before(self) -> tuple[date, date]:
        """The period of the same length before."""
        return self.since - (self.until - self.since) - timedelta(days=1), self.since - timedelta(days=1)

    def to(self, path: str = "", **more: str) -> str:
        """An address of the board with this period and unit; `more` changes or adds."""
        told = {"view": self.view, "from": self.since.isoformat(), "to": self.until.isoformat(), "unit": self.unit}
        kept = {name: value for name, value in {**told, **more}.items() if value}
        return f"{BOARD}{path}?{urlencode(kept)}"

    def behind(self, what: str, **more: str) -> str:
        """The address of the cases behind a number of this period."""
        return self.to("/cases", view="", what=what, **more)


def asked_of(desk: Desk) -> Asked:
    """What the address asks for, this month where it names nothing sensible."""
    given = query(desk.request)
    today = desk.book.calendar.day_of(desk.now)
    since, until = period(given.get("from", ""), given.get("to", ""), today)
    view = given.get("view", "")
    return Asked(view if view in views(desk) else "all", since, until, given.get("unit", ""))


def cell_of(desk: Desk) -> Cell:
    """The number that the address names."""
    given, asked = query(desk.request), asked_of(desk)
    cut = given.get("cut", "")
    value = given.get("value", "") if cut else ""
    alone = bool(asked.unit and given.get("alone"))
    return Cell(given.get("what", ""), asked.since, asked.until, asked.unit, given.get("kind", ""), cut, value, alone)


def views(desk: Desk) -> tuple[str, ...]:
    """The views that are open to the officer: by hour for the hub's sight, by officer for who answers for others."""
    closed = set() if sight(desk.actor, desk.book.directory).everywhere else {"hour"}
    if not any(desk.actor.has(role) for role in OFFICERS):
        closed.add("officer")
    return tuple(code for code, _ in VIEWS if code not in closed)


def is_cut(view: str) -> bool:
    """Whether a view goes by whole months."""
    return view in (*CUTS, "hour")


def period(since: str, until: str, today: date) -> tuple[date, date]:
    """The days that were asked for, this month where nothing sensible was. Pure."""
    try:
        first = date.fromisoformat(since) if since else today.replace(day=1)
        last = date.fromisoformat(until) if until else today
    except ValueError:
        return today.replace(day=1), today
    if first > last:
        first, last = last, first
    if first < EARLIEST or last > LATEST:
        return today.replace(day=1), today
    return max(first, last - LONGEST), last
