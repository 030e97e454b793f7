"""Statistics for everybody: each figure with its definition, charts with their numbers, all as CSV and JSON."""

import csv
import io
import json
from dataclasses import asdict
from typing import Any

from aiohttp import web

from channels.texts.catalog import said
from channels.web.forms import query
from channels.web.keys import office_of
from channels.web.public import figures
from channels.web.public.answering import public_page
from channels.web.public.figures import PERIODS
from channels.web.render import view_of
from supervision.board import Statistics

DEFAULT = "quarter"


async def show(request: web.Request) -> web.Response:
    """`/statistics`"""
    period, lang = _period(request), view_of(request).lang

    async def values() -> dict[str, Any]:
        office = office_of(request)
        book, found = await office.book(), await figures.of_period(office, period)
        return {
            "since": found.since,
            "until": found.until,
            "period": period,
            "periods": [(code, said(lang, word)) for code, word in PERIODS.items()],
            "tiles": [figures.tile(value, lang) for value in found.figures.values()],
            "bars": figures.bars(found, book, lang),
            "received": figures.received(found, lang),
            "waits": figures.waits(found),
            "excluded": found.excluded,
            "both": figures.both_rates(found, lang),
            "cards": await figures.cards(office, book, lang),
            "orders": await figures.listed(office, book, lang),
            "ranks": [(r.month, figures.rank_tables(r, book, lang)) for r in await figures.ranked(office)],
        }

    return await public_page(request, "public/statistics.html", values)


async def as_json(request: web.Request) -> web.Response:
    """`/statistics.json`: every figure with n, of, value and its definition in both languages."""
    found = await figures.of_period(office_of(request), _period(request))
    kinds = {line.code: _plain(line.figures) for line in found.by_kind}
    ranks = await figures.ranked(office_of(request))
    body = {
        "since": found.since.isoformat(),
        "until": found.until.isoformat(),
        "definitions": {
            code: {
                "zh": v.figure.name.zh,
                "en": v.figure.name.en,
                "formula_zh": v.figure.formula.zh,
                "formula_en": v.figure.formula.en,
                "numerator": v.figure.numerator,
                "denominator": v.figure.denominator,
                "minimum": v.figure.minimum,
                "clock": v.figure.clock,
            }
            for code, v in found.figures.items()
        },
        "figures": _plain(found.figures),
        "excluded": found.excluded,
        "without_excluded": _plain(found.without_excluded),
        "by_kind": kinds,
        "by_day": [
            {
                "day": d.day.isoformat(),
                "received": d.received,
                "answered": d.answered,
                "in_time": d.in_time,
                "late": d.late,
            }
            for d in found.by_day
        ],
        "workdays": {str(days): n for days, n in found.workdays.items()},
        "ranks": [asdict(one) for one in ranks],
    }
    text = json.dumps(body, ensure_ascii=False, indent=1)
    return web.Response(text=text, content_type="application/json", headers=_headers(found, "json"))


async def as_csv(request: web.Request) -> web.Response:
    """`/statistics.csv`: one line a kind and figure; begins with a byte order mark, as spreadsheets want it."""
    office = office_of(request)
    found, book = await figures.of_period(office, _period(request)), await office.book()
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(
        [
            "since",
            "until",
            "kind",
            "类别",
            "figure",
            "指标",
            "n",
            "of",
            "value",
            "low 95%",
            "high 95%",
            "definition 口径",
        ]
    )
    groups = [("", "全部", found.figures)]
    groups += [(x.code, k.zh, x.figures) for x in found.by_kind if (k := book.kinds.get(x.code)) is not None]
    for code, name, values in groups:
        for figure, v in values.items():
            numbers = ["" if x is None else f"{x:.6g}" for x in (v.value, *(v.between or (None, None)))]
            said = (v.figure.name.zh, v.n, v.of, *numbers, v.figure.formula.zh)
            table.writerow([found.since, found.until, code, name, figure, *said])
    return web.Response(text="\ufeff" + out.getvalue(), content_type="text/csv", headers=_headers(found, "csv"))


def _plain(values: Any) -> dict[str, dict[str, Any]]:
    return {
        code: {"n": v.n, "of": v.of, "value": v.value, "between": v.between, "enough": v.enough}
        for code, v in values.items()
    }


def _headers(found: Statistics, ending: str) -> dict[str, str]:
    name = f"statistics-{found.since.isoformat()}-{found.until.isoformat()}.{ending}"
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "public, max-age=60"}


def _period(request: web.Request) -> str:
    asked = query(request).get("period", DEFAULT)
    return asked if asked in PERIODS else DEFAULT
