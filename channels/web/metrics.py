"""What Prometheus reads: requests by route and status, how long they took, letters received, what waits."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from channels.pulse import Pulse
from hub.storage.traffic import Queue, Waiting

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
CHANNELS = {
    name: Gauge(f"minxin_channel_{name}", words, ("channel",), registry=REGISTRY)
    for name, words in (
        ("inbox_waiting", "Events waiting to be handled."),
        ("inbox_oldest_seconds", "How long the oldest of them has waited."),
        ("put_aside", "Events that could not be handled and wait for a person."),
        ("outbox_waiting", "Messages waiting to be sent."),
        ("outbox_oldest_seconds", "How long the oldest of them has waited."),
        ("reached", "1 where the other side answered at the last look of this process, 0 where not."),
        ("failures", "How often in a row this process failed to reach it; 0 while it works."),
        ("last_success_timestamp_seconds", "When this process last kept an event or sent a message, since 1970."),
        ("last_fault_timestamp_seconds", "When this process last failed to reach the other side, since 1970."),
    )
}
"""What each channel is, apart from whether the site is ready; a figure that is not known yet is not there."""
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


def channels(waits: Mapping[str, Waiting], pulses: Mapping[str, Pulse], now: datetime) -> None:
    """Set the figures of every channel that is open here or on which something waits."""
    for gauge in CHANNELS.values():
        gauge.clear()
    for name in {*waits, *pulses}:
        came, aside, going = waits.get(name, Waiting())
        found: dict[str, float] = {"inbox_waiting": came.n, "put_aside": aside.n, "outbox_waiting": going.n}
        found |= {"inbox_oldest_seconds": _age(came, now), "outbox_oldest_seconds": _age(going, now)}
        pulse = pulses.get(name, Pulse())
        if pulse.reached is not None:
            found |= {"reached": pulse.reached, "failures": pulse.failures}
        if good := [moment for moment in (pulse.came, pulse.went) if moment is not None]:
            found["last_success_timestamp_seconds"] = max(good).timestamp()
        if pulse.fault_at is not None:
            found["last_fault_timestamp_seconds"] = pulse.fault_at.timestamp()
        for figure, value in found.items():
            CHANNELS[figure].labels(name or "undecided").set(value)


def _age(queue: Queue, now: datetime) -> float:
    return max(0.0, (now - queue.oldest).total_seconds()) if queue.oldest else 0.0


def exposition() -> web.Response:
    """All figures in Prometheus' text form."""
    return web.Response(body=generate_latest(REGISTRY), headers={"Content-Type": CONTENT_TYPE_LATEST})
