"""Every address of the site is known, and every one says who may come in."""

import re
from pathlib import Path

import pytest

from channels.web.api.routes import whole_document
from channels.web.app import table
from channels.web.guard import guarded
from channels.web.keys import OPEN_TO, Route
from hub.people import ROLES

GOLDEN = Path(__file__).with_name("routes.txt")
TEMPLATES = Path(__file__).parents[2] / "channels" / "web" / "templates"
LINKED = re.compile(r'(?:href|action)="(/[^"{}?#]*)"')


def line(route: Route) -> str:
    """A route as it stands in the golden list."""
    who = route.who if isinstance(route.who, str) else ",".join(route.who)
    return f"{route.method} {route.path} {who}{' upload' if route.upload else ''}{' stream' if route.stream else ''}"


def test_the_routes_are_those_that_somebody_looked_at() -> None:
    now = "\n".join(sorted(line(route) for route in table())) + "\n"
    assert now == GOLDEN.read_text("utf-8"), (
        "the table of routes changed: look at each new line's guard, then run python -m tests.structure.test_routes"
    )


def test_every_route_says_who_may_come_in() -> None:
    for route in table():
        if isinstance(route.who, str):
            assert route.who in OPEN_TO, route.path
        else:
            assert route.who, route.path
            assert set(route.who) <= set(ROLES), route.path


def test_every_fixed_address_in_a_page_leads_somewhere() -> None:
    known = {route.path for route in table()}
    linked = {(path.name, to) for path in TEMPLATES.rglob("*.html") for to in LINKED.findall(path.read_text("utf-8"))}
    assert ("inbox.html", "/staff/inbox") in linked
    assert {(name, to) for name, to in linked if to not in known} == set()


def test_no_address_stands_twice() -> None:
    known = [(route.method, route.path) for route in table()]
    assert len(known) == len(set(known))


def test_staff_pages_are_for_officers() -> None:
    open_ones = {route.path for route in table() if route.path.startswith("/staff") and route.who == "public"}
    assert open_ones <= {"/staff/login"}


@pytest.mark.parametrize("who", ["", "everybody", (), ("owner",)])
def test_a_route_with_an_unknown_guard_stops_the_program(who: object) -> None:
    with pytest.raises(ValueError, match="unknown"):
        guarded(Route("GET", "/x", None, who))  # type: ignore[arg-type]


def test_every_operation_of_the_api_is_in_its_document() -> None:
    told = {(method.upper(), path) for path, methods in whole_document()["paths"].items() for method in methods}
    bound = {(route.method, route.path) for route in table() if route.path.startswith("/api/")}
    assert bound - told == {("GET", "/api/v1/openapi.json")}
    assert told <= bound


def test_the_names_of_the_operations_are_all_different() -> None:
    names = [o["operationId"] for methods in whole_document()["paths"].values() for o in methods.values()]
    assert len(names) == len(set(names))


if __name__ == "__main__":
    GOLDEN.write_text("\n".join(sorted(line(route) for route in table())) + "\n", "utf-8")
