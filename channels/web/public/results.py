"""Published letters: the list with its filters and search, and each letter with its answer."""

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from channels.texts.catalog import N_, Lang, said
from channels.web.forms import query
from channels.web.keys import office_of
from channels.web.public.answering import pick, public_page
from channels.web.public.attached import readable
from channels.web.public.files import public_href
from channels.web.render import local_date, page, view_of, workdays
from hub import results
from hub.files import ending
from hub.results import Published, Resting, Wish
from hub.rulebook import Rulebook

PAGE = 20
MOST_QUERY = 60
SCORES = {5: N_("非常满意"), 4: N_("满意"), 3: N_("基本满意"), 2: N_("不满意"), 1: N_("非常不满意")}
SOLVED = {"yes": N_("解决了"), "partly": N_("部分解决"), "no": N_("没解决")}


async def show_list(request: web.Request) -> web.Response:
    """`/results`"""
    wish, lang = _wish(request), view_of(request).lang

    async def values() -> dict[str, Any]:
        office = office_of(request)
        book = await office.book()
        engine = results.engine_of(office.store.health().engine)
        found = await office.store.read(results.found, engine, wish, book, PAGE, room="public")
        return {
            "wish": wish,
            "units": _units(book, lang),
            "kinds": [("", said(lang, N_("全部")))]
            + [(k.code, k.zh if lang == "zh" else k.en) for k in book.kinds.values() if k.publishable],
            "rows": [line(lang, row) for row in found.rows],
            "older": _address(wish, older=found.older) if found.older else "",
            "newer": _address(wish, newer=found.newer) if found.newer else "",
            "narrowed": any((wish.q, wish.unit, wish.kind, wish.since, wish.until)),
            "begun": bool(wish.older or wish.newer),
            "first": _address(wish),
        }

    return await public_page(request, "public/results.html", values)


async def show_one(request: web.Request) -> web.Response:
    """`/results/{number}`; a letter taken down answers 410 without its title, one that rests 200 with a word."""
    office, lang = office_of(request), view_of(request).lang
    book = await office.book()
    number = request.match_info["number"].strip().upper()

    async def values() -> dict[str, Any]:
        it = await office.store.read(results.one, number, book, room="public")
        if isinstance(it, Resting):
            raise _Rests(it)
        solved = said(lang, SOLVED[it.solved]) if it.solved in SOLVED else ""
        return {
            "it": it,
            "steps": _steps(it),
            "files": [
                {
                    "href": public_href(it.number, f.n),
                    "name": said(lang, N_("附件%(n)s"), n=at) + ending(f.mime),
                    "size": readable(f.size),
                }
                for at, f in enumerate(it.files, 1)
            ],
            "took": took(lang, it),
            "late": lateness(lang, it),
            "score": score(lang, it.score),
            "solved": solved,
        }

    try:
        return await public_page(request, "public/result.html", values)
    except _Rests as rests:
        return page(request, "public/resting.html", status=410 if rests.it.gone else 200, resting=rests.it)


class _Rests(Exception):
    """The letter was public and is not now: another page says so, and is not kept."""

    def __init__(self, it: Resting) -> None:
        super().__init__()
        self.it = it


def line(lang: Lang, row: Published) -> dict[str, Any]:
    """One published letter as a line of a list."""
    facts = [
        pick(lang, row.unit),
        pick(lang, row.kind),
        f"{said(lang, N_('来信'))} {_short(lang, row.received_day)}",
        f"{said(lang, N_('答复'))} {_short(lang, row.answered_day)}",
        took(lang, row),
    ]
    return {
        "href": f"/results/{row.number}",
        "title": row.title,
        "facts": [f for f in (*facts, score(lang, row.score)) if f],
        "lamp": "red" if row.late else "green",
        "lamp_word": lateness(lang, row),
    }


def took(lang: Lang, row: Published) -> str:
    """用时3个工作日（时限5个）."""
    return said(lang, N_("用时%(used)s（时限%(allowed)s个）"), used=workdays(lang, row.workdays), allowed=row.allowed)


def lateness(lang: Lang, row: Published) -> str:
    """超时2个工作日答复; empty for an answer in time."""
    return said(lang, N_("超时%(n)s答复"), n=workdays(lang, row.workdays - row.allowed)) if row.late else ""


def score(lang: Lang, value: int) -> str:
    """A rating in words; empty where nobody rated."""
    return said(lang, SCORES[value]) if value in SCORES else ""


def _steps(it: Published) -> list[tuple[str, str | datetime]]:
    """The days of a letter in their order: message for the catalogue and the day."""
    steps: list[tuple[str, str | datetime]] = [
        (N_("收到来信"), it.received_day),
        (N_("答复来信人"), it.answered_day),
        (N_("公开"), it.published_at),
    ]
    if it.corrected_at is not None:
        steps.append((N_("更正"), it.corrected_at))
    return steps


def _short(lang: Lang, value: str) -> str:
    """2026-12-01 → 12-01 / 1 Dec."""
    if lang == "zh":
        return value[5:]
    the_day = local_date(value)
    return f"{the_day.day} {the_day:%b}"


def _units(book: Rulebook, lang: Lang) -> list[tuple[str, str]]:
    units = (u for u in book.directory.units.values() if u.active)
    return [("", said(lang, N_("全部"))), *((u.code, u.short if lang == "zh" else u.en) for u in units)]


def _wish(request: web.Request) -> Wish:
    """What the address asks for; what makes no sense (a day that is none) asks for nothing."""
    asked = query(request)

    def a_day(name: str) -> str:
        try:
            return date.fromisoformat(asked.get(name, "")).isoformat()
        except ValueError:
            return ""

    return Wish(
        q=asked.get("q", "").strip()[:MOST_QUERY],
        unit=asked.get("unit", "")[:40],
        kind=asked.get("kind", "")[:40],
        since=a_day("since"),
        until=a_day("until"),
        older=asked.get("older", "")[:20],
        newer=asked.get("newer", "")[:20],
    )


def _address(wish: Wish, **place: str) -> str:
    kept = {"q": wish.q, "unit": wish.unit, "kind": wish.kind, "since": wish.since, "until": wish.until, **place}
    given = {name: value for name, value in kept.items() if value}
    return f"/results?{urlencode(given)}" if given else "/results"
