"""Whether the process lives, whether it is ready for work, and its figures; nothing about people."""

from typing import Any

from aiohttp import web

from channels.web import metrics
from channels.web.keys import OFFICE, PARTS, Route
from hub.calendar_editions import missing_year
from hub.moments import from_text
from hub.office import Office
from hub.storage import backlog


async def healthz(request: web.Request) -> web.Response:
    """The loop answers; which engine stands behind it (DESIGN §12 wants its version seen)."""
    health = request.app[OFFICE].store.health()
    return web.json_response(
        {"status": "ok", "engine": health.engine, "version": health.version, "careful": health.careful}
    )


async def readyz(request: web.Request) -> web.Response:
    """Whether letters can be taken: the pump writes, a question is answered, heartbeats are fresh; else 503."""
    office, parts = request.app[OFFICE], request.app[PARTS]
    health = office.store.health()
    checks: dict[str, Any] = {"store": health.pump_alive}
    try:
        waiting, _, _ = await office.store.read(backlog.waiting, office.clock())
        checks["question"] = True
        checks["outbox_waiting"] = waiting
        checks["calendar_year_missing"] = await _year_missing(office)
    except Exception:
        checks["question"] = False
    for name, age in parts.ages.items():
        seconds = age()
        if seconds is not None:
            checks[name] = seconds < parts.most_age
    ready = all(value is not False for value in checks.values())
    return web.json_response(
        {"status": "ready" if ready else "not ready", "checks": checks}, status=200 if ready else 503
    )


async def _year_missing(office: Office) -> int:
    """The year whose holiday notice is due and not entered, 0 where none is: a figure, the hub is ready without it."""
    calendar = (await office.book()).calendar
    return missing_year(calendar, calendar.day_of(office.clock()))


async def figures(request: web.Request) -> web.Response:
    """The figures of this process and the backlog of the hub, for Prometheus."""
    office = request.app[OFFICE]
    now = office.clock()
    waiting, oldest, due = await office.store.read(backlog.waiting, now)
    metrics.OUTBOX_WAITING.set(waiting)
    metrics.OUTBOX_AGE.set(max(0.0, (now - from_text(oldest)).total_seconds()) if oldest else 0)
    metrics.OLDEST_DUE.set(max(0.0, (now - from_text(due)).total_seconds()) if due else 0)
    metrics.YEAR_MISSING.set(await _year_missing(office))
    return metrics.exposition()


ROUTES = (
    Route("GET", "/healthz", healthz, "neighbour"),
    Route("GET", "/readyz", readyz, "neighbour"),
    Route("GET", "/metrics", figures, "neighbour"),
)
