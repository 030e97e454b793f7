"""The demo district: officers, one letter told whole, and ninety days of letters that really went through the hub."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from config import starter
from config.settings import Settings
from hub import configure, demo_life, demo_words
from hub.demo_world import SEED, Days, Sweep, Tell, World, add_officers, tell
from hub.moments import Clock
from hub.office import Office
from hub.storage import checking, editions, settings
from hub.storage.dump import building
from hub.storage.schema import read_steps
from hub.storage.tx import Tx

FOLDER = starter.HERE / "demo"
UNFINISHED, FINISHED = "unfinished", "1"


@dataclass(frozen=True, slots=True)
class Made:
    """What was made: the accounts with name, unit and roles, how many cases, and what was refused on the way."""

    officers: tuple[dict[str, Any], ...]
    cases: int
    refused: tuple[tuple[str, str], ...]


async def make(
    office: Office, days: Days, password_hash: str, sweep: Sweep, told: Tell, *, folder: Path = FOLDER, most: int = 1000
) -> Made:
    """Fill an empty store. `days` is the office's clock and stands at the present when this is called and when it ends.

    At most `most` letters are told beside the story.
    """
    end = days.now
    days.now = end - timedelta(days=demo_words.DAYS + 12)  # the story is the first letter of all
    await office.store.write(_begin, configure.read_folder(), days.now)
    book = await office.book()
    actors = await add_officers(office, folder, password_hash)
    world = World(office, days, book, end, actors)
    letters = demo_words.letters(folder, end, book.calendar, Random(SEED))[-most:]
    lives = [(letter.at, demo_life.life(world, letter, n)) for n, letter in enumerate(letters)]
    first_day = book.calendar.add_workdays(book.calendar.day_of(days.now), 1)
    whole = demo_words.story(folder)
    lives.append((demo_life.at(world, first_day, whole["steps"][0]["time"]), demo_life.story(world, whole)))
    await tell(world, lives, sweep, told)
    await office.store.write(settings.put, settings.DEMO, FINISHED)
    count = (await office.store.read(checking.counts, room="heavy"))["cases"]
    return Made(tuple(demo_words.officers(folder)), count, tuple(world.refused))


def _begin(tx: Tx, content: dict[str, Any], now: datetime) -> None:
    """Note that a demo is being told (one that is broken off is begun anew), and put the starter rule sets in force."""
    settings.put(tx, settings.DEMO, UNFINISHED)
    configure.load(tx, content, "demo", now)


def state(tx: Tx) -> str:
    """What is in the store: `empty`, `unfinished` (a demo that was broken off), `demo`, or `used`."""
    mark = settings.get(tx, settings.DEMO)
    if mark:
        return "demo" if mark == FINISHED else "unfinished"
    return "used" if editions.numbers(tx) else "empty"


def make_room(url: str, found: str, clock: Clock) -> None:
    """Empty the store again where a demo was broken off; raises ValueError where something else is in it, Held."""
    if found in ("demo", "used"):
        raise ValueError("数据库里已有内容，演示只能建在空的数据库上。(The demo needs an empty store.)")
    if found == "unfinished":
        with building(url, len(read_steps()), clock, replace=True):
            pass


def settings_of(settings: Settings) -> Settings:
    """The settings under which a demo is served: pages say 演示, and its accounts need no second factor."""
    staff = settings.staff.model_copy(update={"otp": "optional"})
    return settings.model_copy(update={"demo": True, "staff": staff})


def new_password() -> str:
    """A password for the console to show once: easy to type, hard enough for a demo on this machine."""
    return f"demo-{secrets.randbelow(9000) + 1000}-{secrets.randbelow(9000) + 1000}"
