"""The limit of a public list: keyset rows by plain sqlite3 and one small Jinja2 template, nothing around them."""

import sqlite3
from pathlib import Path

from aiohttp import web
from jinja2 import Environment

SQL = """
SELECT number, title, unit, answered_day, published_at, case_id FROM publications
WHERE live = 1 AND published_at < :before ORDER BY published_at DESC, case_id DESC LIMIT 20
"""
BEFORE = "SELECT published_at FROM publications WHERE number = :number"
PAGE = """<!doctype html><html lang="zh"><title>办理结果</title><main><h1>办理结果</h1><ul>
{% for row in rows %}<li><a href="/results/{{ row[0] }}">{{ row[1] }}</a> {{ row[2] }} {{ row[3] }}</li>
{% endfor %}</ul>{% if rows %}<a href="?older={{ rows[-1][0] }}">下一页</a>{% endif %}</main></html>"""


def bare_app(folder: Path) -> web.Application:
    """One route, the list of results, on the hub's own database."""
    connection = sqlite3.connect(f"file:{folder / 'minxin.db'}?mode=ro", uri=True)
    template = Environment(autoescape=True).from_string(PAGE)

    async def show(request: web.Request) -> web.Response:
        older = request.query.get("older", "")
        found = connection.execute(BEFORE, {"number": older}).fetchone() if older else None
        rows = connection.execute(SQL, {"before": found[0] if found else "9999"}).fetchall()
        return web.Response(text=template.render(rows=rows), content_type="text/html")

    app = web.Application()
    app.router.add_get("/results", show)
    return app
