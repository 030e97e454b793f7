"""The limit of a public list: keyset rows by plain sqlite3 and a Jinja2 template, nothing around them."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment

from channels.web.render import View, make_look, render
from hub.results import Wish

SQL = """
SELECT number, title, unit, answered_day, published_at, case_id, received_day FROM publications
WHERE live = 1 AND (published_at < :before OR (published_at = :before AND case_id < :after))
ORDER BY published_at DESC, case_id DESC LIMIT 20
"""
PLACE = "SELECT published_at, case_id FROM publications WHERE number = :number"
PAGE = """<!doctype html><html lang="zh"><title>办理结果</title><main><h1>办理结果</h1><ul>
{% for row in rows %}<li><a href="/results/{{ row[0] }}">{{ row[1] }}</a> {{ row[2] }} {{ row[3] }}</li>
{% endfor %}</ul>{% if rows %}<a href="?older={{ rows[-1][0] }}">下一页</a>{% endif %}</main></html>"""
Rows = list[Any]


def bare_app(folder: Path, units: list[str], *, ours: bool) -> web.Application:
    """One route, the list of results, on the hub's own database: in a small template, or in the hub's (`ours`)."""
    connection = sqlite3.connect(f"file:{folder / 'minxin.db'}?mode=ro", uri=True)
    drawn = our_page([("", "全部"), *((unit, unit) for unit in units)]) if ours else small_page()

    async def show(request: web.Request) -> web.Response:
        older = request.query.get("older", "")
        found = connection.execute(PLACE, {"number": older}).fetchone() if older else None
        before, after = found or ("9999", "")
        rows = connection.execute(SQL, {"before": before, "after": after}).fetchall()
        return web.Response(text=drawn(rows), content_type="text/html")

    app = web.Application()
    app.router.add_get("/results", show)
    return app


def small_page() -> Callable[[Rows], str]:
    """The least that is a list: title, unit, day."""
    template = Environment(autoescape=True).from_string(PAGE)
    return lambda rows: template.render(rows=rows)


def our_page(units: list[tuple[str, str]]) -> Callable[[Rows], str]:
    """The body that the hub sends, by the hub's own template, from values that cost nothing."""
    look, view, wish = make_look(), View(), Wish()
    fixed: dict[str, Any] = {"wish": wish, "units": units, "kinds": units[:6], "narrowed": False, "begun": True}

    def drawn(rows: Rows) -> str:
        lines = [
            {
                "href": f"/results/{row[0]}",
                "title": row[1],
                "facts": [row[2], "投诉", f"来信 {row[6][5:]}", f"答复 {row[3][5:]}", "用时3个工作日", "非常满意"],
                "lamp": "green",
                "lamp_word": "",
            }
            for row in rows
        ]
        older = f"/results?older={rows[-1][0]}" if rows else ""
        values = {**fixed, "rows": lines, "older": older, "newer": "/results?newer=1", "first": "/results"}
        return render(look, view, "public/results.html", **values)

    return drawn
