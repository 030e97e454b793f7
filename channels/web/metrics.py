"""What Prometheus reads: requests by route and status, how long they took, letters received, what waits."""

from functools import cache

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

REGISTRY = CollectorRegistry()
REQUESTS = Counter("minxin_requests", "Requests answered.", ("method", "route", "status"), registry=REGISTRY)
SECONDS = Histogram(
    "minxin_request_seconds",
    "How long requests took.",
    ("route",),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=REGISTRY,
)
LETTERS = Counter("minxin_letters", "Letters received on this site.", ("channel",), registry=REGISTRY)
OUTBOX_WAITING = Gauge("minxin_outbox_waiting", "Notices waiting to be sent.", registry=REGISTRY)
INBOX_WAITING = Gauge("minxin_inbox_waiting", "Events of channels waiting to be worked off.", registry=REGISTRY)
OLDEST_DUE = Gauge("minxin_oldest_due_seconds", "How long the most overdue open limit is over.", registry=REGISTRY)
YEAR_MISSING = Gauge(
    "minxin_calendar_year_missing", "The year whose holiday notice is due and not entered; 0: none.", registry=REGISTRY
)
WATCHED = {
    name: Gauge(f"minxin_{told}", words, registry=REGISTRY)
    for name, told, words in (
        ("heartbeat", "sweep_heartbeat_seconds", "How long ago a sweep last gave a sign of life."),
        ("clock", "sweep_clock_behind_seconds", "How far this clock is behind the latest moment ever swept."),
        ("unfired", "oldest_unfired_seconds", "How long the oldest rung that nobody climbed is over."),
        ("put_off", "sweep_quarantined", "Rows of the sweep that raised time and again."),
        ("outbox", "outbox_oldest_seconds", "How long the oldest due notice has waited."),
        ("inbox", "inbox_oldest_seconds", "How long the oldest event of a channel has waited."),
    )
}
"""One gauge for each check of hub/health.py."""
RED = Gauge("minxin_red", "1 where somebody should look, by check.", ("check",), registry=REGISTRY)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def answered(method: str, route: str, status: int, seconds: float) -> None:
    """Count one answer under its route's template; an unknown method counts as OTHER, so that labels stay few."""
    count, took = _of(method if method in METHODS else "OTHER", route, status)
    count.inc()
    took.observe(seconds)


@cache
def _of(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    """The two figures of such an answer, looked up by their labels once."""
    return REQUESTS.labels(method, route, str(status)), SECONDS.labels(route)


def letter_received(channel: str) -> None:
    """Count one letter that was new."""
    LETTERS.labels(channel).inc()


def exposition() -> web.Response:
    """All figures in Prometheus' text form."""
    return web.Response(body=generate_latest(REGISTRY), headers={"Content-Type": CONTENT_TYPE_LATEST})
