"""The log: what the program did, for the operator; an allow-list keeps people, their words and secrets out of it."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Literal, TextIO

import structlog

ALLOWED = frozenset(
    {"event", "level", "timestamp", "logger", "request", "route", "method", "status", "seconds", "number", "seq"}
    | {"error", "where", "alarm", "round", "clock", "overlay", "rung", "follower", "tries", "now", "count", "channel"}
    | {"address", "engine", "version", "careful", "command", "name", "code", "field", "foreign", "signal"}
    | {"kind", "notice"}
)
"""Names of fields that hold ids, codes, counts and times. Whatever else is logged leaves only its field's name."""
LONGEST = 200
Event = MutableMapping[str, Any]


def set_up(level: str, form: Literal["text", "json"], stream: TextIO | None = None) -> None:
    """Send the log of this process to `stream` (standard error), one line each; libraries are heard by kind only."""
    out = stream or sys.stderr
    render: Any = structlog.processors.JSONRenderer(ensure_ascii=False, sort_keys=True) if form == "json" else _text
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _named,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            only_allowed,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *names: Line(str(names[0]) if names else "", out),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers[:] = [Foreign()]
    root.setLevel(logging.WARNING)
    for name in list(logging.root.manager.loggerDict):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    logging.captureWarnings(True)


class Line:
    """One logger: a name and where its lines go."""

    def __init__(self, name: str, out: TextIO) -> None:
        self.name = name
        self._out = out

    def msg(self, message: str) -> None:
        """Write one line."""
        self._out.write(f"{message}\n")
        self._out.flush()

    debug = info = warning = warn = error = critical = exception = log = msg


class Foreign(logging.Handler):
    """What libraries log: who spoke, how loud, and the kind of the error.

    Their sentences stay out: httpx and python-telegram-bot write addresses that hold the bot's token, aiosqlite writes
    parameters, aiohttp writes paths, and all of them may repeat what a citizen wrote.
    """

    def emit(self, record: logging.LogRecord) -> None:
        """Log it in our form."""
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        told = structlog.get_logger(record.name.split(".")[0])
        (told.error if record.levelno >= logging.ERROR else told.warning)("library", foreign=record.name, error=error)


def only_allowed(_logger: Any, _method: str, event: Event) -> Event:
    """The event without anything that is not on the list; the names of what was dropped stay visible."""
    kept = {name: _short(value) for name, value in event.items() if name in ALLOWED}
    dropped = sorted(name for name in event if name not in ALLOWED)
    return {**kept, "dropped": ",".join(dropped)} if dropped else kept


def _short(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    text = str(value).replace("\n", " ")
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _named(logger: Any, _method: str, event: Event) -> Event:
    event["logger"] = getattr(logger, "name", "")
    return event


def _text(_logger: Any, _method: str, event: Event) -> str:
    """For people: time, level, logger, event, then the rest as name=value."""
    first = (str(event.pop("timestamp", ""))[:19], str(event.pop("level", "")).upper(), event.pop("logger", ""))
    words = [*first, str(event.pop("event", "")), *(f"{name}={value}" for name, value in sorted(event.items()))]
    return " ".join(str(word) for word in words if word != "")
