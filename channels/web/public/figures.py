"""The figures of the public pages, in the reader's words, from the same board as the office reads."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from channels.texts.catalog import N_, Lang, said
from channels.web.public.answering import pick
from channels.web.render import percent
from hub.clocks import due_day
from hub.moments import from_text
from hub.office import Office
from hub.rulebook import Rulebook
from hub.storage import listed as listed_orders
from supervision import board, ranks
from supervision.board import Month, Statistics
from supervision.cards import public as released_cards
from supervision.figures import Value
from supervision.ranks import Ranked, Ranks

Asked = TypeVar("Asked")
KEPT_SECONDS = 5.0
"""Sums are asked for this seldom at most, however many readers and addresses there are."""
CLASSES = {"bureau": N_("区直部门"), "street": N_("街道"), "utility": N_("公共服务单位")}
"""The classes in which units are ranked, each among its own."""
PERIODS = {"month": N_("本月"), "quarter": N_("近三个月"), "year": N_("今年")}
WEEKLY_FROM = 35
MONTHLY_FROM = 120
LONG_WAIT = 15
"""Answers that took this many working days or more share the last column."""
_KEPT: "WeakKeyDictionary[Office, dict[str, tuple[float, Any]]]" = WeakKeyDictionary()


async def month_tiles(office: Office, lang: Lang) -> list[dict[str, Any]]:
    """How this month stands: received, answered in time, median working days."""
    book = await office.book()
    month: Month = await _kept(office, "portal", board.month, office.clock(), book)
    share = month.in_time / month.due if month.due else None
    return [
        {"label": said(lang, N_("收到")), "value": month.received, "unit": said(lang, N_("件"))},
        {
            "label": said(lang, N_("按期答复")),
            "value": percent(share),
            "n": month.due,
            "href": "/statistics",
            "tone": "good" if share is not None else "",
        },
        {"label": said(lang, N_("中位用时")), "value": _days(month.median_days), "unit": said(lang, N_("个工作日"))},
    ]


async def of_period(office: Office, period: str) -> Statistics:
    """The public figures of this month, the last three months, or this year."""
    book = await office.book()
    today = book.calendar.day_of(office.clock())
    since = {
        "month": today.replace(day=1),
        "quarter": today - timedelta(days=91),
        "year": today.replace(month=1, day=1),
    }[period]
    found: Statistics = await _kept(office, period, board.statistics, since, today, book)
    return found


def tile(value: Value, lang: Lang) -> dict[str, Any]:
    """A figure as a tile with its definition under it."""
    figure = value.figure
    return {
        "label": pick(lang, figure.name),
        "value": shown(value),
        "unit": {"count": said(lang, N_("件")), "median": said(lang, N_("个工作日"))}.get(figure.how, ""),
        "note": pick(lang, figure.formula),
        "between": between(value),
        **({"n": value.of} if figure.how == "share" else {}),
    }


def shown(value: Value) -> str:
    """A figure as it is printed."""
    if value.figure.how == "share":
        return percent(value.value)
    return str(value.n) if value.figure.how == "count" else _days(value.value)


def between(value: Value) -> str:
    """The 95 % interval of a share as it is printed, empty where there is none."""
    return " – ".join(percent(end) for end in value.between) if value.between else ""


def bars(found: Statistics, book: Rulebook, lang: Lang) -> list[dict[str, Any]]:
    """On time by kind, the best first; kinds with too few cases come last and are greyed."""
    rows = []
    for line in found.by_kind:
        value, kind = line.figures["on_time"], book.kinds.get(line.code)
        if kind is None or value.value is None:
            continue
        name = kind.zh if lang == "zh" else kind.en
        rows.append(
            {"label": name, "share": value.value, "value": shown(value), "n": value.of, "few": not value.enough}
        )
    return sorted(rows, key=lambda row: (row["few"], -row["share"]))


def received(found: Statistics, lang: Lang) -> list[dict[str, Any]]:
    """Letters received over time: by day, week or month, as the period is long."""
    length = (found.until - found.since).days
    start: Callable[[date], date]
    if length >= MONTHLY_FROM:
        start = lambda day: day.replace(day=1)  # noqa: E731
    elif length >= WEEKLY_FROM:
        start = lambda day: day - timedelta(days=day.weekday())  # noqa: E731
    else:
        start = lambda day: day  # noqa: E731
    sums: dict[date, int] = defaultdict(int)
    day = found.since
    while day <= found.until:
        sums[start(day)] += 0
        day += timedelta(days=1)
    for one in found.by_day:
        sums[start(one.day)] += one.received
    monthly = length >= MONTHLY_FROM
    return [{"label": _label(day, monthly, lang), "value": n} for day, n in sorted(sums.items())]


def waits(found: Statistics) -> list[dict[str, Any]]:
    """How many answers took how many working days."""
    if not found.workdays:
        return []
    last = min(max(found.workdays), LONG_WAIT)
    columns = [{"label": str(n), "n": found.workdays.get(n, 0)} for n in range(last + 1)]
    if max(found.workdays) > LONG_WAIT:
        columns[-1] = {"label": f"{LONG_WAIT}+", "n": sum(n for d, n in found.workdays.items() if d >= LONG_WAIT)}
    return columns


def _label(day: date, monthly: bool, lang: Lang) -> str:
    if lang == "en":
        return f"{day:%b}" if monthly else f"{day.day} {day:%b}"
    return f"{day.month}月" if monthly else f"{day.month}-{day.day}"


def _days(value: float | None) -> str:
    return "—" if value is None else f"{value:g}"


async def listed(office: Office, book: Rulebook, lang: Lang) -> list[tuple[str, str, str, str]]:
    """Cases under public supervision (挂牌督办): number, unit, since when, and the day by which the unit answers."""
    rows = []
    for order in await _kept(office, "listed", listed_orders.orders):
        unit, due = book.directory.get(order.unit), due_day(from_text(order.due), book.calendar)
        name = "" if unit is None else unit.zh if lang == "zh" else unit.en
        rows.append((order.number, name, order.since, due.isoformat()))
    return rows


async def cards(office: Office, book: Rulebook, lang: Lang) -> list[tuple[str, ...]]:
    """Cards that a leader released: unit, colour, reason, day, and whether it was revoked."""
    rows = []
    for card in await _kept(office, "cards", released_cards, office.clock(), book):
        unit = book.directory.get(card.unit)
        name = "" if unit is None else unit.zh if lang == "zh" else unit.en
        words = (
            _coded(book, group, code, lang) for group, code in (("cards", card.colour), ("card_reasons", card.why))
        )
        rows.append((name, *words, card.day.isoformat(), said(lang, N_("已撤销")) if card.revoked else ""))
    return rows


def both_rates(found: Statistics, lang: Lang) -> list[tuple[str, str, str]]:
    """Rates of everything and without what two persons excluded, side by side."""
    return [
        (v.figure.name.zh if lang == "zh" else v.figure.name.en, _share(found.figures[code]), _share(v))
        for code, v in found.without_excluded.items()
    ]


def _share(value: Value) -> str:
    return "—" if value.value is None else f"{value.value * 100:.1f}%（{value.n}/{value.of}）"


def _coded(book: Rulebook, group: str, code: str, lang: Lang) -> str:
    row = book.checklist.reasons.get(group, {}).get(code)
    return row["zh" if lang == "zh" else "en"] if row else code


async def ranked(office: Office) -> tuple[Ranks, ...]:
    """The ranks of units that a leader has released, the newest month first."""
    found: tuple[Ranks, ...] = await _kept(office, "ranks", ranks.released)
    return found


def rank_tables(found: Ranks, book: Rulebook, lang: Lang) -> list[tuple[str, list[tuple[str, ...]], str]]:
    """The classes of one month: unit, place, share, how many of how many, and the interval's lower end; and in one line
    the units with too few cases."""

    def name(code: str) -> str:
        unit = book.directory.get(code)
        return code if unit is None else unit.zh if lang == "zh" else unit.en

    def row(line: Ranked) -> tuple[str, ...]:
        return name(line.unit), str(line.place), percent(line.share), f"{line.n}/{line.of}", percent(line.low)

    def few(type_: str) -> str:
        units = [name(unit) for unit in found.few if (known := book.directory.get(unit)) and known.type == type_]
        told = N_("件数太少，不排名：%(units)s")
        return said(lang, told, units=("、" if lang == "zh" else ", ").join(units)) if units else ""

    groups = ((code, word, [x for x in found.lines if x.type == code]) for code, word in CLASSES.items())
    return [(said(lang, word), [row(x) for x in lines], few(code)) for code, word, lines in groups if lines]


async def _kept(office: Office, name: str, question: Callable[..., Asked], *asked: Any) -> Asked:
    shelf, now = _KEPT.setdefault(office, {}), asyncio.get_running_loop().time()
    there = shelf.get(name)
    if there is None or now >= there[0] + KEPT_SECONDS:
        there = shelf[name] = (now, await office.store.read(question, *asked, room="heavy"))
    found: Asked = there[1]
    return found
