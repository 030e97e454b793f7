"""Recommendations on the board: how many are open, owed, overdue, answered or sent back, each leading to its list."""

from typing import Any

from channels.web.staff.frame import Desk
from channels.web.staff.recommendations import to_shelf
from supervision.recommendations import SHELVES, standing

SHOWN = ("open", "owed", "late", "answered", "agreed", "again")


async def on_page(desk: Desk, unit: str) -> list[dict[str, Any]]:
    """What the part of the board about recommendations shows: what is open and the parts of it in which there are any;
    nothing for who may see none."""
    if not any(desk.actor.has(role) for role in ("supervisor", "leader", "signer", "handler")):
        return []
    counts = await desk.office.store.read(standing, desk.actor, desk.book, unit, desk.now)
    return [
        {"word": desk.word(SHELVES[code].name), "n": counts[code], "href": to_shelf(code, unit), "late": code == "late"}
        for code in SHOWN
        if counts[code] or code == "open"
    ]
