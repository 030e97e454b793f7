"""The chat's part of the table of routes."""

from channels.web.chat import pages
from channels.web.keys import Route

ROUTES: tuple[Route, ...] = (
    Route("GET", "/chat", pages.show, "public"),
    Route("POST", "/chat", pages.say, "public", upload=True),
    Route("POST", "/chat/leave", pages.leave, "public"),
    Route("POST", "/chat/marks", pages.mark, "public"),
    Route("GET", "/chat/events", pages.stream, "public", stream=True),
)
