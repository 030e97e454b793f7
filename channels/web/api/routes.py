"""The API's part of the table of routes."""

from channels.web.keys import Route

ROUTES: tuple[Route, ...] = ()
