"""Sampling afterwards: of the replies that went out unread some are drawn to be read, by a seed that is logged."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from hub.errors import Forbidden, Invalid, NotFound, NotNow, Said
from hub.journal import Entry
from hub.machines.decisions import draw
from hub.office import Office
from hub.people import Actor
from hub.storage import journal, readings
from hub.storage.readings import Unread
from hub.storage.tx import Tx

MOST = 50
"""Replies of one draw: so many can be read within the limit of a reading."""
POOL = 5000


@dataclass(frozen=True, slots=True)
class Sample:
    """What was drawn: from how many, by which seed, and the numbers of the cases."""

    seed: str
    pool: int
    numbers: tuple[str, ...]


def chosen(pool: Iterable[Unread], seed: str, n: int) -> tuple[Unread, ...]:
    """The first `n` in the order that the seed gives; the same pool and seed choose the same. Pure."""
    return tuple(sorted(pool, key=lambda u: (draw(u.case_id, u.reply, seed), u.case_id))[:n])


async def draw_sample(office: Office, days: tuple[date, date], n: int, seed: str, actor: Actor) -> Sample:
    """Draw from what was answered unread on these days, both included, and let each wait for a reader.

    The draw stands in the journal before its first case, so that it can be run again. What a colleague draws at the
    same moment is left to them. Raises Forbidden, Invalid.
    """
    if "supervisor" not in actor.hub_roles:
        raise Forbidden
    if not 1 <= n <= MOST:
        raise Invalid({"n": Said(f"一次抽1到{MOST}件。", f"Draw 1 to {MOST} at a time.")})
    calendar = (await office.book()).calendar
    since, until = calendar.midnight_before(days[0]), calendar.midnight_after(days[1])
    pool = await office.store.read(readings.unread, since, until, POOL + 1, room="heavy")
    if len(pool) > POOL:
        raise Invalid({"from": Said("这段时间的答复太多，请把日期缩短一些。", "Too many answers; choose fewer days.")})
    await office.store.write(log_draw, seed, len(pool), n, actor, office.clock())
    drawn = []
    for one in chosen(pool, seed, n):
        try:
            await office.act(one.number, "draw_later", {"seed": seed}, actor)
        except (NotFound, NotNow):
            continue
        drawn.append(one.number)
    return Sample(seed, len(pool), tuple(drawn))


def log_draw(tx: Tx, seed: str, pool: int, n: int, actor: Actor, now: datetime) -> None:
    """The deed that puts a draw on record."""
    journal.append(tx, [Entry(None, "sample.drawn", actor.id, now, {"seed": seed, "pool": pool, "n": n})])
