"""The inbox: the officer's shelves, one of them as a list by due date, filters, search, and what was told."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from channels.texts.catalog import N_
from channels.web.forms import query
from channels.web.staff import calendar, parts
from channels.web.staff.frame import Desk, show, sit
from hub import reading, workbench
from hub.machines.views import BY_CODE, View, views_for
from hub.people import Actor
from hub.rulebook import Rulebook
from hub.storage import lists
from hub.storage.tx import Tx
from hub.views import Row
from hub.words import clock_word
from supervision.bulletins.kinds import bulletins_of

ROWS = 50
MOST_COUNTED = 100
GAP = re.compile(r"\{[a-z_]+\}")
FILTERS = ("kind", "area", "unit", "mine")


async def show_inbox(request: web.Request) -> web.StreamResponse:
    """One shelf, or what a search found."""
    desk, asked = await sit(request), query(request)
    views = views_for(frozenset(g.role for g in desk.actor.grants))
    kept = {name: asked.get(name, "").strip() for name in FILTERS}
    words = asked.get("q", "").strip()[:100]
    read = desk.office.store.read
    counted = await read(reading.counts, desk.actor, desk.book, desk.now)
    view = asked.get("view", "") if asked.get("view", "") in {v.code for v in views} else first(counted)
    if words:
        engine = "postgres" if desk.office.store.health().engine.startswith("postgres") else "sqlite"
        rows = await read(
            workbench.found, engine, words, desk.actor, filters(kept, desk.actor), desk.book, desk.now, ROWS
        )
        older, names = None, await read(workbench.names_of, rows)
    else:
        rows, older, names = await read(
            _page, desk.actor, view, filters(kept, desk.actor), desk.book, desk.now, read_cursor(asked.get("after", ""))
        )
    told = await read(workbench.on_desk, desk.actor, desk.book)
    return await show(
        desk,
        "inbox.html",
        shelves=_shelves(desk, counted, "" if words else view),
        shelf="" if words else view,
        title=desk.say(N_("搜索结果")) if words else _word(desk, views, view),
        order="" if words or BY_CODE[view].newest else desk.say(N_("，剩余办公时间少的在前")),
        words=words,
        rows=[parts.inbox_row(desk, row, "" if words else view, names.get(row.officer, "")) for row in rows],
        kept=kept,
        filtered=any(kept.values()),
        kinds=[(k.code, k.zh if desk.lang == "zh" else k.en) for k in desk.book.kinds.values()],
        units=_units(desk),
        areas=sorted(desk.book.directory.areas),
        after=asked.get("after", ""),
        first=_link(view, kept),
        older=_link(view, kept, older) if older else "",
        told=[notice(desk, row) for row in told],
        nag=calendar.nag(desk),
        keys=[("1–9", desk.say(N_("换一个视图")))],
    )


def filters(kept: Mapping[str, str], actor: Actor) -> dict[str, Any]:
    """What a list is narrowed by."""
    wanted: dict[str, Any] = {name: kept[name] for name in ("kind", "area", "unit") if kept.get(name)}
    if kept.get("mine"):
        wanted["officer"] = actor.id
    return wanted


def first(counted: tuple[tuple[View, int], ...]) -> str:
    """The first shelf on which something waits; the whole open list where nothing does."""
    return next((view.code for view, n in counted if n), "open")


def read_cursor(text: str) -> lists.Cursor | None:
    """Where the page before ended; None for the first page or an address that is no cursor."""
    at, mark, after = text.partition("~")
    return lists.Cursor(at, after) if mark and at and after else None


def notice(desk: Desk, row: Mapping[str, Any]) -> dict[str, Any]:
    """One notice on the desk: number and subject, nothing of the letter; one of no case leads to its page or a list."""
    refs = json.loads(str(row["refs"]))
    elsewhere = refs.get("page") or f"/staff/inbox?view={refs.get('view', 'open')}"
    return {
        "href": f"/staff/cases/{row['number']}" if row["number"] else elsewhere,
        "number": row["number"],
        "text": subject(desk, str(row["text"]), str(row["number"]), str(row["refs"])),
        "at": row["created_at"],
    }


def subject(desk: Desk, text: str, number: str, refs: str = "{}", unit: str = "") -> str:
    """The subject line of a notice, with number and unit in their places."""
    known: Mapping[str, Any] = json.loads(refs)
    fill = {name: str(value) for name, value in known.items() if isinstance(value, int | str)}
    fill |= {"number": number, "unit": desk.unit(fill.get("unit", "")) or unit}
    fill["record"] = desk.word(clock_word(fill.get("clock", "")))
    if "bulletin" in fill:
        kind = bulletins_of(desk.book).kinds.get(fill["bulletin"])
        fill["bulletin"] = desk.word(kind.name) if kind else fill["bulletin"]
    if "what" in fill:
        fill["what"] = GAP.sub("", _line(desk, fill["what"])).strip("：:的 ")
    return GAP.sub(lambda gap: fill.get(gap[0].strip("{}"), ""), _line(desk, text))


def _line(desk: Desk, text: str) -> str:
    known = desk.book.texts.get("notices", {}).get(text, {})
    return str(known.get(f"{desk.lang}_subject", text))


def _page(
    tx: Tx, actor: Actor, view: str, asked: Mapping[str, Any], book: Rulebook, now: Any, cursor: lists.Cursor | None
) -> tuple[tuple[Row, ...], lists.Cursor | None, dict[str, str]]:
    rows, older = reading.inbox(tx, actor, view, asked, book, now, ROWS, cursor)
    return rows, older, workbench.names_of(tx, rows)


def _shelves(desk: Desk, counted: tuple[tuple[View, int], ...], view: str) -> list[dict[str, Any]]:
    return [
        {
            "href": f"/staff/inbox?view={v.code}",
            "label": v.zh if desk.lang == "zh" else v.en,
            "count": "" if v.newest else "99+" if n >= MOST_COUNTED else n,
            "current": v.code == view,
            "tone": "red" if v.due == "late" else "",
        }
        for v, n in counted
    ]


def _word(desk: Desk, views: tuple[View, ...], code: str) -> str:
    found = next((v for v in views if v.code == code), None)
    return "" if found is None else found.zh if desk.lang == "zh" else found.en


def _units(desk: Desk) -> list[tuple[str, str]]:
    """The units an officer can narrow a list by: all for hub roles, else the own ones."""
    directory = desk.book.directory
    held = {u for unit in desk.actor.units() for u in directory.below(unit)}
    shown = directory.units if desk.actor.hub_roles else {u: directory.units[u] for u in directory.units if u in held}
    return [(u.code, u.zh if desk.lang == "zh" else u.en) for u in shown.values() if u.active]


def _link(view: str, kept: Mapping[str, str], cursor: lists.Cursor | None = None) -> str:
    asked = {"view": view, **{name: value for name, value in kept.items() if value}}
    if cursor is not None:
        asked["after"] = f"{cursor.at}~{cursor.after}"
    return f"/staff/inbox?{urlencode(asked)}"
