"""What every handler may ask the application and the request for, by typed key, and what a route is."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from multidict import MultiDict

from channels.courier import Parcel
from channels.pulse import Pulse
from channels.web.chat.channel import ChatChannel
from channels.web.limits import Gates
from channels.web.render import LOOK, Site
from channels.webhooks.gate import Gate
from config.settings import Settings
from hub.office import Office
from hub.people import Actor
from hub.submission import Attached

__all__ = ["LOOK", "Parts", "Route"]

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Deliver = Callable[[str, str, bytes], Awaitable[int]]
"""One delivery of a messenger: secret path, secret header, raw body → status. 503 asks for it to come again."""
Preview = Callable[[str, str, str, Mapping[int, Attached]], Awaitable[Parcel | None]]
"""What would be sent to a citizen: case, name of the notice, the reply's words and files by place → message and way;
None: the page."""
Age = Callable[[], float | None]
"""Seconds since something last happened; None where it does not run in this process."""

Who = str | tuple[str, ...]
"""Who may come in: "public", "citizen" (an opened letter), "officer" (anyone signed in), "neighbour" (this machine or
its private network), "channel" (the handler checks a secret itself), or a tuple of roles of which one is enough."""
OPEN_TO = frozenset({"public", "citizen", "officer", "neighbour", "channel"})


@dataclass(frozen=True, slots=True)
class Route:
    """One line of the table of routes. A route without a known guard stops the program at start (RELIABILITY 23).

    `upload`: takes files, so the larger body limit holds. `stream`: an answer without end, so no time limit holds.
    `by_itself`: an open page asks it without anybody at the desk, so it keeps no sign-in from going idle.
    """

    method: str
    path: str
    handler: Handler
    who: Who
    upload: bool = False
    stream: bool = False
    by_itself: bool = False


@dataclass(frozen=True, slots=True)
class Parts:
    """What the composition root hands to the site beside office and settings."""

    site: Site = field(default_factory=Site)
    telegram: Deliver | None = None
    chat: ChatChannel | None = None
    ages: Mapping[str, Age] = field(default_factory=dict)
    """Heartbeats shown by /readyz, by name ("sweep", "courier", …)."""
    pulses: Mapping[str, Pulse] = field(default_factory=dict)
    """The channels open in this process, by name, each with its own health; /readyz does not look at them."""
    most_age: float = 120.0
    """Seconds after which a heartbeat makes the site not ready."""
    preview: Preview | None = None
    """The courier's own answer to what it would send; None where no courier runs in this process."""
    gates: Mapping[str, Gate] = field(default_factory=dict)
    """Where gateways post their events, by name."""


OFFICE: web.AppKey[Office] = web.AppKey("office", Office)
SETTINGS: web.AppKey[Settings] = web.AppKey("settings", Settings)
PARTS: web.AppKey[Parts] = web.AppKey("parts", Parts)
GATES: web.AppKey[Gates] = web.AppKey("gates", Gates)
TABLE: web.AppKey[tuple[Route, ...]] = web.AppKey("table", tuple)

ACTOR: web.RequestKey[Actor] = web.RequestKey("actor", Actor)
CITIZEN: web.RequestKey[tuple[str, int]] = web.RequestKey("citizen", tuple)
Fields = MultiDict[Any]
FORM: web.RequestKey[Fields] = web.RequestKey("form", MultiDict)
FORM_SEED: web.RequestKey[str] = web.RequestKey("form_seed", str)
BY_ITSELF: web.RequestKey[bool] = web.RequestKey("by_itself", bool)
REQUEST_ID: web.RequestKey[str] = web.RequestKey("request_id", str)


def office_of(request: web.Request) -> Office:
    """The hub behind this site."""
    return request.app[OFFICE]
