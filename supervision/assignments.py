"""Assignments in a round: what lies with nobody at a unit that wants it so is given to its fittest officer."""

from contextlib import suppress
from datetime import datetime
from functools import partial

from hub import assigning
from hub.assigning import ASSIGNABLE
from hub.errors import Overtaken
from hub.office import Office
from hub.rulebook import Rulebook
from hub.storage import loads

AT_ONCE = 50
"""So many cases of a unit are given away in one round; the rest follows with the next."""


async def assign_waiting(office: Office, now: datetime) -> int:
    """Give what waits at such units to their fittest officers, one deed each; answers how many were given."""
    book, given = await office.book(), 0
    for unit in (u.code for u in book.directory.units.values() if u.assigns and u.active):
        rows = await office.store.read(loads.held, unit, frozenset({""}), ASSIGNABLE, AT_ONCE)
        for case_id, _, _ in rows:
            with suppress(Overtaken):  # somebody gave it away meanwhile
                given += bool(await office.with_rules(partial(_assign, office, case_id, now)))
    return given


async def _assign(office: Office, case_id: str, now: datetime, book: Rulebook) -> str:
    return await office.store.write(assigning.assign, case_id, book, now)
