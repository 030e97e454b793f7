"""Whether the process lives, whether it is ready for work, and its figures; nothing about people."""

from typing import Any

from aiohttp import web

from channels.web import metrics
from channels.web.keys import OFFICE, PARTS, SETTINGS, Route
from hub import health
from hub.calendar_editions import missing_year
from hub.office import Office
from hub.storage import traffic

NEEDED = frozenset({"store", "question", "serving"})
"""Without these no letter can be taken: not ready, 503. Whatever else is red must be looked at, but turns nobody away:
a late sweep or a full outbox is no reason to keep citizens out."""


async def healthz(request: web.Request) -> web.Response:
    """The loop answers; which engine stands behind it (DESIGN §12 wants its version seen)."""
    known = request.app[OFFICE].store.health()
    return web.json_response(
        {"status": "ok", "engine": known.engine, "version": known.version, "careful": known.careful}
    )


async def readyz(request: web.Request) -> web.Response:
    """Whether letters can be taken, and whether everything else keeps up: ready, degraded (both 200), or 503."""
    office, parts = request.app[OFFICE], request.app[PARTS]
    checks: dict[str, bool] = {"store": office.store.health().pump_alive}
    told: dict[str, Any] = {}
    try:
        waits, watched = await office.store.read(health.checks, office.clock(), _tick(request))
        checks |= {"question": True} | {check.name: not check.red for check in watched}
        told = {"outbox_waiting": waits.outbox_waiting, "inbox_waiting": waits.inbox_waiting}
        told["calendar_year_missing"] = await _year_missing(office)
    except Exception:
        checks["question"] = False
    for name, age in parts.ages.items():
        seconds = age()
        if seconds is not None:
            checks[name] = seconds < parts.most_age
    red = {name for name, good in checks.items() if not good}
    status = "not ready" if red & NEEDED else "degraded" if red else "ready"
    answer = {"status": status, "red": sorted(red), "checks": checks, "waiting": told}
    return web.json_response(answer, status=503 if red & NEEDED else 200)


async def _year_missing(office: Office) -> int:
    """The year whose holiday notice is due and not entered, 0 where none is: a figure, the hub is ready without it."""
    calendar = (await office.book()).calendar
    return missing_year(calendar, calendar.day_of(office.clock()))


async def figures(request: web.Request) -> web.Response:
    """The figures of this process and the backlog of the hub, for Prometheus."""
    office = request.app[OFFICE]
    now = office.clock()
    waits, watched = await office.store.read(health.checks, now, _tick(request))
    metrics.OUTBOX_WAITING.set(waits.outbox_waiting)
    metrics.INBOX_WAITING.set(waits.inbox_waiting)
    metrics.OLDEST_DUE.set(max(0.0, (now - waits.due).total_seconds()) if waits.due else 0)
    for check in watched:
        metrics.WATCHED[check.name].set(check.value)
        metrics.RED.labels(check.name).set(check.red)
    metrics.YEAR_MISSING.set(await _year_missing(office))
    metrics.channels(await office.store.read(traffic.waiting), request.app[PARTS].pulses, now)
    return metrics.exposition()


def _tick(request: web.Request) -> float:
    return request.app[SETTINGS].timing.sweep_seconds


ROUTES = (
    Route("GET", "/healthz", healthz, "neighbour"),
    Route("GET", "/readyz", readyz, "neighbour"),
    Route("GET", "/metrics", figures, "neighbour"),
)
